"""Which markers and joints of other programs' files are which of COCO's 17 keypoints: by name, in one table.

Names are compared without the person's name before a colon, case, blanks, dots and underscores, and with sides as
letters: "Subject1:Left_Knee", "LKnee" and "l.knee" are one. For each keypoint the first line of its table is taken of
which the file has all names. In a C3D or TRC file that is, in this order:

1. joint centres: "LKJC" and the like, and Vicon's Plug-in Gait bones ("LFEO": the femur's origin is the knee),
2. the middle of two markers on either side of a joint: Vicon's "LWRA" and "LWRB", OpenCap's "L_knee" and "L_mknee",
3. keypoints by their own names: COCO's, BlazePose's, OpenPose's and so Pose2Sim's, Sports2D's and OpenSim's,
4. one marker on the skin: Plug-in Gait's "LSHO" is on the acromion, some centimetres above the shoulder's centre, and
   "LKNE" on the outer side of the knee.

Hips without any of these come from the pelvis's markers, by the regression of Harrington et al., "Prediction of the
Hip Joint Centre in Adults, Children, and Patients with Cerebral Palsy Based on Magnetic Resonance Imaging" (2007).

A BVH joint is where its bone begins: "LeftForeArm" is the elbow. In the skeletons of Mixamo, MotionBuilder and CMU
"LeftShoulder" is the collarbone, so "LeftArm" comes before it; in posecore's own, Xsens' and older ones it is the
shoulder.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from posecore.errors import UnreadableMotion
from posecore.evaluation.keypoints import COCO_17, plain_name
from posecore.evaluation.motion import Doubles

_Table = Mapping[str, tuple[tuple[str, ...], ...]]

_MIDDLE: _Table = {"nose": (("nose",),)}

MARKERS: _Table = {
    "eye": (("eye",),),
    "ear": (("ear",),),
    "shoulder": (
        ("sjc",),
        ("clo",),
        ("shoulder",),
        ("shoulderstudy",),
        ("sho",),
        ("acr",),
        ("acromion",),
        ("acromium",),
    ),
    "elbow": (
        ("ejc",),
        ("huo",),
        ("lelbowstudy", "melbowstudy"),
        ("lelbow", "melbow"),
        ("hle", "hme"),
        ("elb", "melb"),
        ("elb", "elbm"),
        ("elbowlat", "elbowmed"),
        ("elbow",),
        ("elb",),
    ),
    "wrist": (
        ("wjc",),
        ("rao",),
        ("lwriststudy", "mwriststudy"),
        ("lwrist", "mwrist"),
        ("wra", "wrb"),
        ("rsp", "usp"),
        ("wri", "mwri"),
        ("wrist",),
        ("wri",),
    ),
    "hip": (("hjc",), ("hjcstudy",), ("fep",), ("hip",)),
    "knee": (
        ("kjc",),
        ("feo",),
        ("kneestudy", "mkneestudy"),
        ("knee", "mknee"),
        ("fle", "fme"),
        ("kne", "mkne"),
        ("kne", "knem"),
        ("kneelat", "kneemed"),
        ("knee",),
        ("kne",),
        ("kneelat",),
    ),
    "ankle": (
        ("ajc",),
        ("tio",),
        ("anklestudy", "manklestudy"),
        ("ankle", "mankle"),
        ("fal", "tam"),
        ("ank", "mank"),
        ("ank", "ankm"),
        ("anklelat", "anklemed"),
        ("ankle",),
        ("ank",),
        ("anklelat",),
    ),
}
"""Names in C3D and TRC files, by the keypoint without its side; the side's letter goes before each name."""

JOINTS: _Table = {
    "eye": (("eye",),),
    "ear": (("ear",),),
    "shoulder": (("arm",), ("upperarm",), ("uparm",), ("shldr",), ("shoulder",)),
    "elbow": (("elbow",), ("forearm",), ("lowerarm",), ("lowarm",)),
    "wrist": (("wrist",), ("hand",)),
    "hip": (("upleg",), ("upperleg",), ("thigh",), ("hip",)),
    "knee": (("knee",), ("lowerleg",), ("lowleg",), ("shin",), ("calf",), ("leg",)),
    "ankle": (("ankle",), ("foot",)),
}
"""Names of joints in BVH files, likewise."""

_FRONTS, _BACKS, _SACRUMS = ("asi", "asis", "asisstudy"), ("psi", "psis", "psisstudy"), ("sacr", "sacral", "vsacral")
_FEWEST = 4


def plain_marker(name: str) -> tuple[str, str]:
    """The person's name before a colon (empty without one), and the marker's name as it is compared."""
    person, _, own = name.strip().rpartition(":")
    own = re.sub(r"^mixamorig\d*_?", "", own)
    words = re.sub(r"^(left|right)_", lambda side: side[1][0], plain_name(own))
    return "" if person.lower().startswith("mixamorig") else person, words.replace("_", "")


@dataclass(frozen=True)
class _Recipe:
    """Where a keypoint comes from.

    Attributes:
        keypoint: its place among COCO's.
        places: of the markers whose middle it is, in the file; for the hips by regression left and right front, then
            those at the back.
        side: -1 or 1, of a hip by regression: left or right; 0: the middle of the markers.
    """

    keypoint: int
    places: tuple[int, ...]
    side: int = 0


@dataclass(frozen=True)
class ChosenMarkers:
    """The markers of a file that make keypoints.

    Attributes:
        names: of all markers in the file.
        person: whose they are, if the names say it.
        people: everyone whom the names say.
        recipes: of the keypoints.
    """

    names: tuple[str, ...]
    person: str
    people: tuple[str, ...]
    recipes: tuple[_Recipe, ...]

    @property
    def wanted(self) -> list[int]:
        """Places of the markers that are needed, each once."""
        return sorted({place for recipe in self.recipes for place in recipe.places})

    @property
    def read(self) -> dict[str, str]:
        """What each keypoint is made from, in words."""
        return {COCO_17[recipe.keypoint]: self._said(recipe) for recipe in self.recipes}

    @property
    def unused(self) -> tuple[str, ...]:
        """Names of the other markers."""
        wanted = set(self.wanted)
        return tuple(name for place, name in enumerate(self.names) if place not in wanted)

    def keypoints(self, points: Doubles, metres: float) -> Doubles:
        """(T, 17, 3) keypoints, in metres if ``metres`` is right.

        Args:
            points: (T, W, 3) of the wanted markers, in their order.
            metres: how long a unit of them is.
        """
        order = {place: column for column, place in enumerate(self.wanted)}
        keypoints = np.full((len(points), len(COCO_17), 3), np.nan)
        for recipe in self.recipes:
            own = points[:, [order[place] for place in recipe.places]] * metres
            keypoints[:, recipe.keypoint] = _hip(own, recipe.side) if recipe.side else own.mean(axis=1)
        return keypoints

    def _said(self, recipe: _Recipe) -> str:
        names = [self.names[place] for place in recipe.places]
        if recipe.side:
            return f"regression from {', '.join(names)}"
        return names[0] if len(names) == 1 else f"middle of {' and '.join(names)}"


def choose_markers(names: Sequence[str], table: _Table, file: str, *, person: str | int | None = None) -> ChosenMarkers:
    """Find the keypoints in the names of a file.

    Args:
        names: of markers or joints, in the file's order.
        table: ``MARKERS`` or ``JOINTS``.
        file: its name, for messages.
        person: of a file with several people, the name or the number (from 1) of one; None: the first one of those of
            whom most is there.

    Raises:
        UnreadableMotion: if too few names are known, or nobody is called so.
    """
    people: dict[str, dict[str, int]] = defaultdict(dict)
    for place, name in enumerate(names):
        who, plain = plain_marker(name)
        people[who].setdefault(plain, place)
    recipes = {who: _recipes(places, table) for who, places in people.items()}
    with_body = tuple(who for who, found in recipes.items() if len(found) >= _FEWEST)
    if not with_body:
        shown = ", ".join(" ".join(str(name).split())[:40] for name in names[:8]) or "none"
        raise UnreadableMotion(
            f"{file} has the names of too few joints to be compared. Expected names such as LKnee, left_knee, LKJC, "
            f"LKNE or LeftLeg, but got {shown}{', ...' if len(names) > 8 else ''}."
        )
    chosen = max(with_body, key=lambda who: len(recipes[who])) if person is None else _named(with_body, person, file)
    return ChosenMarkers(tuple(names), chosen, with_body, recipes[chosen])


def _named(people: tuple[str, ...], person: str | int, file: str) -> str:
    if isinstance(person, int) and 1 <= person <= len(people):
        return people[person - 1]
    if person in people:
        return str(person)
    known = ", ".join(f"{number} ({who or 'without a name'})" for number, who in enumerate(people, start=1))
    raise UnreadableMotion(f"{file} has no person {person!r}. It has {known}.")


def _recipes(places: Mapping[str, int], table: _Table) -> tuple[_Recipe, ...]:
    found = []
    for keypoint, name in enumerate(COCO_17):
        side, _, joint = name.rpartition("_")
        for plain in table[joint] if side else _MIDDLE[joint]:
            own = [places.get(side[:1] + each) for each in plain]
            if None not in own:
                found.append(_Recipe(keypoint, tuple(place for place in own if place is not None)))
                break
        else:
            if joint == "hip" and table is MARKERS and (pelvis := _pelvis(places)):
                found.append(_Recipe(keypoint, pelvis, 1 if side == "right" else -1))
    return tuple(found)


def _pelvis(places: Mapping[str, int]) -> tuple[int, ...]:
    """Places of the left and right front of the pelvis, and of its back: two markers, or one on the sacrum."""
    for names in _FRONTS:
        front = [places.get(side + names) for side in "lr"]
        if None not in front:
            break
    else:
        return ()
    backs = [[places.get(side + name) for side in "lr"] for name in _BACKS] + [[places.get(name)] for name in _SACRUMS]
    back = next((each for each in backs if None not in each), None)
    return () if back is None else tuple(place for place in (*front, *back) if place is not None)


def _hip(pelvis_m: Doubles, side: int) -> Doubles:
    """(T, 3) a hip's centre from (T, 3 or 4, 3) left front, right front and back of the pelvis, metres."""
    left, right, back = pelvis_m[:, 0], pelvis_m[:, 1], pelvis_m[:, 2:].mean(axis=1)
    middle, across = (left + right) / 2, right - left
    width = np.linalg.norm(across, axis=-1, keepdims=True)
    depth = np.linalg.norm(middle - back, axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        rightwards = across / width
        ahead = middle - back
        ahead = ahead - (ahead * rightwards).sum(axis=-1, keepdims=True) * rightwards
        ahead /= np.linalg.norm(ahead, axis=-1, keepdims=True)
    up = np.cross(rightwards, ahead)
    return np.asarray(
        middle
        + (-0.24 * depth - 0.0099) * ahead
        + (-0.30 * width - 0.0109) * up
        + side * (0.33 * width + 0.0073) * rightwards
    )
