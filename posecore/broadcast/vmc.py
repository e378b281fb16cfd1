"""One person's movement for avatars, by the Virtual Motion Capture protocol; docs/live-feed.md documents the format.

The protocol is that of https://protocol.vmc.info, for a performer that sends to a marionette: OSC messages over UDP,
with Unity's names of bones and its axes (x to the right, y up, z forward, left-handed, metres). An avatar faces z.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import build_msg
from scipy.spatial.transform import Rotation

from posecore.broadcast.avatar import Avatar
from posecore.broadcast.udp import UdpSender, bundle
from posecore.hands import FrameHands
from posecore.motion.humanoid import FINGER_BONES, HUMANOID, stand_m
from posecore.motion.rotations import Doubles
from posecore.poses import FramePoses
from posecore.rigid.pose import FrameRigid

# Datagrams of up to 1472 bytes pass through an Ethernet as they are; a bone takes 80 or 84 bytes.
_MESSAGES_PER_DATAGRAM = 16
_NOT_TURNED = [0.0, 0.0, 0.0, 1.0]
# Both the figure's axes and Unity's have y up and z where the figure looks; but its left is at x > 0 in the one, and at
# x < 0 in the other.
_FLIP_X = np.array([-1.0, 1, 1])


class VmcSender(UdpSender):
    """Sends the movement of one person to an avatar program on this machine, whether or not it listens.

    It is a context manager, for one stream: it follows one person, smooths the movement, and keeps what is not seen for
    a moment; see ``posecore.broadcast.avatar``. ``send`` never blocks.

    Args:
        port: of the avatar program, 1024 to 65535.
        mirror: the avatar is a mirror image: it raises its right arm if the person raises the left one.

    Raises:
        InvalidOption: if the port is outside this range.
    """

    def __init__(self, port: int = 39539, *, mirror: bool = False) -> None:
        super().__init__(port)
        self.mirror = mirror
        self._avatar = Avatar()

    def send(
        self, poses: FramePoses, number: int, *, rigid: FrameRigid | None = None, hands: FrameHands | None = None
    ) -> None:
        """Send a frame; does nothing after ``close``.

        Args:
            poses: the people of the frame; ``time_s`` later than in the call before.
            number: not sent; as for the other senders.
            rigid: their rigid poses, as of ``LiveRigid``. None: head and feet are not turned.
            hands: found in the same frame. None: no fingers are sent.
        """
        rotations = self._avatar.step(poses, rigid, hands)
        names = [name for name in HUMANOID if hands is not None or name not in FINGER_BONES]
        self._send_all(_datagrams(names, rotations, poses.time_s, mirror=self.mirror))


def _datagrams(names: list[str], rotations: Mapping[str, Doubles], time_s: float, *, mirror: bool) -> Iterator[bytes]:
    messages = list(_messages(names, rotations, time_s, mirror=mirror))
    for start in range(0, len(messages), _MESSAGES_PER_DATAGRAM):
        yield bundle(messages[start : start + _MESSAGES_PER_DATAGRAM])


def _messages(
    names: list[str], rotations: Mapping[str, Doubles], time_s: float, *, mirror: bool
) -> Iterator[OscMessage]:
    yield build_msg("/VMC/Ext/OK", [1])
    yield build_msg("/VMC/Ext/T", [time_s])
    yield build_msg("/VMC/Ext/Root/Pos", ["root", 0.0, 0.0, 0.0, *_NOT_TURNED])
    matrices = np.array([rotations[_other_side(name) if mirror else name] for name in names])
    if not mirror:  # in a mirror image the flip of the axes and that of the person cancel out
        matrices = matrices * np.outer(_FLIP_X, _FLIP_X)
    quaternions = Rotation.from_matrix(matrices).as_quat(canonical=True)
    for name, quaternion in zip(names, quaternions.tolist(), strict=True):
        place = np.array(HUMANOID[name].place) * _FLIP_X
        if name == "Hips":
            place[1] = stand_m(rotations)
        yield build_msg("/VMC/Ext/Bone/Pos", [name, *place.tolist(), *quaternion])


def _other_side(name: str) -> str:
    if name.startswith("Left"):
        return "Right" + name.removeprefix("Left")
    return "Left" + name.removeprefix("Right") if name.startswith("Right") else name
