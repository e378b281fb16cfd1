"""What the readers of all formats share: size, problems, units and times."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from posecore.errors import UnreadableMotion
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.labels import Problem
from posecore.evaluation.motion import Doubles, Motion, Unit
from posecore.evaluation.motion_files.marker_names import ChosenMarkers
from posecore.limits import LIMITS

METRES: Mapping[str, float] = {"mm": 0.001, "cm": 0.01, "m": 1.0}
"""Metres per unit of length, by its name."""

_LARGEST = 1e7  # a larger coordinate is a mistake, whatever its unit
_MOST_PROBLEMS = 30
_MOST_OTHER_LINES, _LONGEST_LINE = 50_000, 500_000
_LEGS_M = (0.4, 1.2)  # from hip to knee to ankle, from a child of four years to the tallest adults


@dataclass
class Problems:
    """Collects what could not be used in one file; beyond 30 entries only their number.

    Attributes:
        file: its name.
    """

    file: str
    _found: list[Problem] = field(default_factory=list)
    _more: int = 0

    def add(self, entry: str, what: str) -> None:
        """Add one."""
        if len(self._found) < _MOST_PROBLEMS:
            self._found.append(Problem(self.file, entry[:80], what[:300]))
        else:
            self._more += 1

    def all(self) -> tuple[Problem, ...]:
        """All of them."""
        more = [Problem(self.file, "more", f"{self._more:,} further entries could not be used")] if self._more else []
        return (*self._found, *more)


def read_bytes(path: Path, file: str) -> bytes:
    """The bytes of a file, which is called ``file`` in messages.

    Raises:
        UnreadableMotion: if it cannot be read, is empty, or larger than ``LIMITS.motion_megabytes``.
    """
    most = LIMITS.motion_megabytes * 1_000_000
    try:
        size = path.stat().st_size
        if size > most:
            raise UnreadableMotion(f"{file} has {size:,} bytes. Expected at most {most:,}.")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableMotion(f"{file} cannot be read: {error.strerror}.") from error
    if not data.strip(b"\0 \r\n\t"):
        raise UnreadableMotion(f"{file} is empty.")
    return data


def read_lines(path: Path, file: str) -> list[str]:
    """The lines of a file of text, which is called ``file`` in messages.

    Raises:
        UnreadableMotion: as ``read_bytes``, or if there are far more or longer lines than a movement can have.
    """
    text = read_bytes(path, file).decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > (most := LIMITS.clip_frames + _MOST_OTHER_LINES):
        raise UnreadableMotion(f"{file} has too many lines. Expected at most {most:,}.")
    lines = text.split("\n")
    if max(map(len, lines)) > _LONGEST_LINE:
        raise UnreadableMotion(f"{file} has a line of over {_LONGEST_LINE:,} letters.")
    return lines


def check_frames(frames: int, file: str) -> None:
    """Raise UnreadableMotion unless a file has frames, and no more than a video may have."""
    if frames < 1:
        raise UnreadableMotion(f"{file} has no frames.")
    if frames > LIMITS.clip_frames:
        raise UnreadableMotion(f"{file} has {frames:,} frames. Expected at most {LIMITS.clip_frames:,}.")


def motion_of_markers(
    kind: str,
    times_s: Doubles,
    points: Doubles,
    chosen: ChosenMarkers,
    problems: Problems,
    *,
    stated: str | None,
    metres: float | None,
) -> Motion:
    """The movement in a file.

    Args:
        kind: of file, such as "C3D".
        times_s: (T,) seconds.
        points: (T, W, 3) the wanted markers in the file's own unit.
        chosen: which markers make which keypoints.
        problems: of this file so far.
        stated: unit that the file states, such as "mm", empty if it should and does not; None: its format has none.
        metres: per unit, as the user says, which goes before what the file states.

    Raises:
        UnreadableMotion: if no keypoint is known in any frame.
    """
    if len(chosen.people) > 1:
        problems.add("people", f"it has {', '.join(map(str, chosen.people))}; {chosen.person} is used")
    points = _plausible(points)
    scale = _metres_per_unit(chosen.keypoints(points, 1.0), stated, metres, problems)
    keypoints = chosen.keypoints(points, scale or 1.0)
    if not np.isfinite(keypoints).all(axis=-1).any():
        raise UnreadableMotion(f"{problems.file} has no frame in which a joint is known.")
    unit: Unit = "m" if scale else "unknown"
    return Motion(problems.file, kind, times_s, keypoints, unit, chosen.read, chosen.unused, problems.all())


def _metres_per_unit(keypoints: Doubles, stated: str | None, given: float | None, problems: Problems) -> float | None:
    """Metres per unit; without a known unit that of mm, cm and m in which the legs are 0.4 to 1.2 m long, or None."""
    legs, (low, high) = _legs(keypoints), _LEGS_M
    unit = (stated or "").strip()
    scale = METRES.get(unit.lower()) if given is None else given
    if scale is not None:
        if np.isfinite(legs) and not low / 2 <= legs * scale <= 2 * high:
            problems.add("units", f"the legs would be {legs * scale:,.3g} m long. State the unit if that is wrong")
        return scale
    if unit:
        problems.add("units", f"expected mm, cm or m, but got {unit[:20]!r}")
    fitting = [name for name, each in METRES.items() if low <= legs * each <= high]
    if not fitting:
        length = f"the legs are {legs:,.3g} units long" if np.isfinite(legs) else "no leg is known"
        problems.add("units", f"it is not known how long a unit is: {length}. Only angles are scored")
        return None
    if stated is not None:
        problems.add("units", f"read as {fitting[0]}, in which the legs have a usual length")
    return METRES[fitting[0]]


def _legs(points: Doubles) -> float:
    """Median length of a leg from hip to knee to ankle; NaN if none is ever known."""
    lengths = []
    for side in ("left", "right"):
        hip, knee, ankle = (points[:, COCO_17.index(f"{side}_{joint}")] for joint in ("hip", "knee", "ankle"))
        lengths.append(np.linalg.norm(knee - hip, axis=-1) + np.linalg.norm(ankle - knee, axis=-1))
    known = np.array(lengths)[np.isfinite(lengths)]
    return float(np.median(known)) if len(known) else float("nan")


def _plausible(points: Doubles) -> Doubles:
    """Points with NaN for those that are not there: all coordinates 0, infinite, or beyond ``_LARGEST``."""
    with np.errstate(invalid="ignore"):
        there = (np.abs(points) <= _LARGEST).all(axis=-1) & (points != 0).any(axis=-1)
    return np.where(there[..., None], points, np.nan)
