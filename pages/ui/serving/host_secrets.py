"""What the host wrote into ``.streamlit/secrets.toml``."""

from typing import Any

import streamlit as st


def host_secrets() -> dict[str, Any]:
    """The secrets as plain values; empty if there is no such file."""
    try:
        return st.secrets.to_dict()
    except FileNotFoundError:
        return {}
