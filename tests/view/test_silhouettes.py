"""Backgrounds are blurred, plain or removed; people stay as they are."""

import numpy as np
import pytest

from posecore import FramePoses, InvalidOption, InvalidPoses, draw_poses
from posecore.poses import Mask
from posecore.view.silhouettes import BackgroundPicture, cut_out, on_background, silhouette

SIZE = (200, 120)


def people(*boxes: tuple[int, int, int, int]) -> FramePoses:
    """People with these boxes (left, top, right, bottom) as silhouettes."""
    count = len(boxes)
    masks = []
    for left, top, right, bottom in boxes:
        values = np.zeros((120, 200), np.float32)
        values[top:bottom, left:right] = 1
        masks.append(Mask(values, np.eye(2, 3)))
    nan = np.full((count, 33, 3), np.nan, np.float32)
    return FramePoses(
        xy=nan[..., :2],
        z=nan[..., 0],
        world=nan,
        visibility=nan[..., 0],
        presence=nan[..., 0],
        person_ids=np.arange(count) + 1,
        time_s=0,
        size=SIZE,
        masks=tuple(masks),
    )


@pytest.fixture
def rgb() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (120, 200, 3), np.uint8)


def test_silhouette_is_that_of_all(rgb):
    shown = silhouette(people((10, 10, 50, 100), (120, 20, 160, 90)))
    assert shown[50, 30] == shown[50, 140] == 1
    assert shown[50, 80] == shown[5, 5] == 0


@pytest.mark.parametrize("background", ["blur", "plain"])
def test_people_stay_and_the_background_does_not(rgb, background):
    before = rgb.copy()
    drawn = on_background(rgb, people((10, 10, 50, 100)), background)
    np.testing.assert_array_equal(rgb, before)
    np.testing.assert_array_equal(drawn[20:90, 20:40], rgb[20:90, 20:40])
    behind = drawn[:, 70:].astype(float)
    assert behind.std(axis=(0, 1)).max() < rgb[:, 70:].std() / 4


def stripes(width: int, height: int) -> np.ndarray:
    """A picture whose left half is red and whose right half is blue, with green left and right edges of an eighth."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2, 0] = picture[:, width // 2 :, 2] = 255
    picture[:, : width // 8] = picture[:, -(width // 8) :] = (0, 255, 0)
    return picture


@pytest.mark.parametrize(("width", "height"), [(400, 240), (3200, 1920), (40, 24)])
def test_a_picture_is_behind_people(rgb, width, height):
    drawn = on_background(rgb, people((10, 10, 50, 100)), BackgroundPicture(stripes(width, height)))
    np.testing.assert_array_equal(drawn[20:90, 20:40], rgb[20:90, 20:40])
    assert drawn[5, 80].tolist() == [255, 0, 0]
    assert drawn[5, 120].tolist() == [0, 0, 255]
    assert drawn[115, 195].tolist() == [0, 255, 0]


def test_its_middle_covers_a_frame_of_another_shape(rgb):
    wide = on_background(rgb, FramePoses.nobody(SIZE), BackgroundPicture(stripes(800, 120)))
    assert wide[60, 2].tolist() == [255, 0, 0]  # the edges are cut off
    high = on_background(rgb, FramePoses.nobody(SIZE), BackgroundPicture(stripes(200, 4000)))
    assert high[60, 2].tolist() == [0, 255, 0]


def test_pictures_are_equal_by_their_pixels_and_checked():
    assert BackgroundPicture(stripes(40, 24)) == BackgroundPicture(stripes(40, 24)) != "keep"
    assert BackgroundPicture(stripes(40, 24)) != BackgroundPicture(stripes(24, 40))
    assert max(BackgroundPicture(np.zeros((10, 9000, 3), np.uint8)).rgb.shape) == 2560
    for wrong in (np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))):
        with pytest.raises(InvalidOption, match=r"shape \(h, w, 3\)"):
            BackgroundPicture(wrong)


def test_kept_is_a_copy(rgb):
    drawn = on_background(rgb, people((10, 10, 50, 100)), "keep")
    np.testing.assert_array_equal(drawn, rgb)
    assert drawn is not rgb


def test_people_do_not_bleed_into_a_blurred_background():
    """A red person on green: no red halo."""
    rgb = np.zeros((120, 200, 3), np.uint8)
    rgb[..., 1] = 200
    rgb[10:100, 10:50] = (255, 0, 0)
    drawn = on_background(rgb, people((10, 10, 50, 100)), "blur")
    assert drawn[:, 54:, 0].max() <= 12
    assert drawn[:, 54:, 1].min() >= 180


def test_without_people_everything_is_background(rgb):
    assert silhouette(FramePoses.nobody(SIZE)).max() == 0
    drawn = on_background(rgb, FramePoses.nobody(SIZE), "plain")
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) == 1


def test_cut_out_is_transparent_but_for_people(rgb):
    rgba = cut_out(rgb, people((10, 10, 50, 100)))
    assert rgba.shape == (120, 200, 4)
    np.testing.assert_array_equal(rgba[..., :3], rgb)
    assert (rgba[20:90, 20:40, 3] == 255).all()
    assert (rgba[:, 70:, 3] == 0).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (7, 5)])
def test_any_shape(size):
    width, height = size
    rgb = np.full((height, width, 3), 90, np.uint8)
    for background in ("blur", "plain"):
        assert on_background(rgb, FramePoses.nobody(size), background).shape == rgb.shape


def test_a_rotated_mask_lies_on_its_square():
    """A square of 4 x 4 around (100, 60), 40 pixels wide, turned by 90 degrees; its first row is a person."""
    values = np.zeros((4, 4), np.float32)
    values[0] = 1
    mask = Mask(values, np.array([[0, -10, 120], [10, 0, 40]], float))
    shown = mask.on_picture(SIZE) > 0.5
    rows, columns = np.nonzero(shown)
    assert columns.min() >= 115
    assert columns.max() <= 125
    assert 35 <= rows.min() < rows.max() <= 75


def test_a_mask_is_resized_with_its_picture():
    poses = people((10, 10, 50, 100)).resized((100, 60))
    shown = silhouette(poses)
    assert shown.shape == (60, 100)
    assert shown[25, 15] == 1
    assert shown[25, 60] == 0


@pytest.mark.parametrize("side", [20, 50, 100, 200, 500])
def test_a_smaller_mask_covers_the_same_area(side):
    [mask] = people((60, 20, 140, 100)).masks
    smaller = mask.within(side)
    assert max(smaller.values.shape) == min(side, 200)
    before, after = mask.on_picture(SIZE) > 0.5, smaller.on_picture(SIZE) > 0.5
    assert (before & after).sum() / (before | after).sum() > 0.9
    assert np.argwhere(after).mean(axis=0) == pytest.approx(np.argwhere(before).mean(axis=0), abs=1)


def test_masks_go_with_their_people():
    poses = people((10, 10, 50, 100), (120, 20, 160, 90)).take([1])
    assert poses.person_ids.tolist() == [2]
    assert silhouette(poses)[50, 140] == 1
    assert silhouette(poses)[50, 30] == 0


def test_rejected_options(rgb, portrait_poses):
    with pytest.raises(InvalidPoses, match="segmentation=True"):
        silhouette(portrait_poses)
    with pytest.raises(InvalidOption, match="background"):
        draw_poses(rgb, people((10, 10, 50, 100)), background="space")
    one = people((10, 10, 50, 100))
    with pytest.raises(InvalidPoses, match="'masks' to be one for each of 0 people or none, but got 1"):
        FramePoses(**{**vars(FramePoses.nobody(SIZE)), "masks": one.masks})
