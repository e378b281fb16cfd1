"""Cameras in files: calibrations as OpenCV, ROS and Kalibr write them, and the EXIF data of photos.

A file may hold one camera, or several in sections with names of their own.
"""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from posecore.errors import InvalidCamera, UnreadableCamera
from posecore.media.optics import focal_length_35mm
from posecore.rigid.camera import Camera
from posecore.system import naming_missing_library, whole_file

with naming_missing_library():
    import cv2

# A calibration takes a few kilobytes, one with all its points a few hundred.
_MOST_BYTES = 2_000_000
_MOST_LEVELS = 4
_MOST_FLOW_LEVELS = 20  # of lists and mappings in brackets within one another
_MOST_SECTIONS = 1_000  # one of YAML can be in another many times, and that in a third

_MATRIX = ("camera_matrix", "cameraMatrix", "camera_matrix_left", "K", "mtx", "intrinsics", "matrix")
_DISTORTION = ("distortion_coefficients", "distCoeffs", "dist_coeffs", "distortion_coeffs", "distortion", "dist", "D")
_SIZE = ("image_size", "imageSize", "resolution", "size", "size_px")
_WIDTH, _HEIGHT = ("image_width", "imageWidth", "width"), ("image_height", "imageHeight", "height")
_MODELS = ("distortion_model", "camera_model", "model")
_OTHER_LENSES = ("equidistant", "equi", "fisheye", "omni", "fov", "eucm", "ds")


class _Loader(yaml.SafeLoader):
    """Plain values only, and OpenCV's matrices as mappings.

    Lists within lists take PyYAML time by the square of their number, a second for a thousand.
    """

    def fetch_flow_collection_start(self, TokenClass: type[yaml.Token]) -> None:  # noqa: N803 - PyYAML's own name
        if self.flow_level == _MOST_FLOW_LEVELS:
            raise yaml.YAMLError(
                f"expected at most {_MOST_FLOW_LEVELS} lists or mappings within one another, but got more"
            )
        super().fetch_flow_collection_start(TokenClass)


_Loader.add_constructor(
    "tag:yaml.org,2002:opencv-matrix", lambda loader, node: loader.construct_mapping(node, deep=True)
)


def load_camera(path: str | os.PathLike[str], *, size: tuple[int, int] | None = None) -> Camera:
    """The camera in a file.

    Args:
        path: of a YAML or JSON file with the camera's matrix, its distortion and the size of its images, under the
            names that OpenCV, ROS or Kalibr use. Of several cameras in a file, ``FILE#NAME`` is the one of that name.
        size: (width, height) of the image it is wanted for; the camera is scaled to it. Of several cameras in a file,
            the only one that is for this size is taken. If the file says no size, the matrix is for this one.

    Raises:
        UnreadableCamera: if the file cannot be read, holds no camera, holds several of which none was chosen, or one of
            another model than OpenCV's for common lenses.
        InvalidCamera: if its numbers make no camera, or it is for images of another shape.
    """
    file, name = _file_and_name(path)
    found = dict(_cameras(_read(file), "", _MOST_LEVELS, size, count()))
    if not found:
        raise _no_camera(file)
    chosen = [
        camera for key, camera in found.items() if (key == name if name else len(found) == 1 or camera.size == size)
    ]
    if len(chosen) != 1:
        names = ", ".join(found)
        raise UnreadableCamera(
            f"Expected one of the cameras in {file.name} ({names}), but got {name or 'none'}. Write {file.name}#NAME."
        )
    return chosen[0] if size is None or chosen[0].size == size else chosen[0].scaled(size)


def cameras_in(path: str | os.PathLike[str], *, size: tuple[int, int] | None = None) -> dict[str, Camera]:
    """All cameras in a file, by the names of their sections; "" if there is only one, at the top.

    Args:
        path: as for ``load_camera``.
        size: of images whose size the file does not say.

    Raises:
        UnreadableCamera: if the file cannot be read or holds no camera, or one of another model.
        InvalidCamera: if its numbers make no camera.
    """
    file = Path(path)
    found = dict(_cameras(_read(file), "", _MOST_LEVELS, size, count()))
    if not found:
        raise _no_camera(file)
    return found


def save_camera(camera: Camera, path: str | os.PathLike[str], *, error_px: float | None = None) -> None:
    """Write a camera as YAML that OpenCV and ``load_camera`` read; the file appears whole or not at all.

    Args:
        camera: to write.
        path: of the file.
        error_px: of its calibration, if it is from one.

    Raises:
        OSError: if the file cannot be written.
    """
    storage = cv2.FileStorage(".yml", cv2.FILE_STORAGE_WRITE | cv2.FILE_STORAGE_MEMORY)
    storage.write("image_width", camera.size[0])
    storage.write("image_height", camera.size[1])
    storage.write("camera_matrix", camera.matrix)
    storage.write(
        "distortion_coefficients", np.atleast_2d(camera.distortion if len(camera.distortion) else np.zeros(5))
    )
    if error_px is not None:
        storage.write("avg_reprojection_error", error_px)
    text = storage.releaseAndGetString()
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")


def camera_of_photo(photo: bytes | str | os.PathLike[str], size: tuple[int, int]) -> Camera | None:
    """The camera that took a photo, by the focal length in its EXIF data; None if they have none.

    Nothing is known of its distortion then. In a photo that was cropped afterwards, distances come out too large.

    Args:
        photo: its bytes, or the path of its file.
        size: (width, height) of the upright photo, pixels.
    """
    focal = focal_length_35mm(photo)
    return None if focal is None else Camera.from_focal_35mm(size, focal)


def _no_camera(file: Path) -> UnreadableCamera:
    return UnreadableCamera(
        f"{file.name} holds no camera. Expected a matrix called camera_matrix (or K), distortion_coefficients and "
        "image_width and image_height, as OpenCV and ROS write them."
    )


def _file_and_name(path: str | os.PathLike[str]) -> tuple[Path, str]:
    file = Path(path)
    stem, mark, name = file.name.rpartition("#")
    return (file.with_name(stem), name) if mark and stem and not file.exists() else (file, "")


def _read(file: Path) -> Any:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise UnreadableCamera(f"{file.name} is too large for a calibration. Expected at most {_MOST_BYTES} bytes.")
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableCamera(f"{file.name} is not a text. Expected a calibration in YAML or JSON.") from error
    except OSError as error:
        raise UnreadableCamera(f"{file} cannot be read: {error.strerror}.") from error
    if text.startswith("%YAML"):  # OpenCV's "%YAML:1.0" is none that YAML knows
        text = text.partition("\n")[2]
    try:
        return yaml.load(text, _Loader)  # it makes plain values only  # nosec B506
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UnreadableCamera(f"{file.name} is neither YAML nor JSON: {' '.join(str(error).split())}.") from error


def _cameras(
    content: Any, name: str, levels: int, wanted: tuple[int, int] | None, sections: Iterator[int]
) -> Iterator[tuple[str, Camera]]:
    """Each camera in a file with the name of its section; all sections are counted."""
    if not isinstance(content, Mapping) or not levels:
        return
    if next(sections) > _MOST_SECTIONS:
        raise UnreadableCamera(f"Expected at most {_MOST_SECTIONS:,} sections in a calibration, but got more.")
    matrix = _numbers(_first(content, _MATRIX))
    if len(matrix) in (4, 9):
        model = str(_first(content, _MODELS) or "").lower()
        if model in _OTHER_LENSES:
            raise UnreadableCamera(
                f"The camera {name} is of the model {model}. Expected OpenCV's for common lenses (plumb_bob, radtan)."
            )
        yield (
            name,
            Camera(_matrix(matrix), np.array(_numbers(_first(content, _DISTORTION))), _size(content, name, wanted)),
        )
        return
    for key, part in content.items():
        yield from _cameras(part, f"{name}.{key}" if name else str(key), levels - 1, wanted, sections)


def _matrix(numbers: Sequence[float]) -> np.ndarray:
    if len(numbers) == 9:
        return np.reshape(numbers, (3, 3))
    across, down, x, y = numbers  # Kalibr
    return np.array([[across, 0, x], [0, down, y], [0, 0, 1]])


def _size(content: Mapping[str, Any], name: str, wanted: tuple[int, int] | None) -> tuple[int, int]:
    sides = _numbers(_first(content, _SIZE)) or [
        *_numbers([_first(content, _WIDTH)]),
        *_numbers([_first(content, _HEIGHT)]),
    ]
    if len(sides) == 2:
        if not all(map(math.isfinite, sides)):
            raise InvalidCamera(f"Expected the size of images in pixels, but got {sides[0]:g} x {sides[1]:g}.")
        return int(sides[0]), int(sides[1])
    if wanted is None:
        raise UnreadableCamera(
            f"It is not said for which images the camera {name} is. Expected image_width and image_height."
        )
    return wanted


def _first(content: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((content[name] for name in names if content.get(name) is not None), None)


def _numbers(value: Any) -> list[float]:
    """The numbers of a list, a list of lists or one of OpenCV's matrices; empty if it is something else."""
    if isinstance(value, Mapping):
        value = value["data"] if "data" in value else list(value.values())  # a size may be {width: , height: }
    if not isinstance(value, list):
        return []
    try:
        # JSON's 1e-5 is a text in YAML.
        return [float(each) for row in value for each in (row if isinstance(row, list) else [row])]
    except (TypeError, ValueError, OverflowError):
        return []
