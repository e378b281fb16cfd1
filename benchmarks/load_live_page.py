"""A visit whose own device sends landmarks, for load_live.py: a coach follows them, or nothing that takes long."""

import sys
from pathlib import Path

import streamlit as st

# Streamlit puts only the script's own folder on the path, whose pages.py is not the app's folder.
HERE = Path(__file__).resolve().parent
sys.path = [str(HERE.parent), *(each for each in sys.path if Path(each).resolve() != HERE)]


def show_page() -> None:
    """Show the address of the visit's connection."""
    from pages.ui.live.coach import Coach
    from pages.ui.live.device_link import device_of_visit
    from pages.ui.live.gesture_buttons import GestureButtons
    from pages.ui.live.sets import Target

    stream = device_of_visit().stream
    if exercise := st.query_params.get("coach"):
        stream.coach = stream.coach or Coach(exercise, Target(amount=1000, sets=1, rest_s=0))
    else:  # which has no hands to look at
        stream.gestures = stream.gestures or GestureButtons()
    st.text(device_of_visit().address)


if __name__ == "__main__":
    show_page()
else:
    from pages.ui.serving import sockets
    from pages.ui.serving.server import lifespan

    app = st.App(__file__, routes=sockets.routes(), lifespan=lifespan)
