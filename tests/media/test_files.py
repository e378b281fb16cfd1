import hashlib

import pytest

from posecore import UnreadableMedia
from posecore.media.files import file_sha256


def test_a_file_is_identified_by_its_bytes(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(range(256)) * 10_000)
    assert file_sha256(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_unreadable_file_is_reported(tmp_path):
    with pytest.raises(UnreadableMedia, match=r"clip\.mp4 cannot be read"):
        file_sha256(tmp_path / "clip.mp4")
