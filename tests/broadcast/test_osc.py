"""What a program listening for OSC receives."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from posecore import BLAZEPOSE_33, FramePoses, FrameRigid, InvalidOption, OscSender, RigidPose, RigidSlot
from posecore.limits import LIMITS
from posecore.rigid.people import PEOPLE_KINDS


def test_a_frame_is_a_header_and_each_landmark_of_each_person(receiver, people):
    poses = people(3, 12)
    with OscSender(receiver.port) as sender:
        sender.send(poses, 7)
    head, *landmarks = receiver.messages(1 + 2 * 33)
    assert head == ("/pose/frame", (7, 1.25, 640, 480, 2, 3, 12))
    expected = [f"/pose/{person}/{name}" for person in (3, 12) for name in BLAZEPOSE_33.landmarks]
    assert [address for address, _ in landmarks] == expected
    values = np.array([values for _, values in landmarks]).reshape(2, 33, 6)
    np.testing.assert_array_equal(values[..., :2], poses.xy)
    np.testing.assert_array_equal(values[..., 2:5], poses.world)
    np.testing.assert_array_equal(values[..., 5], poses.visibility)


def test_rigid_poses_are_sent_with_their_person_and_only_those_that_there_are(receiver, people):
    head = RigidPose.from_euler((30, -10, 5), (0.1, -0.2, 1.5), 2.0)
    rigid = FrameRigid({RigidSlot("head", 12): head}, 1.25, (640, 480))
    with OscSender(receiver.port) as sender:
        sender.send(people(3, 12), 7, rigid=rigid)
    sent = receiver.messages(1 + 2 * 33 + 1)
    assert [address for address, _ in sent if address.startswith("/rigid")] == ["/rigid/12/head"]
    _, values = sent[-1]
    np.testing.assert_allclose(values[:3], [0.1, -0.2, 1.5], atol=1e-6)
    np.testing.assert_allclose(Rotation.from_quat(values[3:7]).as_matrix(), head.rotation, atol=1e-6)
    np.testing.assert_allclose(values[7:], [30, -10, 5, 2], atol=1e-4)


def test_a_frame_without_people_is_sent_too(receiver):
    with OscSender(receiver.port) as sender:
        sender.send(FramePoses.nobody((640, 480), 0.5), 8)
    assert receiver.messages(1) == [("/pose/frame", (8, 0.5, 640, 480, 0))]


@pytest.mark.parametrize("name", ["xy", "world", "visibility"])
def test_a_landmark_without_numbers_is_left_out(receiver, people, name):
    poses = people(1)
    values = getattr(poses, name).copy()
    values.reshape(33, -1)[BLAZEPOSE_33.index("left_wrist"), -1] = np.nan
    with OscSender(receiver.port) as sender:
        sender.send(replace(poses, **{name: values}), 1)
        sender.send(poses, 2)
    told = [address for address, _ in receiver.messages(1 + 32 + 1)]
    assert "/pose/1/left_wrist" not in told
    assert told[-1] == "/pose/frame"


def test_a_datagram_is_one_bundle_below_8_kb(plain_socket, people):
    ids = [2**40 + index for index in range(LIMITS.people)]
    pose = RigidPose.from_euler((30, -10, 5), (0.1, -0.2, 1.5))
    rigid = FrameRigid({RigidSlot(kind, person): pose for person in ids for kind in PEOPLE_KINDS}, 0, (640, 480))
    with OscSender(plain_socket.getsockname()[1]) as sender:
        sender.send(people(*ids), 2**40, rigid=rigid)
        datagrams = [plain_socket.recv(65536) for _ in range(1 + len(ids))]
    assert all(datagram.startswith(b"#bundle\0") for datagram in datagrams)
    assert max(map(len, datagrams)) < 8000


def test_it_works_without_a_listener(udp_port, people):
    with OscSender(udp_port) as sender:
        for number in range(20):
            sender.send(people(1, 2), number)


def test_a_closed_sender_sends_nothing(receiver, people):
    with OscSender(receiver.port) as closed, OscSender(receiver.port) as other:
        closed.close()
        closed.close()
        closed.send(people(1), 1)
        other.send(people(), 2)
    [(_, (number, *_))] = receiver.messages(1)
    assert number == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone tells of its sockets in a file")
def test_the_network_cannot_reach_it(plain_socket, people):
    with OscSender(plain_socket.getsockname()[1]) as sender:
        sender.send(people(1), 1)
        _, (host, port) = plain_socket.recvfrom(65536)
        lines = [line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:]]
    assert host == "127.0.0.1"
    bound = [line[1].split(":") for line in lines if line[1].endswith(f":{port:04X}")]
    assert [address for address, _ in bound] == ["0100007F"]


def test_invalid_port_is_named(no_port):
    with pytest.raises(InvalidOption, match=r"Expected 'port' to be a whole number from 1024 to 65535, but got"):
        OscSender(no_port)
