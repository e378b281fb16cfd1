"""The 3D figure."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from posecore import BLAZEPOSE_33, FramePoses, InvalidOption, plot_pose_3d
from posecore.view.palette import SIDES_ON_PAGE, css, person_color

# (x, y) in metres, y down as in ``world``, of an upright person facing the camera: the person's left is on
# the picture's right. The landmarks of the right side mirror those of the left.
LEFT_OR_MIDDLE = {
    "nose": (0.0, -0.62),
    "left_eye_inner": (0.01, -0.65),
    "left_eye": (0.03, -0.65),
    "left_eye_outer": (0.05, -0.65),
    "left_ear": (0.08, -0.63),
    "mouth_left": (0.03, -0.58),
    "left_shoulder": (0.18, -0.48),
    "left_elbow": (0.32, -0.25),
    "left_wrist": (0.40, -0.02),
    "left_pinky": (0.43, 0.06),
    "left_index": (0.42, 0.08),
    "left_thumb": (0.39, 0.05),
    "left_hip": (0.10, 0.0),
    "left_knee": (0.11, 0.40),
    "left_ankle": (0.12, 0.80),
    "left_heel": (0.11, 0.84),
    "left_foot_index": (0.14, 0.86),
}
SIZE = (640, 480)

MakePoses = Callable[..., FramePoses]


def body() -> np.ndarray:
    """(33, 3) metres; the face is nearer to the camera than the hips."""
    rows = []
    for index, name in enumerate(BLAZEPOSE_33.landmarks):
        mirrored = name not in LEFT_OR_MIDDLE
        x, y = LEFT_OR_MIDDLE[BLAZEPOSE_33.landmarks[BLAZEPOSE_33.mirror[index]] if mirrored else name]
        rows.append((-x if mirrored else x, y, -0.15 if index in BLAZEPOSE_33.parts["face"] else 0.0))
    return np.array(rows)


@pytest.fixture
def make_poses() -> MakePoses:
    def make(
        *middles: tuple[float, float],
        visibility: dict[str, float] | None = None,
        changed: dict[str, tuple[float, float, float]] | None = None,
    ) -> FramePoses:
        """People around these pixels, at 200 pixels per metre; changes are in metres."""
        middles = middles or ((320, 230),)
        world = np.repeat(body()[None], len(middles), axis=0)
        for name, place in (changed or {}).items():
            world[:, BLAZEPOSE_33.index(name)] = place
        seen = np.full(world.shape[:2], 0.9)
        for name, value in (visibility or {}).items():
            seen[:, BLAZEPOSE_33.index(name)] = value
        return FramePoses(
            xy=200 * world[..., :2] + np.array(middles)[:, None],
            z=200 * world[..., 2],
            world=world,
            visibility=seen,
            presence=seen,
            person_ids=np.arange(1, len(middles) + 1),
            time_s=0.0,
            size=SIZE,
        )

    return make


def trace(figure: go.Figure, uid: str) -> Any:
    return next(trace for trace in figure.data if trace.uid == uid)


def joint(figure: go.Figure, landmark: str, person: int = 1) -> np.ndarray:
    """(x, y, z) of a dot in the figure's axes."""
    dots = trace(figure, f"joints_{person}")
    index = list(dots.text).index(landmark.replace("_", " "))
    return np.array([dots.x[index], dots.y[index], dots.z[index]])


def bones(figure: go.Figure, person: int = 1) -> dict[str, Any]:
    """The two traces of a person's bones."""
    return {kind: trace(figure, f"{kind}_bones_{person}") for kind in ("thick", "thin")}


def count(lines: Any) -> int:
    """Number of bones in a trace: each has two ends and a gap."""
    x = np.asarray(lines.x, float)
    assert np.isnan(x[2::3]).all()
    return len(x) // 3


def colors(values: Any) -> set[str]:
    """The colours of a line or a marker, by name."""
    if isinstance(values.color, str):
        return {values.color}
    names = {round(place * values.cmax): name for place, name in values.colorscale}
    return {names[int(code)] for code in values.color}


def axes(figure: go.Figure) -> list[Any]:
    scene = figure.layout.scene
    return [scene.xaxis, scene.yaxis, scene.zaxis]


COORDINATES = pytest.mark.parametrize("coordinates", ["world", "picture"])


@COORDINATES
def test_the_person_stands_upright(make_poses, coordinates):
    figure = plot_pose_3d(make_poses(), coordinates=coordinates)
    bottom, top = figure.layout.scene.zaxis.range
    share = [(joint(figure, name)[2] - bottom) / (top - bottom) for name in ("nose", "left_hip", "left_ankle")]
    assert 1 > share[0] > share[1] > share[2] > 0


@COORDINATES
def test_seen_from_the_front_the_persons_right_is_on_the_left(make_poses, coordinates):
    figure = plot_pose_3d(make_poses(), coordinates=coordinates)
    scene = figure.layout.scene
    assert scene.xaxis.range[0] < scene.xaxis.range[1]
    assert scene.yaxis.range[0] < scene.yaxis.range[1]
    # Third axis up and the camera at its low end of depth, looking along it: the first axis goes to the right.
    eye = scene.camera.eye
    assert -eye.y > 3 * abs(eye.x)
    assert -eye.y > 3 * abs(eye.z)
    assert joint(figure, "right_shoulder")[0] < joint(figure, "left_shoulder")[0]
    assert joint(figure, "nose")[1] < joint(figure, "left_hip")[1]  # the face is nearer to the camera


def test_world_coordinates_are_metres_with_up_positive(make_poses):
    poses = make_poses()
    figure = plot_pose_3d(poses)
    x, y, z = poses.world[0, BLAZEPOSE_33.index("left_wrist")]
    assert joint(figure, "left_wrist") == pytest.approx([x, z, -y])
    assert [axis.title.text for axis in axes(figure)] == ["right (m)", "depth (m)", "up (m)"]


def test_picture_coordinates_are_the_pixels_of_the_picture(make_poses):
    poses = make_poses()
    figure = plot_pose_3d(poses, coordinates="picture")
    index = BLAZEPOSE_33.index("nose")
    x, y = poses.xy[0, index]
    assert joint(figure, "nose") == pytest.approx([x, poses.z[0, index], y])
    assert [axis.title.text for axis in axes(figure)] == ["right (px)", "depth (px)", "down (px)"]
    assert figure.layout.scene.xaxis.range == (0, 640)
    assert figure.layout.scene.zaxis.range == (480, 0)


@COORDINATES
@pytest.mark.parametrize("changed", [{}, {"left_wrist": (0.2, -1.4, -1.1)}])
def test_all_axes_have_one_scale(make_poses, coordinates, changed):
    figure = plot_pose_3d(make_poses(changed=changed), coordinates=coordinates)
    scene = figure.layout.scene
    ratio = [scene.aspectratio[axis] for axis in "xyz"]
    lengths = [abs(axis.range[1] - axis.range[0]) for axis in axes(figure)]
    assert scene.aspectmode == "manual"
    assert np.array(ratio) / ratio[0] == pytest.approx(np.array(lengths) / lengths[0])
    assert max(ratio) == 1


class TestBox:
    @COORDINATES
    def test_is_the_same_whatever_the_pose(self, make_poses, coordinates):
        figures = [
            plot_pose_3d(poses, coordinates=coordinates)
            for poses in (
                make_poses(),
                make_poses((200, 200), (400, 300)),
                make_poses(changed={"left_wrist": (0.6, -0.8, -0.3)}),
                FramePoses.nobody(SIZE),
            )
        ]
        assert len({str([axis.range for axis in axes(figure)]) for figure in figures}) == 1
        assert len({str(figure.layout.scene.camera) for figure in figures}) == 1

    def test_grows_in_steps_for_a_landmark_in_view(self, make_poses):
        figure = plot_pose_3d(make_poses(changed={"left_wrist": (-1.3, -1.01, 0.8)}))
        assert [axis.range for axis in axes(figure)] == [(-1.5, 1), (-0.75, 1), (-1, 1.25)]

    def test_does_not_grow_for_a_barely_visible_landmark(self, make_poses):
        figure = plot_pose_3d(make_poses(changed={"left_ankle": (0, 3, 0)}, visibility={"left_ankle": 0.1}))
        assert [axis.range for axis in axes(figure)] == [(-1, 1), (-0.75, 0.75), (-1, 1)]

    @COORDINATES
    @pytest.mark.parametrize("far", [1e4, 1e12, 1e35])
    def test_contains_any_position_with_a_grid_of_few_lines(self, make_poses, coordinates, far):
        figure = plot_pose_3d(make_poses(changed={"left_ankle": (far, far, far)}), coordinates=coordinates)
        assert count(trace(figure, "floor")) < 60
        assert figure.layout.scene.xaxis.range[1] >= 0.99 * far


@COORDINATES
def test_hovering_shows_name_position_with_units_and_visibility(make_poses, coordinates):
    figure = plot_pose_3d(make_poses(visibility={"left_knee": 0.7}), coordinates=coordinates)
    dots = trace(figure, "joints_1")
    unit, digits, vertical = {"world": ("m", 2, "up"), "picture": ("px", 0, "down")}[coordinates]
    assert dots.text == tuple(name.replace("_", " ") for name in BLAZEPOSE_33.landmarks)
    assert dots.customdata[BLAZEPOSE_33.index("left_knee")] == pytest.approx(0.7)
    for part in (
        "%{text}",
        f"right %{{x:.{digits}f}} {unit}",
        f"depth %{{y:.{digits}f}} {unit}",
        f"{vertical} %{{z:.{digits}f}} {unit}",
        "visibility %{customdata:.2f}",
    ):
        assert part in dots.hovertemplate
    assert "person" not in dots.hovertemplate
    assert all(other.hoverinfo == "skip" for other in figure.data if other is not dots)


class TestColours:
    def test_by_confidence(self, make_poses):
        poses = make_poses(visibility={"left_knee": 0.2})
        figure = plot_pose_3d(poses)
        marker = trace(figure, "joints_1").marker
        assert marker.color == pytest.approx(poses.visibility[0])
        assert marker.coloraxis == "coloraxis"
        bar = figure.layout.coloraxis
        assert (bar.cmin, bar.cmax, bar.showscale) == (0, 1, True)
        assert re.match(r"visibility \(0.1\)", bar.colorbar.title.text)

    @pytest.mark.parametrize("color_by", ["side", "person"])
    def test_by_anything_else_has_no_bar(self, make_poses, color_by):
        figure = plot_pose_3d(make_poses(), color_by=color_by)
        assert figure.layout.coloraxis.showscale is False
        assert trace(figure, "joints_1").marker.coloraxis is None

    def test_by_side(self, make_poses):
        figure = plot_pose_3d(make_poses(), color_by="side")
        expected = {css(color) for color in SIDES_ON_PAGE.values()}
        assert colors(trace(figure, "joints_1").marker) == expected
        assert colors(bones(figure)["thick"].line) == expected

    def test_by_person(self, make_poses):
        figure = plot_pose_3d(make_poses(), color_by="person")
        for values in (trace(figure, "joints_1").marker, bones(figure)["thick"].line):
            assert colors(values) == {css(person_color(1))}

    def test_each_bone_has_the_colour_of_its_side(self, make_poses):
        line = bones(plot_pose_3d(make_poses()))["thick"]
        names = {round(place * line.line.cmax): name for place, name in line.line.colorscale}
        sides = {css(color): side for side, color in SIDES_ON_PAGE.items()}
        found = {side: [] for side in SIDES_ON_PAGE}
        for start, end, code in zip(line.x[::3], line.x[1::3], line.line.color[::3], strict=True):
            found[sides[names[int(code)]]].append((start + end) / 2)
        assert min(found["left"]) > 0 > max(found["right"])
        assert found["middle"] == pytest.approx([0, 0], abs=1e-6)  # from shoulder to shoulder, from hip to hip

    def test_colours_of_left_and_right_are_explained(self, make_poses):
        for poses, color_by, expected in (
            (make_poses(), "confidence", True),
            (make_poses(), "person", False),
            (make_poses((200, 200), (400, 200)), "confidence", False),
            (make_poses((200, 200), (400, 200)), "side", True),
        ):
            text = plot_pose_3d(poses, color_by=color_by).layout.title.subtitle.text or ""
            assert all((css(SIDES_ON_PAGE[side]) in text and side in text) == expected for side in ("left", "right"))


class TestFaintLandmarks:
    def test_have_smaller_dots_and_thin_bones(self, make_poses):
        sure = plot_pose_3d(make_poses())
        faint = plot_pose_3d(make_poses(visibility={"left_knee": 0.4}))
        index = BLAZEPOSE_33.index("left_knee")
        sizes = [trace(figure, "joints_1").marker.size[index] for figure in (sure, faint)]
        assert sizes[1] < sizes[0]
        assert count(bones(faint)["thick"]) == count(bones(sure)["thick"]) - 2
        assert count(bones(faint)["thin"]) == count(bones(sure)["thin"]) + 2
        assert bones(faint)["thin"].line.width < bones(faint)["thick"].line.width / 2
        assert colors(bones(faint)["thin"].line) - colors(bones(sure)["thin"].line)

    @pytest.mark.parametrize(("min_visibility", "expected"), [(0.0, 33), (0.4, 33), (0.41, 32), (0.95, 0)])
    def test_are_left_out_below_the_lowest_visibility(self, make_poses, min_visibility, expected):
        figure = plot_pose_3d(make_poses(visibility={"left_knee": 0.4}), min_visibility=min_visibility)
        assert len(trace(figure, "joints_1").x) == expected
        total = sum(count(lines) for lines in bones(figure).values())
        assert total == {33: 35, 32: 33, 0: 0}[expected]

    def test_bones_join_the_right_landmarks(self, make_poses):
        poses = make_poses()
        lines = bones(plot_pose_3d(poses))
        x, z = (np.concatenate([getattr(part, axis) for part in lines.values()]) for axis in "xz")
        middles = sorted(zip((x[::3] + x[1::3]) / 2, (z[::3] + z[1::3]) / 2, strict=True))
        ends = poses.world[0][np.array(BLAZEPOSE_33.edges)].mean(axis=1)
        expected = sorted(zip(ends[:, 0], -ends[:, 1], strict=True))
        assert np.array(middles) == pytest.approx(np.array(expected), abs=1e-5)


@COORDINATES
@pytest.mark.parametrize("missing", [np.nan, np.inf])
def test_a_landmark_without_a_position_is_left_out(make_poses, coordinates, missing):
    poses = make_poses(changed={"left_knee": (missing, missing, missing)})
    figure = plot_pose_3d(poses, coordinates=coordinates)
    assert "left knee" not in trace(figure, "joints_1").text
    assert sum(count(lines) for lines in bones(figure).values()) == 33
    assert (
        figure.layout.scene.xaxis.range == plot_pose_3d(make_poses(), coordinates=coordinates).layout.scene.xaxis.range
    )


class TestNobody:
    @COORDINATES
    @pytest.mark.parametrize("found", ["no slot", "an empty slot"])
    def test_is_shown(self, make_poses, coordinates, found):
        nowhere = dict.fromkeys(BLAZEPOSE_33.landmarks, (np.nan,) * 3)
        poses = FramePoses.nobody(SIZE) if found == "no slot" else make_poses(changed=nowhere)
        figure = plot_pose_3d(poses, coordinates=coordinates)
        assert [note.text for note in figure.layout.annotations] == ["No person was found in this frame."]
        assert figure.layout.coloraxis.showscale is False
        assert trace(figure, "floor") is not None

    def test_is_not_shown_if_someone_is_only_too_faint(self, make_poses):
        figure = plot_pose_3d(make_poses(), min_visibility=0.95)
        assert [note.text for note in figure.layout.annotations] == ["No point reaches the visibility limit."]

    def test_is_not_shown_if_there_is_someone(self, make_poses):
        assert not plot_pose_3d(make_poses()).layout.annotations


class TestSeveralPeople:
    @COORDINATES
    def test_can_be_switched_off_one_by_one(self, make_poses, coordinates):
        figure = plot_pose_3d(make_poses((200, 230), (400, 230)), coordinates=coordinates)
        entries = [item for item in figure.data if item.showlegend]
        assert [item.name for item in entries] == ["person 1", "person 2"]
        assert [item.line.color for item in entries] == [css(person_color(1)), css(person_color(2))]
        for person in (1, 2):
            group = [item.uid for item in figure.data if item.legendgroup == f"person_{person}"]
            assert len(group) == 3
            assert f"of person {person}" in trace(figure, f"joints_{person}").hovertemplate

    def test_have_dots_and_bones_as_large_as_they_are(self, make_poses):
        alone = plot_pose_3d(make_poses())
        two = make_poses((200, 230), (400, 230))
        scale = np.array([1, 0.5], np.float32)[:, None]  # the second one is twice as far away
        two = replace(two, xy=two.xy * scale[..., None], z=two.z * scale)
        group = plot_pose_3d(two, coordinates="picture")
        dots = [trace(alone, "joints_1"), trace(group, "joints_1"), trace(group, "joints_2")]
        sizes = [each.marker.size.max() for each in dots]
        assert sizes[0] == 11
        assert sizes[1] < 0.7 * sizes[0]
        assert sizes[2] == pytest.approx(sizes[1] / 2)
        assert trace(group, "thick_bones_2").line.width == pytest.approx(7 * sizes[2] / 11)

    def test_overlap_in_world_coordinates_and_the_figure_says_so(self, make_poses):
        figure = plot_pose_3d(make_poses((200, 230), (400, 230)))
        assert joint(figure, "nose", 1) == pytest.approx(joint(figure, "nose", 2))
        assert "people overlap" in figure.layout.title.subtitle.text

    def test_are_side_by_side_in_the_picture(self, make_poses):
        figure = plot_pose_3d(make_poses((200, 230), (400, 230)), coordinates="picture")
        assert joint(figure, "nose", 2)[0] - joint(figure, "nose", 1)[0] == pytest.approx(200)


def test_bones_end_inside_the_dots_of_their_joints(make_poses):
    figure = plot_pose_3d(make_poses())
    starts, ends = (np.array([bones(figure)["thick"][axis][end::3] for axis in "xyz"]).T for end in (0, 1))
    dots = np.array([trace(figure, "joints_1")[axis] for axis in "xyz"]).T
    for tips in (starts, ends):
        gaps = np.linalg.norm(tips[:, None] - dots, axis=2).min(axis=1)
        assert (gaps > 0.005).all()
        assert (gaps < 0.03).all()


def test_one_person_needs_no_legend(make_poses):
    assert not any(item.showlegend for item in plot_pose_3d(make_poses()).data)


def test_the_viewers_camera_and_selection_survive_a_new_figure(make_poses):
    figures = [plot_pose_3d(make_poses()), plot_pose_3d(make_poses(changed={"left_wrist": (0.5, -0.5, 0)}))]
    assert figures[0].layout.uirevision
    assert figures[0].layout.uirevision == figures[1].layout.uirevision
    assert [item.uid for item in figures[0].data] == [item.uid for item in figures[1].data]
    assert len({item.uid for item in figures[0].data}) == len(figures[0].data)
    # Plotly uses the uid of a removed trace as a CSS selector, and stops drawing if it is not a valid one.
    assert all(re.fullmatch("[a-z0-9_]+", item.uid) for item in figures[0].data)


def test_legend_and_hover_show_the_name(make_poses):
    figure = plot_pose_3d(make_poses((200, 230), (400, 230)).named({2: "Anna"}))
    assert [item.name for item in figure.data if item.showlegend] == ["person 1", "Anna"]
    assert "of Anna" in trace(figure, "joints_2").hovertemplate


def test_suits_a_light_and_a_dark_page(make_poses):
    layout = plot_pose_3d(make_poses()).layout
    assert layout.paper_bgcolor == layout.scene.bgcolor == "rgba(0, 0, 0, 0)"
    assert layout.font.color is None  # the page's own


def test_stays_fast_enough_to_redraw_several_times_a_second(make_poses):
    figure = plot_pose_3d(make_poses((200, 230), (400, 230)))
    assert len(figure.data) == 1 + 3 * 2
    assert len(json.dumps(json.loads(figure.to_json())["data"])) < 60_000


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"coordinates": "screen"}, "'coordinates' to be one of 'world', 'picture', but got 'screen'"),
        ({"color_by": None}, "'color_by' to be one of 'confidence', 'side', 'person', but got None"),
        ({"min_visibility": 2}, "'min_visibility' to be from 0 to 1, but got 2"),
    ],
)
def test_an_option_outside_its_range(make_poses, option, message):
    with pytest.raises(InvalidOption, match=message):
        plot_pose_3d(make_poses(), **option)


def test_a_real_person_stands_upright(portrait_poses):
    figure = plot_pose_3d(portrait_poses)
    assert joint(figure, "nose")[2] > joint(figure, "left_shoulder")[2] > joint(figure, "left_hip")[2]
    assert joint(figure, "right_shoulder")[0] < joint(figure, "left_shoulder")[0]
