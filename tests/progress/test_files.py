"""Sessions as CSV and Excel files: out and in without loss, through a spreadsheet, and from hostile hands."""

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from posecore import ExerciseSession, SessionStore, UnreadableSessions, count_repetitions
from posecore.progress import csv_file, excel_file, rows
from posecore.progress.csv_file import write_csv
from posecore.progress.excel_file import write_excel
from posecore.progress.files import read_sessions
from posecore.progress.rows import as_written, defused
from tests.motion.exercises.figure import plank as plank_sequence
from tests.motion.exercises.figure import squats as squats_sequence
from tests.progress.made import NOON, repetition

WRITERS = [write_csv, write_excel]
each_writer = pytest.mark.parametrize("write", WRITERS)
TITLES = st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs")), max_size=200).filter(str.isprintable)


def table_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def as_csv(table: list[list[str]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(table)
    return file.getvalue().encode(encoding)


def changed(data: bytes, row: int, column: str, cell: str) -> bytes:
    table = table_of(data)
    table[row - 1][table[0].index(column)] = cell
    return as_csv(table)


def said_of(data: bytes) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(UnreadableSessions) as caught:
        read_sessions(data)
    return str(caught.value).removeprefix("The file cannot be imported, and nothing of it was. ")


# Out and in


@each_writer
def test_what_goes_out_comes_in(write, squats, plank):
    counted = [
        ExerciseSession.of_clip(count_repetitions(sequence, exercise), started_at=NOON, title=exercise)
        for sequence, exercise in ((squats_sequence([1, 1, 1]), "squat"), (plank_sequence(), "plank"))
    ]
    sessions = [squats, plank, *counted]
    assert counted[0].form
    assert read_sessions(write(sessions)) == sessions


@each_writer
def test_importing_a_file_twice_adds_nothing(write, squats, plank):
    store = SessionStore(create_engine("sqlite://"))
    store.save_all("ann", [squats, plank])
    file = write(store.sessions("ann"))
    assert store.save_all("ann", read_sessions(file)) == 0
    assert store.save_all("bob", read_sessions(file)) == 2
    assert store.save_all("bob", read_sessions(file)) == 0
    assert store.sessions("bob") == [squats, plank]


@given(TITLES)
@settings(max_examples=60, deadline=None)
def test_any_title_survives_csv(title):
    session = ExerciseSession.of_sets("squat", [[repetition(0)]], started_at=NOON).repetitions
    one = ExerciseSession(NOON, "squat", "camera", title, (session,))
    assert read_sessions(write_csv([one])) == [one]


@given(st.lists(TITLES, max_size=12))
@settings(max_examples=8, deadline=None)
def test_any_title_survives_excel(titles):
    done = ExerciseSession.of_sets("squat", [[repetition(0)]], started_at=NOON)
    sessions = [replace(done, title=title, id=uuid4()) for title in ["_x0041_", "#N/A", "2026", " a ", *titles]]
    assert read_sessions(write_excel(sessions)) == sessions


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\uff1d1+1", "'=1", "''", "'"])
def test_a_formula_is_defused_and_comes_back(text):
    assert defused(text) == f"'{text}"
    assert as_written(defused(text)) == text
    assert defused("it's = 1") == as_written("it's = 1") == "it's = 1"
    assert as_written("'tis") == "'tis"  # written by hand


def test_no_cell_is_a_formula(squats):
    evil = replace(squats.sets[0][0].form[0], cue="=HYPERLINK(1)", unit="@x")
    done = replace(squats.sets[0][0], form=(evil,))
    session = replace(squats, title='=cmd|"/c calc"!A1', sets=((done,),))
    cells = [cell for row in table_of(write_csv([session]))[1:] for cell in row if cell.startswith(("=", "+", "@"))]
    assert cells == []
    book = openpyxl.load_workbook(io.BytesIO(write_excel([session])))
    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n", "d"}
    assert not [cell for sheet in book for row in sheet for cell in row if str(cell.value).startswith(("=", "@"))]
    assert read_sessions(write_csv([session])) == read_sessions(write_excel([session])) == [session]


def test_the_workbook_has_real_dates_and_numbers(squats, plank):
    book = openpyxl.load_workbook(io.BytesIO(write_excel([squats, plank])))
    assert book.sheetnames == ["Sessions", "Repetitions", "Form notes"]
    header, first, second = ([cell.value for cell in row] for row in book["Sessions"])
    told = dict(zip(header, first, strict=True))
    assert told["started_at"] == datetime(2026, 11, 28, 12, 0, 7)
    assert (told["count"], told["range_deg"], told["faults"]) == (3, 90, "depth (3)")
    assert dict(zip(header, second, strict=True))["held_s"] == 40.75
    assert [sheet.max_row for sheet in book] == [3, 6, 8]


# Through a spreadsheet


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-16"), (",", "utf-8")])
def test_a_spreadsheet_may_save_it_in_its_own_way(delimiter, encoding, squats, plank):
    table = table_of(write_csv([squats, plank]))
    if delimiter != ",":
        numbers = [place for place, column in enumerate(table[0]) if column.endswith(("_s", "_deg", "_cm", "_percent"))]
        for row in table[1:]:
            for place in numbers:
                row[place] = row[place].replace(".", ",")
    table.insert(3, [""] * len(table[0]))
    assert read_sessions(as_csv(table, delimiter, encoding)) == [squats, plank]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-28T12:00:07+00:00", NOON),
        ("2026-11-28 13:00:07+01:00", NOON),
        ("2026-11-28 12:00:07", NOON),
        ("28.11.2026 12:00:07", NOON),
        ("28.11.2026 12:00", NOON.replace(second=0)),
        ("3.2.2026 08:05", datetime(2026, 2, 3, 8, 5, tzinfo=UTC)),
        ("28/11/2026 12:00", NOON.replace(second=0)),
        ("11/28/2026 12:00 PM", NOON.replace(second=0)),
        ("11/28/2026 1:00 AM", datetime(2026, 11, 28, 1, tzinfo=UTC)),
        ("5/5/2026 12:00 am", datetime(2026, 5, 5, tzinfo=UTC)),
        ("28-11-2026", datetime(2026, 11, 28, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_spreadsheets_write_them(written, meant, squats):
    one = replace(squats, sets=squats.sets[1:])
    [read] = read_sessions(changed(write_csv([one]), 2, "started_at", written))
    assert read.started_at == meant


@pytest.mark.parametrize(
    "written",
    ["11/12/2026 12:00", "1-2-2026", "28.11.26", "31.02.2026", "28.11.2026 25:00", "0:00 PM", "46000.5", "",
     "yesterday", "0001-01-01", "9999-12-31T23:59:59-14:00", "5/5/2026 13:00 PM"],
)  # fmt: skip
def test_a_time_that_may_mean_another_is_refused(written, squats):
    said = said_of(changed(write_csv([squats]), 2, "started_at", written))
    assert said.startswith("Row 2, column 'started_at': expected a date and time that is the same everywhere")
    assert said.endswith(f"but got {written!r}." if written else "but got nothing.")


def test_a_csv_file_that_was_saved_as_a_workbook_is_read(squats, plank):
    book = openpyxl.Workbook()
    for row in table_of(write_csv([squats, plank])):
        book.active.append([float(cell) if cell.replace(".", "").isdigit() else cell for cell in row])
    file = io.BytesIO()
    book.save(file)
    assert read_sessions(file.getvalue()) == [squats, plank]


def test_a_table_written_by_hand_needs_no_ids():
    header = (
        "started_at,exercise,title,kind,set,number,start_s,extreme_s,end_s,side,down_s,hold_s,up_s,left_knee_range_deg"
    )
    row = "2026-11-28 12:00:07,squat,at the gym,Repetition,{},{},0,1,2,both,1,0,1,95"
    data = "\n".join([header, row.format(2, 1), row.format(1, 5), row.format(1, 2)]).encode()
    [session] = read_sessions(data)
    assert [len(each) for each in session.sets] == [2, 1]
    assert (session.source, session.title, session.range_deg) == ("import", "at the gym", 95)
    assert read_sessions(data)[0].id == session.id
    assert read_sessions(data.replace(b"gym", b"park"))[0].id != session.id


# From hostile hands

WRONG = [
    ("start_s", "abc", "a number, but got 'abc'"),
    ("start_s", "", "a number, but got nothing"),
    ("start_s", "nan", "a number, but got 'nan'"),
    ("start_s", "1_0", "a number, but got '1_0'"),
    ("down_s", "1,5", "a number, but got '1,5'"),
    ("down_s", "01. Mai", "a number, but got '01. Mai'"),
    ("number", "1.5", "a whole number from 1, but got '1.5'"),
    ("set", "0", "a whole number from 1, but got '0'"),
    ("kind", "jump", "'repetition' or 'hold', but got 'jump'"),
    ("exercise", "sqat", "one of squat, push_up, sit_up"),
    ("left_knee_range_deg", "1e9", "range of left_knee"),
    ("start_s", "1e3", "rising"),
    ("side", "up", "one of 'left', 'right', 'both', but got 'up'"),
    ("form", "[", "notes on form as JSON"),
    ("form", "[" * 100_000, "notes on form as JSON"),
    ("form", "{}", "a list of at most 40 notes"),
    ("form", '[{"evil": 1}]', "a list of at most 40 notes"),
    ("form", "[" + ",".join(["{}"] * 41) + "]", "a list of at most 40 notes"),
    ("form", '[{"check": "depth", "verdict": "bad", "threshold": 1}]', "one of 'good', 'fault', 'not judged'"),
    ("form", '[{"check": "depth", "verdict": "good", "threshold": 1e999}]', "threshold"),
    ("form", '[{"check": "depth", "verdict": "good", "threshold": 1' + "0" * 400 + "}]", "threshold"),
    ("form", '[{"check": "depth", "verdict": "good", "threshold": NaN}]', "threshold"),
    ("form", '[{"check": {"a": []}, "verdict": "good", "threshold": 1, "cue": "a\\u0000b"}]', "printable"),
    ("title", "a" * 201, "at most 200 printable characters"),
    ("title", "a\0b", "at most 200 printable characters"),
    ("source", "My camera", "one word"),
]


@pytest.mark.parametrize(("column", "cell", "expected"), WRONG)
def test_a_wrong_cell_is_named(column, cell, expected, squats):
    data = changed(write_csv([replace(squats, sets=squats.sets[1:])]), 2, column, cell)
    said = said_of(data)
    assert said.startswith("Row 2")
    assert "xpected" in said
    assert expected in said
    assert len(said) < 1000


def test_rows_that_contradict_each_other_are_named(squats, plank):
    file = write_csv([squats, plank])
    assert said_of(changed(file, 3, "title", "Evening")).startswith("Row 3: expected the same started_at, exercise")
    assert said_of(changed(file, 3, "number", "1")).startswith(
        "Row 3, column 'number': expected a number that no other"
    )
    again = changed(changed(file, 5, "session", f"{{{squats.id}}}"), 6, "session", f"{{{squats.id}}}")
    assert said_of(again).startswith("Row 5, column 'session': expected an id that no other session has")


def test_columns_that_are_missing_or_unknown_are_named(squats):
    table = table_of(write_csv([squats]))
    assert "'kind' is missing in: session, started_at" in said_of(
        as_csv([["x" if c == "kind" else c for c in table[0]]])
    )
    assert "expected no column 'note'" in said_of(as_csv([[*table[0], "note"], [*table[1], ""]]))
    assert "expected each column once" in said_of(as_csv([[*table[0], "kind"], [*table[1], ""]]))
    assert "Row 2: expected 23 cells as in the header" in said_of(as_csv([table[0], [*table[1], "more"]]))
    assert "'started_at' is missing in: name, age." in said_of(b"name;age\nAnn;44\n")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "Expected a file of 1 byte to 20 MB, but got 0 bytes"),
        (b"\n\n", "but got 2 bytes"),
        (b"\xff\xd8\xff\xe0" * 9, "Expected text in UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99, "an old Excel file (.xls) or one with a password"),
        (b"PK\x03\x04 and nothing else", "It is no Excel workbook"),
        ("Überschrift;Größe\n".encode("latin-1"), "choose to save it as CSV UTF-8"),
        (b'"a","b\n' * 3, "It is not CSV"),
        (b"a" * 200_000, "It is not CSV: field larger"),
    ],
)
def test_other_files_are_refused_in_a_sentence(data, expected):
    assert expected in said_of(data)


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_a_zip_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(excel_file, "LIMITS", replace(rows.LIMITS, sessions_megabytes=1))
    said = said_of(zipped(bomb=bytes(6_000_000)))
    assert "Expected at most 5,000,000 bytes after it is unpacked, but got 6,000,000" in said
    assert "It is no Excel workbook" in said_of(zipped(other=b"a photo"))
    lying = bytearray(zipped(other=b"a photo"))
    packed_bytes = lying.rfind(b"PK\x01\x02") + 20  # in the zip's directory
    lying[packed_bytes : packed_bytes + 4] = b"\xff\xff\xff\x7f"
    assert "a part that is said to be larger than all of it" in said_of(bytes(lying))


def rebuilt(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped(**{name: change(name, archive.read(name)) for name in archive.namelist()})


def test_a_workbook_that_lies_about_its_size_is_read_as_it_is(squats):
    def lie(name: str, content: bytes) -> bytes:
        return content.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>', 1)

    assert read_sessions(rebuilt(write_excel([squats]), lie)) == [squats]


def test_entities_are_not_expanded(squats):
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + place, b"&%c;" % (97 + place) * 10) for place in range(9)
    )

    def laugh(name: str, content: bytes) -> bytes:
        if not name.endswith("sheet1.xml"):
            return content
        return laughs + b"]>" + content.replace(b"Morning", b"&j;")

    assert "It is no Excel workbook" in said_of(rebuilt(write_excel([squats]), laugh))


def test_rows_beyond_the_limit_are_refused(squats, monkeypatch):
    for module in (rows, excel_file):
        monkeypatch.setattr(module, "LIMITS", replace(rows.LIMITS, sessions_rows=2))
    for write in WRITERS:
        assert "It has more than the 2 rows that are read at once. Split it." in said_of(write([squats]))
    monkeypatch.setattr(csv_file, "LIMITS", replace(rows.LIMITS, sessions_megabytes=0))
    assert "to 0 MB, but got" in said_of(write_csv([squats]))


def test_sheets_that_do_not_fit_together_are_named(squats, plank):
    def without(sheet: str, row: int) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(write_excel([squats, plank])))
        book[sheet].delete_rows(row)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    orphan = said_of(without("Sessions", 3))
    assert orphan.startswith("Sheet 'Repetitions', row 5, column 'session': expected an id that is in sheet 'Sessions'")
    assert "there is no repetition 1 of set 2 of session" in said_of(without("Repetitions", 4))
    assert "'check'" not in said_of(without("Sessions", 1))
    book = openpyxl.load_workbook(io.BytesIO(write_excel([squats])))
    book["Repetitions"]["I2"] = "=1+"
    book["Sessions"]["B2"] = "soon"
    file = io.BytesIO()
    book.save(file)
    assert said_of(file.getvalue()).startswith("Sheet 'Sessions', row 2, column 'started_at': expected a date and time")


@each_writer
def test_damaged_files_are_read_or_refused(write, squats, plank):
    good, random_ = write([squats, plank]), random.Random(5)
    for _ in range(60):
        data = bytearray(good)
        for _ in range(random_.choice([1, 3, 20])):
            data[random_.randrange(len(data))] = random_.randrange(256)
        try:
            read_sessions(bytes(data[: random_.choice([len(data), random_.randrange(len(data))])]))
        except UnreadableSessions:
            continue


def test_damage_inside_a_workbook_is_refused_or_read(squats):
    good, random_ = write_excel([squats]), random.Random(7)

    def damage(name: str, content: bytes) -> bytes:
        data = bytearray(content)
        for _ in range(random_.choice([0, 0, 1, 2])):
            data[random_.randrange(len(data))] = random_.choice(b'<>"/=0a &')
        return bytes(data)

    outcomes = set()
    for _ in range(60):
        try:
            outcomes.add(type(read_sessions(rebuilt(good, damage))))
        except UnreadableSessions as error:
            outcomes.add(type(error))
    assert outcomes == {list, UnreadableSessions}


def test_ids_are_uuids_whatever_the_file_says(squats):
    table = table_of(write_csv([squats]))
    for row in table[1:]:
        row[0] = "../../etc/passwd"
    [session] = read_sessions(as_csv(table))
    assert isinstance(session.id, UUID)
    assert json.loads(table[1][-1])[0]["cue"] == "Go lower"
