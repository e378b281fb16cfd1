"""Landmarks as Open Sound Control (OSC) messages over UDP; docs/live-feed.md documents the format."""

from collections.abc import Iterator

import numpy as np
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import build_msg

from posecore.broadcast.frames import rigid_of
from posecore.broadcast.udp import UdpSender, bundle
from posecore.poses import FramePoses
from posecore.rigid.pose import FrameRigid
from posecore.skeletons import BLAZEPOSE_33


class OscSender(UdpSender):
    """Sends the people of each frame to a port of this machine, whether or not a program listens there.

    It is a context manager. ``send`` may be called from any thread and never blocks.

    Args:
        port: of the receiving program, 1024 to 65535.

    Raises:
        InvalidOption: if the port is outside this range.
    """

    def __init__(self, port: int = 9000) -> None:
        super().__init__(port)

    def send(self, poses: FramePoses, number: int, *, rigid: FrameRigid | None = None) -> None:
        """Send a frame; does nothing after ``close``.

        A landmark with an unknown value (NaN) is left out: many receivers cannot handle NaN.

        Args:
            poses: the people of the frame.
            number: number of the frame in its stream.
            rigid: the rigid poses of these people, as of ``LiveRigid``. None: they are not sent.
        """
        self._send_all(_datagrams(poses, number, rigid))


def _datagrams(poses: FramePoses, number: int, rigid: FrameRigid | None) -> Iterator[bytes]:
    """One bundle with the frame's header, then one for each person.

    A person takes about 3 KB. All people in one datagram could exceed its limit (9 KB on macOS) and the receivers'
    buffers (python-osc: 8 KB).
    """
    people = poses.person_ids.tolist()
    yield bundle([build_msg("/pose/frame", [number, poses.time_s, *poses.size, len(people), *people])])
    values = np.concatenate([poses.xy, poses.world, poses.visibility[..., np.newaxis]], axis=-1)
    known = np.isfinite(values).all(axis=-1)
    for slot, person in enumerate(people):
        landmarks = (
            build_msg(f"/pose/{person}/{BLAZEPOSE_33.landmarks[index]}", values[slot, index].tolist())
            for index in np.flatnonzero(known[slot])
        )
        yield bundle([*landmarks, *_rigid_messages(person, rigid)])


def _rigid_messages(person: int, rigid: FrameRigid | None) -> Iterator[OscMessage]:
    for kind, pose in rigid_of(person, rigid):
        values = [*pose.translation_m.tolist(), *pose.quaternion.tolist(), *pose.euler_deg, pose.error_px]
        yield build_msg(f"/rigid/{person}/{kind}", values)
