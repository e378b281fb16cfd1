"""Print the position of each person's left wrist, received as OSC messages. Requires: pip install python-osc."""

import sys

from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer


def show(address, x_px, y_px, x_m, y_m, z_m, visibility):
    """Print one landmark; the address contains the person."""
    person = address.split("/")[2]
    print(f"person {person}: ({x_px:.1f}, {y_px:.1f}) pixels, ({x_m:.3f}, {y_m:.3f}, {z_m:.3f}) metres")


port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
dispatcher = Dispatcher()
dispatcher.map("/pose/*/left_wrist", show)
BlockingOSCUDPServer(("127.0.0.1", port), dispatcher).serve_forever()
