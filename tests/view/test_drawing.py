"""Drawing on a picture."""

from collections.abc import Callable

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, FramePoses, InvalidOption, InvalidPoses, draw_poses
from posecore.view.drawing import Overlay
from posecore.view.labels import short_name
from posecore.view.palette import SIDES, WHITE, person_color

WIDTH, HEIGHT = 640, 480
GROUND = 90  # a grey that the drawing does not use

# (x, y) of an upright person facing the camera, in heights of the person from the middle of the hips;
# only the left side: the right one mirrors it. The person's left is on the picture's right.
LEFT_OR_MIDDLE = {
    "nose": (0.0, -0.40),
    "left_eye_inner": (0.01, -0.42),
    "left_eye": (0.02, -0.42),
    "left_eye_outer": (0.03, -0.42),
    "left_ear": (0.05, -0.41),
    "mouth_left": (0.02, -0.38),
    "left_shoulder": (0.11, -0.30),
    "left_elbow": (0.20, -0.18),
    "left_wrist": (0.28, -0.06),
    "left_pinky": (0.31, -0.02),
    "left_index": (0.30, -0.01),
    "left_thumb": (0.28, -0.03),
    "left_hip": (0.06, 0.0),
    "left_knee": (0.07, 0.22),
    "left_ankle": (0.08, 0.44),
    "left_heel": (0.07, 0.47),
    "left_foot_index": (0.12, 0.48),
}

MakePoses = Callable[..., FramePoses]


def body() -> np.ndarray:
    """(33, 2), in heights of the person around the middle of the hips."""
    rows = []
    for index, name in enumerate(BLAZEPOSE_33.landmarks):
        if name in LEFT_OR_MIDDLE:
            rows.append(LEFT_OR_MIDDLE[name])
        else:
            x, y = LEFT_OR_MIDDLE[BLAZEPOSE_33.landmarks[BLAZEPOSE_33.mirror[index]]]
            rows.append((-x, y))
    return np.array(rows)


@pytest.fixture
def make_poses() -> MakePoses:
    def make(
        *middles: tuple[float, float],
        height: float = 400,
        visibility: float | dict[str, float] = 1.0,
        changed: dict[str, tuple[float, float]] | None = None,
        size: tuple[int, int] = (WIDTH, HEIGHT),
    ) -> FramePoses:
        middles = middles or ((320, 240),)
        xy = np.stack([np.array(middle) + height * body() for middle in middles])
        for name, place in (changed or {}).items():
            xy[:, BLAZEPOSE_33.index(name)] = place
        seen = np.ones(xy.shape[:2])
        for name, value in visibility.items() if isinstance(visibility, dict) else ():
            seen[:, BLAZEPOSE_33.index(name)] = value
        if isinstance(visibility, float):
            seen[:] = visibility
        return FramePoses(
            xy=xy,
            z=np.zeros_like(seen),
            world=np.zeros((*seen.shape, 3)),
            visibility=seen,
            presence=np.ones_like(seen),
            person_ids=np.arange(1, len(middles) + 1),
            time_s=0.0,
            size=size,
        )

    return make


@pytest.fixture
def blank() -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), GROUND, np.uint8)


def place(poses: FramePoses, *landmarks: str, person: int = 0) -> tuple[int, int]:
    """(row, column) of the pixel at the middle of some landmarks."""
    x, y = poses.xy[person, [BLAZEPOSE_33.index(name) for name in landmarks]].mean(axis=0)
    return int(y), int(x)


def changed_at(drawn: np.ndarray, before: np.ndarray) -> np.ndarray:
    return (drawn != before).any(axis=2)


def test_draws_at_the_landmarks_and_nowhere_far_from_the_person(make_poses, blank):
    poses = make_poses()
    changed = changed_at(draw_poses(blank, poses), blank)
    assert all(changed[place(poses, name)] for name in BLAZEPOSE_33.landmarks)
    rows, columns = np.nonzero(changed)
    low, high = poses.xy[0].min(axis=0) - 12, poses.xy[0].max(axis=0) + 12
    assert low[0] < columns.min()
    assert columns.max() < high[0]
    assert low[1] < rows.min()
    assert rows.max() < high[1]


def test_returns_a_new_picture_and_leaves_the_input_unchanged(make_poses, blank):
    before = blank.copy()
    blank.flags.writeable = False
    drawn = draw_poses(blank, make_poses(), labels=True)
    assert np.array_equal(blank, before)
    assert drawn.shape == blank.shape
    assert drawn.dtype == np.uint8
    assert drawn.flags.writeable
    assert not np.shares_memory(drawn, blank)


def test_accepts_a_picture_in_any_memory_order(make_poses, blank):
    wide = np.full((HEIGHT, 2 * WIDTH, 3), GROUND, np.uint8)
    expected = draw_poses(blank, make_poses())
    assert np.array_equal(draw_poses(wide[:, :WIDTH], make_poses()), expected)
    assert np.array_equal(draw_poses(wide[:, ::2], make_poses()), expected)
    planes = np.full((3, HEIGHT, WIDTH), GROUND, np.uint8)
    assert np.array_equal(draw_poses(planes.transpose(1, 2, 0), make_poses()), expected)


def test_nobody_gives_an_equal_copy(blank):
    drawn = draw_poses(blank, FramePoses.nobody((WIDTH, HEIGHT)), labels=True)
    assert np.array_equal(drawn, blank)
    assert drawn is not blank


@pytest.mark.parametrize("side", ["left", "right"])
def test_left_and_right_have_their_own_colours(make_poses, blank, side):
    poses = make_poses()
    drawn = draw_poses(blank, poses)
    for landmarks in ([f"{side}_knee"], [f"{side}_hip", f"{side}_knee"], [f"{side}_shoulder", f"{side}_elbow"]):
        assert tuple(drawn[place(poses, *landmarks)]) == SIDES[side]
    assert SIDES["left"] != SIDES["right"]


def test_the_middle_of_the_body_is_neutral(make_poses, blank):
    poses = make_poses()
    drawn = draw_poses(blank, poses)
    assert tuple(drawn[place(poses, "left_hip", "right_hip")]) == WHITE
    assert tuple(drawn[place(poses, "nose")]) == WHITE


@pytest.mark.parametrize("ground", [0, 255])
def test_contrasts_with_the_darkest_and_the_brightest_background(make_poses, ground):
    poses = make_poses()
    picture = np.full((HEIGHT, WIDTH, 3), ground, np.uint8)
    row, column = place(poses, "left_hip", "left_knee")
    across = draw_poses(picture, poses)[row, column - 12 : column + 13].astype(int).sum(axis=1)
    assert across.max() > 300  # the bone
    assert across.min() < 120  # its outline, or the ground


def test_without_skeleton_only_joints_are_drawn(make_poses, blank):
    poses = make_poses()
    drawn = draw_poses(blank, poses, skeleton=False)
    assert tuple(drawn[place(poses, "left_knee")]) == SIDES["left"]
    assert tuple(drawn[place(poses, "left_hip", "left_knee")]) == (GROUND,) * 3


@pytest.mark.parametrize(
    ("visibility", "min_visibility", "expected"),
    [(0.3, 0.5, False), (0.5, 0.5, True), (0.7, 0.5, True), (0.3, 0.0, True), (0.9, 1.0, False)],
)
def test_a_landmark_below_the_lowest_visibility_and_its_bones_are_left_out(
    make_poses, blank, visibility, min_visibility, expected
):
    poses = make_poses(visibility={"left_knee": visibility})
    changed = changed_at(draw_poses(blank, poses, min_visibility=min_visibility), blank)
    assert changed[place(poses, "left_knee")] == expected
    assert changed[place(poses, "left_hip", "left_knee")] == expected
    assert changed[place(poses, "left_knee", "left_ankle")] == expected
    assert changed[place(poses, "right_knee")]


@pytest.mark.parametrize("missing", [(np.nan, np.nan), (300, np.nan), (np.inf, 20), (-np.inf, np.nan)])
def test_a_landmark_without_a_position_is_left_out(make_poses, blank, missing):
    poses = make_poses()
    drawn = draw_poses(blank, make_poses(changed={"left_knee": missing}), labels=True)
    assert not changed_at(drawn, blank)[place(poses, "left_knee")]
    assert tuple(drawn[place(poses, "right_knee")]) == SIDES["right"]


def test_a_person_who_is_nan_throughout_is_left_out(make_poses, blank):
    nan = dict.fromkeys(BLAZEPOSE_33.landmarks, (np.nan, np.nan))
    poses = make_poses((200, 240), (400, 240), changed=nan)
    assert np.array_equal(draw_poses(blank, poses, labels=True), blank)


def test_a_visibility_of_nan_counts_as_not_visible(make_poses, blank):
    assert np.array_equal(draw_poses(blank, make_poses(visibility=float("nan")), min_visibility=0.0), blank)


@pytest.mark.parametrize("far", [1e3, 1e5, 1e7, 1e12, 3e38])
@pytest.mark.parametrize("direction", [(1, 0), (-1, 0), (0, 1), (0, -1), (-1, -1), (1, 1)])
def test_positions_far_outside_neither_fail_nor_wrap_around(make_poses, blank, far, direction):
    away = (320 + direction[0] * far, 240 + direction[1] * far)
    poses = make_poses(changed=dict.fromkeys(BLAZEPOSE_33.landmarks, away))
    assert np.array_equal(draw_poses(blank, poses, labels=True), blank)


def test_a_bone_that_leaves_the_picture_is_drawn_up_to_its_edge(make_poses, blank):
    poses = make_poses(changed={"left_wrist": (5000, 168)}, height=400)
    row, _ = place(poses, "left_elbow")
    changed = changed_at(draw_poses(blank, poses), blank)
    assert changed[row - 3 : row + 4, WIDTH - 1].any()
    assert not changed[:, 0].any()


def test_a_move_by_part_of_a_pixel_shows(make_poses, blank):
    still, moved = make_poses((320, 240)), make_poses((320.25, 240))
    difference = np.abs(draw_poses(blank, still).astype(int) - draw_poses(blank, moved))
    assert 0 < (difference > 0).any(axis=2).mean() < 0.05
    assert difference.max() < 120  # a slight change at the edges, not a jump by a whole pixel


def test_a_landmark_is_drawn_around_its_own_place(make_poses, blank):
    # (100, 100) is the corner between four pixels, so the dot covers as much of each.
    one = {"left_knee": 1.0}
    hidden = {name: one.get(name, 0.0) for name in BLAZEPOSE_33.landmarks}
    poses = make_poses(visibility=hidden, changed={"left_knee": (100, 100)})
    rows, columns = np.nonzero(changed_at(draw_poses(blank, poses), blank))
    assert rows.mean() + 0.5 == pytest.approx(100, abs=0.1)
    assert columns.mean() + 0.5 == pytest.approx(100, abs=0.1)


def test_a_nearer_person_has_wider_bones(make_poses, blank):
    def width(height: float) -> int:
        poses = make_poses(height=height)
        row, _ = place(poses, "left_hip", "left_knee")
        column = place(poses, "left_hip", "left_knee")[1]
        cut = draw_poses(blank, poses)[row, column - 15 : column + 16]
        return int((np.abs(cut.astype(int) - SIDES["left"]).sum(axis=1) < 30).sum())

    assert 0 < width(120) < width(400)


@pytest.mark.parametrize("size", [(1, 1), (1, 200), (200, 1), (64, 43), (4000, 30)])
def test_any_size_of_picture(make_poses, size):
    width, height = size
    poses = make_poses((width / 2, height / 2), (width / 3, height / 2), height=height, size=size)
    drawn = draw_poses(np.zeros((height, width, 3), np.uint8), poses, labels=True)
    assert drawn.shape == (height, width, 3)
    assert drawn.any()


@pytest.mark.parametrize(
    ("picture", "got"),
    [
        (np.zeros((HEIGHT, WIDTH + 1, 3), np.uint8), r"\(480, 641, 3\) and uint8"),
        (np.zeros((WIDTH, HEIGHT, 3), np.uint8), r"\(640, 480, 3\) and uint8"),
        (np.zeros((HEIGHT, WIDTH), np.uint8), r"\(480, 640\) and uint8"),
        (np.zeros((HEIGHT, WIDTH, 4), np.uint8), r"\(480, 640, 4\) and uint8"),
        (np.zeros((HEIGHT, WIDTH, 3), np.float32), r"\(480, 640, 3\) and float32"),
        ([[0, 1]], r"\(1, 2\) and list"),
        (None, r"\(\) and NoneType"),
    ],
)
def test_a_picture_that_does_not_match_the_poses(make_poses, picture, got):
    with pytest.raises(InvalidPoses, match=rf"shape \(480, 640, 3\) and type uint8, but got {got}"):
        draw_poses(picture, make_poses())


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"min_visibility": 1.5}, "'min_visibility' to be from 0 to 1, but got 1.5"),
        ({"min_visibility": -0.1}, "but got -0.1"),
        ({"min_visibility": float("nan")}, "but got nan"),
        ({"color_by": "hair"}, "'color_by' to be one of 'side', 'person', None, but got 'hair'"),
    ],
)
def test_an_option_outside_its_range(make_poses, blank, option, message):
    with pytest.raises(InvalidOption, match=message):
        draw_poses(blank, make_poses(), **option)


class TestSeveralPeople:
    def test_each_have_their_own_colour(self, make_poses, blank):
        poses = make_poses((180, 240), (460, 240))
        drawn = draw_poses(blank, poses)
        for person in (0, 1):
            for side in ("left", "right"):
                spot = place(poses, f"{side}_hip", f"{side}_knee", person=person)
                assert tuple(drawn[spot]) == person_color(person + 1)
                assert tuple(drawn[place(poses, f"{side}_knee", person=person)]) == SIDES[side]
        assert person_color(1) != person_color(2)

    def test_have_a_tag_in_their_colour_above_their_heads(self, make_poses, blank):
        poses = make_poses((180, 260), (460, 260), height=380)
        drawn = draw_poses(blank, poses)
        for person in (0, 1):
            top, middle = poses.xy[person].min(axis=0)[1], poses.xy[person, 0, 0]
            above = drawn[: int(top) - 5, int(middle) - 30 : int(middle) + 30]
            assert (above == person_color(person + 1)).all(axis=2).sum() > 50
        apart = draw_poses(blank, poses, color_by="side")
        assert np.array_equal(apart[:60], blank[:60])

    def test_keep_their_colours_when_only_one_is_left(self, make_poses, blank):
        poses = make_poses()
        drawn = draw_poses(blank, poses, color_by="person")
        assert tuple(drawn[place(poses, "left_hip", "left_knee")]) == person_color(1)

    @pytest.mark.parametrize("middle", [(-300, 240), (320, 20), (630, 470)])
    def test_a_tag_stays_inside_the_picture(self, make_poses, blank, middle):
        drawn = draw_poses(blank, make_poses(middle, height=100), color_by="person", skeleton=False)
        rows, columns = np.nonzero((drawn == person_color(1)).all(axis=2))
        assert len(rows) > 50
        assert rows.min() > 0
        assert rows.max() < HEIGHT - 1
        assert columns.min() > 0
        assert columns.max() < WIDTH - 1

    def test_ids_of_any_size_have_a_colour(self):
        colors = {person_color(person_id) for person_id in (-7, 0, 1, 2, 3, 4, 5, 6, 10**12)}
        assert len(colors) == 5


class TestLabels:
    def test_add_writing_that_covers_neither_bones_nor_joints(self, make_poses, blank):
        poses = make_poses()
        plain, labelled = draw_poses(blank, poses), draw_poses(blank, poses, labels=True)
        written = changed_at(labelled, plain)
        assert written.sum() > 1500
        assert not (written & changed_at(plain, blank)).any()

    def test_are_written_beside_their_landmarks(self, make_poses, blank):
        one = dict.fromkeys(BLAZEPOSE_33.landmarks, 0.0) | {"left_knee": 1.0, "right_shoulder": 1.0}
        poses = make_poses(visibility=one)
        plain, labelled = draw_poses(blank, poses), draw_poses(blank, poses, labels=True)
        rows, columns = np.nonzero(changed_at(labelled, plain))
        knee, shoulder = place(poses, "left_knee"), place(poses, "right_shoulder")
        assert (columns[rows > 240] > knee[1]).all()
        assert (columns[rows < 240] < shoulder[1]).all()
        assert rows[rows > 240].mean() == pytest.approx(knee[0], abs=8)

    def test_are_left_out_for_a_person_too_small(self, make_poses, blank):
        poses = make_poses(height=80)
        assert np.array_equal(draw_poses(blank, poses), draw_poses(blank, poses, labels=True))

    @pytest.mark.parametrize(
        ("landmark", "expected"),
        [
            ("nose", "nose"),
            ("left_shoulder", "L shoulder"),
            ("right_eye_inner", "R eye inner"),
            ("mouth_left", "L mouth"),
            ("right_foot_index", "R toes"),
        ],
    )
    def test_short_names(self, landmark, expected):
        assert short_name(landmark) == expected

    def test_names_are_all_different(self):
        assert len({short_name(landmark) for landmark in BLAZEPOSE_33.landmarks}) == 33


def test_a_real_person_is_drawn_on(portrait, portrait_poses):
    drawn = draw_poses(portrait, portrait_poses, labels=True)
    for name in ("nose", "left_shoulder", "right_shoulder"):
        row, column = place(portrait_poses, name)
        assert tuple(drawn[row, column]) == SIDES[BLAZEPOSE_33.sides[BLAZEPOSE_33.index(name)]]


@pytest.mark.parametrize("color_by", ["side", "person"])
def test_drawing_in_place_is_identical_and_stays_within_its_places(portrait, portrait_poses, color_by):
    expected = draw_poses(portrait, portrait_poses, color_by=color_by)
    drawn = portrait.copy()
    overlay = Overlay(portrait_poses, color_by=color_by)
    overlay.draw_on(drawn)
    np.testing.assert_array_equal(drawn, expected)
    told = np.zeros(portrait.shape[:2], bool)
    for rows, columns in overlay.places:
        assert rows.start % 2 == columns.start % 2 == 0
        told[rows, columns] = True
    assert not (expected != portrait).any(axis=2)[~told].any()
    assert told.mean() < 0.9


def test_drawing_nobody_in_place_changes_nothing(portrait):
    drawn = portrait.copy()
    overlay = Overlay(FramePoses.nobody((512, 600)), color_by="side")
    overlay.draw_on(drawn)
    assert overlay.places == []
    np.testing.assert_array_equal(drawn, portrait)
