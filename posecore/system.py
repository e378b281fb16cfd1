"""Names the operating-system library that an import or a load is missing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from posecore.errors import MissingSystemLibrary

# Shared libraries that the opencv-python and mediapipe wheels load but do not carry -> Debian package.
DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libGL.so.1": "libgl1",
    "libxcb.so.1": "libxcb1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
}

_LOADER_MESSAGE = re.compile(r"(?P<library>lib[\w.+-]+\.so[\w.]*): cannot open shared object file")


@contextmanager
def naming_missing_library() -> Iterator[None]:
    """Turn the loader's error inside the block into one that says what to install.

    Raises:
        MissingSystemLibrary: where the block failed because a shared library is absent.
        Any other error of the block passes through unchanged.
    """
    try:
        yield
    except (ImportError, OSError) as error:
        found = _LOADER_MESSAGE.search(str(error))
        if found is None:
            raise
        raise MissingSystemLibrary(_explain(found["library"])) from error


def _explain(library: str) -> str:
    package = DEBIAN_PACKAGES.get(library)
    if package is None:
        return f"The system library {library} is missing. Install the package of your system that carries it."
    return (
        f"The system library {library} is missing. On Debian or Ubuntu, install it with: sudo apt-get install {package}"
    )
