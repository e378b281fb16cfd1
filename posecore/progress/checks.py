"""What a session may hold: all that fits into every database and file, and no more than a session can be."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import get_args

from posecore.errors import InvalidSession
from posecore.motion.exercises.results import FormNote, Held, Repetition, Verdict

MOST_TITLE, MOST_TEXT, MOST_WORD = 200, 400, 60
"""Most characters of a title; of a cue or a reason; and of any other text of a session."""
MOST_DONE, MOST_NOTES = 10_000, 40
"""Most repetitions and holds of a session, and most notes on the form of one of them."""
MOST_THUMBNAIL_BYTES = 100 * 1024
MOST_SECONDS = 1e6
TEMPO = ("down", "hold", "up")
SIDES = ("left", "right", "both")

# Only the form of a name is checked: a database may hold exercises that a newer version of posecore counts.
_EXERCISE = re.compile(r"(?!auto$)(angle:)?[a-z][a-z0-9_]*")
_WORD = re.compile(r"[a-z][a-z0-9_-]*")
_JPEG = b"\xff\xd8\xff"


def check_head(started_at: datetime, exercise: str, source: str, title: str) -> None:
    """Raise InvalidSession unless this can say which session it is."""
    if started_at.utcoffset() is None:
        raise InvalidSession(f"Expected 'started_at' to have a time zone, but got {started_at.isoformat()}.")
    _check(1970 <= started_at.year < 2970, "started_at", started_at.isoformat())
    _check(bool(_EXERCISE.fullmatch(exercise)) and len(exercise) <= MOST_WORD, "exercise", exercise)
    _check(bool(_WORD.fullmatch(source)) and len(source) <= MOST_WORD, "source", source)
    _check_text("title", title, MOST_TITLE)


def check_amount(sets: Sequence[Sequence[Repetition]], held: Sequence[Held]) -> None:
    """Raise InvalidSession unless something was done, not too much, and in each set."""
    done = sum(map(len, sets)) + len(held)
    if not all(sets) or not 0 < done <= MOST_DONE:
        raise InvalidSession(
            f"Expected between 1 and {MOST_DONE:,} repetitions and holds and no empty set, but got {done:,} in "
            f"{len(sets):,} sets."
        )


def check_repetition(repetition: Repetition) -> None:
    """Raise InvalidSession unless a repetition can be stored."""
    _check_times(repetition.start_s, repetition.extreme_s, repetition.end_s)
    _check(repetition.side in SIDES, "side", repetition.side)
    _check(set(repetition.tempo_s) == set(TEMPO), "tempo_s", dict(repetition.tempo_s))
    _check(repetition.person == 0, "person", repetition.person)
    for phase, seconds in repetition.tempo_s.items():
        _check(_is_within(seconds, 0, MOST_SECONDS), f"{phase}_s", seconds)
    for joint, degrees in repetition.range_deg.items():
        _check(bool(_WORD.fullmatch(joint)) and len(joint) <= MOST_WORD, "joint", joint)
        _check(_is_within(degrees, 0, 360), f"range of {joint}", degrees)
    if repetition.left_right_deg is not None:
        _check(_is_within(repetition.left_right_deg, -360, 360), "left_right_deg", repetition.left_right_deg)
    check_form(repetition.form)


def check_hold(held: Held) -> None:
    """Raise InvalidSession unless a hold can be stored."""
    _check_times(held.start_s, held.end_s)
    for name, value in vars(held.steadiness).items():
        _check(value is None or _is_within(value, 0, MOST_SECONDS), name, value)
    check_form(held.form)


def _check_times(*times_s: float) -> None:
    for time_s in times_s:
        _check(_is_within(time_s, -MOST_SECONDS, MOST_SECONDS), "time in seconds", time_s)
    _check(list(times_s) == sorted(times_s), "order of start_s, extreme_s and end_s", times_s)


def check_form(notes: Sequence[FormNote]) -> None:
    """Raise InvalidSession unless the notes on one repetition or hold can be stored."""
    _check(len(notes) <= MOST_NOTES, "number of form notes", len(notes))
    for note in notes:
        for name in ("check", "view", "unit"):
            _check_text(name, getattr(note, name), MOST_WORD)
        for name in ("cue", "reason"):
            if getattr(note, name) is not None:
                _check_text(name, getattr(note, name), MOST_TEXT)
        _check(note.points == (), "points", note.points)
        _check(note.verdict in get_args(Verdict), "verdict", note.verdict)
        for name in ("threshold", "value", "time_s"):
            given = getattr(note, name)
            _check(
                _is_within(given, -MOST_SECONDS, MOST_SECONDS) or (given is None and name != "threshold"), name, given
            )
        _check(note.sureness is None or _is_within(note.sureness, 0, 1), "sureness", note.sureness)


def _is_within(number: object, least: float, most: float) -> bool:
    # bool is an int, and NaN is in no order
    return isinstance(number, (int, float)) and not isinstance(number, bool) and least <= number <= most


_EXPECTED = {
    "started_at": "of a year from 1970 to 2969",
    "exercise": "the name of an exercise, 'any' or 'angle:NAME'",
    "source": "one word in small letters, such as 'video' or 'camera'",
    "side": "one of 'left', 'right', 'both'",
    "verdict": "one of 'good', 'fault', 'not judged'",
    "person": "0, since people have no numbers outside their video",
    "points": "empty, since their picture is not kept",
    "tempo_s": "seconds down, hold and up",
    "joint": "the name of a joint",
    "sureness": "a number from 0 to 1",
    "number of form notes": f"at most {MOST_NOTES}",
    "order of start_s, extreme_s and end_s": "rising",
}


def _check(is_right: bool, name: str, given: object) -> None:
    if not is_right:
        expected = _EXPECTED.get(name, "a number within its range")
        raise InvalidSession(f"Expected '{name}' to be {expected}, but got {str(given)[:100]!r}.")


def _check_text(name: str, text: object, most: int) -> None:
    # What is not printable, such as half a surrogate pair, does not fit into every database and file.
    if not isinstance(text, str) or len(text) > most or not text.isprintable():
        raise InvalidSession(
            f"Expected '{name}' to be at most {most} printable characters, but got {str(text)[:50]!r}."
        )


def check_thumbnail(jpeg: bytes) -> None:
    """Raise InvalidSession unless it is a small JPEG picture."""
    if not jpeg.startswith(_JPEG) or len(jpeg) > MOST_THUMBNAIL_BYTES:
        raise InvalidSession(
            f"Expected 'thumbnail' to be a JPEG picture of at most {MOST_THUMBNAIL_BYTES:,} bytes, but got "
            f"{len(jpeg):,} bytes that begin with {jpeg[:3].hex(' ') or 'nothing'}."
        )
