"""Print the position of each person's left wrist, received over WebSocket. Requires: pip install websockets."""

import json
import sys

from websockets.sync.client import connect

port = int(sys.argv[1]) if len(sys.argv) > 1 else 8765
# No proxy between programs on one machine; at most one frame is queued, so that the printed values are current.
with connect(f"ws://127.0.0.1:{port}", proxy=None, max_queue=1) as feed:
    wrist = json.loads(feed.recv())["landmarks"].index("left_wrist")
    for message in feed:
        for person in json.loads(message)["people"]:
            print(f"person {person['id']}: {person['xy'][wrist]} pixels, {person['world'][wrist]} metres")
