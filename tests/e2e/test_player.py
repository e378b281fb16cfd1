"""The player: one cursor for the video, overlay, 3D skeleton, curves and table rows."""

import re
import time
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import cv2
import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from posecore import BLAZEPOSE_33, PoseSequence, count_repetitions
from posecore.export.saved import save_sequence
from posecore.media.clips import open_clip
from tests.e2e.accessibility import check_accessibility
from tests.e2e.visitor import (
    A_GRAPHICS_CARD,
    CURVES_DRAWN,
    VIEWS,
    VISITS,
    curves_box,
    open_tab,
    upload,
    wait_for_player,
    wait_until_idle,
)
from tests.motion.exercises.figure import squats
from tests.synthetic_hands import waving

LAST = 89  # last frame of the short sample, at 30 fps
IN_EXPLORE = ("skeleton", "cursor", "rows")
AT_VIDEO = "document.querySelector('.pp-film')"


def opened(page: Page) -> Page:
    """The Video page, which analyses the sample."""
    page.goto("/video?sample=clip")
    wait_for_player(page)
    return page


def frames(page: Page, views=VIEWS) -> dict[str, int]:
    """The frame that each view last drew."""
    return {view: int(page.locator(f".pp-{view}").get_attribute("data-frame")) for view in views}


def wait_for_frame(page: Page, frame: int, views=VIEWS) -> None:
    """Wait until every view and the clock show a frame, and so does the highlighted row if the rows are in front."""
    for view in views:
        page.wait_for_function(f"document.querySelector('.pp-{view}').dataset.frame === '{frame}'")
    expect(page.locator(".pp-clock")).to_have_text(re.compile(rf"^Frame {frame} of "))
    if page.locator(".pp-rows").is_visible():
        expect(page.locator(".pp-rows tr[aria-current]")).to_have_attribute("data-index", str(frame))


def show_part(page: Page, name: str) -> None:
    """Turn to a tab of the player."""
    page.locator(".pp-tabs").get_by_role("tab", name=name).click()


def film_frame(page: Page, fps: float = 30.0) -> int:
    """The frame of the sample that the video element is at."""
    return int(page.evaluate(f"{AT_VIDEO}.currentTime") * fps)


def press_play(page: Page) -> None:
    page.get_by_role("button", name="Play (space)").click()


def test_all_views_play_and_stop_at_the_same_frame(player, shot):
    press_play(player)
    player.wait_for_function(f"{AT_VIDEO}.currentTime > 1.5")
    player.get_by_role("button", name="Pause (space)").click()
    player.wait_for_timeout(1500)
    [frame] = set(frames(player).values())
    assert frame == film_frame(player)
    assert frame > 40
    wait_for_frame(player, frame)
    shot(player, "video")


IN_VIEW = """(parts) => parts.filter((part) => {
    const { left, top, right, bottom, width, height } = document.querySelector(part).getBoundingClientRect();
    return !(width > 100 && height > 20 && left >= 0 && top >= 50 && right <= innerWidth && bottom <= innerHeight);
})"""


@pytest.mark.goes_on
def test_film_controls_3d_and_curves_are_on_one_screen(player):
    views = [".pp-film", ".pp-transport", ".pp-skeleton", ".pp-curves"]
    for width, height in ((1366, 768), (1920, 1080)):
        player.set_viewport_size({"width": width, "height": height})
        player.wait_for_function(CURVES_DRAWN)
        player.wait_for_function(f"!({IN_VIEW})({views}).length")
    player.set_viewport_size({"width": 390, "height": 844})
    for tab, view in (("3D", ".pp-skeleton"), ("Curves", ".pp-curves")):
        show_part(player, tab)
        player.wait_for_function(f"!({IN_VIEW})({[*views[:2], view]}).length")
    player.keyboard.press("ArrowRight")
    expect(player.get_by_role("tab", name="Numbers")).to_be_focused()
    expect(player.locator(".pp-numbers")).to_be_visible()
    player.set_viewport_size({"width": 1360, "height": 900})
    check_accessibility(player)


@pytest.mark.goes_on
def test_a_result_is_as_it_was_left_when_the_visitor_comes_back(player):
    show_part(player, "Curves")
    player.get_by_role("slider", name="Frame").fill("33")
    player.get_by_label("Add a curve").select_option("Left elbow angle, 3D")
    player.locator("[data-set=speed]").select_option("0.5")
    wait_for_frame(player, 33)
    pages = player.get_by_test_id("stTopNav")
    pages.get_by_role("link", name="Home").click()
    expect(player.locator(".pp")).to_have_count(0)
    pages.get_by_role("link", name="Video").click()
    wait_for_player(player)
    wait_for_frame(player, 33)
    expect(player.locator(".pp-chip")).to_have_count(3)
    expect(player.locator("[data-set=speed]")).to_have_value("0.5")


@pytest.mark.goes_on
def test_keys_step_jump_and_play(player):
    root = player.locator(".pp")
    for key, frame in (("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("Shift+ArrowRight", 11)):
        root.press(key)
        wait_for_frame(player, frame)
        assert film_frame(player) == frame
    root.press("End")
    wait_for_frame(player, LAST)
    root.press("Space")  # at the end, it starts over
    player.wait_for_function(f"{AT_VIDEO}.currentTime > 0.3 && {AT_VIDEO}.currentTime < 5")
    root.press("Space")
    assert player.evaluate(f"{AT_VIDEO}.paused")


@pytest.mark.goes_on
def test_clicking_or_dragging_on_curves_and_clicking_a_row_seek_there(player):
    show_part(player, "Curves")
    plot = curves_box(player)
    last_s = LAST / 30
    y = plot["y"] + plot["height"] / 2
    for share in (0.6, 0.255):  # a little after a frame, and a little before the next one
        player.mouse.click(plot["x"] + share * plot["width"], y)
        wait_for_frame(player, round(share * last_s * 30))
    player.mouse.move(plot["x"] + 0.3 * plot["width"], y)
    player.mouse.down()
    player.mouse.move(plot["x"] + 0.7 * plot["width"], y, steps=12)
    player.mouse.up()
    wait_for_frame(player, round(0.7 * last_s * 30))
    show_part(player, "Frames")
    above = frames(player)["rows"] - 1
    player.locator(f'.pp-rows tr[data-index="{above}"]').click()
    wait_for_frame(player, above)


@pytest.mark.goes_on
def test_the_scrub_bar_and_the_landmark_table_follow_the_frame(player):
    show_part(player, "Landmarks")
    player.get_by_role("slider", name="Frame").fill("77")
    wait_for_frame(player, 77)
    expect(player.get_by_text("Landmarks of frame 77")).to_be_visible()


def column(page: Page, heading: str) -> list[str]:
    """The text of a column of the landmark table, in the visible rows."""
    headings = page.locator(".pp-landmarks th").all_inner_texts()
    rows = page.locator(".pp-landmarks tbody tr").all()
    return [row.locator("td").nth(headings.index(heading)).inner_text() for row in rows]


@pytest.mark.goes_on
def test_landmarks_can_be_filtered_sorted_and_downloaded(player, tmp_path):
    show_part(player, "Landmarks")
    player.get_by_role("slider", name="Frame").fill("60")
    expect(player.get_by_text("Landmarks of frame 60, at 2.000 s")).to_be_visible()
    table = player.locator(".pp-landmarks")
    expect(table.get_by_text("66 of 66 landmarks")).to_be_visible()  # of two people
    table.get_by_role("button", name="Legs").click()
    expect(table.get_by_text("8 of 66 landmarks")).to_be_visible()
    table.get_by_role("button", name="y (px)").click()
    expect(table.get_by_role("columnheader", name="y (px)")).to_have_attribute("aria-sort", "ascending")
    rising = [float(text) for text in column(player, "y (px)")]
    assert rising == sorted(rising)
    assert len(rising) == 8
    table.get_by_role("button", name="y (px)").click()
    expect(table.get_by_role("columnheader", name="y (px)")).to_have_attribute("aria-sort", "descending")
    assert [float(text) for text in column(player, "y (px)")] == rising[::-1]
    table.get_by_label("Find a landmark").fill("left")
    expect(table.get_by_text("4 of 66 landmarks")).to_be_visible()
    with player.expect_download() as download:
        table.get_by_role("button", name="CSV", exact=True).click()
    shown = pd.read_csv(download.value.path())
    assert set(shown["landmark"]) == {"left knee", "left ankle"}
    assert {"x", "x_px", "x_m", "visibility", "presence"} <= set(shown.columns)
    assert shown["y_px"].is_monotonic_decreasing


def overlay_pixels(page: Page) -> int:
    """The number of canvas pixels that are drawn on."""
    return page.evaluate("""() => {
        const canvas = document.querySelector(".pp-overlay");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, index) => index % 4 === 3 && value > 0).length;
    }""")


def overlay_sum(page: Page) -> int:
    """A checksum of what is drawn."""
    return page.evaluate("""() => {
        const canvas = document.querySelector(".pp-overlay");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.reduce((sum, value, index) => sum + value * (1 + (index % 251)), 0);
    }""")


def wait_until(holds) -> None:
    """Wait for a condition; parts of the data may have to be fetched first."""
    for _ in range(100):
        if holds():
            return
        time.sleep(0.1)
    assert holds()


@pytest.mark.goes_on
def test_drawing_options_apply_at_once_without_moving_the_video(player):
    film = player.locator("video").get_attribute("src")
    player.get_by_role("slider", name="Frame").fill("60")
    wait_for_frame(player, 60)
    usual = overlay_pixels(player)
    assert usual > 200
    player.get_by_label("Names").check()
    assert overlay_pixels(player) > usual
    player.get_by_label("Names").uncheck()
    smoothed = overlay_sum(player)
    player.locator("[data-set=layer]").select_option("Both")
    wait_until(lambda: overlay_sum(player) != smoothed)
    both = overlay_sum(player)
    player.locator("[data-set=layer]").select_option("Raw")
    wait_until(lambda: overlay_sum(player) not in (0, smoothed, both))
    player.get_by_label("Trail").select_option("left wrist")
    player.get_by_role("checkbox", name="Show on video").uncheck()
    assert overlay_pixels(player) == 0
    player.get_by_role("checkbox", name="Show on video").check()
    player.locator("[data-set=threshold]").fill("1")
    assert overlay_pixels(player) < usual / 2
    assert player.locator("video").get_attribute("src") == film


# Notes what is written on canvases, such as the numbers of angles.
NOTE_WORDS = """() => {
  window.words = [];
  const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...all) { window.words = []; clearRect.apply(this, all); };
  CanvasRenderingContext2D.prototype.fillText = function (text, ...all) {
    window.words.push(text);
    fillText.call(this, text, ...all);
  };
}"""


def test_angles_on_the_video_are_those_of_the_curves_and_are_saved_with_the_frame(player, short_sample, tmp_path):
    show_part(player, "Frames")
    player.evaluate(NOTE_WORDS)
    press_play(player)
    player.wait_for_function(f"{AT_VIDEO}.currentTime > 0.7")
    player.locator(".pp").focus()
    with player.expect_download() as download:
        player.keyboard.press("s")
    frame = frames(player)["overlay"]
    wait_for_frame(player, frame)
    row = player.locator(f'.pp-rows tr[data-index="{frame}"] td').all_inner_texts()
    player.locator(".pp").press("ArrowRight")
    player.locator(".pp").press("ArrowLeft")
    wait_for_frame(player, frame)
    written = [word for word in player.evaluate("window.words") if word.endswith("°")]
    assert written
    assert set(written) <= {f"{float(value):.0f}°" for value in row[2:] if value != "–"}

    assert download.value.suggested_filename == f"sports2d_demo.frame-{frame:02d}.png"
    download.value.save_as(tmp_path / "frame.png")
    picture = cv2.imread(str(tmp_path / "frame.png"))[..., ::-1].astype(float)
    assert [picture.shape[1], picture.shape[0]] == player.evaluate(f"[{AT_VIDEO}.videoWidth, {AT_VIDEO}.videoHeight]")
    with open_clip(short_sample) as clip:
        film = [cv2.resize(each.rgb, picture.shape[1::-1]).astype(float) for each in clip]
    assert np.argmin([np.abs(picture - each).mean() for each in film]) == frame
    drawn = np.abs(picture - film[frame]).max(axis=-1) > 80
    assert drawn.sum() > 500


@pytest.mark.goes_on
def test_the_player_keeps_its_state_while_another_run_is_offered(player):
    player.get_by_role("slider", name="Frame").fill("40")
    wait_for_frame(player, 40)
    player.evaluate("document.querySelector('.pp').dataset.same = 'yes'")
    player.get_by_role("button", name="Trim").click()
    player.get_by_text("Video in the player").click()
    player.keyboard.press("Escape")
    expect(player.get_by_role("button", name="Run again with the new settings")).to_be_visible()
    expect(player.locator("[data-stale=true]")).to_have_count(0)
    expect(player.locator(".pp")).to_have_attribute("data-same", "yes")
    wait_for_frame(player, 40)


# As on a busy machine: timers fire late, and the visitor acts in the meantime.
SLOW_TIMERS = """late => {
  const real = window.setTimeout;
  window.setTimeout = (action, ms = 0, ...rest) => real(action, ms + late, ...rest);
}"""


def test_a_button_pressed_right_after_a_seek_works(page):
    player = opened(page)
    show_part(player, "Landmarks")
    open_tab(player, "Files")
    button = player.get_by_role("button", name="Excel workbook").first
    button.scroll_into_view_if_needed()
    wait_until_idle(player)
    player.evaluate(SLOW_TIMERS, 3000)
    player.locator(".pp").press("End")
    button.evaluate("button => button.click()")  # at once, without waiting for the layout to settle
    expect(player.get_by_role("link", name=re.compile(r"\.xlsx"))).to_be_visible()
    expect(player.get_by_text(f"Landmarks of frame {LAST}")).to_be_visible()
    player.locator(".pp").press("ArrowLeft")
    player.wait_for_url(f"**frame={LAST - 1}**")  # and once the address was written
    player.get_by_role("button", name="Video (MP4)").evaluate("button => button.click()")
    expect(player.get_by_role("link", name=re.compile(r"annotated\.mp4"))).to_be_visible()
    expect(player.get_by_text(f"Landmarks of frame {LAST - 1}")).to_be_visible()


PAUSED = "document.querySelector('video').paused"


def test_space_plays_wherever_the_focus_is_but_presses_what_keys_have_gone_to(player):
    open_tab(player, "Files")
    folded = player.get_by_text("More formats")
    folded.click()
    choice = player.get_by_text("Choose files", exact=True)
    expect(choice).to_be_visible()
    player.keyboard.press("Space")
    player.wait_for_function(f"!{PAUSED}")
    player.keyboard.press("Space")
    player.wait_for_function(PAUSED)
    expect(choice).to_be_visible()  # what was clicked is not pressed again
    player.get_by_role("combobox", name="Single file").press("Space")  # somebody types
    player.keyboard.press("Escape")
    folded.click()
    expect(choice).to_be_hidden()
    player.keyboard.press("Shift+Tab")
    player.keyboard.press("Tab")
    player.keyboard.press("Space")  # the keyboard has gone to it
    expect(choice).to_be_visible()
    assert player.evaluate(PAUSED)


@pytest.mark.goes_on
def test_least_and_turning_points_of_a_curve_are_a_click_away(player):
    show_part(player, "Numbers")
    row = player.locator(".pp-numbers tbody tr").filter(has_text="person 2").first
    least = row.get_by_title("Go to the least of")
    [seconds] = re.findall(r"at (\d+\.\d\d) s", least.get_attribute("title"))
    least.click()
    expect(player.locator(".pp-clock")).to_contain_text(re.compile(rf"· {seconds}\d s"))
    player.locator(".pp").press("Home")
    wait_for_frame(player, 0)
    row.get_by_title("Next turning point").click()
    expect(player.locator(".pp-clock")).not_to_contain_text("Frame 0 ")


@pytest.mark.goes_on
def test_curves_can_be_added_and_removed(player):
    show_part(player, "Curves")
    player.get_by_label("Add a curve").select_option("Left elbow angle, 3D")
    expect(player.locator(".pp-chip")).to_have_count(3)
    expect(player.locator(".pp-rows th").last).to_have_text(re.compile("Left elbow angle, 3D, person [12]"))
    player.get_by_role("button", name="Remove Left knee angle, 3D").click()
    expect(player.locator(".pp-chip")).to_have_count(2)
    reading = player.locator(".pp-chip b").first
    expect(reading).to_have_text(re.compile(r"^[\d.]+ ±\d+ °$"))


@pytest.mark.goes_on
def test_playback_stays_within_a_loop(player):
    root = player.locator(".pp")
    root.press("Home")
    for key in ("Shift+ArrowRight", "[", "Shift+ArrowRight", "]"):
        root.press(key)
    wait_for_frame(player, 20)
    press_play(player)
    seen = set()
    for _ in range(25):  # four rounds
        player.wait_for_timeout(50)
        seen.add(frames(player, ["cursor"])["cursor"])
    assert len(seen) > 3
    assert seen <= set(range(10, 22))
    player.get_by_role("button", name="Clear loop").click()
    player.wait_for_function(f"{AT_VIDEO}.currentTime > 1.5")


def test_a_link_restores_the_frame_and_view(player, page):
    player.get_by_role("slider", name="Frame").fill("73")
    player.get_by_label("Add a curve").select_option("Nose height above the lower foot")
    player.locator("[data-set=layer]").select_option("Both")
    turn(player)
    player.wait_for_function(
        "['frame=73', 'nose.', 'layer=both', 'eye='].every((part) => location.search.includes(part))"
    )
    link, eye = player.url, camera(player)
    page.goto(link)
    wait_for_player(page)
    wait_for_frame(page, 73)
    expect(page.locator(".pp-chip")).to_have_count(3)
    expect(page.locator("[data-set=layer]")).to_have_value("both")
    assert camera(page) == pytest.approx(eye, abs=0.02)


def camera(page: Page) -> list[float]:
    """The camera of the 3D skeleton, as in the address once the player is idle."""
    page.wait_for_function("location.search.includes('eye=')")
    [eye] = parse_qs(urlsplit(page.url).query)["eye"]
    return [float(value) for value in eye.split("~")]


def turn(page: Page) -> None:
    box = page.locator(".pp-skeleton").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 10, steps=10)
    page.mouse.up()


@pytest.mark.goes_on
def test_the_skeleton_can_be_turned_during_playback_and_the_camera_is_kept(player):
    before = camera(player)
    player.locator("[data-set=speed]").select_option("0.25")  # so that even a busy machine draws before the video ends
    player.locator(".pp").press("Home")
    press_play(player)
    player.wait_for_function(f"{AT_VIDEO}.currentTime > 0.2")
    turn(player)
    drawn = int(player.locator(".pp-skeleton").get_attribute("data-drawn"))
    player.wait_for_function(f"Number(document.querySelector('.pp-skeleton').dataset.drawn) > {drawn + 5}")
    player.get_by_role("button", name="Pause (space)").click()
    player.wait_for_timeout(1000)
    turned = camera(player)
    assert np.abs(np.subtract(turned, before)).max() > 0.2
    player.locator("[data-set=space]").select_option("Image")  # another figure, the same camera
    player.get_by_role("slider", name="Frame").fill("30")
    player.wait_for_url("**frame=30**")
    assert camera(player) == turned


@pytest.fixture(scope="module")
def saved_walk(walk, tmp_path_factory):
    """A saved result with two cuts and with two hands, of which the left one is only there in the first half."""
    path = tmp_path_factory.mktemp("saved") / "walk.posecore.npz"
    hands = replace(waving(len(walk)).resized(walk.size), times_s=walk.times_s, cuts=[30, 60])
    facts = {"source": "sports2d_demo.mp4", "options": {"smoothing": True}}
    save_sequence(replace(walk, cuts=[30, 60]), path, hands=hands, facts=facts)
    return path


@pytest.fixture(scope="module")
def walks(returning, saved_walk):
    """The saved result on the Explore page, opened once in a browser with a graphics card and once in one without."""
    pages = {}

    def ask(with_card: bool) -> Page:
        if with_card not in pages:
            pages[with_card] = page = returning.new_page()
            if with_card:
                page.add_init_script(A_GRAPHICS_CARD)
            page.goto("/explore")
            expect(page.get_by_text("Open a saved result")).to_be_visible()
            upload(page, saved_walk)
        wait_for_player(pages[with_card], IN_EXPLORE)
        return pages[with_card]

    yield ask
    for page in pages.values():
        page.close()


@pytest.fixture
def opened_walks(walks, server, request):
    """The same, shown in the report of a test that fails."""

    def ask(*, with_card: bool) -> Page:
        page = walks(with_card)
        request.node.stash.setdefault(VISITS, []).append((page, server))
        return page

    return ask


def test_a_finger_can_turn_the_skeleton(opened_walks):
    page = opened_walks(with_card=True)
    page.get_by_role("slider", name="Frame").fill("10")
    before = camera(page)
    box = page.locator(".pp-skeleton").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for kind, dx in (("touchStart", 0), *(("touchMove", 10 * step) for step in range(1, 10)), ("touchEnd", None)):
        points = [] if dx is None else [{"x": x + dx, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    page.wait_for_timeout(1000)
    turned = camera(page)
    assert np.abs(np.subtract(turned, before)).max() > 0.2
    page.get_by_role("slider", name="Frame").fill("30")
    page.wait_for_url("**frame=30**")
    assert camera(page) == turned


@pytest.mark.parametrize("drawn", ["on a canvas", "by Plotly"])
def test_the_joint_under_the_mouse_is_named_even_after_playback(drawn, opened_walks, joint_at):
    player = opened_walks(with_card=drawn == "by Plotly")
    player.locator(".pp").press("Home")
    assert player.locator(".pp-skeleton .gl-container").count() == (drawn == "by Plotly")
    press_play(player)
    player.wait_for_function("Number(document.querySelector('.pp-cursor').dataset.frame) > 30")
    player.get_by_role("button", name="Pause (space)").click()
    player.get_by_label("Colour joints by").select_option("Side")
    named = player.locator(".pp-skeleton .s3-tip")
    for frame in (28, 30, 60):  # in the first two, bones end just in front of the joint
        player.mouse.move(5, 5)
        player.get_by_role("slider", name="Frame").fill(str(frame))
        wait_for_frame(player, frame, IN_EXPLORE)
        expect(named).to_be_hidden()
        x, y = joint_at(player, ".pp-skeleton", "left shoulder")
        player.mouse.move(x, y)
        expect(named, f"of frame {frame}").to_have_text("left shoulder")
        assert is_dot(player, x, y), f"the name in frame {frame} is where the joint is drawn"


def is_dot(page: Page, x: float, y: float) -> bool:
    """Whether a bright colour, as of a joint, is drawn around a point of the 3D view."""
    shot = page.screenshot(clip={"x": x - 3, "y": y - 3, "width": 6, "height": 6})
    pixels = cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_COLOR).astype(int)
    return bool((pixels.max(axis=-1) - pixels.min(axis=-1) > 60).mean() > 0.5)


@pytest.mark.goes_on
def test_playback_sends_no_requests_to_the_server(player):
    player.wait_for_timeout(1000)
    told: list[str] = []
    player.on("request", lambda request: told.append(request.url))
    press_play(player)
    player.wait_for_function(f"{AT_VIDEO}.currentTime > 1")
    assert [url for url in told if "/private/" not in url] == []
    drawn = int(player.locator(".pp-rows").get_attribute("data-drawn"))
    player.wait_for_timeout(500)
    assert int(player.locator(".pp-rows").get_attribute("data-drawn")) > drawn


def test_a_click_on_a_repetition_shows_it_in_the_player(page, tmp_path, shot):
    sequence, path = squats([1, 1, 1]), tmp_path / "squats.posecore.npz"
    save_sequence(sequence, path)
    page.goto("/explore")
    upload(page, path)
    wait_for_player(page, IN_EXPLORE)
    expect(page.get_by_text("Recognised as Squat.")).to_be_visible()
    chart = page.get_by_role("figure", name="Squat: movement over time, with 3 repetitions")
    chart.scroll_into_view_if_needed()
    second = chart.locator(".barlayer .point").nth(1)
    expect(second).to_be_visible()
    page.wait_for_timeout(500)  # until nothing moves below the chart
    shot(page, "repetitions")
    box = second.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.8 * box["height"])
    expect(chart.get_by_text("repetition 2, ")).to_be_visible()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 0.8 * box["height"])
    extreme_s = count_repetitions(sequence).repetitions[1].extreme_s
    wait_for_frame(page, round(extreme_s * sequence.fps), IN_EXPLORE)
    expect(page.locator(".pp-skeleton")).to_be_in_viewport()
    step_through_repetitions_by_keyboard(page, sequence)


def step_through_repetitions_by_keyboard(page: Page, sequence: PoseSequence) -> None:
    first, second, _ = count_repetitions(sequence).repetitions
    steps = page.get_by_role("group", name="Show a repetition in the player")
    onwards = steps.get_by_role("button", name="Next repetition")
    steps.get_by_role("button", name="Previous repetition").focus()
    page.keyboard.press("Tab")
    expect(onwards).to_be_focused()
    for number, each in enumerate((first, second), start=1):
        page.keyboard.press("Enter")
        wait_for_frame(page, round(each.extreme_s * sequence.fps), IN_EXPLORE)
        expect(steps.get_by_role("status")).to_contain_text(f"Repetition {number} of 3")
    expect(onwards).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(steps.get_by_role("status")).to_contain_text("Looping repetition 2 of 3")
    expect(page.get_by_role("button", name="Clear loop")).to_be_visible()
    page.wait_for_timeout(1000 * (second.end_s - second.start_s) + 1000)  # longer than one round
    page.locator(".pp").press("Space")
    page.wait_for_timeout(300)
    assert second.start_s - 0.1 <= frames(page, IN_EXPLORE)["cursor"] / sequence.fps <= second.end_s + 0.1


def test_the_hands_of_a_saved_result_have_a_table_of_their_own(opened_walks):
    page = opened_walks(with_card=False)
    show_part(page, "Landmarks")
    page.get_by_role("slider", name="Frame").fill("10")
    table_of = page.get_by_role("group", name="Table of")
    table_of.get_by_role("button", name="Hands").click()
    expect(page.get_by_text("Hands of frame 10,")).to_be_visible()
    expect(page.get_by_text("42 of 42 landmarks")).to_be_visible()
    expect(page.locator(".pp-landmarks tbody:visible tr").first).to_contain_text("wrist")
    page.get_by_role("slider", name="Frame").fill("80")
    expect(page.get_by_text("21 of 21 landmarks")).to_be_visible()
    table_of.get_by_role("button", name="Body").click()
    expect(page.get_by_text("33 of 33 landmarks")).to_be_visible()


def a_damaged_result_is_reported_in_one_sentence(page, tmp_path):
    path = tmp_path / "broken.npz"
    path.write_bytes(b"PK\x03\x04 not a result")
    upload(page, path)
    expect(page.get_by_test_id("stAlertContentError")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_hands_without_bodies_have_no_controls_of_bodies(page, tmp_path):
    save_sequence(None, tmp_path / "hands.posecore.npz", hands=waving(40))
    page.goto("/explore")
    a_damaged_result_is_reported_in_one_sentence(page, tmp_path)
    upload(page, tmp_path / "hands.posecore.npz")
    wait_for_player(page, ("skeleton", "cursor"))
    expect(page.get_by_text("This result has hands only.")).to_be_visible()
    player = page.get_by_role("group", name="Player")
    expect(player.get_by_text("Hands of frame 0, at 0.000 s · left open palm · right open palm")).to_be_visible()
    player.get_by_role("slider", name="Frame").fill("30")
    expect(player.get_by_text("Hands of frame 30, at 1.196 s · right open palm")).to_be_visible()
    for select in ("trail", "space", "joints", "threshold", "labels"):
        expect(player.locator(f"[data-set={select}]")).to_be_hidden()
    expect(player.get_by_label("Add a curve")).to_be_hidden()
    expect(player.get_by_text("Shaded: a needed point")).to_be_hidden()
    expect(page.get_by_text("Repetitions", exact=True)).to_have_count(0)


def test_a_saved_result_can_be_explored_without_its_video(opened_walks, shot):
    page = opened_walks(with_card=False)
    expect(page.locator("video")).to_be_hidden()
    page.locator(".pp").press("Home")
    wait_for_frame(page, 0, IN_EXPLORE)
    press_play(page)
    page.wait_for_function("Number(document.querySelector('.pp-cursor').dataset.frame) > 30")
    page.get_by_role("button", name="Pause (space)").click()
    page.wait_for_timeout(1000)
    assert len(set(frames(page, IN_EXPLORE).values())) == 1
    open_tab(page, "Smoothing")
    expect(page.get_by_text("This result was smoothed during analysis")).to_be_visible()
    shot(page, "explore")


def test_cuts_are_marked_and_lead_to_their_frames(opened_walks, shot):
    page = opened_walks(with_card=False)
    marks = page.get_by_role("group", name="Cuts").get_by_role("button")
    expect(marks).to_have_count(2)
    expect(marks.first).to_have_attribute("title", "Cut at 1.00 s: a new shot begins with frame 30")
    expect(page.get_by_text("2 cuts, at 1.00, 2.00 s.")).to_be_visible()
    marks.first.click()
    wait_for_frame(page, 30, IN_EXPLORE)
    expect(page.locator(".pp-clock")).to_have_text(re.compile(r"shot 2 of 3$"))
    for key, frame in (("n", 60), ("p", 30), ("p", 0)):
        page.locator(".pp").press(key)
        wait_for_frame(page, frame, IN_EXPLORE)
    shot(page, "cuts")


def test_a_twenty_minute_video_opens(page, walk, tmp_path):
    count = 36_000
    arrays = {name: array[np.arange(count) % len(walk)] for name, array in walk.arrays.items()}
    long = replace(walk, **arrays, times_s=np.arange(count) / 30)
    path = tmp_path / "long.posecore.npz"
    save_sequence(long, path, compressed=False)
    page.goto("/explore")
    upload(page, path)
    wait_for_player(page, IN_EXPLORE)
    page.locator(".pp").press("End")
    wait_for_frame(page, count - 1, IN_EXPLORE)
    page.get_by_role("slider", name="Frame").fill("17123")
    wait_for_frame(page, 17123, IN_EXPLORE)
    knee = BLAZEPOSE_33.index("left_knee")
    assert len(long.world[17123, 0, knee]) == 3
