"""The messages between a worker process and its parent, as bytes.

A message is a line of JSON followed by as many raw bytes as its "bytes" says. Nothing in it is code: a worker reads
files that may be malicious, so its messages are parsed as plain values (no pickle).
"""

import base64
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from posecore.estimation.faces import Face, FaceNetwork
from posecore.estimation.hand_options import HandOptions
from posecore.estimation.pose_options import PoseOptions
from posecore.estimation.regions import Region
from posecore.hands import VALUES_PER_HAND, FrameHands, HandSlot, pack_hands, unpack_hands
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import ClipInfo
from posecore.media.pictures import decode_picture, decode_transparent, encode_png
from posecore.media.yuv import Colors
from posecore.poses import VALUES_PER_LANDMARK, FramePoses, pack_landmarks, unpack_landmarks
from posecore.rigid.tags import SeenTag
from posecore.runs.job import Job
from posecore.skeletons import BLAZEPOSE_33
from posecore.view.overlays.ghost import Ghost
from posecore.view.overlays.options import OverlayOptions
from posecore.view.overlays.own_picture import OwnPicture
from posecore.view.overlays.puppet_svg import Puppet
from posecore.view.silhouettes import Background, BackgroundPicture

Fields = dict[str, Any]


def send(stream: IO[bytes], kind: str, payload: bytes = b"", **fields: Any) -> None:
    """Write a message. Paths among the fields are sent as text."""
    line = json.dumps({"kind": kind, "bytes": len(payload), **fields}, default=os.fspath).encode()
    stream.write(line + b"\n" + payload)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[str, Fields, bytes] | None:
    """Read the next message: its kind, its fields and its bytes; None if the other side has closed the stream.

    Raises:
        ValueError: if the bytes are not a message.
    """
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    fields = json.loads(line)
    payload = stream.read(fields.pop("bytes"))
    return fields.pop("kind"), fields, payload


def job_to_fields(job: Job) -> Fields:
    """Fields of a message from a job."""
    plain = asdict(replace(job, overlay=OverlayOptions(), background="keep"))
    return plain | {"overlay": _overlay_to_fields(job.overlay), "background": _background_to_fields(job.background)}


def job_from_fields(fields: Fields) -> Job:
    """Job from the fields of a message."""
    paths = {name: fields[name] and Path(fields[name]) for name in ("path", "film", "replay")}
    hands = fields["hands"] and HandOptions(**fields["hands"])
    options = {"pose": PoseOptions(**fields["pose"]), "part": ClipOptions(**fields["part"]), "hands": hands}
    looks = {
        "overlay": _overlay_from_fields(fields["overlay"]),
        "background": _background_from_fields(fields["background"]),
    }
    return Job(**fields | paths | options | looks)


def _background_to_fields(background: Background) -> str | Fields:
    if isinstance(background, BackgroundPicture):
        return {"png": base64.b64encode(encode_png(background.rgb)).decode("ascii")}
    return background


def _background_from_fields(fields: Any) -> Background:
    if isinstance(fields, dict):
        return BackgroundPicture(decode_picture(base64.b64decode(fields["png"]), name="picture"))
    return cast(Background, fields)


def _overlay_to_fields(overlay: OverlayOptions) -> Fields:
    picture = overlay.picture
    ghost = None if overlay.ghost is None else asdict(overlay.ghost)
    puppet = None if overlay.puppet is None else overlay.puppet.svg.decode("latin-1")
    others = {"pieces": overlay.pieces, "ghost": ghost, "puppet": puppet, "angles": overlay.angles}
    if picture is None:
        return {"picture": None, **others}
    place = {name: getattr(picture, name) for name in ("anchor", "size", "angle_deg", "offset", "family")}
    png = base64.b64encode(encode_png(picture.rgba)).decode("ascii")
    return {"picture": {"png": png, **place}, **others}


def _overlay_from_fields(fields: Fields) -> OverlayOptions:
    ghost = fields["ghost"] and Ghost(tuple(map(tuple, fields["ghost"]["world"])), tuple(fields["ghost"]["visibility"]))
    puppet = None if fields["puppet"] is None else Puppet(fields["puppet"].encode("latin-1"))
    if fields["picture"] is None:
        return OverlayOptions(fields["pieces"], ghost=ghost, puppet=puppet, angles=fields["angles"])
    place = fields["picture"]
    rgba = decode_transparent(base64.b64decode(place.pop("png")), name="picture")
    picture = OwnPicture(rgba, **place | {"offset": tuple(place["offset"])})
    return OverlayOptions(fields["pieces"], picture, ghost, puppet, fields["angles"])


def clip_to_fields(clip: ClipInfo) -> Fields:
    """Fields of a message from the properties of a video."""
    return asdict(clip)


def clip_from_fields(fields: Fields) -> ClipInfo:
    """Properties of a video from the fields of a message."""
    tuples = {name: tuple(fields[name]) for name in ("size", "notes")}
    return ClipInfo(**fields | tuples | {"colors": Colors(**fields["colors"])})


def poses_to_message(poses: FramePoses) -> tuple[bytes, Fields]:
    """Bytes and fields of a message from the poses of a frame."""
    fields = {
        "time_s": poses.time_s,
        "size": poses.size,
        "person_ids": poses.person_ids.tolist(),
        "begins_shot": poses.begins_shot,
    }
    return pack_landmarks(poses).tobytes(), fields


def poses_from_message(payload: bytes, fields: Fields) -> FramePoses:
    """Poses of a frame from the bytes and fields of a message, identical to the last bit."""
    values = np.frombuffer(payload, np.float32).reshape(-1, len(BLAZEPOSE_33), VALUES_PER_LANDMARK)
    return FramePoses(
        **unpack_landmarks(values),
        person_ids=np.array(fields["person_ids"], np.int64),
        time_s=fields["time_s"],
        size=tuple(fields["size"]),
        begins_shot=fields["begins_shot"],
    )


def faces_to_message(faces: Mapping[int, Face]) -> tuple[bytes, Fields]:
    """Bytes and fields of a message from the faces of a frame, by the person's id."""
    people = [(person, face.score, asdict(face.next_region)) for person, face in faces.items()]
    return b"".join(face.xy.astype(np.float32).tobytes() for face in faces.values()), {"people": people}


def faces_from_message(payload: bytes, fields: Fields, network: FaceNetwork) -> dict[int, Face]:
    """Faces that the same network found in another process, identical to the last bit."""
    people = fields["people"]
    points = np.frombuffer(payload, np.float32).reshape(len(people), -1, 2) if people else ()
    return {
        person: network.face(xy, score, Region(**region))
        for (person, score, region), xy in zip(people, points, strict=True)
    }


def frame_to_message(
    poses: FramePoses, hands: FrameHands | None, tags: Sequence[SeenTag] | None = None
) -> tuple[bytes, Fields]:
    """Bytes and fields of a message from the poses of a frame, and its hands and tags if they were looked for."""
    payload, fields = poses_to_message(poses)
    if tags is not None:
        fields["tags"] = [(tag.id, tag.corners.tolist()) for tag in tags]
    if hands is None:
        return payload, fields
    return payload + pack_hands(hands).tobytes(), fields | {"hands": [asdict(slot) for slot in hands.slots]}


def frame_from_message(payload: bytes, fields: Fields) -> tuple[FramePoses, FrameHands | None, list[SeenTag] | None]:
    """Poses, hands and tags of a frame from the bytes and fields of a message, identical to the last bit."""
    tags = None
    if "tags" in fields:
        tags = [SeenTag(number, np.array(corners, np.float64)) for number, corners in fields["tags"]]
    if "hands" not in fields:
        return poses_from_message(payload, fields), None, tags
    slots = tuple(HandSlot(**slot) for slot in fields["hands"])
    end = len(payload) - 4 * VALUES_PER_HAND * len(slots)
    poses = poses_from_message(payload[:end], fields)
    values = np.frombuffer(payload[end:], np.float32).reshape(len(slots), VALUES_PER_HAND)
    hands = FrameHands(
        **unpack_hands(values), slots=slots, time_s=poses.time_s, size=poses.size, begins_shot=poses.begins_shot
    )
    return poses, hands, tags
