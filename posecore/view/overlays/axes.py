"""The axes of heads as rigid bodies, to see how each is turned."""

import numpy as np

from posecore.view.overlays.head import EYES
from posecore.view.overlays.scene import Scene
from posecore.view.overlays.sheet import Sheet
from posecore.view.palette import INK
from posecore.view.rigid_drawing import AXES

# Of ``posecore.rigid.head`` in the axes of ``head.Head``: to the person's left, down, into the head.
_AXES = np.diag([1.0, -1.0, -1.0])


def head_axes(front: Sheet, _behind: Sheet, scene: Scene) -> None:
    """From between the eyes: x red, y green, z blue."""
    for head in scene.heads:
        wide = max(2.0, 0.05 * head.unit)
        lines = list(zip(_AXES, AXES.values(), strict=True))
        for axis, color in sorted(lines, key=lambda line: head.towards_camera(tuple(line[0]))):
            line = head.on_picture(np.stack([EYES, EYES + axis]))
            front.curve(line, 1.6 * wide, INK)
            front.curve(line, wide, color)
