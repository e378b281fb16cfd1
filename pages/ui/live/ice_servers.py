"""The STUN and TURN servers that a live picture may go by, as the host names them."""

import json
import os
from collections.abc import Mapping
from typing import Any

import streamlit as st

from posecore import InvalidOption

_SERVERS = "POSECORE_ICE_SERVERS"
_POLICY = "POSECORE_ICE_POLICY"
_POLICIES = ("all", "relay")
_SCHEMES = ("stun:", "stuns:", "turn:", "turns:")


def browser_configuration() -> dict[str, Any]:
    """What a browser's ``RTCPeerConnection`` is given.

    Raises:
        InvalidOption: where the host's servers or policy are not what they must be.
    """
    policy = _secrets().get("ice_policy") or os.environ.get(_POLICY) or _POLICIES[0]
    if policy not in _POLICIES:
        raise InvalidOption(f"Expected {_POLICY} (or the secret ice_policy) to be all or relay, but got {policy!r}.")
    return {"iceServers": ice_servers(), "iceTransportPolicy": policy}


def ice_servers() -> list[dict[str, Any]] | None:
    """The STUN and TURN servers of the host: from the secrets, else ``$POSECORE_ICE_SERVERS`` as JSON.

    None where neither names any: streamlit-webrtc then looks for Cloudflare's, Twilio's or Hugging Face's in the
    environment, and takes a public STUN server where there are none.

    Raises:
        InvalidOption: where one of them is not as a browser wants it, or they are no list.
    """
    servers = _secrets().get("ice_servers")
    if servers is None:
        text = os.environ.get(_SERVERS)
        if not text:
            return None
        servers = _decoded(text)
    if not isinstance(servers, list):
        raise InvalidOption(
            f"Expected {_SERVERS} (or the secret ice_servers) to be a list, but got {type(servers).__name__}."
        )
    return [_checked(server) for server in servers]


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidOption(f"Expected {_SERVERS} to be a JSON list, but it is not JSON: {error}.") from error


def _checked(server: Any) -> dict[str, Any]:
    """One server as a browser wants it. What is told of a wrong one never holds its credential."""
    if not isinstance(server, Mapping):
        raise InvalidOption(f"Expected each ICE server to have urls, but got {type(server).__name__}.")
    urls = server.get("urls")
    urls = [urls] if isinstance(urls, str) else urls
    if not isinstance(urls, list) or not urls:
        got = type(urls).__name__ if urls else "none"
        raise InvalidOption(f"Expected the urls of an ICE server to be a text or a list of them, but got {got}.")
    for url in urls:
        if not isinstance(url, str) or not url.startswith(_SCHEMES):
            raise InvalidOption(
                f"Expected the urls of an ICE server to begin with {', '.join(_SCHEMES)}, but got {_told(url)}."
            )
    missing = [name for name in ("username", "credential") if not server.get(name)]
    turn = next((url for url in urls if url.startswith("turn")), None)
    if missing and turn:
        raise InvalidOption(
            f"Expected {' and '.join(missing)} for {_told(turn)}: a TURN server lets nobody in without."
        )
    return dict(server)


def _told(url: Any) -> str:
    """What visitors may read of an address: not the user and password that some hosts write into it."""
    return repr(url.rpartition("@")[2]) if isinstance(url, str) else type(url).__name__


def _secrets() -> dict[str, Any]:
    try:
        return st.secrets.to_dict()
    except FileNotFoundError:  # no secrets file: nothing is secret
        return {}
