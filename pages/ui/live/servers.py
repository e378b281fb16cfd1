"""The STUN and TURN servers that a live picture may go by."""

import json
import os
from typing import Any

import streamlit as st

from posecore import InvalidOption


def ice_servers() -> list[dict[str, Any]] | None:
    """The STUN and TURN servers of the host: from the secrets, else ``$POSECORE_ICE_SERVERS`` as JSON.

    None where neither names any: streamlit-webrtc then looks for Twilio's or Hugging Face's in the
    environment, and takes a public STUN server where there are none.

    Raises:
        InvalidOption: where the variable is not a JSON list.
    """
    if "ice_servers" in _secrets():
        return [dict(server) for server in st.secrets["ice_servers"]]
    text = os.environ.get("POSECORE_ICE_SERVERS")
    if not text:
        return None
    try:
        servers = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidOption(f"Expected POSECORE_ICE_SERVERS to be a JSON list, but it is not JSON: {error}.") from error
    if not isinstance(servers, list):
        raise InvalidOption(f"Expected POSECORE_ICE_SERVERS to be a JSON list, but got {type(servers).__name__}.")
    return servers


def _secrets() -> Any:
    try:
        return st.secrets.to_dict()
    except FileNotFoundError:  # no secrets file: nothing is secret
        return {}
