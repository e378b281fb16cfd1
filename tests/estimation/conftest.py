"""What tests of both engines share."""

import sys

import pytest

from posecore.estimation import networks


@pytest.fixture
def without_openvino(monkeypatch):
    """A machine on which OpenVINO cannot be imported."""
    monkeypatch.setitem(sys.modules, "openvino", None)
    networks._load.cache_clear()
    networks.load_openvino.cache_clear()
    yield
    networks._load.cache_clear()
    networks.load_openvino.cache_clear()
