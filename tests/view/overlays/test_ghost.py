"""Poses to fill."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from posecore import (
    BLAZEPOSE_33,
    FramePoses,
    InvalidOption,
    NotComparable,
    compare_poses,
    decode_picture,
    estimate_image,
)
from posecore.motion.mirror import mirror_images
from posecore.view.overlays.artist import OverlayArtist, draw_overlay
from posecore.view.overlays.ghost import Ghost, Ghosts
from posecore.view.overlays.mannequin import ghost_thumbnail, mannequin
from posecore.view.overlays.options import OverlayOptions
from posecore.view.overlays.person import people_of
from posecore.view.overlays.reference_poses import REFERENCE_POSES

SIZE, PX_PER_M = (640, 480), 180.0


def in_pose(name: str, turn_deg: float = 0.0) -> FramePoses:
    """A person in one of the reference poses, turned about the vertical."""
    world = Rotation.from_euler("y", turn_deg, degrees=True).apply(REFERENCE_POSES[name])[None]
    return replace(mannequin(size=SIZE), world=world, xy=(world[..., :2] * PX_PER_M + [320, 230]).astype(np.float32))


def standing(poses: FramePoses, ghost: Ghost, mirrored: bool = False):
    [found] = Ghosts(ghost, mirrored).stand(people_of(poses))
    return found


@pytest.mark.parametrize("name", REFERENCE_POSES)
@pytest.mark.parametrize("turn_deg", [0, 40, -90])
def test_who_is_in_the_pose_fills_the_ghost(name, turn_deg):
    poses = in_pose(name, turn_deg)
    ghost = standing(poses, Ghost.named(name))
    assert ghost.score == pytest.approx(100, abs=0.1)
    assert np.abs(ghost.outline.points - (poses.xy[0] - 0.5)).max() < 0.5


def test_the_score_is_that_of_a_comparison():
    poses = mannequin()
    for name in REFERENCE_POSES:
        expected = compare_poses(poses, in_pose(name)).score
        assert standing(poses, Ghost.named(name)).score == pytest.approx(expected, abs=0.01)


def test_reference_poses_have_limbs_of_plain_lengths():
    lengths = {"elbow": (0.24, 0.31), "wrist": (0.22, 0.29), "knee": (0.39, 0.45), "ankle": (0.39, 0.45)}
    before = {"elbow": "shoulder", "wrist": "elbow", "knee": "hip", "ankle": "knee"}
    for name, world in REFERENCE_POSES.items():
        for side in ("left", "right"):
            for joint, (low, high) in lengths.items():
                ends = [BLAZEPOSE_33.index(f"{side}_{end}") for end in (before[joint], joint)]
                assert low <= np.linalg.norm(world[ends[0]] - world[ends[1]]) <= high, (name, side, joint)


def test_the_ghost_stands_on_the_line_of_the_feet_as_large_as_the_person():
    poses = mannequin()
    ghost = standing(poses, Ghost.named("squat")).outline
    feet = [BLAZEPOSE_33.index(f"{side}_{part}") for side in ("left", "right") for part in ("heel", "foot_index")]
    assert ghost.points[feet, 1].max() == pytest.approx(poses.xy[0, feet, 1].max() - 0.5, abs=0.5)
    hips = [BLAZEPOSE_33.index("left_hip"), BLAZEPOSE_33.index("right_hip")]
    assert ghost.points[hips, 0].mean() == pytest.approx(poses.xy[0, hips, 0].mean() - 0.5, abs=0.5)
    tall = standing(poses, Ghost.named("t_pose")).outline
    assert np.ptp(tall.points[:, 1]) == pytest.approx(np.ptp(poses.xy[0, :, 1]), rel=0.15)


def test_a_mirror_shows_the_mirrored_pose_with_the_same_score():
    poses = in_pose("tree", 10)
    mirrored = standing(mirror_images(poses), Ghost.named("tree"), mirrored=True)
    assert mirrored.score == pytest.approx(100, abs=0.1)
    knee = BLAZEPOSE_33.index("left_knee")
    expected = SIZE[0] - poses.xy[0, BLAZEPOSE_33.index("right_knee"), 0] - 0.5
    assert mirrored.outline.points[knee, 0] == pytest.approx(expected, abs=0.5)


def test_either_side_of_the_body_may_do_what_the_pose_shows_on_one():
    poses = in_pose("tree")
    swapped = mirror_images(poses)
    artist = Ghosts(Ghost.named("tree"), False)
    knee = BLAZEPOSE_33.index("left_knee")
    for shown in (poses, swapped):
        [ghost] = artist.stand(people_of(shown))
    assert ghost.outline.points[knee] == pytest.approx(shown.xy[0, knee] - 0.5, abs=0.5)
    assert standing(swapped, Ghost.named("tree")).score == pytest.approx(100, abs=0.1)


def full_rows(name: str, poses: FramePoses, blank: np.ndarray) -> int:
    """In how many rows the figure is full, which is blue."""
    drawn = OverlayArtist(OverlayOptions(ghost=Ghost.named(name))).draw(blank, poses).astype(int)
    return int(((drawn[..., 2] - drawn[..., 0]) > 40).any(axis=1).sum())


def test_it_fills_from_below_with_the_score():
    blank = np.full((480, 640, 3), 120, np.uint8)
    like, unlike = (full_rows(name, in_pose("t_pose"), blank) for name in ("t_pose", "squat"))
    height = np.ptp(in_pose("t_pose").xy[0, :, 1])
    assert like == pytest.approx(height, rel=0.25)
    assert 0 < unlike < 0.6 * like


def test_the_score_is_above_the_ghost_and_all_else_or_on_its_chest():
    """Its letters are white, and nothing covers them."""
    blank, poses = np.full((480, 640, 3), 120, np.uint8), in_pose("t_pose")
    for shift, expected in ((60, "above"), (-110, "chest")):
        moved = replace(poses, xy=poses.xy + np.float32([0, shift]))
        with_hat, alone = (
            OverlayArtist(OverlayOptions(pieces, ghost=Ghost.named("t_pose"))).draw(blank, moved)
            for pieces in (["hat"], [])
        )
        eyes, hips = (int(moved.xy[0, BLAZEPOSE_33.index(f"left_{name}"), 1]) for name in ("eye", "hip"))
        rows = slice(0, max(1, eyes - 50)) if expected == "above" else slice(eyes + 20, hips)
        middle = slice(310, 330)
        letters = (alone[rows, middle] == 255).all(axis=2)
        assert letters.sum() > 20
        assert (with_hat[rows, middle] == 255).all(axis=2)[letters].all()


def test_it_stands_still_on_who_is_still():
    noise, artist = np.random.default_rng(1), Ghosts(Ghost.named("warrior_2"), False)
    start = in_pose("t_pose")
    places, scores = [], []
    for frame in range(60):
        world = start.world + noise.normal(0, 0.002, start.world.shape)  # the model's, on a still photo
        poses = replace(start, world=world.astype(np.float32), time_s=frame / 30)
        [ghost] = artist.stand([replace(person, px_per_m=PX_PER_M) for person in people_of(poses)])
        places.append(ghost.outline.points)
        scores.append(ghost.score)
    assert np.abs(np.diff(places, axis=0)).max() < 0.01 * PX_PER_M
    assert np.ptp(scores[5:]) < 3


@pytest.mark.parametrize("kind", ["nobody", "unseen", "one point", "far outside", "no world"])
def test_nothing_breaks_on_people_who_are_hardly_there(kind):
    poses = mannequin()
    if kind == "nobody":
        poses = FramePoses.nobody(SIZE, 0.0)
    elif kind == "unseen":
        poses = replace(poses, visibility=np.zeros((1, 33)))
    elif kind == "one point":
        poses = replace(poses, xy=np.full((1, 33, 2), 100.0), world=np.zeros((1, 33, 3)))
    elif kind == "far outside":
        poses = replace(poses, xy=poses.xy + 1e7)
    else:
        poses = replace(poses, world=np.full((1, 33, 3), np.nan))
    blank = np.full((480, 640, 3), 120, np.uint8)
    drawn = draw_overlay(blank, poses, ghost=Ghost.named("tree"))
    if kind in ("nobody", "unseen", "no world"):
        assert np.array_equal(drawn, blank)


def test_a_photo_is_a_pose_to_fill(shared_data, portrait_poses):
    rgb = decode_picture(shared_data / "google-reference" / "pose.jpg")
    poses = estimate_image(rgb)
    assert standing(poses, Ghost.of(poses)).score == pytest.approx(100, abs=0.1)
    assert standing(poses, Ghost.named("warrior_2")).score > standing(poses, Ghost.named("squat")).score + 10
    with pytest.raises(NotComparable, match="shoulders and hips"):
        Ghost.of(portrait_poses)
    with pytest.raises(NotComparable, match="Nobody is seen"):
        Ghost.of(FramePoses.nobody(SIZE, 0.0))


def test_ghosts_are_checked():
    with pytest.raises(InvalidOption, match="'ghost' to be one of 't_pose'"):
        Ghost.named("moonwalk")
    with pytest.raises(InvalidOption, match="shapes"):
        Ghost(((0.0, 0.0, 0.0),), (1.0,))


def test_thumbnails_differ():
    pictures = {ghost_thumbnail(Ghost.named(name), 96).tobytes() for name in REFERENCE_POSES}
    assert len(pictures) == len(REFERENCE_POSES)
