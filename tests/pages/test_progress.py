"""The Progress page, and saving into it: whose sessions these are, and what happens if there is no database."""

import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from sqlalchemy import create_engine
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.scriptrunner import RerunData, RerunException
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.testing.v1 import AppTest

from pages.ui.live.coach import Coach
from pages.ui.live.sets import Target
from pages.ui.progress import database
from pages.ui.progress.database import VisitDatabase
from pages.ui.progress.files import import_sessions
from pages.ui.progress.kept import Kept
from pages.ui.progress.whose import ONE_USER, Whose, whose
from posecore import ExerciseSession, InvalidOption, PoseSequence, RunSummary, SessionStore, save_sequence
from posecore.limits import LIMITS
from posecore.motion.exercises.results import FormNote, Held, Repetition
from posecore.progress.csv_file import write_csv
from posecore.progress.store import default_url
from tests.motion.exercises.figure import plank, squats
from tests.pages.test_coach import train
from tests.pages.test_explore import open_saved
from tests.pages.test_video import upload

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime.now(UTC).replace(microsecond=0)
FAULT = FormNote("depth", "fault", "side", "°", 20.0, 31.2, 1.2, (), 0.8, "Go lower")


def repetition(start_s: float, degrees: float, form: tuple[FormNote, ...] = ()) -> Repetition:
    ranges = {"left_knee": degrees, "right_knee": degrees}
    tempo = {"down": 0.8, "hold": 0.2, "up": 1.0}
    return Repetition(start_s, start_s + 1, start_s + 2, "both", ranges, tempo, 0.0, 0, form)


def some_squats(days_ago: float, count: int, title: str = "gym.mp4") -> ExerciseSession:
    done = tuple(repetition(3.0 * number, 90.0 + number, (FAULT,)) for number in range(count))
    return ExerciseSession(NOW - timedelta(days=days_ago), "squat", "video", title, (done,))


SQUATS = [some_squats(15, 3, "garden.mp4"), some_squats(8, 4)]
PLANK = ExerciseSession(NOW - timedelta(days=1), "plank", "camera", held=(Held(0, 30.5), Held(60, 80)))


@pytest.fixture(scope="module")
def seeded(tmp_path_factory) -> Path:
    """A database in which the one user and somebody else have sessions."""
    file = tmp_path_factory.mktemp("seeded") / "progress.db"
    store = SessionStore(create_engine(f"sqlite:///{file}"))
    store.save_all(ONE_USER, [*SQUATS, PLANK])
    store.save("somebody else", some_squats(1, 9, "secret.mp4"))
    return file


@pytest.fixture
def data(monkeypatch, tmp_path) -> Path:
    """This user's data folder, and a server that has not used it yet."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("POSECORE_PROGRESS", raising=False)
    monkeypatch.setattr(database, "DATABASE", database.Database(database._engine))
    return tmp_path / "posecore"


@pytest.fixture
def at_the_machine(monkeypatch, data) -> Path:
    """The visitor is at the machine that runs the server."""
    monkeypatch.setattr("pages.ui.progress.whose.is_at_the_machine", lambda: True)
    return data


@pytest.fixture
def progress(at_the_machine, seeded, open_page) -> AppTest:
    """The page of the one user, who has two sessions of squats and one plank."""
    at_the_machine.mkdir()
    shutil.copy(seeded, at_the_machine / "progress.db")
    return open_page("progress")


@pytest.fixture
def visit() -> Callable[[str], AppTest]:
    """Begin a visit of its own at a page."""

    def begin(page: str = "progress") -> AppTest:
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120).run()
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
        return app

    return begin


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def listed(app: AppTest) -> list[str]:
    """Titles in the list of sessions."""
    return next((table.value["Title"].tolist() for table in app.dataframe if "Title" in table.value), [])


def said(app: AppTest) -> str:
    shown = (*app.markdown, *app.info, *app.caption, *app.error, *app.warning, *app.success)
    return " ".join(element.value for element in shown)


def click(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def labels(app: AppTest) -> set[str]:
    return {button.label for button in app.button}


def stored(owner: str = ONE_USER) -> list[ExerciseSession]:
    return SessionStore(create_engine(default_url())).sessions(owner)


def bring(app: AppTest, content: bytes, name: str = "progress.csv") -> None:
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not app.exception


def count_squats(app: AppTest, tmp_path: Path) -> None:
    path = tmp_path / "gym.posecore.npz"
    save_sequence(squats([1, 1, 1]), path)
    open_saved(app, path.read_bytes(), path.name)


# What the page shows


def test_an_empty_page_says_how_to_begin(at_the_machine, open_page):
    app = open_page("progress")
    assert app.title[0].value == "Progress"
    assert "No sessions yet" in said(app)
    assert "in a database on this computer" in said(app)
    assert not app.metric
    assert "Delete all sessions" not in labels(app)


def test_the_sessions_are_summed_up_and_listed(progress):
    shown = figures(progress)
    assert (shown["Sessions"], shown["Repetitions"], shown["Held"]) == ("3", "7", "50 s")
    assert {"Sessions this week", "Repetitions this week"} < set(shown)
    assert listed(progress) == ["", "gym.mp4", "garden.mp4"], "the newest first, and only one's own"
    [bests] = [table.value for table in progress.dataframe if "Best" in table.value]
    assert bests[["Exercise", "Best", "Value"]].to_numpy().tolist() == [
        ["Plank", "Held longest", "30.5 s"],
        ["Squat", "Most in one session", "4"],
        ["Squat", "Most in one set", "4"],
        ["Squat", "Largest range", "93°"],
    ]


def test_filters_are_kept_for_the_visit(progress):
    progress.multiselect(key="progress_exercises").set_value(["squat"]).run()
    progress.text_input(key="progress_text").set_value("GARDEN").run()
    assert listed(progress) == ["garden.mp4"]
    progress.switch_page("pages/home.py").run()
    progress.switch_page("pages/progress.py").run()
    assert listed(progress) == ["garden.mp4"]
    progress.text_input(key="progress_text").set_value("cellar").run()
    assert "No session passes these filters" in said(progress)
    click(progress, "Clear")
    assert len(listed(progress)) == 3
    progress.date_input(key="progress_from").set_value((NOW - timedelta(days=9)).date()).run()
    progress.date_input(key="progress_to").set_value((NOW - timedelta(days=7)).date()).run()
    assert listed(progress) == ["gym.mp4"]


def test_the_trend_is_of_one_exercise_and_of_what_it_has(progress):
    def trends() -> list[str]:
        return progress.segmented_control(key="progress_trend").options

    assert trends() == ["Range", "Tempo", "Count"]
    progress.segmented_control(key="progress_trend").set_value("count").run()
    progress.selectbox(key="progress_trend_of").set_value("plank").run()
    assert not progress.exception
    assert trends() == ["Held"]


def test_nothing_is_asked_of_the_database_again_when_the_page_runs_again(progress, monkeypatch):
    monkeypatch.setattr(SessionStore, "sessions", lambda *_arguments, **_options: pytest.fail("asked again"))
    progress.run()
    assert listed(progress)


# Files and deletion


def test_all_are_deleted_only_after_a_confirmation(progress):
    click(progress, "Delete all sessions")
    assert len(stored()) == 3
    click(progress, "Delete all")
    assert stored() == []
    assert len(stored("somebody else")) == 1
    assert "No sessions yet" in said(progress)


def test_a_file_adds_what_is_not_there_yet(progress):
    new = some_squats(3, 5, "cellar.mp4")
    bring(progress, write_csv([new, SQUATS[0]]))
    assert "progress.csv: 1 session added, 1 was there already." in said(progress).replace("\\", "")
    assert figures(progress)["Sessions"] == "4"
    assert new in stored()


def test_a_wrong_file_adds_nothing_and_says_where_it_is_wrong(progress):
    wrong = write_csv([some_squats(3, 2)]).replace(b",90.0,", b",ninety,", 1)
    bring(progress, wrong)
    assert "Row 2" in progress.error[0].value
    assert "ninety" in progress.error[0].value
    assert len(stored()) == 3


def test_there_is_an_end_to_what_files_add(progress, monkeypatch):
    few = replace(LIMITS, sessions_rows=11)
    monkeypatch.setattr("pages.ui.progress.kept.LIMITS", few)
    bring(progress, write_csv([some_squats(3, 2), SQUATS[0]]))
    assert len(stored()) == 4
    bring(progress, write_csv([some_squats(4, 1)]))
    assert "Expected at most 11 repetitions and holds" in progress.error[0].value
    assert len(stored()) == 4


# Saving


def test_a_count_is_saved_once_and_can_be_taken_back(at_the_machine, app, tmp_path):
    count_squats(app, tmp_path)
    assert not (at_the_machine / "progress.db").exists(), "nothing is kept that was not asked for"
    click(app, "Save to progress")
    assert "Saved to your progress" in said(app)
    [session] = stored()
    assert (session.exercise, session.count, session.title) == ("squat", 3, "gym")
    assert abs(session.started_at - datetime.now(UTC)) < timedelta(minutes=2)
    count_squats(app, tmp_path)
    assert "Save to progress" not in labels(app), "the same count in another upload of the file"
    click(app, "Undo")
    assert stored() == []
    click(app, "Save to progress")
    assert len(stored()) == 1


def test_another_visit_does_not_save_it_twice(at_the_machine, visit, tmp_path):
    for expected in ("Saved to your progress", "in your progress already"):
        app = visit("explore")
        count_squats(app, tmp_path)
        click(app, "Save to progress")
        assert expected in said(app)
    assert len(stored()) == 1


def test_title_time_and_picture_are_the_visitors_choice(at_the_machine, app, tmp_path):
    count_squats(app, tmp_path)
    next(each for each in app.text_input if each.label == "Title").set_value("  Legs\tday ")
    next(each for each in app.datetime_input if each.label == "Done at").set_value(datetime(2026, 3, 1, 18, 30))
    next(each for each in app.checkbox if each.label == "With a picture").check()
    click(app, "Save to progress")
    [session] = stored()
    assert (session.title, session.started_at) == ("Legs day", datetime(2026, 3, 1, 18, 30, tzinfo=UTC))
    [jpeg] = SessionStore(create_engine(default_url())).thumbnails(ONE_USER, [session.id]).values()
    assert jpeg.startswith(b"\xff\xd8\xff")
    app.switch_page("pages/progress.py").run()
    assert listed(app) == ["Legs day"]


def test_the_time_that_a_video_states_is_where_saving_begins(at_the_machine, visit, monkeypatch, shared_data):
    def estimate(*_arguments, on_end, **_options) -> PoseSequence:
        on_end(RunSummary(most_people=1, stopped=None))
        return squats([1, 1, 1])

    monkeypatch.setattr("pages.ui.video.clip_run.estimate_video", estimate)
    app = visit("video")
    upload(app, "squat_logo.mp4", (shared_data / "reps" / "squat_logo.mp4").read_bytes())
    [at] = [each for each in app.datetime_input if each.label == "Done at"]
    assert at.value == datetime(2016, 1, 5, 8, 6)
    assert datetime.fromisoformat(at.max).date() >= NOW.date(), "that it was done today can be said, too"
    click(app, "Save to progress")
    assert stored()[0].started_at == datetime(2016, 1, 5, 8, 6, tzinfo=UTC)


def test_an_import_is_not_interrupted_by_another_upload(monkeypatch):
    """Streamlit ends a run where the page uses its session state, once another file has arrived."""

    class OtherUpload(dict):
        def _end_the_run(self, *_key: object) -> None:
            raise RerunException(RerunData())

        get = __getitem__ = __setitem__ = __contains__ = _end_the_run

    store = VisitDatabase()
    there = Kept(Whose(ONE_USER, lasts=False), store)
    data = write_csv([SQUATS[0]])
    file = UploadedFile(UploadedFileRec("1", "progress.csv", "text/csv", data), FileURLs())
    monkeypatch.setattr(st, "session_state", OtherUpload())
    worked, text = import_sessions(there, file)
    assert (worked, text.replace("\\", "")) == (True, "progress.csv: 1 session added.")
    assert len(store.ask(lambda kept: kept.sessions(ONE_USER))) == 1
    store.close()


def finish(app: AppTest, coach: Coach) -> None:
    """Show the Webcam page after a session with this coach."""
    app.session_state["coach_exercise"] = coach.exercise
    for name in ("repetitions", "seconds"):
        app.session_state[f"coach_{name}"] = coach.target.amount
    app.session_state["coach_sets"], app.session_state["coach_rest"] = coach.target.sets, int(coach.target.rest_s)
    app.session_state["live_coach"] = coach
    app.session_state["webcam_coach"] = True
    app.run()
    assert not app.exception


def test_a_session_with_the_coach_is_saved_on_request(at_the_machine, visit):
    coach = Coach("squat", Target(2, 2, 5))
    train(coach, squats([1] * 9))
    app = visit("webcam")
    finish(app, coach)
    assert not (at_the_machine / "progress.db").exists(), "nothing is kept that was not asked for"
    click(app, "Save to progress")
    [session] = stored()
    assert (session.exercise, session.source, [len(one) for one in session.sets]) == ("squat", "camera", [2, 2])
    assert session.repetitions[0].start_s == 0
    click(app, "Undo")
    assert stored() == []


def test_a_finished_session_is_saved_by_itself_if_that_is_chosen_and_only_once(at_the_machine, visit):
    coach = Coach("plank", Target(5, 1, 0))
    train(coach, plank())
    coach.report([], 2000, "end")
    app = visit("webcam")
    app.session_state["coach_saves"] = True
    finish(app, coach)
    assert "Saved to your progress" in said(app)
    [session] = stored()
    assert (session.exercise, session.count) == ("plank", 0)
    assert session.held_s == pytest.approx(5, abs=1.5)
    click(app, "Undo")
    app.run()
    assert stored() == [], "it stays undone"


# Whose they are


def test_strangers_do_not_see_each_others_sessions_and_nothing_is_stored(data, visit, tmp_path):
    one, other = visit("explore"), visit()
    count_squats(one, tmp_path)
    assert "kept only until you reload or close" in said(one)
    click(one, "Save to progress")
    one.switch_page("pages/progress.py").run()
    assert listed(one) == ["gym"]
    assert "kept only until you reload or close" in said(one)
    other.run()
    assert listed(other) == []
    assert listed(visit()) == []
    assert not data.exists()


def test_behind_a_proxy_nobody_sees_the_local_sessions(progress, visit, monkeypatch):
    assert len(listed(progress)) == 3
    monkeypatch.setattr("pages.ui.progress.whose.is_at_the_machine", lambda: False)
    assert listed(visit()) == []
    progress.run()
    assert listed(progress) == [], "nor does a visit that goes on"


def test_an_account_has_its_own_sessions(at_the_machine, visit, tmp_path, monkeypatch):
    ann = {"is_logged_in": True, "iss": "https://id.example", "sub": "17", "email": "ann@example.org"}
    ben = {**ann, "sub": "18", "email": "ann@example.org"}  # an address may change hands
    monkeypatch.setattr(st, "user", ann)
    app = visit("explore")
    count_squats(app, tmp_path)
    click(app, "Save to progress")
    app = visit()
    assert listed(app) == ["gym"]
    assert "Log out" in labels(app)
    assert stored() == [], "the one user of the machine has nothing to do with it"
    monkeypatch.setattr(st, "user", ben)
    assert listed(visit()) == []
    app.run()
    assert listed(app) == [], "nor does a visit that changes accounts"
    monkeypatch.setattr(st, "user", {"is_logged_in": False})
    monkeypatch.setattr("pages.ui.progress.whose.host_secrets", lambda: {"auth": {"client_id": "x", "okta": {}}})
    app = visit()
    assert listed(app) == []
    assert "Log in" in labels(app)
    assert "Log in on the Progress page to keep them" in said(app)
    monkeypatch.setattr(st, "user", {**ann, "email": "ann@new.example"})
    assert listed(visit()) == ["gym"]


@pytest.mark.parametrize("user", [{"is_logged_in": True}, {"is_logged_in": True, "iss": "https://id.example"}])
def test_an_account_without_identity_is_nobody(at_the_machine, monkeypatch, user):
    monkeypatch.setattr(st, "user", user)
    assert not whose().lasts


def test_the_host_decides_what_is_kept(data, monkeypatch):
    monkeypatch.setenv("POSECORE_PROGRESS", "one-user")
    assert whose().owner == ONE_USER
    monkeypatch.setattr(st, "user", {"is_logged_in": False})
    assert not whose().lasts, "where people log in, nobody is the one user"
    monkeypatch.setenv("POSECORE_PROGRESS", "off")
    assert not whose().lasts
    monkeypatch.setenv("POSECORE_PROGRESS", "yes")
    with pytest.raises(InvalidOption, match="POSECORE_PROGRESS"):
        whose()


# Without a database


def test_what_cannot_be_saved_waits_until_the_database_is_back(at_the_machine, visit, tmp_path):
    (at_the_machine / "progress.db").mkdir(parents=True)  # a folder in place of the file
    app = visit("explore")
    count_squats(app, tmp_path)
    click(app, "Save to progress")
    assert "Not saved yet" in said(app)
    app = visit()
    assert "progress.db" in app.error[0].value
    assert "Not saved yet: 1 session." in said(app)
    click(app, "Try again")
    assert "Not saved yet: 1 session." in said(app)
    (at_the_machine / "progress.db").rmdir()
    click(app, "Try again")
    assert not app.error
    assert "Not saved yet" not in said(app)
    assert listed(app) == ["gym"]
    assert len(stored()) == 1


def test_what_was_read_before_is_still_shown(progress, at_the_machine, tmp_path):
    (at_the_machine / "progress.db").rename(tmp_path / "elsewhere.db")
    (at_the_machine / "progress.db").mkdir()
    count_squats(progress, tmp_path)
    click(progress, "Save to progress")
    progress.switch_page("pages/progress.py").run()
    assert "Not saved yet: 1 session." in said(progress)
    assert "Below is what was read last." in said(progress)
    assert len(listed(progress)) == 3
    click(progress, "Delete all sessions")
    click(progress, "Delete all")
    assert "cannot be used" in said(progress)
    assert "Not saved yet: 1 session." in said(progress)


def test_what_waits_can_be_taken_back(at_the_machine, visit, tmp_path):
    (at_the_machine / "progress.db").mkdir(parents=True)
    app = visit("explore")
    count_squats(app, tmp_path)
    click(app, "Save to progress")
    click(app, "Undo")
    assert "Save to progress" in labels(app)
    assert "Not saved yet" not in said(visit())


def test_a_database_that_may_only_be_read_is_still_shown(progress, at_the_machine, tmp_path, monkeypatch):
    url = f"sqlite:///file:{at_the_machine / 'progress.db'}?mode=ro&uri=true"
    monkeypatch.setattr(database, "host_secrets", lambda: {"connections": {"progress": {"url": url}}})
    count_squats(progress, tmp_path)
    click(progress, "Save to progress")
    progress.switch_page("pages/progress.py").run()
    assert len(listed(progress)) == 3
    assert "Not saved yet: 1 session." in said(progress)
    assert "readonly" in progress.error[0].value


@pytest.mark.parametrize(
    "url", ["postgresql://ann:se%2Fcret@127.0.0.1:{}/gym", "postgres://ann:secret@127.0.0.1:{}/gym"]
)
def test_a_server_that_does_not_answer_is_named_without_its_password(at_the_machine, visit, monkeypatch, url):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = url.format(probe.getsockname()[1])
        monkeypatch.setattr(database, "host_secrets", lambda: {"connections": {"progress": {"url": url}}})
        began = time.monotonic()
        app = visit()
        assert time.monotonic() - began < 8
    [error] = app.error
    assert "127.0.0.1" in error.value
    assert "cret" not in error.value
    assert "Try again" in labels(app)


@pytest.mark.parametrize("url", ["nonsense-with-secret", "oracle://ann:secret@host/gym", "mysql+none://secret@host"])
def test_an_address_of_another_kind_says_what_is_expected(at_the_machine, visit, monkeypatch, url):
    monkeypatch.setattr(database, "host_secrets", lambda: {"connections": {"progress": {"url": url}}})
    app = visit()
    assert app.title[0].value == "Progress"
    assert "secret" not in app.error[0].value.replace("secrets.toml", "")
    assert "postgresql" in app.error[0].value.lower()
