"""The tab that finds doubtful photos, from an upload to the ranking, with the real model."""

import zipfile
from io import BytesIO

import cv2
import pytest

from pages.ui.scores.doubt_run import DoubtRuns
from pages.ui.scores.labeller.desk import LabelDesk
from posecore.media.pictures import encode_png
from posecore.media.samples import sample_picture


@pytest.fixture(scope="module")
def photos(portrait):
    """A zip of the sample photo, of one in which hardly anything can be seen, and of one without anybody."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.write(sample_picture().path, "clear.jpg")
        archive.writestr("blurred *very*.png", encode_png(cv2.GaussianBlur(portrait, (0, 0), 20)))
        archive.writestr("wall.png", encode_png(portrait[:60, :80]))
    return data.getvalue()


@pytest.fixture
def tab(open_page, photos):
    app = open_page("scores", tab="doubts")
    assert any("No labels are needed" in text.value for text in app.markdown)
    app.file_uploader[0].set_value([("photos.zip", photos, "application/zip")]).run()
    assert not app.exception
    return app


def runs_of(app):
    return app.session_state["visit"].get(DoubtRuns)


def choose_looks(app, *looks):
    app.get("button_group")[1].set_value(list(looks)).run()


def find(app):
    app.button(key="doubts_start").click().run()
    assert not app.exception
    runs = runs_of(app)
    assert runs.job.state.done.wait(120)
    assert runs.job.state.error is None
    app.run()
    assert not app.exception
    return runs


def shown(app):
    """Names of the photos in the gallery, in order."""
    return [text.value.split("**")[1].replace("\\", "") for text in app.markdown if "Doubt " in text.value]


def test_photos_are_ranked_filtered_and_handed_to_the_labelling_tab(tab):
    assert "3 photos, each analysed 2 times" in tab.caption[-1].value
    choose_looks(tab, "mirrored", "turned")
    assert "3 photos, each analysed 3 times" in tab.caption[-1].value
    runs = find(tab)
    assert [photo.photo.file_name for photo in runs.doubts.opinion.photos] == [
        "wall.png",
        "blurred *very*.png",
        "clear.jpg",
    ]
    assert shown(tab) == ["wall.png", "blurred *very*.png", "clear.jpg"]
    assert {metric.label: metric.value for metric in tab.metric} == {
        "Photos ranked": "3",
        "Nobody found": "1",
        "All looks agree": "0",
    }
    [table] = tab.dataframe
    assert list(table.value["photo"]) == ["wall.png", "blurred *very*.png", "clear.jpg"]
    assert table.value["reasons"][0] == "Nobody was found, and no other look finds anyone."
    tab.selectbox(key="doubt_which").set_value("Nobody found").run()
    assert shown(tab) == ["wall.png"]
    tab.selectbox(key="doubt_which").set_value("All photos").run()
    # Legs outside the portrait are elsewhere in each look.
    joint = runs.doubts.opinion.photos[-1].people[0].doubtful_joints[0]
    tab.selectbox(key="doubt_joint").set_value(joint).run()
    doubtful = [photo.photo.file_name for photo in runs.doubts.opinion.photos if joint in photo.doubtful_joints]
    assert "clear.jpg" in doubtful
    assert "wall.png" not in doubtful
    tab.button(key="label_these_first").click().run()
    assert tab.session_state["visit"].get(LabelDesk).asked_for == tuple(doubtful)
    assert tab.session_state["scores_tab"] == "label"


@pytest.mark.parametrize("task", ["Reading: ", ""])
def test_a_stopped_run_ranks_what_is_done_and_goes_on(tab, monkeypatch, task):
    """Stopped while photos are read or looked at: what was done is kept, and the next run does the rest."""
    from pages.ui.serving.jobs import JobState

    report = JobState.report

    def stop_after_first(state, count, total, now=""):
        if now == task:
            state.stop.set()
        return report(state, count, total, now)

    with monkeypatch.context() as patch:
        patch.setattr(JobState, "report", stop_after_first)
        runs = find(tab)
    done = len(runs.doubts.opinion.photos)
    assert 1 <= done <= 2
    assert any(f"Stopped: {done} of 3" in warning.value for warning in tab.warning)
    assert len(find(tab).doubts.opinion.photos) == 3
    assert not any("Stopped" in warning.value for warning in tab.warning)


def test_other_photos_or_none_forget_the_ranking(tab):
    folder = find(tab).folder.path
    assert folder.exists()
    tab.button(key="photo_set_remove").click().run()
    assert not tab.exception
    assert runs_of(tab) is None
    assert not folder.exists()


def test_a_run_needs_a_second_opinion(tab):
    choose_looks(tab)
    assert tab.button(key="doubts_start").disabled
    assert any("Choose at least one second opinion" in text.value for text in tab.caption)
