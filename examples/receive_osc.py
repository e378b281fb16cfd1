"""Print where the left wrist of each person is, as OSC messages tell it. Needs: pip install python-osc."""

import sys

from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer


def show(address, x_px, y_px, x_m, y_m, z_m, visibility):
    """Print one landmark; its person is in the address."""
    person = address.split("/")[2]
    print(f"person {person}: ({x_px:.1f}, {y_px:.1f}) pixels, ({x_m:.3f}, {y_m:.3f}, {z_m:.3f}) metres")


port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
dispatcher = Dispatcher()
dispatcher.map("/pose/*/left_wrist", show)
BlockingOSCUDPServer(("127.0.0.1", port), dispatcher).serve_forever()
