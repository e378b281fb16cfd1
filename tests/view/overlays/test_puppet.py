"""Puppets: figures of joined parts."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from posecore import BLAZEPOSE_33, FramePoses, LiveSession, PoseOptions, Puppet, UnreadablePuppet
from posecore.limits import LIMITS
from posecore.media.pictures import decode_picture
from posecore.motion.mirror import mirror_images
from posecore.view.overlays import svg_rendering
from posecore.view.overlays.artist import OverlayArtist, draw_overlay
from posecore.view.overlays.mannequin import mannequin
from posecore.view.overlays.options import OverlayOptions
from posecore.view.overlays.puppet_svg import TEMPLATE

GROUND = 90
SIZE = (640, 480)
LIMBS = {
    "upper_arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
    "thigh": ("hip", "knee"),
    "shin": ("knee", "ankle"),
}
LOWER = ("hip", "knee", "ankle", "heel", "foot_index")
# Where each limb begins and ends in a puppet that is drawn with its arms and legs straight down, and another part.
PLACES = {"upper_arm": (40, 40, 65), "forearm": (40, 65, 90), "thigh": (20, 90, 130), "shin": (20, 130, 170)}


@pytest.fixture
def blank() -> np.ndarray:
    return np.full((SIZE[1], SIZE[0], 3), GROUND, np.uint8)


def limb(name: str, side: str, color: str) -> str:
    across, begin, end = PLACES[name]
    x = 100 + (across if side == "left" else -across)
    pivots = "".join(f'<circle id="{name}_{side}-{e}" cx="{x}" cy="{y}"/>' for e, y in (("from", begin), ("to", end)))
    bar = f'<rect x="{x - 5}" y="{begin - 5}" width="10" height="{end - begin + 10}" fill="{color}"/>'
    return f'<g id="{name}_{side}">{bar}{pivots}</g>'


def drawing(*, more: str = "", head: str = "", view: str = "0 0 200 200", shown: str = "") -> bytes:
    """A small puppet, black; or with nothing but its trunk and the limb that is shown in red."""
    limbs = [
        limb(name, side, "#f00" if f"{name}_{side}" == shown else "#00000004" if shown else "#000")
        for name in PLACES
        for side in ("left", "right")
    ]
    head = head or '<circle cx="100" cy="15" r="15"/><circle id="head-from" cx="100" cy="30"/>'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{view}">
      {more}<g id="torso"><rect x="70" y="40" width="60" height="50"/></g>{"".join(limbs)}
      <g id="head">{head}<circle id="head-to" cx="100" cy="0"/></g></svg>""".encode()


def at(poses: FramePoses, name: str) -> np.ndarray:
    return poses.xy[0, BLAZEPOSE_33.index(name)]


def red(drawn: np.ndarray) -> np.ndarray:
    return (drawn[..., 0] > 200) & (drawn[..., 1] < 60)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("name", LIMBS)
def test_a_limb_lies_between_its_joints(name, side, blank):
    """And reaches beyond them as far as it is drawn beyond its pivots, here 5 units of the drawing."""
    poses = mannequin()
    puppet = Puppet(drawing(shown=f"{name}_{side}"))
    drawn = red(OverlayArtist(OverlayOptions(puppet=puppet)).draw_alone(poses)[..., :3])
    begin, end = (at(poses, f"{side}_{joint}") for joint in LIMBS[name])
    rows, columns = np.nonzero(drawn)
    middle = np.array([columns.mean(), rows.mean()]) + 0.5
    along = (end - begin) / np.hypot(*(end - begin))
    stretch = np.hypot(*(end - begin)) / (PLACES[name][2] - PLACES[name][1])
    reach = (np.column_stack([columns, rows]) + 0.5 - begin) @ along
    if name == "thigh":  # the trunk covers its beginning
        assert reach.max() == pytest.approx(np.hypot(*(end - begin)) + 5 * stretch, abs=1.5)
    else:
        assert middle == pytest.approx((begin + end) / 2, abs=1)
        assert (reach.min(), reach.max()) == pytest.approx(
            (-5 * stretch, np.hypot(*(end - begin)) + 5 * stretch), abs=1.5
        )
    across = (np.column_stack([columns, rows]) + 0.5 - begin) @ [-along[1], along[0]]
    assert np.ptp(across) == pytest.approx(10 * 0.5 * 220 / 50, abs=2.5)


def test_a_limb_that_points_at_the_camera_keeps_its_width(blank):
    poses = mannequin()
    elbow, wrist = (BLAZEPOSE_33.index(f"left_{joint}") for joint in ("elbow", "wrist"))
    xy = poses.xy.copy()
    xy[0, wrist] = xy[0, elbow] + [0, 0.5]
    drawn = red(draw_with(Puppet(drawing(shown="forearm_left")), replace(poses, xy=xy), blank))
    columns = np.flatnonzero(drawn.any(axis=0))
    assert np.ptp(columns) == pytest.approx(10 * 0.5 * 220 / 50, abs=2.5)
    assert np.flatnonzero(drawn.any(axis=1)).size > 10


def draw_with(puppet: Puppet, poses: FramePoses, blank: np.ndarray) -> np.ndarray:
    return OverlayArtist(OverlayOptions(puppet=puppet)).draw(blank, poses)


def test_limbs_that_are_not_seen_are_not_drawn(blank):
    poses = mannequin()
    visibility = poses.visibility.copy()
    visibility[0, BLAZEPOSE_33.index("left_wrist")] = 0
    drawn = draw_with(Puppet(drawing(shown="forearm_left")), replace(poses, visibility=visibility), blank)
    assert not red(drawn).any()


def test_who_sits_before_the_camera_has_a_trunk(blank):
    poses = mannequin()
    visibility = poses.visibility.copy()
    visibility[0, [BLAZEPOSE_33.index(f"{side}_{name}") for side in ("left", "right") for name in LOWER]] = 0
    seen, sitting = (
        draw_with(Puppet(drawing()), each, blank) for each in (poses, replace(poses, visibility=visibility))
    )
    rows = slice(0, round(at(poses, "left_hip")[1]))
    assert (np.abs(seen[rows].astype(int) - sitting[rows]).max(axis=2) > 60).mean() < 0.002
    visibility[0, BLAZEPOSE_33.index("left_shoulder")] = 0
    column, row = np.mean([at(poses, f"{side}_hip") for side in ("left", "right")], axis=0).astype(int) - [0, 40]
    assert (sitting[row, column] == 0).all()
    assert (draw_with(Puppet(drawing()), replace(poses, visibility=visibility), blank)[row, column] == GROUND).all()


@pytest.mark.parametrize(("depth_m", "is_seen"), [(-0.3, True), (0.3, False)])
def test_an_arm_is_before_or_behind_the_trunk(depth_m, is_seen, blank):
    poses = mannequin()
    xy, world = poses.xy.copy(), poses.world.copy()
    trunk = np.mean([at(poses, f"{side}_{name}") for side in ("left", "right") for name in ("hip", "shoulder")], axis=0)
    for shift, joint in ((-15, "elbow"), (15, "wrist")):
        xy[0, BLAZEPOSE_33.index(f"left_{joint}")] = trunk + np.array([shift, 0])
        world[0, BLAZEPOSE_33.index(f"left_{joint}"), 2] = depth_m
    drawn = draw_with(Puppet(drawing(shown="forearm_left")), replace(poses, xy=xy, world=world), blank)
    assert red(drawn).any() == is_seen


def test_the_mirror_shows_the_same_puppet_mirrored(blank):
    poses = mannequin(Rotation.from_euler("yz", (25, 10), degrees=True))
    usual, mirrored = OverlayArtist(OverlayOptions(["puppet"])), OverlayArtist(OverlayOptions(["puppet"]))
    canvas = blank.copy()
    mirrored.prepare(poses, mirrored=True).draw_on(canvas)
    apart = np.abs(canvas[:, ::-1].astype(int) - usual.draw(blank, poses)).max(axis=2)
    assert (apart > 60).mean() < 0.0005
    assert (draw_overlay(blank, mirror_images(poses), ["puppet"]) != canvas).any()  # colours stay with the sides


def test_everybody_gets_a_puppet(blank):
    one, other = mannequin(px_per_m=110, middle_px=(150, 240)), mannequin(px_per_m=110, middle_px=(480, 240))
    both = replace(
        one,
        **{
            name: np.concatenate([getattr(one, name), getattr(other, name)])
            for name in ("xy", "z", "world", "visibility")
        },
        presence=np.ones((2, 33), np.float32),
        person_ids=np.array([1, 2]),
    )
    drawn = (draw_overlay(blank, both, ["puppet"]) != GROUND).any(axis=2)
    alone = (draw_overlay(blank, one, ["puppet"]) != GROUND).any(axis=2)
    assert np.array_equal(drawn[:, :310], alone[:, :310])
    assert drawn[:, 310:].sum() == pytest.approx(alone.sum(), rel=0.02)


@pytest.mark.parametrize("kind", ["nobody", "unseen", "one point", "far outside", "no world", "from the side"])
def test_nothing_breaks_on_people_who_are_hardly_there(kind, blank):
    poses = mannequin()
    changes = {
        "unseen": {"visibility": np.zeros((1, 33))},
        "one point": {"xy": np.full((1, 33, 2), 100.0), "world": np.zeros((1, 33, 3))},
        "far outside": {"xy": poses.xy + 1e7},
        "no world": {"world": np.full((1, 33, 3), np.nan)},
    }
    if kind == "nobody":
        poses = FramePoses.nobody(SIZE, 0.0)
    elif kind == "from the side":
        poses = mannequin(Rotation.from_euler("y", 90, degrees=True))
    else:
        poses = replace(poses, **changes[kind])
    drawn = draw_overlay(blank, poses, ["puppet"])
    assert np.array_equal(drawn, blank) == (kind != "from the side")


def test_it_stands_still_on_a_still_photo(shared_data):
    photo = decode_picture(shared_data / "google-reference" / "pose.jpg")
    height, width = photo.shape[:2]
    noise = np.random.default_rng(1).normal(0, 2, (height + 30, width + 30, 3)).astype(np.float32)
    artist, drawn = OverlayArtist(OverlayOptions(["puppet"])), []
    with LiveSession(PoseOptions()) as session:
        for frame in range(30):
            noisy = (photo + noise[frame : frame + height, frame : frame + width]).clip(0, 255).astype(np.uint8)
            drawn.append(artist.draw_alone(session.estimate(noisy, frame / 30)).astype(np.int16))
    covered = (drawn[-1][..., 3] > 0).sum()
    changed = [(np.abs(one - other).max(axis=2) > 60).sum() / covered for one, other in pairwise(drawn[15:])]
    assert max(changed) < 0.02


def test_a_drawing_moved_in_an_editor_is_the_same_puppet(blank):
    """Programs put transforms on groups, nest parts, and write notes of their own."""
    plain = drawing(shown="shin_left")
    inner = plain[plain.index(b"<g id=") : plain.rindex(b"</svg>")]
    head, tail = plain[: plain.index(b"<g id=")], b"</svg>"
    moved = (
        head
        + b'<ink:view xmlns:ink="http://www.inkscape.org/x" onload="1"/>'
        + b"<style>path { stroke-dasharray: none; fill: url( '#a' ) } /* url(http://) */</style>"
        + b'<g transform="translate(3,-4) rotate(90 100 100)"><g transform="matrix(0 -1 1 0 0 200) translate(-3 4)">'
        + inner
        + b"</g></g>"
        + tail
    )
    # The inner transforms undo the outer ones up to this shift, so that all of it is as before but moved.
    one, other = draw_with(Puppet(plain), mannequin(), blank), draw_with(Puppet(moved), mannequin(), blank)
    assert (np.abs(one.astype(int) - other).max(axis=2) > 60).mean() < 0.002


def with_more(more: str) -> bytes:
    return drawing(more=more)


HOSTILE = {
    "script": (with_more("<script>alert(1)</script>"), "<script>"),
    "event handler": (with_more('<rect onclick="alert(1)"/>'), "onclick"),
    "foreign object": (with_more("<foreignObject/>"), "<foreignObject>"),
    "embedded picture": (with_more('<image href="data:image/png;base64,AA"/>'), "<image>.*Trace"),
    "file": (with_more('<linearGradient xlink:href="file:///etc/passwd#a"/>'), "outside of itself"),
    "url": (with_more('<rect fill="url(http://example.org/a#b)"/>'), "outside of itself"),
    "url in style": (with_more('<rect style="fill:url( &quot;//example.org/a#b&quot;)"/>'), "outside of itself"),
    "hidden url": (with_more("<style>rect{fill:u\\72l(http://example.org)}</style>"), "outside of itself"),
    "import": (with_more("<style>@import 'http://example.org/a.css';</style>"), "outside of itself"),
    "clone": (with_more('<use href="#torso"/>'), "Unlink"),
    "filter": (with_more("<filter><feTurbulence numOctaves='99999'/></filter>"), "<filter>"),
    "text": (with_more("<text>Hi</text>"), "Turn the text to paths"),
    "endless dashes": (with_more('<path style="stroke-dasharray/**/:1e-9" d="M0 0H9"/>'), "dashed"),
    "svg within": (with_more("<svg/>"), "<svg>"),
    "billion laughs": (
        b'<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>',
        "entities",
    ),
    "other file": (b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>', "entities"),
    "too many": (with_more("<g/>" * 3001), "3,000 elements"),
    "too deep": (with_more("<g>" * 50 + "</g>" * 50), "40 in each other"),
    "huge view": (drawing(view="0 0 1e9 1e9"), "viewBox"),
    "endless view": (drawing(view="0 0 1e999 200"), "viewBox"),
    "thin view": (drawing(view="0 0 200 1"), "viewBox"),
    "no view": (drawing(view=""), "viewBox"),
    "no part": (drawing().replace(b'"shin_left"', b'"leg"'), "no shin_left"),
    "no pivot": (drawing().replace(b"forearm_right-to", b"end"), "no circle forearm_right-to"),
    "pivots in one place": (drawing(head='<circle r="9"/><circle id="head-from" cx="100"/>'), "same place"),
    "no shoulders": (drawing().replace(b'cy="90"', b'cy="40"'), "one line"),
    "absurd transform": (drawing().replace(b'"head"', b'"head" transform="scale(1e300) scale(1e300)"'), "no circle"),
    "unread transform": (drawing().replace(b'"head"', b'"head" transform="fly(1)"'), "transform"),
    "unread pivot": (drawing().replace(b'cx="100" cy="30"', b'cx="50%" cy="30"'), "'50%'"),
    "nothing of a part": (drawing().replace(b'x="70"', b'x="900"'), "Nothing is seen of its part torso"),
    "another file": (b"<html/>", "no SVG"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "no SVG"),
    "nothing": (b"", "no SVG"),
    "unknown encoding": (b'<?xml version="1.0" encoding="x-y"?><svg/>', "no SVG"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_may_not_be_in_a_puppet_is_refused_with_a_sentence(kind):
    data, message = HOSTILE[kind]
    with pytest.raises(UnreadablePuppet, match=message) as caught:
        Puppet.read(data, name="mine.svg")
    assert str(caught.value).startswith("mine.svg is not used as a puppet. ")
    assert str(caught.value).endswith(".")


def test_what_takes_too_long_to_draw_is_refused_with_a_sentence(monkeypatch):
    monkeypatch.setattr(svg_rendering, "_MOST_S", 1)
    points = " ".join(f"{x} {y}" for x, y in np.random.default_rng(1).integers(0, 200, (50_000, 2)))
    with pytest.raises(UnreadablePuppet, match=r"takes more than 1 s to draw\. Simplify"):
        Puppet.read(drawing(head=f'<path d="M{points}"/><circle id="head-from" cx="100" cy="30"/>'))


def test_a_doctype_without_entities_is_let_through():
    """Older drawing programs write it."""
    doctype = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    assert "hand_left" not in Puppet(doctype + drawing()).parts


def test_files_are_read_up_to_a_limit(tmp_path):
    file = tmp_path / "puppet.svg"
    file.write_bytes(drawing())
    assert Puppet.read(file) == Puppet(drawing())
    file.write_bytes(drawing() + b" " * 1000 * LIMITS.puppet_kilobytes)
    with pytest.raises(UnreadablePuppet, match=r"puppet\.svg has more than 500 KB"):
        Puppet.read(file)
    with pytest.raises(UnreadablePuppet, match=r"missing\.svg cannot be read"):
        Puppet.read(tmp_path / "missing.svg")


def test_the_template_is_the_built_in_puppet(blank):
    poses = mannequin()
    own = Puppet.read(TEMPLATE)
    assert OverlayOptions(puppet=own).pieces == ("puppet",)
    assert np.array_equal(draw_overlay(blank, poses, puppet=own), draw_overlay(blank, poses, ["puppet"]))
