"""What the numbers of rigid poses mean, in words."""

import streamlit as st

from posecore.rigid.kinds import KINDS
from posecore.rigid.pose import RigidSlot
from posecore.rigid.tags import FAMILIES

EMPTY = (
    "See where heads, bodies and printed tags are in front of the camera, in metres, and how they are turned. Choose a "
    "photo or video, or try the sample: it appears here with its axes drawn."
)

LEGEND = "Axes: **x** red, to the right · **y** green, down · **z** blue, away from the camera"

NO_TAG = (
    "No tag of the family {family} was found. Check the family. The whole tag has to be in view with its white margin, "
    "flat, sharp, and large enough that each of its small squares is 2 pixels or more."
)

_EXPLAINED = """
- **x, y, z** say where the middle of a body is, in metres from the camera: to the image's right, down, and away from
  the camera. **Distance** is the straight way to it.
- **Yaw, pitch, roll** say how it is turned, in degrees. All are 0 if it faces the camera upright. Yaw above 0 turns to
  the image's left, pitch above 0 looks down, roll above 0 tilts clockwise.
- **Axes** of a body that faces the camera point as those of the camera do: x (red) to the image's right, y (green)
  down, z (blue) into the body. If it turns, they turn with it. Their letters are at their ends in the 3D view.
- **Error** is how far its points are from where they were seen, in pixels. Below 1 is good for tags; parts of people
  are estimates of a model, with 5 and more.
- **Uncertain**: another rotation explains what was seen about as well. A flat tag that is far away, or faces the
  camera, has two, tilted opposite ways. Come nearer, tilt it, or print it larger. In an image a "?" says so, in
  curves a grey band.
- **Heads** have no pose if the face is turned away, hidden or smaller than 12 pixels. Nobody is recognised.
- **People have no absolute size** in an image, so everyone is taken to be as large as the model's adults: a child comes
  out further away than it is. Tags are as exact as their size and the camera are known.
- **Flat things and boxes** have their origin in their centre, and axes along their edges: x from corner 1 to 2, y from
  2 to 3, z into them. They are as exact as their size, the picked corners and the camera.
"""


def name_of(slot: RigidSlot) -> str:
    """A body in words, such as "Left hand 1" or "Tag 22"."""
    return f"{what(slot)} {slot.id}"


def what(slot: RigidSlot) -> str:
    """Its kind in words; of a thing its name."""
    if slot.kind in KINDS:
        return slot.kind.replace("_", " ").capitalize()
    return "Tag" if slot.kind in FAMILIES else slot.kind


def explain() -> None:
    """Show what the numbers mean, folded away at first."""
    with st.expander("What do these numbers mean?", icon=":material/help:"):
        st.markdown(_EXPLAINED)
