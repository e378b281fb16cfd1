"""Every page in a real browser, as a visitor uses it."""

import re
import time
from fractions import Fraction

import av
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from posecore.samples import sample_clip, sample_picture

pytestmark = pytest.mark.browser

SECONDS_AFTER_LEAVING = 5  # as the server of these tests is started
CAMERA_EYE = "document.querySelector('.js-plotly-plot')?._fullLayout?.scene?._scene?.getCamera().eye"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def table_of(page: Page):
    return page.get_by_test_id("stDataFrame")


def skeleton_of(page: Page):
    return page.locator(".js-plotly-plot .gl-container canvas, .js-plotly-plot canvas").first


def upload(page: Page, path) -> None:
    page.locator("input[type=file]").set_input_files(path)


def no_errors(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)


def test_the_first_visit_of_a_server_may_be_a_deep_link(page):
    """Before its entry has run once, Streamlit would run the page alone, without navigation and theme."""
    page.goto("/image?sample=photo")
    expect(page.get_by_alt_text("with the landmarks")).to_be_visible()
    expect(page.get_by_role("link", name="Webcam")).to_be_visible()
    expect(page).to_have_url(re.compile("sample=photo"))
    expect(page).to_have_title("Image · Pose explorer")


def test_home_leads_to_every_page(page, shot):
    page.goto("/")
    expect(page.get_by_role("heading", name="See how people move")).to_be_visible()
    shot(page, "home")
    page.get_by_role("button", name="Try a portrait").click()
    expect(page.get_by_role("heading", name="Image")).to_be_visible()
    expect(page).to_have_url(re.compile("sample=photo"))
    expect(page.get_by_alt_text("with the landmarks")).to_be_visible()
    no_errors(page)


def test_a_photograph_gives_overlay_table_and_skeleton(page, shot):
    page.goto("/image")
    expect(page.get_by_text("the result appears here")).to_be_visible()
    upload(page, sample_picture().path)
    expect(page.get_by_alt_text("grace_hopper.jpg with the landmarks")).to_be_visible()
    expect(table_of(page)).to_be_visible()
    expect(skeleton_of(page)).to_be_visible()
    expect(page.get_by_text("33 of 33 landmarks")).to_be_visible()
    no_errors(page)
    shot(page, "image")


def test_body_part_and_visibility_filter_the_table(page):
    page.goto("/image?sample=photo")
    expect(page.get_by_text("33 of 33 landmarks")).to_be_visible()
    page.get_by_role("button", name="Torso").click()
    expect(page.get_by_text("4 of 33 landmarks")).to_be_visible()


@pytest.mark.parametrize(
    ("button", "ending"),
    [
        ("Picture (PNG)", ".annotated.png"),
        ("Table (CSV)", ".landmarks.csv"),
        ("Landmarks (JSON)", ".landmarks.json"),
    ],
)
def test_downloads_of_a_picture(page, button, ending, tmp_path):
    page.goto("/image?sample=photo")
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    assert download.value.suggested_filename == f"grace_hopper{ending}"
    target = tmp_path / "file"
    download.value.save_as(target)
    content = target.read_bytes()
    assert len(content) > 1000
    assert content.startswith({".png": b"\x89PNG", ".csv": b"frame,time_s", "json": b'{"format"'}[ending[-4:]])


def test_a_picture_that_is_none_says_so_in_a_sentence(page, tmp_path):
    broken = tmp_path / "holiday.jpg"
    broken.write_bytes(b"this is not a picture")
    page.goto("/image")
    upload(page, broken)
    alert = page.get_by_test_id("stAlertContentError")
    expect(alert).to_contain_text("holiday.jpg")
    assert "Traceback" not in page.inner_text("body")


def test_the_camera_button_takes_a_picture(page):
    page.goto("/image")
    page.get_by_role("radio", name="Camera").click()
    page.get_by_role("button", name="Take Photo").click()
    expect(page.get_by_text("Your picture")).to_be_visible()
    no_errors(page)


def test_a_clip_gives_a_film_that_plays(page, shot):
    page.goto("/video")
    upload(page, sample_clip().path)
    expect(page.get_by_text("frames a second")).to_be_visible()
    film = page.locator("video")
    expect(film).to_be_visible(timeout=180_000)
    page.evaluate("document.querySelector('video').muted = true; document.querySelector('video').play()")
    page.wait_for_function("document.querySelector('video').currentTime > 0.5")
    page.evaluate("document.querySelector('video').pause()")
    expect(skeleton_of(page)).to_be_visible()
    expect(table_of(page)).to_be_visible()
    no_errors(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Film (MP4)").click()
    assert download.value.suggested_filename == "sports2d_demo.annotated.mp4"
    assert download.value.path().read_bytes()[4:8] == b"ftyp"
    shot(page, "video")


@pytest.fixture
def phone_clip(shared_data, tmp_path):
    """A clip as a phone makes it: stored lying with a tag that turns it upright, and with sound."""
    path = tmp_path / "phone.mp4"
    with (
        av.open(str(shared_data / "awkward" / "phone_rotation_tag_90.mp4")) as stored,
        av.open(str(path), "w") as clip,
    ):
        picture = clip.add_stream_from_template(stored.streams.video[0])
        sound = clip.add_stream("aac", rate=48_000, layout="mono")
        for packet in stored.demux(video=0):
            if packet.dts is not None:
                packet.stream = picture
                clip.mux(packet)
        for at in range(0, 13 * 48_000, 960):
            tone = 0.3 * np.sin(2 * np.pi * 440 * (at + np.arange(960)) / 48_000).astype(np.float32)
            piece = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
            piece.sample_rate, piece.pts, piece.time_base = 48_000, at, Fraction(1, 48_000)
            clip.mux(sound.encode(piece))
        clip.mux(sound.encode(None))
    return path


def test_a_phones_clip_gives_an_upright_film_of_the_same_length_with_sound(page, phone_clip):
    page.goto("/video")
    upload(page, phone_clip)
    film = page.locator("video")
    expect(film).to_be_visible(timeout=180_000)
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    shape = film.evaluate("film => [film.videoWidth, film.videoHeight, film.duration]")
    assert shape == [360, 640, pytest.approx(13.0, abs=0.1)]
    film.evaluate("film => { film.muted = true; film.play() }")
    page.wait_for_function("document.querySelector('video').currentTime > 1")
    assert film.evaluate("film => film.webkitAudioDecodedByteCount") > 0
    no_errors(page)


def test_part_and_film_change_the_run_when_asked(page):
    page.goto("/video?sample=clip")
    expect(page.locator("video")).to_be_visible(timeout=180_000)
    page.get_by_role("button", name="Part and film").click()
    expect(page.get_by_text("230 frames: about")).to_be_visible()
    page.get_by_text("Make the film").click()
    expect(page.get_by_text("no film")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run again with the new settings").click()
    expect(page.get_by_text("No film was made")).to_be_visible()
    expect(table_of(page)).to_be_visible()
    no_errors(page)


def test_the_frame_slider_moves_skeleton_and_table(page):
    page.goto("/video?sample=clip")
    expect(page.locator("video")).to_be_visible(timeout=180_000)
    film_before = page.locator("video").get_attribute("src")
    slider = page.get_by_role("slider", name="Frame")
    slider.focus()
    before = page.get_by_text(re.compile(r"^Frame \d+ of")).inner_text()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text(re.compile(r"^Frame \d+ of"))).not_to_have_text(before)
    assert page.locator("video").get_attribute("src") == film_before


def turn_by_hand(page: Page) -> None:
    box = page.locator(".js-plotly-plot").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y, steps=8)
    page.mouse.up()


def test_the_3d_view_stays_as_it_was_turned(page):
    page.goto("/image?sample=photo")
    expect(page.get_by_text("33 of 33 landmarks")).to_be_visible()
    page.wait_for_function(f"{CAMERA_EYE} !== undefined")
    before = page.evaluate(CAMERA_EYE)
    for _ in range(10):  # until the page has come to rest, the figure may move away from under the mouse
        turn_by_hand(page)
        page.wait_for_timeout(1000)
        turned = page.evaluate(CAMERA_EYE)
        if turned != pytest.approx(before, abs=0.1):
            break
    assert turned != pytest.approx(before, abs=0.1)
    page.get_by_role("button", name="Torso").click()
    expect(page.get_by_text("4 of 33 landmarks")).to_be_visible()
    page.wait_for_timeout(2000)
    assert page.evaluate(CAMERA_EYE) == pytest.approx(turned, abs=0.01)


def test_stop_keeps_what_was_done(page):
    page.goto("/video?sample=clip")
    page.get_by_text(re.compile(r"\d+ of 230 frames")).wait_for()
    page.get_by_role("button", name="Stop and keep what is done").click()
    expect(page.get_by_text(re.compile(r"Stopped after \d+ frames"))).to_be_visible()
    expect(page.locator("video")).to_be_visible()


def start_camera(page: Page):
    page.goto("/webcam")
    picture = page.frame_locator("iframe[title*='webrtc']")
    picture.get_by_role("button", name="Start").click()
    return picture


def test_the_camera_shows_a_live_skeleton(page, shot):
    picture = start_camera(page)
    expect(page.get_by_text("Frames a second")).to_be_visible()
    expect(page.get_by_text(re.compile("of 33 landmarks"))).to_be_visible()
    expect(skeleton_of(page)).to_be_visible()
    video = picture.locator("video")
    earlier = video.evaluate("video => video.currentTime")
    page.wait_for_timeout(2000)
    assert video.evaluate("video => video.currentTime") > earlier
    shot(page, "webcam")
    no_errors(page)
    picture.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Press Start")).to_be_visible()


@pytest.mark.parametrize(
    ("switches", "sentence"),
    [
        ([], "No camera was found."),
        (["--use-fake-device-for-media-stream", "--deny-permission-prompts"], "The camera was refused."),
    ],
)
def test_without_a_camera_the_page_says_what_to_do(launch, server, switches, sentence):
    browser = launch(*switches)
    page = browser.new_page(base_url=server.url)
    page.goto("/webcam")
    page.frame_locator("iframe[title*='webrtc']").get_by_role("button", name="Start").click()
    expect(page.get_by_role("status").filter(has_text=sentence)).to_be_visible()
    page.get_by_text("The camera does not start?").click()
    expect(page.get_by_role("link", name="Take a snapshot or upload a picture")).to_be_visible()
    browser.close()


def test_over_plain_http_the_page_asks_for_https(launch, server):
    """Under a name that is not this machine's own, as a visitor from elsewhere has it; it leads here all the same."""
    browser = launch("--host-resolver-rules=MAP pose.example 127.0.0.1")
    page = browser.new_page(base_url=server.url.replace("127.0.0.1", "pose.example"))
    page.goto("/webcam")
    expect(page.get_by_role("status").filter(has_text="opened over http")).to_be_visible()
    browser.close()


def test_the_camera_can_be_left_and_come_back_to(page):
    start_camera(page)
    expect(page.get_by_text("Frames a second")).to_be_visible()
    page.get_by_role("link", name="Image").click()
    expect(page.get_by_role("heading", name="Image")).to_be_visible()
    page.get_by_role("link", name="Webcam").click()
    page.frame_locator("iframe[title*='webrtc']").get_by_role("button", name="Start").click()
    expect(page.get_by_text("Frames a second")).to_be_visible()
    no_errors(page)


def test_a_snapshot_opens_on_the_image_page(page):
    start_camera(page)
    expect(page.get_by_text(re.compile("of 33 landmarks"))).to_be_visible()
    page.get_by_role("link", name="Snapshot").click()
    expect(page.get_by_role("heading", name="Image")).to_be_visible()
    expect(page.get_by_text("Snapshot of the live camera")).to_be_visible()
    no_errors(page)


def test_without_a_camera_the_sample_plays_live(page, shot):
    page.goto("/webcam?sample=clip")
    page.frame_locator("iframe[title*='webrtc']").get_by_role("button", name="Start").click()
    expect(page.get_by_text("Frames a second")).to_be_visible()
    expect(page.get_by_text(re.compile("of 33 landmarks"))).to_be_visible()
    no_errors(page)


@pytest.mark.parametrize("address", ["/", "/image?sample=photo", "/video", "/webcam"])
@pytest.mark.visit(**PHONE)
def test_nothing_is_wider_than_a_phone(page, address, shot):
    page.goto(address)
    expect(page.get_by_role("heading").first).to_be_visible()
    page.wait_for_timeout(2500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, f"phone{re.sub('[^a-z]+', '-', address)}")
    no_errors(page)


@pytest.mark.parametrize("address", ["/", "/image?sample=photo"])
@pytest.mark.visit(color_scheme="dark")
def test_dark(page, address, shot):
    page.goto(address)
    expect(page.get_by_role("heading").first).to_be_visible()
    page.wait_for_timeout(2500)
    background = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert sum(int(value) for value in re.findall(r"\d+", background)[:3]) < 3 * 80
    shot(page, f"dark{re.sub('[^a-z]+', '-', address)}")


def test_a_run_that_is_replaced_takes_its_files_with_it(page, server):
    page.goto("/video?sample=clip")
    expect(page.locator("video")).to_be_visible(timeout=180_000)
    before = runs_on_disk(server)
    page.get_by_role("radio", name="Upload").click()
    upload(page, sample_clip().path)
    expect(page.get_by_text("frames a second")).to_be_visible()
    after = runs_on_disk(server)
    assert len(after) <= len(before)
    assert after - before, "the new run has a folder of its own"


def test_what_a_visitor_gave_is_gone_after_the_visit(browser, server):
    visit = browser.new_context(base_url=server.url)
    page = visit.new_page()
    before = runs_on_disk(server)
    page.goto("/video?sample=clip")
    expect(page.get_by_text("frames a second")).to_be_visible()
    [mine] = runs_on_disk(server) - before
    visit.close()
    until = time.monotonic() + SECONDS_AFTER_LEAVING + 30
    while mine in runs_on_disk(server) and time.monotonic() < until:
        time.sleep(0.5)
    assert mine not in runs_on_disk(server)


def runs_on_disk(server) -> set[str]:
    return {path.name for path in server.temporary.glob("posecore-run-*")}
