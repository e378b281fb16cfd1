"""Whether the visitor is at the machine that runs this server."""

import ipaddress
from contextlib import suppress
from urllib.parse import urlsplit

import streamlit as st

# What proxies say of a visitor whom they let in. Behind one on the same machine, everybody's address is loopback.
_OF_PROXIES = ("forwarded", "via", "x-real-ip", "cf-connecting-ip", "true-client-ip")
_OF_PROXIES_TOO = "x-forwarded-"


def is_at_the_machine() -> bool:
    """Whether the visitor is at the machine that runs this server.

    It takes all signs together: the address in the browser, the peer of the connection, the headers Host and Origin,
    and that no proxy names a visitor of its own. A program that is no browser can send false ones through a proxy on
    the same machine that adds none, so docs/hosting.md says what to set behind such a proxy.
    """
    headers = st.context.headers
    if any(map(is_of_proxy, headers)):
        return False
    peer = st.context.ip_address  # None: loopback
    hosts = [_host(st.context.url), _host(headers.get("Origin")), _host(f"//{headers.get('Host', '')}")]
    return all(map(is_loopback, hosts)) and (peer is None or is_loopback(peer))


def is_of_proxy(header: str) -> bool:
    """Whether a header of this name says that a proxy let the visitor in."""
    return header.lower() in _OF_PROXIES or header.lower().startswith(_OF_PROXIES_TOO)


def _host(url: str | None) -> str | None:
    with suppress(ValueError):
        return urlsplit(url or "").hostname
    return None


def is_loopback(host: str | None) -> bool:
    """Whether a name or address means this machine."""
    name = (host or "").rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761: never another machine
        return True
    with suppress(ValueError):
        address = ipaddress.ip_address(name)
        # Before Python 3.13, an IPv4 address written as IPv6 is not seen through.
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return (mapped or address).is_loopback
    return False
