"""What the player shows first."""

from types import SimpleNamespace
from typing import Any

import pytest

from pages.ui.explore.player import component
from pages.ui.explore.player.component import show_player
from posecore import BLAZEPOSE_33, HandSequence, PoseSequence
from tests.synthetic_hands import LEFT, hands_at


@pytest.fixture(autouse=True)
def app_thread(monkeypatch):
    """Session caches are only for the thread of a page."""
    monkeypatch.setattr(component, "_stage", component._stage.__wrapped__)


@pytest.fixture
def given(monkeypatch) -> list[dict[str, Any]]:
    """What the player's script gets."""
    taken: list[dict[str, Any]] = []
    monkeypatch.setattr("pages.ui.explore.player.component._player", lambda *, key, data: taken.append(data))
    return taken


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
