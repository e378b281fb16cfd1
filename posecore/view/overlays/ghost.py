"""A pose to fill: its outline stands where the person stands, and fills as the person's pose becomes like it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption, NotComparable, check_choice
from posecore.motion.comparing.likeness import ALIKE
from posecore.motion.comparing.limbs import (
    Figure,
    about_vertical,
    degrees_apart,
    mean_over_limbs,
    performer_of,
    scores_of,
)
from posecore.poses import FramePoses
from posecore.skeletons import BLAZEPOSE_33
from posecore.system import naming_missing_library
from posecore.view.overlays.figures import draw_solid
from posecore.view.overlays.names import ReferenceName
from posecore.view.overlays.person import Person
from posecore.view.overlays.reference_poses import REFERENCE_POSES
from posecore.view.overlays.sheet import Sheet, inked, over
from posecore.view.overlays.steadying import follow
from posecore.view.palette import INK, LIKENESS, WHITE

with naming_missing_library():
    import cv2

_Doubles = NDArray[np.float64]

_SEEN_FROM = 0.5  # visibility, as for everything that is drawn
_HIPS, _SHOULDERS = BLAZEPOSE_33.parts["torso"][2:], BLAZEPOSE_33.parts["torso"][:2]
_FEET = [index for index, name in enumerate(BLAZEPOSE_33.landmarks) if name.endswith(("ankle", "heel", "foot_index"))]
_DRAWN_PX = 200  # height at which the figure is drawn before it is brought to its size
# Noise of a still person's world landmarks: of the turn, as a vector of length 1; of sizes, as a share; of the score.
_TURN, _SIZE, _SCORE = 0.12, 0.03, 1.5
_OTHER_SIDE = 10.0  # by how many points the mirrored pose must be more like the person's to take its place


@dataclass(frozen=True)
class Ghost:
    """A pose to fill.

    Attributes:
        world: 33 times x, y, z in metres, as in ``FramePoses.world``.
        visibility: 33 numbers, 0..1.

    Raises:
        InvalidOption: if it is something else.
    """

    world: tuple[tuple[float, ...], ...]
    visibility: tuple[float, ...]

    def __post_init__(self) -> None:
        shapes = (np.shape(self.world), np.shape(self.visibility))
        if shapes != ((33, 3), (33,)):
            raise InvalidOption(f"Expected a pose of shapes (33, 3) and (33,), but got {shapes[0]} and {shapes[1]}.")

    @classmethod
    def named(cls, name: ReferenceName) -> "Ghost":
        """One of ``REFERENCE_POSES``.

        Raises:
            InvalidOption: if there is no such pose.
        """
        check_choice("ghost", name, tuple(REFERENCE_POSES))
        return cls(tuple(map(tuple, REFERENCE_POSES[name].tolist())), (1.0,) * 33)

    @classmethod
    def of(cls, poses: FramePoses) -> "Ghost":
        """The pose of the largest person in a frame, such as a photo.

        Raises:
            NotComparable: if nobody is there, or shoulders or hips are not seen.
        """
        person = performer_of(poses, None, what="the photo with the pose to fill")
        world, visibility = person.world[0, 0], person.visibility[0, 0]
        trunk = list(BLAZEPOSE_33.parts["torso"])
        if not (np.isfinite(world[trunk]).all() and (visibility[trunk] >= _SEEN_FROM).all()):
            raise NotComparable(
                "In the photo with the pose to fill, the person's shoulders and hips are not all in sight. Choose a "
                "photo that shows the whole body."
            )
        return cls(tuple(map(tuple, world.tolist())), tuple(visibility.tolist()))

    @property
    def figure(self) -> Figure:
        """The same as the figure that poses are compared with."""
        return Figure(np.array([self.world], np.float64), np.array([self.visibility], np.float64))


@dataclass(frozen=True)
class StandingGhost:
    """The ghost where one person stands.

    Attributes:
        outline: the pose in the picture, as a person.
        score: 0..100, the likeness of the person's pose; NaN if too little of it is seen.
    """

    outline: Person
    score: float


class Ghosts:
    """Lets a ghost stand where each person stands, steady from frame to frame.

    The likeness is that of ``posecore.compare_poses``: by the directions of limbs, the ghost turned about the vertical
    as the person is. Either side of the body may do what the pose shows on one. The likeness is held within 1.5
    points, and the turn and size within the model's noise.

    Args:
        ghost: the pose.
        mirrored: whether people are mirror images; the ghost is mirrored then, too.
    """

    def __init__(self, ghost: Ghost, mirrored: bool) -> None:
        self.of = (ghost, mirrored)
        figure = ghost.figure
        self._sides = (figure.mirrored, figure) if mirrored else (figure, figure.mirrored)
        self._directions = np.concatenate([side.directions(_SEEN_FROM) for side in self._sides])
        self._held: dict[int, _Doubles] = {}
        self._chosen: dict[int, int] = {}

    def stand(self, people: list[Person]) -> list[StandingGhost]:
        """The ghosts in the next frame, of those whose trunk is seen."""
        numbers = {person.number for person in people}
        self._held = {number: held for number, held in self._held.items() if number in numbers}
        self._chosen = {number: side for number, side in self._chosen.items() if number in numbers}
        return [ghost for person in people if (ghost := self._of(person)) is not None]

    def _of(self, person: Person) -> StandingGhost | None:
        if person.torso is None or person.px_per_m <= 0:
            return None
        one = Figure(person.world[None], person.seen[None].astype(np.float64))
        directions = np.repeat(one.directions(_SEEN_FROM), len(self._sides), axis=0)
        degrees, turned_deg = degrees_apart(directions, self._directions, "vertical")
        scores = mean_over_limbs(scores_of(degrees))
        side = self._side(person.number, scores)
        figure = self._sides[side]
        world = figure.world[0]
        size = _trunk_m(person.world) / max(_trunk_m(world), 1e-6)
        turn = np.radians(turned_deg[side])
        cosine, sine, size, shown = self._steady(person.number, np.cos(turn), np.sin(turn), size, scores[side])
        turned = about_vertical(world[None], np.array([np.arctan2(sine, cosine)]))[0, :, :2] * size * person.px_per_m
        seen = np.isfinite(turned).all(axis=1) & (figure.visibility[0] >= _SEEN_FROM)
        hips = list(_HIPS)
        there = person.points[hips].mean(axis=0) - turned[hips].mean(axis=0)
        feet, own = [index for index in _FEET if seen[index]], [index for index in _FEET if person.seen[index]]
        if feet and own:
            there[1] = person.points[own, 1].max() - turned[feet, 1].max()
        outline = replace(person, points=turned + there, world=world, seen=seen)
        return StandingGhost(outline, shown)

    def _side(self, number: int, scores: _Doubles) -> int:
        """Index of the side that the person shows: the one chosen before, unless the other is clearly more like it."""
        before = self._chosen.get(number, 0)
        other = 1 - before
        self._chosen[number] = other if scores[other] > scores[before] + _OTHER_SIDE else before
        return self._chosen[number]

    def _steady(self, number: int, cosine: float, sine: float, size: float, score: float) -> tuple[float, ...]:
        new = np.array([cosine, sine, size, score])
        held = self._held.get(number, new)
        held = np.where(np.isfinite(held), held, new)
        steady = np.concatenate(
            [
                follow(held[:2], new[:2], _TURN),
                follow(held[2:3], new[2:3], _SIZE * size),
                follow(held[3:], new[3:], _SCORE) if np.isfinite(score) else new[3:],
            ]
        )
        self._held[number] = steady
        return tuple(steady.tolist())


def draw_ghost(front: Sheet, ghost: StandingGhost) -> None:
    """Draw a ghost: an outline, full up to its score."""
    person = ghost.outline
    points = person.points[person.seen]
    margin = 0.25 * person.px_per_m
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    if not (high > low).all():
        return
    scale = min(1.0, _DRAWN_PX / float(high[1] - low[1]), 2 * _DRAWN_PX / float(high[0] - low[0]))
    width, height = (max(1, round(side)) for side in ((high - low) * scale))
    drawn = Sheet((width, height))
    small = replace(person, points=(person.points - low) * scale, px_per_m=person.px_per_m * scale)
    draw_solid(drawn, small, WHITE)
    rgba = _filled(drawn.rgba[..., 3], ghost.score, max(1.5, 0.02 * small.px_per_m))
    front.picture(rgba, np.array([[1 / scale, 0, low[0]], [0, 1 / scale, low[1]], [0, 0, 1]]))


def write_score(front: Sheet, ghost: StandingGhost) -> None:
    """Write a ghost's score above it, or on its chest if there is no room above."""
    person = ghost.outline
    if not np.isfinite(ghost.score) or person.torso is None:
        return
    size = round(max(14, 10 * person.finest, min(0.18 * person.px_per_m, 40 * person.finest)))
    x, y = person.torso.mean(axis=0)
    above = person.points[person.seen, 1].min() - 0.3 * person.px_per_m - size
    front.text(f"{ghost.score:.0f}", (float(x), float(above if above > size else y)), size, WHITE, INK)


def _filled(body: np.ndarray, score: float, line: float) -> np.ndarray:
    """(h, w, 4), colours multiplied by alpha: a body's outline, filled from below up to the score.

    Once the pose is alike, the outline is twice as wide.
    """
    rows = np.flatnonzero(body.any(axis=1))
    if not len(rows):
        return np.zeros((*body.shape, 4), np.uint8)
    share = score / 100 if np.isfinite(score) else 0.0
    level = round(rows[-1] + 1 - share * (rows[-1] + 1 - rows[0]))
    empty, full = (cv2.convertScaleAbs(body, alpha=alpha) for alpha in (0.18, 0.6))
    filled = np.vstack([inked(empty[:level], WHITE), inked(full[level:], LIKENESS[-1])])
    is_body = cv2.threshold(body, 127, 1, cv2.THRESH_BINARY)[1]
    # From the edge, on either side of it.
    away = cv2.distanceTransform(is_body, cv2.DIST_L2, 3) + cv2.distanceTransform(1 - is_body, cv2.DIST_L2, 3)
    line *= 2 if score >= ALIKE else 1
    for width, color in ((2 * line, INK), (line, WHITE)):
        cover = cv2.convertScaleAbs((width / 2 + 1 - away).clip(0, 1), alpha=255)
        filled = over(filled, inked(cover, color))
    return filled


def _trunk_m(world: _Doubles) -> float:
    return float(np.linalg.norm(world[list(_SHOULDERS)].mean(axis=0) - world[list(_HIPS)].mean(axis=0)))
