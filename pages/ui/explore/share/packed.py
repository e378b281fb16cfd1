"""The landmarks and curves of a result as few bytes, to be put into a page.

Numbers are counted in steps that nobody sees: positions in the image to an 8,000th of its longer side, positions in
metres to half a millimetre, curves to a 4,000th of their range, shares to a 255th. Differences from frame to frame of
these counts are small, so they compress well.
"""

import base64
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.ui.explore.player.moments import curve_headings
from posecore import BLAZEPOSE_33, HAND_21, HandSequence, PoseSequence
from posecore.motion.curves import CURVES, measure_curve_confidence, measure_curves
from posecore.motion.usual_error import find_kinds
from posecore.runs.replay import HandNotes

_MISSING, _MOST = -32768, 32767
_STEPS_ACROSS = 8_000
_STEP_M = 0.0005
_SHARE = 1 / 255
_STEPS_OF_CURVE = 4_000


@dataclass(frozen=True)
class Packed:
    """Numbers for a page.

    Attributes:
        text: them, compressed, in base64.
        header: what the player needs to read them, ready for JSON.
    """

    text: str
    header: dict[str, Any]


def pack(
    sequence: PoseSequence, layer: str, *, hands: HandSequence | None = None, hand_notes: HandNotes = ()
) -> Packed:
    """Pack a result.

    Args:
        sequence: the people that the page shows.
        layer: "smoothed" or "raw", which they are.
        hands: in the same frames.
        hand_notes: what they show, for each of their frames.
    """
    parts = _Parts(len(sequence))
    step = max(sequence.size) / _STEPS_ACROSS
    parts.add("picture", np.concatenate((sequence.xy, sequence.z[..., None]), axis=-1), [step])
    parts.add("world", sequence.world, [_STEP_M])
    parts.add("visibility", sequence.visibility, [_SHARE])
    parts.add("presence", sequence.presence, [_SHARE])
    measured = measure_curves(sequence, list(CURVES), min_visibility=0.0)
    curves = np.concatenate([measured[name] for name in CURVES], axis=1)  # (frames, curves * people)
    parts.add("curves", curves, _steps_of_curves(curves))
    sure = [np.nan_to_num(measure_curve_confidence(sequence, name)) for name in CURVES]
    parts.add("confidence", np.concatenate(sure, axis=1), [_SHARE])
    parts.add("kinds", find_kinds(sequence).astype(np.float32), [1.0])
    of_hands = None if hands is None else _add_hands(parts, hands, hand_notes, step)
    content = sequence.times_s.astype("<f8").tobytes() + b"".join(parts.content)
    header = {
        "frames": len(sequence),
        "step": 1,
        "people": sequence.person_ids.tolist(),
        "cuts": sequence.cuts.tolist(),
        "landmarks": len(BLAZEPOSE_33),
        "size": list(sequence.size),
        "piece_frames": len(sequence),
        "times_at": 0,
        "layers": {layer: {"landmarks_at": 0, "curves_at": 0, "kinds_at": 0}},
        "confidence_at": 0,
        "curves": curve_headings(),
        "hands": of_hands,
        "packed": parts.header,
    }
    return Packed(base64.b64encode(zlib.compress(content, 9)).decode(), header)


class _Parts:
    def __init__(self, frames: int) -> None:
        self._frames = frames
        self.content: list[bytes] = []
        self.header: dict[str, dict[str, Any]] = {}

    def add(self, name: str, values: NDArray[np.floating], steps: list[float]) -> None:
        """Add (frames, ...) numbers, NaN where missing, each counted in the next of the steps, in turn."""
        flat = values.reshape(self._frames, -1).astype(np.float64)
        step = np.resize(np.asarray(steps), flat.shape[1])
        counts = np.clip(np.rint(flat / step), 1 - _MOST, _MOST)
        whole = np.where(np.isfinite(counts), counts, _MISSING).astype(np.int64)
        changes = np.diff(whole, axis=0, prepend=0).T.astype("<u2")  # wraps around, as the script's sums do
        self.content += [(changes & 0xFF).astype(np.uint8).tobytes(), (changes >> 8).astype(np.uint8).tobytes()]
        self.header[name] = {"channels": flat.shape[1], "steps": steps}


def _steps_of_curves(curves: NDArray[np.floating]) -> list[float]:
    known = np.isfinite(curves)
    high = np.where(known, curves, -np.inf).max(axis=0, initial=-np.inf)
    low = np.where(known, curves, np.inf).min(axis=0, initial=np.inf)
    # From 0, as a count has 16 bits: a curve far from 0 that hardly changes has steps of its own size.
    most = np.maximum(np.abs(high), np.abs(low))
    steps = np.maximum((high - low) / _STEPS_OF_CURVE, most / _MOST)
    return [float(f"{step:.6g}") if np.isfinite(step) and step > 0 else 1.0 for step in steps.tolist()]


def _add_hands(parts: _Parts, hands: HandSequence, notes: HandNotes, step: float) -> dict[str, Any]:
    notes = [{slot: word for slot, word in frame.items() if slot in hands.slots} for frame in notes]
    words = ["", *dict.fromkeys(word for frame in notes for word in frame.values())]
    place = {word: index for index, word in enumerate(words)}
    shows = np.array([[place[frame.get(slot, "")] for slot in hands.slots] for frame in notes], np.float64)
    parts.add("hand_picture", np.concatenate((hands.xy, hands.z[..., None]), axis=-1), [step])
    parts.add("hand_world", hands.world, [_STEP_M])
    parts.add("hand_score", hands.score, [_SHARE])
    parts.add("hand_shows", shows, [1.0])
    return {
        "at": 0,
        "landmarks": len(HAND_21),
        "slots": [{"person": slot.person, "side": slot.side} for slot in hands.slots],
        "words": words,
    }
