"""The result in a form for the player: one file, from which the browser fetches the pieces it is about to show.

Landmarks and curves are float32, as in the sequence, so that the browser's tables are exact.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from posecore import BLAZEPOSE_33, PoseSequence
from posecore.motion.curves import CURVES, measure_curve_confidence, measure_curves

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


def write_moments(path: Path, layers: Mapping[str, PoseSequence]) -> Moments:
    """Write a result for the player.

    Args:
        path: of the new file.
        layers: versions of the result by name, such as raw and smoothed, with the same frames and people.
    """
    first = next(iter(layers.values()))
    step = max(1, math.ceil(len(first) * len(first.person_ids) / MOST_SHOWN))
    shown = {name: sequence.at(slice(None, None, step)) for name, sequence in layers.items()}
    times = first.times_s[::step]
    with path.open("wb") as file:
        file.write(times.astype("<f8").tobytes())
        places = {name: _write_layer(file, sequence) for name, sequence in shown.items()}
        confidence_at = file.tell()
        for name in CURVES:
            sure = np.nan_to_num(measure_curve_confidence(next(iter(shown.values())), name))
            file.write((255 * sure).astype(np.uint8).tobytes())
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
        "curves": [
            {"name": name, "title": curve.title, "group": curve.group, "unit": curve.unit}
            for name, curve in CURVES.items()
        ],
    }
    return Moments(path, header)


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
