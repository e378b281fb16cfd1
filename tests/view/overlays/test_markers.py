"""A picture of one's own on a printed marker."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from posecore import FramePoses, InvalidOption, LiveSession, PoseOptions, decode_picture
from posecore.rigid.tags import FAMILIES, TagDetector
from posecore.view.overlays.artist import OverlayArtist, draw_overlay
from posecore.view.overlays.options import OverlayOptions
from posecore.view.overlays.own_picture import OwnPicture

SIZE = (640, 480)
SQUARE = np.array([[260, 180], [380, 196], [372, 316], [250, 300]], np.float32)  # clockwise from the tag's top left


def picture_of_tag(corners: np.ndarray = SQUARE, family: str = "4x4_50", size=SIZE) -> np.ndarray:
    """A wall with tag 7 of a family, its black square at these corners."""
    dictionary = cv2.aruco.getPredefinedDictionary(FAMILIES[family])
    tag = np.pad(cv2.aruco.generateImageMarker(dictionary, 7, 240), 40, constant_values=255)
    square = np.array([[40, 40], [280, 40], [280, 280], [40, 280]], np.float32) - 0.5
    to_wall = cv2.getPerspectiveTransform(square, corners.astype(np.float32))
    wall = np.full((size[1], size[0]), 150, np.uint8)
    cv2.warpPerspective(tag, to_wall, size, dst=wall, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_TRANSPARENT)
    return np.ascontiguousarray(np.repeat(wall[..., None], 3, axis=2))


def nobody(time_s: float = 0.0, size=SIZE) -> FramePoses:
    return FramePoses.nobody(size, time_s)


def quarters() -> np.ndarray:
    """A picture whose quarters are red, green, blue and yellow, from the top left on by rows."""
    colors = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 0]]], np.uint8)
    return np.dstack([colors.repeat(50, axis=0).repeat(50, axis=1), np.full((100, 100), 255, np.uint8)])


def on_marker(**place) -> OwnPicture:
    return OwnPicture(quarters(), "marker", **place)


def at(rgb: np.ndarray, across: float, down: float, corners: np.ndarray = SQUARE) -> tuple[int, ...]:
    """The colour at a place of the tag, 0..1 of its sides."""
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    place = cv2.perspectiveTransform(np.float32([[[across, down]]]), cv2.getPerspectiveTransform(unit, corners))
    x, y = np.rint(place[0, 0]).astype(int)
    return tuple(rgb[y, x].tolist())


RED, GREEN, BLUE, YELLOW = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)


@pytest.mark.parametrize("family", ["4x4_50", "36h11", "aruco"])
def test_a_picture_covers_the_marker_without_a_person(family):
    drawn = draw_overlay(picture_of_tag(family=family), nobody(), picture=on_marker(family=family))
    places = ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))
    assert [at(drawn, *place) for place in places] == [RED, GREEN, BLUE, YELLOW]
    changed = (drawn != picture_of_tag(family=family)).any(axis=2)
    inside = cv2.fillConvexPoly(np.zeros(changed.shape, np.uint8), SQUARE.astype(int), 1)
    assert changed.sum() == pytest.approx(inside.sum(), rel=0.04)


def test_size_turn_and_shift_are_in_the_plane_of_the_marker():
    place = {"size": 0.5, "angle_deg": 90, "offset": (1.0, 0.5)}
    drawn = draw_overlay(picture_of_tag(), nobody(), picture=on_marker(**place))
    # Its middle is one side to the right of the tag's and half a side above it; turned clockwise, red is at the right.
    assert at(drawn, 1.5 + 0.12, 0.0 - 0.12) == RED
    assert at(drawn, 1.5 - 0.12, 0.0 - 0.12) == BLUE
    assert at(drawn, 1.5 + 0.12, 0.0 + 0.12) == GREEN


def test_a_marker_of_another_family_is_left_alone():
    picture = picture_of_tag()
    assert np.array_equal(draw_overlay(picture, nobody(), picture=on_marker(family="36h11")), picture)


def test_in_the_mirror_the_picture_can_be_read():
    wall, drawn = picture_of_tag(), picture_of_tag()[:, ::-1].copy()
    OverlayArtist(OverlayOptions([], on_marker())).prepare(nobody(), wall, mirrored=True).draw_on(drawn)
    there = (SQUARE * [-1, 1] + [SIZE[0] - 1, 0])[[1, 0, 3, 2]].astype(np.float32)
    assert [at(drawn, x, 0.25, there) for x in (0.25, 0.75)] == [RED, GREEN]


def test_a_still_marker_keeps_its_picture_still():
    """With the noise of a camera, no corner of the picture moves by a pixel."""
    artist, (width, height) = OverlayArtist(OverlayOptions([], on_marker(size=2.0))), SIZE
    wall, edges = picture_of_tag(), []
    noise = np.random.default_rng(1).normal(0, 4, (height + 60, width + 60, 3)).astype(np.float32)
    for frame in range(60):
        noisy = (wall + noise[frame : frame + height, frame : frame + width]).clip(0, 255).astype(np.uint8)
        alone = artist.draw_alone(nobody(frame / 30), noisy)
        edges.append(alone[..., 3].astype(float))
    assert edges[0].max() == 255
    there = [cv2.moments(edge) for edge in edges]
    middles = np.array([[m["m10"] / m["m00"], m["m01"] / m["m00"]] for m in there])
    assert np.ptp(middles, axis=0).max() < 0.1
    moved = [np.abs(edge - edges[-1]).sum() / 255 for edge in edges]  # pixels of area, along an edge of 960 of them
    assert max(moved) < 0.3 * 960


def test_the_picture_follows_a_moving_marker():
    artist = OverlayArtist(OverlayOptions([], on_marker()))
    for frame in range(20):
        corners = SQUARE + np.float32([9 * frame, 3 * np.sin(frame)])
        drawn = artist.draw(picture_of_tag(corners), nobody(frame / 30))
        assert [at(drawn, x, 0.75, corners) for x in (0.06, 0.94)] == [BLUE, YELLOW]


def test_a_lost_marker_fades_and_a_new_one_comes():
    artist, empty = OverlayArtist(OverlayOptions([], on_marker())), np.full((480, 640, 3), 150, np.uint8)
    strengths = []
    for frame in range(40):
        seen = frame < 3 or frame >= 20
        alone = artist.draw_alone(nobody(frame / 30), picture_of_tag() if seen else empty)
        strengths.append(int(alone[..., 3].max()))
    assert strengths[:3] == [255] * 3
    fading = strengths[3:12]
    assert fading == sorted(fading, reverse=True)
    assert fading[0] > 200
    assert strengths[13:20] == [0] * 7
    assert strengths[20] == 0  # a single sighting may be a mistake
    assert strengths[-1] == 255


def test_nothing_is_seen_through_a_cut():
    artist, empty = OverlayArtist(OverlayOptions([], on_marker())), np.full((480, 640, 3), 150, np.uint8)
    artist.draw(picture_of_tag(), nobody())
    assert np.array_equal(artist.draw(empty, replace(nobody(1 / 30), begins_shot=True)), empty)


@pytest.mark.parametrize("place", [{"size": 20.0}, {"size": 20.0, "offset": (100.0, -50.0)}, {"size": 1e-3}])
def test_a_picture_far_beyond_the_horizon_of_its_marker_breaks_nothing(place):
    steep = np.array([[200, 200], [400, 60], [400, 420], [200, 300]], np.float32)
    drawn = draw_overlay(picture_of_tag(steep), nobody(), picture=on_marker(**place))
    assert drawn.shape == (480, 640, 3)


def test_large_and_odd_frames():
    for size in ((1921, 1081), (64, 48), (31, 400)):
        corners = SQUARE * (np.float32(size) / SIZE)
        artist = OverlayArtist(OverlayOptions([], on_marker()))
        for frame in range(6):
            artist.draw(picture_of_tag(corners, size=size), nobody(frame / 30, size))


def test_a_session_draws_it_live(portrait):
    rgb = cv2.resize(portrait, SIZE)
    rgb[180:320, 240:400] = picture_of_tag()[180:320, 240:400]
    picture = on_marker()
    with LiveSession(PoseOptions(), skeletons=False, overlay=OverlayOptions([], picture), mirror=True) as session:
        _, drawn = session.step(rgb, 0.0)
    assert at(drawn[:, ::-1], 0.75, 0.25) == RED  # the frame was mirrored, the picture was not


def test_a_real_tag_in_a_photo(shared_data):
    rgb = decode_picture(shared_data / "apriltag" / "rotation_30.png")
    [tag, *_] = TagDetector("36h11").find(rgb)
    drawn = draw_overlay(rgb, nobody(size=rgb.shape[1::-1]), picture=on_marker(family="36h11"))
    assert at(drawn, 0.25, 0.25, tag.corners.astype(np.float32)) == RED
    assert at(drawn, 0.75, 0.75, tag.corners.astype(np.float32)) == YELLOW


def test_there_is_no_such_family():
    with pytest.raises(InvalidOption, match="family"):
        on_marker(family="7x7_7")
