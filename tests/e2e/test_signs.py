"""The Signs page in a real browser: a spelled video, taught signs, and a hand before a fake camera."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from pages.ui.live.device_frames import read_frames
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from tests.e2e.visitor import PHONE, live_button, no_errors, wait_until_idle

# The browser of the tests has no voices: one that notes what it is to say.
A_VOICE = """window.said = [];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => [{ name: "Anna", lang: "en-GB", default: true }],
    speak: ({ text, rate, voice }) => window.said.push([text, rate, voice.name]), cancel() {}, addEventListener() {},
} });"""
SPELLED_S = (1.9, 5.2)  # of a longer video: I and N
SPELLED = re.compile("^IN")


def frames_of(path: Path) -> Iterator[np.ndarray]:
    """A hand that spells, in 480 x 480; half of the frames, which are enough to read it."""
    with open_clip(path) as clip:
        for frame in itertools.islice(itertools.takewhile(lambda frame: frame.time_s < SPELLED_S[1], clip), 0, None, 2):
            if frame.time_s >= SPELLED_S[0]:
                yield cv2.resize(frame.rgb[300:920], (480, 480), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def spelled_clip(shared_data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of a hand that spells."""
    path = tmp_path_factory.mktemp("spelled") / "spelled.mp4"
    with FilmWriter(path, (480, 480), fps_hint=12.5) as film:
        for index, rgb in enumerate(frames_of(shared_data / "google-reference/asl_hand.25fps.mp4")):
            film.write(rgb, index / 12.5)
    return path


@pytest.fixture(scope="module")
def spelling_hand(launch, shared_data, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose camera shows that hand at half its speed, again and again, so that a busy machine reads it."""
    target: Path = tmp_path_factory.mktemp("camera") / "spelled.y4m"
    with target.open("wb") as film:
        film.write(b"YUV4MPEG2 W480 H480 F25:4 Ip A1:1 C420jpeg\n")
        for rgb in frames_of(shared_data / "google-reference/asl_hand.25fps.mp4"):
            film.write(b"FRAME\n" + cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420).tobytes())
    browser = launch(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={target}",
    )
    yield browser
    browser.close()


def choose(page: Page, source: str) -> None:
    """Choose a source once the page has come to rest: a press is lost if what is pressed is drawn again meanwhile."""
    wait_until_idle(page)
    page.get_by_role("radio", name=source, exact=True).click()
    expect(page.get_by_role("radio", name=source, exact=True)).to_be_checked()
    wait_until_idle(page)


def give(page: Page, *paths: Path, of: int = 0) -> None:
    """Upload files to one of the page's uploaders."""
    page.get_by_test_id("stFileUploader").nth(of).locator("input[type=file]").set_input_files(paths)


def test_a_spelled_video_is_text_that_is_corrected_spoken_and_burnt_in(page, spelled_clip, shot, tmp_path):
    page.add_init_script(A_VOICE)
    page.goto("/signs")
    choose(page, "Video")
    give(page, spelled_clip)
    line = page.get_by_role("textbox", name="Text.")
    expect(line).to_have_value(SPELLED)
    page.locator(".sf video").evaluate("video => { video.currentTime = 1; }")
    expect(page.locator(".sf-now")).to_have_text("I")
    film = page.locator(".sf-frame").bounding_box()
    assert film
    assert film["height"] <= 0.6 * page.evaluate("innerHeight") + 1
    shot(page, "signs-spelled")
    line.fill("IN YOU")
    page.get_by_role("button", name="Speak", exact=True).click()
    assert page.evaluate("said") == [["in you", 1, "Anna"]]
    expect(page.locator(".tl-said")).to_have_text("Spoken: IN YOU")
    with page.expect_download() as download:
        page.get_by_role("button", name="Subtitles (SRT)").click()
    assert download.value.suggested_filename == "spelled.srt"
    download.value.save_as(tmp_path / "spelled.srt")
    assert re.findall(r"^[A-Z]+$", (tmp_path / "spelled.srt").read_text(), re.MULTILINE) == ["IN", "YOU"]
    page.get_by_role("button", name="Make video with subtitles").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Video with subtitles (MP4)").click()
    download.value.save_as(tmp_path / "burnt.mp4")
    with open_clip(tmp_path / "burnt.mp4") as clip:
        [*_, last] = clip
    assert last.rgb[440:].min() < 25, "the last word is in its dark box"
    expect(line).to_have_value("IN YOU")
    no_errors(page)


@pytest.mark.visit(**PHONE)
def test_the_sample_spells_a_text_and_shows_its_letters_beside_the_hand(page):
    page.goto("/signs?sample=spelled")
    expect(page.get_by_role("textbox", name="Text.")).to_have_value("HELLO JAZZ")
    for time_s, letter in ((0.5, "H"), (7.4, "J"), (9.7, "Z"), (6.0, "")):
        page.locator(".sf video").evaluate("(video, time) => { video.currentTime = time; }", time_s)
        expect(page.locator(".sf-now:not([hidden])")).to_have_text([letter] if letter else [])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    no_errors(page)


@pytest.fixture(scope="module")
def signed(shared_data, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Clips of signs by what they mean, with half of the frames."""
    folder, clips = tmp_path_factory.mktemp("signed"), {}
    for word in ("milk", "eat"):
        clips[word] = folder / f"{word}.mp4"
        with (
            open_clip(shared_data / f"asl_words/{word}.mkv") as whole,
            FilmWriter(clips[word], whole.info.size, fps_hint=15) as film,
        ):
            for frame in itertools.islice(whole, 0, None, 2):
                film.write(frame.rgb, frame.time_s)
    return clips


def test_a_taught_sign_is_found_again_after_a_reload_from_its_file(page, signed, shot, tmp_path):
    page.goto("/signs?tab=teach")
    expect(live_button(page, "Start")).to_be_enabled()
    wait_until_idle(page)
    choose(page, "Videos")
    for word in signed:
        page.get_by_label("What it means").fill(word)
        page.get_by_label("What it means").press("Tab")
        give(page, signed[word])
        page.get_by_role("button", name="Learn this example").click()
        expect(page.get_by_text(f"learnt as an example of “{word}”")).to_be_visible()
    shot(page, "signs-taught")
    with page.expect_download() as download:
        page.get_by_role("button", name="Signs as a file").click()
    download.value.save_as(tmp_path / "my.signs.json")
    page.reload()
    expect(page.get_by_text("No signs yet")).to_be_visible()
    give(page, tmp_path / "my.signs.json", of=-1)
    expect(page.get_by_text("its signs are in the list")).to_be_visible()
    page.get_by_role("radio", name="Words").click()
    choose(page, "Video")
    give(page, signed["eat"])
    expect(page.get_by_role("textbox", name="Text.")).to_have_value("eat")
    page.locator(".sf video").evaluate("video => { video.currentTime = 1; }")
    expect(page.locator(".sf-now")).to_have_text("eat")
    shot(page, "signs-words")
    no_errors(page)


def test_letters_before_the_camera_go_to_the_line_on_a_phone(visit, server, spelling_hand, shot):
    page = visit(server, spelling_hand, **PHONE | {"color_scheme": "dark"})
    page.goto("/signs")
    live_button(page, "Start").click()
    expect(page.get_by_role("textbox", name="Text.")).to_have_value(re.compile("IN"))
    expect(page.locator(".sb-reference")).to_have_attribute("src", re.compile("svg"))
    shot(page, "signs-live")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_text("Practice: asks for letters").click()
    expect(page.locator(".sb-asked")).to_have_text(re.compile("^Show [A-Z]$"))
    expect(page.locator(".sb-verdict")).to_have_text(re.compile("That was read as|Right!"))
    no_errors(page)


def test_letters_on_the_visitors_own_device_go_to_the_line_without_a_picture(visit, server, spelling_hand):
    page = visit(server, spelling_hand)
    page.add_init_script("""localStorage.setItem("posecore.live.where", "device"); window.peers = 0;
        window.RTCPeerConnection = class { constructor() { window.peers++; } };""")
    sent: list[bytes | str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data)))
    page.goto("/signs")
    expect(page.get_by_text("which needs them for gestures, letters and signs")).to_be_visible()
    live_button(page, "Start").click()
    expect(page.get_by_role("textbox", name="Text.")).to_have_value(re.compile("IN"))
    expect(page.locator(".lc")).to_have_attribute("data-where", "device")
    frames = [each for data in sent if isinstance(data, bytes) and data[:1] == b"\2" for each in read_frames(data)]
    assert {len(frame.slots) for frame in frames} == {1}
    assert {len(frame.ids) for frame in frames} == {0}, "bodies are not looked for"
    assert page.evaluate("window.peers") == 0
    live_button(page, "Stop").click()
    expect(page.locator(".sb-state")).to_have_text("Press Start below.")
    no_errors(page)
