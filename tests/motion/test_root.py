from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from posecore import ClipOptions, InvalidOption, InvalidPoses, PoseOptions, PoseSequence, estimate_video
from posecore.motion.root import estimate_root, in_camera_axes, place_person, to_y_up, turns_to_camera
from tests.walkers import walk

SIZE = (1280, 720)
FRAMES = 60
PATH = np.stack([np.linspace(-1.5, 1.5, FRAMES), np.full(FRAMES, 0.3), np.linspace(4, 6, FRAMES)], axis=1)


@pytest.fixture
def walker() -> PoseSequence:
    """One person on ``PATH``, seen by a camera whose longer side spans 70 degrees."""
    random = np.random.default_rng(1)
    world = np.broadcast_to(random.normal(0, 0.35, (33, 3)), (FRAMES, 33, 3))
    placed = world + PATH[:, None]
    xy = 640 / np.tan(np.radians(35)) * placed[..., :2] / placed[..., 2:] + np.array(SIZE) / 2
    sure = np.full((FRAMES, 1, 33), 0.8)
    return PoseSequence(
        xy=xy[:, None],
        z=np.zeros_like(sure),
        world=world[:, None],
        visibility=sure,
        presence=sure,
        person_ids=[1],
        times_s=np.arange(FRAMES) / 30,
        size=SIZE,
        fps=30,
    )


def test_the_path_is_recovered_exactly(walker):
    root = estimate_root(walker, field_of_view_deg=70)
    np.testing.assert_allclose(root.path[:, 0], PATH, atol=1e-4)
    assert np.nanmax(root.error_px) < 1e-3
    assert root.path.dtype == np.float32
    assert (root.field_of_view_deg, root.focal_px) == (70, pytest.approx(914.015, abs=0.01))


def test_the_field_of_view_is_of_the_longer_side(walker):
    turned = replace(walker, size=SIZE[::-1], xy=walker.xy[..., ::-1], world=walker.world[..., [1, 0, 2]])
    path = estimate_root(turned, field_of_view_deg=70).path[:, 0]
    np.testing.assert_allclose(path, PATH[:, [1, 0, 2]], atol=1e-4)


def test_noise_makes_depth_uncertain_and_hardly_anything_else(walker):
    noise = np.random.default_rng(2).normal(0, 2, walker.xy.shape)
    root = estimate_root(replace(walker, xy=walker.xy + noise), field_of_view_deg=70)
    across, up, depth = np.sqrt(((root.path[:, 0] - PATH) ** 2).mean(axis=0))
    assert across < 0.03
    assert up < 0.01
    assert 0.01 < depth < 0.1
    assert np.median(root.error_px) == pytest.approx(2 * np.sqrt(2), rel=0.1)


def test_a_wrong_field_of_view_scales_depth_only(walker):
    root = estimate_root(walker, field_of_view_deg=50)
    longer = np.tan(np.radians(35)) / np.tan(np.radians(25))
    np.testing.assert_allclose(root.path[:, 0, 2], PATH[:, 2] * longer, rtol=0.03)
    np.testing.assert_allclose(root.path[:, 0, :2], PATH[:, :2], atol=0.04)


def test_landmarks_are_weighted_by_visibility(walker):
    xy, visibility = walker.xy.copy(), walker.visibility.copy()
    xy[:, :, :5] += 300
    xy[:, :, 5] = np.nan
    visibility[:, :, :5] = 0
    path = estimate_root(replace(walker, xy=xy, visibility=visibility), field_of_view_deg=70).path
    np.testing.assert_allclose(path[:, 0], PATH, atol=1e-4)


def test_it_is_nan_where_nobody_is_seen_or_no_place_fits(walker):
    xy = walker.xy.copy()
    xy[3] = np.nan
    xy[4] = np.array(SIZE) - xy[4]  # as if seen from behind the camera
    xy[5] = 100  # all landmarks in one point
    root = estimate_root(replace(walker, xy=xy))
    assert np.isnan(root.path[3:6]).all()
    assert np.isnan(root.error_px[3:6]).all()
    assert np.isfinite(np.delete(root.path, [3, 4, 5], axis=0)).all()


@pytest.mark.parametrize("degrees", [0, -1, 180, float("nan")])
def test_an_impossible_field_of_view(walker, degrees):
    with pytest.raises(InvalidOption, match="between 0 and 180"):
        estimate_root(walker, field_of_view_deg=degrees)


def test_y_up_keeps_left_and_right_apart():
    points = np.array([[1, 2, 3]], np.float32)
    assert to_y_up(points).tolist() == [[1, -2, -3]]
    assert np.linalg.det(to_y_up(np.eye(3))) == pytest.approx(1)  # a rotation, not a reflection


def test_placed_on_a_floor_from_where_the_person_is_first_seen(walker):
    placed = place_person(walker, 1, field_of_view_deg=70)
    still = place_person(walker, 1, root="none")
    feet = slice(29, 33)
    assert placed[:, feet, 1].min() == pytest.approx(0, abs=1e-6)
    assert still[:, feet, 1].min() == pytest.approx(0, abs=1e-6)
    hips = to_y_up(PATH - PATH[0])
    np.testing.assert_allclose(placed - still, np.broadcast_to(hips[:, None], placed.shape), atol=1e-3)
    np.testing.assert_allclose(still[..., [0, 2]], walker.world[:, 0][..., [0, 2]] * [1, -1], atol=1e-6)


def test_people_who_cannot_be_placed(walker):
    unseen = replace(walker, **{name: np.full_like(getattr(walker, name), np.nan) for name in ("xy", "world")})
    behind = replace(walker, xy=np.array(SIZE) - walker.xy)
    with pytest.raises(InvalidOption, match=r"one of this video's \(1\), but got 2"):
        place_person(walker, 2)
    with pytest.raises(InvalidOption, match="'root' to be one of"):
        place_person(walker, 1, root="guessed")
    with pytest.raises(InvalidPoses, match="seen in no frame"):
        place_person(unseen, 1)
    with pytest.raises(InvalidPoses, match="cannot be placed"):
        place_person(behind, 1)


def test_a_person_walking_across_a_real_clip(small_sample):
    part = ClipOptions(start_s=3, end_s=6.5, every=3)
    clip = estimate_video(small_sample, PoseOptions(people=2), part=part)
    path = estimate_root(clip).path
    times = clip.times_s
    speeds = []
    for person in path.swapaxes(0, 1):
        seen = np.isfinite(person[:, 0])
        across = person[seen, 0]
        # Always to the left; a frame may be some centimetres off.
        if seen.sum() > 20 and (across[5:] < across[:-5]).all():
            speeds.append(-np.polyfit(times[seen], across, 1)[0])
            assert 3 < np.median(person[seen, 2]) < 10
    [speed] = speeds
    assert 0.7 < speed < 2


def test_landmarks_turned_to_the_camera_are_as_in_the_room():
    seen = walk(speed=1.5, seconds=2)
    turns = turns_to_camera(seen.sequence)[:, 0]
    turned = np.einsum("tij,tkj->tki", turns, seen.sequence.world[:, 0]) * [1, -1, -1]
    np.testing.assert_allclose(turned, seen.points - seen.points[:, 23:25].mean(axis=1, keepdims=True), atol=1e-5)
    assert np.degrees(Rotation.from_matrix(turns).magnitude()).max() > 15
    with pytest.raises(InvalidOption, match="field_of_view_deg"):
        turns_to_camera(seen.sequence, field_of_view_deg=180)
    whole, frame = (in_camera_axes(each, field_of_view_deg=60) for each in (seen.sequence, seen.sequence.frame(9)))
    np.testing.assert_allclose(whole.world[:, 0] * [1, -1, -1], turned, atol=1e-5)
    np.testing.assert_allclose(frame.world, whole.world[9], atol=1e-6)
    np.testing.assert_array_equal(frame.xy, seen.sequence.xy[9])
