"""Sessions as CSV: a row for each repetition and hold. Everything comes back but the thumbnails."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from posecore.limits import LIMITS
from posecore.motion.exercises.results import FormNote
from posecore.progress.checks import MOST_NOTES
from posecore.progress.rows import (
    DONE,
    HEAD,
    NOTE,
    Row,
    cells_of,
    done_cells,
    head_cells,
    note_cells,
    note_of,
    range_columns,
    sessions_of,
    unreadable,
)
from posecore.progress.sessions import ExerciseSession

FORM = "form"
"""The column of all notes on form, as JSON."""
OPTIONAL = ("session", "source", "title", "left_right_deg", "sway_cm", "sway_percent", "tremor_deg", FORM)
NEEDED = tuple(column for column in (*HEAD, *DONE) if column not in OPTIONAL)
_DELIMITERS = ",;\t"


def write_csv(sessions: Sequence[ExerciseSession]) -> bytes:
    """Write sessions as CSV in UTF-8, with a mark by which Excel knows that."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, [*HEAD, *DONE, *range_columns(sessions), FORM])
    writer.writeheader()
    for session in sessions:
        # Excel leaves this form of a time as it is.
        head = {**head_cells(session), "started_at": session.started_at.isoformat()}
        for cells, form in done_cells(session):
            notes = json.dumps([note_cells(note) for note in form], ensure_ascii=False) if form else ""
            writer.writerow({**head, **cells, FORM: notes})
    return file.getvalue().encode("utf-8-sig")


def read_csv(data: bytes) -> list[ExerciseSession]:
    """Read sessions from CSV, also after a spreadsheet saved it with semicolons, tabs or decimal commas.

    Raises:
        UnreadableSessions: if the file is not as ``write_csv`` writes it; the message says in which row and column.
    """
    check_size(data)
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable(
            "Expected text in UTF-8, but got another encoding. In the spreadsheet, choose to save it as CSV UTF-8."
        ) from error
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return sessions_of(flat_rows(lines, "Row {}", decimal_comma=delimiter != ","))
    except csv.Error as error:
        raise unreadable(f"It is not CSV: {error} near line {lines.line_num}.") from error


def check_size(data: bytes) -> None:
    """Refuse a file that is empty or too large."""
    if not data.strip() or len(data) > 1_000_000 * LIMITS.sessions_megabytes:
        raise unreadable(
            f"Expected a file of 1 byte to {LIMITS.sessions_megabytes} MB, but got {len(data):,} bytes. Split a file "
            "that is too large."
        )


def flat_rows(
    lines: Iterable[Sequence[Any]], place: str, *, decimal_comma: bool = False
) -> Iterator[tuple[Row, tuple[FormNote, ...]]]:
    """The rows of a table that has everything in one row, and the notes on form in each."""
    for row in cells_of(lines, place, NEEDED, OPTIONAL):
        yield replace(row, decimal_comma=decimal_comma), _notes_of(row)


def _notes_of(row: Row) -> tuple[FormNote, ...]:
    if FORM not in row.cells:
        return ()
    try:
        notes = json.loads(row.text(FORM))
    except (ValueError, RecursionError) as error:
        raise row.wrong(FORM, "notes on form as JSON") from error
    is_right = isinstance(notes, list) and all(isinstance(note, dict) and set(note) <= set(NOTE) for note in notes)
    if not is_right or len(notes) > MOST_NOTES:
        raise row.wrong(FORM, f"a list of at most {MOST_NOTES} notes on form")
    return tuple(note_of(note, f"{row.place}, column {FORM!r}") for note in notes)
