"""Hard cuts: found to the frame in joined shots, and nowhere else."""

from collections.abc import Callable

import av
import cv2
import numpy as np
import pytest

from posecore import ClipOptions
from posecore.media.clips import open_clip
from posecore.media.cuts import mark_cuts

Pictures = np.ndarray  # (frames, height, width) grey levels


def cuts_of(pictures: Pictures, fps: float = 30, *, hole: tuple[int, float] = (0, 0.0)) -> list[int]:
    """The cuts in pictures at even times, from a frame on so many seconds later."""
    frames = (av.VideoFrame.from_ndarray(np.clip(one, 0, 255).astype(np.uint8), format="gray8") for one in pictures)
    timed = ((index / fps + hole[1] * (index >= hole[0]), frame) for index, frame in enumerate(frames))
    return [index for index, (_, _, begins) in enumerate(mark_cuts(timed, fps)) if begins]


def cuts_in(path, part: ClipOptions | None = None) -> list[int]:
    with open_clip(path, part=part) as clip:
        return [frame.index for frame in clip if frame.begins_shot]


@pytest.fixture(scope="module")
def scenes() -> list[Pictures]:
    """Three scenes that are wider than a picture: blurred noise, with edges."""
    numbers = np.random.default_rng(5)
    made = []
    for _ in range(3):
        blobs = cv2.GaussianBlur(numbers.normal(size=(180, 960)), (0, 0), 9)
        made.append(np.where(blobs > 0, 170, 70) + 400 * blobs)
    return made


def shot(scene: np.ndarray, frames: int = 20, *, at: float = 100, speed: float = 0.0) -> Pictures:
    """A camera that looks at a scene and moves by ``speed`` pixels per frame; a bright ball bounces in front of it."""
    places = [round(at + speed * index) for index in range(frames)]
    pictures = np.stack([scene[:, place : place + 320] for place in places])
    for index, picture in enumerate(pictures):
        cv2.circle(picture, (160, 60 + 6 * (index % 10)), 25, 230.0, -1)
    return pictures


def test_the_cuts_of_a_joined_video(shared_data):
    assert cuts_in(shared_data / "wild" / "mp4_scene_cuts.mp4") == [45, 90, 120]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (ClipOptions(start_s=2.9), [3, 33]),
        (ClipOptions(start_s=3.0), [0, 30]),
        (ClipOptions(start_s=3.02, end_s=4.0), []),
        (ClipOptions(start_s=3.02, end_s=4.02), [29]),
        (ClipOptions(every=7), [7, 13, 18]),
    ],
)
def test_a_part_of_it_has_the_same_cuts(shared_data, part, expected):
    """Frames 45, 90 and 120 at 30 per second; of every seventh, the first one that is not before the cut."""
    assert cuts_in(shared_data / "wild" / "mp4_scene_cuts.mp4", part) == expected


def test_a_title_card_ends_with_a_cut(shared_data):
    assert cuts_in(shared_data / "reps" / "pushup_incline_titlecard.mp4", ClipOptions(end_s=4)) == [90]


@pytest.mark.parametrize(
    "name",
    [
        "google-reference/pose_1.mp4",
        "google-reference/pose_squats.mp4",
        "reps/rope_skipping.mp4",
        "asl_words/again.mkv",
        "wild/webm_phone_turned_640x360_to_360x640_stretched.webm",
    ],
)
def test_a_single_shot_has_none(shared_data, name):
    assert cuts_in(shared_data / name) == []


def test_two_words_signed_by_one_person_in_one_studio(shared_data):
    """Joined in memory: only the person differs between these shots."""
    shots = []
    for name in ("sorry", "want"):
        with open_clip(shared_data / "asl_words" / f"{name}.mkv", part=ClipOptions(start_s=0.3, end_s=1.0)) as clip:
            shots.append(np.stack([cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2GRAY) for frame in clip]))
    assert cuts_of(joined(*shots)) == [len(shots[0])]
    assert cuts_of(joined(*shots), hole=(len(shots[0]), 1.0)) == [], "the same after a hole may be one shot"


def joined(*shots: Pictures) -> Pictures:
    return np.concatenate(shots)


def replaced(pictures: Pictures, first: int, change: Callable[[Pictures], Pictures], frames: int = 99) -> Pictures:
    """The pictures with some of them changed."""
    return joined(pictures[:first], change(pictures[first : first + frames]), pictures[first + frames :])


def dissolved(one: Pictures, other: Pictures, frames: int) -> Pictures:
    share = np.clip((np.arange(len(one)) - 8) / frames, 0, 1)[:, None, None]
    return one * (1 - share) + other * share


CASES: dict[str, tuple[Callable[[list[np.ndarray]], Pictures], list[int]]] = {
    "two shots": (lambda s: joined(shot(s[0]), shot(s[1])), [20]),
    "three shots": (lambda s: joined(shot(s[0]), shot(s[1], 8), shot(s[0])), [20, 28]),
    "from one pan to another": (lambda s: joined(shot(s[0], speed=7), shot(s[1], speed=-4)), [20]),
    "another place in the scene": (lambda s: joined(shot(s[0]), shot(s[0], at=600)), [20]),
    "the mirror image": (lambda s: joined(shot(s[0]), shot(s[0])[:, :, ::-1]), [20]),
    "at night": (lambda s: noisy(joined(shot(s[0]), shot(s[1])) * 0.2), [20]),
    "to black and on": (lambda s: joined(shot(s[0]), 0 * shot(s[0]), shot(s[1])), [20, 40]),
    "a mixture of both": (lambda s: joined(shot(s[0]), 0.3 * shot(s[0], 1) + 0.7 * shot(s[1], 1), shot(s[1])), [20]),
    "a still camera": (lambda s: shot(s[0], 40), []),
    "a pan that starts and stops": (lambda s: joined(shot(s[0]), shot(s[0], 20, speed=20), shot(s[0], at=480)), []),
    "a shaking hand": (lambda s: joined(*(shot(s[0], 1, at=100 + jolt) for jolt in (0, 30, 0, 9, -45, 0) * 5)), []),
    "a camera's flash": (lambda s: replaced(shot(s[0], 40), 15, lambda lit: lit * 2 + 120, frames=2), []),
    "a white flash": (lambda s: replaced(shot(s[0], 40), 15, lambda lit: 0 * lit + 255, frames=4), []),
    "a broken frame": (lambda s: replaced(shot(s[0], 40), 15, lambda broken: 0 * broken + 128, frames=1), []),
    "less exposure": (lambda s: replaced(shot(s[0], 40), 20, lambda lit: lit * 0.5), []),
    "more exposure": (lambda s: replaced(shot(s[0], 40), 20, lambda lit: lit * 1.3 + 20), []),
    "overexposed": (lambda s: replaced(shot(s[0], 40), 20, lambda lit: lit * 1.4 + 30), []),
    "underexposed": (lambda s: replaced(shot(s[0], 40), 20, lambda lit: lit - 80), []),
    "a dissolve": (lambda s: dissolved(shot(s[0], 40), shot(s[1], 40), frames=15), []),
    "a fade to black": (lambda s: dissolved(shot(s[0], 40), 0 * shot(s[1], 40), frames=20), []),
    "noise at night": (lambda s: noisy(shot(s[0], 40) * 0.1, 12), []),
    "somebody passes the camera": (lambda s: passed(shot(s[0], 40), s[1]), []),
    "every frame three times": (lambda s: np.repeat(shot(s[0], 15, speed=15), 3, axis=0), []),
    "one frame": (lambda s: shot(s[0], 1), []),
}


def noisy(pictures: Pictures, deviation: float = 5.0) -> Pictures:
    return pictures + np.random.default_rng(1).normal(scale=deviation, size=pictures.shape)


def passed(pictures: Pictures, cloth: np.ndarray) -> Pictures:
    """Something as wide as the picture passes in ten frames."""
    for index in range(12):
        left = 320 - 64 * index
        shown = slice(max(0, left), max(0, min(320, left + 320)))
        pictures[10 + index, :, shown] = cloth[:, shown.start - left : shown.stop - left]
    return pictures


@pytest.mark.parametrize("case", CASES)
def test_what_is_a_cut_and_what_is_not(case, scenes):
    make, expected = CASES[case]
    assert cuts_of(make(scenes)) == expected
