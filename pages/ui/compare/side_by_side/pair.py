"""Two aligned movements in a form for their player: one file that the browser fetches."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from pages.ui.serving.addresses import withdraw
from pages.ui.serving.folders import Folder
from pages.ui.serving.served import serve
from posecore import BLAZEPOSE_33, Alignment, PoseSequence
from posecore.motion.comparing.limbs import LIMBS
from posecore.motion.curves import CURVES, measure_curves
from posecore.motion.usual_error import errors_of_curve, find_kinds

_NAME = "pair.bin"
CURVES_OF_BOTH = [name for name in CURVES if name.endswith((".angle_3d", ".height_over_foot", ".speed"))]
"""The curves that can be compared between two people, whatever their cameras."""
_USUAL_JOINTS = ("knee", "elbow", "hip", "shoulder")
# 8 MB; of more frames, only every second (third, ...) one is shown.
_MOST_FRAMES = 20_000
_SURE = 0.5
_MARGIN = 0.15
# Of the part of the picture that is shown: narrower or wider, and the two would not fit beside each other.
_NARROWEST, _WIDEST = 0.8, 1.8
_SMALLEST = 1 / 6


@dataclass(frozen=True, eq=False)
class Pair:
    """Two aligned movements, for as long as the folder exists.

    Attributes:
        key: identifies both, and how they were compared.
        header: what the player needs to read the file, ready for JSON.
        token: of the file's address, see ``pages.ui.serving.addresses``.
        folder: holds the file.
    """

    key: object
    header: dict[str, Any]
    token: str
    folder: Folder

    def close(self) -> None:
        """Delete the file."""
        self.folder.close()


def make_pair(
    key: object, performers: Sequence[PoseSequence], alignment: Alignment | None, *, same_video: bool = False
) -> Pair:
    """Write two movements, of one person each, with their curves and their alignment.

    Args:
        key: identifies both, and how they were compared.
        performers: the first and the second.
        alignment: of both; None: they could not be aligned.
        same_video: whether they are two people of one video.
    """
    mirrored = alignment is not None and alignment.mirrored
    names = [list(CURVES_OF_BOTH), [_mirrored(name) if mirrored else name for name in CURVES_OF_BOTH]]
    folder = Folder("pair")
    path = folder.path / _NAME
    with path.open("wb") as file:
        sides = [_write_side(file, *each) for each in zip(performers, names, strict=True)]
        moments_at = file.tell()
        if alignment is not None:
            for values in (alignment.times_s.T, alignment.behind_s):
                file.write(np.ascontiguousarray(values).astype("<f8").tobytes())
            for values in (alignment.scores, alignment.limb_scores):
                file.write(values.astype("<f4").tobytes())
    token = serve(path, _NAME)
    folder.before_closing(withdraw, token)
    header = {
        "landmarks": len(BLAZEPOSE_33),
        "sides": sides,
        "moments": {"count": 0 if alignment is None else len(alignment.times_s), "at": moments_at},
        "same_video": same_video,
        "curves": [
            {"name": first, "titles": [CURVES[first].title, CURVES[second].title], **_kind(first)}
            for first, second in zip(*names, strict=True)
        ],
        "usual": names[0].index(_usual_curve(performers)),
        "limbs": list(LIMBS),
        "limb_of_bone": [_limbs_of_bones(), _limbs_of_bones(mirrored=mirrored)],
    }
    return Pair(key, header, token, folder)


def _mirrored(name: str) -> str:
    """The curve of the other side of the body; the same if it is of neither."""
    for side, other in (("left_", "right_"), ("right_", "left_")):
        if name.startswith(side):
            return other + name.removeprefix(side)
    return name


def _kind(name: str) -> dict[str, Any]:
    return {"group": CURVES[name].group, "unit": CURVES[name].unit, "errors": errors_of_curve(name)}


def _usual_curve(performers: Sequence[PoseSequence]) -> str:
    """The curve that changes most in either, among those that both have most of the time."""
    best, most = CURVES_OF_BOTH[0], 0.0
    for name in [name for name in CURVES_OF_BOTH if name.split(".")[0].endswith(_USUAL_JOINTS)]:
        ranges = []
        for each in performers:
            values = measure_curves(each, [name], min_visibility=_SURE)[name][:, 0]
            known = values[np.isfinite(values)]
            ranges.append(np.ptp(known) if 2 * len(known) > each.seen.sum() else 0.0)
        if min(ranges) > most:
            best, most = name, float(min(ranges))
    return best


def _write_side(file: BinaryIO, performer: PoseSequence, curves: Sequence[str]) -> dict[str, Any]:
    step = max(1, math.ceil(len(performer) / _MOST_FRAMES))
    shown = performer.at(slice(None, None, step))
    at = file.tell()
    file.write(shown.times_s.astype("<f8").tobytes())
    file.write(shown.xy[:, 0].astype("<f4").tobytes())
    file.write(shown.visibility[:, 0].astype("<f4").tobytes())
    measured = measure_curves(shown, list(curves), min_visibility=_SURE)
    for name in curves:
        file.write(measured[name][:, 0].astype("<f4").tobytes())
    file.write(find_kinds(shown)[:, 0].astype("<f4").tobytes())
    return {"frames": len(shown), "at": at, "size": list(shown.size), "box": _box(shown)}


def _box(performer: PoseSequence) -> list[float]:
    """Left, top, width and height of the part of the picture in which the person moves, in pixels."""
    width, height = performer.size
    places = performer.xy[(performer.visibility >= _SURE) & np.isfinite(performer.xy).all(axis=-1)]
    if not len(places):
        return [0, 0, width, height]
    low, high = np.percentile(places, (0.5, 99.5), axis=0)
    middle = (low + high) / 2
    across, down = np.maximum((high - low) * (1 + 2 * _MARGIN), np.array(performer.size) * _SMALLEST)
    across, down = max(across, _NARROWEST * down), max(down, across / _WIDEST)
    across, down = min(across, width), min(down, height)
    left = min(max(0, middle[0] - across / 2), width - across)
    top = min(max(0, middle[1] - down / 2), height - down)
    return [round(float(value), 1) for value in (left, top, across, down)]


def _limbs_of_bones(*, mirrored: bool = False) -> list[int]:
    """For each bone of the skeleton, the place of its limb in ``LIMBS``; -1 if it is not compared.

    Limbs have the first's sides; in a ``mirrored`` second one left is right.
    """
    return [_limb_of_bone(start, end, mirrored) for start, end in BLAZEPOSE_33.edges]


def _limb_of_bone(start: int, end: int, mirrored: bool) -> int:
    if start in BLAZEPOSE_33.parts["face"] and end in BLAZEPOSE_33.parts["face"]:
        return list(LIMBS).index("head")
    ends = {start, end}
    if mirrored:
        ends = {BLAZEPOSE_33.mirror[index] for index in ends}
    names = {BLAZEPOSE_33.landmarks[index] for index in ends}
    for place, limb in enumerate(LIMBS.values()):
        if names == {name for point in limb for name in point if len(point) == 1}:
            return place
    is_flank = {name.partition("_")[2] for name in names} == {"shoulder", "hip"}
    return list(LIMBS).index("trunk") if is_flank else -1
