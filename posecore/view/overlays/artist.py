"""Drawing an overlay: pieces of the table, on pictures and on the frames of clips."""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from posecore.motion.mirror import mirror_images
from posecore.poses import FramePoses, check_frame
from posecore.view.drawing import check_picture, places_of
from posecore.view.labels import Box
from posecore.view.overlays.error_kinds import ErrorKinds
from posecore.view.overlays.figures import draw_solid
from posecore.view.overlays.ghost import Ghost, Ghosts, StandingGhost, draw_ghost, write_score
from posecore.view.overlays.markers import Marker, Markers
from posecore.view.overlays.movement import TRAIL_S
from posecore.view.overlays.names import PieceName
from posecore.view.overlays.options import OverlayOptions
from posecore.view.overlays.own_picture import OwnPicture
from posecore.view.overlays.person import Person, people_of
from posecore.view.overlays.puppet_svg import Puppet
from posecore.view.overlays.scene import Scene
from posecore.view.overlays.sheet import Sheet
from posecore.view.overlays.steadying import Steadying
from posecore.view.overlays.table import PIECES
from posecore.view.palette import INK, PLAIN
from posecore.view.shapes import flood
from posecore.view.silhouettes import silhouette

_MOST_PAST = 150  # frames; at most rates more than this in the time of the trails


class OverlayArtist:
    """Draws an overlay on the frames of one clip or camera, in their order.

    Args:
        options: what the overlay is made of.
    """

    def __init__(self, options: OverlayOptions) -> None:
        self._options = options
        self._mirrored = False
        self._steadying: dict[int, Steadying] = {}
        self._past: dict[int, deque[tuple[float, NDArray[np.float64]]]] = {}
        self._markers: Markers | None = None
        self._ghosts: Ghosts | None = None
        self._error_kinds = ErrorKinds()

    def change(self, options: OverlayOptions) -> None:
        """Draw something else from the next frame on; trails and what is held steady go on as they are."""
        self._options = options

    def draw(self, rgb: np.ndarray, poses: FramePoses) -> np.ndarray:
        """Draw the overlay on a copy of a frame.

        Args:
            rgb: (H, W, 3) uint8; it is not changed.
            poses: the people in it, later than those before. What is behind them is hidden by their masks or, without
                any, by round limbs and trunks that are drawn along the bones.

        Returns:
            (H, W, 3) uint8.

        Raises:
            InvalidPoses: if the picture is not (H, W, 3) uint8 of the poses' size, or the poses are not those of one
                frame.
        """
        check_frame(poses)
        check_picture(rgb, poses)
        drawing = self.prepare(poses, rgb)
        canvas = np.array(rgb, order="C")
        drawing.draw_on(canvas)
        return canvas

    def draw_alone(self, poses: FramePoses, rgb: np.ndarray | None = None) -> np.ndarray:
        """The overlay by itself, for video editors: (H, W, 4) uint8, transparent where there is nothing.

        Args:
            poses: as for ``draw``.
            rgb: as for ``prepare``.

        Raises:
            InvalidPoses: if the poses are not those of one frame.
        """
        return self.prepare(poses, rgb).alone()

    def prepare(self, poses: FramePoses, rgb: np.ndarray | None = None, *, mirrored: bool = False) -> "FrameOverlay":
        """The overlay of the next frame, ready to draw.

        Args:
            poses: as for ``draw``.
            rgb: (H, W, 3) uint8, the frame itself, not mirrored; without it no marker is found.
            mirrored: draw it on the mirrored frame, people as they are seen there; the poses are those of the frame
                itself.

        Raises:
            InvalidPoses: if the poses are not those of one frame.
        """
        check_frame(poses)
        poses = mirror_images(poses) if mirrored else poses
        options = self._options  # another thread may change them
        if poses.begins_shot or mirrored != self._mirrored:
            self._past.clear()
            self._steadying.clear()
            self._markers = self._ghosts = None
            self._error_kinds = ErrorKinds()
        self._mirrored = mirrored
        steady = [
            self._steadying.setdefault(person.number, Steadying()).apply(person, poses.size, poses.time_s)
            for person in people_of(poses)
        ]
        people = [person for person, _ in steady]
        heads = [head for _, head in steady if head is not None]
        scene = Scene(
            people,
            heads,
            mirrored,
            self._remember(people, poses.time_s),
            self._seen_markers(options, poses, rgb, mirrored),
            options.puppet,
            options.angles,
            self._error_kinds.of(people, poses.time_s) if "angles" in options.pieces else {},
        )
        front, behind = Sheet(poses.size), Sheet(poses.size)
        for name in options.pieces:
            PIECES[name].draw(front, behind, scene)
        ghosts = self._standing(options, people, mirrored)
        for ghost in ghosts:
            draw_ghost(front, ghost)
        if options.picture is not None:
            options.picture.draw(front, behind, scene)
        for ghost in ghosts:
            write_score(front, ghost)
        return FrameOverlay(front, behind, poses, options.replaces_people)

    def _standing(self, options: OverlayOptions, people: list[Person], mirrored: bool) -> list[StandingGhost]:
        if options.ghost is None:
            self._ghosts = None
            return []
        if self._ghosts is None or self._ghosts.of != (options.ghost, mirrored):
            self._ghosts = Ghosts(options.ghost, mirrored)
        return self._ghosts.stand(people)

    def _seen_markers(
        self, options: OverlayOptions, poses: FramePoses, rgb: np.ndarray | None, mirrored: bool
    ) -> list[Marker]:
        if options.picture is None or not options.needs_frames or rgb is None:
            self._markers = None
            return []
        if self._markers is None or self._markers.family != options.picture.family:
            self._markers = Markers(options.picture.family)
        markers = self._markers.find(rgb, poses.time_s)
        return [marker.mirrored(poses.size[0]) for marker in markers] if mirrored else markers

    def _remember(self, people: Sequence[Person], now_s: float) -> dict[int, list[tuple[float, NDArray[np.float64]]]]:
        """Where each person's landmarks were in the last moments: the age in seconds, and (33, 2) pixels."""
        for person in people:
            places = np.where(person.seen[:, None], person.points, np.nan)
            self._past.setdefault(person.number, deque(maxlen=_MOST_PAST)).append((now_s, places))
        for number, past in list(self._past.items()):
            while past and now_s - past[0][0] > TRAIL_S:
                past.popleft()
            if not past:
                del self._past[number]
        return {number: [(now_s - time_s, places) for time_s, places in past] for number, past in self._past.items()}


class FrameOverlay:
    """The overlay of one frame, ready to draw.

    Args:
        front, behind: what is in front of the people and behind them.
        poses: the people.
        replaces_people: whether it is drawn instead of the picture.

    Attributes:
        places: as of ``posecore.view.drawing.Overlay``.
    """

    def __init__(self, front: Sheet, behind: Sheet, poses: FramePoses, replaces_people: bool) -> None:
        self._front, self._behind, self._poses, self._replaces_people = front, behind, poses, replaces_people
        width, height = poses.size
        drawn = [sheet.place for sheet in (front, behind) if not sheet.is_empty]
        boxes = [Box(columns.start, rows.start, columns.stop, rows.stop) for rows, columns in drawn]
        self.places = places_of([Box(0, 0, width, height)] if replaces_people else boxes, poses.size)

    def draw_on(self, canvas: np.ndarray) -> None:
        """Draw the overlay on (H, W, 3) uint8 of the frame's size, C-contiguous and writable."""
        if self._replaces_people:
            flood(canvas, PLAIN)
            self._behind.lay_on(canvas)
        elif not self._behind.is_empty:
            self._behind.lay_on(canvas, _people_on(self._poses))
        self._front.lay_on(canvas)

    def alone(self) -> np.ndarray:
        """(H, W, 4) uint8: the overlay, transparent where there is nothing."""
        if self._behind.is_empty:
            return self._front.straight()
        both = Sheet(self._poses.size)
        both.add(self._behind, _people_on(self._poses))
        both.add(self._front)
        return both.straight()


def _people_on(poses: FramePoses) -> NDArray[np.float32]:
    """(H, W) 0..1: the share of each pixel that is a person."""
    if poses.masks:
        return silhouette(poses)
    figures = Sheet(poses.size)
    for person in people_of(poses):
        draw_solid(figures, person, INK)
    return figures.rgba[..., 3].astype(np.float32) / np.float32(255)


def draw_overlay(
    rgb: np.ndarray,
    poses: FramePoses,
    pieces: Sequence[PieceName] = (),
    *,
    picture: OwnPicture | None = None,
    ghost: Ghost | None = None,
    puppet: Puppet | None = None,
) -> np.ndarray:
    """Draw an overlay on a copy of one picture.

    Args:
        rgb: (H, W, 3) uint8; it is not changed.
        poses: the people in it, as for ``OverlayArtist.draw``.
        pieces: names of pieces, as for ``OverlayOptions``.
        picture: a picture of one's own, above them.
        ghost: a pose to fill, above the pieces.
        puppet: one's own, drawn as the piece ``puppet``.

    Returns:
        (H, W, 3) uint8.

    Raises:
        InvalidOption: if there is no such piece.
        InvalidPoses: as for ``OverlayArtist.draw``.
    """
    return OverlayArtist(OverlayOptions(pieces, picture, ghost, puppet)).draw(rgb, poses)
