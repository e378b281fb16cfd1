"""The entry points for a live stream, frame by frame: people, hands, and both drawn."""

import threading
from types import TracebackType
from typing import Self

from posecore.estimation.engines import open_stream_estimator
from posecore.estimation.hand_options import HandOptions
from posecore.estimation.hands.stream_estimator import StreamEstimator as HandStreamEstimator
from posecore.estimation.inputs import RgbArray
from posecore.estimation.pose_options import PoseOptions
from posecore.hands import FrameHands
from posecore.motion.mirror import mirror_hands, mirror_picture, mirror_poses
from posecore.poses import FramePoses
from posecore.runs.annotation import color_by as colors_of
from posecore.view.drawing import draw_poses
from posecore.view.hand_drawing import draw_hands, without_coarse_hands
from posecore.view.overlays.artist import OverlayArtist
from posecore.view.overlays.options import OverlayOptions
from posecore.view.silhouettes import Background, check_background, on_background


class LiveSession:
    """Finds the people in a live stream, frame by frame.

    Each stream has a session of its own, closed at its end (it is a context manager). Its methods may be called from
    any thread; estimates wait for each other.

    Args:
        options: ``PoseOptions()`` if None.
        skeletons: if False, skeletons and hands are not drawn.
        overlay: drawn above them.
        background: what happens in the drawn frames to everything that is not a person, as for ``estimate_video``.
        mirror: mirror the drawn frames, which is how people are used to seeing themselves. The landmarks are not
            mirrored: left stays the person's own left, and pixels are those of the given frame.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable, MissingSystemLibrary: if the chosen engine does not run on this machine.
        InvalidOption: if ``background`` needs masks that were not asked for.
    """

    def __init__(
        self,
        options: PoseOptions | None = None,
        *,
        skeletons: bool = True,
        overlay: OverlayOptions | None = None,
        background: Background = "keep",
        mirror: bool = False,
    ) -> None:
        options = options or PoseOptions()
        check_background(background, has_silhouettes=options.segmentation)
        self._estimator = open_stream_estimator(options)
        self._color_by = colors_of(options)
        self._background = background
        self._lock = threading.Lock()
        self._artist = OverlayArtist(OverlayOptions())
        self.show(skeletons=skeletons, overlay=overlay, mirror=mirror)

    def step(self, rgb: RgbArray, time_s: float) -> tuple[FramePoses, RgbArray]:
        """Find the people in the next frame, and draw them on a copy of it.

        Args:
            rgb: (H, W, 3) uint8, upright; it is not changed.
            time_s: seconds since some fixed moment, later than in the call before.

        Raises:
            InvalidOption: if rgb is not such an array or ``time_s`` is not later than before.
        """
        poses = self.estimate(rgb, time_s)
        return poses, self.draw(rgb, poses)

    def estimate(self, rgb: RgbArray, time_s: float) -> FramePoses:
        """Find the people in the next frame, without drawing; as ``step``."""
        with self._lock:
            return self._estimator.step(rgb, time_s)

    def draw(self, rgb: RgbArray, poses: FramePoses, hands: FrameHands | None = None) -> RgbArray:
        """Draw the people that ``estimate`` found in a frame on a copy of it.

        Args:
            rgb: (H, W, 3) uint8, the frame; it is not changed.
            poses: the people in it.
            hands: drawn on the bodies, in place of their own three landmarks of each of these hands.

        Raises:
            InvalidPoses: if the frame is not such an array of the poses' size.
            InvalidHands: if the hands are those of a frame of another size.
        """
        above = self._artist.prepare(poses, rgb, mirrored=self._mirror) if self._overlay else None
        if self._mirror:
            rgb, poses, hands = mirror_picture(rgb), mirror_poses(poses), hands and mirror_hands(hands)
        if self._skeletons:
            people = poses if hands is None else without_coarse_hands(poses, hands)
            drawn = draw_poses(rgb, people, color_by=self._color_by, background=self._background)
            drawn = drawn if hands is None else draw_hands(drawn, hands)
        else:
            drawn = on_background(rgb, poses, self._background)
        if above is not None:
            above.draw_on(drawn)
        return drawn

    def show(self, *, skeletons: bool, overlay: OverlayOptions | None, mirror: bool) -> None:
        """Draw something else from the next frame on; people are followed as before, and trails go on.

        Args:
            skeletons: as for the session.
            overlay: as for the session.
            mirror: as for the session.
        """
        self._skeletons, self._mirror = skeletons, mirror
        self._overlay = overlay or OverlayOptions()
        self._artist.change(self._overlay)

    def close(self) -> None:
        """Free the model. Calling it again does nothing."""
        with self._lock:
            self._estimator.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class LiveHands:
    """Finds the hands in a live stream, frame by frame; with bodies, beside a ``LiveSession``.

    Each stream has a session of its own, closed at its end (it is a context manager). ``step`` may be called from any
    thread; calls wait for each other.

        with LiveSession() as bodies, LiveHands() as hands:
            poses = bodies.estimate(rgb, time_s)
            found = hands.step(rgb, time_s, poses)
            drawn = bodies.draw(rgb, poses, found)

    Args:
        options: ``HandOptions()`` if None.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable, MissingSystemLibrary: if the chosen engine does not run on this machine.
    """

    def __init__(self, options: HandOptions | None = None) -> None:
        self._estimator = HandStreamEstimator(options or HandOptions())
        self._lock = threading.Lock()

    def step(self, rgb: RgbArray, time_s: float, poses: FramePoses | None = None) -> FrameHands:
        """Find the hands in the next frame. Landmarks are not smoothed over time.

        Args:
            rgb: (H, W, 3) uint8, upright; it is not changed.
            time_s: seconds since some fixed moment, later than in the call before.
            poses: the people in the same frame. If there are any, their hands are found even if they are small, with
                the person's id and side from the body; of others, only hands that are too large for these bodies.
                Without, each hand's side is by its shape, and the people are numbered by their hands in order of
                appearance: the second left hand in view is person 2's.

        Raises:
            InvalidOption: if rgb is not such an array or ``time_s`` is not later than before.
            InvalidHands: if the poses are those of a frame of another size.
        """
        with self._lock:
            return self._estimator.step(rgb, time_s, poses)

    def close(self) -> None:
        """Do nothing: the networks are shared, and everything else is garbage-collected."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
