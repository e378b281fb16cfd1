from dataclasses import replace

import numpy as np
import openpyxl
import pytest

from posecore import BLAZEPOSE_33
from posecore.export import excel_file
from posecore.export.excel_file import ANGLES_SHEET, LANDMARKS, PEOPLE, SUMMARY, TURNS, write_excel
from posecore.motion.angles import ANGLES, measure_angles
from posecore.motion.curve_summary import summarise_curve
from posecore.motion.usual_error import usual_errors


def read(path):
    """The sheets of a workbook, each a list of rows."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_landmarks_have_a_row_for_each_frame_and_units_in_their_headings(mover, tmp_path):
    path = tmp_path / "walk.xlsx"
    write_excel(mover, path)
    head, *rows = read(path)[LANDMARKS]
    assert head[:5] == ("Frame", "Time (s)", "Person", "Nose x (px)", "Nose y (px)")
    assert [row[0] for row in rows] == list(range(40))
    assert {row[2] for row in rows} == {"Grace"}
    np.testing.assert_allclose([row[1] for row in rows], mover.times_s)
    places = {
        measure: [head.index(f"{name.replace('_', ' ').capitalize()} {measure}") for name in BLAZEPOSE_33.landmarks]
        for measure in ("x (px)", "y (px)", "x (m)", "z (m)", "visibility")
    }
    values = {
        measure: np.array([[row[place] for place in at] for row in rows], float) for measure, at in places.items()
    }
    np.testing.assert_allclose(values["x (px)"], mover.xy[:, 0, :, 0], atol=0.006)
    np.testing.assert_allclose(values["y (px)"], mover.xy[:, 0, :, 1], atol=0.006)
    np.testing.assert_allclose(values["z (m)"], mover.world[:, 0, :, 2], atol=6e-5)
    np.testing.assert_allclose(values["visibility"], mover.visibility[:, 0], atol=6e-4)
    assert [entry.name for entry in tmp_path.iterdir()] == ["walk.xlsx"]


def test_angles_their_summary_and_turning_points_agree(mover, tmp_path):
    path = tmp_path / "walk.xlsx"
    write_excel(mover, path)
    sheets = read(path)
    angles = measure_angles(mover)[:, 0]
    head, *rows = sheets[ANGLES_SHEET]
    assert head[3:] == tuple(f"{definition.title} (°)" for definition in ANGLES.values())
    np.testing.assert_allclose(np.array([row[3:] for row in rows], float), angles, rtol=1e-6)
    titles, errors = [each.title for each in ANGLES.values()], usual_errors(mover)[:, 0]
    summaries = {each.title: summarise_curve(angles[:, place]) for place, each in enumerate(ANGLES.values())}
    [start] = [number for number, row in enumerate(sheets[SUMMARY]) if row[:2] == ("Person", "Angle")]
    for row in sheets[SUMMARY][start + 1 :]:
        summary = summaries[row[1]]
        expected = summary.least, mover.times_s[summary.least_frame], summary.largest
        assert row[2:5] == pytest.approx(expected)
        assert row[6:8] == pytest.approx((summary.range, summary.mean))
        assert row[8] == pytest.approx(
            np.nanmean(np.where(np.isnan(angles), np.nan, errors), axis=0)[titles.index(row[1])]
        )
        assert row[9] == pytest.approx(100 * summary.known / 35)
    turns = [(title, turn.frame) for title, summary in summaries.items() for turn in summary.turns]
    assert len(turns) > 10
    assert [(row[1], row[3]) for row in sheets[TURNS][1:]] == turns


def test_texts_from_a_visitor_stay_texts(mover, tmp_path):
    path = tmp_path / "walk.xlsx"
    write_excel(mover.named({3: "=1+1"}), path, facts={"source": "https://example.org/=cmd"})
    book = openpyxl.load_workbook(path)
    cells = [book[ANGLES_SHEET]["C2"], *[cell for row in book[SUMMARY].iter_rows() for cell in row]]
    assert book[ANGLES_SHEET]["C2"].value == "=1+1"
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_the_knees_are_drawn_and_the_track_is_judged_by_the_raw_landmarks(mover, tmp_path):
    path = tmp_path / "walk.xlsx"
    jumping = replace(mover, xy=mover.xy + np.where(np.arange(40) % 2, 300, 0)[:, None, None, None])
    write_excel(mover, path, raw=jumping)
    book = openpyxl.load_workbook(path)
    [chart] = book[SUMMARY]._charts
    assert [series.yVal.numRef.f for series in chart.series] == [
        f"{ANGLES_SHEET}!${column}$2:${column}$41"
        for column in (chr(ord("D") + list(ANGLES).index(side)) for side in ("left_knee", "right_knee"))
    ]
    people = {row[0].value: row for row in book[PEOPLE].iter_rows()}
    jumps = [cell.value for cell in people["Person"]].index("Jumps")
    assert people["Grace"][jumps].value > 10


def test_what_excel_has_no_rows_for_is_left_out_and_named(mover, tmp_path, monkeypatch):
    monkeypatch.setattr(excel_file, "MOST_ROWS", 16)
    path = tmp_path / "walk.xlsx"
    write_excel(mover, path)
    sheets = read(path)
    assert len(sheets[LANDMARKS]) == len(sheets[ANGLES_SHEET]) == len(sheets[TURNS]) == 16
    notes = [row[1] for row in sheets[SUMMARY] if row[0] == "Not in this file"]
    assert [note.split(":")[0] for note in notes] == [ANGLES_SHEET, TURNS, LANDMARKS]
    assert "25 frames of Grace" in notes[0]


def test_a_video_of_nobody_says_so(mover, tmp_path):
    path = tmp_path / "nobody.xlsx"
    write_excel(mover.only([7]), path)
    sheets = read(path)
    assert sheets[SUMMARY][-1][0] == "No person was found."
    assert len(sheets[LANDMARKS]) == len(sheets[ANGLES_SHEET]) == 1
