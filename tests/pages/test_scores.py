"""The tab that scores photos: a real set from its upload to its figures, and what becomes of a bad one."""

import io
import json
import stat
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.ui.scores import worst_people
from pages.ui.scores.example_labels import example_labels
from pages.ui.scores.labeller.desk import LabelDesk
from pages.ui.scores.photo_set import PhotoSet
from pages.ui.scores.score_choices import cost, expected_seconds
from pages.ui.scores.score_run import WORKERS, ScoreRuns
from pages.ui.scores.score_words import difference_in_words, verdict
from posecore import PoseOptions
from posecore.cli.main import main
from posecore.errors import UnreadableLabels
from posecore.evaluation import run
from posecore.evaluation.case import CaseName
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.evaluation import evaluate
from posecore.evaluation.found import FoundPeople
from posecore.evaluation.keypoints import COCO_17
from posecore.media.samples import sample_picture
from tests.evaluation.conftest import SIZE, STANDING, annotation, flat, labels_of, real_labelled_zip, write_set, zipped  # noqa: F401
from tests.evaluation.test_run import opened  # noqa: F401
from tests.pages.conftest import ROOT

NOWHERE = np.full((1, 17, 3), np.nan)


def upload(app: AppTest, name: str, data: bytes) -> None:
    app.file_uploader[0].set_value((name, data, "application/octet-stream")).run()
    assert not app.exception


def score(app: AppTest) -> ScoreRuns:
    """Press the button and wait for the result."""
    app.button(key="score_start").click().run()
    runs = app.session_state["visit"].get(ScoreRuns)
    assert runs.job.state.done.wait(120)
    app.run()
    assert not app.exception
    return runs


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption, *app.info, *app.error, *app.warning))


def plain(text: str) -> str:
    return text.replace("\\", "")


@pytest.fixture(scope="module")
def real_set(portrait) -> bytes:
    return real_labelled_zip(portrait)


@pytest.fixture(scope="module")
def scored(real_set):
    """The tab with this set, scored once for all tests that look at it."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120).run()
    app.switch_page("pages/scores.py").run()
    upload(app, "photos.zip", real_set)
    score(app)
    return app


def test_the_tab_starts_empty_with_an_example(open_page, tmp_path):
    app = open_page("scores")
    assert "What you need" in said(app)
    (tmp_path / "labels.json").write_bytes(example_labels())
    Image.new("RGB", SIZE).save(tmp_path / "standing.jpg")
    labelled = read_labelled_set(tmp_path, tmp_path / "labels.json")
    assert labelled.problems == ()
    assert (labelled.photos[0].domain, int(labelled.photos[0].people[0].labelled.sum())) == ("yoga", 15)


def test_photos_without_labels_lead_to_the_tab_that_labels(open_page):
    app = open_page("scores")
    upload(app, "one.jpg", sample_picture().path.read_bytes())
    assert "no labels yet" in said(app)
    next(button for button in app.button if button.label == "Label these photos").click().run()
    assert app.session_state["scores_tab"] == "label"


def test_the_first_sentence_says_what_a_coach_wants_to_know(scored):
    text = plain(said(scored))
    assert "On your 2 people in 3 photos, full with the fast search finds 2 and puts 97 of 100 points in" in text
    assert "Full with the thorough search finds 2 and puts 91 of 100 points." in text
    assert "The difference may be chance. Fewer than 6 photos can never tell." in text
    assert "2 people are few" in text
    assert [plain(metric.label) for metric in scored.metric] == ["full, fast", "full, thorough"]
    assert scored.metric[0].value == "97% right"


def test_the_table_and_the_joints_follow_the_slider(scored):
    scored.select_slider(key="score_threshold").set_value(0.5).run()
    table = scored.dataframe[0].value
    assert table["Found"].tolist() == ["2 of 2", "2 of 2"]
    assert table["Right within 0.5 (%)"][0].startswith("97.1 (")
    assert "PCKh@0.5" not in table, "no head is labelled"
    assert table["of people"].tolist() == ["2", "2"]
    scored.button_group(key="score_view").set_value("Joints").run()
    joints = scored.dataframe[0].value.set_index("Joint (% right)")
    assert joints.loc["left wrist", "full, fast"] == "50.0"
    assert joints.loc["right wrist", "full, fast"] == "100.0"
    scored.button_group(key="score_view").set_value("Domains").run()
    domains = scored.dataframe[0].value.set_index("Domain")
    assert domains.loc["desk", "full, fast: right (%)"].startswith("100.0")
    assert (domains.loc["stage", "Photos"], domains.loc["stage", "People"]) == ("2", "1")
    assert not scored.exception


def test_angles_have_their_agreement(scored):
    scored.button_group(key="score_view").set_value("Angles").run()
    scored.selectbox(key="angle_joint").set_value("right_elbow").run()
    angles = scored.dataframe[0].value.set_index("Joint")
    assert angles.loc["right elbow", "People"] == "2"
    assert abs(float(angles.loc["right elbow", "Bias (°)"])) < 1
    assert float(angles.loc["left elbow", "Bias (°)"]) != 0
    assert not scored.exception


def test_the_worst_come_first_and_can_be_filtered(scored):
    def names():
        cards = (plain(each.value) for each in scored.markdown)
        return [text.split("**")[1] for text in cards if text.startswith("**") and ("right: " in text or "\n" in text)]

    assert names() == ["stage/two.jpg", "desk/one.jpg"]
    assert "left wrist 1.0 of the torso off" in plain(said(scored))
    scored.selectbox(key="worst_domain").set_value("desk").run()
    assert names() == ["desk/one.jpg"]
    scored.toggle(key="worst_missed").set_value(True).run()
    assert names() == []
    assert "Nobody here" in said(scored)
    scored.toggle(key="worst_missed").set_value(False).run()
    scored.selectbox(key="worst_domain").set_value(None).run()


def test_only_the_photos_shown_are_decoded(scored, monkeypatch):
    decoded = []
    monkeypatch.setattr(worst_people, "_ON_A_PAGE", 1)
    monkeypatch.setattr(worst_people, "decode_picture", lambda data, name: decoded.append(name) or np.zeros((9, 9, 3)))
    monkeypatch.setattr(worst_people, "draw_scored", lambda *_, **__: np.zeros((9, 9, 3), np.uint8))
    scored.run()
    assert len(decoded) == 1
    scored.number_input(key="worst_page").set_value(2).run()
    assert len(decoded) == 2
    assert "desk/one.jpg" in plain(said(scored))
    scored.number_input(key="worst_page").set_value(1).run()


def test_a_label_is_corrected_in_its_tab(real_set, open_page):
    app = open_page("scores")
    upload(app, "photos.zip", real_set)
    app.button_group(key="score_ways").set_value(["fast"]).run()
    score(app)
    app.button(key="correct_0").click().run()
    assert app.session_state["visit"].get(LabelDesk).asked_for == ("stage/two.jpg",)
    assert app.session_state["scores_tab"] == "label"


def test_files_are_those_of_the_command(scored, tmp_path):
    visit = scored.session_state["visit"]
    photo_set, runs = visit.get(PhotoSet), visit.get(ScoreRuns)
    out = tmp_path / "scores"
    assert main(["evaluate", "--images", str(photo_set.archive), "--out", str(out)]) == 0
    theirs = json.loads((out / "metrics.json").read_text())["cases"][0]
    assert without_time(runs.scored.evaluation.figures[0]) == without_time(theirs)


def without_time(figures):
    return {name: value for name, value in figures.items() if name != "ms_median"}


def test_page_and_command_agree_on_labelled_photos(open_page, shared_data, tmp_path):
    folder = shared_data / "people"
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "three_people.jpg"}
    app = open_page("scores")
    upload(app, "people.zip", zipped(files))
    runs = score(app)
    out = tmp_path / "scores"
    labels = str(folder / "test_coco.json")
    assert main(["evaluate", "--images", str(folder), "--annotations", labels, "--out", str(out)]) == 0
    theirs = json.loads((out / "metrics.json").read_text())["cases"][0]
    fast, thorough = runs.scored.evaluation.figures
    assert without_time(fast) == without_time(theirs)
    assert (fast["found"], thorough["found"], fast["people"]) == (4, 11, 12)
    text = plain(said(app))
    assert "On your 12 people in 4 photos, full with the thorough search finds 11 and puts 80 of 100 points" in text
    assert "Full with the fast search finds 4 and puts 25 of 100 points." in text


def a_link() -> zipfile.ZipInfo:
    member = zipfile.ZipInfo("link.png")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


def bad_set() -> bytes:
    """A set of which one photo can be scored, and all that is wrong with the others."""
    photo = io.BytesIO()
    Image.new("RGB", SIZE, "teal").save(photo, "PNG")
    images = [
        {"id": 1, "file_name": "good.png"},
        {"id": 2, "file_name": "missing.png"},
        {"id": 3, "file_name": "sized.png", "width": 9, "height": 9},
        {"id": 4, "file_name": "broken.png"},
    ]
    annotations = [
        annotation(1, 1),
        annotation(2, 99),
        annotation(3, 1, keypoints=[1, 2, 2]),
        annotation(7, 1, keypoints=[0] * 51, bbox=[]),
        "?",
    ]
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("good.png", "sized.png"):
            archive.writestr(name, photo.getvalue())
        archive.writestr("broken.png", photo.getvalue()[:40])
        archive.writestr("/etc/absolute.png", b"")
        archive.writestr("../up.png", b"")
        archive.writestr(a_link(), "good.png")
        archive.writestr("bomb.png", bytes(101_000_000))
        archive.writestr("labels.json", labels_of(images, annotations))
    return data.getvalue()


def test_what_cannot_be_used_is_named_and_the_rest_is_scored(open_page):
    app = open_page("scores")
    upload(app, "photos.zip", bad_set())
    app.button_group(key="score_models").set_value([]).run()
    assert app.button(key="score_start").disabled
    results = [{"image_id": 1, "keypoints": flat(STANDING), "score": 1}, {"image_id": "x"}]
    other = next(each for each in app.file_uploader if each.label == "Results on the same photos")
    other.set_value(
        [("theirs.json", json.dumps(results).encode(), "application/json"), ("theirs.json", b"{", "")]
    ).run()
    runs = score(app)
    assert "On your 1 person in 1 photo, theirs.json finds 1 and puts 100 of 100 points" in plain(said(app))
    assert "13 entries could not be used" in said(app)
    [table] = [each.value for each in app.dataframe if "What is wrong" in each.value]
    named = {f"{row.File}: {row.Entry}": row["What is wrong"] for _, row in table.iterrows()}
    for entry, words in {
        "photos.zip: /etc/absolute.png": "leads out of the zip",
        "photos.zip: ../up.png": "leads out of the zip",
        "photos.zip: link.png": "a link",
        "photos.zip: bomb.png": "101,000,000 bytes",
        "photos.zip: broken.png": "broken.png",
        "photos.zip: sized.png": "9 x 9 pixels, but the photo has 200 x 300",
        "labels.json: image 2": "no photo missing.png",
        "labels.json: annotation 2": "image_id 99",
        "labels.json: annotation 3": "51 numbers, but got 3",
        "labels.json: annotation 7": "empty",
        "labels.json: annotation 4": "expected an object",
        "theirs.json: result 1": "'x'",
        "theirs.json (2): the whole file": "theirs.json (2) is not JSON",
    }.items():
        assert words in named.pop(entry)
    assert named == {}
    assert len(runs.scored.evaluation.cases) == 1


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (labels_of([{"id": 1, "file_name": "other.png"}], []), "there is no photo other.png"),
        (labels_of([{"id": 1, "file_name": "a.png", "width": 1, "height": 1}], []), "1 x 1 pixels"),
        (json.dumps({"people": []}).encode(), "not a file of COCO keypoint labels"),
        (b"", "is empty"),
    ],
)
def test_a_set_of_which_nothing_can_be_scored_says_why(open_page, labels, words):
    photo = io.BytesIO()
    Image.new("RGB", SIZE, "teal").save(photo, "PNG")
    app = open_page("scores")
    upload(app, "photos.zip", zipped({"a.png": photo.getvalue(), "labels.json": labels}))
    score(app)
    assert words in said(app)
    assert len(app.error) == 1


def test_photos_in_which_nobody_is_labelled_have_no_scores(open_page):
    photo = io.BytesIO()
    Image.new("RGB", SIZE, "teal").save(photo, "PNG")
    app = open_page("scores")
    labels = labels_of([{"id": 1, "file_name": "a.png"}], [])
    upload(app, "photos.zip", zipped({"a.png": photo.getvalue(), "labels.json": labels}))
    app.button_group(key="score_ways").set_value(["fast"]).run()
    score(app)
    assert "Nobody is labelled with points" in said(app)


def test_other_systems_are_named_and_removed(open_page):
    app = open_page("scores")
    upload(app, "photos.zip", bad_set())
    runs = app.session_state["visit"].get(ScoreRuns)
    for _ in range(2):
        runs.add_other("../<b>.json", b"[]")
    app.run()
    assert [other.name for other in runs.others] == ["<b>.json", "<b>.json (2)"]
    first, second = (other.path for other in runs.others)
    assert first.parent == second.parent == runs.folder.path
    app.text_input(key=f"other_name_{first.stem}").set_value("AlphaPose").run()
    app.button(key=f"other_remove_{second.stem}").click().run()
    assert [other.name for other in runs.others] == ["AlphaPose"]
    assert not second.exists()
    assert not app.exception
    for _ in range(9):
        runs.add_other("more.json", b"[]")
    with pytest.raises(UnreadableLabels, match="at most 10"):
        runs.add_other("more.json", b"[]")


@pytest.fixture
def set_of_six(write_set):  # noqa: F811
    folder, labels = write_set([f"{number}.png" for number in range(6)], [annotation(n, n) for n in range(1, 7)])
    photo_set = PhotoSet()
    for path in sorted(folder.iterdir()):
        photo_set.add_photo(path.name, path.read_bytes())
    photo_set.keep_labels(labels.read_bytes())
    yield photo_set
    photo_set.close()


def finish(runs: ScoreRuns, wanted) -> None:
    runs.start(wanted)
    assert runs.job.state.done.wait(120)
    assert runs.job.state.error is None
    runs.take_result()


def test_a_run_that_was_stopped_shows_what_is_done_and_goes_on(set_of_six, opened, monkeypatch):  # noqa: F811
    monkeypatch.setattr(run, "_FIRST_PHOTOS", 2)
    runs = ScoreRuns(set_of_six.archive)
    both = (PoseOptions(), PoseOptions(search="thorough"))
    wanted = runs.wanted(set_of_six, both)
    add = run._Kept.add

    def stopping(kept, photo, found):
        if sum(len(each.photos) for each in opened) >= 4:
            runs.job.stop()
        return add(kept, photo, found)

    with monkeypatch.context() as patch:
        patch.setattr(run._Kept, "add", stopping)
        finish(runs, wanted)
    part = runs.scored.evaluation
    assert 1 <= len(part.labelled.photos) < 6
    assert [len(case.people) for case in part.cases] == [len(part.labelled.photos)] * 2
    done = sum(len(each.photos) for each in opened)
    opened.clear()
    finish(runs, wanted)
    assert len(runs.scored.evaluation.labelled.photos) == 6
    assert 12 - done <= sum(len(each.photos) for each in opened) < 12
    opened.clear()
    finish(runs, runs.wanted(set_of_six, (*both, PoseOptions(people=3, model="full", engine="mediapipe"))))
    assert {each.options.engine for each in opened} == {"mediapipe"}, "only the case that was added is estimated"
    folder = runs.folder.path
    runs.close()
    assert not folder.exists()


def test_corrected_labels_need_no_new_estimates(set_of_six, opened):  # noqa: F811
    runs = ScoreRuns(set_of_six.archive)
    before = runs.wanted(set_of_six, (PoseOptions(),))
    finish(runs, before)
    opened.clear()
    labels = json.loads(set_of_six.labels)
    del labels["annotations"][0]
    set_of_six.keep_labels(json.dumps(labels).encode())
    after = runs.wanted(set_of_six, (PoseOptions(),))
    assert after != before
    finish(runs, after)
    assert opened == []
    assert len(runs.scored.evaluation.cases[0].people) == 5
    runs.close()


def evaluated(write_set, photos: int, *shifts: float):  # noqa: F811
    names = [f"{number}.png" for number in range(photos)]
    labelled = read_labelled_set(*write_set(names, [annotation(n + 1, n + 1) for n in range(photos)]))
    found = {}
    for case, shift in enumerate(shifts):
        points = STANDING.copy()
        points[0, 0] += shift
        people = {photo.photo_id: FoundPeople(points[None], np.ones(1), NOWHERE) for photo in labelled.photos}
        found[CaseName("full", "fast", "mediapipe") if case == 1 else CaseName(f"{case}.json")] = people
    return evaluate(labelled, found)


@pytest.mark.parametrize(
    ("photos", "shifts", "words"),
    [
        (1, (0,), "finds 1 and puts 100 of 100 points in the right place. 1 person is few"),
        (7, (0, 90), "Full with MediaPipe's engine finds 7 and puts 94 of 100 points. The difference is more than"),
        (7, (90, 0), "On your 7 people in 7 photos, full with MediaPipe's engine finds 7"),
        (7, (0, 90, 90), "It is better than all others by more than chance."),
        (7, (0, 0, 0), "All differences may be chance. 7 people"),
        (7, (0, 0, 90), "better than 2.json by more than chance; against full with MediaPipe's engine it may be"),
        (1, (0, 0, 0, 0, 0, 90), "3.json finds 1 and puts 100 of 100 points; 2 more in the table"),
    ],
)
def test_the_verdict(write_set, photos, shifts, words):  # noqa: F811
    said = " ".join(verdict(evaluated(write_set, photos, *shifts)))
    assert words in said


def test_the_verdict_says_how_many_people_have_a_scale(write_set):  # noqa: F811
    without_hip = np.where(np.arange(17)[:, None] == COCO_17.index("left_hip"), np.nan, STANDING)
    labelled = read_labelled_set(*write_set(["0.png", "1.png"], [annotation(1, 1), annotation(2, 2, without_hip)]))
    found = {CaseName("full"): {n: FoundPeople(STANDING[None], np.ones(1), NOWHERE) for n in (1, 2)}}
    assert "Points are judged on the 1 person whose torso is labelled" in " ".join(verdict(evaluate(labelled, found)))
    labelled = read_labelled_set(*write_set(["0.png"], [annotation(1, 1, without_hip)]))
    said = " ".join(verdict(evaluate(labelled, found)))
    assert said.startswith("On your 1 person in 1 photo, full finds 1. No torso is labelled")


def test_differences_in_words(write_set):  # noqa: F811
    [compared] = evaluated(write_set, 7, 0, 90).comparisons
    assert (
        difference_in_words(compared)
        == "0.json has 5.9 of 100 points more right than full, MediaPipe: more than chance."
    )
    [equal] = evaluated(write_set, 7, 0, 0).comparisons
    assert difference_in_words(equal) == "0.json and full, MediaPipe are equally good."


def test_the_cost_is_that_of_all_cases():
    options = (PoseOptions(), PoseOptions(search="thorough"), PoseOptions(model="heavy", engine="mediapipe"))
    seconds = [expected_seconds([each], 1000, None) for each in options]
    assert expected_seconds(options, 1000, None) == pytest.approx(sum(seconds))
    assert seconds[1] > 10 * seconds[0]
    case = SimpleNamespace(name=CaseName("full", "fast", "fast"), milliseconds=1.0)
    evaluation, wanted = SimpleNamespace(cases=[case]), SimpleNamespace(options=options[:1])
    last = SimpleNamespace(evaluation=evaluation, wanted=wanted, found={case.name: dict.fromkeys(range(900))})
    assert expected_seconds(options[:1], 1000, last) == pytest.approx(0.1 / WORKERS), "of 100 photos, 1 ms each"
    assert expected_seconds(options[1:], 1000, last) == pytest.approx(sum(seconds[1:]))
    assert cost(4, 2, 0, 0) == "4 photos in 2 ways: all estimated already."
    assert cost(2000, 3, 0, 700) == "2,000 photos in 3 ways: about 12 minutes."
    assert cost(1, 0, 1, 0) == "1 photo: only 1 other system, nothing to estimate."
