"""The sample of the Rigid pose page: a drawn video of two tags, as no package that the app needs has a real one."""

import math

from pages.ui.shared.clips import Clip
from posecore.downloads import cache_dir
from posecore.media.films import FilmWriter
from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidPose
from posecore.rigid.rendering import render, tag
from posecore.system import whole_file

FAMILY = "36h11"
TAG_M = 0.08
FOV_DEG = 60.0
ABOUT = (
    "Two drawn tags with sides of 80 mm, seen by a camera of 60 degrees: one swings in front of it, half a metre away, "
    "and the other stands still behind."
)

_SIZE = (640, 480)
_FPS, _SECONDS = 25, 3
_STILL = RigidPose.from_euler((-25, 0, 0), [0.16, -0.05, 0.8])


def sample_clip() -> Clip:
    """The video, which is drawn once for all visitors."""
    path = cache_dir() / "samples" / "tags.mp4"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        camera = Camera.from_fov(_SIZE, FOV_DEG)
        with whole_file(path) as part, FilmWriter(part, _SIZE, fps_hint=_FPS) as film:
            for index in range(_FPS * _SECONDS):
                surfaces = [tag(FAMILY, 2, TAG_M, _STILL), tag(FAMILY, 1, TAG_M, swinging(index / _FPS))]
                film.write(render(surfaces, camera, seed=index), index / _FPS)
    return Clip("rigid sample", "tags.mp4", path)


def swinging(time_s: float) -> RigidPose:
    """Where the tag that moves is."""
    share = 2 * math.pi * time_s / _SECONDS
    angles = (45 * math.sin(share), 15 * math.sin(2 * share), 30 * math.cos(share))
    return RigidPose.from_euler(angles, [-0.08 + 0.04 * math.cos(share), 0.03 * math.sin(share), 0.5])
