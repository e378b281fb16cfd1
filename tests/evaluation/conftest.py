"""Small labelled sets that the tests write themselves."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from posecore import estimate_image
from posecore.evaluation.found import FoundPeople
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.labels import TORSO, LabelledPerson
from posecore.media.samples import sample_picture

SIZE = (200, 300)

# A standing person, by COCO's names: x and y in pixels. The torso, right shoulder to left hip, is 100 px: a 60-80-100
# triangle.
# fmt: off
STANDING = np.array([
    [100, 40], [105, 35], [95, 35], [112, 40], [88, 40], [130, 80], [70, 80], [140, 120], [60, 120], [145, 160],
    [55, 160], [130, 160], [75, 160], [128, 220], [76, 220], [126, 280], [78, 280],
], float)
# fmt: on


def labelled_person(points: np.ndarray = STANDING, **more: Any) -> LabelledPerson:
    known = points[np.isfinite(points).all(axis=-1)]
    low, high = known.min(axis=0), known.max(axis=0)
    box = (*low.tolist(), *(high - low).tolist())
    return LabelledPerson(**{"label_id": "1", "points": points, "area": float(np.prod(high - low)), "box": box} | more)


def flat(points: np.ndarray, flag: float = 2) -> list[float]:
    """As COCO writes keypoints: x, y, v; NaN is 0, 0, 0."""
    return [value for x, y in points.tolist() for value in ((x, y, flag) if np.isfinite(x) else (0, 0, 0))]


def annotation(number: int, image_id: int | str, points: np.ndarray = STANDING, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "image_id": image_id,
        "category_id": 1,
        "keypoints": flat(points),
        "bbox": [50, 30, 100, 255],
        "area": 15000,
    } | more


def zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def labels_of(images: list[Any], annotations: list[Any]) -> bytes:
    categories = [{"id": 1, "name": "person", "keypoints": list(COCO_17)}]
    return json.dumps({"images": images, "annotations": annotations, "categories": categories}).encode()


def real_labelled_zip(portrait: np.ndarray) -> bytes:
    """Three photos: one of a person whose labels are as found, one with a wrist a torso away, one of nobody."""
    data = sample_picture().path.read_bytes()
    points = FoundPeople.of_poses(estimate_image(portrait)).points[0]
    off = points.copy()
    off[COCO_17.index("left_wrist"), 0] += np.linalg.norm(np.subtract(*points[list(TORSO)]))
    grey = io.BytesIO()
    Image.new("RGB", (200, 200), "grey").save(grey, "PNG")
    # The second photo is another file, with a byte after its picture.
    photos = {"desk/one.jpg": data, "stage/two.jpg": data + b" ", "stage/nobody.png": grey.getvalue()}
    images = [{"id": number, "file_name": name} for number, name in enumerate(photos, start=1)]
    box = {"bbox": [60, 30, 420, 570], "area": 150_000}
    return zipped(
        {**photos, "labels.json": labels_of(images, [annotation(1, 1, points, **box), annotation(2, 2, off, **box)])}
    )


WriteSet = Callable[..., tuple[Path, Path]]


@pytest.fixture
def write_set(tmp_path: Path) -> WriteSet:
    """Function that writes photos and their labels, and returns the folder and the file."""

    def write(
        names: list[str], annotations: list[Any], keypoints: tuple[str, ...] = COCO_17, **more: Any
    ) -> tuple[Path, Path]:
        folder = tmp_path / "photos"
        for number, name in enumerate(names):
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", SIZE, (40 * number, 90, 120)).save(file)
        images = [
            {"id": number, "file_name": name, "width": SIZE[0], "height": SIZE[1]}
            for number, name in enumerate(names, start=1)
        ]
        categories = [{"id": 1, "name": "person", "keypoints": list(keypoints)}]
        labels = tmp_path / "labels.json"
        content = {"images": images, "annotations": annotations, "categories": categories} | more
        labels.write_text(json.dumps(content), encoding="utf-8")
        return folder, labels

    return write
