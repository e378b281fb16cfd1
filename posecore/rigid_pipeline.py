"""The entry points for rigid bodies: what is seen of them in a photo and in a video.

Poses follow from that in a moment, for any camera and size of the tags: see ``posecore.rigid.seen``.
"""

import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from posecore.errors import EngineUnavailable, InvalidOption, ModelNotFound
from posecore.estimation import networks
from posecore.estimation.faces import FaceNetwork
from posecore.estimation.hand_options import HandOptions
from posecore.estimation.inputs import RgbArray
from posecore.estimation.pose_options import PoseOptions
from posecore.hands import FrameHands
from posecore.media.clip_options import ClipOptions
from posecore.pipeline import RunSummary, estimate_hands_image, estimate_image, estimate_video, find_tags_video
from posecore.poses import FramePoses
from posecore.rigid.kinds import KINDS
from posecore.rigid.seen import SeenInPhoto, SeenInVideo
from posecore.rigid.tags import FAMILIES, TagDetector
from posecore.runs.pool import find_faces
from posecore.runs.preview import Preview
from posecore.runs.progress import Progress

Stage = Literal["frames", "faces"]
"""What is done: first all frames of a video, then the faces in them."""


@dataclass(frozen=True)
class RigidOptions:
    """What to look for.

    Attributes:
        kinds: parts of people, of ``posecore.rigid.kinds.KINDS``; empty: no people.
        people: how they are found.
        faces: whether faces are looked for, as they say better than bodies how heads are turned.
        family: of tags, one of ``posecore.rigid.tags.FAMILIES``; None: no tags.

    Raises:
        InvalidOption: if there is no such kind or family.
    """

    kinds: Collection[str] = tuple(KINDS)
    people: PoseOptions = field(default_factory=PoseOptions)
    faces: bool = True
    family: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", tuple(self.kinds))
        if unknown := [kind for kind in self.kinds if kind not in KINDS]:
            raise InvalidOption(f"Expected 'kinds' to be some of {', '.join(KINDS)}, but got {unknown[0]!r}.")
        if self.family is not None and self.family not in FAMILIES:
            raise InvalidOption(f"Expected 'family' to be one of {', '.join(FAMILIES)}, but got {self.family!r}.")

    @property
    def hands(self) -> HandOptions | None:
        """How hands are found; None: they are not needed."""
        needed = any(KINDS[kind].needs_hands for kind in self.kinds)
        return HandOptions(hands=2 * self.people.people, engine=self.people.engine) if needed else None


def see_in_photo(
    rgb: RgbArray,
    options: RigidOptions,
    faces: FaceNetwork | None = None,
    *,
    poses: FramePoses | None = None,
    hands: FrameHands | None = None,
) -> SeenInPhoto:
    """What is seen of rigid bodies in a photo.

    Args:
        rgb: (H, W, 3) uint8, upright.
        options: what to look for.
        faces: the network for faces, see ``open_faces``; None: heads by the landmarks of bodies.
        poses: the people in this photo, if they were found already; None: they are looked for.
        hands: the same for their hands.

    Raises:
        As ``posecore.estimate_image`` and ``posecore.estimate_hands_image``.
    """
    size = (rgb.shape[1], rgb.shape[0])
    tags = None if options.family is None else TagDetector(options.family).find(rgb)
    seen = SeenInPhoto(size, tags=tags, family=options.family or "")
    if not options.kinds:
        return seen
    poses = estimate_image(rgb, options.people) if poses is None else poses
    if hands is None and options.hands is not None:
        hands = estimate_hands_image(rgb, options.hands, poses=poses)
    found = None if faces is None else faces.find(rgb, poses)
    return SeenInPhoto(size, poses, hands, found, seen.tags, seen.family)


def see_in_video(
    path: str | os.PathLike[str],
    options: RigidOptions,
    faces: FaceNetwork | None = None,
    *,
    film: Path | None = None,
    on_progress: Callable[[Stage, Progress], bool | None] | None = None,
    on_note: Callable[[str], None] | None = None,
    preview: Preview | None = None,
) -> SeenInVideo:
    """What is seen of rigid bodies in each frame of a video, which is read in a process of its own.

    Args:
        path: the video.
        options: what to look for.
        faces: as for ``see_in_photo``.
        film: where to write a copy of the video; None: none is written.
        on_progress: called after each frame of a stage; if it returns False the stage ends there, and what was done so
            far is the result.
        on_note: called with a sentence for each thing that a user should know.
        preview: as for ``posecore.estimate_video``.

    Raises:
        InvalidOption: if neither parts of people nor tags are wanted.
        As ``posecore.estimate_video``.
    """
    if not options.kinds and options.family is None:
        raise InvalidOption("Expected a kind or a family of tags to look for, but got neither.")

    def report(progress: Progress) -> bool | None:
        return None if on_progress is None else on_progress("frames", progress)

    if not options.kinds:
        assert options.family is not None
        tags = find_tags_video(
            path, options.family, annotated=film, on_progress=report, on_note=on_note, preview=preview, workers=1
        )
        return SeenInVideo(tags=tags)
    ends: list[RunSummary] = []
    poses = estimate_video(
        path,
        options.people,
        hands=options.hands,
        tags=options.family,
        annotated=film,
        skeletons=False,
        on_progress=report,
        on_note=on_note,
        on_end=ends.append,
        preview=preview,
        workers=1,
    )
    [end] = ends
    seen = SeenInVideo(poses, end.hands, tags=end.tags)
    return seen if faces is None else see_faces(seen, path, faces, on_progress)


def see_faces(
    seen: SeenInVideo,
    path: str | os.PathLike[str],
    faces: FaceNetwork,
    on_progress: Callable[[Stage, Progress], bool | None] | None = None,
    *,
    part: ClipOptions | None = None,
) -> SeenInVideo:
    """The same with the faces of the people.

    Args:
        seen: with people.
        path: the video, which is read in a process of its own.
        faces: the network.
        on_progress: as for ``see_in_video``.
        part: which frames these are; None: all, or those from the first on.

    Raises:
        UnreadableMedia, MediaTooLarge: about the video.
        WorkerLost: if the worker process died twice, or got stuck.
        WorkerUnavailable: if no worker process starts on this machine.
    """
    poses = seen.poses
    if poses is None or not poses.person_ids.size:
        return seen
    start = time.monotonic()

    def goes_on(frames: int) -> bool:
        done = Progress(frames, len(poses), time.monotonic() - start, poses.frame(frames - 1))
        return on_progress is None or on_progress("faces", done) is not False

    found = find_faces(Path(path), poses, faces, part or ClipOptions(), goes_on)
    return SeenInVideo(poses, seen.hands, [*found, *[{}] * (len(poses) - len(found))], seen.tags)


def open_faces() -> FaceNetwork | str:
    """The network for faces, or a sentence why it cannot be had here: then heads are posed by the bodies' landmarks."""
    try:
        return FaceNetwork()
    except (ModelNotFound, EngineUnavailable) as error:
        return f"Heads are posed by the landmarks of bodies. {error}"


def without_hands(kinds: Collection[str]) -> tuple[tuple[str, ...], str]:
    """The kinds that can be found here, and a sentence why those of hands cannot, or nothing."""
    missing = networks.load_openvino()
    if not isinstance(missing, str):
        return tuple(kinds), ""
    return tuple(kind for kind in kinds if not KINDS[kind].needs_hands), f"Hands are left out. {missing}"
