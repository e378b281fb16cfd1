"""Checks of options that bodies and hands share."""

from numbers import Real
from typing import Any

from posecore.errors import InvalidOption

# Far more than any processor has cores, and few enough for OpenVINO.
_MOST_THREADS = 1024


def check_count(name: str, value: Any, most: int) -> None:
    """Raise InvalidOption unless ``value`` is a whole number from 1 to ``most``."""
    if not (isinstance(value, int) and 1 <= value <= most):
        raise InvalidOption(f"Expected {name!r} to be a whole number from 1 to {most}, but got {value}.")


def check_share(name: str, value: Any) -> None:
    """Raise InvalidOption unless ``value`` is a number from 0 to 1."""
    if not (isinstance(value, Real) and 0 <= float(value) <= 1):
        raise InvalidOption(f"Expected {name!r} to be from 0 to 1, but got {value}.")


def check_threads(threads: Any) -> None:
    """Raise InvalidOption unless ``threads`` is None or a number of threads per inference."""
    if threads is not None and not (isinstance(threads, int) and threads >= 1):
        raise InvalidOption(f"Expected 'threads' to be a whole number from 1, but got {threads}.")
    if threads is not None and threads > _MOST_THREADS:
        raise InvalidOption(f"Expected 'threads' to be at most {_MOST_THREADS}, but got {threads}.")
