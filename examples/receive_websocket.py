"""Print where the left wrist of each person is, as the WebSocket feed tells it. Needs: pip install websockets."""

import json
import sys

from websockets.sync.client import connect

port = int(sys.argv[1]) if len(sys.argv) > 1 else 8765
# No proxy between two programs of one machine; and one frame waits at most, so that what is printed is new.
with connect(f"ws://127.0.0.1:{port}", proxy=None, max_queue=1) as feed:
    wrist = json.loads(feed.recv())["landmarks"].index("left_wrist")
    for message in feed:
        for person in json.loads(message)["people"]:
            print(f"person {person['id']}: {person['xy'][wrist]} pixels, {person['world'][wrist]} metres")
