"""posecore: 33 body landmarks from a picture, a clip or a live stream.

    import posecore
    rgb = posecore.decode_picture("photo.jpg")
    poses = posecore.estimate_image(rgb)
    posecore.to_table(poses).to_csv("landmarks.csv", index=False)

The names below are loaded when they are first used, so that ``import posecore`` costs nothing and a
part whose libraries are missing does not keep the others from working.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from posecore.system import VERSION

__version__ = VERSION

if TYPE_CHECKING:
    from posecore.broadcast.osc import OscSender
    from posecore.broadcast.vmc import VmcSender
    from posecore.broadcast.websocket import WebSocketFeed
    from posecore.errors import (
        CannotCalibrate,
        DatabaseUnavailable,
        EngineUnavailable,
        FeedUnavailable,
        InvalidCamera,
        InvalidHands,
        InvalidOption,
        InvalidPoses,
        InvalidRigidPose,
        InvalidSession,
        MediaTooLarge,
        MissingSystemLibrary,
        ModelNotFound,
        ModelNotVerified,
        ModelUnusable,
        NotComparable,
        OutputTooLarge,
        PosecoreError,
        UnreadableCamera,
        UnreadableLabels,
        UnreadableMedia,
        UnreadableMotion,
        UnreadablePuppet,
        UnreadableResult,
        UnreadableSessions,
        WorkerLost,
        WorkerUnavailable,
    )
    from posecore.estimation.blazepose.graph import BlazePose
    from posecore.estimation.engines import EngineUsed, find_engine
    from posecore.estimation.hand_options import HandOptions
    from posecore.estimation.models import find_model
    from posecore.estimation.pose_options import PoseOptions
    from posecore.estimation.regions import Region
    from posecore.export.saved import load_sequence, save_sequence
    from posecore.hands import FrameHands, HandSequence, HandSlot
    from posecore.live import LiveHands, LiveSession
    from posecore.media.clip_options import ClipOptions
    from posecore.media.pictures import decode_picture
    from posecore.motion.angles import measure_angles
    from posecore.motion.comparing.alignment import Alignment, align_sequences
    from posecore.motion.comparing.attempts import Attempt, ComparedAttempts, attempt_of, compare_attempts
    from posecore.motion.comparing.likeness import LikenessOverTime, PoseLikeness, compare_poses, compare_to_pose
    from posecore.motion.exercises.counting import count_repetitions
    from posecore.motion.exercises.form import judge_poses
    from posecore.motion.exercises.results import Counted
    from posecore.motion.height import scaled_to_height
    from posecore.motion.smoothing import Smoothing, smooth_sequence
    from posecore.pipeline import (
        RunSummary,
        draw_video,
        estimate_hands_image,
        estimate_hands_video,
        estimate_image,
        estimate_video,
    )
    from posecore.poses import FramePoses, PoseSequence
    from posecore.progress.sessions import ExerciseSession
    from posecore.progress.store import SessionStore
    from posecore.rigid.board import Board
    from posecore.rigid.calibration import Calibration, calibrate
    from posecore.rigid.camera import Camera
    from posecore.rigid.camera_files import camera_of_photo, load_camera, save_camera
    from posecore.rigid.live import LiveRigid
    from posecore.rigid.people import pose_people, pose_people_over_time
    from posecore.rigid.pose import FrameRigid, RigidPose, RigidSequence, RigidSlot
    from posecore.rigid.solving import solve_pose, solve_poses
    from posecore.rigid.tags import TagFinder
    from posecore.runs.progress import Progress
    from posecore.runs.stopped import StoppedRun
    from posecore.skeletons import BLAZEPOSE_33, HAND_21
    from posecore.tables import from_table, hands_from_table, hands_to_table, to_table
    from posecore.view.drawing import draw_poses
    from posecore.view.hand_drawing import draw_hands, without_coarse_hands
    from posecore.view.hand_plots import plot_hands_3d
    from posecore.view.overlays.artist import OverlayArtist, draw_overlay
    from posecore.view.overlays.ghost import Ghost
    from posecore.view.overlays.options import OverlayOptions
    from posecore.view.overlays.own_picture import OwnPicture
    from posecore.view.overlays.puppet_svg import Puppet
    from posecore.view.plots import plot_pose_3d
    from posecore.view.rigid_drawing import draw_rigid
    from posecore.view.silhouettes import BackgroundPicture

_HOMES = {
    "posecore.broadcast.osc": ("OscSender",),
    "posecore.broadcast.vmc": ("VmcSender",),
    "posecore.broadcast.websocket": ("WebSocketFeed",),
    "posecore.errors": (
        "CannotCalibrate",
        "DatabaseUnavailable",
        "EngineUnavailable",
        "FeedUnavailable",
        "InvalidCamera",
        "InvalidHands",
        "InvalidOption",
        "InvalidPoses",
        "InvalidRigidPose",
        "InvalidSession",
        "MediaTooLarge",
        "MissingSystemLibrary",
        "ModelNotFound",
        "ModelNotVerified",
        "ModelUnusable",
        "NotComparable",
        "OutputTooLarge",
        "PosecoreError",
        "UnreadableCamera",
        "UnreadableLabels",
        "UnreadableMedia",
        "UnreadableMotion",
        "UnreadablePuppet",
        "UnreadableResult",
        "UnreadableSessions",
        "WorkerLost",
        "WorkerUnavailable",
    ),
    "posecore.estimation.blazepose.graph": ("BlazePose",),
    "posecore.estimation.regions": ("Region",),
    "posecore.estimation.engines": ("EngineUsed", "find_engine"),
    "posecore.estimation.hand_options": ("HandOptions",),
    "posecore.estimation.models": ("find_model",),
    "posecore.estimation.pose_options": ("PoseOptions",),
    "posecore.export.saved": ("load_sequence", "save_sequence"),
    "posecore.hands": ("FrameHands", "HandSequence", "HandSlot"),
    "posecore.media.clip_options": ("ClipOptions",),
    "posecore.media.pictures": ("decode_picture",),
    "posecore.motion.angles": ("measure_angles",),
    "posecore.motion.comparing.alignment": ("Alignment", "align_sequences"),
    "posecore.motion.comparing.attempts": ("Attempt", "ComparedAttempts", "attempt_of", "compare_attempts"),
    "posecore.motion.comparing.likeness": ("LikenessOverTime", "PoseLikeness", "compare_poses", "compare_to_pose"),
    "posecore.motion.exercises.counting": ("count_repetitions",),
    "posecore.motion.exercises.form": ("judge_poses",),
    "posecore.motion.exercises.results": ("Counted",),
    "posecore.motion.height": ("scaled_to_height",),
    "posecore.motion.smoothing": ("Smoothing", "smooth_sequence"),
    "posecore.live": ("LiveHands", "LiveSession"),
    "posecore.pipeline": (
        "RunSummary",
        "draw_video",
        "estimate_hands_image",
        "estimate_hands_video",
        "estimate_image",
        "estimate_video",
    ),
    "posecore.poses": ("FramePoses", "PoseSequence"),
    "posecore.progress.sessions": ("ExerciseSession",),
    "posecore.progress.store": ("SessionStore",),
    "posecore.rigid.board": ("Board",),
    "posecore.rigid.calibration": (
        "Calibration",
        "calibrate",
    ),
    "posecore.rigid.camera": ("Camera",),
    "posecore.rigid.camera_files": (
        "camera_of_photo",
        "load_camera",
        "save_camera",
    ),
    "posecore.rigid.live": ("LiveRigid",),
    "posecore.rigid.people": (
        "pose_people",
        "pose_people_over_time",
    ),
    "posecore.rigid.pose": (
        "FrameRigid",
        "RigidPose",
        "RigidSequence",
        "RigidSlot",
    ),
    "posecore.rigid.solving": (
        "solve_pose",
        "solve_poses",
    ),
    "posecore.rigid.tags": ("TagFinder",),
    "posecore.runs.progress": ("Progress",),
    "posecore.runs.stopped": ("StoppedRun",),
    "posecore.skeletons": ("BLAZEPOSE_33", "HAND_21"),
    "posecore.tables": ("from_table", "hands_from_table", "hands_to_table", "to_table"),
    "posecore.view.drawing": ("draw_poses",),
    "posecore.view.hand_drawing": ("draw_hands", "without_coarse_hands"),
    "posecore.view.hand_plots": ("plot_hands_3d",),
    "posecore.view.overlays.artist": ("OverlayArtist", "draw_overlay"),
    "posecore.view.overlays.ghost": ("Ghost",),
    "posecore.view.overlays.options": ("OverlayOptions",),
    "posecore.view.overlays.own_picture": ("OwnPicture",),
    "posecore.view.overlays.puppet_svg": ("Puppet",),
    "posecore.view.silhouettes": ("BackgroundPicture",),
    "posecore.view.plots": ("plot_pose_3d",),
    "posecore.view.rigid_drawing": ("draw_rigid",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "BLAZEPOSE_33",
    "HAND_21",
    "Alignment",
    "Attempt",
    "BackgroundPicture",
    "BlazePose",
    "Board",
    "Calibration",
    "Camera",
    "CannotCalibrate",
    "ClipOptions",
    "ComparedAttempts",
    "Counted",
    "DatabaseUnavailable",
    "EngineUnavailable",
    "EngineUsed",
    "ExerciseSession",
    "FeedUnavailable",
    "FrameHands",
    "FramePoses",
    "FrameRigid",
    "Ghost",
    "HandOptions",
    "HandSequence",
    "HandSlot",
    "InvalidCamera",
    "InvalidHands",
    "InvalidOption",
    "InvalidPoses",
    "InvalidRigidPose",
    "InvalidSession",
    "LikenessOverTime",
    "LiveHands",
    "LiveRigid",
    "LiveSession",
    "MediaTooLarge",
    "MissingSystemLibrary",
    "ModelNotFound",
    "ModelNotVerified",
    "ModelUnusable",
    "NotComparable",
    "OscSender",
    "OutputTooLarge",
    "OverlayArtist",
    "OverlayOptions",
    "OwnPicture",
    "PoseLikeness",
    "PoseOptions",
    "PoseSequence",
    "PosecoreError",
    "Progress",
    "Puppet",
    "Region",
    "RigidPose",
    "RigidSequence",
    "RigidSlot",
    "RunSummary",
    "SessionStore",
    "Smoothing",
    "StoppedRun",
    "TagFinder",
    "UnreadableCamera",
    "UnreadableLabels",
    "UnreadableMedia",
    "UnreadableMotion",
    "UnreadablePuppet",
    "UnreadableResult",
    "UnreadableSessions",
    "VmcSender",
    "WebSocketFeed",
    "WorkerLost",
    "WorkerUnavailable",
    "align_sequences",
    "attempt_of",
    "calibrate",
    "camera_of_photo",
    "compare_attempts",
    "compare_poses",
    "compare_to_pose",
    "count_repetitions",
    "decode_picture",
    "draw_hands",
    "draw_overlay",
    "draw_poses",
    "draw_rigid",
    "draw_video",
    "estimate_hands_image",
    "estimate_hands_video",
    "estimate_image",
    "estimate_video",
    "find_engine",
    "find_model",
    "from_table",
    "hands_from_table",
    "hands_to_table",
    "judge_poses",
    "load_camera",
    "load_sequence",
    "measure_angles",
    "plot_hands_3d",
    "plot_pose_3d",
    "pose_people",
    "pose_people_over_time",
    "save_camera",
    "save_sequence",
    "scaled_to_height",
    "smooth_sequence",
    "solve_pose",
    "solve_poses",
    "to_table",
    "without_coarse_hands",
]


def __getattr__(name: str) -> object:
    """Load a public name at its first use (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'posecore' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
