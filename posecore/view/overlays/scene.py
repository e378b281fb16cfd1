"""What the pieces are drawn from: the people of a frame, and where they were just before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from posecore.view.overlays.head import Head
from posecore.view.overlays.markers import Marker
from posecore.view.overlays.person import Person
from posecore.view.overlays.puppet_svg import Puppet
from posecore.view.palette import INK, SIDES, Color, person_color

_OTHER = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Scene:
    """The people of a frame.

    Attributes:
        people: the farthest first, so that the nearest is drawn last.
        heads: those of them that are seen, in the same order.
        mirrored: whether they are mirror images: what is their left is the right of the person in the mirror.
        past: of each person by number, the newest last: seconds before this frame and (33, 2) pixels, NaN where
            unseen.
        markers: printed tags that a picture lies on, as they are seen, also in the mirror.
        puppet: the visitor's own; None: the built-in one.
        angles: names of the angles that are drawn at their joints.
        error_kinds: by number of the person, what the usual errors of these depend on, see
            ``posecore.motion.usual_error.KINDS``; without, no error is written.
    """

    people: Sequence[Person]
    heads: Sequence[Head] = ()
    mirrored: bool = False
    past: Mapping[int, Sequence[tuple[float, NDArray[np.float64]]]] = field(default_factory=dict)
    markers: Sequence[Marker] = ()
    puppet: Puppet | None = None
    angles: Sequence[str] = ()
    error_kinds: Mapping[int, int] = field(default_factory=dict)

    def own_side(self, side: str) -> str:
        """The person's own side, "left" or "right", that is seen as this one; what is in the middle stays there."""
        return _OTHER.get(side, side) if self.mirrored else side

    def plain_color(self, person: Person) -> Color:
        """Dark, or the person's own colour if there are several."""
        return person_color(person.number) if len(self.people) > 1 else INK

    def color(self, person: Person, side: str) -> Color:
        """Colour of what is seen on this side: of the person's own side, or of the person if there are several."""
        return person_color(person.number) if len(self.people) > 1 else SIDES[self.own_side(side)]
