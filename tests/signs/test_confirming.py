import numpy as np
import pytest

from posecore.errors import InvalidOption
from posecore.signs.confirming import Confirmation, HoldToConfirm


def run(shown: str, fps: float = 10, **options) -> tuple[list[float], list[Confirmation]]:
    """One letter a frame: u for thumb_up, d for thumb_down, . for none, and the times at which it acted."""
    button = HoldToConfirm(**options)
    names = {"u": "thumb_up", "d": "thumb_down", ".": "none", " ": None}
    states = [button.feed(frame / fps, names[letter]) for frame, letter in enumerate(shown)]
    return [round(frame / fps, 3) for frame, state in enumerate(states) if state.confirmed], states


@pytest.mark.parametrize(
    ("shown", "acts"),
    [
        ("." * 20, []),
        ("uuuuuuuu", []),
        ("uuuuuuuuu", [0.8]),
        ("..uuuuuuuuu", [1.0]),
        ("uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu", [0.8]),
        ("uuuuu.uuuuuuu", [1.1]),
        ("uuuuuuuuuuu..uuuuuuuuuuuuuuu", [0.8]),
        ("uuuuuuuuuu......uuuuuuuuuuuuuu", [0.8, 2.4]),
        ("uuuuuuuuuu      uuuuuuuuuuuuuu", [0.8, 2.4]),
        ("u.u.u.u.u.u.u.u.u.u.u.u.u.u.u.u.u", []),
        ("uuuudddddddddddddd", [1.3]),
        ("uuuuuuuuuuddddddddddddddddd", [0.8, 2.1]),
    ],
)
def test_when_it_acts(shown, acts):
    assert run(shown)[0] == acts


@pytest.mark.parametrize("fps", [10, 30, 60])
def test_the_frame_rate_does_not_matter(fps):
    assert run("u" * 2 * fps, fps)[0] == pytest.approx([0.8], abs=1 / fps)


def test_progress_grows_and_falls():
    _, states = run("uuuuu...", hold_s=1)
    assert [state.progress for state in states] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.2, 0, 0])
    assert [state.gesture for state in states] == ["thumb_up"] * 6 + [None] * 2


def test_progress_stays_full_while_it_is_held_on():
    _, states = run("u" * 20)
    assert states[-1] == Confirmation("thumb_up", 1.0, confirmed=False)


def test_a_pause_of_the_stream_does_not_confirm():
    button = HoldToConfirm()
    button.feed(0, "ok")
    assert button.feed(5, "ok") == Confirmation("ok", pytest.approx(0.3125), confirmed=False)


def test_a_frame_that_is_not_later_changes_nothing():
    button = HoldToConfirm()
    button.feed(0, "ok")
    before = button.feed(0.2, "ok")
    assert button.feed(0.2, "none") == button.feed(0.1, "none") == before


def test_refuses_wrong_times():
    with pytest.raises(InvalidOption, match="above 0 seconds, but got 0"):
        HoldToConfirm(hold_s=0)
    with pytest.raises(InvalidOption, match="number of seconds, but got nan"):
        HoldToConfirm().feed(np.nan, "ok")
