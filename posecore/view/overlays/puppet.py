"""A figure of joined parts that moves as the person does."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from posecore.view.overlays.person import Person
from posecore.view.overlays.puppet_svg import Puppet, PuppetPart, built_in, trunk
from posecore.view.overlays.scene import Scene
from posecore.view.overlays.sheet import Sheet

_Doubles = NDArray[np.float64]

# From the end of a limb on, so that what is nearer to the trunk covers its beginning; each between two landmarks.
_LEG = {"foot": ("ankle", "foot_index"), "shin": ("knee", "ankle"), "thigh": ("hip", "knee")}
_ARM = {"upper_arm": ("shoulder", "elbow"), "hand": ("wrist", "index"), "forearm": ("elbow", "wrist")}
_TORSO_M = 0.5  # from between the shoulders to between the hips, as in posecore.view.overlays.mannequin
# Of a part's length, so that one that points at the camera is seen as a round end, and feet from the front as shoes.
_SHORTEST, _SHORTEST_FOOT = 0.35, 0.75
_HIPS_TO_SHOULDERS = 0.6  # in width, as on the mannequin
_SLIMMEST = 0.35  # of the trunk's width, seen from the side
# How much farther away than the trunk an arm or a head must be to be behind it, and how much nearer a leg, to be before
# it: arms hang beside the trunk, legs join it from below.
_BEHIND_M, _BEFORE_M = 0.08, 0.15


def puppet(front: Sheet, _behind: Sheet, scene: Scene) -> None:
    """A puppet on each person: each part between its joints, as long as there and as wide as suits the person."""
    figure = scene.puppet or built_in()
    for person in scene.people:
        if person.px_per_m > 0:
            for name, to_picture in _places(figure, person, scene):
                _lay(front, figure.parts[name], to_picture)


def _places(figure: Puppet, person: Person, scene: Scene) -> list[tuple[str, _Doubles]]:
    """The parts that are seen, the farthest first, with the (2, 3) from the puppet's units to pixels of each."""
    down, _ = trunk(figure.corners)
    scale = (-1 if scene.mirrored else 1) * _TORSO_M * person.px_per_m / float(np.hypot(*down))
    trunk_m = _depth(person, "left_shoulder", "right_shoulder", "left_hip", "right_hip")
    # Each with how far behind the trunk it is drawn.
    groups = [
        (0.0, _torso(figure, person, mirrored=scene.mirrored)),
        (_depth(person, "nose", "left_ear", "right_ear") - trunk_m - _BEHIND_M, _head(figure, person, scale)),
    ]
    for side in ("left", "right"):
        own = scene.own_side(side)
        arm_m = _depth(person, f"{own}_elbow", f"{own}_wrist") - trunk_m
        leg_m = _depth(person, f"{own}_knee", f"{own}_ankle") - trunk_m
        groups.append((arm_m - _BEHIND_M, _limb(figure, person, _ARM, side, own, scale)))
        groups.append((leg_m + _BEFORE_M, _limb(figure, person, _LEG, side, own, scale)))
    return [place for _, places in sorted(groups, key=lambda group: -group[0]) for place in places]


def _limb(
    figure: Puppet, person: Person, limb: Mapping[str, tuple[str, str]], side: str, own: str, scale: float
) -> list[tuple[str, _Doubles]]:
    """The parts of the puppet's limb of a side, on the person's limb of their own side."""
    places = []
    for kind, joints in limb.items():
        part = figure.parts.get(f"{kind}_{side}")
        begin, end = (person.point(f"{own}_{joint}") for joint in joints)
        if part is None or begin is None or end is None:
            continue
        if kind == "hand":
            pinky = person.point(f"{own}_pinky")
            along = (end if pinky is None else (end + pinky) / 2) - begin
            # The tips of fingers are less sure than the way in which they point.
            end = begin + along / max(float(np.hypot(*along)), 1e-6) * abs(scale) * _length(part)
        places.append(
            (f"{kind}_{side}", _between(part, begin, end, scale, _SHORTEST_FOOT if kind == "foot" else _SHORTEST))
        )
    return places


def _head(figure: Puppet, person: Person, scale: float) -> list[tuple[str, _Doubles]]:
    if person.head is None:
        return []
    middle, up, radius = person.head
    part = figure.parts["head"]
    size = math.copysign(2 * radius / _length(part), scale)
    return [("head", _between(part, middle - radius * up, middle + radius * up, size))]


def _between(part: PuppetPart, begin: _Doubles, end: _Doubles, scale: float, shortest: float = _SHORTEST) -> _Doubles:
    """(2, 3) from the puppet's units to pixels: pivots on two points, across by a scale; mirrored if it is negative."""
    # In plain numbers: for matrices this small, NumPy takes several times as long.
    (x, y), (own_x, own_y) = (end - begin).tolist(), (part.end - part.begin).tolist()
    length, own_length = math.hypot(x, y), math.hypot(own_x, own_y)
    x, y = (x / length, y / length) if length > 0 else (0.0, 1.0)
    own_x, own_y = own_x / own_length, own_y / own_length
    along = max(length / own_length, shortest * abs(scale))
    turn = np.array(
        [
            [along * x * own_x + scale * y * own_y, along * x * own_y - scale * y * own_x],
            [along * y * own_x - scale * x * own_y, along * y * own_y + scale * x * own_x],
        ]
    )
    return np.column_stack([turn, begin - turn @ part.begin])


def _torso(figure: Puppet, person: Person, *, mirrored: bool) -> list[tuple[str, _Doubles]]:
    """Between shoulders and hips, wide enough to be seen from the side."""
    corners = person.torso if person.torso is not None else _hanging(person)
    if corners is None:
        return []
    there = corners[[1, 0, 3, 2]] if mirrored else corners
    (own_down, own_out), (down, out) = (trunk(corners) for corners in (figure.corners, there))
    length, own_length = float(np.hypot(*down)), float(np.hypot(*own_down))
    own_width = float(own_out @ _across(own_down)) / own_length
    if length == 0:
        return []
    across = _across(down) / length
    width, usual = float(out @ across), own_width * length / own_length * (-1 if mirrored else 1)
    if abs(width) < _SLIMMEST * abs(usual):
        out = out + (math.copysign(_SLIMMEST * usual, width if width != 0 else usual) - width) * across
    turn = np.column_stack([down, out]) @ np.linalg.inv(np.column_stack([own_down, own_out]))
    return [("torso", np.column_stack([turn, there.mean(axis=0) - turn @ figure.corners.mean(axis=0)]))]


def _hanging(person: Person) -> _Doubles | None:
    """(4, 2) as ``Person.torso``, for those who sit before a camera: hips that are not seen are below the shoulders."""
    left, right = person.point("left_shoulder"), person.point("right_shoulder")
    if left is None or right is None:
        return None
    hips = (left + right) / 2 - _TORSO_M * person.px_per_m * person.upwards
    half = _HIPS_TO_SHOULDERS * (left - right) / 2
    return np.array([left, right, hips - half, hips + half])


def _depth(person: Person, *landmarks: str) -> float:
    """Metres from the middle of the hips away from the camera: the mean of those that are known."""
    depths = [person.depth(name) for name in landmarks]
    known = [depth for depth in depths if math.isfinite(depth)]
    return sum(known) / len(known) if known else 0.0


def _lay(front: Sheet, part: PuppetPart, to_picture: _Doubles) -> None:
    to_sheet = np.vstack([to_picture, [0, 0, 1]]) @ part.to_puppet
    (a, b, _), (c, d, _), _ = to_sheet.tolist()
    smaller = math.sqrt(max(abs(a * d - b * c), 1e-12))
    level = min(max(int(-math.log2(smaller)), 0), len(part.levels) - 1)
    pixels = 2.0**level
    middle = (pixels - 1) / 2  # of the first pixel of the smaller picture
    front.picture(part.levels[level], to_sheet @ np.array([[pixels, 0, middle], [0, pixels, middle], [0, 0, 1]]))


def _length(part: PuppetPart) -> float:
    return float(np.hypot(*(part.end - part.begin)))


def _across(way: _Doubles) -> _Doubles:
    return np.array([-way[1], way[0]])
