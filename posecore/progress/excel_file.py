"""Sessions as an Excel workbook: a sheet of sessions, one of repetitions and holds, and one of notes on form."""

import io
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from xml.etree.ElementTree import ParseError  # only the error  # nosec B405

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from posecore.errors import UnreadableSessions
from posecore.limits import LIMITS
from posecore.motion.exercises.results import FormNote
from posecore.progress.checks import MOST_NOTES
from posecore.progress.csv_file import check_size, flat_rows
from posecore.progress.rows import (
    DONE,
    HEAD,
    HOLD,
    MOST_COLUMNS,
    NOTE,
    PLACE,
    Row,
    cells_of,
    done_cells,
    head_cells,
    head_of,
    note_cells,
    note_of,
    range_columns,
    sessions_of,
    unreadable,
)
from posecore.progress.sessions import ExerciseSession
from posecore.progress.summaries import session_table

SESSIONS, REPETITIONS, NOTES = "Sessions", "Repetitions", "Form notes"
SUMMARY = ("sets", "count", "held_s", "joint", "range_deg", "repetition_s", "left_right_deg", "with_fault", "faults")
"""Columns that the first sheet has for its readers; they follow from the others and are not read."""

_TIME = "yyyy-mm-dd hh:mm:ss"
_WIDTHS = {"session": 38, "started_at": 20, "title": 30, "faults": 30, "cue": 40, "reason": 40, "check": 20}
_MOST_PARTS = 1000
# Cells compress well: the files written here to a fifth or less.
_UNPACKED = 5


def write_excel(sessions: Sequence[ExerciseSession]) -> bytes:
    """Write sessions as a workbook, with real numbers and dates. Times are UTC: Excel knows no time zones."""
    book = Workbook(write_only=True)
    summaries = {row["id"]: row for row in session_table(sessions).to_dict("records")}
    heads = _sheet(book, SESSIONS, [*HEAD, *SUMMARY])
    done = _sheet(book, REPETITIONS, ["session", *DONE, *(ranges := range_columns(sessions))])
    notes = _sheet(book, NOTES, ["session", *PLACE, *NOTE])
    for session in sessions:
        head = {**head_cells(session), "started_at": session.started_at.replace(tzinfo=None)}
        heads.append(
            _row(heads, {**head, **{name: summaries[head["session"]][name] for name in SUMMARY}}, [*HEAD, *SUMMARY])
        )
        for cells, form in done_cells(session):
            of = {"session": head["session"], **cells}
            done.append(_row(done, of, ["session", *DONE, *ranges]))
            for note in form:
                notes.append(_row(notes, {**of, **note_cells(note)}, ["session", *PLACE, *NOTE]))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read_excel(data: bytes) -> list[ExerciseSession]:
    """Read sessions from a workbook as ``write_excel`` writes it, or from one whose first sheet is such a CSV file.

    Raises:
        UnreadableSessions: if the file is not like that; the message says in which sheet, row and column.
    """
    check_size(data)
    with _naming_errors():
        _check_unpacked(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            if REPETITIONS not in book.sheetnames:
                first = book.worksheets[0]
                return sessions_of(flat_rows(_lines(first), f"Sheet {first.title!r}, row {{}}"))
            sheets = {name: book[name] for name in (SESSIONS, REPETITIONS, NOTES) if name in book.sheetnames}
            return _sessions_in({name: _lines(sheet) for name, sheet in sheets.items()})
        finally:
            book.close()


def _sessions_in(sheets: Mapping[str, Iterable[Sequence[Any]]]) -> list[ExerciseSession]:
    heads: dict[str, Row] = {}
    for row in _rows(sheets, SESSIONS, HEAD, SUMMARY):
        head_of(row)
        if heads.setdefault(row.text("session"), row) is not row:
            raise row.wrong("session", "an id that no other row has")
    notes: dict[tuple[Any, ...], list[FormNote]] = defaultdict(list)
    for row in _rows(sheets, NOTES, ("session", *PLACE, "check", "verdict", "threshold"), NOTE):
        notes[_key(row)].append(note_of(row.cells, row.place))
        if len(notes[_key(row)]) > MOST_NOTES:
            raise row.wrong("check", f"at most {MOST_NOTES} notes on a repetition")
    read = sessions_of(_joined(_rows(sheets, REPETITIONS, ("session", *PLACE), DONE), heads, notes))
    if notes:
        session, kind, set_number, number = next(iter(notes))
        raise unreadable(
            f"Sheet {NOTES!r}: expected each note to be on a row of sheet {REPETITIONS!r}, but there is no {kind} "
            f"{number} of set {set_number or '-'} of session {session!r}."
        )
    if len(read) < len(heads):
        raise unreadable(f"Expected at least one row in sheet {REPETITIONS!r} for each row in sheet {SESSIONS!r}.")
    return read


def _joined(
    rows: Iterable[Row], heads: Mapping[str, Row], notes: dict[tuple[Any, ...], list[FormNote]]
) -> Iterator[tuple[Row, tuple[FormNote, ...]]]:
    """Each repetition and hold with what is known of its session, and its notes, which are taken out."""
    for row in rows:
        head = heads.get(row.text("session"))
        if head is None:
            raise row.wrong("session", f"an id that is in sheet {SESSIONS!r}")
        cells = {**{name: head.cells[name] for name in HEAD if name in head.cells}, **row.cells}
        yield Row(row.place, cells), tuple(notes.pop(_key(row), ()))


def _key(row: Row) -> tuple[str, str, int, int]:
    kind = row.text("kind").strip().lower()
    return row.text("session"), kind, 0 if kind == HOLD else row.counted("set"), row.counted("number")


def _rows(
    sheets: Mapping[str, Iterable[Sequence[Any]]], name: str, needed: Sequence[str], known: Sequence[str]
) -> Iterator[Row]:
    if name not in sheets:
        raise unreadable(f"Expected sheets {SESSIONS!r}, {REPETITIONS!r} and {NOTES!r}, but {name!r} is missing.")
    return cells_of(sheets[name], f"Sheet {name!r}, row {{}}", needed, known)


def _lines(sheet: Any) -> Iterator[Sequence[Any]]:
    # What a file says of its size need not be true.
    sheet.reset_dimensions()
    yield from sheet.iter_rows(max_row=LIMITS.sessions_rows + 2, max_col=MOST_COLUMNS + 1, values_only=True)


def _check_unpacked(data: bytes) -> None:
    """Refuse a zip that is far larger than it looks, before anything in it is read."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    size, most = sum(part.file_size for part in parts), _UNPACKED * 1_000_000 * LIMITS.sessions_megabytes
    if any(part.compress_size > len(data) for part in parts):  # zipfile would make room for all of it
        raise unreadable("Expected an .xlsx file, but got one with a part that is said to be larger than all of it.")
    if len(parts) > _MOST_PARTS or size > most:
        raise unreadable(f"Expected at most {most:,} bytes after it is unpacked, but got {size:,}. Split it.")


@contextmanager
def _naming_errors() -> Iterator[None]:
    """Convert all that reading a damaged workbook can raise to UnreadableSessions."""
    try:
        yield
    except UnreadableSessions:
        raise
    except (
        zipfile.BadZipFile, InvalidFileException, ParseError, zlib.error, OSError, EOFError, NotImplementedError,
        RuntimeError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError,
    ) as error:  # fmt: skip
        raise unreadable(
            "It is no Excel workbook (.xlsx), or it is damaged or protected by a password. In the spreadsheet, save it "
            "as .xlsx without a password."
        ) from error


def _sheet(book: Workbook, name: str, columns: Sequence[str]) -> Any:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(column, 13)
    header = [WriteOnlyCell(sheet, column) for column in columns]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    return sheet


def _row(sheet: Any, cells: Mapping[str, Any], columns: Sequence[str]) -> list[Any]:
    row = [None if pd.isna(cell) else cell for cell in map(cells.get, columns)]
    if "started_at" in cells and "started_at" in columns:
        place = columns.index("started_at")
        row[place] = timed = WriteOnlyCell(sheet, row[place])
        timed.number_format = _TIME
    return row
