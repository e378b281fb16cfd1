"""The result in a form for the player: one file, from which the browser fetches the pieces it is about to show.

Landmarks and curves are float32, as in the sequence, so that the browser's tables are exact.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from pages.ui.shared.script_parts import angle_for_scripts
from posecore import BLAZEPOSE_33, HAND_21, HandSequence, PoseSequence
from posecore.motion.curves import CURVES, measure_curve_confidence, measure_curves
from posecore.motion.usual_error import errors_of_curve, find_kinds
from posecore.runs.replay import HandNotes

PIECE_FRAMES = 32
# Above this number of frames times people, only every second (third, ...) frame is shown.
MOST_SHOWN = 100_000


@dataclass(frozen=True)
class Moments:
    """A file for the player.

    Attributes:
        path: of the file.
        header: what the player needs to read it, ready for JSON.
    """

    path: Path
    header: dict[str, Any]


def write_moments(
    path: Path, layers: Mapping[str, PoseSequence], *, hands: HandSequence | None = None, hand_notes: HandNotes = ()
) -> Moments:
    """Write a result for the player.

    Args:
        path: of the new file.
        layers: versions of the result by name, such as raw and smoothed, with the same frames and people.
        hands: in the same frames, if they were looked for.
        hand_notes: what they show, for each of their frames.
    """
    first = next(iter(layers.values()))
    wide = max(len(first.person_ids), 0 if hands is None else math.ceil(len(hands.slots) / 2))
    step = max(1, math.ceil(len(first) * wide / MOST_SHOWN))
    shown = {name: sequence.at(slice(None, None, step)) for name, sequence in layers.items()}
    times = first.times_s[::step]
    with path.open("wb") as file:
        file.write(times.astype("<f8").tobytes())
        places = {name: _write_layer(file, sequence) for name, sequence in shown.items()}
        for name, sequence in shown.items():
            places[name]["kinds_at"] = file.tell()
            file.write(find_kinds(sequence).tobytes())
        confidence_at = file.tell()
        for name in CURVES:
            sure = np.nan_to_num(measure_curve_confidence(next(iter(shown.values())), name))
            file.write((255 * sure).astype(np.uint8).tobytes())
        of_hands = None if hands is None else _write_hands(file, hands.at(slice(None, None, step)), hand_notes[::step])
    header = {
        "frames": len(times),
        "step": step,
        "people": first.person_ids.tolist(),
        "cuts": next(iter(shown.values())).cuts.tolist(),
        "landmarks": len(BLAZEPOSE_33),
        "size": list(first.size),
        "piece_frames": PIECE_FRAMES,
        "times_at": 0,
        "layers": places,
        "confidence_at": confidence_at,
        "curves": curve_headings(),
        "hands": of_hands,
    }
    return Moments(path, header)


def curve_headings() -> list[dict[str, Any]]:
    """What the player knows of each curve, in order."""
    return [
        {
            "name": name,
            "title": curve.title,
            "group": curve.group,
            "unit": curve.unit,
            "angle": curve.angle and angle_for_scripts(curve.angle),
            "errors": errors_of_curve(name),
        }
        for name, curve in CURVES.items()
    ]


def _write_layer(file: BinaryIO, sequence: PoseSequence) -> dict[str, int]:
    landmarks_at = file.tell()
    for first in range(0, len(sequence), PIECE_FRAMES):
        frames = slice(first, first + PIECE_FRAMES)
        picture = np.concatenate((sequence.xy[frames], sequence.z[frames, ..., None]), axis=-1)
        for values in (picture, sequence.world[frames], sequence.visibility[frames], sequence.presence[frames]):
            file.write(values.astype("<f4").tobytes())
    curves_at = file.tell()
    # Even if landmarks are hardly visible: the player shades such stretches by its visibility limit.
    measured = measure_curves(sequence, list(CURVES), min_visibility=0.0)
    for name in CURVES:
        file.write(measured[name].astype("<f4").tobytes())
    return {"landmarks_at": landmarks_at, "curves_at": curves_at}


def _write_hands(file: BinaryIO, hands: HandSequence, notes: HandNotes) -> dict[str, Any]:
    """Write hands in pieces as bodies, with a score for each, and the place of what it shows among the words."""
    words = ["", *dict.fromkeys(chain.from_iterable(frame.values() for frame in notes))]
    place = {word: index for index, word in enumerate(words)}
    shows = np.array([[place[frame.get(slot, "")] for slot in hands.slots] for frame in notes], "<f4")
    file.write(bytes(-file.tell() % 4))
    hands_at = file.tell()
    for first in range(0, len(hands), PIECE_FRAMES):
        frames = slice(first, first + PIECE_FRAMES)
        picture = np.concatenate((hands.xy[frames], hands.z[frames, ..., None]), axis=-1)
        for values in (picture, hands.world[frames], hands.score[frames], shows[frames]):
            file.write(values.astype("<f4").tobytes())
    return {
        "at": hands_at,
        "landmarks": len(HAND_21),
        "slots": [{"person": slot.person, "side": slot.side} for slot in hands.slots],
        "words": words,
    }
