"""The landmarks of a face, for the pose of the head: MediaPipe's face network on a region that the body gives.

MediaPipe finds faces by a detector for selfies, which sees none that is small in the picture. BlazePose's landmarks of
the face say where to look in any picture, so the detector is not needed. The bundle's third network, for expressions,
is not used, and nothing here tells whose face it is.
"""

import math
import os
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from posecore.estimation.arrays import FloatArray
from posecore.estimation.crops import Cropper
from posecore.estimation.inputs import Picture, check_picture
from posecore.estimation.models import find_model, model_unusable
from posecore.estimation.networks import Network, Request, load_networks, usual_threads
from posecore.estimation.regions import Region
from posecore.poses import FramePoses
from posecore.skeletons import BLAZEPOSE_33

SIDE = 256
"""Width and height of the network's input in pixels."""
POINTS = 468
"""Landmarks of the face; the network's last ten, the irises, are not part of the canonical face."""

MIN_SCORE = 0.5
"""As in MediaPipe's FaceLandmarker: below it, there is no face in the region."""

_NETWORK = Network(
    name="face_landmarks_detector",
    task="face",
    file_name="face_landmarks_detector.tflite",
    side=SIDE,
    outputs={"Identity": (1, 1, 1, (POINTS + 10) * 3), "Identity_1": (1, 1, 1, 1)},
    mean=0.0,
    scale=255.0,
)
_CANONICAL = "geometry_pipeline_metadata_landmarks.binarypb"

# Corners of the canonical face's eyes: outer and inner ones of the right eye, inner and outer ones of the left.
_EYE_CORNERS = (33, 133, 362, 263)
# As in MediaPipe's graph: the square is this much larger than the landmarks.
_MARGIN = 1.5
# The face network's landmarks are this many times as high as the distance from the eyes to the mouth.
_FACE_HEIGHT = 2.4
# The first square is a guess from the body. From the third look to a fourth, landmarks move by 0.2% of the face's size
# (median of 227 faces), from the first to the second by 0.9%.
_LOOKS = 3

_LEFT_EYE, _RIGHT_EYE, *_MOUTH = (BLAZEPOSE_33.index(n) for n in ("left_eye", "right_eye", "mouth_left", "mouth_right"))


@dataclass(frozen=True, eq=False)
class Face:
    """One person's face: those of its landmarks that facial expressions move least.

    Attributes:
        landmarks: (N,) int64, which of MediaPipe's 468: the ones that the bundle fits its canonical face to.
        xy: (N, 2) float32, pixels of the upright picture; origin top left.
        shape_m: (N, 3) float64 metres: the same points on the canonical face, an average adult's. Origin midway between
            the eyes, x to the person's left, y down, z into the head.
        score: 0..1, the network's confidence that there is a face.
        next_region: where to look for it in the next frame.
    """

    landmarks: NDArray[np.int64]
    xy: FloatArray
    shape_m: NDArray[np.float64]
    score: float
    next_region: Region


class FaceNetwork:
    """The face network, for one run: two threads must not use it at the same time.

    Args:
        model: "face", the registered bundle, or the path of a ``.task`` file, which is used as given.
        threads: threads per inference; None: one per usable core, at most four.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about that bundle.
        EngineUnavailable: if OpenVINO or this network does not run here.

    Attributes:
        model, threads: as given.
    """

    def __init__(self, model: str | os.PathLike[str] = "face", threads: int | None = None) -> None:
        self.model, self.threads = model, threads
        bundle = find_model(model)
        self._landmarks, self._shape_m = _canonical_face(bundle)
        self._request = Request(load_networks(bundle, [_NETWORK], threads or usual_threads())[0])
        self._cropper = Cropper(self._request.picture, cv2.BORDER_REPLICATE)

    def find(self, rgb: Picture, poses: FramePoses, before: Mapping[int, Face] | None = None) -> dict[int, Face]:
        """Find the faces of people.

        Args:
            rgb: (H, W, 3) uint8, upright; or the ``pixels`` of a video frame.
            poses: the people in it.
            before: what this returned for the frame before, in the same shot of a video: one look at the same place is
                enough then, instead of three.

        Returns:
            By the person's id; without those in whose region the network sees no face.

        Raises:
            InvalidOption: if rgb is not such an array.
        """
        check_picture(rgb)
        found = {}
        for person, xy in zip(poses.person_ids.tolist(), poses.xy, strict=True):
            guess, face = around_face(xy), None
            if before and person in before and _is_near(guess, before[person].next_region):
                face = self._look(rgb, before[person].next_region, looks=1)
            face = face or self._look(rgb, guess, looks=_LOOKS)
            if face is not None:
                found[person] = face
        return found

    def _look(self, rgb: Picture, region: Region, looks: int) -> Face | None:
        if not region.usable:
            return None
        self._cropper.cut(rgb, region)
        points, raw_score = self._request.run()
        xy = region.to_picture(points.reshape(-1, 3)[:POINTS, :2] / np.float32(SIDE))
        score = 1 / (1 + math.exp(-float(raw_score.ravel()[0])))
        if score < MIN_SCORE:
            return None
        again = _around_landmarks(xy)
        if looks > 1:
            return self._look(rgb, again, looks - 1)
        return self.face(xy[self._landmarks], score, again)

    def face(self, xy: FloatArray, score: float, next_region: Region) -> Face:
        """What this network found, from the parts that differ from face to face."""
        return Face(self._landmarks, xy, self._shape_m, score, next_region)


def _is_near(guess: Region, region: Region) -> bool:
    """Whether a face that was followed is still this person's: the body's face is in its square."""
    return math.hypot(guess.x - region.x, guess.y - region.y) < region.size / 2


def around_face(xy: FloatArray) -> Region:
    """The square to look for a face in, from BlazePose's landmarks (33, 2) in pixels."""
    face = xy[list(BLAZEPOSE_33.parts["face"])].astype(np.float64)
    down = xy[_MOUTH].mean(axis=0) - xy[[_LEFT_EYE, _RIGHT_EYE]].mean(axis=0)
    # From the eyes to the mouth, and not from eye to eye: in profile the eyes are one above the other.
    return _square(face, math.atan2(-down[0], down[1]), at_least=_FACE_HEIGHT * math.hypot(*down))


def _around_landmarks(xy: FloatArray) -> Region:
    right, down = (xy[_EYE_CORNERS[-1]] - xy[_EYE_CORNERS[0]]).tolist()
    return _square(xy.astype(np.float64), math.atan2(down, right))


def _square(points: NDArray[np.float64], rotation: float, at_least: float = 0.0) -> Region:
    cosine, sine = math.cos(rotation), math.sin(rotation)
    upright = np.array([[cosine, -sine], [sine, cosine]])
    turned = points @ upright
    low, high = turned.min(axis=0), turned.max(axis=0)
    x, y = (upright @ ((low + high) / 2)).tolist()
    return Region(x, y, _MARGIN * max(*(high - low).tolist(), at_least), rotation, 1.0)


def _canonical_face(bundle: Path) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The landmarks that the bundle fits its face to, and where they are on it: ``Face.landmarks`` and ``shape_m``.

    The file there is a message of Protocol Buffers (MediaPipe's GeometryPipelineMetadata). Its first field is a mesh,
    whose third field repeats the numbers of its vertices, five for each: x, y, z in centimetres with y up and z out of
    the face, and a place in a texture. Its second field repeats the landmarks to fit, each with its number first.
    """
    try:
        with zipfile.ZipFile(bundle) as archive:
            message = list(_fields(archive.read(_CANONICAL)))
        mesh, *_ = (value for field, value in message if field == 1 and isinstance(value, bytes))
        numbers = [value for field, value in _fields(mesh) if field == 3 and isinstance(value, float)]
        fitted = [dict(_fields(value))[1] for field, value in message if field == 2 and isinstance(value, bytes)]
        vertices = np.array(numbers).reshape(POINTS, 5)[:, :3]
        landmarks = np.array(fitted, np.int64)
        face = vertices * [0.01, -0.01, -0.01]
        shape_m = (face - face[list(_EYE_CORNERS)].mean(axis=0))[landmarks]
    except (KeyError, ValueError, IndexError, struct.error, zipfile.BadZipFile, OSError) as error:
        raise model_unusable(bundle, f"it has no {_CANONICAL} with {POINTS} vertices", "face") from error
    return landmarks, shape_m


def _fields(message: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """The fields of a message of Protocol Buffers, as (number, value), of the wire types in this file."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        match tag & 7:
            case 0:
                yield tag >> 3, varint()
            case 2:
                length = varint()
                yield tag >> 3, message[at : at + length]
                at += length
            case 5:
                yield tag >> 3, struct.unpack_from("<f", message, at)[0]
                at += 4
            case other:
                raise ValueError(f"wire type {other}")
