"""What the player shows first."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from pages.ui.explore.player import component
from pages.ui.explore.player.component import show_player
from posecore import BLAZEPOSE_33, FramePoses, HandSequence, PoseSequence
from tests.synthetic_hands import LEFT, hands_at

LEGS = [*BLAZEPOSE_33.parts["legs"], *BLAZEPOSE_33.parts["feet"]]


@pytest.fixture(autouse=True)
def app_thread(monkeypatch):
    """Session caches are only for the thread of a page."""
    for name in ("_usual_curves", "_stage"):
        cached = getattr(component, name)
        monkeypatch.setattr(component, name, cached.__wrapped__)


@pytest.fixture
def given(monkeypatch) -> list[dict[str, Any]]:
    """What the player's script gets."""
    taken: list[dict[str, Any]] = []
    monkeypatch.setattr("pages.ui.explore.player.component._player", lambda *, key, data: taken.append(data))
    return taken


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
def test_the_first_curves_are_those_of_joints_in_view(given, portrait_poses, hidden, joint):
    sequence = sequence_of(portrait_poses, seen_from=3, hidden=hidden)
    show_player(sequence, moments(), "", hands=None, key="player", clip=f"clip {joint} {len(hidden)}")
    [data] = given
    assert data["defaults"]["curves"] == [f"left_{joint}.angle_3d", f"right_{joint}.angle_3d"]
    assert data["defaults"]["index"] == 3
    assert data["hands"] is None


def test_without_bodies_the_first_frame_with_a_hand_is_shown(given):
    frames = [hands_at({LEFT: (300, 300)} if index >= 5 else {}, time_s=index / 25) for index in range(8)]
    hands = HandSequence.from_frames(frames, size=(640, 480), fps=25)
    nobody = PoseSequence.empty(hands.times_s, [], size=hands.size, fps=25)
    show_player(nobody, moments(), "", hands=hands, key="player", clip="hands")
    [data] = given
    assert (data["defaults"]["index"], data["defaults"]["space"]) == (5, "picture")
    assert data["hands"]["coarse"]["left"] == [BLAZEPOSE_33.index(f"left_{tip}") for tip in ("pinky", "index", "thumb")]
    assert data["people"] == []


def moments() -> Any:
    return SimpleNamespace(header={"step": 1})
