"""Every page in a real browser, as a visitor uses it."""

import itertools
import re
import socket
import time
import zipfile
from fractions import Fraction
from urllib.parse import urlsplit

import av
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.samples import sample_picture
from tests.e2e.accessibility import check_accessibility
from tests.e2e.conftest import new_context
from tests.e2e.visitor import CURVES_DRAWN, PHONE, VISITS, no_errors, open_tab, upload, wait_until_idle

SECONDS_AFTER_LEAVING = 5  # as the server of these tests is started


def table_of(page: Page):
    return page.get_by_test_id("stDataFrame").first


def skeleton_of(page: Page):
    return page.locator(".posecore-solid canvas")


@pytest.fixture(scope="module")
def other_server(start_server):
    """A server that the other tests' visitors do not use, and which has little room."""
    with start_server(POSECORE_LIMIT_UPLOAD_MEGABYTES="1") as server:
        yield server


@pytest.fixture(scope="module")
def context_of_other_server(browser, other_server):
    """A visitor's browser, which keeps that server's scripts from one test to the next."""
    context = new_context(browser, other_server)
    yield context
    context.close()


@pytest.fixture
def other_visitor(context_of_other_server, other_server, request):
    """A new tab there."""
    page = context_of_other_server.new_page()
    request.node.stash.setdefault(VISITS, []).append((page, other_server))
    yield page
    page.close()


def test_the_first_visit_to_a_server_may_be_a_deep_link(other_visitor):
    """Until its entry script has run once, Streamlit would run only the page, without navigation and theme."""
    page = other_visitor
    page.goto("/image?sample=photo")
    expect(page.get_by_alt_text("with the landmarks")).to_be_visible()
    expect(page.get_by_role("link", name="Webcam")).to_be_visible()
    expect(page).to_have_url(re.compile("sample=photo"))
    expect(page).to_have_title("Image · Pose explorer")


def test_home_leads_to_a_sample_whatever_was_chosen_before(page, shot):
    page.goto("/image")
    expect(page.get_by_role("radio", name="Upload")).to_be_checked()
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="See how people move")).to_be_visible()
    expect(page.locator(".mp [role=img], .mp-film").first).to_have_accessible_name(re.compile("skeleton"))
    shot(page, "home")
    page.get_by_role("link", name="Try a photo").click()
    expect(page.get_by_role("heading", name="Image")).to_be_visible()
    expect(page).to_have_url(re.compile("sample=body"))
    page.get_by_role("button", name="Change photo").click()
    page.get_by_role("radio", name="Portrait").click()
    expect(page).to_have_url(re.compile("sample=photo"))
    expect(page.get_by_alt_text("grace_hopper.jpg with the landmarks")).to_be_visible()
    no_errors(page)


def test_a_photo_gives_an_overlay_a_table_and_a_skeleton(page, shot, tmp_path):
    page.goto("/image")
    expect(page.get_by_text("The result appears here")).to_be_visible()
    a_file_that_is_not_a_photo_is_reported_in_one_sentence(page, tmp_path)
    upload(page, sample_picture().path)
    expect(page.get_by_alt_text("grace_hopper.jpg with the landmarks")).to_be_visible()
    expect(skeleton_of(page)).to_be_visible()
    for part in (page.get_by_alt_text("with the landmarks"), skeleton_of(page)):
        box = part.bounding_box()
        assert box["height"] > 400
        assert box["y"] + box["height"] <= page.viewport_size["height"], "all of it is visible without scrolling"
    check_accessibility(page)
    shot(page, "image")
    open_tab(page, "Landmarks")
    expect(table_of(page)).to_be_visible()
    expect(page.get_by_text("33 of 33 landmarks")).to_be_visible()
    no_errors(page)
    its_results_can_be_downloaded(page)
    its_background_can_be_blurred_and_people_cut_out(page, tmp_path)


def a_file_that_is_not_a_photo_is_reported_in_one_sentence(page, tmp_path):
    broken = tmp_path / "holiday.jpg"
    broken.write_bytes(b"this is not a picture")
    upload(page, broken)
    alert = page.get_by_test_id("stAlertContentError")
    expect(alert).to_contain_text("holiday.jpg")
    assert "Traceback" not in page.inner_text("body")


def its_results_can_be_downloaded(page):
    open_tab(page, "Files")
    for button, ending, start in (
        ("Annotated photo (PNG)", ".annotated.png", b"\x89PNG"),
        ("Table (CSV)", ".landmarks.csv", b"frame,time_s"),
        ("Landmarks (JSON)", ".landmarks.json", b'{"format"'),
    ):
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        assert download.value.suggested_filename == f"grace_hopper{ending}"
        content = download.value.path().read_bytes()
        assert len(content) > 1000
        assert content.startswith(start)


def its_background_can_be_blurred_and_people_cut_out(page, tmp_path):
    open_tab(page, "Display")
    page.get_by_role("radio", name="Blurred").or_(page.get_by_text("Blurred", exact=True)).first.click()
    open_tab(page, "Files")
    with page.expect_download() as download:
        page.get_by_role("button", name="Cut-out (PNG)").click()
    download.value.save_as(tmp_path / "cut.png")
    cut = np.asarray(Image.open(tmp_path / "cut.png"))
    assert cut.shape == (600, 512, 4)
    assert 0.3 < (cut[..., 3] > 128).mean() < 0.8


def test_without_webgl_3d_charts_are_drawn_on_a_canvas_and_can_be_turned(visit, launch, server):
    """Skeletons are drawn so in the browser of the other tests, too, as it has no graphics card."""
    browser = launch("--disable-3d-apis")
    page = visit(server, browser)
    page.goto("/rigid")
    upload(page, sample_picture().path)
    chart = page.get_by_role("figure", name="Camera and bodies in 3D, in metres")
    figure = chart.locator("canvas")
    figure.scroll_into_view_if_needed()  # it is drawn once it is in sight
    wait_until_idle(page)
    before = figure.screenshot()
    turn_by_hand(page, figure)
    assert figure.screenshot() != before
    no_errors(page)
    browser.close()


def test_the_camera_button_takes_a_photo(page):
    page.goto("/image")
    page.get_by_role("radio", name="Camera").click()
    page.wait_for_function("document.querySelector('[data-testid=stCameraInput] video')?.readyState >= 2")
    page.get_by_role("button", name="Take Photo").click()
    page.get_by_role("button", name="Details").click()
    expect(page.get_by_text("Your photo")).to_be_visible()
    no_errors(page)


def film_of(page: Page) -> str:
    """The address of the video on show; the page may appear before the player does."""
    expect(page.locator("video")).to_have_attribute("src", re.compile("private/"), timeout=180_000)
    return page.locator("video").evaluate("film => film.src")


def test_the_video_is_served_from_disk_in_the_ranges_the_player_requests(player, server):
    assert film_of(player).startswith(f"{server.url}/private/")
    film = player.locator("video")
    length = film.evaluate("film => film.duration")
    assert length == pytest.approx(3, abs=0.1)
    film.evaluate("film => { film.currentTime = 0.8 * film.duration }")
    player.wait_for_function("!document.querySelector('video').seeking")
    assert film.evaluate("film => film.currentTime") == pytest.approx(0.8 * length, abs=0.1)
    part = player.request.get(film_of(player), headers={"Range": "bytes=4-7"})
    assert (part.status, part.body()) == (206, b"ftyp")


@pytest.mark.goes_on
def test_the_video_with_skeletons_is_made_on_request_while_the_player_stays(player):
    player.locator(".pp").press("End")
    player.evaluate("document.querySelector('.pp').dataset.same = 'yes'")
    open_tab(player, "Overlay")
    player.get_by_role("button", name="Make video with skeletons").click()
    expect(player.get_by_role("button", name="Stop making the file")).to_be_visible()
    made = player.get_by_role("link", name="Video with skeletons (MP4)")
    with player.expect_download() as download:
        made.click(timeout=180_000)
    expect(player.locator(".pp")).to_have_attribute("data-same", "yes")
    expect(player.locator(".pp-clock")).to_have_text(re.compile("^Frame 89 of 89"))
    assert download.value.suggested_filename == "sports2d_demo.annotated.mp4"
    content = download.value.path().read_bytes()
    assert content[4:8] == b"ftyp"
    assert content != player.request.get(film_of(player)).body(), "the player's video has no skeletons"
    answer = player.request.head(made.get_attribute("href"))
    assert answer.headers["content-disposition"].startswith("attachment"), "so that no tab stays open"


def open_formats(player: Page) -> None:
    """Unfold what is offered besides the usual files, unless an earlier test has."""
    open_tab(player, "Files")
    choice = player.get_by_text("Choose files", exact=True)
    if not choice.is_visible():
        player.get_by_text("More formats").click()
    expect(choice).to_be_visible()


@pytest.mark.goes_on
def test_the_workbook_is_downloaded_with_one_click_and_so_is_the_report(player):
    open_tab(player, "Files")
    for title, name in (("Excel workbook", "sports2d_demo.xlsx"), ("Report (HTML)", "sports2d_demo.report.html")):
        with player.expect_download(timeout=180_000) as download:
            player.get_by_role("button", name=title).first.click()
        assert download.value.suggested_filename == name
        expect(player.get_by_role("link", name=re.compile(rf"Download {name} \(.* [KM]B\)"))).to_be_visible()


@pytest.mark.goes_on
def test_all_files_and_the_video_come_in_one_zip(player):
    open_formats(player)
    player.get_by_role("button", name="Video with skeletons (MP4)").click()
    player.get_by_role("button", name="Prepare zip").click()
    with player.expect_download() as download:
        player.get_by_role("link", name="sports2d_demo.zip").click(timeout=180_000)
    with zipfile.ZipFile(download.value.path()) as archive:
        kinds = {name.split(".", 1)[1] for name in archive.namelist()}
        assert archive.testzip() is None
    assert kinds == {
        "annotated.mp4",
        "landmarks.csv",
        "report.html",
        "posecore.npz",
        "manifest.json",
        "txt",
    }


@pytest.mark.goes_on
def test_a_single_file_can_be_downloaded(player):
    open_formats(player)
    box = player.get_by_role("combobox", name="Single file")
    box.click()
    box.press_sequentially("angles (CSV)")  # only the visible options are in the page
    angles = player.get_by_role("option", name="Joint angles (CSV)")
    expect(angles).to_have_attribute("data-focused", "true")  # only then does Enter choose it
    box.press("Enter")  # a click would wait until the opening list stops moving
    expect(box).to_have_value("Joint angles (CSV)")
    player.get_by_role("button", name="Prepare file").click()
    with player.expect_download() as download:
        player.get_by_role("link", name="sports2d_demo.angles.csv").click()
    table = pd.read_csv(download.value.path())
    assert table.groupby("person").size().eq(90).all()
    assert table["left_knee"].dropna().between(0, 180).all()
    assert table.groupby("person")["left_knee"].count().max() > 60


def test_a_video_cannot_be_fetched_without_its_address(page):
    answer = page.request.get("/private/" + "A" * 43)
    assert answer.status == 404
    assert "no longer available" in answer.text()


@pytest.fixture
def phone_clip(shared_data, tmp_path):
    """A video as a phone makes it: stored sideways with a rotation tag, and with sound."""
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


def test_a_phone_video_plays_upright_at_the_same_length_and_with_sound(page, phone_clip):
    page.goto("/video")
    upload(page, phone_clip)
    expect(page.get_by_text("processed in")).to_be_visible(timeout=180_000)
    film = page.locator("video")
    expect(film).to_be_visible(timeout=180_000)
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    shape = film.evaluate("film => [film.videoWidth, film.videoHeight, film.duration]")
    assert shape == [360, 640, pytest.approx(13.0, abs=0.1)]
    film.evaluate("film => { film.muted = true; film.play() }")
    page.wait_for_function("document.querySelector('video').currentTime > 1")
    assert film.evaluate("film => film.webkitAudioDecodedByteCount") > 0
    no_errors(page)


def people_table(page: Page):
    """Where on the page the table is in which people are hidden and named."""
    table = page.get_by_test_id("stDataFrame").filter(visible=True).first
    expect(table.get_by_test_id("data-grid-canvas")).to_be_visible()
    table.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # it is a canvas, and ignores clicks until it is drawn
    return table.bounding_box()


def wait_for_legend(page: Page, names: list[str]) -> None:
    """Wait until the legend of the 3D view lists these people; behind another tab, too."""
    texts = "[...document.querySelectorAll('.posecore-solid .s3-head i + span')].map(text => text.textContent)"
    page.wait_for_function(f"names => {texts}.join() === names", arg=",".join(names), timeout=30_000)


def ask_for_people(page: Page, count: int) -> None:
    page.get_by_role("button", name="Settings").click()
    page.get_by_test_id("stNumberInputField").first.fill(str(count))
    page.keyboard.press("Enter")
    wait_until_idle(page)
    page.keyboard.press("Escape")
    wait_until_idle(page)


def test_people_can_be_hidden_and_renamed(page, shared_data, shot):
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/image")
    ask_for_people(page, 3)
    upload(page, shared_data / "people" / "three_people.jpg")
    wait_for_legend(page, ["person 1", "person 2", "person 3"])
    check_accessibility(page)
    open_tab(page, "People")
    box = people_table(page)
    row_px = box["height"] / 4
    page.mouse.click(box["x"] + box["width"] / 10, box["y"] + 1.5 * row_px)
    wait_for_legend(page, ["person 2", "person 3"])
    wait_until_idle(page)
    box = people_table(page)
    page.mouse.dblclick(box["x"] + box["width"] * 0.7, box["y"] + 2.5 * row_px)
    field = page.locator("#portal textarea")
    expect(field).to_be_focused()
    page.wait_for_timeout(500)  # it appears before it accepts typing
    page.keyboard.type("Anna", delay=50)
    expect(field).to_have_value("Anna")
    page.keyboard.press("Enter")
    expect(field).to_be_hidden()
    wait_for_legend(page, ["Anna", "person 3"])
    shot(page, "people")
    no_errors(page)
    assert errors == []


def test_the_video_with_skeletons_is_made_again_if_a_person_is_hidden(page, two_people_clip):
    page.goto("/video")
    ask_for_people(page, 2)
    upload(page, two_people_clip)
    expect(page.get_by_text(re.compile(r"\d+ of 45"))).to_be_visible()
    make = page.get_by_role("button", name="Make video with skeletons")
    made = page.get_by_role("link", name="Video with skeletons (MP4)")
    open_tab(page, "Overlay")
    make.click()
    expect(made).to_be_visible(timeout=120_000)
    open_tab(page, "People")
    box = people_table(page)
    page.mouse.click(box["x"] + 48, box["y"] + 1.5 * box["height"] / 3)
    expect(page.locator(".pp-chip .pp-whose")).to_have_count(2)  # in two curves, only of the other person
    open_tab(page, "Overlay")
    expect(made).to_be_hidden()
    make.click()
    expect(made).to_be_visible(timeout=120_000)
    no_errors(page)
    check_accessibility(page)


def turn_by_hand(page: Page, figure: Locator) -> None:
    box = figure.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y, steps=8)
    page.mouse.up()
    page.mouse.move(5, 5)


def test_the_3d_view_keeps_its_rotation_while_the_photo_changes(page):
    page.goto("/image?sample=photo")
    expect(skeleton_of(page)).to_be_visible()
    wait_until_idle(page)
    before = skeleton_of(page).screenshot()
    turn_by_hand(page, skeleton_of(page))
    page.wait_for_timeout(500)
    turned = skeleton_of(page).screenshot()
    assert turned != before
    open_tab(page, "Display")
    photo = page.get_by_alt_text("with the landmarks")
    was = photo.get_attribute("src")
    page.get_by_text("Names", exact=True).click()
    expect(photo).not_to_have_attribute("src", was)
    open_tab(page, "3D")
    page.wait_for_timeout(500)
    assert skeleton_of(page).screenshot() == turned


def test_of_three_uploads_at_once_the_last_one_is_analysed(page, short_clip, two_people_clip):
    page.goto("/video")
    upload(page, short_clip)
    for path in (two_people_clip, short_clip, two_people_clip):
        page.locator("input[type=file]").set_input_files(path)
        page.wait_for_timeout(400)
    expect(page.get_by_text("of 45")).to_be_visible()
    expect(page.get_by_text(f"{two_people_clip.name} · ")).to_be_visible()
    no_errors(page)


@pytest.fixture
def longer_clip(small_sample, tmp_path):
    """The first 140 frames of the sample, in which two people are in view at once."""
    path = tmp_path / "longer.mp4"
    with open_clip(small_sample) as clip, FilmWriter(path, clip.info.size, fps_hint=clip.info.fps) as film:
        for frame in itertools.islice(clip, 140):
            film.write(frame.rgb, frame.time_s)
    return path


def test_stop_keeps_the_partial_result_and_continue_completes_it(page, longer_clip, shot):
    page.goto("/video")
    upload(page, longer_clip)
    page.get_by_text(re.compile(r"\d+ of 140 frames")).wait_for()
    page.get_by_role("button", name="Stop and keep the result so far").click()
    expect(page.get_by_text(re.compile(r"Stopped after \d+ of 140 frames"))).to_be_visible()
    expect(page.locator("video")).to_be_visible()
    shot(page, "stopped")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text(re.compile(r"\b1[1-4]\d of 140\b"))).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Stopped after")).to_have_count(0)
    expect(page.get_by_role("button", name="Show all 2 people")).to_be_visible()
    shot(page, "continued")
    no_errors(page)


@pytest.mark.visit(**PHONE)
def test_pages_fit_a_phone(page, shot):
    settled(page, "/")
    fits(page, shot, "home")
    page.get_by_role("link", name="Try a photo").click()
    rests(page, "Image")
    fits(page, shot, "image")
    for name in ("video", "webcam"):
        settled(page, f"/{name}")
        fits(page, shot, name)


def fits(page: Page, shot, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, f"phone-{name}")
    no_errors(page)


CONTRAST = """(element) => {
  const levels = (color) => color.match(/[\\d.]+/g).map(Number);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((level, i) => a * level + (1 - a) * below[i]);
  const own = (at) => levels(getComputedStyle(at).backgroundColor);
  const ground = (at) => (at ? over(own(at), ground(at.parentElement)) : [0, 0, 0]);
  const luminance = (color) => color
    .map((level) => level / 255)
    .map((level) => level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4)
    .reduce((sum, level, i) => sum + level * [0.2126, 0.7152, 0.0722][i], 0);
  const below = ground(element);
  const letters = over(levels(getComputedStyle(element).color), below);
  const [low, high] = [below, letters].map(luminance).sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}"""


def test_pages_work_in_dark_mode(page, shot):
    page.emulate_media(color_scheme="dark")
    for address in ("/", "/image?sample=photo"):
        settled(page, address)
        background = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
        assert sum(int(value) for value in re.findall(r"\d+", background)[:3]) < 3 * 80
        shot(page, f"dark{re.sub('[^a-z]+', '-', address)}")
    chosen = page.get_by_role("radio", name="3D (metres)")
    expect(chosen).to_be_checked()
    assert chosen.evaluate(CONTRAST) >= 4.5  # as WCAG 2 asks of letters of this size


def settled(page: Page, address: str) -> None:
    page.goto(address)
    rests(page)


def rests(page: Page, heading: str = "") -> None:
    """Wait until a page with this heading, or with any, has come to rest."""
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    wait_until_idle(page)
    page.wait_for_timeout(1000)  # what a page shows last may widen it


@pytest.fixture
def short_clip(portrait, tmp_path):
    """A half-second video of the sample photo."""
    path = tmp_path / "portrait.mp4"
    height, width = portrait.shape[:2]
    with FilmWriter(path, (width, height), fps_hint=25) as film:
        for index in range(12):
            film.write(portrait, index / 25)
    return path


@pytest.fixture
def uploaded(page, short_clip):
    """The page with a processed upload."""
    page.goto("/video")
    upload(page, short_clip)
    expect(page.get_by_text("12 of 12")).to_be_visible()
    return page


def uploads_in_memory(page: Page) -> int:
    """Bytes of all visitors' uploads that Streamlit holds in memory; it caches the count for 5 s."""
    told = page.request.get("/_stcore/metrics").text()
    assert "# TYPE cache_memory_bytes" in told
    found = re.search(r'cache_memory_bytes\{cache_type="UploadedFileManager",cache=""\} (\d+)', told)
    return int(found[1]) if found else 0


def test_an_upload_leaves_the_servers_memory_and_the_next_run_is_as_chosen_and_replaces_the_files_of_the_last(
    other_visitor, other_server, two_people_clip
):
    page = other_visitor
    page.goto("/image")
    upload(page, sample_picture().path)
    expect(page.get_by_alt_text("grace_hopper.jpg with the landmarks")).to_be_visible()
    assert uploads_in_memory(page) == 0
    page.get_by_role("link", name="Video").click()
    expect(page.get_by_text("A video with one or more people")).to_be_visible()
    expect(page.locator("input[type=file]")).to_have_count(1)
    upload(page, two_people_clip)
    expect(page.get_by_text(re.compile(r"person in \d+ of 45"))).to_be_visible()
    film, before = film_of(page), on_disk(other_server, "run")
    page.wait_for_timeout(5_500)  # a new count
    assert uploads_in_memory(page) == 0
    page.get_by_role("button", name="Trim").click()
    expect(page.get_by_text("45 frames: about")).to_be_visible()
    page.get_by_text("Video in the player").click()
    expect(page.get_by_text("no video")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run again with the new settings").click()
    expect(page.locator("video")).to_be_hidden()
    expect(page.get_by_text(re.compile(r"person in \d+ of 45"))).to_be_visible()
    expect(page.locator(".pp-skeleton canvas").first).to_be_visible()
    page.wait_for_function(CURVES_DRAWN)
    no_errors(page)
    after = on_disk(other_server, "run")
    assert len(after) <= len(before)
    assert after - before, "the new run has its own folder"
    assert page.request.get(film).status == 404


def test_an_upload_survives_a_change_of_page_until_it_is_removed(uploaded, server):
    film = film_of(uploaded)
    uploaded.get_by_role("link", name="Image").click()
    expect(uploaded.get_by_text("The result appears here")).to_be_visible()
    uploaded.get_by_role("link", name="Video").click()
    expect(uploaded.get_by_text("12 of 12")).to_be_visible()
    assert film_of(uploaded) == film
    uploaded.get_by_role("button", name="Change video").click()
    uploaded.get_by_role("radio", name="Sample").click()
    expect(uploaded.get_by_text("48 of 48")).to_be_visible()
    uploaded.get_by_role("button", name="Change video").click()
    uploaded.get_by_role("radio", name="Upload").click()
    expect(uploaded.get_by_text("12 of 12")).to_be_visible()
    uploaded.get_by_role("button", name="Change video").click()
    uploaded.get_by_role("button", name="Remove", exact=True).click()
    expect(uploaded.get_by_text("The result appears here")).to_be_visible()
    no_errors(uploaded)


class Line:
    """A connection between a page and the server that can be cut."""

    def __init__(self, page: Page) -> None:
        self.cut = False
        self._open = []
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def _connect(self, socket) -> None:
        if self.cut:
            socket.close()
        else:
            self._open.append((socket, socket.connect_to_server()))

    def break_off(self) -> None:
        for ends in self._open:
            for end in ends:
                end.close()
        self._open.clear()


def test_files_outlast_a_short_connection_loss_and_are_deleted_after_a_long_absence_which_is_said(
    page, short_clip, server
):
    line = Line(page)
    before = on_disk(server)
    page.goto("/video")
    upload(page, short_clip)
    expect(page.get_by_text("12 of 12")).to_be_visible()
    film, mine = film_of(page), on_disk(server) - before
    assert len(mine) == 2, "the video and its run"
    line.break_off()
    page.wait_for_timeout((SECONDS_AFTER_LEAVING + 3) * 1000)
    assert page.request.get(film).ok
    page.locator(".pp-tabs").get_by_role("tab", name="Landmarks").click()
    page.get_by_role("button", name="Torso").click()
    expect(page.get_by_text("4 of 33 landmarks")).to_be_visible()
    assert film_of(page) == film
    wait_until_idle(page)  # or the page would be run again as soon as it is connected
    line.cut = True
    line.break_off()
    wait_until_gone(server, *mine)
    line.cut = False
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "CONNECTED")
    page.get_by_role("link", name="Image").click()
    expect(page.get_by_role("heading", name="Image")).to_be_visible()
    page.get_by_role("link", name="Video").click()
    expect(page.get_by_text("portrait.mp4 was deleted")).to_be_visible()
    upload(page, short_clip)
    expect(page.get_by_text("12 of 12")).to_be_visible()
    no_errors(page)


def test_files_for_which_the_server_has_no_room_are_named_in_a_sentence(other_visitor, tmp_path, shot):
    clips = [tmp_path / "first.mp4", tmp_path / "second.mp4"]
    for clip in clips:
        clip.write_bytes(clip.name.encode() * 70_000)
    page = other_visitor
    page.goto("/batch")
    wait_until_idle(page)
    page.locator("input[type=file]").set_input_files(clips)
    expect(page.get_by_test_id("stToast")).to_contain_text("those given at once may have 1 MB in all")
    expect(page.get_by_text("1 video: 1 waiting")).to_be_visible()
    shot(page, "no_room")
    no_errors(page)


def test_a_server_stops_promptly_and_cleanly_during_an_unread_video_response(other_visitor, other_server):
    """A browser does not read on while its player is paused; hosts stop a server with SIGTERM."""
    page = other_visitor
    page.goto("/video?sample=clip")
    film = urlsplit(film_of(page))
    with socket.socket() as paused:
        paused.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        paused.connect((film.hostname, film.port))
        paused.sendall(f"GET {film.path} HTTP/1.1\r\nHost: {film.netloc}\r\n\r\n".encode())
        assert paused.recv(15) == b"HTTP/1.1 200 OK"
        assert on_disk(other_server)
        other_server.process.terminate()
        assert other_server.process.wait(timeout=30) == 0
    assert on_disk(other_server) == set()
    assert "Traceback" not in other_server.log.read_text()


def wait_until_gone(server, *names: str) -> None:
    until = time.monotonic() + SECONDS_AFTER_LEAVING + 30
    while on_disk(server) & set(names) and time.monotonic() < until:
        time.sleep(0.5)
    assert not on_disk(server) & set(names)


def on_disk(server, purpose: str = "*") -> set[str]:
    return {path.name for path in server.temporary.glob(f"posecore-server-*/posecore-{purpose}-*")}
