"""Poses found in the browser itself: as by posecore, without asking any other host, and failing with a reason."""

import itertools
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import playwright.sync_api
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pages.ui.live import device_files
from pages.ui.serving import assets, public_files
from posecore import LiveHands, LiveSession, PoseOptions
from posecore.estimation.engines import open_stream_estimator
from posecore.media.clips import open_clip

SIZE = (442, 248)
FRAMES = 20
ARRAYS = ("xy", "z", "world", "visibility", "presence")

# Shows every frame to the worker, one after the other, as lossless pixels.
ESTIMATE = """async ([files, module, [width, height], frames]) => {
    const { DevicePose, whyNot } = await import(new URL(module, document.baseURI).href);
    const reason = await whyNot();
    const pixels = await (await fetch("frames")).arrayBuffer();
    const pose = new DevicePose(files, { model: "full", people: 1, bodies: true, hands: 0, smoothing: true });
    const arrived = [];
    await pose.open((progress) => arrived.push(progress));
    const picture = (number) => new VideoFrame(
        new Uint8Array(pixels, number * width * height * 4, width * height * 4),
        { format: "RGBA", codedWidth: width, codedHeight: height, timestamp: number },
    );
    const found = [];
    for (let number = 0; number < frames; number++) found.push(await pose.estimate(picture(number), number / 30));
    const crowd = await Promise.all([0, 1, 2].map((number) => pose.estimate(picture(number), (frames + number) / 30)));
    pose.set({ people: 2, model: "another" });
    let changed = null;
    for (let time = 1; changed?.model !== "another"; time += 0.001) changed = await pose.estimate(picture(0), time);
    await pose.close();
    const plain = (frame) => ({ ...frame, people: frame.people.map((person) => Object.fromEntries(
        Object.entries(person).map(([name, values]) => [name, typeof values === "number" ? values : [...values]]),
    )) });
    return {
        reason, changed: plain(changed), found: found.map(plain), refused: [...pose.refused],
        arrived: arrived.at(-1), skipped: crowd.map((frame) => frame === null),
        afterwards: await pose.estimate(picture(0), 9),
    };
}"""

# Hands alone, and then those of a person.
HANDS = """async ([files, module, clips]) => {
    const { DevicePose } = await import(new URL(module, document.baseURI).href);
    const pose = new DevicePose(files, { model: "full", people: 1, bodies: false, hands: 2, smoothing: true }, "CPU");
    await pose.open();
    const found = [];
    let timeS = 0;
    for (const { name, size: [width, height], bodies } of clips) {
        const pixels = await (await fetch(`shown/${name}`)).arrayBuffer();
        const bytes = width * height * 4;
        const format = { format: "RGBA", codedWidth: width, codedHeight: height };
        const estimate = (at) => pose.estimate(
            new VideoFrame(new Uint8Array(pixels, at * bytes, bytes), { ...format, timestamp: at }), timeS += 1 / 30,
        );
        pose.set({ bodies });
        while (bodies && !(await estimate(0))?.people.length);
        for (let at = 0; at < pixels.byteLength / bytes; at++) found.push(await estimate(at));
    }
    await pose.close();
    const plain = (hand) => Object.fromEntries(
        Object.entries(hand).map(([name, value]) => [name, ArrayBuffer.isView(value) ? [...value] : value]),
    );
    return found.map(({ people, hands }) => ({ people: people.length, hands: hands.map(plain) }));
}"""
SHOWN: dict[str, bytes] = {}

FAIL = """async ([files, module, options]) => {
    const { DevicePose } = await import(new URL(module, document.baseURI).href);
    const usual = { model: "full", people: 1, bodies: true, hands: 0, smoothing: true };
    const pose = window.pose = new DevicePose(files, { ...usual, ...options });
    pose.onFailed = ({ code }) => { window.failed = code; };
    try {
        await pose.open();
        return null;
    } catch (failure) {
        return [failure.code, failure.message];
    }
}"""


@pytest.fixture(scope="module")
def pictures(short_sample) -> list[np.ndarray]:
    with open_clip(short_sample) as clip:
        return [cv2.resize(frame.rgb, SIZE, interpolation=cv2.INTER_AREA) for frame in itertools.islice(clip, FRAMES)]


@pytest.fixture(scope="module")
def files() -> Iterator[dict[str, Any]]:
    """The files' addresses, on a server of the tests' own that serves them as the app does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(public_files, "_mounted", True)
        found = device_files.device_files()
        if found is None:
            pytest.skip(device_files.why_no_device())
        yield found.as_data()


@pytest.fixture(scope="module")
def there(serving, pictures) -> Iterator[str]:
    pixels = b"".join(cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA).tobytes() for picture in pictures)
    routes = [Route("/", lambda _: HTMLResponse("<!doctype html>")), Route("/frames", lambda _: Response(pixels))]
    routes += [Route("/half", lambda _: Response(b"half a file"))]
    routes += [Route("/shown/{name}", lambda request: Response(SHOWN[request.path_params["name"]]))]
    with serving(Starlette(routes=[*routes, *assets.routes(), *public_files.routes()])) as url:
        yield url


@pytest.fixture(scope="module")
def visit_to_it(browser, there, files) -> Iterator[tuple[dict[str, Any], set[str]]]:
    """What one visit found, and the hosts that its browser asked."""
    with browser.new_context(base_url=there) as context:
        asked = set()
        context.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        page = context.new_page()
        page.goto("/")
        bundles = files["bundles"] | {"another": files["bundles"]["full"]}
        yield (
            page.evaluate(ESTIMATE, [files | {"bundles": bundles}, assets.asset("device/pose.js"), SIZE, FRAMES]),
            asked,
        )


def test_a_browser_finds_what_posecore_finds(visit_to_it, pictures):
    visit, _ = visit_to_it
    assert visit["reason"] is None
    assert visit["arrived"]["done"] == visit["arrived"]["total"] > 20e6
    found = visit["found"]
    assert [frame["number"] for frame in found] == list(range(FRAMES))
    assert [frame["size"] for frame in found] == [list(SIZE)] * FRAMES
    assert {person["id"] for frame in found for person in frame["people"]} == {1}
    device = {name: np.array([frame["people"][0][name] for frame in found]).reshape(FRAMES, 33, -1) for name in ARRAYS}
    ours, theirs = (in_python(pictures, engine) for engine in ("fast", "mediapipe"))
    for name in ARRAYS:
        apart = difference(ours[name], theirs[name])
        for other in (ours, theirs):
            assert difference(device[name], other[name]) < 2 * apart, name
            # Small differences grow while a person is followed; in the first frame nobody has been.
            assert np.median(np.abs(device[name][0] - other[name][0])) < apart / 5, name


def in_python(pictures: list[np.ndarray], engine: str) -> dict[str, np.ndarray]:
    estimator = open_stream_estimator(PoseOptions(engine=engine))
    found = [estimator.step(picture, number / 30) for number, picture in enumerate(pictures)]
    estimator.close()
    return {name: np.array([getattr(each, name)[0] for each in found]).reshape(FRAMES, 33, -1) for name in ARRAYS}


def difference(one: np.ndarray, other: np.ndarray | int) -> float:
    return float(np.linalg.norm(one - other, axis=-1).mean())


def test_a_browser_finds_the_hands_that_posecore_finds(browser, there, files, shared_data):
    """A hand that spells, and both of a person who signs, in the same slots."""
    clips = {"spells": "google-reference/asl_hand.25fps.mp4", "signs": "asl_words/sorry.mkv"}
    given, expected = [], []
    for name, path in clips.items():
        with open_clip(shared_data / path) as clip:
            frames = [frame.rgb for frame in itertools.islice(clip, 6)]
        SHOWN[name] = b"".join(cv2.cvtColor(frame, cv2.COLOR_RGB2RGBA).tobytes() for frame in frames)
        bodies = name == "signs"
        given.append({"name": name, "size": frames[0].shape[1::-1], "bodies": bodies})
        with LiveSession() as session, LiveHands() as live:
            for number, rgb in enumerate(frames):
                poses = session.estimate(rgb, number / 30) if bodies else None
                expected.append(live.step(rgb, number / 30, poses))
    with browser.new_context(base_url=there) as context:
        page = context.new_page()
        page.goto("/")
        found = page.evaluate(HANDS, [files, assets.asset("device/pose.js"), given])
    assert [frame["people"] for frame in found] == [0] * 6 + [1] * 6
    apart = []
    for frame, hands in zip(found, expected, strict=True):
        slots = [(slot.person, slot.side) for slot in hands.slots]
        for hand in frame["hands"]:
            index = slots.index((hand["person"], hand["side"]))
            points, metres = (np.array(hand[name]).reshape(21, -1) for name in ("xy", "world"))
            shares = (points - hands.xy[index]) / np.ptp(hands.xy[index], axis=0).max()
            apart.append((difference(shares, 0), difference(metres, hands.world[index])))
            assert hand["right"] == pytest.approx(hands.right[index], abs=0.1)
    assert len(apart) >= 0.75 * sum(map(len, expected)), "it finds fewer in motion"
    # posecore looks at a new hand twice, so that it is followed from another square at first.
    assert np.median(apart, axis=0) == pytest.approx([0, 0], abs=0.01)
    assert np.max(apart, axis=0) == pytest.approx([0, 0], abs=0.05)


def test_the_newest_frame_is_estimated_and_none_after_the_end(visit_to_it):
    visit, _ = visit_to_it
    assert visit["skipped"][-1] is False
    assert any(visit["skipped"])
    assert visit["afterwards"] is None


def test_a_person_keeps_their_number_with_another_model_and_more_people(visit_to_it):
    visit, _ = visit_to_it
    assert visit["changed"]["people"][0]["id"] == 1


def test_no_other_host_is_asked_though_the_runtime_tries(visit_to_it, there):
    visit, asked = visit_to_it
    assert asked == {urlsplit(there).netloc}
    assert {urlsplit(address).netloc for address in visit["refused"]} == {"odml.pa.googleapis.com"}


def test_what_goes_wrong_has_a_name(browser, there, files):
    module = assets.asset("device/pose.js")

    def bundle(**other: Any) -> dict[str, Any]:
        return files | {"bundles": {"full": files["bundles"]["full"] | other}}

    with browser.new_context(base_url=there) as context:
        page = context.new_page()
        page.goto("/")

        def code(given: dict[str, Any], **options: Any) -> str | None:
            failure = page.evaluate(FAIL, [given, module, options])
            return failure and failure[0]

        assert code(bundle(address="half")) == "incomplete"
        assert code(bundle(address="half", size=len(b"half a file"))) == "wrong-file"
        assert code(bundle(address="nowhere")) == "unreachable"
        assert code(files | {"worker": "nowhere.js"}) == "blocked"
        assert code(files, model="heavy-duty") == "unusable"
        page.route(f"**/{files['loader']}", lambda route: route.abort("blockedbyclient"))
        assert code(files) == "blocked"
        page.unroute_all()
        page.route("**/device/worker.js", without_policy)
        assert code(files) == "no-policy"
        page.unroute_all()
        assert code(files) is None
        worker = page.workers[-1]
        with worker.expect_event("close"):
            worker.evaluate("setTimeout(() => { throw new RangeError('could not allocate memory'); })")
        assert page.evaluate("window.failed") == "memory"
        assert page.workers == []


def without_policy(route: playwright.sync_api.Route) -> None:
    """Answer as a proxy that removes policies."""
    answer = route.fetch()
    kept = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
    route.fulfill(response=answer, headers=kept)
