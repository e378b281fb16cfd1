"""The live picture on the visitor's own device: what its script needs, and when only the server will do."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from pages.ui.live.coach import Coach
from pages.ui.live.device_files import DeviceFiles
from pages.ui.live.device_recording import address_for_recordings
from pages.ui.live.device_stream import DeviceStream
from pages.ui.live.own_exercise import own_exercise
from pages.ui.live.stream import LiveOptions
from pages.ui.serving.public_files import publish
from pages.ui.shared.script_parts import HAND_LOOK, angle_for_scripts
from posecore import BLAZEPOSE_33, HAND_21, PoseOptions
from posecore.motion.angles import ANGLES
from posecore.view.drawing import BONE_FINENESS, JOINT_FINENESS
from posecore.view.palette import BONE_SIDES, PEOPLE, SIDES, css, ink_on

_LISTED = ", "
_NO_PICTURE = "Your browser finds people and hands itself. No picture leaves this device"
_UNLESS = ", unless you open a snapshot or a recording on another page"


def why_server(options: LiveOptions, files: DeviceFiles) -> str | None:
    """Why only the server will do for these choices, as a sentence; None if a device will do as well.

    Args:
        options: of the live picture.
        files: what devices can get.
    """
    pose, usual = options.pose, PoseOptions()
    model = str(pose.model)
    least = ("min_detection", "min_presence", "min_tracking")
    only = {
        "hands": options.hands is not None and files.hand is None,
        "a changed background": options.background != "keep",
        "overlays": bool(options.overlay),
        "the thorough search": pose.search == "thorough",
        "changed confidences": any(getattr(pose, name) != getattr(usual, name) for name in least),
        f"the {model} model": options.bodies and model not in files.bundles,
    }
    wanted = [words for words, holds in only.items() if holds]
    return f"The server does what devices cannot yet: {_LISTED.join(wanted)}." if wanted else None


def device_data(
    files: DeviceFiles, options: LiveOptions, *, film: Path | None, link: str | None, coach: Coach | None = None
) -> dict[str, Any]:
    """What the script of a device needs, as ``DeviceData`` in js/types.d.ts.

    Args:
        files: the runtime and the models.
        options: of the live picture.
        film: a video that plays in place of a camera; None: there is a camera.
        link: address that takes landmarks; None: nothing on the server needs them.
        coach: follows them; None: there is no coach.
    """
    pose, hands = options.pose, options.hands
    return {
        "files": files.as_data(),
        "options": {
            "model": str(pose.model),
            "people": pose.people,
            "bodies": options.bodies,
            "hands": 0 if hands is None else hands.hands,
            "smoothing": pose.smoothing,
        },
        "look": _look(by_person=pose.people > 1, skeletons=options.skeletons),
        "mirror": options.mirror,
        "angles": [angle_for_scripts(angle) for angle in ANGLES.values()],
        "film": None if film is None else _film_address(film),
        "link": link,
        "coach": None if coach is None else own_exercise(coach),
        "landmarks": list(BLAZEPOSE_33.landmarks),
        "handLandmarks": list(HAND_21.landmarks),
        "uploads": address_for_recordings(),
    }


def wanted_of(files: DeviceFiles | None, options: LiveOptions) -> dict[str, Any] | None:
    """What a device would do, for the choice where people are found; None if it would not look for bodies."""
    if files is None or not options.bodies:
        return None
    hands = 0 if options.hands is None else options.hands.hands
    model = str(options.pose.model)
    return {"model": model, "people": options.pose.people, "hands": hands, "models": list(files.bundles)}


def what_travels(stream: DeviceStream, *, keeps_pictures: bool) -> str:
    """What leaves a device that finds people itself, as sentences.

    Args:
        stream: of the visit's device.
        keeps_pictures: whether there can be snapshots and recordings.
    """
    users = {
        "the coach": stream.coach is not None,
        "gestures, letters and signs": stream.reads_hands or stream.remembers or stream.gestures is not None,
        "the programs under Send": stream.send_on is not None,
    }
    used_by = [user for user, uses in users.items() if uses]
    picture = f"{_NO_PICTURE}{_UNLESS if keeps_pictures else ''}."
    if not used_by:
        return f"{picture} Landmarks stay on it, too."
    return (
        f"{picture} Only landmarks, the positions of points on bodies and hands, go to the server that runs this page, "
        f"which needs them for {_LISTED.join(used_by)}. They are not stored."
    )


@lru_cache(maxsize=4)
def _film_address(path: Path) -> str:
    return publish(path)


def _look(*, by_person: bool, skeletons: bool) -> dict[str, Any]:
    edges = zip(BLAZEPOSE_33.edges, BONE_SIDES, BONE_FINENESS.tolist(), strict=True)
    joints = zip(BLAZEPOSE_33.sides, JOINT_FINENESS.tolist(), strict=True)
    return {
        "bones": [
            {"from": start, "to": end, "color": css(SIDES[side]), "fineness": fineness}
            for (start, end), side, fineness in edges
        ],
        "joints": [{"color": css(SIDES[side]), "fineness": fineness} for side, fineness in joints],
        "people": [{"color": css(color), "ink": css(ink_on(color))} for color in PEOPLE],
        "byPerson": by_person,
        "skeletons": skeletons,
        "hands": {
            **{name: value for name, value in HAND_LOOK.items() if name != "table"},
            "inks": {side: css(ink_on(SIDES[side])) for side in ("left", "right")},
        },
    }
