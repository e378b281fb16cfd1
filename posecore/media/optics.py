"""What photos and videos say about the lens."""

import io
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from posecore.media.metadata import exif_block
from posecore.media.pictures import open_photo
from posecore.media.tiff_tags import Directory, TiffTags

_FOCAL_OF_VIDEO = "com.apple.quicktime.camera.focal_length.35mm_equivalent"
_EXIF_DIRECTORY = 34665
_FOCAL_35MM, _FOCAL = 41989, 37386
_WIDTH, _HEIGHT = 40962, 40963
_ACROSS, _DOWN, _UNIT = 41486, 41487, 41488
_MM_OF_UNIT = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
# The diagonal of 35 mm film, by which the equivalent is defined.
_FILM_DIAGONAL_MM = math.hypot(36, 24)
# Fisheye lenses have 4 mm, telescopes some thousands.
_POSSIBLE_MM = (1, 10_000)


def focal_length_35mm(photo: bytes | str | os.PathLike[str]) -> float | None:
    """Focal length of a photo in 35 mm equivalent, millimetres; None if its EXIF data do not say it.

    It is stated as such, or follows from the focal length and the pixels per inch of the sensor.

    Args:
        photo: its bytes, or the path of its file.
    """
    data = photo if isinstance(photo, bytes) else Path(photo).read_bytes()
    for tags in _directories(data):
        if (focal := _focal(*tags)) is not None and _POSSIBLE_MM[0] <= focal <= _POSSIBLE_MM[1]:
            return focal
    return None


def stated_focal_35mm(metadata: Mapping[str, str]) -> float | None:
    """Focal length of a video in 35 mm equivalent, millimetres; None if its metadata do not say it.

    Phones of Apple and programs that imitate them write it; most other cameras write nothing.

    Args:
        metadata: of the file and of its video, by name.
    """
    for name, text in metadata.items():
        if name.lower().startswith(_FOCAL_OF_VIDEO):  # may end with a language
            with suppress(ValueError):
                if _POSSIBLE_MM[0] <= (focal := float(text)) <= _POSSIBLE_MM[1]:
                    return focal
    return None


def _directories(data: bytes) -> list[tuple[TiffTags, Directory]]:
    """The EXIF directories of a photo: of the file itself if it is a TIFF or a raw photo."""
    tiffs = [TiffTags(data)]
    try:
        with open_photo(io.BytesIO(data)) as image:
            if image.format == "PNG":  # there it may come after the pixels
                image.load()
            tiffs.append(TiffTags(exif_block(image)))
    except Exception:  # noqa: BLE001 - hostile bytes: whatever a decoder raises, there is nothing to be read then
        pass
    return [
        (tiff, exif) for tiff in tiffs for _, tags in tiff.directories() for exif in tiff.below(tags, _EXIF_DIRECTORY)
    ]


def _focal(tiff: TiffTags, tags: Directory) -> float | None:
    stated = tiff.numbers(tags, _FOCAL_35MM)
    if stated and stated[0]:  # 0: not known
        return float(stated[0])
    focal, across, down = (tiff.ratio(tags, number) for number in (_FOCAL, _ACROSS, _DOWN))
    sides = [next(iter(tiff.numbers(tags, number)), 0) for number in (_WIDTH, _HEIGHT)]
    unit = _MM_OF_UNIT.get(next(iter(tiff.numbers(tags, _UNIT)), 2))
    if unit is None or not focal or not across or not down or not all(sides):
        return None
    return focal * _FILM_DIAGONAL_MM / math.hypot(sides[0] / across * unit, sides[1] / down * unit)
