"""What a worker process and the one that started it say to each other, as bytes.

A message is a line of JSON, behind it as many raw bytes as its "bytes" says. Nothing of it is code: the worker
reads files that may have been made to harm, so what it says is taken as plain values (no pickle).
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import numpy as np

from posecore.estimation.pose_options import PoseOptions
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import ClipInfo
from posecore.media.yuv import Colors
from posecore.poses import VALUES_PER_LANDMARK, FramePoses, pack_landmarks, unpack_landmarks
from posecore.runs.job import Job
from posecore.skeletons import BLAZEPOSE_33

Fields = dict[str, Any]


def send(stream: IO[bytes], kind: str, payload: bytes = b"", **fields: Any) -> None:
    """Write a message."""
    line = json.dumps({"kind": kind, "bytes": len(payload), **fields}).encode()
    stream.write(line + b"\n" + payload)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[str, Fields, bytes] | None:
    """Read the next message: its kind, its fields and its bytes; None where the other side has ended.

    Raises:
        ValueError: where what comes is no message.
    """
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    fields = json.loads(line)
    payload = stream.read(fields.pop("bytes"))
    return fields.pop("kind"), fields, payload


def job_to_fields(job: Job) -> Fields:
    """A job as plain values."""
    return {
        "path": str(job.path),
        "pose": asdict(job.pose) | _paths(job.pose),
        "part": asdict(job.part),
        "film": None if job.film is None else str(job.film),
        "skeletons": job.skeletons,
        "background": job.background,
        "replay": None if job.replay is None else str(job.replay),
        "sound": job.sound,
        "lead_in_s": job.lead_in_s,
        "resume": job.resume,
    }


def _paths(pose: PoseOptions) -> Fields:
    detector = pose.object_detector
    return {"model": str(pose.model), "object_detector": None if detector is None else str(detector)}


def job_from_fields(fields: Fields) -> Job:
    """The job again."""
    return Job(
        path=Path(fields["path"]),
        pose=PoseOptions(**fields["pose"]),
        part=ClipOptions(**fields["part"]),
        film=None if fields["film"] is None else Path(fields["film"]),
        skeletons=fields["skeletons"],
        background=fields["background"],
        replay=None if fields["replay"] is None else Path(fields["replay"]),
        sound=fields["sound"],
        lead_in_s=fields["lead_in_s"],
        resume=fields["resume"],
    )


def clip_to_fields(clip: ClipInfo) -> Fields:
    """What is known of a clip, as plain values."""
    return asdict(clip)


def clip_from_fields(fields: Fields) -> ClipInfo:
    """What is known of a clip again."""
    return ClipInfo(**fields | {"size": tuple(fields["size"]), "colors": Colors(**fields["colors"])})


def poses_to_message(poses: FramePoses) -> tuple[bytes, Fields]:
    """The poses of a frame as bytes and plain values."""
    fields = {"time_s": poses.time_s, "size": poses.size, "person_ids": poses.person_ids.tolist()}
    return pack_landmarks(poses).tobytes(), fields


def poses_from_message(payload: bytes, fields: Fields) -> FramePoses:
    """The poses of a frame again, to the last bit."""
    values = np.frombuffer(payload, np.float32).reshape(-1, len(BLAZEPOSE_33), VALUES_PER_LANDMARK)
    return FramePoses(
        **unpack_landmarks(values),
        person_ids=np.array(fields["person_ids"], np.int64),
        time_s=fields["time_s"],
        size=tuple(fields["size"]),
    )
