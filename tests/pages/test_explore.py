"""The Explore page: a saved result says the same as the Video page said."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.explore.opened import Opened
from pages.ui.shared.explain import plain
from pages.ui.video.clip_run import ClipRun
from posecore import (
    FramePoses,
    HandSequence,
    PoseSequence,
    RunSummary,
    Smoothing,
    load_sequence,
    save_sequence,
    smooth_sequence,
)
from posecore.export.formats import FORMATS, formats_for
from posecore.motion.height import fit_heights, height_facts, scaled, standing_heights_m
from posecore.motion.trust import judge
from tests.pages.test_video import short_clip, upload
from tests.synthetic_hands import LEFT, hands_at

__all__ = ["short_clip"]
NOTE = "The video is damaged: see ![](https://example.org/x.png), *walk*_1.mp4 and $x$."


@pytest.fixture(scope="module")
def jumpy(portrait_poses) -> PoseSequence:
    """Four seconds of a person at 25 fps, who jumps aside for one frame in eight, before and after a cut."""
    places = np.where(np.arange(100) % 8 == 3, 400, 0) + np.random.default_rng(1).normal(0, 2, 100)
    frames = [
        replace(portrait_poses, xy=portrait_poses.xy + np.float32(place), time_s=index / 25)
        for index, place in enumerate(places)
    ]
    frames[60] = FramePoses.nobody(portrait_poses.size, 60 / 25)
    return replace(PoseSequence.from_frames(frames, size=portrait_poses.size, fps=25), cuts=[40])


@pytest.fixture
def on_video(open_page, short_clip, jumpy, monkeypatch) -> AppTest:
    """The Video page after a run that gave the jumpy result and a note."""

    def estimate(*_arguments, on_note, on_end, **_options) -> PoseSequence:
        on_note(NOTE)
        on_end(RunSummary(most_people=1, stopped=None))
        return jumpy

    monkeypatch.setattr("pages.ui.video.clip_run.estimate_video", estimate)
    app = open_page("video")
    upload(app, "walk.mp4", short_clip.read_bytes())
    return app


def said(app: AppTest) -> dict[str, object]:
    """What a visitor reads about the result before turning to its numbers."""
    return {
        "verdicts": [text.value for text in app.markdown if ":material/verified_user:" in text.value],
        "notes": [warning.value for warning in app.warning],
        "frames": app.metric[0].value,
    }


def saved_from(app: AppTest, page: str = "video") -> bytes:
    """The saved result as it is downloaded."""
    app.selectbox(key=f"one_file_{page}").set_value("result").run()
    next(button for button in app.button if button.label == "Prepare file").click().run()
    assert not app.exception
    made = app.session_state[f"files_one_{page}"]
    assert made.notes == ()
    playback = playback_of(app, page)
    return max(Path(playback._folder.path).glob("*.file"), key=lambda path: path.stat().st_mtime_ns).read_bytes()


def playback_of(app: AppTest, page: str):
    return app.session_state["visit"].get(ClipRun if page == "video" else Opened).playback


def open_saved(app: AppTest, content: bytes, name: str = "walk.posecore.npz") -> Opened:
    app.switch_page("pages/explore.py").run()
    app.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
    assert not app.exception
    app.file_uploader[0].set_value(None)
    return app.session_state["visit"].get(Opened)


def equal(one: PoseSequence, other: PoseSequence) -> bool:
    return all(np.array_equal(array, getattr(other, name), equal_nan=True) for name, array in one.arrays.items())


def test_an_opened_result_says_the_same_as_the_video_page(on_video, jumpy):
    on_video.button_group(key="video_smoothing_method").set_value("savitzky-golay").run()
    on_video.number_input(key="video_smoothing_Window (s)").set_value(0.45).run()
    on_video.number_input(key="video_smoothing_Fill gaps up to (s)").set_value(0.2).run()
    before, smoothing = said(on_video), playback_of(on_video, "video").smoothing
    assert before["verdicts"] != []
    assert before["notes"] == [plain(NOTE)]
    opened = open_saved(on_video, saved_from(on_video))
    assert said(on_video) == before
    assert on_video.button_group(key=f"explore_smoothing_{opened.key}_method").value == "savitzky-golay"
    assert opened.playback.smoothing == smoothing == Smoothing("savitzky-golay", window_s=0.45, fill_gaps_s=0.2)
    assert list(opened.playback.moments.header["layers"]) == ["smoothed", "raw"]  # the player offers Raw and Both
    assert equal(opened.playback.raw, jumpy)
    assert equal(opened.playback.sequence, smooth_sequence(jumpy, smoothing))
    assert opened.playback.raw.cuts.tolist() == [40]
    assert judge(opened.playback.sequence)[0].verdict != judge(jumpy)[0].verdict, "smoothing hides the jumps"


def test_a_solid_body_is_fitted_once_and_saved_with_its_raw_landmarks(on_video, jumpy):
    on_video.button_group(key="video_smoothing_method").set_value("solid").run()
    assert any("60 degrees is assumed" in caption.value for caption in on_video.caption)
    assert any("The lens is assumed (60° across)" in verdict for verdict in said(on_video)["verdicts"])
    on_video.number_input(key="video_smoothing_Field of view (degrees)").set_value(70.0).run()
    assert not on_video.exception
    assert not any("lens" in verdict for verdict in said(on_video)["verdicts"])
    fitted = playback_of(on_video, "video").sequence
    assert not equal(fitted, jumpy)
    assert list(playback_of(on_video, "video").moments.header["layers"]) == ["smoothed", "raw"]
    assert playback_of(on_video, "video").smoothing == Smoothing("solid", field_of_view_deg=70)
    on_video.run()
    assert playback_of(on_video, "video").sequence is fitted, "not again at each rerun"
    opened = open_saved(on_video, saved_from(on_video))
    assert opened.saved_with == Smoothing("solid", field_of_view_deg=70)
    assert equal(opened.playback.raw, jumpy)
    assert equal(opened.playback.sequence, fitted), "the files have what is shown"


def test_a_result_saved_without_smoothing_opens_without(on_video, jumpy):
    on_video.button_group(key="video_smoothing_method").set_value("none").run()
    before = said(on_video)
    opened = open_saved(on_video, saved_from(on_video))
    assert said(on_video) == before
    assert opened.playback.smoothing == Smoothing("none")
    assert list(opened.playback.moments.header["layers"]) == ["raw"]
    assert opened.playback.sequence is opened.playback.raw
    assert equal(opened.playback.raw, jumpy)


def test_a_result_that_is_opened_and_saved_again_stays_raw(on_video, jumpy):
    opened = open_saved(on_video, saved_from(on_video))
    on_video.button_group(key=f"explore_smoothing_{opened.key}_method").set_value("one-euro").run()
    again = open_saved(on_video, saved_from(on_video, "explore"))
    assert again.key != opened.key
    assert again.playback.smoothing == Smoothing("one-euro")
    assert equal(again.playback.raw, jumpy)
    assert said(on_video)["notes"] == [plain(NOTE)]


def test_an_older_result_says_that_it_was_smoothed(app, jumpy, tmp_path):
    path, smoothing = tmp_path / "old.posecore.npz", Smoothing(cutoff_hz=4)
    facts = {"source": "walk.mp4", "options": {"smoothing": False}, "smoothing_afterwards": smoothing.as_dict()}
    save_sequence(smooth_sequence(jumpy, smoothing), path, facts=facts)
    opened = open_saved(app, path.read_bytes())
    assert opened.raw is None
    assert opened.playback.smoothing == Smoothing("none")
    [warning] = [warning.value for warning in app.warning]
    assert "smoothed before it was saved (Butterworth, 4th order, 4 Hz, zero lag)" in warning


@pytest.mark.parametrize(
    "facts",
    [
        {"notes": "x", "source": 1, "smoothing_afterwards": [1], "options": 2},
        {"notes": [1, None, ["a"], "a" * 100_000], "smoothing_afterwards": {"method": "mean"}},
        {"smoothing_afterwards": {"method": "butterworth", "cutoff_hz": 1e300, "fill_gaps_s": 1e300}},
        {"smoothing_afterwards": {"method": "savitzky-golay", "window_s": 10**400, "polynomial": 5}},
        {"notes": ["note"] * 10_000},
    ],
)
def test_hostile_facts_stop_no_result(app, jumpy, facts, tmp_path):
    path = tmp_path / "hostile.posecore.npz"
    save_sequence(jumpy, path, facts=facts, raw=jumpy)
    open_saved(app, path.read_bytes())
    assert app.metric[0].value == "99 of 100"
    assert len(app.warning) <= 22
    assert all(len(warning.value) < 1_200 for warning in app.warning)


@pytest.fixture
def two(jumpy) -> PoseSequence:
    arrays = {name: np.concatenate([array, array], axis=1) for name, array in jumpy.arrays.items()}
    return replace(jumpy, **arrays, person_ids=[1, 2])


@pytest.fixture
def waved(jumpy) -> HandSequence:
    """A left hand in every second frame of the same video."""
    frames = [
        hands_at({LEFT: (300, 300)} if index % 2 else {}, time_s=time_s, size=jumpy.size)
        for index, time_s in enumerate(jumpy.times_s.tolist())
    ]
    return replace(HandSequence.from_frames(frames, size=jumpy.size, fps=25), cuts=jumpy.cuts)


def test_hands_go_into_the_files_again(app, jumpy, waved, tmp_path):
    for bodies in (jumpy, None):
        save_sequence(bodies, tmp_path / "wave.posecore.npz", hands=waved)
        open_saved(app, (tmp_path / "wave.posecore.npz").read_bytes())
        assert {each.label: each.value for each in app.metric}["Frames with a hand"] == "50 of 100"
        again = load_sequence(io.BytesIO(saved_from(app, "explore")))
        assert again.hands.slots == (LEFT,)
        assert np.array_equal(again.hands.xy, waved.xy, equal_nan=True)


def test_hands_without_bodies_are_shown_without_what_is_about_bodies(app, jumpy, waved, tmp_path):
    def everything() -> set[str]:
        shown = {each.label for kind in ("metric", "button", "button_group") for each in app.get(kind)}
        return shown | {tab.label.split(": ")[1] for tab in app.tabs}

    of_bodies = {"Frames with a person", "Repetitions", "Smoothing", "Reliability", "Compare with another"}
    for bodies in (jumpy, None):
        save_sequence(bodies, tmp_path / "wave.posecore.npz", hands=waved)
        opened = open_saved(app, (tmp_path / "wave.posecore.npz").read_bytes())
        there = everything()
        assert "Frames with a hand" in there
        assert of_bodies & there == (set() if bodies is None else of_bodies)
        assert any("hands only" in info.value for info in app.info) == (bodies is None)
    assert not app.warning
    assert opened.playback.moments.header["hands"]["slots"] == [{"person": 1, "side": "left"}]


def test_only_files_that_hold_hands_are_offered_without_bodies(app, jumpy, waved, tmp_path):
    def pills() -> Any:
        [found] = [each for each in app.get("button_group") if each.label == "Choose files"]
        return found

    save_sequence(jumpy, tmp_path / "walk.posecore.npz", hands=waved)
    save_sequence(None, tmp_path / "wave.posecore.npz", hands=waved)
    open_saved(app, (tmp_path / "walk.posecore.npz").read_bytes())
    assert pills().options == [form.title for form in FORMATS.values()]
    pills().set_value(["csv", "mot", "html"]).run()
    app.selectbox(key="one_file_explore").set_value("bvh").run()
    open_saved(app, (tmp_path / "wave.posecore.npz").read_bytes())
    titles = [FORMATS[name].title for name in formats_for(jumpy.only([]), waved)]
    assert pills().options == app.selectbox(key="one_file_explore").options == titles
    assert pills().value == ["csv", "html"], "what is not offered is not chosen either"
    next(button for button in app.button if button.label == "Prepare zip").click().run()
    assert not app.exception
    made = app.session_state["files_zip_explore"]
    assert (made.wanted, made.notes) == (("csv", "html"), ())
    assert saved_from(app, "explore")


def test_names_are_still_there(app, two, tmp_path):
    path = tmp_path / "names.posecore.npz"
    save_sequence(two.named({2: "Grace"}), path)
    open_saved(app, path.read_bytes())
    assert any("Grace" in text.value for text in app.markdown)  # in her verdict
    again = tmp_path / "again.posecore.npz"
    again.write_bytes(saved_from(app, "explore"))
    assert load_sequence(again).sequence.names == {2: "Grace"}


def test_names_in_a_file_are_shown_as_they_are(app, two, tmp_path):
    path = tmp_path / "names.posecore.npz"
    save_sequence(two.named({1: "![](https://example.org/x.png)"}), path, facts={"source": "[a](b)"})
    open_saved(app, path.read_bytes())
    shown = [text.value for text in (*app.markdown, *app.caption)]
    assert not [text for text in shown if "![](" in text or "[a](" in text]


@pytest.fixture
def upright(jumpy) -> PoseSequence:
    """The same, with legs in view."""
    return replace(jumpy, visibility=np.where(np.isnan(jumpy.visibility), np.nan, 1.0))


def test_a_given_height_scales_what_is_shown_and_saved(app, upright, tmp_path):
    def height() -> Any:
        return next(each for each in app.number_input if each.label == "Height of this person, m")

    save_sequence(upright, tmp_path / "walk.posecore.npz")
    opened = open_saved(app, (tmp_path / "walk.posecore.npz").read_bytes())
    height().set_value(1.9).run()
    assert standing_heights_m(opened.playback.raw) == pytest.approx([1.9])
    factor = opened.playback.heights[0].factor
    np.testing.assert_allclose(
        opened.playback.sequence.world, factor * smooth_sequence(upright, opened.playback.smoothing).world, rtol=1e-5
    )
    assert any("scaled to the given height of 1.90 m" in caption.value for caption in app.caption)

    content = saved_from(app, "explore")
    saved = load_sequence(io.BytesIO(content))
    assert saved.facts["metres"] == "Metres are scaled to the given height of 1.90 m."
    assert standing_heights_m(saved.raw) == pytest.approx([1.9])
    again = open_saved(app, content)
    assert height().value == 1.9
    height().set_value(None).run()
    np.testing.assert_allclose(again.playback.raw.world, upright.world, atol=1e-6)
    assert again.facts(again.playback.sequence)["heights"] == []


def test_heights_of_several_people_are_shown_beside_their_names(app, two, tmp_path):
    two = replace(two, visibility=np.where(np.isnan(two.visibility), np.nan, 1.0))
    given = fit_heights(two, {2: 1.5})
    facts = height_facts(given, two)
    save_sequence(scaled(two, given), tmp_path / "two.posecore.npz", facts=facts)
    opened = open_saved(app, (tmp_path / "two.posecore.npz").read_bytes())
    [there] = opened.playback.heights
    assert (there.person, there.height_m) == (2, 1.5)
    assert there.factor == pytest.approx(given[0].factor)
    assert any("(person 2: 1.50 m). Those of the others" in caption.value for caption in app.caption)
    assert app.session_state["people_of_explore"].table["height"].tolist()[1] == 1.5
