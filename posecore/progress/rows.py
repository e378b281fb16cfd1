"""Sessions as rows of cells, which CSV and Excel files share, and back again.

A row is one repetition or hold. What is read may come from anywhere, and was perhaps changed in a spreadsheet: every
cell is checked, and an error says in which row and column it is, what was expected and what is there.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from posecore.errors import InvalidOption, InvalidSession, UnreadableSessions
from posecore.limits import LIMITS
from posecore.motion.exercises.choosing import check_exercise
from posecore.motion.exercises.results import FormNote, Held, Repetition, Steadiness
from posecore.progress.checks import TEMPO, check_form, check_hold, check_repetition
from posecore.progress.sessions import ExerciseSession
from posecore.tables import as_written, defused

HEAD = ("session", "started_at", "exercise", "source", "title")
PLACE = ("kind", "set", "number")
STEADINESS = ("sway_cm", "sway_percent", "tremor_deg")
DONE = (
    *PLACE,
    "start_s",
    "extreme_s",
    "end_s",
    "side",
    *(f"{phase}_s" for phase in TEMPO),
    "left_right_deg",
    *STEADINESS,
)
NOTE = ("check", "verdict", "view", "value", "threshold", "unit", "time_s", "sureness", "cue", "reason")
RANGE = "_range_deg"
MOST_COLUMNS = 100

REPETITION, HOLD = "repetition", "hold"

_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,20})?([eE][-+]?\d{1,3})?", re.ASCII)
_LOCAL_TIME = re.compile(
    r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:,? +(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AP])M)?)?", re.ASCII | re.IGNORECASE
)
_SAME_ID = UUID("6f1f2d0e-3d0c-5a0f-8f0b-9b1f2b7f6c11")


def head_cells(session: ExerciseSession) -> dict[str, Any]:
    """The cells that say which session it is."""
    return {
        "session": str(session.id),
        "started_at": session.started_at,
        "exercise": session.exercise,
        "source": session.source,
        "title": defused(session.title),
    }


def done_cells(session: ExerciseSession) -> Iterator[tuple[dict[str, Any], tuple[FormNote, ...]]]:
    """For each repetition and hold, its cells and its notes on form; what does not apply is left out."""
    for set_number, one in enumerate(session.sets, start=1):
        for number, each in enumerate(one, start=1):
            yield (
                {
                    "kind": REPETITION,
                    "set": set_number,
                    "number": number,
                    **{name: getattr(each, name) for name in ("start_s", "extreme_s", "end_s", "side")},
                    **{f"{phase}_s": each.tempo_s[phase] for phase in TEMPO},
                    "left_right_deg": each.left_right_deg,
                    **{f"{joint}{RANGE}": degrees for joint, degrees in each.range_deg.items()},
                },
                each.form,
            )
    for number, held in enumerate(session.held, start=1):
        times_s = {"start_s": held.start_s, "end_s": held.end_s}
        yield {"kind": HOLD, "number": number, **times_s, **vars(held.steadiness)}, held.form


def range_columns(sessions: Iterable[ExerciseSession]) -> list[str]:
    """A column for each joint whose range any of the sessions has."""
    joints = (joint for session in sessions for each in session.repetitions for joint in each.range_deg)
    return [f"{joint}{RANGE}" for joint in dict.fromkeys(joints)]


def note_cells(note: FormNote) -> dict[str, Any]:
    """The cells of a note on form."""
    cells = ((name, getattr(note, name)) for name in NOTE)
    return {name: defused(cell) if isinstance(cell, str) else cell for name, cell in cells if cell is not None}


@dataclass(frozen=True)
class Row:
    """One row of a file, whose cells are text (CSV), or text, numbers and times (Excel).

    Attributes:
        place: where it is, such as ``"Row 3"``.
        cells: by column; empty ones are left out.
        decimal_comma: whether numbers may be written as 1,5.
    """

    place: str
    cells: Mapping[str, Any]
    decimal_comma: bool = False

    def wrong(self, column: str, expected: str) -> UnreadableSessions:
        """The error that a cell is not what was expected."""
        given = repr(str(self.cells[column])[:60]) if column in self.cells else "nothing"
        return unreadable(f"{self.place}, column {column!r}: expected {expected}, but got {given}.")

    def text(self, column: str) -> str:
        """Text of a cell; empty if there is none."""
        given = self.cells.get(column, "")
        if isinstance(given, float) and given.is_integer():  # a title such as 2026 is a number to Excel
            given = int(given)
        return as_written(str(given))

    def number(self, column: str) -> float | None:
        """Number in a cell; None if there is none."""
        given = self.cells.get(column)
        if given is None or isinstance(given, float):
            return given
        text = str(given).strip()
        text = text.replace(",", ".") if self.decimal_comma and "." not in text else text
        if not _NUMBER.fullmatch(text):
            raise self.wrong(column, "a number")
        return float(text)

    def needed(self, column: str) -> float:
        """Number in a cell that must have one."""
        number = self.number(column)
        if number is None:
            raise self.wrong(column, "a number")
        return number

    def counted(self, column: str) -> int:
        """Whole number from 1 in a cell."""
        number = self.number(column)
        if number is None or not 1 <= number <= 1e6 or number != int(number):
            raise self.wrong(column, "a whole number from 1")
        return int(number)

    def time(self, column: str) -> datetime:
        """Time in a cell; UTC if it says no other zone."""
        given = self.cells.get(column)
        found = given if isinstance(given, datetime) else _time_of(str(given or "").strip())
        if found is None or not 1970 <= found.year < 2970:
            raise self.wrong(
                column, "a date and time that is the same everywhere, such as 2026-11-28 17:05:00 or 28.11.2026 17:05"
            )
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def _time_of(text: str) -> datetime | None:
    """Time of ISO 8601, or as a spreadsheet writes it, if it can be read in one way only; else None."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        local = _LOCAL_TIME.fullmatch(text)
    if local is None:
        return None
    first, mark, second = int(local[1]), local[2], int(local[3])
    # Dots are written between day and month only; slashes and hyphens also between month and day.
    if mark != "." and first <= 12 and second <= 12 and first != second:
        return None
    day, month = (first, second) if mark == "." or second <= 12 else (second, first)
    hour, half = int(local[5] or 0), (local[8] or "").upper()
    if half:
        hour = hour % 12 + (12 if half == "P" else 0) if 1 <= hour <= 12 else 24
    try:
        return datetime(int(local[4]), month, day, hour, int(local[6] or 0), int(local[7] or 0))
    except ValueError:
        return None


class Head(NamedTuple):
    """Which session a row is of."""

    started_at: datetime
    exercise: str
    source: str
    title: str


def head_of(row: Row) -> Head:
    """What the row says of its session.

    Raises:
        UnreadableSessions: if it is not right; the message says where.
    """
    exercise = row.text("exercise").strip()
    try:
        check_exercise(exercise)
    except InvalidOption as error:
        raise unreadable(f"{row.place}, column 'exercise': {error}") from error
    return Head(row.time("started_at"), exercise, row.text("source").strip() or "import", row.text("title"))


def cells_of(
    rows: Iterable[Sequence[Any]], place: str, needed: Collection[str], known: Collection[str]
) -> Iterator[Row]:
    """The rows below a header, without empty ones.

    Args:
        rows: all rows of a table, the header first.
        place: where it is, with {} for the number of the row.
        needed: columns that must be there.
        known: those that may be there besides, and columns of ranges.

    Raises:
        UnreadableSessions: if a column is missing, unknown or there twice, or there are too many rows.
    """
    lines = iter(rows)
    header = [str(cell if cell is not None else "").strip() for cell in next(lines, ())]
    while header and not header[-1]:
        header.pop()
    _check_header(header, place.format(1), needed, known)
    for number, line in enumerate(lines, start=2):
        if number > LIMITS.sessions_rows + 1:
            raise unreadable(f"It has more than the {LIMITS.sessions_rows:,} rows that are read at once. Split it.")
        cells = {column: cell for column, cell in zip(header, line, strict=False) if cell not in (None, "")}
        if "" in cells or any(cell not in (None, "") for cell in line[len(header) :]):
            raise unreadable(f"{place.format(number)}: expected {len(header)} cells as in the header, but got more.")
        if cells:
            yield Row(place.format(number), cells)


def _check_header(header: Sequence[str], place: str, needed: Collection[str], known: Collection[str]) -> None:
    named = [column for column in header if column]
    for column in needed:
        if column not in named:
            got = ", ".join(named)[:200] or "nothing"
            raise unreadable(f"{place}: expected the columns {', '.join(needed)}; {column!r} is missing in: {got}.")
    for column in named:
        if column not in {*needed, *known} and not column.endswith(RANGE):
            raise unreadable(f"{place}: expected no column {column[:60]!r}, but only {', '.join([*needed, *known])}.")
    if len(set(named)) < len(named) or len(header) > MOST_COLUMNS:
        raise unreadable(f"{place}: expected each column once and at most {MOST_COLUMNS}, but got {len(header)}.")


@dataclass
class _Found:
    """A session while its rows are read."""

    row: Row
    head: Head
    sets: dict[int, dict[int, Repetition]] = field(default_factory=dict)
    held: dict[int, Held] = field(default_factory=dict)


def sessions_of(rows: Iterable[tuple[Row, tuple[FormNote, ...]]]) -> list[ExerciseSession]:
    """The sessions that rows are of, each with its notes on form, in any order.

    A session keeps its id. If a file was written by hand and has other words there, or nothing, the id follows from
    these and the start, exercise and title, so that reading it again gives the same.

    Raises:
        UnreadableSessions: if a row is not right; the message says where.
    """
    found: dict[tuple[Any, ...], _Found] = {}
    for row, form in rows:
        head, name = head_of(row), row.text("session").strip()
        key = (name,) if name else head
        session = found.setdefault(key, _Found(row, head))
        if session.head != head:
            raise unreadable(
                f"{row.place}: expected the same {', '.join(HEAD[1:])} as in the other rows of its session "
                f"({session.row.place}), but got others."
            )
        _add(session, row, form)
    made: dict[UUID, ExerciseSession] = {}
    for session in found.values():
        one = _session(session)
        if one.id in made:
            raise session.row.wrong("session", "an id that no other session has")
        made[one.id] = one
    return list(made.values())


def _add(session: _Found, row: Row, form: tuple[FormNote, ...]) -> None:
    kind, number = row.text("kind").strip().lower(), row.counted("number")
    if kind not in (REPETITION, HOLD):
        raise row.wrong("kind", f"{REPETITION!r} or {HOLD!r}")
    into: dict[int, Any] = session.sets.setdefault(row.counted("set"), {}) if kind == REPETITION else session.held
    if number in into:
        raise row.wrong("number", "a number that no other row of its set has")
    try:
        into[number] = _repetition(row, form) if kind == REPETITION else _hold(row, form)
    except InvalidSession as error:
        raise unreadable(f"{row.place}: {error}") from error


def _repetition(row: Row, form: tuple[FormNote, ...]) -> Repetition:
    ranges = {column.removesuffix(RANGE): row.needed(column) for column in row.cells if column.endswith(RANGE)}
    made = Repetition(
        start_s=row.needed("start_s"),
        extreme_s=row.needed("extreme_s"),
        end_s=row.needed("end_s"),
        side=row.text("side").strip().lower(),
        range_deg=ranges,
        tempo_s={phase: row.needed(f"{phase}_s") for phase in TEMPO},
        left_right_deg=row.number("left_right_deg"),
        person=0,
        form=form,
    )
    check_repetition(made)
    return made


def _hold(row: Row, form: tuple[FormNote, ...]) -> Held:
    steadiness = Steadiness(*(row.number(name) for name in STEADINESS))
    made = Held(row.needed("start_s"), row.needed("end_s"), form, steadiness)
    check_hold(made)
    return made


def _session(session: _Found) -> ExerciseSession:
    head, name = session.head, session.row.text("session").strip()
    try:
        id = UUID(name)
    except ValueError:
        id = uuid5(_SAME_ID, json.dumps([name, head.started_at.astimezone(UTC).isoformat(), head.exercise, head.title]))
    try:
        return ExerciseSession(
            started_at=head.started_at,
            exercise=head.exercise,
            source=head.source,
            title=head.title,
            sets=tuple(tuple(of[number] for number in sorted(of)) for _, of in sorted(session.sets.items())),
            held=tuple(session.held[number] for number in sorted(session.held)),
            id=id,
        )
    except InvalidSession as error:
        raise unreadable(f"{session.row.place}: {error}") from error


def note_of(cells: Mapping[str, Any], place: str) -> FormNote:
    """A note on form from its cells.

    Raises:
        UnreadableSessions: if it is not right; the message says where.
    """
    row = Row(place, cells)
    made = FormNote(
        check=row.text("check"),
        verdict=row.text("verdict"),  # type: ignore[arg-type]  # checked below
        view=row.text("view"),
        unit=row.text("unit"),
        threshold=row.needed("threshold"),
        value=row.number("value"),
        time_s=row.number("time_s"),
        sureness=row.number("sureness"),
        cue=row.text("cue") or None,
        reason=row.text("reason") or None,
    )
    try:
        check_form([made])
    except InvalidSession as error:
        raise unreadable(f"{place}: {error}") from error
    return made


def unreadable(why: str) -> UnreadableSessions:
    """The error that a file cannot be read."""
    return UnreadableSessions(f"The file cannot be imported, and nothing of it was. {why}")
