"""Reading TRC, the text format for markers of OpenSim, Motion Analysis, Pose2Sim, Sports2D and OpenCap.

The layout is that of OpenSim's documentation, "Marker (.trc) Files". Cells are separated by tabs, or by blanks if a
line has no tab. A marker is missing if one of its cells is empty or ``nan``, or all three are 0. A row that is damaged
is named and left out.
"""

from pathlib import Path

import numpy as np

from posecore.errors import UnreadableMotion
from posecore.evaluation.motion import Doubles, Motion
from posecore.evaluation.motion_files.marker_names import MARKERS, choose_markers
from posecore.evaluation.motion_files.reading import Problems, check_frames, motion_of_markers, read_lines

_NAMES, _FIRST_ROW = 3, 5  # lines of the names and of the first frame, from 0
_RATES_AGREE_WITHIN = 0.01


def read_trc(
    path: Path, *, metres: float | None = None, person: str | int | None = None, name: str | None = None
) -> Motion:
    """Read the markers of one person.

    Args:
        path: of the file.
        metres: per unit of length; None: as the header says.
        person: as for ``choose_markers``.
        name: of the file, for people; None: that of the path.

    Raises:
        UnreadableMotion: if nothing of it can be used.
    """
    file = name or path.name
    lines = read_lines(path, file)
    if not lines[0].lower().startswith("pathfiletype") or len(lines) <= _FIRST_ROW:
        raise UnreadableMotion(f"{file} is not a TRC file. Expected 'PathFileType' and five lines of a head.")
    problems = Problems(file)
    facts = dict(zip(map(str.lower, _cells(lines[1])), _cells(lines[2]), strict=False))
    names = [name.strip() for name in _cells(lines[_NAMES])[2:] if name.strip()]
    chosen = choose_markers(names, MARKERS, file, person=person)
    times_s, points = _rows(lines, chosen.wanted, facts.get("datarate", ""), problems)
    unit = facts.get("units", "")
    return motion_of_markers("TRC", times_s, points, chosen, problems, stated=unit, metres=metres)


def _cells(line: str) -> list[str]:
    return line.split("\t") if "\t" in line else line.split()


def _rows(lines: list[str], wanted: list[int], rate: str, problems: Problems) -> tuple[Doubles, Doubles]:
    """(T,) times, and (T, W, 3) the wanted markers in the file's unit."""
    columns = [2 + 3 * place + axis for place in wanted for axis in range(3)]
    written = [(number, line) for number, line in enumerate(lines) if number >= _FIRST_ROW and line.strip()]
    check_frames(len(written), problems.file)
    times, points = np.full(len(written), np.nan), np.full((len(written), len(columns)), np.nan)
    for row, (number, line) in enumerate(written):
        cells = _cells(line)
        try:
            times[row] = _value(cells[1]) if len(cells) > 1 else np.nan
            points[row] = [_value(cells[column]) if column < len(cells) else np.nan for column in columns]
        except ValueError as error:
            points[row] = np.nan
            problems.add(f"line {number + 1}", f"expected numbers: {error}")
            continue
        if len(cells) <= columns[-1]:
            problems.add(f"line {number + 1}", f"expected {columns[-1] + 1} or more values, but got {len(cells)}")
    times, kept = _times(times, rate, problems)
    return times[kept], points[kept].reshape(int(kept.sum()), -1, 3)


def _value(cell: str) -> float:
    return float(cell) if cell.strip() else np.nan


def _times(times: Doubles, rate: str, problems: Problems) -> tuple[Doubles, np.ndarray]:
    """Times of the rows, and which rows come in order of time; without any times, by the rate of the head."""
    known = np.isfinite(times) & (np.abs(np.where(np.isfinite(times), times, 0)) < 1e7)
    latest = np.maximum.accumulate(np.where(known, times, -np.inf))
    kept = known & np.append(True, latest[1:] > latest[:-1])
    stated = _rate(rate)
    if kept.sum() < 2 and len(times) > 1:
        if not stated:
            raise UnreadableMotion(f"{problems.file} has no times that increase, and states no rate.")
        problems.add("Time", f"it has no times that increase; its rate of {stated:g} frames per second is used")
        return np.arange(len(times)) / stated, np.ones(len(times), bool)
    if (missing := int((~kept).sum())) > 0:
        problems.add("Time", f"{missing:,} rows have no time after that of the row before, and are left out")
    steps = np.diff(times[kept])
    if stated and len(steps) and abs(stated * np.median(steps) - 1) > _RATES_AGREE_WITHIN:
        what = f"it states {stated:g} frames per second, but its times say {1 / np.median(steps):.4g}; times are used"
        problems.add("DataRate", what)
    return times, kept


def _rate(text: str) -> float:
    """Frames per second as a head states them; 0 if it does not."""
    try:
        rate = float(text)
    except ValueError:
        return 0.0
    return rate if 0 < rate < 1e6 else 0.0
