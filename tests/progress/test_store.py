"""The store keeps sessions as they are, each owner's apart."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from posecore import SessionStore


@pytest.fixture
def store(tmp_path: Path) -> SessionStore:
    return SessionStore(create_engine(f"sqlite:///{tmp_path / 'progress.db'}"))


def test_a_session_comes_back_as_it_was_saved(store, squats, plank):
    assert store.save("ann", squats)
    assert store.save("ann", plank)
    assert store.sessions("ann") == [squats, plank]
