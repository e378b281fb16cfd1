"""What Google published of its models, on sets of its own that are not public.

From the model card of MediaPipe BlazePose GHUM 3D (2021): single people, 2 to 4 metres from the camera. The figures are
not measured here, and cannot be; they stand beside a user's own as a point of reference.
"""

from typing import NamedTuple


class Published(NamedTuple):
    """A row of Google's table: mAP and PCK@0.2 in percent, by set."""

    model: str
    yoga: tuple[float, float]
    dance: tuple[float, float]
    hiit: tuple[float, float]


PUBLISHED = (
    Published("BlazePose GHUM Heavy", (68.1, 96.4), (73.0, 97.2), (74.0, 97.5)),
    Published("BlazePose GHUM Full", (62.6, 95.5), (67.4, 96.3), (68.0, 95.7)),
    Published("BlazePose GHUM Lite", (45.0, 90.2), (53.6, 92.5), (53.8, 93.5)),
    Published("AlphaPose ResNet50", (63.4, 96.0), (57.8, 95.5), (63.4, 96.0)),
    Published("Apple Vision", (32.8, 82.7), (36.4, 91.4), (44.5, 88.6)),
)

PUBLISHED_NOTE = (
    "Published by Google for its own sets of yoga, dance and HIIT photos, which are not public. Not measured here, "
    "and not comparable with figures on other photos."
)
