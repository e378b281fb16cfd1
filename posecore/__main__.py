"""``python -m posecore``: see ``posecore.cli.main``."""

import sys

from posecore.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
