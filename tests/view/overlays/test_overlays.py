"""Pictures on the body."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from posecore import BLAZEPOSE_33, FramePoses, InvalidOption, InvalidPoses, LiveSession, PoseOptions
from posecore.media.pictures import decode_picture
from posecore.poses import Mask
from posecore.view.overlays.artist import OverlayArtist, draw_overlay
from posecore.view.overlays.head import EYES, head_of
from posecore.view.overlays.mannequin import mannequin, thumbnail
from posecore.view.overlays.names import PieceName
from posecore.view.overlays.options import OverlayOptions
from posecore.view.overlays.own_picture import ANCHORS, OwnPicture
from posecore.view.overlays.person import people_of
from posecore.view.overlays.steadying import Steadying
from posecore.view.overlays.table import PIECES
from posecore.view.palette import PLAIN, SIDES
from posecore.view.rigid_drawing import AXES

GROUND = 90
SIZE, PX_PER_M = (640, 480), 220
MOVING = {"trails"}  # seen only once somebody moved
ON_THE_PICTURE = [name for name, piece in PIECES.items() if not piece.alone and name not in MOVING]


@pytest.fixture
def blank() -> np.ndarray:
    return np.full((SIZE[1], SIZE[0], 3), GROUND, np.uint8)


def place(poses: FramePoses, *landmarks: str) -> tuple[int, int]:
    """(row, column) of the middle of some landmarks."""
    x, y = poses.xy[0, [BLAZEPOSE_33.index(name) for name in landmarks]].mean(axis=0)
    return int(y), int(x)


# Where each piece is drawn on a person who faces the camera.
AT = {
    "angles": ("left_elbow",),
    "neon": ("left_knee",),
    "puppet": ("left_knee",),
    "wings": None,
    "shirt": ("left_shoulder", "right_shoulder", "left_shoulder", "right_shoulder", "left_hip", "right_hip"),
    "glasses": ("left_eye",),
    "hat": None,
    "crown": None,
    "head_axes": ("left_eye", "right_eye"),
}


@pytest.mark.parametrize("name", ON_THE_PICTURE)
def test_a_piece_is_drawn_on_the_person_and_nowhere_far_away(name, blank):
    poses = mannequin()
    before = blank.copy()
    drawn = draw_overlay(blank, poses, [name])
    changed = (drawn != blank).any(axis=2)
    assert changed.any()
    assert np.array_equal(blank, before)
    if AT[name]:
        assert changed[place(poses, *AT[name])]
    rows, columns = np.nonzero(changed)
    low, high = poses.xy[0].min(axis=0) - 0.9 * PX_PER_M, poses.xy[0].max(axis=0) + 0.9 * PX_PER_M
    assert low[0] < columns.min() <= columns.max() < high[0]
    assert low[1] < rows.min() <= rows.max() < high[1]


def test_a_hat_and_a_crown_are_above_the_eyes(blank):
    poses = mannequin()
    for name in ("hat", "crown"):
        rows = np.nonzero((draw_overlay(blank, poses, [name]) != blank).any(axis=2))[0]
        assert rows.max() < poses.xy[0, BLAZEPOSE_33.index("left_eye"), 1]


def test_the_axes_of_a_head_point_to_the_persons_left_and_down(blank):
    drawn = draw_overlay(blank, mannequin(), ["head_axes"])
    x, y = mannequin().xy[0, [BLAZEPOSE_33.index("left_eye"), BLAZEPOSE_33.index("right_eye")]].mean(axis=0)
    reds, greens = (np.argwhere((drawn == AXES[axis]).all(axis=2)).mean(axis=0) for axis in "xy")
    assert reds[1] > x + 3
    assert abs(reds[0] - y) < 0.35 * (reds[1] - x)
    assert greens[0] > y + 3
    assert abs(greens[1] - x) < 0.35 * (greens[0] - y)


@pytest.mark.parametrize("name", [name for name, piece in PIECES.items() if piece.alone])
def test_a_figure_alone_stands_on_a_plain_ground(name, blank):
    poses = mannequin()
    drawn = draw_overlay(blank, poses, [name])
    assert tuple(drawn[5, 5]) == PLAIN
    assert tuple(drawn[place(poses, "left_hip", "left_knee")]) != PLAIN


@pytest.mark.parametrize("name", PIECES)
@pytest.mark.parametrize("kind", ["nobody", "unseen", "in one point", "far outside", "half"])
def test_nothing_breaks_on_people_who_are_hardly_there(name, kind, blank):
    poses = mannequin()
    if kind == "nobody":
        poses = FramePoses.nobody(SIZE, 0.0)
    elif kind == "unseen":
        poses = replace(poses, visibility=np.zeros((1, 33)))
    elif kind == "in one point":
        poses = replace(poses, xy=np.full((1, 33, 2), 100.0), world=np.zeros((1, 33, 3)))
    elif kind == "far outside":
        poses = replace(poses, xy=poses.xy + 1e7)
    else:
        low = [index for index in range(33) if index >= 15]
        xy = poses.xy.copy()
        xy[:, low] = np.nan
        poses = replace(poses, xy=xy)
    drawn = draw_overlay(blank, poses, [name])
    assert drawn.shape == blank.shape
    if kind in ("nobody", "unseen"):
        assert (drawn == (PLAIN if PIECES[name].alone else GROUND)).all()


@pytest.mark.parametrize("degrees", [-40, -20, 0, 15, 30])
@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_the_head_turns_as_the_person_does(axis, degrees):
    turn = Rotation.from_euler(axis, degrees, degrees=True)
    head, straight = (head_of(people_of(mannequin(each))[0], SIZE) for each in (turn, None))
    assert head is not None
    assert straight is not None
    to_camera = np.diag([1.0, -1.0, -1.0])
    expected = to_camera @ turn.as_matrix() @ to_camera @ straight.rotation
    error = Rotation.from_matrix(head.rotation @ expected.T).magnitude()
    assert np.degrees(error) < 8  # the mannequin's face is not that of the generic head
    assert head.unit == pytest.approx(0.15 * PX_PER_M, rel=0.15)


def test_no_glasses_are_seen_from_behind(blank):
    poses = mannequin(Rotation.from_euler("y", 180, degrees=True))
    assert np.array_equal(draw_overlay(blank, poses, ["glasses"]), blank)


def test_nothing_is_printed_on_a_back(blank):
    poses = mannequin(Rotation.from_euler("y", 180, degrees=True))
    assert np.array_equal(draw_overlay(blank, poses, ["shirt"]), blank)


def test_the_glasses_sit_still_on_a_still_photo(portrait):
    """With the noise of a camera in 60 frames they move by less than 1% of the eyes' distance, both from frame to frame
    and around their mean place."""
    height, width = portrait.shape[:2]
    noise = np.random.default_rng(1).normal(0, 2, (height + 60, width + 60, 3)).astype(np.float32)
    steadying, middles, distances = Steadying(), [], []
    with LiveSession(PoseOptions()) as session:
        for frame in range(60):
            noisy = (portrait + noise[frame : frame + height, frame : frame + width]).clip(0, 255).astype(np.uint8)
            poses = session.estimate(noisy, frame / 30)
            _, head = steadying.apply(people_of(poses)[0], poses.size, poses.time_s)
            assert head is not None
            middles.append(head.on_picture((EYES + np.array([0, 0, 0.1]))[None])[0])
            eyes = poses.xy[0, [BLAZEPOSE_33.index("left_eye"), BLAZEPOSE_33.index("right_eye")]]
            distances.append(np.hypot(*(eyes[0] - eyes[1])))
    allowed = 0.01 * np.mean(distances)
    assert np.hypot(*np.diff(middles, axis=0).T).max() < allowed
    assert np.sqrt(np.var(middles, axis=0).sum()) < allowed


@pytest.mark.parametrize(
    "name",
    [
        "call/172ba7f6-c6ba-4398-89a2-25375dccfefa.jpg",
        "four/077fa4bf-a99e-496b-b895-709afc614eec.jpg",
        "rock/055f8be9-f7fd-4c7f-ad3f-7b404b6489c3.jpg",
    ],
)
def test_what_is_worn_sits_still_on_photos_of_people_at_home(name, shared_data):
    """As it is drawn, from half a second on: before, the model still finds its way from the detected person."""
    photo = decode_picture(shared_data / "gestures" / name)
    height, width = photo.shape[:2]
    noise = np.random.default_rng(1).normal(0, 2, (height + 60, width + 60, 3)).astype(np.float32)
    worn = {piece: OverlayArtist(OverlayOptions([piece])) for piece in ("glasses", "hat", "crown")}
    worn["own picture"] = OverlayArtist(OverlayOptions([], OwnPicture(red_square(), "head")))
    middles: dict[str, list[np.ndarray]] = {piece: [] for piece in worn}
    with LiveSession(PoseOptions()) as session:
        for frame in range(45):
            noisy = (photo + noise[frame : frame + height, frame : frame + width]).clip(0, 255).astype(np.uint8)
            poses = session.estimate(noisy, frame / 30)
            for piece, artist in worn.items():
                alpha = artist.draw_alone(poses)[..., 3].astype(float)
                weights = alpha.sum(axis=0), alpha.sum(axis=1)
                middles[piece].append(np.array([np.average(np.arange(len(each)), weights=each) for each in weights]))
    eyes = poses.xy[0, [BLAZEPOSE_33.index("left_eye"), BLAZEPOSE_33.index("right_eye")]]
    allowed = 0.01 * np.hypot(*(eyes[0] - eyes[1]))
    for piece, places in middles.items():
        settled = np.array(places[15:])
        assert np.hypot(*np.diff(settled, axis=0).T).max() < allowed, piece
        assert np.sqrt(np.var(settled, axis=0).sum()) < allowed, piece


def test_pieces_follow_whoever_moves():
    steadying, behind = Steadying(), []
    start = mannequin()
    for frame in range(60):
        swing = 0.4 * np.sin(2 * np.pi * frame / 30)  # metres, once a second: as fast as 2.5 m/s
        poses = replace(start, xy=start.xy + np.float32([swing * PX_PER_M, 0]), time_s=frame / 30)
        person = people_of(poses)[0]
        steady, head = steadying.apply(person, SIZE, poses.time_s)
        assert head is not None
        behind.append(np.hypot(*(steady.points[11] - person.points[11])))
        behind.append(np.hypot(*(head.eyes_px - person.points[[2, 5]].mean(axis=0))))
    assert max(behind) < 0.01 * PX_PER_M  # one centimetre


def chest(poses: FramePoses) -> tuple[int, int]:
    return place(poses, "left_shoulder", "right_shoulder", "left_hip", "right_hip")


def masked(poses: FramePoses, left_of_px: int) -> FramePoses:
    """With a silhouette of everything left of a column."""
    values = np.zeros((SIZE[1], SIZE[0]), np.float32)
    values[:, :left_of_px] = 1
    return replace(poses, masks=(Mask(values, np.eye(2, 3)),))


def test_wings_are_behind_the_person(blank):
    poses = mannequin()
    drawn = draw_overlay(blank, poses, ["wings"])
    assert tuple(drawn[chest(poses)]) == (GROUND,) * 3  # hidden by the trunk without a silhouette
    changed = (draw_overlay(blank, masked(poses, 320), ["wings"]) != blank).any(axis=2)
    assert not changed[:, :318].any()
    assert changed[:, 322:].any()


def test_wings_are_on_a_back(blank):
    poses = mannequin(Rotation.from_euler("y", 180, degrees=True))
    changed = (draw_overlay(blank, poses, ["wings"]) != blank).any(axis=2)
    assert changed[place(poses, "left_shoulder")]


def test_trails_follow_the_wrists_and_end_at_a_cut(blank):
    artist = OverlayArtist(OverlayOptions(["trails"]))
    start = mannequin()
    for frame in range(11):
        moved = replace(start, xy=start.xy + np.float32([0, -4 * frame]), time_s=frame / 30)
        drawn = artist.draw(blank, moved)
    row, column = place(start, "left_wrist")
    assert tuple(drawn[row - 20, column]) != (GROUND,) * 3
    assert tuple(drawn[row + 20, column]) == (GROUND,) * 3
    cut = replace(start, time_s=11 / 30, begins_shot=True)
    assert np.array_equal(artist.draw(blank, cut), blank)


def test_trails_are_short(blank):
    artist = OverlayArtist(OverlayOptions(["trails"]))
    start = mannequin()
    artist.draw(blank, start)
    later = replace(start, xy=start.xy + np.float32([0, -100]), time_s=5.0)
    assert np.array_equal(artist.draw(blank, later), blank)


def test_a_change_of_pieces_keeps_trails_and_what_is_held_still(blank):
    noise, start = np.random.default_rng(1), mannequin()
    changing, lasting = (OverlayArtist(OverlayOptions(["hat", "trails"])) for _ in range(2))
    for frame in range(30):
        moved = start.xy + np.float32([0, -2 * frame]) + noise.normal(0, 0.3, start.xy.shape).astype(np.float32)
        poses = replace(start, xy=moved, time_s=frame / 30)
        if frame == 10:
            changing.change(OverlayOptions(["neon"]))
        if frame == 20:
            changing.change(OverlayOptions(["trails", "hat"]))
        drawn, expected = (artist.draw(blank, poses) for artist in (changing, lasting))
        assert np.array_equal(drawn, expected) == (not 10 <= frame < 20)
    begun_again = OverlayArtist(OverlayOptions(["hat", "trails"])).draw(blank, poses)
    assert not np.array_equal(begun_again, drawn)


def test_in_the_other_mirror_image_trails_begin_again(blank):
    artist, start = OverlayArtist(OverlayOptions(["trails"])), mannequin(middle_px=(200, 240))
    for frame in range(10):
        poses = replace(start, xy=start.xy + np.float32([0, -4 * frame]), time_s=frame / 30)
        artist.prepare(poses)
    drawn = blank.copy()
    artist.prepare(replace(poses, time_s=0.4), mirrored=True).draw_on(drawn)
    assert np.array_equal(drawn, blank)


@pytest.mark.parametrize("pieces", [["shirt", "hat", "glasses"], ["wings"]])
def test_in_a_mirror_everything_is_as_on_the_person_seen_there(pieces, blank):
    lean = mannequin(Rotation.from_euler("z", 15, degrees=True), middle_px=(250, 240))
    seen = mannequin(Rotation.from_euler("z", -15, degrees=True), middle_px=(390, 240))
    drawn, expected = blank.copy(), blank.copy()
    OverlayArtist(OverlayOptions(pieces)).prepare(lean, mirrored=True).draw_on(drawn)
    OverlayArtist(OverlayOptions(pieces)).prepare(seen).draw_on(expected)
    assert np.abs(drawn.astype(int) - expected).max() <= 2


def test_left_keeps_its_colour_in_a_mirror(blank):
    poses = mannequin()
    leg = place(poses, "right_hip", "right_knee")  # at the left in the picture
    artist = OverlayArtist(OverlayOptions(["neon"]))
    colors = []
    for mirrored in (False, True):
        drawn = blank.copy()
        artist.prepare(poses, mirrored=mirrored).draw_on(drawn)
        row, column = leg
        colors.append(drawn[row, column - 9].astype(int))  # beside the white core
    assert colors[0][2] > colors[0][0]  # blue is the person's right
    assert colors[1][0] > colors[1][2]  # orange the left, which a mirror shows at the left


def colored(drawn: np.ndarray, color: tuple[int, int, int]) -> np.ndarray:
    """(N, 2) rows and columns of the pixels of a colour."""
    return np.argwhere((drawn == color).all(axis=-1))


def test_chosen_angles_are_drawn_at_their_joints_in_the_colour_of_their_side(blank):
    poses = mannequin()
    knee = OverlayOptions(["angles"], angles=["left_knee"])
    for mirrored in (False, True):
        drawn = blank.copy()
        OverlayArtist(knee).prepare(poses, mirrored=mirrored).draw_on(drawn)
        row, column = place(poses, "left_knee")
        arc = colored(drawn, SIDES["left"])
        assert len(arc) > 10
        assert not len(colored(drawn, SIDES["right"]))
        away = np.hypot(*(arc - [row, blank.shape[1] - column if mirrored else column]).T)
        assert np.ptp(away) < 0.04 * PX_PER_M, "all of it is on one circle around the knee"
    body = draw_overlay(blank, poses, ["angles"])
    lean = OverlayArtist(OverlayOptions(["angles"], angles=["trunk_lean", "pelvis_tilt", "neck"])).draw(blank, poses)
    assert len(colored(body, SIDES["right"])) > 10
    assert not len(colored(lean, SIDES["left"]))
    with pytest.raises(InvalidOption, match=r"'angles' .*'left_knee'.* but got 'tail'"):
        OverlayOptions(["angles"], angles=["tail"])


def test_the_usual_error_is_behind_the_number_of_a_person_who_is_large_enough(blank):
    poses, grey = mannequin(), (203, 208, 214)
    large = replace(poses, xy=2 * poses.xy, size=(2 * poses.size[0], 2 * poses.size[1]))
    assert not len(colored(draw_overlay(blank, poses, ["angles"]), grey))
    assert len(colored(draw_overlay(blank.repeat(2, axis=0).repeat(2, axis=1), large, ["angles"]), grey)) > 10


@pytest.mark.parametrize("pieces", [["glasses", "neon"], ["wings", "angles"]])
def test_an_overlay_alone_looks_the_same_on_the_picture(pieces, blank):
    poses = mannequin()
    alone = OverlayArtist(OverlayOptions(pieces)).draw_alone(poses)
    assert alone.shape == (*blank.shape[:2], 4)
    assert not alone[5, 5].any()
    share = alone[..., 3:] / 255
    laid = np.rint(alone[..., :3] * share + blank * (1 - share))
    assert np.abs(laid - draw_overlay(blank, poses, pieces)).max() <= 3


def test_thumbnails_of_all_pieces_differ():
    pictures = {name: thumbnail(name, 96) for name in (None, *PIECES)}
    assert {picture.shape for picture in pictures.values()} == {(96, 96, 3)}
    assert len({picture.tobytes() for picture in pictures.values()}) == len(pictures)


def test_each_name_has_its_piece():
    assert tuple(PIECES) == get_args(PieceName)
    assert all(piece.name == name for name, piece in PIECES.items())


def test_pieces_of_no_name_are_refused(blank):
    with pytest.raises(InvalidOption, match=r"one of 'angles', .* but got 'moustache'"):
        draw_overlay(blank, mannequin(), ["moustache"])
    with pytest.raises(InvalidPoses):
        draw_overlay(blank[:-1], mannequin(), ["hat"])


def red_square(side: int = 40, alpha: int = 255) -> np.ndarray:
    return np.full((side, side, 4), (255, 0, 0, alpha), np.uint8)


@pytest.mark.parametrize("anchor", ANCHORS)
def test_an_own_picture_is_held_by_a_part_of_the_body(anchor, blank):
    poses = mannequin()
    drawn = draw_overlay(blank, poses, [], picture=OwnPicture(red_square(), anchor))
    rows, columns = np.nonzero((drawn != blank).any(axis=2))
    part = ANCHORS[anchor](people_of(poses)[0])
    assert part is not None
    assert (columns.mean(), rows.mean()) == (pytest.approx(part.middle[0], abs=1), pytest.approx(part.middle[1], abs=1))
    # The square may be turned; its area stays.
    assert len(rows) == pytest.approx(part.length_px**2, rel=0.25)


def test_an_own_picture_is_sized_turned_and_shifted(blank):
    poses = mannequin()
    wide = np.repeat(red_square(), 2, axis=1)  # twice as wide as high
    part = ANCHORS["torso"](people_of(poses)[0])
    assert part is not None
    drawn = draw_overlay(blank, poses, [], picture=OwnPicture(wide, "torso", 0.2, 90, (0.5, 0.25)))
    rows, columns = np.nonzero((drawn != blank).any(axis=2))
    assert np.ptp(rows) == pytest.approx(0.4 * part.length_px, abs=3)
    assert np.ptp(columns) == pytest.approx(0.2 * part.length_px, abs=3)
    assert columns.mean() == pytest.approx(part.middle[0] + 0.5 * part.length_px, abs=1)
    assert rows.mean() == pytest.approx(part.middle[1] - 0.25 * part.length_px, abs=1)


def test_a_half_transparent_picture_lets_the_photo_through(blank):
    poses = mannequin()
    drawn = draw_overlay(blank, poses, [], picture=OwnPicture(red_square(alpha=128), "torso"))
    red, green, _ = drawn[chest(poses)].astype(int)
    assert red == pytest.approx((255 + GROUND) / 2, abs=3)
    assert green == pytest.approx(GROUND / 2, abs=3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"anchor": "tail"}, "anchor"),
        ({"rgba": np.zeros((4, 4, 3), np.uint8)}, r"shape \(h, w, 4\)"),
        ({"rgba": np.zeros((0, 4, 4), np.uint8)}, r"shape \(h, w, 4\)"),
        ({"size": 0.0}, "size above 0"),
        ({"size": float("nan")}, "size above 0"),
        ({"angle_deg": float("inf")}, "an angle"),
    ],
)
def test_own_pictures_are_checked(changed, message):
    with pytest.raises(InvalidOption, match=message):
        OwnPicture(**{"rgba": red_square(), **changed})
