"""JSON: the landmarks of bodies or hands frame by frame, with all that is needed to read them, and manifests."""

import json
import math
import os
from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Any

import numpy as np

from posecore.errors import InvalidOption
from posecore.export.signs_file import SIGN_COLUMNS
from posecore.hands import FrameHands, HandSequence
from posecore.poses import FramePoses, PoseSequence
from posecore.signs.shown import read_signs
from posecore.skeletons import BLAZEPOSE_33, HAND_21
from posecore.system import whole_file
from posecore.tables import COLUMNS, HAND_COLUMNS
from posecore.values import FramesInTime

Found = FramePoses | PoseSequence | FrameHands | HandSequence

FORMAT_VERSION = 1
_KEYS = ("frame", "time_s", "person", "hand", "landmark")
_VALUES = [name for name in COLUMNS if name not in _KEYS]
_HAND_VALUES = ["x", "y", "z", "x_px", "y_px", "x_m", "y_m", "z_m"]
_DECIMALS = 6


def to_json(found: Found) -> str:
    """One JSON object.

    ``cuts`` lists the frames at which a new shot begins, ``landmarks`` names the landmarks and ``values`` the numbers
    stored for each, so that ``frames[f]["people"][p]["values"][k][v]`` is value v of landmark k; of hands,
    ``frames[f]["hands"][h]["values"][k][v]``. A frame in which nobody was found has no people. A person with a name has
    it beside the id; a hand has the person's id, ``hand`` (left or right), ``score`` and ``right``, and what it shows
    (the columns of ``SIGN_COLUMNS``). Numbers are rounded to six decimals; one that is not known, such as NaN, is null.
    """
    return "".join(_pieces(found))


def write_json(found: Found, path: str | os.PathLike[str]) -> None:
    """Write ``to_json`` frame by frame; the file appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    with whole_file(path) as part, open(part, "w", encoding="utf-8", newline="") as stream:
        stream.writelines(_pieces(found))


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


def _pieces(found: Found) -> Iterator[str]:
    """The text in pieces of one frame, as that of a long video fills gigabytes."""
    is_hands = isinstance(found, (FrameHands, HandSequence))
    meaning = {**HAND_COLUMNS, **SIGN_COLUMNS} if is_hands else COLUMNS
    about = {
        "format": "posecore-hands" if is_hands else "posecore-landmarks",
        "version": FORMAT_VERSION,
        "size_px": {"width": found.size[0], "height": found.size[1]},
        "fps": _known(found.fps) if isinstance(found, FramesInTime) else None,
        "cuts": found.cuts.tolist() if isinstance(found, FramesInTime) else [],
        "landmarks": list((HAND_21 if is_hands else BLAZEPOSE_33).landmarks),
        "values": _HAND_VALUES if is_hands else _VALUES,
        "meaning": {name: text for name, text in meaning.items() if name not in _KEYS},
        "frames": [],
    }
    yield _text(about).removesuffix("]}")
    frames = (found.frame(index) for index in range(len(found))) if isinstance(found, FramesInTime) else [found]
    signs = _signs_of(found) if isinstance(found, (FrameHands, HandSequence)) else repeat({})
    for index, (frame, shown) in enumerate(zip(frames, signs, strict=False)):
        there = {"hands": _hands(frame, shown)} if isinstance(frame, FrameHands) else {"people": _people(frame)}
        piece = _text({"frame": index, "time_s": _known(round(frame.time_s, _DECIMALS)), **there})
        yield f",{piece}" if index else piece
    yield "]}"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _known(number: float) -> float | None:
    """JSON has neither NaN nor infinity."""
    return number if math.isfinite(number) else None


def _people(frame: FramePoses) -> list[dict[str, object]]:
    blocks = _listed(np.concatenate([_places(frame), frame.visibility[..., None], frame.presence[..., None]], axis=-1))
    return [
        {"person": person, **({"name": frame.names[person]} if person in frame.names else {}), "values": block}
        for person, block in zip(frame.person_ids.tolist(), blocks, strict=True)
    ]


def _signs_of(hands: FrameHands | HandSequence) -> Iterator[dict[str, np.ndarray]]:
    """What the hands seen in each frame show; read for all frames together, which is many times as fast."""
    signs = read_signs(hands).arrays
    if isinstance(hands, FrameHands):
        yield signs
        return
    for index, seen in enumerate(hands.seen):
        yield {name: values[index, seen] for name, values in signs.items()}


def _hands(frame: FrameHands, signs: Mapping[str, np.ndarray]) -> list[dict[str, object]]:
    blocks = _listed(_places(frame))
    facts = {"score": frame.score, "right": frame.right, **signs}
    return [
        {
            "person": slot.person,
            "hand": slot.side,
            **{name: _plain(values[index]) for name, values in facts.items()},
            "values": blocks[index],
        }
        for index, slot in enumerate(frame.slots)
    ]


def _places(frame: FramePoses | FrameHands) -> np.ndarray:
    """Where the landmarks are, (people or hands, landmarks, 8), as in the table, which takes many times as long."""
    width, height = (np.float32(side) for side in frame.size)
    return np.concatenate([frame.xy / [width, height], frame.z[..., None] / width, frame.xy, frame.world], axis=-1)


def _plain(value: str | np.float32) -> str | float | None:
    return value if isinstance(value, str) else _known(round(float(value), _DECIMALS))


def _listed(numbers: np.ndarray) -> list[Any]:
    """The numbers (people or hands, landmarks, values), rounded; None for those that are not known."""
    rounded = numbers.astype(np.float64).round(_DECIMALS)
    known = np.isfinite(rounded)
    listed: list[Any] = (rounded if known.all() else np.where(known, rounded.astype(object), np.array(None))).tolist()
    return listed
