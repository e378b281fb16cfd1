"""A moment as a page that stands alone, and at an address that lives for a while."""

import base64
import hashlib
import json
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette

from pages.ui.explore.player import component
from pages.ui.explore.player.component import player_data
from pages.ui.explore.share import bundle, links
from pages.ui.explore.share.packed import Packed, pack
from pages.ui.explore.share.panel import part_of
from pages.ui.explore.share.share_page import SharedResult, write_share_page
from posecore import PoseSequence
from posecore.limits import Limits
from posecore.motion.curves import CURVES, measure_curves
from tests.motion.exercises.figure import squats
from tests.synthetic_hands import LEFT, waving

EVIL = "</script><script>alert(1)</script>"


@pytest.fixture(scope="module")
def squat() -> PoseSequence:
    return squats([1.0])


def unpacked(packed: Packed) -> dict[str, np.ndarray]:
    """The parts as the script reads them."""
    content = zlib.decompress(base64.b64decode(packed.text))
    frames, at, parts = packed.header["frames"], 8 * packed.header["frames"], {}
    for name, part in packed.header["packed"].items():
        count = frames * part["channels"]
        low, high = np.frombuffer(content, np.uint8, 2 * count, at).reshape(2, part["channels"], frames)
        sums = np.cumsum(low + 256 * high.astype(np.int64), axis=1).astype(np.int16)
        steps = np.resize(part["steps"], part["channels"])[:, None]
        parts[name] = np.where(sums == -32768, np.nan, sums * steps).T
        at += 2 * count
    assert at == len(content)
    return parts


def test_packed_numbers_are_those_of_the_result_as_far_as_can_be_seen(squat):
    parts = unpacked(pack(squat, "raw"))
    frames = len(squat)
    picture = np.concatenate((squat.xy, squat.z[..., None]), axis=-1).reshape(frames, -1)
    for name, values, step in (
        ("picture", picture, max(squat.size) / 8000),
        ("world", squat.world.reshape(frames, -1), 0.0005),
        ("visibility", squat.visibility.reshape(frames, -1), 1 / 255),
    ):
        np.testing.assert_allclose(parts[name], values, atol=0.51 * step, err_msg=name)
    measured = measure_curves(squat, list(CURVES), min_visibility=0.0)
    for place, name in enumerate(CURVES):
        of_curve = measured[name][:, 0]
        step = np.ptp(of_curve) / 4000 + np.abs(of_curve).max() / 32767
        np.testing.assert_allclose(parts["curves"][:, place], of_curve, atol=step, err_msg=name)


def test_packed_hands_are_only_those_that_are_given():
    hands = waving(4)
    nobody = PoseSequence.empty(hands.times_s, [], size=hands.size, fps=hands.fps)
    notes = [{slot: f"shown by {slot.side}" for slot in hands.slots} for _ in range(len(hands))]
    shown = hands.only([])
    assert pack(nobody, "raw", hands=shown, hand_notes=notes).header["hands"]["words"] == [""]
    packed = pack(nobody, "raw", hands=hands, hand_notes=notes)
    assert f"shown by {LEFT.side}" in packed.header["hands"]["words"]
    assert unpacked(packed)["hand_picture"].shape == (len(hands), 63 * len(hands.slots))


@pytest.fixture
def page(squat, monkeypatch, tmp_path) -> str:
    """The page of a squat with a name that would be a script."""
    for name in ("_usual_curves", "_stage"):  # session caches are only for the thread of a page
        monkeypatch.setattr(component, name, getattr(component, name).__wrapped__)
    named = squat.named({squat.person_ids.tolist()[0]: EVIL})
    numbers = pack(named, "raw")
    shared = SharedResult(
        title=EVIL,
        stem="squat",
        data=player_data(named, numbers.header, hands=None, clip="squat"),
        numbers=numbers,
        link=f"frame=9&space={EVIL}",
        verdicts=[f"{EVIL}: reliable."],
        facts=[("Source", EVIL), ("Note", EVIL)],
    )
    write_share_page(shared, tmp_path / "page.html", film=None)
    return (tmp_path / "page.html").read_text("utf-8")


def test_texts_of_visitors_are_only_texts_in_the_page(page):
    assert "alert(1)" in page
    assert "<script>alert" not in page
    assert len(re.findall(r"<script\b", page)) == 4
    [data] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert json.loads(data)["people"][0]["name"] == EVIL


def test_the_page_runs_only_its_own_script_and_asks_for_nothing(page):
    [script] = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; script-src 'sha256-{hashed}'" in policy
    assert not re.search(r'(?:src|href)="(?!data:)', page)


@pytest.mark.parametrize(
    "form", ['import * as dom from "./dom.js";', 'export { a } from "./dom.js";', "export let a = 1;"]
)
def test_a_module_that_cannot_be_put_into_one_script_is_an_error(form, monkeypatch, tmp_path):
    monkeypatch.setattr(bundle, "SCRIPTS", tmp_path)
    (tmp_path / "dom.js").write_text("export const a = 1;\n")
    (tmp_path / "entry.js").write_text(f"{form}\n")
    with pytest.raises(bundle.UnknownImport, match=r"entry\.js"):
        bundle.bundle("entry.js", {})


@pytest.mark.parametrize("frame", [0, 500, 1199])
def test_of_a_long_video_the_part_around_the_moment_is_shared(frame):
    long = PoseSequence.empty(np.arange(1200) / 10, [1], size=(64, 64), fps=10)
    part, link = part_of(long, f"?frame={frame}&layer=raw")
    assert part.start <= frame < part.stop <= len(long)
    assert part.stop - part.start == pytest.approx(600, abs=1)  # a minute
    assert link == f"frame={frame - part.start}&layer=raw"
    assert part_of(long, "?frame=9999999")[1] == part_of(long, "?frame=1199")[1]


@pytest.fixture
def kept(monkeypatch, tmp_path) -> Path:
    """The folder of shared pages on a host that allows them for 2 days, 1 MB in all."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(links, "LIMITS", Limits(share_days=2, shared_megabytes=1))
    return tmp_path / "posecore" / "shared"


def test_a_shared_page_is_served_apart_until_it_is_withdrawn(kept, serving, fetch):
    made = links.make_link(b"<p>it</p><!-- until -->", "it.html")
    assert len(made.token) >= 43  # 256 bits
    assert made.token not in str([*kept.iterdir()])
    with serving(Starlette(routes=links.routes())) as url:  # also after a restart: the folder is all there is
        address = made.address(f"{url}/video")
        status, headers, content = fetch(address)
        assert (status, content[:9]) == (200, b"<p>it</p>")
        assert f"works until {made.until.day} {made.until:%B}".encode() in content
        assert headers["Content-Security-Policy"].startswith("sandbox allow-scripts allow-downloads")
        assert "allow-same-origin" not in headers["Content-Security-Policy"]
        assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("private, no-store", "noindex, nofollow")
        for token in ("x", "A" * 43, "..%2f..%2fprogress.db", made.token[:-1]):
            assert fetch(f"{url}/shared/{token}")[0] == 404
        links.withdraw_link(made.token)
        assert fetch(address)[0] == 404
    assert not [*kept.iterdir()]


def test_a_shared_page_ends_with_its_time(kept, monkeypatch):
    made = links.make_link(b"it", "it.html")
    [path] = kept.iterdir()
    monkeypatch.setattr("pages.ui.explore.share.links.time.time", lambda: made.until.timestamp())
    assert links.routes()
    assert not path.exists()


def test_shared_pages_take_no_more_room_than_allowed_and_none_if_not(kept, monkeypatch):
    links.make_link(bytes(600_000), "it.html")
    with pytest.raises(links.LinksFull, match=r"0\.6 MB, but shared pages take 1 of 1 MB"):
        links.make_link(bytes(600_000), "it.html")
    monkeypatch.setattr(links, "LIMITS", Limits())
    assert links.routes() == []
    assert not [*kept.iterdir()]
    with pytest.raises(links.LinksFull, match="a host that allows links"):
        links.make_link(b"it", "it.html")
