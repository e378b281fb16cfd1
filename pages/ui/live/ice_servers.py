"""The STUN and TURN servers of live streams, as the host configured them."""

import json
import logging
import os
from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.ui.serving.host_secrets import host_secrets
from posecore import InvalidOption

_LOG = logging.getLogger(__name__)

_SERVERS = "POSECORE_ICE_SERVERS"
_POLICY = "POSECORE_ICE_POLICY"
_POLICIES = ("all", "relay")
_ACCOUNTS = (
    (("CLOUDFLARE_TURN_KEY_ID", "CLOUDFLARE_TURN_KEY_API_TOKEN"), "get_cloudflare_ice_servers"),
    (("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"), "get_twilio_ice_servers"),
    (("HF_TOKEN",), "get_hf_ice_servers"),
)
# Less than half of what their passwords last.
_ACCOUNT_KEPT_S = 1200
_SCHEMES = ("stun:", "stuns:", "turn:", "turns:")


def browser_configuration() -> dict[str, Any]:
    """Configuration for the browser's ``RTCPeerConnection``.

    Raises:
        InvalidOption: if the host's servers or policy are invalid.
    """
    policy = host_secrets().get("ice_policy") or os.environ.get(_POLICY) or _POLICIES[0]
    if policy not in _POLICIES:
        raise InvalidOption(f"Expected {_POLICY} (or the secret ice_policy) to be all or relay, but got {policy!r}.")
    return {"iceServers": ice_servers(), "iceTransportPolicy": policy}


def ice_servers() -> list[dict[str, Any]]:
    """The host's STUN and TURN servers: from the secrets, or else from ``$POSECORE_ICE_SERVERS`` as JSON.

    If neither names any, those of the account at Cloudflare, Twilio or Hugging Face that the host names in the
    environment. Without one there are none: a server that the host did not choose must not learn who visits.

    Raises:
        InvalidOption: if they are not a list, or one is not valid for a browser.
    """
    servers = host_secrets().get("ice_servers")
    if servers is None:
        text = os.environ.get(_SERVERS)
        if not text:
            return _of_the_hosts_account()
        servers = _decoded(text)
    if not isinstance(servers, list):
        raise InvalidOption(
            f"Expected {_SERVERS} (or the secret ice_servers) to be a list, but got {type(servers).__name__}."
        )
    return [_checked(server) for server in servers]


@st.cache_data(ttl=_ACCOUNT_KEPT_S, show_spinner=False)
def _of_the_hosts_account() -> list[dict[str, Any]]:
    for variables, function in _ACCOUNTS:
        values = [os.environ.get(variable) for variable in variables]
        if all(values):
            import streamlit_webrtc  # slow to import, and few hosts need it

            try:
                return [dict(server) for server in getattr(streamlit_webrtc, function)(*values)]
            except Exception as error:  # noqa: BLE001 - whatever a provider's library raises; a live stream may work without
                # Not its text, which may have the account's token in it.
                _LOG.warning("No TURN servers from the account in %s: %s", variables[0], type(error).__name__)
    return []


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidOption(f"Expected {_SERVERS} to be a JSON list, but it is not JSON: {error}.") from error


def _checked(server: Any) -> dict[str, Any]:
    """One server in the form for a browser. Error messages never contain its credential."""
    if not isinstance(server, Mapping):
        raise InvalidOption(f"Expected each ICE server to have urls, but got {type(server).__name__}.")
    urls = server.get("urls")
    urls = [urls] if isinstance(urls, str) else urls
    if not isinstance(urls, list) or not urls:
        got = type(urls).__name__ if urls else "none"
        raise InvalidOption(f"Expected the urls of an ICE server to be a string or a list of them, but got {got}.")
    for url in urls:
        if not isinstance(url, str) or not url.startswith(_SCHEMES):
            raise InvalidOption(
                f"Expected the urls of an ICE server to begin with {', '.join(_SCHEMES)}, but got {_public(url)}."
            )
    missing = [name for name in ("username", "credential") if not server.get(name)]
    turn = next((url for url in urls if url.startswith("turn")), None)
    if missing and turn:
        raise InvalidOption(f"Expected {' and '.join(missing)} for {_public(turn)}: a TURN server requires both.")
    return dict(server)


def _public(url: Any) -> str:
    """The part of an address that visitors may see, without the user and password that some hosts write into it."""
    return repr(url.rpartition("@")[2]) if isinstance(url, str) else type(url).__name__
