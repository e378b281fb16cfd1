"""Ports for feeds, on the loopback interface, which other machines cannot reach."""

from posecore.errors import InvalidOption

LOOPBACK = "127.0.0.1"
# Lower ports are reserved for the system.
_LOWEST, _HIGHEST = 1024, 65535


def check_port(port: int) -> None:
    """Raise InvalidOption unless a program may use this port."""
    if not (isinstance(port, int) and _LOWEST <= port <= _HIGHEST):
        raise InvalidOption(f"Expected 'port' to be a whole number from {_LOWEST} to {_HIGHEST}, but got {port!r}.")
