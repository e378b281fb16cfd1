"""COCO: keypoint results, and the dataset that they belong to.

The forms are those of https://cocodataset.org/#format-results and #format-data. A frame of a video is an image there;
its id is its number, from 0. COCO has no videos: the results hold neither times nor identities across frames.
"""

import json
import os
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from posecore.errors import InvalidOption
from posecore.poses import FloatArray, FramePoses, PoseSequence
from posecore.skeletons import BLAZEPOSE_33, COCO_17_EDGES, COCO_17_FROM_BLAZEPOSE
from posecore.system import whole_file

Keypoints = Literal[17, 33]

PERSON = 1  # the category's id, as in COCO's own files

_LANDMARKS: dict[int, tuple[int, ...]] = {17: COCO_17_FROM_BLAZEPOSE, 33: tuple(range(len(BLAZEPOSE_33)))}
_EDGES: dict[int, tuple[tuple[int, int], ...]] = {17: COCO_17_EDGES, 33: BLAZEPOSE_33.edges}
_PIXEL_DECIMALS = 2
_SCORE_DECIMALS = 3
_BLOCK_FRAMES = 512


def to_coco_results(poses: FramePoses | PoseSequence, *, keypoints: Keypoints = 17) -> Iterator[dict[str, Any]]:
    """COCO keypoint results: one for each person in each frame in which they are seen, frame by frame.

    Each has ``image_id`` (number of the frame, from 0), ``category_id`` (1: person), ``keypoints`` (x, y, v of each in
    turn: pixels to two decimals and the visibility, 0..1, to three) and ``score`` (mean visibility of all of these
    keypoints). A missing keypoint is 0, 0, 0, as in COCO; NaN never occurs.

    Args:
        poses: of a photo or a video.
        keypoints: COCO's own 17, or all 33 landmarks.

    Raises:
        InvalidOption: for another number of keypoints.
    """
    places = _places(keypoints)
    return (
        result
        for first, xy, visibility in _blocks(poses)
        for result in _results(first, xy[:, :, places], visibility[:, :, places])
    )


def coco_dataset(poses: FramePoses | PoseSequence, *, keypoints: Keypoints = 17) -> dict[str, Any]:
    """The COCO dataset that ``to_coco_results`` belong to: the frames as images, and the category person.

    It has no annotations, since nobody labelled the frames. ``COCO.loadRes`` of pycocotools needs it, and it holds what
    results have no place for: sizes, times (``time_s``) and the names of the keypoints.

    Raises:
        InvalidOption: for another number of keypoints.
    """
    names = [BLAZEPOSE_33.landmarks[place] for place in _places(keypoints)]
    width, height = poses.size
    times = poses.times_s.tolist() if isinstance(poses, PoseSequence) else [poses.time_s]
    return {
        "info": {"description": f"Frames in which posecore looked for people, {keypoints} keypoints each"},
        "images": [
            {"id": index, "width": width, "height": height, "file_name": f"frame_{index:06d}", "time_s": time_s}
            for index, time_s in enumerate(times)
        ],
        "annotations": [],
        "categories": [
            {
                "id": PERSON,
                "name": "person",
                "supercategory": "person",
                "keypoints": names,
                "skeleton": [[one + 1, other + 1] for one, other in _EDGES[keypoints]],  # counted from 1
            }
        ],
    }


def write_coco_results(
    poses: FramePoses | PoseSequence, path: str | os.PathLike[str], *, keypoints: Keypoints = 17
) -> None:
    """Write ``to_coco_results`` as JSON, one result per line; the file appears whole or not at all.

    Raises:
        InvalidOption: for another number of keypoints.
        OSError: if the file cannot be written.
    """
    results = to_coco_results(poses, keypoints=keypoints)
    with whole_file(path) as part, part.open("w", encoding="ascii") as file:
        file.write("[\n")
        separator = ""
        for result in results:
            file.write(separator + json.dumps(result, separators=(",", ":"), allow_nan=False))
            separator = ",\n"
        file.write("\n]\n")


def write_coco_dataset(
    poses: FramePoses | PoseSequence, path: str | os.PathLike[str], *, keypoints: Keypoints = 17
) -> None:
    """Write ``coco_dataset`` as JSON; the file appears whole or not at all.

    Raises:
        InvalidOption: for another number of keypoints.
        OSError: if the file cannot be written.
    """
    text = json.dumps(coco_dataset(poses, keypoints=keypoints), allow_nan=False)
    with whole_file(path) as part:
        part.write_text(text, encoding="ascii")


def _places(keypoints: int) -> list[int]:
    if keypoints not in _LANDMARKS:
        raise InvalidOption(f"Expected 'keypoints' to be 17 or 33, but got {keypoints!r}.")
    return list(_LANDMARKS[keypoints])


def _blocks(poses: FramePoses | PoseSequence) -> Iterator[tuple[int, FloatArray, FloatArray]]:
    """Number of the first frame, and xy and visibility of a block of frames, so that memory stays bounded."""
    if isinstance(poses, FramePoses):
        yield 0, poses.xy[None], poses.visibility[None]
        return
    for start in range(0, len(poses), _BLOCK_FRAMES):
        block = slice(start, start + _BLOCK_FRAMES)
        yield start, poses.xy[block], poses.visibility[block]


def _results(first: int, xy: FloatArray, visibility: FloatArray) -> Iterator[dict[str, Any]]:
    values = np.concatenate([xy, visibility[..., None]], axis=-1).astype(np.float64)
    known = np.isfinite(values).all(axis=-1)
    values[~known] = 0
    pixels = values[..., :2].round(_PIXEL_DECIMALS)
    certain = values[..., 2:].round(_SCORE_DECIMALS)
    numbers = np.concatenate([pixels, certain], axis=-1)
    scores = values[..., 2].mean(axis=-1).round(_SCORE_DECIMALS)
    for frame, person in np.argwhere(known.any(axis=-1)).tolist():
        yield {
            "image_id": first + frame,
            "category_id": PERSON,
            "keypoints": numbers[frame, person].ravel().tolist(),
            "score": float(scores[frame, person]),
        }
