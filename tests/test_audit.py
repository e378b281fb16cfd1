"""The part of CI that asks for weaknesses of packages, with an answer of our own in place of PyPI's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).resolve().parents[1] / ".ci" / "audit"
WEAK = {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
SOUND = {"name": "b", "version": "1", "vulns": []}
UNKNOWN = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (json.dumps({"dependencies": [WEAK, SOUND]}), 1, "a 1: PYSEC-1, mended in 2"),
        (json.dumps({"dependencies": [SOUND, UNKNOWN]}), 0, "1 packages looked up, 1 could not be asked for, 0 weak"),
        ("", 0, "nobody could be asked for weaknesses of packages: no route"),
    ],
    ids=["weak", "sound", "offline"],
)
def test_only_a_weakness_fails(answer: str, status: int, said: str, tmp_path: Path) -> None:
    tool = f"import sys; print({answer!r}); print('no route', file=sys.stderr); sys.exit(1)"
    (tmp_path / "pip_audit.py").write_text(tool)
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, AUDIT], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, said in done.stdout) == (status, True), done.stdout + done.stderr
