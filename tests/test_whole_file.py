import pytest

from posecore.system import whole_file, whole_files


def test_the_file_appears_at_the_end_of_the_block(tmp_path):
    target = tmp_path / "a.txt"
    with whole_file(target) as part:
        part.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_an_error_changes_nothing(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def write_half() -> None:
        with whole_file(target) as part:
            part.write_text("half of the n")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_folder_must_exist(tmp_path):
    with pytest.raises(OSError, match="missing"), whole_file(tmp_path / "missing" / "a.txt"):
        pytest.fail("there is no folder to write to")


def test_leftovers_in_the_temporary_folder_are_deleted(tmp_path):
    target = tmp_path / "a.txt"
    with whole_file(target) as part:
        part.write_text("new")
        part.with_name("left by a process that died").mkdir()
    assert list(tmp_path.iterdir()) == [target]


def test_a_block_that_writes_nothing_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "a.txt"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_several_files_appear_together_and_replace_existing_ones(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / "other.txt").write_text("other")
    with whole_files(tmp_path) as folder:
        (folder / "a.txt").write_text("new")
        (folder / "b.txt").write_text("new")
        assert not (tmp_path / "b.txt").exists()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a.txt": "new",
        "b.txt": "new",
        "other.txt": "other",
    }


def test_no_file_of_several_appears_after_an_error(tmp_path):
    (tmp_path / "a.txt").write_text("old")

    def write_one_of_two() -> None:
        with whole_files(tmp_path) as folder:
            (folder / "a.txt").write_text("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_one_of_two()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "old"}


def test_the_folder_of_several_files_must_exist(tmp_path):
    with pytest.raises(OSError, match="missing"), whole_files(tmp_path / "missing"):
        pytest.fail("there is no folder to write to")
