"""Rendering SVG files in a process of its own, which is ended if a drawing takes too long or too much memory."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Sequence

from posecore.errors import UnreadablePuppet

_MOST_S = 10  # a puppet of usual detail takes 0.2 s
_MOST_BYTES = 1_000_000_000


def render(pages: Sequence[str]) -> list[bytes]:
    """Draw SVG files as PNG files, without fonts, other files or a network.

    Raises:
        UnreadablePuppet: if one of them cannot be drawn, or all together take more than ten seconds.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", __name__],
            input=json.dumps(list(pages)).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=_MOST_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadablePuppet(f"It takes more than {_MOST_S} s to draw. Simplify its paths.") from error
    if done.returncode:
        raise UnreadablePuppet("It cannot be drawn. Simplify it, or save it again as a plain SVG.")
    return [base64.b64decode(png) for png in json.loads(done.stdout)]


def main() -> None:
    """Draw the files in the JSON list on stdin; a list of PNG files as Base64 goes to stdout."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (_MOST_BYTES,) * 2)
    import resvg_py

    drawn = [resvg_py.svg_to_bytes(svg_string=page, skip_system_fonts=True) for page in json.load(sys.stdin)]
    json.dump([base64.b64encode(png).decode() for png in drawn], sys.stdout)


if __name__ == "__main__":
    main()
