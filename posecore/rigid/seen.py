"""What is seen of rigid bodies in a photo or video: landmarks of people, and corners of tags.

Finding it takes long, and the poses that follow from it do not. So it is kept, and with another camera or size of the
tags only the poses are computed again.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from posecore.estimation.faces import Face
from posecore.hands import FrameHands, HandSequence
from posecore.poses import FramePoses, PoseSequence
from posecore.rigid.camera import Camera
from posecore.rigid.people import PEOPLE_KINDS, absences, pose_people, pose_people_over_time
from posecore.rigid.pose import FrameRigid, RigidPose, RigidSequence, RigidSlot
from posecore.rigid.tags import SeenTag, TagSequence, pose_tags
from posecore.rigid.tracking import RigidTracker

NOBODY = "Nobody was found."


@dataclass(frozen=True, eq=False)
class SeenInPhoto:
    """What is seen in a photo.

    Attributes:
        size: (width, height) of the upright photo, pixels.
        poses: the people; None: they were not looked for.
        hands, faces: of these people, as for ``posecore.rigid.people.pose_people``.
        tags: None: they were not looked for.
        family: of the tags.
    """

    size: tuple[int, int]
    poses: FramePoses | None = None
    hands: FrameHands | None = None
    faces: Mapping[int, Face] | None = None
    tags: Sequence[SeenTag] | None = None
    family: str = ""

    def pose(
        self, camera: Camera, *, kinds: Collection[str] = PEOPLE_KINDS, tag_size_m: float | None = None
    ) -> FrameRigid:
        """The poses of all that was seen.

        Args:
            camera: that took the photo.
            kinds: of the parts of people that are wanted.
            tag_size_m: side of the tags' black squares, metres; None: without tags.

        Raises:
            InvalidCamera: if the camera is for images of another shape.
            InvalidOption: if the size is not above zero.
        """
        found = FrameRigid({}, 0.0, self.size)
        if self.poses is not None:
            found = _only(pose_people(self.poses, camera, hands=self.hands, faces=self.faces), kinds)
        if self.tags is None or tag_size_m is None:
            return found
        tags = pose_tags(self.tags, self.family, tag_size_m, camera.scaled(self.size))
        return replace(found, poses={**found.poses, **tags})

    def notes(self, found: FrameRigid, kinds: Collection[str] = PEOPLE_KINDS) -> list[str]:
        """A sentence for each person of whom a pose is missing, see ``posecore.rigid.people.absences``."""
        return [] if self.poses is None else _notes(self.poses.person_ids.tolist(), found.poses, kinds)


@dataclass(frozen=True, eq=False)
class SeenInVideo:
    """What is seen in a video.

    Attributes:
        poses: the people; None: they were not looked for.
        hands, faces: of these people, as for ``posecore.rigid.people.pose_people_over_time``.
        tags: in the same frames; None: they were not looked for. One of both is there.
    """

    poses: PoseSequence | None = None
    hands: HandSequence | None = None
    faces: Sequence[Mapping[int, Face]] | None = None
    tags: TagSequence | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the upright frames, pixels."""
        return self._frames.size

    def __len__(self) -> int:
        """Number of frames."""
        return len(self._frames)

    @property
    def _frames(self) -> PoseSequence | TagSequence:
        frames = self.poses if self.tags is None else self.tags
        assert frames is not None
        return frames

    def pose(
        self,
        camera: Camera,
        *,
        kinds: Collection[str] = PEOPLE_KINDS,
        tag_size_m: float | None = None,
        smooth: bool = True,
    ) -> RigidSequence:
        """The poses of all that was seen, followed over time.

        Args:
            camera: that took the video.
            kinds: of the parts of people that are wanted.
            tag_size_m: side of the tags' black squares, metres; None: without tags.
            smooth: whether poses are smoothed lightly.

        Raises:
            InvalidCamera: if the camera is for images of another shape.
            InvalidOption: if the size is not above zero.
        """
        times = self._frames
        found = [
            FrameRigid({}, time_s, self.size, times.begins_shot(index))
            for index, time_s in enumerate(times.times_s.tolist())
        ]
        if self.poses is not None:
            people = pose_people_over_time(self.poses, camera, hands=self.hands, faces=self.faces, smooth=smooth)
            found = [_only(people.frame(index), kinds) for index in range(len(people))]
        if self.tags is not None and tag_size_m is not None:
            tags = _tags_over_time(self.tags, tag_size_m, camera.scaled(self.size), smooth=smooth)
            found = [replace(one, poses={**one.poses, **more}) for one, more in zip(found, tags, strict=True)]
        return RigidSequence.from_frames(found, size=self.size, fps=times.fps)

    def notes(self, found: RigidSequence, kinds: Collection[str] = PEOPLE_KINDS) -> list[str]:
        """A sentence for each person who never has a pose, see ``posecore.rigid.people.absences``."""
        if self.poses is None:
            return []
        return _notes(self.poses.person_ids[self.poses.seen.any(axis=0)].tolist(), found.slots, kinds)


def _tags_over_time(
    tags: TagSequence, size_m: float, camera: Camera, *, smooth: bool
) -> Iterator[dict[RigidSlot, RigidPose]]:
    tracker = RigidTracker(smoothing=smooth)
    for index, (time_s, seen) in enumerate(zip(tags.times_s.tolist(), tags.frames, strict=True)):
        before = tracker.before(time_s, begins_shot=tags.begins_shot(index))
        yield tracker.step(pose_tags(seen, tags.family, size_m, camera, before), time_s)


def _only(frame: FrameRigid, kinds: Collection[str]) -> FrameRigid:
    return replace(frame, poses={slot: pose for slot, pose in frame.poses.items() if slot.kind in kinds})


def _notes(people: list[int], found: Collection[RigidSlot], kinds: Collection[str]) -> list[str]:
    return absences(people, found, kinds) if people else [NOBODY]
