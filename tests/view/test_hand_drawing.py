"""Drawing hands on a picture."""

from dataclasses import replace

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, HAND_21, FrameHands, FramePoses, HandSlot, InvalidHands, draw_hands
from posecore.view.hand_drawing import HandOverlay, without_coarse_hands
from posecore.view.palette import FINGERS, SIDES
from tests.synthetic_hands import LEFT, RIGHT, SIZE, hands_at, waving

GROUND = 90  # a grey that the drawing does not use


@pytest.fixture
def blank() -> np.ndarray:
    return np.full((SIZE[1], SIZE[0], 3), GROUND, np.uint8)


def colors_near(drawn: np.ndarray, point: np.ndarray) -> set[tuple[int, ...]]:
    x, y = (int(value) for value in point)
    return {tuple(color) for color in drawn[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3).tolist()}


def test_joints_and_bones_have_the_colour_of_their_finger(blank):
    hands = hands_at({RIGHT: (200, 400)})
    drawn = draw_hands(blank, hands)
    for finger, color in FINGERS.items():
        for index in HAND_21.parts[finger]:
            assert color in colors_near(drawn, hands.xy[0, index]), (finger, index)
        if finger != "palm":
            outer = list(HAND_21.parts[finger])[-2:]
            assert color in colors_near(drawn, hands.xy[0, outer].mean(axis=0)), finger


@pytest.mark.parametrize("ground", [0, 255])
def test_strokes_are_outlined_on_any_background(blank, ground):
    blank[:] = ground
    hands = hands_at({RIGHT: (200, 400)})
    drawn = draw_hands(blank, hands, tags=False).astype(int)
    x, y = hands.xy[0, [11, 12]].mean(axis=0)  # across the middle finger, which is upright
    row = drawn[int(y), int(x) - 10 : int(x) + 11].sum(axis=-1)
    assert np.abs(row - 3 * ground).max() > 200
    assert row.min() < 3 * 60  # the rim


def test_strokes_scale_with_the_hand_and_a_tiny_hand_is_still_there(blank):
    def pixels(palm: float) -> int:
        drawn = draw_hands(blank, hands_at({RIGHT: (200, 400)}, palm=palm), tags=False)
        return int((drawn != blank).any(axis=2).sum())

    assert pixels(180) > 2.5 * pixels(90)
    assert pixels(8) > 60


def test_a_tag_says_which_hand_it_is_in_the_colour_of_its_side(blank):
    both = hands_at({LEFT: (450, 350), RIGHT: (150, 350)})
    drawn = draw_hands(blank, both)
    for slot, xy in zip(both.slots, both.xy, strict=True):
        above = drawn[: int(xy[:, 1].min()) - 4, int(xy[:, 0].min()) : int(xy[:, 0].max())]
        assert (above == SIDES[slot.side]).all(axis=2).any()
    assert not (draw_hands(blank, both, tags=False) == SIDES["left"]).all(axis=2).any()


def test_tags_say_what_is_noted_and_whose_hand_it_is_among_several_people():
    other = HandSlot(2, "left")

    def texts(hands: FrameHands, **options) -> set[str]:
        return {tag.text for tag in HandOverlay(hands, **options)._tags}

    one = hands_at({LEFT: (450, 350), RIGHT: (150, 350)})
    assert texts(one) == {"left", "right"}
    assert texts(one, notes={RIGHT: "B"}) == {"left", "right B"}
    two = hands_at({LEFT: (450, 350), other: (150, 350)})
    assert texts(two) == {"1 left", "2 left"}
    assert texts(two, people={1: "Grace"}) == {"Grace left", "left"}
    assert texts(one, people={1: "Grace"}) == {"Grace left", "Grace right"}


@pytest.mark.parametrize(
    ("wrists", "palm"),
    [
        ({LEFT: (260.0, 200.0), RIGHT: (330.0, 215.0), HandSlot(2, "left"): (300.0, 420.0)}, 90),  # at the top edge
        ({RIGHT: (300.0, 470.0)}, 235),  # fills the picture
    ],
)
def test_tags_cover_no_stroke_and_no_other_tag_and_stay_in_the_picture(wrists, palm, blank):
    hands = hands_at(wrists, palm=palm)
    strokes = (draw_hands(blank, hands, tags=False) != blank).any(axis=2)
    boxes = [tag.box for tag in HandOverlay(hands)._tags]
    assert len(boxes) == len(wrists)
    for index, box in enumerate(boxes):
        assert min(box.left, box.top) >= 0
        assert box.right <= SIZE[0]
        assert box.bottom <= SIZE[1]
        assert not strokes[int(box.top) : int(box.bottom) + 1, int(box.left) : int(box.right) + 1].any()
        for other in boxes[:index]:
            across = box.left < other.right and other.left < box.right
            assert not (across and box.top < other.bottom and other.top < box.bottom)


def test_the_tag_of_a_hand_that_hangs_down_is_below_it():
    hanging = hands_at({RIGHT: (300, 200)})
    upright = hands_at({RIGHT: (300, 400)})
    hanging = replace(hanging, xy=[0, 400] + hanging.xy * [1, -1])
    [below], [above] = (HandOverlay(hands)._tags for hands in (hanging, upright))
    assert below.box.top > hanging.xy[0, :, 1].max()
    assert above.box.bottom < upright.xy[0, :, 1].min()


def test_bodies_are_drawn_without_their_own_landmarks_of_a_drawn_hand():
    ones = np.ones((1, 33))
    poses = FramePoses(np.zeros((1, 33, 2)), ones, np.zeros((1, 33, 3)), ones, ones, [1], 0, SIZE)
    left = without_coarse_hands(poses, hands_at({LEFT: (450, 350), HandSlot(2, "right"): (150, 350)}))
    hidden = [BLAZEPOSE_33.landmarks[index] for index in np.flatnonzero(np.isnan(left.visibility[0]))]
    assert hidden == ["left_pinky", "left_index", "left_thumb"]
    assert not np.isnan(poses.visibility).any()


def test_bodies_keep_their_own_landmarks_of_a_hand_that_is_not_drawn():
    ones = np.ones((1, 33))
    poses = FramePoses(np.zeros((1, 33, 2)), ones, np.zeros((1, 33, 3)), ones, ones, [1], 0, SIZE)
    hands = hands_at({LEFT: (450, 350)})
    lost = hands.xy.copy()
    lost[0, 3] = np.nan
    assert not np.isnan(without_coarse_hands(poses, replace(hands, xy=lost)).visibility).any()


def test_an_overlay_changes_only_its_places(blank):
    hands = hands_at({LEFT: (450, 350), RIGHT: (150, 350)})
    overlay = HandOverlay(hands, notes={LEFT: "thumb up"})
    canvas = blank.copy()
    overlay.draw_on(canvas)
    assert np.array_equal(canvas, draw_hands(blank, hands, notes={LEFT: "thumb up"}))
    for place in overlay.places:
        canvas[place] = GROUND
    assert np.array_equal(canvas, blank)


def test_hands_that_are_absent_or_far_outside_draw_nothing(blank):
    assert np.array_equal(draw_hands(blank, FrameHands.nobody(SIZE)), blank)
    far = hands_at({RIGHT: (1e8, -1e8)})
    assert np.array_equal(draw_hands(blank, far, tags=False), blank)
    assert HandOverlay(far, tags=False).places == []


def test_the_picture_is_not_changed_and_must_fit(blank):
    blank.flags.writeable = False
    drawn = draw_hands(blank, hands_at({RIGHT: (200, 400)}))
    assert drawn.flags.writeable
    with pytest.raises(InvalidHands, match=r"the picture of these hands to have shape \(480, 640, 3\)"):
        draw_hands(blank[1:], hands_at({RIGHT: (200, 400)}))
    with pytest.raises(InvalidHands, match="FrameHands of one frame, but got HandSequence"):
        draw_hands(blank, waving())
