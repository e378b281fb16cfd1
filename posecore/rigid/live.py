"""The rigid bodies of the people in a live stream, frame by frame."""

from posecore.hands import FrameHands
from posecore.poses import FramePoses
from posecore.rigid.camera import Camera
from posecore.rigid.kinds import ASSUMED_FOV_DEG
from posecore.rigid.people import pose_people
from posecore.rigid.pose import FrameRigid
from posecore.rigid.tracking import RigidTracker


class LiveRigid:
    """Poses the people of each frame, and smooths their poses as those of tags in videos; for one stream.

    Args:
        fov_deg: field of view of the camera across the image's longer side, degrees. A wrong one puts people too near
            or too far; angles suffer less.

    Raises:
        InvalidCamera: if the angle is not above 0 and below 180.
    """

    def __init__(self, fov_deg: float = ASSUMED_FOV_DEG) -> None:
        self._fov_deg = fov_deg
        self._camera = Camera.from_fov((1, 1), fov_deg)
        self._tracker = RigidTracker()

    def step(self, poses: FramePoses, hands: FrameHands | None = None) -> FrameRigid:
        """The rigid bodies of the people in the next frame.

        Args:
            poses: of the people; ``time_s`` later than in the call before.
            hands: found in the same frame. Without, there are no poses of hands.

        Raises:
            InvalidHands: if the hands are those of an image of another size.
        """
        if self._camera.size != poses.size:
            self._camera = Camera.from_fov(poses.size, self._fov_deg)
        before = self._tracker.before(poses.time_s, begins_shot=poses.begins_shot)
        found = pose_people(poses, self._camera, hands=hands, before=before)
        smooth = self._tracker.step(found.poses, poses.time_s)
        return FrameRigid(smooth, poses.time_s, poses.size, poses.begins_shot)
