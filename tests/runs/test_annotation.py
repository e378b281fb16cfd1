"""People and hands on the frames of an annotated video."""

from collections.abc import Sequence

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, HAND_21, FrameHands, FramePoses
from posecore.media.clips import ClipFrame, open_clip
from posecore.media.films import FilmWriter
from posecore.poses import Mask
from posecore.runs.annotation import Annotator
from posecore.runs.replay import TaggedHands
from posecore.view.overlays.mannequin import mannequin
from posecore.view.overlays.options import OverlayOptions
from posecore.view.palette import FINGERS, PLAIN, SIDES
from tests.synthetic_hands import LEFT, RIGHT, SIZE, hands_at

GROUND = 90  # a grey that the drawing does not use
COARSE_AT = {"left": (350, 440), "right": (290, 440)}  # a body's own points of its hands: where no hand is drawn


@pytest.fixture(scope="module")
def frame(tmp_path_factory) -> ClipFrame:
    path = tmp_path_factory.mktemp("clip") / "plain.mp4"
    with FilmWriter(path, SIZE, fps_hint=25) as film:
        film.write(np.full((SIZE[1], SIZE[0], 3), GROUND, np.uint8), 0.0)
    with open_clip(path, for_film=True) as clip:
        return next(iter(clip))


def somebody() -> FramePoses:
    """A person in the left half of the picture, all of whose landmarks except those of the hands are at one place."""
    xy = np.full((1, 33, 2), 60.0)
    for side, place in COARSE_AT.items():
        xy[0, [BLAZEPOSE_33.index(f"{side}_{finger}") for finger in ("pinky", "index", "thumb")]] = place
    ones = np.ones((1, 33))
    silhouette = np.zeros((SIZE[1], SIZE[0]), np.float32)
    silhouette[:, : SIZE[0] // 2] = 1
    masks = (Mask(silhouette, np.eye(2, 3)),)
    return FramePoses(xy, 0 * ones, np.zeros((1, 33, 3)), ones, ones, [1], 0, SIZE, masks=masks)


def drawn_on(frame: ClipFrame, annotator: Annotator, poses: FramePoses, hands: FrameHands) -> np.ndarray:
    rgb = frame.rgb.copy()
    for rows, columns, pixels in annotator.draw(frame, poses, TaggedHands(hands, {}, {}))[1]:
        rgb[rows, columns] = pixels
    return rgb


def has_color_near(rgb: np.ndarray, point: Sequence[float], color: tuple[int, int, int]) -> bool:
    x, y = (int(value) for value in point)
    return bool((rgb[y - 2 : y + 3, x - 2 : x + 3] == color).all(axis=2).any())


@pytest.mark.parametrize("background", ["keep", "blur", "plain"])
def test_hands_are_drawn_on_any_background_in_place_of_the_bodys_own_points(frame, background):
    hands = hands_at({RIGHT: (150, 300), LEFT: (450, 300)})
    annotator = Annotator(SIZE, "side", background)
    rgb = drawn_on(frame, annotator, somebody(), hands.take([0]))
    tip = HAND_21.index("index_finger_tip")
    assert has_color_near(rgb, hands.xy[0, tip], FINGERS["index_finger"])
    assert not has_color_near(rgb, hands.xy[1, tip], FINGERS["index_finger"])
    assert has_color_near(rgb, COARSE_AT["left"], SIDES["left"]), "that hand was not found"
    assert not has_color_near(rgb, COARSE_AT["right"], SIDES["right"])
    corner = PLAIN if background == "plain" else [GROUND] * 3
    np.testing.assert_allclose(rgb[4, -4], corner, atol=2)


def test_without_skeletons_nothing_is_drawn(frame):
    hands = hands_at({RIGHT: (150, 300)})
    assert Annotator(SIZE, None).draw(frame, somebody(), TaggedHands(hands, {}, {}))[1] == []
    rgb = drawn_on(frame, Annotator(SIZE, None, "plain"), somebody(), hands)
    assert {tuple(color) for color in rgb[:, SIZE[0] // 2 + 4 :].reshape(-1, 3)} == {tuple(PLAIN)}
    assert np.ptp(rgb[:, : SIZE[0] // 2 - 4].astype(int)) < 4


def test_an_overlay_is_drawn_only_where_it_is(frame):
    poses = mannequin(size=SIZE, px_per_m=120, middle_px=(SIZE[0] / 2, SIZE[1] / 2))
    annotator = Annotator(SIZE, None, overlay=OverlayOptions(["glasses"]))
    _, patches = annotator.draw(frame, poses)
    [(rows, columns, pixels)] = patches
    assert pixels.shape[0] * pixels.shape[1] < 0.05 * SIZE[0] * SIZE[1]
    x, y = poses.xy[0, [BLAZEPOSE_33.index("left_eye"), BLAZEPOSE_33.index("right_eye")]].mean(axis=0)
    assert rows.start < y < rows.stop
    assert columns.start < x < columns.stop


def test_an_overlay_that_replaces_people_fills_the_frame(frame):
    poses = mannequin(size=SIZE, px_per_m=120, middle_px=(SIZE[0] / 2, SIZE[1] / 2))
    _, [(rows, columns, pixels)] = Annotator(SIZE, None, overlay=OverlayOptions(["pictogram"])).draw(frame, poses)
    assert (rows, columns) == (slice(0, SIZE[1]), slice(0, SIZE[0]))
    assert tuple(pixels[0, 0]) == PLAIN


def test_wrists_leave_trails_from_before_the_first_frame(frame):
    annotator = Annotator(SIZE, None, overlay=OverlayOptions(["trails"]))
    annotator.pass_over(mannequin(size=SIZE, px_per_m=120, middle_px=(SIZE[0] / 2, SIZE[1] / 2)))
    _, patches = annotator.draw(frame, mannequin(size=SIZE, px_per_m=120, middle_px=(200, SIZE[1] / 2), time_s=0.1))
    assert patches
