"""An example of a file of labels."""

import json
from typing import Any

from posecore.evaluation.keypoints import COCO_17

# A person who stands, in a photo of 200 x 300 px; the ears are hidden.
_POINTS = {
    "nose": (100, 40), "left_eye": (105, 35), "right_eye": (95, 35), "left_shoulder": (130, 80),
    "right_shoulder": (70, 80), "left_elbow": (140, 120), "right_elbow": (60, 120), "left_wrist": (145, 160),
    "right_wrist": (55, 160), "left_hip": (130, 160), "right_hip": (75, 160), "left_knee": (128, 220),
    "right_knee": (76, 220), "left_ankle": (126, 280), "right_ankle": (78, 280),
}  # fmt: skip


def example_labels() -> bytes:
    """Labels of one person in one photo, as COCO keypoint JSON."""
    keypoints = [value for name in COCO_17 for value in ((*_POINTS[name], 2) if name in _POINTS else (0, 0, 0))]
    person = {"id": 1, "image_id": 1, "category_id": 1, "keypoints": keypoints, "num_keypoints": len(_POINTS)}
    content: dict[str, Any] = {
        "images": [{"id": 1, "file_name": "yoga/standing.jpg", "width": 200, "height": 300, "domain": "yoga"}],
        "annotations": [person | {"bbox": [50, 20, 100, 270], "area": 14_000, "iscrowd": 0}],
        "categories": [{"id": 1, "name": "person", "keypoints": list(COCO_17)}],
    }
    return json.dumps(content, indent=1).encode()
