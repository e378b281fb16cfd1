"""A puppet read from an SVG file, and the one door that such files of visitors pass.

An SVG can hold scripts, load other files, and be made to take endless memory or time. So only a few kinds of elements,
and references within the file, are accepted. A new file is written from these and rendered in a process of its own,
without fonts, other files or a network.
"""

import copy
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree  # see _check_structure  # nosec B405
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from posecore.errors import UnreadablePuppet
from posecore.limits import LIMITS
from posecore.system import naming_missing_library
from posecore.view.overlays.sheet import multiplied
from posecore.view.overlays.svg_rendering import render

with naming_missing_library():
    import cv2

_Doubles = NDArray[np.float64]
_View = tuple[float, float, float, float]  # left, top, width and height, in units of the drawing

TEMPLATE = Path(__file__).with_name("puppet.svg")
"""The built-in puppet, which is also the template for one's own."""

_LIMBS = [
    f"{part}_{side}" for side in ("left", "right") for part in ("upper_arm", "forearm", "hand", "thigh", "shin", "foot")
]
_MAY_BE_MISSING = ("hand", "foot")
_PARTS = ("head", "torso", *_LIMBS)
_PIVOT = "{part}-{end}"

_SVG = "{http://www.w3.org/2000/svg}"
_SHARED = {"defs", "style", "linearGradient", "radialGradient"}  # what parts may use, wherever it is
_DRAWN = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
_LEFT_OUT = {"title", "desc", "metadata"}
_ALLOWED = {"svg", "g", "stop"} | _SHARED | _DRAWN | _LEFT_OUT
_INSTEAD = {
    "script": "Remove it: a puppet only is a picture.",
    "foreignObject": "Remove it: a puppet only is a picture.",
    "image": "Trace the picture to paths, or draw it with shapes.",
    "text": "Turn the text to paths.",
    "use": "Unlink the clone, so that it is a shape of its own.",
}
_MOST_ELEMENTS, _DEEPEST = 3000, 40
_WIDEST = 100_000.0  # of the viewBox, in its units
_SLIMMEST = 10.0  # longer side of the viewBox by the shorter one
_OTHER_FILE = re.compile(r"url\(\s*['\"]?\s*(?!['\"#\s])|@import", re.IGNORECASE)
_DASHES = re.compile(r"stroke-dasharray\s*:\s*+(?!none)", re.IGNORECASE)  # tiny dashes take endless time
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_PLACING = ("x", "y", "width", "height", "viewBox", "preserveAspectRatio")
_TRANSFORM = re.compile(r"(\w+)\s*\(([^)]*)\)")

_LONGEST_PX = 1600  # at which the whole puppet is rendered, for people as tall as the picture of a camera
_FOUND_PX = 200  # at which it is seen where its parts are
_LEVELS = 4  # each half as large as the one before, for smaller people


@dataclass(frozen=True)
class PuppetPart:
    """A part of a puppet.

    Attributes:
        levels: (h, w, 4) uint8 pictures of it, colours multiplied by alpha; each half as large as the one before.
        to_puppet: (3, 3) from the pixels of the first to the units of the SVG.
        begin, end: (2,) its pivots, in units of the SVG; NaN for the torso.
    """

    levels: tuple[np.ndarray, ...]
    to_puppet: _Doubles
    begin: _Doubles
    end: _Doubles


@dataclass(frozen=True)
class Puppet:
    """A figure of joined parts.

    Attributes:
        svg: the file, see ``docs/overlays.md`` for what is in it. Files of others go through ``read``.

    Raises:
        UnreadablePuppet: if it is not an SVG of a puppet, or holds what is not let through.
    """

    svg: bytes = field(repr=False)

    def __post_init__(self) -> None:
        self.parts  # noqa: B018 - read at once, so that it is refused here

    @cached_property
    def parts(self) -> Mapping[str, PuppetPart]:
        """By name, such as ``"forearm_left"``: its own left."""
        root = _admitted(self.svg)
        view = _view(root)
        pivots = _pivots(root)
        there = {part for element in root.iter() if (part := element.get("id", "")) in _PARTS}
        _check_parts(there, pivots)
        down, out = trunk(_corners(pivots))
        if abs(down[0] * out[1] - down[1] * out[0]) < 1e-4 * view[2] * view[3]:
            raise UnreadablePuppet(
                "Its arms and legs all begin on one line. Move their circles -from to its shoulders and hips."
            )
        return MappingProxyType(_rendered(root, there, view, pivots))

    @cached_property
    def corners(self) -> _Doubles:
        """(4, 2) units of the SVG, where arms and legs begin: left shoulder, right shoulder, right hip, left hip."""
        return _corners({_PIVOT.format(part=name, end="from"): part.begin for name, part in self.parts.items()})

    @classmethod
    def read(cls, source: bytes | Path, *, name: str | None = None) -> "Puppet":
        """The puppet of a file.

        Args:
            source: its bytes, or its path.
            name: what to call it in an error; by default the file's own name.

        Raises:
            UnreadablePuppet: if it cannot be read, is larger than ``LIMITS.puppet_kilobytes``, or is not a puppet.
        """
        shown = name or (source.name if isinstance(source, Path) else "The puppet")
        most = 1000 * LIMITS.puppet_kilobytes
        if isinstance(source, Path):
            try:
                with source.open("rb") as file:
                    data = file.read(most + 1)
            except OSError as error:
                raise UnreadablePuppet(f"{shown} cannot be read: {error.strerror}.") from error
        else:
            data = source
        if len(data) > most:
            raise UnreadablePuppet(
                f"{shown} has more than {LIMITS.puppet_kilobytes} KB. Save it as a plain SVG, without pictures in it."
            )
        try:
            return cls(data)
        except UnreadablePuppet as error:
            raise UnreadablePuppet(f"{shown} is not used as a puppet. {error}") from error


def _corners(pivots: Mapping[str, _Doubles]) -> _Doubles:
    corners = ("upper_arm_left", "upper_arm_right", "thigh_right", "thigh_left")
    return np.array([pivots[_PIVOT.format(part=part, end="from")] for part in corners])


def trunk(corners: _Doubles) -> tuple[_Doubles, _Doubles]:
    """The ways, (2,), down and out to the left: of four corners as of ``Puppet.corners`` and ``Person.torso``."""
    left, right, right_hip, left_hip = corners
    return (right_hip + left_hip - left - right) / 2, (left + left_hip - right - right_hip) / 2


@cache
def built_in() -> Puppet:
    """The puppet of this project."""
    return Puppet(TEMPLATE.read_bytes())


def _admitted(svg: bytes) -> ElementTree.Element:
    """The tree of an SVG in which there is nothing but what may be there."""
    _check_structure(svg)
    root = ElementTree.fromstring(svg)  # checked above  # nosec B314
    if root.tag != f"{_SVG}svg":
        raise UnreadablePuppet("It is no SVG file. Save it as SVG in your drawing program.")
    for element in list(root.iter()):
        for child in list(element):
            if not str(child.tag).startswith(_SVG):  # notes of drawing programs
                element.remove(child)
    for element in root.iter():
        _check_element(element, is_root=element is root)
    return root


def _check_structure(svg: bytes) -> None:
    """That it is XML that no reader can be harmed by: no entities, few elements, not deep."""
    open_elements = elements = 0

    def begin(_name: str, _attributes: object) -> None:
        nonlocal open_elements, elements
        open_elements, elements = open_elements + 1, elements + 1
        if elements > _MOST_ELEMENTS or open_elements > _DEEPEST:
            raise UnreadablePuppet(
                f"It has more than {_MOST_ELEMENTS:,} elements, or more than {_DEEPEST} in each other. Simplify the "
                "drawing."
            )

    def end(_name: str) -> None:
        nonlocal open_elements
        open_elements -= 1

    def doctype(_name: str, _system: str | None, _public: str | None, has_subset: bool) -> None:
        if has_subset:
            raise UnreadablePuppet("It declares entities (DOCTYPE), which can blow up a file. Save it as a plain SVG.")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(svg, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the latter two: of its encoding
        raise UnreadablePuppet(f"It is no SVG file, or damaged ({error}). Save it again as SVG.") from error


def _check_element(element: ElementTree.Element, *, is_root: bool) -> None:
    kind = str(element.tag).removeprefix(_SVG)
    if kind not in _ALLOWED or (kind == "svg" and not is_root):
        instead = _INSTEAD.get(kind, "Draw it with paths, shapes, groups and gradients only.")
        raise UnreadablePuppet(f"It has an element <{kind[:30]}>, which may not be in a puppet. {instead}")
    if kind == "style":
        _check_style("style", element.text or "")
    for name, value in element.attrib.items():
        plain = name.rpartition("}")[2].lower()
        if plain.startswith("on"):
            raise UnreadablePuppet(f"It has a script ({plain[:30]}). Remove it: a puppet only is a picture.")
        if plain == "href" and not value.strip().startswith("#"):
            raise UnreadablePuppet(
                "It refers to something outside of itself (href). Put all that is drawn in the file."
            )
        _check_style(plain, value)


def _check_style(name: str, value: str) -> None:
    value = _COMMENT.sub("", value)
    # A backslash can hide a word from these checks.
    if _OTHER_FILE.search(value) or "\\" in value:
        raise UnreadablePuppet(
            f"It refers to something outside of itself ({name[:30]}). Put all that is drawn in the file."
        )
    if _DASHES.search(value) or (name == "stroke-dasharray" and value.strip() != "none"):
        raise UnreadablePuppet("It has dashed lines, which may not be in a puppet. Turn the strokes to paths.")


def _view(root: ElementTree.Element) -> _View:
    """What is seen of the drawing."""
    given = root.get("viewBox", "")
    numbers = [float(number) for number in _NUMBER.findall(given)]
    if len(numbers) != 4:
        raise UnreadablePuppet(
            f'Expected a viewBox of four numbers, such as "0 0 400 800", but got {given[:40]!r}. Resize the '
            "page to the drawing and save it again."
        )
    left, top, width, height = numbers
    low, high = sorted((width, height))
    if not (low > 0 and high <= _WIDEST and high <= _SLIMMEST * low and max(abs(left), abs(top)) <= _WIDEST):
        raise UnreadablePuppet(
            f"Its viewBox is {given[:40]!r}. Expected a width and height of up to {_WIDEST:,.0f}, one at most "
            f"{_SLIMMEST:.0f} times the other. Resize the page to the drawing."
        )
    return left, top, width, height


def _check_parts(there: set[str], pivots: Mapping[str, _Doubles]) -> None:
    missing = [part for part in _PARTS if part not in there and not part.startswith(_MAY_BE_MISSING)]
    if missing:
        raise UnreadablePuppet(
            f"It has no {', '.join(missing)}. Give the group of each part its name as the id, as in the template."
        )
    wanted = [
        _PIVOT.format(part=part, end=end)
        for part in _PARTS
        if part in there and part != "torso"
        for end in ("from", "to")
    ]
    unknown = [pivot for pivot in wanted if pivot not in pivots]
    if unknown:
        raise UnreadablePuppet(
            f"It has no circle {', '.join(unknown)}. Mark where each part begins and ends, as in the template."
        )
    for begin, end in zip(wanted[::2], wanted[1::2], strict=True):
        if np.hypot(*(pivots[begin] - pivots[end])) < 1e-6:
            raise UnreadablePuppet(f"The circles {begin} and {end} are at the same place. Move one to the other end.")


def _pivots(root: ElementTree.Element) -> dict[str, _Doubles]:
    """Where the circles with names of pivots are, in units of the viewBox."""
    found = {}
    with np.errstate(all="ignore"):  # of absurd transforms, whose pivots are left out below
        for element, to_root in _placed(root, np.eye(3)):
            if _is_pivot(element) and str(element.tag).removeprefix(_SVG) in ("circle", "ellipse"):
                middle = np.array([_length(element, "cx"), _length(element, "cy"), 1.0])
                found[element.get("id", "")] = (to_root @ middle)[:2]
    return {name: place for name, place in found.items() if np.abs(place).max() <= 10 * _WIDEST}


def _is_pivot(element: ElementTree.Element) -> bool:
    part, _, end = element.get("id", "").rpartition("-")
    return part in _PARTS and end in ("from", "to")


def _placed(element: ElementTree.Element, outside: _Doubles) -> Iterator[tuple[ElementTree.Element, _Doubles]]:
    """Each element, with the (3, 3) from its units to those of the root."""
    to_root = outside @ _transform(element.get("transform", ""))
    yield element, to_root
    for child in element:
        yield from _placed(child, to_root)


def _transform(text: str) -> _Doubles:
    """(3, 3) of an SVG's attribute ``transform``."""
    whole = np.eye(3)
    for kind, given in _TRANSFORM.findall(text):
        numbers = [float(number) for number in _NUMBER.findall(given)]
        match kind, numbers:
            case "matrix", [a, b, c, d, e, f]:
                step = [[a, c, e], [b, d, f], [0, 0, 1]]
            case "translate", [x, *rest]:
                step = [[1, 0, x], [0, 1, rest[0] if rest else 0.0], [0, 0, 1]]
            case "scale", [x, *rest]:
                step = [[x, 0, 0], [0, rest[0] if rest else x, 0], [0, 0, 1]]
            case "rotate", [degrees, *rest]:
                cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
                x, y = rest if len(rest) == 2 else (0.0, 0.0)
                step = [
                    [cosine, -sine, x - cosine * x + sine * y],
                    [sine, cosine, y - sine * x - cosine * y],
                    [0, 0, 1],
                ]
            case "skewX", [degrees]:
                step = [[1, math.tan(math.radians(degrees)), 0], [0, 1, 0], [0, 0, 1]]
            case "skewY", [degrees]:
                step = [[1, 0, 0], [math.tan(math.radians(degrees)), 1, 0], [0, 0, 1]]
            case _:
                raise UnreadablePuppet(f"It has a transform that cannot be read: {text[:40]!r}.")
        whole = whole @ np.array(step, np.float64)
    return whole


def _length(element: ElementTree.Element, name: str) -> float:
    given = element.get(name, "0").strip().removesuffix("px")
    if not _NUMBER.fullmatch(given):
        raise UnreadablePuppet(f"Expected {name} of circle {element.get('id')} to be a number, but got {given[:30]!r}.")
    return float(given)


def _rendered(
    root: ElementTree.Element, there: set[str], view: _View, pivots: Mapping[str, _Doubles]
) -> dict[str, PuppetPart]:
    names = [part for part in _PARTS if part in there]
    alone = [_only(root, part, is_inside=False) for part in names]
    # Small first, to see which part of the page each is on.
    unit = max(view[2:]) / _FOUND_PX
    boxes = [
        _box_of(small[..., 3], part, view, unit)
        for part, small in zip(names, _drawn([(page, view) for page in alone], 1 / unit), strict=True)
    ]
    scale = _LONGEST_PX / max(view[2:])
    parts = {}
    for name, box, drawn in zip(names, boxes, _drawn(list(zip(alone, boxes, strict=True)), scale), strict=True):
        levels = [multiplied(drawn)]
        for _ in range(_LEVELS - 1):
            height, width = (side // 2 for side in levels[-1].shape[:2])
            levels.append(cv2.resize(levels[-1], (width, height), interpolation=cv2.INTER_AREA))
        to_puppet = np.array([[1 / scale, 0, box[0] + 0.5 / scale], [0, 1 / scale, box[1] + 0.5 / scale], [0, 0, 1]])
        begin, end = (pivots.get(_PIVOT.format(part=name, end=end), np.full(2, np.nan)) for end in ("from", "to"))
        parts[name] = PuppetPart(tuple(levels), to_puppet, begin, end)
    return parts


def _box_of(alpha: np.ndarray, part: str, view: _View, unit: float) -> _View:
    """The box of the drawing in which something of a part is seen, by a small picture of it."""
    columns, rows = (np.flatnonzero(alpha.any(axis=axis)) for axis in (0, 1))
    if not len(rows):
        raise UnreadablePuppet(f"Nothing is seen of its part {part}. Draw it inside the page.")
    (left, right), (top, bottom) = ((each[0] - 1, each[-1] + 2) for each in (columns, rows))
    return view[0] + left * unit, view[1] + top * unit, (right - left) * unit, (bottom - top) * unit


def _drawn(pages: Sequence[tuple[ElementTree.Element, _View]], scale: float) -> list[np.ndarray]:
    """(h, w, 4) uint8 of each, colours not multiplied by alpha: a box of a drawing, and more to its right and below."""
    texts = []
    for root, box in pages:
        step = 2 ** (_LEVELS - 1)  # whole pixels at all levels
        width, height = (step * math.ceil(side * scale / step) for side in box[2:])
        view = (box[0], box[1], width / scale, height / scale)
        given = {name: value for name, value in root.attrib.items() if name not in _PLACING}
        page = ElementTree.Element(root.tag, given | {"viewBox": " ".join(f"{number:.9g}" for number in view)})
        page.attrib |= {"width": str(width), "height": str(height), "preserveAspectRatio": "none"}
        page.extend(list(root))
        texts.append(ElementTree.tostring(page, "unicode"))
    pictures = [cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED) for png in render(texts)]
    return [cv2.cvtColor(np.asarray(picture, np.uint8), cv2.COLOR_BGRA2RGBA) for picture in pictures]


def _only(element: ElementTree.Element, part: str, *, is_inside: bool) -> ElementTree.Element:
    """A copy in which nothing but this part is drawn, as it is where it is."""
    result = ElementTree.Element(element.tag, dict(element.attrib))
    for child in element:
        copied = _copied(child, part, is_inside=is_inside)
        if copied is not None:
            result.append(copied)
    return result


def _copied(element: ElementTree.Element, part: str, *, is_inside: bool) -> ElementTree.Element | None:
    name = element.get("id", "")
    kind = str(element.tag).removeprefix(_SVG)
    if kind in _SHARED:
        return copy.deepcopy(element)
    if kind in _LEFT_OUT or _is_pivot(element) or (name in _PARTS and is_inside):
        return None
    is_inside = is_inside or name == part
    if name in _PARTS and name != part and not any(inner.get("id") == part for inner in element.iter()):
        return None
    kept = _only(element, part, is_inside=is_inside)
    return kept if is_inside or len(kept) else None
