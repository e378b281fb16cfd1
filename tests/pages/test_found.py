"""What the pages say of a result in which something is missing, or was taken for something else."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st

from pages.ui.explore.found import HANDS_ONLY, show_counts, show_what_is_missing
from pages.ui.explore.playback import Playback
from pages.ui.serving.folders import Folder
from pages.ui.shared.explain import A_HAND_AS_BODY, NO_HANDS, NOBODY
from posecore import ClipOptions, HandOptions, HandSequence, PoseSequence, RunSummary, estimate_video
from tests.synthetic_hands import waving

HANDS = waving(12)
NO_HAND = HandSequence.empty(HANDS.times_s, [], size=HANDS.size, fps=25)
NOBODY_THERE = PoseSequence.empty(HANDS.times_s, [], size=HANDS.size, fps=25)


def body(width: float) -> PoseSequence:
    """A body of that width in pixels around the right hand, in the first ten frames."""
    empty = PoseSequence.empty(HANDS.times_s, [1], size=HANDS.size, fps=25)
    xy = empty.xy.copy()
    middle = HANDS.xy[:10, HANDS.slot(1, "right")].mean(axis=1)
    xy[:10, 0] = middle[:, None] + width * np.linspace(-0.5, 0.5, 33)[:, None]
    visibility = np.where(np.isfinite(xy[..., 0]), 0.9, np.nan)
    return replace(empty, xy=xy, visibility=visibility)


@pytest.fixture
def playback_of() -> Iterator[Callable[[PoseSequence, HandSequence | None], Playback]]:
    with ExitStack() as at_end:

        def make(bodies: PoseSequence, hands: HandSequence | None) -> Playback:
            folder = Folder("found")
            at_end.callback(folder.close)
            return Playback(bodies, folder, hands)

        yield make


@pytest.fixture
def said(monkeypatch) -> list[str]:
    """What the page shows."""
    texts: list[str] = []
    monkeypatch.setattr(st, "info", lambda text, **_: texts.append(text))
    monkeypatch.setattr(st, "warning", lambda text, **_: texts.append(text))
    monkeypatch.setattr(st, "metric", lambda label, value, **_: texts.append(f"{label}: {value}"))
    return texts


@pytest.mark.parametrize(
    ("bodies", "hands", "texts"),
    [
        (body(400), None, []),
        (body(400), HANDS, []),
        (body(400), NO_HAND, [NO_HANDS]),
        (NOBODY_THERE, None, [NOBODY]),
        (NOBODY_THERE, HANDS, [HANDS_ONLY]),
        (NOBODY_THERE, NO_HAND, [NOBODY, NO_HANDS]),
        (body(60), HANDS, [A_HAND_AS_BODY, HANDS_ONLY]),
        (body(60), None, []),
    ],
)
def test_what_is_missing_is_said(said, playback_of, bodies, hands, texts):
    show_what_is_missing(playback_of(bodies, hands))
    assert said == texts


def test_a_hand_that_was_taken_for_a_person_is_left_out(said, playback_of, shared_data):
    ends: list[RunSummary] = []
    path = shared_data / "google-reference" / "asl_hand.25fps.mp4"
    bodies = estimate_video(path, hands=HandOptions(), part=ClipOptions(every=25, end_s=5), on_end=ends.append)
    playback = playback_of(bodies, ends[0].hands)
    show_what_is_missing(playback)
    assert said == [A_HAND_AS_BODY, HANDS_ONLY]
    assert playback.raw.person_ids.tolist() == []
    assert playback.hands_beside(playback.raw) is ends[0].hands


def test_hands_of_people_leave_the_people(playback_of, shared_data):
    ends: list[RunSummary] = []
    path = shared_data / "asl_words" / "thanks.mkv"
    bodies = estimate_video(path, hands=HandOptions(), part=ClipOptions(every=10), on_end=ends.append)
    assert ends[0].hands is not None
    assert ends[0].hands.seen.any()
    assert playback_of(bodies, ends[0].hands).raw is bodies


@pytest.mark.parametrize(
    ("bodies", "hands", "counts"),
    [
        (body(400), None, ["Frames with a person: 10 of 12"]),
        (body(400), HANDS, ["Frames with a person: 10 of 12", "Frames with a hand: 12 of 12"]),
        (NOBODY_THERE, HANDS, ["Frames with a hand: 12 of 12"]),
        (NOBODY_THERE, NO_HAND, ["Frames with a person: 0 of 12", "Frames with a hand: 0 of 12"]),
    ],
)
def test_frames_are_counted_for_what_there_is(said, playback_of, bodies, hands, counts):
    show_counts(playback_of(bodies, hands))
    assert said == counts
