"""Excel: a workbook with what was found in a video, for people who open it rather than programs that read it.

Its sheets: a summary with each angle in a few numbers and charts, the angles over time, their turning points, the
landmarks with a row for each frame and person, and how reliable each person's track is. It is written row by row, so
memory does not grow with the number of frames.
"""

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from posecore.export.facts import facts_in_words, lens_is_given
from posecore.motion.angles import ANGLES, measure_angles
from posecore.motion.curve_summary import CurveSummary, summarise_curve
from posecore.motion.facing import Sides, find_sides
from posecore.motion.trust import trust_table
from posecore.motion.usual_error import find_kinds, usual_errors
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33
from posecore.system import whole_file

SUMMARY, ANGLES_SHEET, TURNS, LANDMARKS, PEOPLE = "Summary", "Angles", "Turning points", "Landmarks", "People"
"""The sheets, in their order."""
MOST_ROWS = 1_048_576
"""Rows that Excel opens in one sheet; what is beyond them is left out, and the summary says so."""

_MEASURES = (
    (" x (px)", "xy", 0, "0.0"),
    (" y (px)", "xy", 1, "0.0"),
    (" x (m)", "world", 0, "0.000"),
    (" y (m)", "world", 1, "0.000"),
    (" z (m)", "world", 2, "0.000"),
    (" visibility", "visibility", None, "0.00"),
)  # fmt: skip
_BLOCK = 2_000  # frames made at a time
_MOST_CHARTS, _MOST_CHART_ROWS = 3, 20_000
_CHARTED = (("left_knee", "right_knee"), ("left_elbow", "right_elbow"))
_COLOURS = ("#d55e00", "#0072b2")  # left and right, as everywhere
_WIDTH = 12
_MOST_LETTERS = 32_767  # of a cell


def write_excel(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    *,
    facts: Mapping[str, Any] | None = None,
    raw: PoseSequence | None = None,
) -> None:
    """Write the workbook; the file appears whole or not at all.

    Cells are real numbers; a cell is empty where a value is not known. In the sheets of angles and landmarks each
    person's rows follow one another, from the first to the last frame in which they are seen. Turning points are those
    of ``posecore.motion.curve_summary``.

    Args:
        sequence: the result.
        path: path of the file.
        facts: what is known of the result, as ``posecore.runs.manifest`` makes it.
        raw: the same people before they were smoothed, whose reliability is judged; None: that of the result is.

    Raises:
        OSError: if the file cannot be written.
    """
    with whole_file(path) as part:
        # A text that begins with "=" or looks like an address stays a text: names come from anywhere.
        book = Workbook(
            part, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
        )
        try:
            _Book(book, sequence).write(facts or {}, sequence if raw is None else raw)
        finally:
            book.close()


class _Book:
    """The sheets of a workbook of one sequence."""

    def __init__(self, book: Workbook, sequence: PoseSequence) -> None:
        self.book, self.sequence = book, sequence
        self.sheets = {name: book.add_worksheet(name) for name in (SUMMARY, ANGLES_SHEET, TURNS, LANDMARKS, PEOPLE)}
        self.bold = book.add_format({"bold": True})
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.formats = {form: book.add_format({"num_format": form}) for form in ("0.0", "0.00", "0.000")}
        seen = sequence.seen
        self.spans = {
            slot: (int(frames[0]), int(frames[-1]) + 1)
            for slot in range(len(sequence.person_ids))
            if len(frames := np.flatnonzero(seen[:, slot]))
        }
        self.left_out: list[str] = []

    def write(self, facts: Mapping[str, Any], judged: PoseSequence) -> None:
        angles = measure_angles(self.sequence)
        summaries = {
            slot: {
                name: summarise_curve(angles[:, slot, place], self.sequence.cuts) for place, name in enumerate(ANGLES)
            }
            for slot in self.spans
        }
        sides = find_sides(judged)
        errors = usual_errors(self.sequence, kinds=find_kinds(self.sequence, sides))
        rows_of = self._angles(angles)
        self._turns(summaries)
        self._landmarks()
        self._people(judged, sides, facts)
        self._summary(facts, summaries, rows_of, np.where(np.isfinite(angles), errors, np.nan))

    def _name(self, slot: int) -> str | int:
        person = int(self.sequence.person_ids[slot])
        return self.sequence.names.get(person) or person

    def _head(self, sheet: Worksheet, headings: Sequence[str], *, frozen: int, widths: Mapping[int, int]) -> None:
        sheet.set_column(0, len(headings) - 1, _WIDTH)
        for column, width in widths.items():
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, frozen)
        _write_row(sheet, 0, headings, [self.heading] * len(headings))

    def _angles(self, angles: FloatArray) -> dict[int, range]:
        """Write the angles; return the rows of each person."""
        sheet = self.sheets[ANGLES_SHEET]
        titles = [f"{definition.title} (°)" for definition in ANGLES.values()]
        self._head(sheet, ["Frame", "Time (s)", "Person", *titles], frozen=3, widths={})
        formats = [None, self.formats["0.000"], None, *[self.formats["0.0"]] * len(ANGLES)]
        rows_of, row = {}, 1
        for slot, (start, end) in self.spans.items():
            fits = max(0, min(end - start, MOST_ROWS - row))
            self._note_left_out(ANGLES_SHEET, slot, end - start - fits)
            rows_of[slot] = range(row, row + fits)
            for frame in range(start, start + fits):
                values = [frame, self.sequence.times_s[frame], self._name(slot), *angles[frame, slot].tolist()]
                _write_row(sheet, row, values, formats)
                row += 1
        return rows_of

    def _turns(self, summaries: Mapping[int, Mapping[str, CurveSummary]]) -> None:
        sheet = self.sheets[TURNS]
        self._head(sheet, ["Person", "Angle", "Turn", "Frame", "Time (s)", "Value (°)"], frozen=0, widths={1: 18})
        formats = [None, None, None, None, self.formats["0.000"], self.formats["0.0"]]
        turns = (
            (slot, name, turn)
            for slot, of_person in summaries.items()
            for name, summary in of_person.items()
            for turn in summary.turns
        )
        for row, (slot, name, turn) in enumerate(turns, 1):
            if row >= MOST_ROWS:
                self.left_out.append(f"{TURNS}: only the first {MOST_ROWS - 1:,} are in this file.")
                break
            values = [self._name(slot), ANGLES[name].title, "high" if turn.is_high else "low", turn.frame]
            _write_row(sheet, row, [*values, self.sequence.times_s[turn.frame], turn.value], formats)

    def _landmarks(self) -> None:
        sheet = self.sheets[LANDMARKS]
        words = [name.replace("_", " ").capitalize() for name in BLAZEPOSE_33.landmarks]
        headings = [word + measure for word in words for measure, *_ in _MEASURES]
        self._head(sheet, ["Frame", "Time (s)", "Person", *headings], frozen=3, widths={})
        formats = [None, self.formats["0.000"], None, *[self.formats[form] for *_, form in _MEASURES] * len(words)]
        row = 1
        for slot, (start, end) in self.spans.items():
            fits = max(0, min(end - start, MOST_ROWS - row))
            self._note_left_out(LANDMARKS, slot, end - start - fits)
            for first in range(start, start + fits, _BLOCK):
                block = slice(first, min(first + _BLOCK, start + fits))
                for frame, values in zip(range(first, block.stop), self._wide(block, slot).tolist(), strict=True):
                    head = [frame, self.sequence.times_s[frame], self._name(slot)]
                    _write_row(sheet, row, [*head, *values], formats)
                    row += 1

    def _wide(self, frames: slice, slot: int) -> NDArray[np.float64]:
        """(T, 33 * 6) what ``_MEASURES`` lists of each landmark, with one digit more than the cells show."""
        columns = []
        for _, name, axis, form in _MEASURES:
            values = getattr(self.sequence, name)[frames, slot].astype(np.float64)
            columns.append((values if axis is None else values[..., axis]).round(len(form) - 1))
        return np.stack(columns, axis=-1).reshape(len(columns[0]), -1)

    def _note_left_out(self, sheet: str, slot: int, frames: int) -> None:
        if frames:
            self.left_out.append(
                f"{sheet}: {frames:,} frames of {self._shown(slot)} are left out, as Excel has {MOST_ROWS:,} rows. "
                "The tables as CSV and Parquet have all of them."
            )

    def _shown(self, slot: int) -> str:
        name = self._name(slot)
        return name if isinstance(name, str) else f"person {name}"

    def _people(self, judged: PoseSequence, sides: Sides, facts: Mapping[str, Any]) -> None:
        sheet = self.sheets[PEOPLE]
        table = trust_table(judged, shown=self.sequence, lens_is_given=lens_is_given(facts), sides=sides)
        headings = [name.capitalize() if name[0].islower() else name for name in table.columns]
        self._head(sheet, headings, frozen=1, widths={len(headings) - 1: 100})
        for row, values in enumerate(table.itertuples(index=False), 1):
            _write_row(sheet, row, values, [None] * len(headings))

    def _summary(
        self,
        facts: Mapping[str, Any],
        summaries: Mapping[int, Mapping[str, CurveSummary]],
        rows_of: Mapping[int, range],
        errors: FloatArray,
    ) -> None:
        sheet = self.sheets[SUMMARY]
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 20)
        sheet.set_column(2, 9, _WIDTH)
        _write_row(sheet, 0, ["Movement in numbers"], [self.title])
        row = 2
        for name, value in facts_in_words(self.sequence, facts, None):
            _write_row(sheet, row, [name, value], [self.bold, None])
            row += 1
        for note in self.left_out:
            _write_row(sheet, row, ["Not in this file", note], [self.bold, None])
            row += 1
        about = (
            "Angles are measured in 3D, in degrees; a straight knee or elbow is 180. In two of three frames an angle "
            "is off by at most its usual error, which was measured on one man seen by four cameras."
        )
        _write_row(sheet, row, ["Angles", about], [self.bold, None])
        row += 2
        columns = ["Least (°)", "at (s)", "Largest (°)", "at (s)", "Range (°)", "Mean (°)"]
        columns += ["Usual error (°)", "Known in (% of frames)"]
        _write_row(sheet, row, ["Person", "Angle", *columns], [self.heading] * 10)
        self._charts(sheet, row, rows_of, summaries)
        formats = [None, None, *[self.formats["0.0"], self.formats["0.000"]] * 2, *[self.formats["0.0"]] * 4]
        for values in self._summary_rows(summaries, errors):
            row += 1
            _write_row(sheet, row, values, formats)
        if not summaries:
            _write_row(sheet, row + 1, ["No person was found."], [None])

    def _summary_rows(
        self, summaries: Mapping[int, Mapping[str, CurveSummary]], errors: FloatArray
    ) -> Iterator[list[Any]]:
        times = self.sequence.times_s
        for slot, of_person in summaries.items():
            frames = int(self.sequence.seen[:, slot].sum())
            for place, (name, summary) in enumerate(of_person.items()):
                head = [self._name(slot), ANGLES[name].title]
                if not summary.known:
                    yield [*head, *[None] * 7, 0.0]
                    continue
                least = summary.least, times[summary.least_frame]
                largest = summary.largest, times[summary.largest_frame]
                error = float(np.nanmean(errors[:, slot, place]))
                yield [*head, *least, *largest, summary.range, summary.mean, error, 100 * summary.known / frames]

    def _charts(
        self,
        sheet: Worksheet,
        row: int,
        rows_of: Mapping[int, range],
        summaries: Mapping[int, Mapping[str, CurveSummary]],
    ) -> None:
        """Draw the knees of those seen longest over time, or their elbows if these are in view for longer."""
        longest = sorted(rows_of, key=lambda slot: -int(self.sequence.seen[:, slot].sum()))[:_MOST_CHARTS]
        for number, slot in enumerate(longest):
            rows = rows_of[slot]
            pair = max(_CHARTED, key=lambda names: sum(summaries[slot][name].known for name in names))
            if not 1 < len(rows) <= _MOST_CHART_ROWS or not any(summaries[slot][name].known for name in pair):
                continue
            chart = self.book.add_chart({"type": "scatter", "subtype": "straight"})
            for name, colour in zip(pair, _COLOURS, strict=True):
                column = 3 + list(ANGLES).index(name)
                chart.add_series(
                    {
                        "name": ANGLES[name].title,
                        "categories": [ANGLES_SHEET, rows[0], 1, rows[-1], 1],
                        "values": [ANGLES_SHEET, rows[0], column, rows[-1], column],
                        "line": {"color": colour, "width": 1.5},
                    }
                )
            joint = "Knees" if pair == _CHARTED[0] else "Elbows"
            chart.set_title({"name": f"{joint} of {self._shown(slot)}", "name_font": {"size": 12}})
            chart.set_x_axis({"name": "Time (s)", "min": float(self.sequence.times_s[self.spans[slot][0]])})
            chart.set_y_axis({"name": "Angle (°), 180 = straight"})
            chart.set_legend({"position": "bottom"})
            chart.show_blanks_as("gap")
            sheet.insert_chart(
                row + 16 * number, 11, chart, {"description": f"{joint} of {self._shown(slot)} over time"}
            )


def _write_row(sheet: Worksheet, row: int, values: Iterable[Any], formats: Sequence[Any]) -> None:
    """Write cells from the left; None and NaN stay empty."""
    for column, (value, form) in enumerate(zip(values, formats, strict=True)):
        if isinstance(value, str):
            # Text read from a file may hold half a surrogate pair, which cannot be encoded.
            text = value.encode(errors="replace").decode()[:_MOST_LETTERS]
            sheet.write_string(row, column, text, form)
        elif value is not None and math.isfinite(value):
            sheet.write_number(row, column, value, form)
