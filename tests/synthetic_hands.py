"""Open hands of known shape, to be drawn, tabled and written."""

import numpy as np

from posecore import FrameHands, HandSequence, HandSlot

SIZE = (640, 480)
LEFT, RIGHT = HandSlot(1, "left"), HandSlot(1, "right")


def open_hand(slot: HandSlot) -> np.ndarray:
    """(21, 2) lengths of the palm from the wrist, y down: fingers up, palm to the camera."""
    # Angle from straight up, and distances from the wrist, of the thumb and the four fingers of a right hand.
    rays = {50: (0.3, 0.6, 0.85, 1.1), 15: (0.95, 1.4, 1.65, 1.85), 0: (1.0, 1.5, 1.75, 2.0)}
    rays |= {-13: (0.95, 1.4, 1.65, 1.85), -27: (0.9, 1.2, 1.35, 1.5)}
    points = [(0.0, 0.0)]
    for degrees, reaches in rays.items():
        along = np.array([np.sin(np.radians(degrees)), -np.cos(np.radians(degrees))])
        points += [tuple(reach * along) for reach in reaches]
    return np.array(points) * ([-1, 1] if slot.side == "left" else [1, 1])


def hands_at(
    wrists: dict[HandSlot, tuple[float, float]], *, palm: float = 90, time_s: float = 0, size: tuple[int, int] = SIZE
) -> FrameHands:
    """Open hands with their wrists at these pixels; depth and scores differ from hand to hand."""
    shapes = [open_hand(slot) for slot in wrists]
    xy = np.array([palm * shape + wrist for shape, wrist in zip(shapes, wrists.values(), strict=True)])
    count = len(shapes)
    flat = np.array([0.09 * (shape - shape.mean(axis=0)) for shape in shapes]).reshape(count, 21, 2)
    depth = np.linspace(0, -0.02, 21) * np.arange(1, count + 1)[:, None]
    return FrameHands(
        xy=xy.reshape(count, 21, 2),
        z=depth * palm / 0.09,
        world=np.concatenate([flat, depth[..., None]], axis=-1),
        score=0.9 - 0.1 * np.arange(count),
        right=np.array([0.95 if slot.side == "right" else 0.05 for slot in wrists]),
        slots=tuple(wrists),
        time_s=time_s,
        size=size,
    )


def waving(frames: int = 12) -> HandSequence:
    """The right hand moves right at uneven times; the left one is only in the first half."""
    made = []
    for index in range(frames):
        wrists = {LEFT: (450.0, 350.0), RIGHT: (150.0 + 5 * index, 350.0)}
        if index >= frames // 2:
            del wrists[LEFT]
        made.append(hands_at(wrists, time_s=index / 25 + 0.004 * np.sin(index)))
    return HandSequence.from_frames(made, size=SIZE, fps=25)
