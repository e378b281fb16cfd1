"""JSON: the landmarks frame by frame, with what is needed to read them beside them."""

import json
from collections.abc import Iterator

import numpy as np

from posecore.poses import FramePoses, PoseSequence
from posecore.skeletons import BLAZEPOSE_33
from posecore.tables import COLUMNS, to_table

FORMAT_VERSION = 1
_VALUES = [name for name in COLUMNS if name not in ("frame", "time_s", "person", "landmark")]
_DECIMALS = 6


def to_json(poses: FramePoses | PoseSequence) -> str:
    """One JSON object.

    ``landmarks`` names the 33 landmarks and ``values`` the numbers kept for each, so that
    ``frames[f]["people"][p]["values"][k][v]`` is value v of landmark k. A frame in which nobody was
    found has no people; one who was given a name has it beside the id. Numbers are rounded to six decimals.
    """
    return "".join(json_pieces(poses))


def json_pieces(poses: FramePoses | PoseSequence) -> Iterator[str]:
    """The same text piece by piece, a frame each: that of a long clip fills gigabytes."""
    about = {
        "format": "posecore-landmarks",
        "version": FORMAT_VERSION,
        "size_px": {"width": poses.size[0], "height": poses.size[1]},
        "fps": poses.fps if isinstance(poses, PoseSequence) else None,
        "landmarks": list(BLAZEPOSE_33.landmarks),
        "values": _VALUES,
        "meaning": {name: COLUMNS[name] for name in _VALUES},
        "frames": [],
    }
    yield _text(about).removesuffix("]}")
    for index, frame in enumerate(_frames(poses)):
        piece = _text({"frame": index, "time_s": round(frame.time_s, _DECIMALS), "people": _people(frame)})
        yield f",{piece}" if index else piece
    yield "]}"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _frames(poses: FramePoses | PoseSequence) -> Iterator[FramePoses]:
    if isinstance(poses, FramePoses):
        yield poses
    else:
        yield from (poses.frame(index) for index in range(len(poses)))


def _people(frame: FramePoses) -> list[dict[str, object]]:
    if not len(frame):
        return []
    numbers = to_table(frame)[_VALUES].to_numpy(np.float64).round(_DECIMALS)
    blocks = numbers.reshape(len(frame), len(BLAZEPOSE_33), len(_VALUES)).tolist()
    return [
        {"person": person, **({"name": frame.names[person]} if person in frame.names else {}), "values": block}
        for person, block in zip(frame.person_ids.tolist(), blocks, strict=True)
    ]
