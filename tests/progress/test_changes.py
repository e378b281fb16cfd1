"""Title and time of a session can be changed, and the user's own file is theirs."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import create_engine

from posecore import SessionStore
from posecore.progress.store import default_url


@pytest.fixture
def data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def test_title_and_time_change_and_nothing_else(data_folder, squats, plank):
    store = SessionStore(create_engine(default_url()))
    store.save_all("ann", [squats, plank])
    store.save("ben", squats)
    later = replace(squats, title="Evening", started_at=squats.started_at + timedelta(hours=8))
    assert store.change("ann", replace(later, exercise="lunge"))
    assert store.sessions("ann") == [plank, later]
    assert store.thumbnails("ann", [squats.id]) == {squats.id: squats.thumbnail}
    assert store.sessions("ben") == [squats]
    assert not store.change("ben", plank), "what is not there does not appear"
    assert store.sessions("ben") == [squats]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_nobody_else_can_read_the_users_own_file(data_folder):
    before = os.umask(0)
    try:
        default_url()
    finally:
        os.umask(before)
    assert (data_folder / "posecore").stat().st_mode & 0o777 == 0o700
    assert (data_folder / "posecore" / "progress.db").stat().st_mode & 0o777 == 0o600
