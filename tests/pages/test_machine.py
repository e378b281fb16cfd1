"""Who is at the machine that runs the server."""

import pytest
import streamlit as st

from pages.ui.serving.machine import is_at_the_machine, is_loopback


class Context:
    """What Streamlit says of a visitor: at the machine unless a test says otherwise."""

    def __init__(self, url="http://localhost:8501/progress", ip_address=None, **headers):
        self.url, self.ip_address = url, ip_address
        own = {"Host": "localhost:8501", "Origin": "http://localhost:8501"}
        self.headers = {k.replace("_", "-"): v for k, v in {**own, **headers}.items() if v is not None}


@pytest.mark.parametrize(
    ("context", "there"),
    [
        (Context(), True),
        (Context("http://127.0.0.1:8501", Host="127.0.0.1:8501", Origin="http://127.0.0.1:8501"), True),
        (Context("http://[::1]:8501/", Host="[::1]:8501", Origin="http://[::1]:8501", ip_address="::1"), True),
        (Context(ip_address="192.168.1.5"), False),
        (Context(url=None), False),
        (Context(url="https://pose.example/progress"), False),
        (Context(url="http://[broken"), False),
        (Context(Host="pose.example"), False),
        (Context(Host=None), False),
        (Context(Origin="https://pose.example"), False),
        (Context(Origin=None), False),
        (Context(Origin="null"), False),
        (Context(X_Forwarded_For="127.0.0.1"), False),
        (Context(x_forwarded_proto="https"), False),
        (Context(Forwarded="for=192.0.2.60"), False),
        (Context(X_Real_Ip="192.0.2.60"), False),
        (Context(Via="1.1 proxy"), False),
    ],
)
def test_a_single_sign_of_another_machine_is_enough(monkeypatch, context, there):
    monkeypatch.setattr(st, "context", context)
    assert is_at_the_machine() == there


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:7f00:1", True),
        ("pose.localhost", True),
        ("::ffff:192.168.1.5", False),
        ("0.0.0.0", False),
        ("pose.example", False),
        ("192.168.1.5", False),
        ("localhost.example", False),
        (None, False),
    ],
)
def test_only_loopback_hosts_are_local(host, own):
    assert is_loopback(host) == own
