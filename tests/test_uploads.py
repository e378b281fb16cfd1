"""A small sample of what benchmarks/uploads.py tries."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "benchmarks" / "uploads.py"


def test_harmful_files_of_every_kind_give_a_result_or_a_sentence():
    command = [sys.executable, str(SCRIPT), "--count", "60", "--seed", "5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert sum(sum(counted.values()) for counted in found["outcomes"].values()) == 60
    assert all(found["outcomes"].values()), "each kind is tried"
    assert {what for counted in found["outcomes"].values() for what in counted} == {"result", "sentence"}
    assert (found["unexpected"], found["files_left"], found["obeyed"]) == ([], [], False)
