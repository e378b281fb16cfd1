import hashlib
import zipfile
from pathlib import Path

import pytest

from posecore import UnreadableMedia, decode_picture
from posecore.downloads import DownloadNotVerified
from posecore.media.clips import open_clip
from posecore.media.samples import CLIP_NAME, CLIP_URL, install_clip_from_wheel, sample_clip, sample_picture


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """An empty user cache, and a clip that cannot be downloaded."""
    monkeypatch.setattr("posecore.media.samples.cache_dir", lambda: tmp_path)
    monkeypatch.setattr("posecore.media.samples.CLIP_URL", "http://127.0.0.1:9/demo.mp4")
    return tmp_path


def test_the_photograph_comes_with_an_installed_package():
    sample = sample_picture()
    assert decode_picture(sample.path).shape == (600, 512, 3)
    assert "public domain" in sample.credit


def test_without_a_network_the_clip_is_made_from_the_photograph_and_says_so(empty_cache):
    sample = sample_clip()
    assert "made from a photo" in sample.credit
    with open_clip(sample.path) as clip:
        frames = [frame.rgb for frame in clip]
    assert len(frames) == 100
    assert (frames[0] != frames[50]).any()
    assert sample_clip().path == sample.path
    assert [path.name for path in (empty_cache / "samples").iterdir()] == [sample.path.name]


def wheel_with(clip: bytes, folder: Path) -> Path:
    wheel = folder / "sports2d.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("Sports2D/Demo/demo.mp4", clip)
        archive.writestr("Sports2D/other.py", b"not this")
    return wheel


def test_the_clip_is_extracted_from_the_wheel(empty_cache, tmp_path, monkeypatch):
    monkeypatch.setattr("posecore.media.samples.CLIP_SHA256", hashlib.sha256(b"the clip").hexdigest())
    wheel = wheel_with(b"the clip", tmp_path)
    target = install_clip_from_wheel(wheel)
    assert target.read_bytes() == b"the clip"
    assert [path.name for path in target.parent.iterdir()] == [CLIP_NAME]
    assert sample_clip().path == target


def test_another_clip_in_the_wheel_is_not_kept(empty_cache, tmp_path):
    with pytest.raises(DownloadNotVerified, match=r"Expected sha256 d9a66417.*, but got "):
        install_clip_from_wheel(wheel_with(b"another clip", tmp_path))
    assert not (empty_cache / "samples").exists()


@pytest.mark.parametrize("content", [b"no zip", b""])
def test_a_file_that_is_not_the_wheel_is_rejected(empty_cache, tmp_path, content):
    wheel = tmp_path / "other.whl"
    wheel.write_bytes(content)
    with pytest.raises(UnreadableMedia, match=r"other\.whl"):
        install_clip_from_wheel(wheel)


def test_the_address_names_one_version_of_the_clip():
    assert CLIP_URL.startswith("https://raw.githubusercontent.com/davidpagnon/Sports2D/")
    assert len(CLIP_URL.split("/")[5]) == 40
