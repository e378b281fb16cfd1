"""JSON: the landmarks frame by frame, with everything needed to read them, and the manifest of a run."""

import json
import math
import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from posecore.errors import InvalidOption
from posecore.poses import FramePoses, PoseSequence
from posecore.skeletons import BLAZEPOSE_33
from posecore.system import whole_file
from posecore.tables import COLUMNS, to_table

FORMAT_VERSION = 1
_VALUES = [name for name in COLUMNS if name not in ("frame", "time_s", "person", "landmark")]
_DECIMALS = 6


def to_json(poses: FramePoses | PoseSequence) -> str:
    """One JSON object.

    ``cuts`` lists the frames at which a new shot begins, ``landmarks`` names the 33 landmarks and ``values`` the
    numbers stored for each, so that
    ``frames[f]["people"][p]["values"][k][v]`` is value v of landmark k. A frame in which nobody was
    found has no people; a person with a name has it beside the id. Numbers are rounded to six decimals; one that is
    not known, such as NaN, is null.
    """
    return "".join(_pieces(poses))


def write_json(poses: FramePoses | PoseSequence, path: str | os.PathLike[str]) -> None:
    """Write ``to_json`` frame by frame; the file appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    with whole_file(path) as part, open(part, "w", encoding="utf-8", newline="") as stream:
        stream.writelines(_pieces(poses))


def write_manifest(
    _sequence: PoseSequence, path: str | os.PathLike[str], *, facts: Mapping[str, Any] | None = None
) -> None:
    """Write what is known of a result as JSON; the file appears whole or not at all.

    Args:
        _sequence: the result, which is not written; all writers have this argument.
        path: of the file.
        facts: as ``posecore.runs.manifest`` makes them.

    Raises:
        InvalidOption: if there are no facts, or they are not plain values.
        OSError: if the file cannot be written.
    """
    if not facts:
        raise InvalidOption("It is not known how this result was made, so there is no manifest.")
    try:
        text = json.dumps(dict(facts), indent=2, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidOption(
            f"Expected facts to be plain values that JSON can hold, but got others: {error}."
        ) from error
    with whole_file(path) as part:
        # Half a surrogate pair becomes its number, as JSON writes it.
        part.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


def _pieces(poses: FramePoses | PoseSequence) -> Iterator[str]:
    """The text in pieces of one frame, as that of a long video fills gigabytes."""
    about = {
        "format": "posecore-landmarks",
        "version": FORMAT_VERSION,
        "size_px": {"width": poses.size[0], "height": poses.size[1]},
        "fps": _known(poses.fps) if isinstance(poses, PoseSequence) else None,
        "cuts": poses.cuts.tolist() if isinstance(poses, PoseSequence) else [],
        "landmarks": list(BLAZEPOSE_33.landmarks),
        "values": _VALUES,
        "meaning": {name: COLUMNS[name] for name in _VALUES},
        "frames": [],
    }
    yield _text(about).removesuffix("]}")
    frames = [poses] if isinstance(poses, FramePoses) else (poses.frame(index) for index in range(len(poses)))
    for index, frame in enumerate(frames):
        piece = _text({"frame": index, "time_s": _known(round(frame.time_s, _DECIMALS)), "people": _people(frame)})
        yield f",{piece}" if index else piece
    yield "]}"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _known(number: float) -> float | None:
    """JSON has neither NaN nor infinity."""
    return number if math.isfinite(number) else None


def _people(frame: FramePoses) -> list[dict[str, object]]:
    if not len(frame):
        return []
    numbers = to_table(frame)[_VALUES].to_numpy(np.float64).round(_DECIMALS)
    if not np.isfinite(numbers).all():
        numbers = np.where(np.isfinite(numbers), numbers.astype(object), None)
    blocks = numbers.reshape(len(frame), len(BLAZEPOSE_33), len(_VALUES)).tolist()
    return [
        {"person": person, **({"name": frame.names[person]} if person in frame.names else {}), "values": block}
        for person, block in zip(frame.person_ids.tolist(), blocks, strict=True)
    ]
