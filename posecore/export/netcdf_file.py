"""NetCDF: a poses dataset as defined by the package ``movement`` (https://movement.neuroinformatics.dev)."""

import os
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from posecore.hands import HandSequence
from posecore.poses import PoseSequence
from posecore.skeletons import BLAZEPOSE_33, HAND_21, Skeleton
from posecore.system import VERSION, whole_file

_KEYPOINTS = ("keypoints", "individuals")
# Chunks of about 50 KB of each variable, so that readers of a few frames unpack little.
_CHUNK_FRAMES = 256


def write_netcdf(sequence: PoseSequence | HandSequence, path: str | os.PathLike[str]) -> None:
    """Write ``to_dataset`` or ``hands_dataset`` as netCDF 4, packed; the file appears whole or not at all.

    ``xarray.open_dataset`` opens it, which is how ``movement`` loads its own files.

    Raises:
        OSError: if the file cannot be written.
    """
    write_dataset(hands_dataset(sequence) if isinstance(sequence, HandSequence) else to_dataset(sequence), path)


def write_dataset(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write any dataset whose first dimension is time as netCDF 4, as ``write_netcdf`` does."""
    packing = {"zlib": True, "complevel": 4, "shuffle": True}
    encoding = {
        name: packing | {"chunksizes": tuple(max(1, min(_CHUNK_FRAMES, side)) for side in variable.shape)}
        for name, variable in dataset.items()
    }
    with whole_file(path) as part:
        dataset.to_netcdf(part, engine="h5netcdf", encoding=encoding)


def to_dataset(sequence: PoseSequence) -> xr.Dataset:
    """A sequence as a poses dataset of ``movement``, with everything that a sequence holds.

    ``movement`` uses the first two of these variables; K = 33 keypoints, P individuals, NaN = absent:
        position: (T, 2, K, P) pixels of the upright image, x to the right, y down.
        confidence: (T, K, P) 0..1, the visibility.
        presence: (T, K, P) 0..1.
        depth: (T, K, P) the sequence's ``z``: pixels, 0 at the middle of the hips, smaller is nearer to the camera.
        world: (T, 3, K, P) metres from the middle of the hips, along the dimension ``space_world``.

    ``time`` is that of the video, in seconds, so its steps may be uneven; the attribute ``fps`` is only a label.
    Individuals have their given names, or else ``person_1`` and so on; ``person_id`` holds their ids. ``shot`` holds
    the number of each frame's shot, from 1, which a hard cut raises.
    """
    variables = {
        "position": (("time", "space", *_KEYPOINTS), _keypoints_first(sequence.xy), "pixel"),
        "confidence": (("time", *_KEYPOINTS), _keypoints_first(sequence.visibility), "1"),
        "presence": (("time", *_KEYPOINTS), _keypoints_first(sequence.presence), "1"),
        "depth": (("time", *_KEYPOINTS), _keypoints_first(sequence.z), "pixel"),
        "world": (("time", "space_world", *_KEYPOINTS), _keypoints_first(sequence.world), "m"),
    }
    individuals = {
        "individuals": np.array(_labels(sequence), np.str_),
        "person_id": ("individuals", sequence.person_ids),
    }
    return _dataset(sequence, variables, BLAZEPOSE_33, individuals)


def hands_dataset(hands: HandSequence) -> xr.Dataset:
    """Hands as a poses dataset of ``movement``, each an individual, with everything that a sequence of hands holds.

    K = 21 keypoints, H individuals, NaN = absent:
        position: (T, 2, K, H) pixels of the upright image, x to the right, y down.
        confidence: (T, K, H) 0..1, the score of the hand, equal for all of its keypoints.
        depth: (T, K, H) the sequence's ``z``: pixels, 0 at the wrist, smaller is nearer to the camera.
        world: (T, 3, K, H) metres from the hand's own centre, along the dimension ``space_world``.
        right: (T, H) 0..1: the model's guess that it is a right hand.

    Individuals are called ``person_1_left`` and so on; ``person_id`` and ``side`` hold the two parts of that. ``time``
    and ``shot`` are as in ``to_dataset``.
    """
    scores = np.repeat(hands.score[..., None], len(HAND_21), axis=-1)
    variables = {
        "position": (("time", "space", *_KEYPOINTS), _keypoints_first(hands.xy), "pixel"),
        "confidence": (("time", *_KEYPOINTS), _keypoints_first(scores), "1"),
        "depth": (("time", *_KEYPOINTS), _keypoints_first(hands.z), "pixel"),
        "world": (("time", "space_world", *_KEYPOINTS), _keypoints_first(hands.world), "m"),
        "right": (("time", "individuals"), hands.right, "1"),
    }
    individuals = {
        "individuals": np.array([f"person_{slot.person}_{slot.side}" for slot in hands.slots], np.str_),
        "person_id": ("individuals", np.array([slot.person for slot in hands.slots], np.int64)),
        "side": ("individuals", np.array([slot.side for slot in hands.slots], np.str_)),
    }
    return _dataset(hands, variables, HAND_21, individuals)


def _dataset(
    sequence: PoseSequence | HandSequence,
    variables: Mapping[str, tuple[tuple[str, ...], np.ndarray, str]],
    skeleton: Skeleton,
    individuals: Mapping[str, Any],
) -> xr.Dataset:
    """The dataset of these variables, each with its dimensions, values and unit."""
    return xr.Dataset(
        {name: (dims, values, {"units": unit}) for name, (dims, values, unit) in variables.items()},
        coords={
            "time": sequence.times_s,
            "space": ["x", "y"],
            "space_world": ["x", "y", "z"],
            "keypoints": list(skeleton.landmarks),
            **individuals,
            "shot": ("time", sequence.shot_numbers),
        },
        attrs={
            "source_software": "posecore",
            "source_version": VERSION,
            "ds_type": "poses",
            "fps": sequence.fps,
            "time_unit": "seconds",
            "picture_width": sequence.size[0],
            "picture_height": sequence.size[1],
        },
    )


def _keypoints_first(array: np.ndarray) -> np.ndarray:
    """From (T, P, K) to (T, K, P), and from (T, P, K, space) to (T, space, K, P)."""
    return np.swapaxes(array, 1, -1)


def _labels(sequence: PoseSequence) -> list[str]:
    """A distinct label for each person, by which ``movement`` selects people."""
    ids = sequence.person_ids.tolist()
    # HDF5 ends text at its first NUL, and rejects what is not Unicode.
    names = {person: "".join(filter(str.isprintable, name)).strip() for person, name in sequence.names.items()}
    labels = [names.get(person) or f"person_{person}" for person in ids]
    times = Counter(labels)
    unlike = [f"{label}_{person}" if times[label] > 1 else label for label, person in zip(labels, ids, strict=True)]
    return unlike if len(set(unlike)) == len(unlike) else [f"person_{person}" for person in ids]
