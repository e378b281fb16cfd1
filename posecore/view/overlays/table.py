"""The pieces of an overlay by name: one row each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from posecore.view.overlays.axes import head_axes
from posecore.view.overlays.figures import neon, pictogram, stick_figure
from posecore.view.overlays.movement import angle_arcs, trails
from posecore.view.overlays.names import PieceName
from posecore.view.overlays.puppet import puppet
from posecore.view.overlays.scene import Scene
from posecore.view.overlays.sheet import Sheet
from posecore.view.overlays.torso import shirt_mark, wings
from posecore.view.overlays.worn import crown, glasses, hat


@dataclass(frozen=True)
class Piece:
    """One piece of an overlay.

    Attributes:
        name: of ``PieceName``.
        title: such as ``"Glasses"``.
        draw: draws it on a sheet in front of the people and on one behind them.
        alone: whether the people are replaced by it: it is drawn on a plain ground instead of the picture.
        close: whether it is on the head, so that it is best seen from near by.
        moves: whether it shows movement, so that nothing is seen of it in a single picture.
        behind: whether it draws behind people; with their silhouettes it is hidden exactly.
    """

    name: PieceName
    title: str
    draw: Callable[[Sheet, Sheet, Scene], None]
    alone: bool = False
    behind: bool = False
    close: bool = False
    moves: bool = False


_PIECES = (
    Piece("angles", "Joint angles", angle_arcs),
    Piece("trails", "Wrist trails", trails, moves=True),
    Piece("neon", "Neon", neon),
    Piece("stick_figure", "Stick figure", stick_figure, alone=True),
    Piece("pictogram", "Pictogram", pictogram, alone=True),
    Piece("puppet", "Puppet", puppet),
    Piece("wings", "Wings", wings, behind=True),
    Piece("shirt", "Shirt print", shirt_mark),
    Piece("glasses", "Glasses", glasses, close=True),
    Piece("hat", "Hat", hat, close=True),
    Piece("crown", "Crown", crown, close=True),
    Piece("head_axes", "Head axes", head_axes, close=True),
)

PIECES: Mapping[PieceName, Piece] = MappingProxyType({piece.name: piece for piece in _PIECES})
"""All pieces by name, in the order in which they are drawn."""
