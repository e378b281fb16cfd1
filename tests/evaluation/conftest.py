"""Small labelled sets that the tests write themselves."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.labels import LabelledPerson

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
