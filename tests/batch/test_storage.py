"""Results are written whole or not at all, on this machine and elsewhere."""

import os
import subprocess
import sys
import tempfile

import fsspec
import pytest

from posecore.batch import storage
from posecore.errors import UnreadableMedia


@pytest.fixture(params=["local", "memory"])
def out(request, tmp_path):
    return str(tmp_path / "out") if request.param == "local" else f"memory://{tmp_path.name}"


@pytest.fixture
def files(tmp_path):
    def make(**contents: str):
        for name, content in contents.items():
            (tmp_path / name).write_text(content)
        return {f"clips/a/{name}": tmp_path / name for name in contents}

    return make


def test_a_new_result_replaces_all_of_the_old_one(out, files):
    storage.publish(files(mark="1", film="1", table="1"), out, mark="clips/a/mark")
    system, path = storage.find_place(storage.join(out, "clips", "a"))
    system.makedirs(f"{path}/.part-of-a-dead-process")
    storage.publish(files(mark="2", table="2"), out, mark="clips/a/mark")
    assert {name.rpartition("/")[2] for name in system.ls(path, detail=False)} == {"mark", "table"}
    assert storage.read_file(storage.join(out, "clips", "a", "table")) == b"2"


def test_without_all_of_its_files_a_result_has_no_mark(out, files):
    storage.publish(files(mark="1", table="1"), out, mark="clips/a/mark")
    new = files(mark="2", table="2", lost="2")
    new["clips/a/lost"].unlink()
    with pytest.raises(OSError, match="lost"):
        storage.publish(new, out, mark="clips/a/mark")
    assert storage.read_file(storage.join(out, "clips", "a", "mark")) is None


def test_a_stamp_changes_with_the_file(tmp_path):
    file = tmp_path / "a.mp4"
    file.write_bytes(b"1")
    before = storage.stamp_of(str(file))
    assert storage.stamp_of(str(file)) == before
    os.utime(file, (1, 1))
    assert storage.stamp_of(str(file)) != before
    with pytest.raises(UnreadableMedia, match="no such file"):
        storage.stamp_of(str(tmp_path / "b.mp4"))


def test_a_file_from_elsewhere_is_here_for_the_length_of_a_block(tmp_path):
    fsspec.filesystem("memory").pipe_file("/from/walk?.mp4", b"content")
    with storage.local_copy("memory://from/walk?.mp4", tmp_path) as file:
        assert file.parent == tmp_path
        assert file.read_bytes() == b"content"
    assert list(tmp_path.iterdir()) == []


def test_what_a_dead_process_left_is_deleted(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = "import os; from posecore.batch.storage import working_folder\nwith working_folder(): os._exit(9)"
    subprocess.run([sys.executable, "-c", code], env=os.environ | {"TMPDIR": str(tmp_path)}, check=False)
    [left] = tmp_path.iterdir()
    storage._sweep.cache_clear()
    with storage.working_folder() as own:
        assert not left.exists()
        storage._sweep.cache_clear()
        with storage.working_folder():
            assert own.exists()
