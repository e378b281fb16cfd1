"""Where feeds are: ports of this machine, as it alone can reach them."""

from posecore.errors import InvalidOption

LOOPBACK = "127.0.0.1"
# Those below belong to the system.
_LOWEST, _HIGHEST = 1024, 65535


def check_port(port: int) -> None:
    """Raise InvalidOption if this is not a port that a program may choose."""
    if not (isinstance(port, int) and _LOWEST <= port <= _HIGHEST):
        raise InvalidOption(f"Expected 'port' to be a whole number from {_LOWEST} to {_HIGHEST}, but got {port!r}.")
