"""What the player shows first."""

from dataclasses import replace

import pytest

from pages.ui.explore.player import component
from pages.ui.explore.player.component import player_data
from posecore import BLAZEPOSE_33, FramePoses, HandSequence, PoseSequence
from tests.synthetic_hands import LEFT, hands_at

HEADER = {"step": 1}
LEGS = [*BLAZEPOSE_33.parts["legs"], *BLAZEPOSE_33.parts["feet"]]


@pytest.fixture(autouse=True)
def app_thread(monkeypatch):
    """Session caches are only for the thread of a page."""
    for name in ("_usual_curves", "_stage"):
        cached = getattr(component, name)
        monkeypatch.setattr(component, name, cached.__wrapped__)


def sequence_of(poses: FramePoses, *, seen_from: int, hidden: list[int]) -> PoseSequence:
    visibility = poses.visibility.copy()
    visibility[:] = 0.9
    visibility[:, hidden] = 0.1
    nobody = FramePoses.nobody(poses.size)
    frames = [replace(poses, visibility=visibility) if frame >= seen_from else nobody for frame in range(8)]
    times = [replace(frame, time_s=index / 25) for index, frame in enumerate(frames)]
    return PoseSequence.from_frames(times, size=poses.size, fps=25)


@pytest.mark.parametrize(
    ("hidden", "joint"),
    [
        ([], "knee"),
        ([BLAZEPOSE_33.index("left_knee")], "knee"),  # seen from the side
        (LEGS, "elbow"),
        (list(range(33)), "knee"),
    ],
)
def test_the_first_curves_are_those_of_joints_in_view(portrait_poses, hidden, joint):
    sequence = sequence_of(portrait_poses, seen_from=3, hidden=hidden)
    data = player_data(sequence, HEADER, hands=None, clip=f"clip {joint} {len(hidden)}")
    assert data["defaults"]["curves"] == [f"left_{joint}.angle_3d", f"right_{joint}.angle_3d"]
    assert data["defaults"]["index"] == 3
    assert data["hands"] is None


def test_without_bodies_the_first_frame_with_a_hand_is_shown():
    frames = [hands_at({LEFT: (300, 300)} if index >= 5 else {}, time_s=index / 25) for index in range(8)]
    hands = HandSequence.from_frames(frames, size=(640, 480), fps=25)
    nobody = PoseSequence.empty(hands.times_s, [], size=hands.size, fps=25)
    data = player_data(nobody, HEADER, hands=hands, clip="hands")
    assert (data["defaults"]["index"], data["defaults"]["space"]) == (5, "picture")
    assert data["hands"]["coarse"]["left"] == [BLAZEPOSE_33.index(f"left_{tip}") for tip in ("pinky", "index", "thumb")]
    assert data["people"] == []
