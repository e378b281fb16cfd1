"""Whose sessions a visitor sees, and whether they are kept after the visit."""

import hashlib
import json
import os
from dataclasses import dataclass
from typing import Literal, get_args

import streamlit as st

from pages.ui.serving.host_secrets import host_secrets
from pages.ui.serving.machine import is_at_the_machine
from posecore import InvalidOption

_VARIABLE = "POSECORE_PROGRESS"
Keeping = Literal["auto", "one-user", "off"]
ONE_USER = "local"
"""Owner of the sessions of a machine with one user. No login can have it: those are hashes."""
VISITOR = "visitor"


@dataclass(frozen=True)
class Whose:
    """The visitor as the owner of sessions.

    Attributes:
        owner: of their sessions in the database.
        lasts: whether sessions are kept after the visit.
        name: of the account that they are logged in with; None if they are not.
        may_log_in: whether they could log in.
    """

    owner: str
    lasts: bool
    name: str | None = None
    may_log_in: bool = False


def whose() -> Whose:
    """The current visitor.

    Raises:
        InvalidOption: if ``$POSECORE_PROGRESS`` is none of its values.
    """
    keeping = os.environ.get(_VARIABLE, "auto")
    if keeping not in get_args(Keeping):
        raise InvalidOption(f"Expected {_VARIABLE} to be one of {', '.join(get_args(Keeping))}, but got {keeping!r}.")
    if keeping == "off":
        return Whose(VISITOR, lasts=False)
    if "is_logged_in" in st.user:  # the host configured logins, so nobody is the one user
        return _of_account()
    if keeping == "one-user" or is_at_the_machine():
        return Whose(ONE_USER, lasts=True)
    return Whose(VISITOR, lasts=False)


def is_one_user() -> bool:
    """Whether the visitor is the one user of the machine that runs this server.

    Raises:
        InvalidOption: as ``whose``.
    """
    return whose().owner == ONE_USER


def _of_account() -> Whose:
    issuer, subject = st.user.get("iss"), st.user.get("sub")
    if st.user.get("is_logged_in") is not True or not issuer or not subject:
        return Whose(VISITOR, lasts=False, may_log_in=True)
    # Both identify an account for good, while its e-mail address may change hands. The database needs neither.
    owner = hashlib.sha256(json.dumps([str(issuer), str(subject)]).encode()).hexdigest()
    name = st.user.get("email") or st.user.get("name") or "your account"
    return Whose(owner, lasts=True, name=str(name))


def offer_login(visitor: Whose) -> None:
    """Show the account with a button to log out, or the buttons to log in; nothing if the host has no logins."""
    if visitor.name is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"Logged in as {visitor.name}", width="content")
            st.button("Log out", icon=":material/logout:", type="tertiary", on_click=st.logout)
    elif visitor.may_log_in:
        with st.container(horizontal=True):
            for provider in _providers():
                label = f"Log in with {provider.capitalize()}" if provider else "Log in"
                key = f"log_in_{provider}"
                st.button(label, icon=":material/login:", key=key, on_click=st.login, args=(provider,))


def _providers() -> list[str | None]:
    """Names of the host's identity providers, as for ``st.login``."""
    auth = host_secrets().get("auth", {})
    named = [name for name, value in auth.items() if isinstance(value, dict) and "client_id" in value]
    return [None, *named] if "client_id" in auth else [*named]
