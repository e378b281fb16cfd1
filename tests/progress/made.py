"""Parts of sessions, made up."""

from datetime import UTC, datetime

from posecore.motion.exercises.results import FormNote, Repetition

FAULT = FormNote("depth", "fault", "side", "°", 20.0, 31.24, 101.2, (("left_knee",),), 0.812, "Go lower")
UNSEEN = FormNote("heels", "not judged", "front", "°", 15.0, reason="only seen from the side")
JPEG = b"\xff\xd8\xff\xe0 and so on"
NOON = datetime(2026, 11, 28, 12, 0, 7, tzinfo=UTC)


def repetition(start_s: float, range_deg: float = 90.0, left_right_deg: float | None = -1.26) -> Repetition:
    return Repetition(
        start_s,
        start_s + 1.0004,
        start_s + 2,
        "both",
        {"left_knee": range_deg + 1, "right_knee": range_deg - 1, "left_hip": 70.123},
        {"down": 0.8, "hold": 0.3, "up": 0.9},
        left_right_deg,
        person=3,
        form=(FAULT, UNSEEN),
    )
