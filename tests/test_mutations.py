"""A small sample of what benchmarks/mutations.py tries."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "benchmarks" / "mutations.py"


def test_damaged_videos_give_a_result_or_a_sentence(shared_data):
    command = [sys.executable, str(SCRIPT), str(shared_data / "awkward"), "--count", "5", "--seed", "5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert sum(found["outcomes"].values()) == 5
    assert set(found["outcomes"]) == {"result", "sentence"}
    assert found["files_left"] == []
    assert found["workers_lost"] == 0
