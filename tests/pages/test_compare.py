"""The Compare page: two results as poses, as movements, and by their repetitions."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.compare.given import Given
from pages.ui.compare.imitation import imitate
from pages.ui.compare.side_by_side.pair import Pair, make_pair
from pages.ui.serving.job_queue import JobQueue
from pages.ui.video.clip_run import ClipRun
from posecore import BLAZEPOSE_33, PoseSequence, align_sequences, save_sequence
from posecore.motion.comparing.limbs import LIMBS
from posecore.motion.curves import measure_curves
from tests.motion.comparing.dancing import dance, retimed
from tests.motion.exercises.figure import bumps, figure, squats, together
from tests.pages.test_video import short_clip, upload

__all__ = ["short_clip"]


@pytest.fixture
def give(open_page, tmp_path) -> Callable[..., AppTest]:
    """Open the page with saved results on both sides."""

    def give_both(*sequences: PoseSequence) -> AppTest:
        app = open_page("compare")
        for place, sequence in zip(("first", "second"), sequences, strict=False):
            path = tmp_path / f"{place}.posecore.npz"
            save_sequence(sequence, path)
            put(app, place, path.name, path.read_bytes())
        return app

    return give_both


def put(app: AppTest, place: str, name: str, content: bytes) -> None:
    """Upload a file to one side."""
    uploader = app.file_uploader(key=f"taken_compare_{place}")
    uploader.set_value((name, content, "application/octet-stream")).run()
    assert not app.exception
    app.file_uploader(key=f"taken_compare_{place}").set_value(None)
    app.run()


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_the_page_starts_empty_and_says_how_to_begin(open_page):
    app = open_page("compare")
    assert "on each side" in app.info[0].value
    assert {"Swap sides", "Try the sample"} <= {button.label for button in app.button}


def test_the_same_exercise_on_both_sides_is_compared_by_its_repetitions(give):
    app = give(squats([1, 1, 1]), squats([0.8, 0.8, 0.8]))
    assert not app.error
    assert metrics(app) == {"Exercise": "Squat", "First": "3 ×", "Second": "3 ×"}
    assert any("20° less deep at both knees" in text.value for text in app.markdown)
    app.slider(key=next(slider.key for slider in app.slider if "first" in slider.key)).set_value((1, 2)).run()
    assert metrics(app)["First"] == "2 ×"
    app.button_group(key="compare_source_first")
    next(button for button in app.button if button.label == "Swap sides").click().run()
    assert any("20° deeper at both knees" in text.value for text in app.markdown)


def choose(app: AppTest, kind: str) -> None:
    app.button_group(key=next(group.key for group in app.button_group if "compare_kind" in group.key)).set_value(kind)
    app.run()
    assert not app.exception


def test_two_movements_are_aligned_in_time(give):
    one = squats([1, 1, 1])
    app = give(one, replace(one, times_s=one.times_s * 1.5 + 2))
    choose(app, "The movement")
    assert metrics(app)["Likeness"] in ("99", "100")
    assert metrics(app)["Time taken"] == "150%"


def test_a_pose_is_found_in_a_video(give):
    clip = squats([1, 1])
    app = give(clip.at(slice(60, 61)), clip)
    assert metrics(app)["Best likeness"] == "100"
    assert metrics(app)["Best moment"] == f"{clip.times_s[60]:.2f} s"
    [limbs] = app.dataframe
    assert list(limbs.value["Score"].round()) == [100] * 12


def test_another_person_can_be_chosen_and_sides_swapped_with_the_choice(give):
    one = squats([1, 1, 1])
    app = give(together(one, replace(squats([0.6, 0.6, 0.6]), person_ids=[2])), one)
    app.selectbox(key="compare_person_first").set_value(2).run()
    assert any("deeper at both knees" in text.value for text in app.markdown)
    next(button for button in app.button if button.label == "Swap sides").click().run()
    assert app.selectbox(key="compare_person_second").value == 2
    assert any("less deep at both knees" in text.value for text in app.markdown)


@pytest.mark.parametrize("name", ["hostile.npz", "hostile.zip", "hostile.jpg", "hostile.gif", "hostile.mp4"])
def test_a_damaged_upload_ends_in_one_sentence_and_the_other_side_stays(give, name):
    app = give(squats([1, 1]))
    put(app, "second", name, b"\x00no such file" * 99)
    assert app.session_state["visit"].get(Given).things.keys() >= {"first"}
    app.run()
    assert not app.exception


def test_a_photo_is_a_side(give, portrait):
    from posecore.media.pictures import encode_png

    app = give(squats([1, 1]))
    put(app, "second", "portrait.png", encode_png(portrait))
    assert "Likeness" in metrics(app)


def test_a_video_is_analysed_once_and_deleted_with_the_visit(open_page, short_clip):
    app = open_page("compare")
    put(app, "first", "portrait.mp4", short_clip.read_bytes())
    given = app.session_state["visit"].get(Given)
    run = given.things["first"]
    assert isinstance(run, ClipRun)
    assert run.state.done.wait(120)
    app.run()
    assert given.things["first"] is run
    given.close()
    assert run.closed
    assert not Path(run.clip.path).exists()


def test_videos_on_both_sides_show_their_progress(open_page, short_clip, monkeypatch):
    monkeypatch.setattr("pages.ui.serving.jobs.QUEUE", JobQueue(places=0, waiting_places=9, per_visit=9))
    app = open_page("compare")
    for place in ("first", "second"):
        put(app, place, f"{place}.mp4", short_clip.read_bytes())
    assert len([button for button in app.button if button.label == "Leave the queue"]) == 2


def test_an_imitation_is_a_late_mirror_image_with_one_arm_behind():
    clip = squats([1, 1, 1])
    raised = figure(clip.times_s, knee=80 * bumps(clip.times_s, [1, 1, 1]), right_shoulder=120)
    alignment = align_sequences(raised, imitate(raised), mirror="either")
    assert alignment.mirrored
    assert alignment.score > 95
    assert np.ptp(imitate(clip).times_s) == pytest.approx(np.ptp(clip.times_s) * (1 + 0.4 / 3))
    assert imitate(clip).times_s[0] == clip.times_s[0] + 0.5


def test_the_result_on_the_video_page_can_be_compared(open_page, short_clip):
    app = open_page("video")
    upload(app, "portrait.mp4", short_clip.read_bytes())
    next(button for button in app.button if button.label == "Compare with another").click().run()
    assert app.title[0].value == "Compare"
    assert app.button_group(key="compare_source_first").value == "Video page"
    assert any("portrait.mp4" in text.value for text in app.text)


def test_two_people_of_one_result_are_shown_side_by_side(open_page, tmp_path):
    one = squats([1, 1, 1])
    save_sequence(together(one, replace(one, person_ids=[2])), tmp_path / "two.posecore.npz")
    app = open_page("explore")
    app.file_uploader[0].set_value(("two.posecore.npz", (tmp_path / "two.posecore.npz").read_bytes(), "")).run()
    app.file_uploader[0].set_value(None)
    app.run()
    next(button for button in app.button if button.label == "Two people side by side").click().run()
    assert not app.exception
    people = [app.selectbox(key=f"compare_person_{place}").value for place in ("first", "second")]
    assert people == [1, 2]
    assert next(group for group in app.button_group if "compare_kind" in group.key).value == "The movement"
    assert app.session_state["visit"].get(Pair).header["same_video"]


def test_what_cannot_be_aligned_is_played_from_a_chosen_moment(give):
    clip = squats([1, 1])
    app = give(clip, clip.at(slice(0, 2)))
    choose(app, "The movement")
    assert any("choose the same moment in each yourself" in info.value for info in app.info)
    pair = app.session_state["visit"].get(Pair)
    assert pair.header["moments"]["count"] == 0


def test_the_curves_of_both_are_those_of_the_same_limb():
    clip = squats([1, 1])
    alignment = replace(align_sequences(clip, clip), mirrored=True)
    pair = make_pair("key", (clip, clip), alignment)
    header, content = pair.header, (pair.folder.path / "pair.bin").read_bytes()
    usual = header["curves"][header["usual"]]
    assert usual["name"] == "left_knee.angle_3d"
    assert usual["titles"] == ["Left knee angle, 3D", "Right knee angle, 3D"]  # in a mirror
    for side, name in zip(header["sides"], ("left_knee.angle_3d", "right_knee.angle_3d"), strict=True):
        at = side["at"] + side["frames"] * (8 + 33 * 3 * 4 + 4 * header["usual"])
        values = np.frombuffer(content, "<f4", side["frames"], at)
        np.testing.assert_array_equal(values, measure_curves(clip, [name], min_visibility=0.5)[name][:, 0])


def test_the_file_of_the_side_by_side_player_has_both_movements_and_their_moments():
    first = dance(np.arange(0, 4, 1 / 30))
    second = retimed(first, first.times_s * 1.5 + 2)
    alignment = align_sequences(first, second)
    pair = make_pair("key", (first, second), alignment)
    content, header = (pair.folder.path / "pair.bin").read_bytes(), pair.header
    for side, sequence in zip(header["sides"], (first, second), strict=True):
        times = np.frombuffer(content, "<f8", side["frames"], side["at"])
        xy = np.frombuffer(content, "<f4", side["frames"] * 33 * 2, side["at"] + times.nbytes)
        np.testing.assert_array_equal(times, sequence.times_s)
        np.testing.assert_array_equal(xy.reshape(-1, 33, 2), sequence.xy[:, 0])
        left, top, width, height = side["box"]
        assert 0 <= left < left + width <= sequence.size[0]
        assert 0 <= top < top + height <= sequence.size[1]
    moments = np.frombuffer(content, "<f8", 2 * header["moments"]["count"], header["moments"]["at"])
    np.testing.assert_array_equal(moments.reshape(2, -1).T, alignment.times_s)
    json.dumps(header, allow_nan=False)
    pair.close()
    assert not pair.folder.path.exists()


@pytest.mark.parametrize("mirrored", [False, True])
def test_bones_have_the_limb_of_the_same_side_or_of_the_other_one_in_a_mirror(mirrored):
    clip = dance(np.arange(0, 4, 1 / 30))
    alignment = replace(align_sequences(clip, clip), mirrored=mirrored)
    header = make_pair("key", (clip, clip), alignment).header
    names = [[list(LIMBS)[place] if place >= 0 else "" for place in places] for places in header["limb_of_bone"]]
    of_first, of_second = (dict(zip(BLAZEPOSE_33.edges, each, strict=True)) for each in names)
    elbow, wrist = BLAZEPOSE_33.index("left_elbow"), BLAZEPOSE_33.index("left_wrist")
    [arm] = [edge for edge in BLAZEPOSE_33.edges if set(edge) == {elbow, wrist}]
    assert of_first[arm] == "left_forearm"
    assert of_second[arm] == ("right_forearm" if mirrored else "left_forearm")
    assert set(of_first.values()) == {*LIMBS, ""}
