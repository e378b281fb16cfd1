"""Print how each bone of an avatar is turned, received by the VMC protocol. Requires: pip install python-osc."""

import sys

from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer


def show(address, bone, px, py, pz, qx, qy, qz, qw):
    """Print one bone: its turn from the T-pose, as a quaternion in the frame of its parent."""
    print(f"{bone}: x {qx:.3f}, y {qy:.3f}, z {qz:.3f}, w {qw:.3f}")


port = int(sys.argv[1]) if len(sys.argv) > 1 else 39539
dispatcher = Dispatcher()
dispatcher.map("/VMC/Ext/Bone/Pos", show)
BlockingOSCUDPServer(("127.0.0.1", port), dispatcher).serve_forever()
