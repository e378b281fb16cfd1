"""What an overlay is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from posecore.errors import check_choice
from posecore.motion.angles import ANGLES
from posecore.view.overlays.ghost import Ghost
from posecore.view.overlays.movement import USUAL_ANGLES
from posecore.view.overlays.names import PieceName
from posecore.view.overlays.own_picture import MARKER, OwnPicture
from posecore.view.overlays.puppet_svg import Puppet
from posecore.view.overlays.table import PIECES


@dataclass(frozen=True)
class OverlayOptions:
    """What an overlay is made of.

    Attributes:
        pieces: names from ``PIECES``; each is drawn once, in the order of that table.
        picture: a picture of one's own, above them; None: none.
        ghost: a pose to fill, above the pieces; None: none.
        puppet: one's own, drawn as the piece ``puppet`` even if that is not among the pieces; None: the built-in one
            is that piece.
        angles: names from ``posecore.motion.angles.ANGLES``, which the piece ``angles`` draws.

    Raises:
        InvalidOption: if there is no such piece or angle.
    """

    pieces: Sequence[PieceName] = ()
    picture: OwnPicture | None = None
    ghost: Ghost | None = None
    puppet: Puppet | None = None
    angles: Sequence[str] = USUAL_ANGLES

    def __post_init__(self) -> None:
        for name in self.pieces:
            check_choice("pieces", name, get_args(PieceName))
        for angle in self.angles:
            check_choice("angles", angle, tuple(ANGLES))
        wanted = [*self.pieces, *(["puppet"] if self.puppet is not None else [])]
        object.__setattr__(self, "angles", tuple(self.angles))
        object.__setattr__(self, "pieces", tuple(name for name in PIECES if name in wanted))

    def __bool__(self) -> bool:
        """Whether it draws anything."""
        return bool(self.pieces) or self.picture is not None or self.ghost is not None

    @property
    def is_behind(self) -> bool:
        """Whether a piece is behind people, who are cut out best with their silhouettes."""
        return any(PIECES[name].behind for name in self.pieces)

    @property
    def needs_frames(self) -> bool:
        """Whether it is drawn from the frames too, not only from the people in them: markers are found there."""
        return self.picture is not None and self.picture.anchor == MARKER

    @property
    def replaces_people(self) -> bool:
        """Whether a piece is drawn instead of the people, on a plain ground."""
        return any(PIECES[name].alone for name in self.pieces)
