import pytest

from posecore.system import whole_file


def test_it_appears_with_the_end_of_the_block(tmp_path):
    target = tmp_path / "a.txt"
    with whole_file(target) as part:
        part.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_after_an_error_all_is_as_it_was(tmp_path):
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


def test_there_has_to_be_a_folder(tmp_path):
    with pytest.raises(OSError, match="missing"), whole_file(tmp_path / "missing" / "a.txt"):
        pytest.fail("there is no folder to write to")
