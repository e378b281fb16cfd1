"""Gestures that press buttons of the Webcam page: each is held to confirm, and none counts unless it is switched on."""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from pages.ui.shared.module_component import module_component
from posecore import FrameHands, FramePoses
from posecore.signs.confirming import HOLD_S, HoldToConfirm
from posecore.signs.recognition import gestures_of

_SURE = 0.7
_KEY = "webcam_gestures"
_HERE = Path(__file__).parent


class _Button(NamedTuple):
    """What a gesture does, and the button that it presses."""

    does: str
    selector: str


BUTTONS = {
    "thumb_up": _Button("start or stop recording", '.lc [data-do="record"]'),
    "victory": _Button("take a snapshot", '.lc [data-do="snapshot"]'),
    "open_palm": _Button("begin the coach's next set", '.co [data-do="begin"]'),
}
"""By the name of the gesture."""

_board = module_component(
    "posecore_gesture_buttons",
    html='<div class="gb" role="status" aria-live="polite"><span class="gb-text"></span><i class="gb-bar"></i></div>',
    css=(_HERE / "gesture_buttons.css").read_text(encoding="utf-8"),
    module="live/gesture_buttons.js",
)


class GestureButtons:
    """Follows the gestures before one camera, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hold = HoldToConfirm()
        self._newest_s = float("-inf")
        self._pressed = 0
        self._gesture = ""
        self._progress = 0.0
        self._acted = ""

    def report(self, frames: Iterable[tuple[FramePoses, FrameHands | None]]) -> dict[str, Any]:
        """What is held and what was pressed, as plain values for JSON.

        Args:
            frames: the newest of the stream; known ones are left out.
        """
        with self._lock:
            for _poses, hands in frames:
                if hands is not None and hands.time_s > self._newest_s:
                    self._newest_s = hands.time_s
                    self._feed(hands)
            return {
                "gesture": self._gesture.replace("_", " "),
                "does": BUTTONS[self._gesture].does if self._gesture else "",
                "progress": round(self._progress, 2),
                "pressed": self._pressed,
                "selector": BUTTONS[self._acted].selector if self._acted else "",
            }

    def _feed(self, hands: FrameHands) -> None:
        names, scores = gestures_of(hands)
        held = [name for name, score in zip(names, scores, strict=True) if name in BUTTONS and score >= _SURE]
        state = self._hold.feed(hands.time_s, held[0] if held else None)
        self._gesture, self._progress = state.gesture or "", state.progress
        if state.confirmed:
            self._acted = self._gesture
            self._pressed += 1


def are_gesture_buttons_on() -> bool:
    """Whether the visitor has switched them on, before they are offered in this run."""
    return bool(st.session_state.get(_KEY))


def choose_gesture_buttons() -> GestureButtons | None:
    """Offer gestures as buttons, off by default. The same choice gives the visit's same object."""
    table = "\n".join(f"- **{name.replace('_', ' ')}**: {button.does}" for name, button in BUTTONS.items())
    on = st.toggle(
        "Gesture buttons",
        False,
        key=_KEY,
        persist_state="session",
        help=f"Hold a gesture for {HOLD_S} s, and let it go before the next:\n{table}\n\nLooks for hands too, which "
        "takes a little longer per frame.",
    )
    if not on:
        st.session_state.pop("gesture_buttons", None)
        return None
    buttons: GestureButtons = st.session_state.setdefault("gesture_buttons", GestureButtons())
    _board(key="gesture_board", data={})
    return buttons
