"""The Signs page without a browser: its tabs, and the text with its times."""

import json
from pathlib import Path
from string import ascii_uppercase

import numpy as np
import pytest
from starlette.applications import Starlette

from pages.ui.serving import addresses
from pages.ui.signs import estimation
from pages.ui.signs.corrected import retime
from pages.ui.signs.film import hand_places
from pages.ui.signs.letter_hands import letter_shapes, letter_svg
from pages.ui.signs.line_help import LineHelp
from pages.ui.signs.photo import find_hands
from pages.ui.signs.sample import TEXT, sample_clip, sample_hands
from pages.ui.signs.sign_run import SignRun
from pages.ui.signs.spelled_clip import share_of_several
from posecore import ClipOptions, HandSequence, HandSlot, RunSummary, decode_picture, estimate_image
from posecore.media.clips import open_clip
from posecore.signs.reading import SpellingHand, letter_spans, read_hands, read_video, spelled
from posecore.signs.spelling import SpelledWord
from posecore.skeletons import HAND_21
from tests.synthetic_hands import SIZE, hands_at

HELO, WRLD, YOU = SpelledWord("HELO", 1, 3), SpelledWord("WRLD", 4, 7), SpelledWord("YOU", 8, 9)


@pytest.mark.parametrize(
    ("asked", "shown"), [("words", "Words"), ("teach", "Teach"), ("spell", "Spell"), ("x", "Spell")]
)
def test_the_address_opens_a_tab_and_the_page_says_what_it_is_not(open_page, asked, shown):
    app = open_page("signs", tab=asked)
    assert app.query_params["tab"] == shown.lower()
    assert any("not a translation of sign language" in text.value for text in app.markdown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("helo WRLD YOU", [("helo", 1, 3), ("WRLD", 4, 7), ("YOU", 8, 9)]),  # times stay
        ("HELLO WRLD YOU", [("HELLO", 1, 3), ("WRLD", 4, 7), ("YOU", 8, 9)]),  # a letter more
        ("HELO YOU", [("HELO", 1, 3), ("YOU", 8, 9)]),  # a word less
        ("HE LO WRLD YOU", [("HE", 1, 2), ("LO", 2, 3), ("WRLD", 4, 7), ("YOU", 8, 9)]),  # shared by letters
        ("ONEWORD YOU", [("ONEWORD", 1, 7), ("YOU", 8, 9)]),
        ("HELO WRLD YOU ALL", [("HELO", 1, 3), ("WRLD", 4, 7), ("YOU", 8, 9), ("ALL", 8, 9)]),
        ("OH HELO WRLD YOU", [("OH", 1, 3), ("HELO", 1, 3), ("WRLD", 4, 7), ("YOU", 8, 9)]),
        ("  ", []),
    ],
)
def test_corrected_words_keep_their_times(text, expected):
    assert retime([HELO, WRLD, YOU], text) == expected


def test_without_spelled_words_there_are_no_times():
    assert retime([], "HELLO") == []


def test_the_line_gets_suggested_words_and_subtitles_of_its_corrected_text(serving, fetch):
    line = LineHelp()
    line.words = [HELO, YOU]
    with serving(Starlette(routes=addresses.routes())) as url:
        there = f"{url}/private/{line.token}"

        def ask(**body: object) -> tuple[int, bytes]:
            status, _headers, content = fetch(there, json.dumps(body).encode())
            return status, content

        assert json.loads(ask(suggest="HELO")[1])[0] in ("HELLO", "HELP")
        status, content = ask(file="srt", text="HELLO YOU")
        assert (status, content.decode().split("\n\n")[0]) == (200, "1\n00:00:01,000 --> 00:00:03,000\nHELLO")
        assert ask(file="vtt", text="HELLO YOU")[1].startswith(b"WEBVTT\n")
        assert ask(file="exe", text="HELLO")[0] == 400
        assert ask(file=["srt"], text="HELLO")[0] == 400
        assert ask(text="A" * 90_000)[0] == 400
        assert fetch(there, b"not JSON")[0] == 400
        line.close()
        assert ask(suggest="A")[0] == 404


def shown_in(picture: np.ndarray) -> list[str]:
    return [each.letter or each.gesture for each in read_hands(find_hands(picture))]


def test_in_a_photo_small_hands_are_found_and_hands_without_bodies(shared_data):
    [small] = (shared_data / "gestures" / "four").glob("07a5a144*.jpg")
    assert shown_in(decode_picture(small.read_bytes())) == ["four"], "too small to be found without the body"
    two = shared_data / "google-reference" / "hands.jpg"
    assert shown_in(decode_picture(two.read_bytes())) == ["open_palm", "open_palm"]


def test_a_hand_before_the_camera_for_which_a_body_is_made_up_is_read(shared_data):
    with open_clip(shared_data / "google-reference" / "asl_hand.25fps.mp4") as clip:
        picture = next(frame.rgb for number, frame in enumerate(clip) if number == 60)
    assert len(estimate_image(picture)) == 1
    assert shown_in(picture) == ["I"]


def test_the_place_of_the_hand_is_that_of_the_chosen_or_the_highest_one():
    low, high = HandSlot(1, "left"), HandSlot(1, "right")
    frames = [hands_at({low: (100, 400), high: (500, 200)}, time_s=index / 30) for index in range(30)]
    hands = HandSequence.from_frames(frames, size=SIZE, fps=30)
    places = np.array(hand_places(hands))
    assert len(places) == 10
    assert (places[:, 1] < 500 / SIZE[0]).all()
    assert (places[:, 2] > 500 / SIZE[0]).all()
    chosen = [None, *[low] * 29]
    of_low = np.array(hand_places(hands, chosen))
    assert of_low[0, 0] == pytest.approx(1 / 30, abs=1e-3)
    assert (of_low[:, 2] < 0.5).all()
    assert (of_low[:, 3] > places[0, 3]).all()
    assert hand_places(HandSequence.from_frames([], size=SIZE, fps=30)) == []


def test_the_drawn_hand_of_the_sample_is_read_as_what_it_spells():
    hands = sample_hands()
    shown = read_video(hands)
    assert " ".join(word.text for word in spelled(shown)) == TEXT
    assert {span.letter for span in letter_spans(shown)} >= {"J", "Z"}
    assert SpellingHand().read(hands.frame(5)).letter == "H"


def test_the_sample_is_offered_and_its_film_shows_a_hand(tmp_path, monkeypatch, open_page):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    clip = sample_clip()
    with open_clip(clip.path) as film:
        frames = [frame.rgb for frame in film]
    hands = sample_hands()
    assert len(frames) == len(hands)
    assert np.ptp(frames[5].reshape(-1, 3), axis=0).min() > 100
    gone = int(np.flatnonzero(~hands.seen[:, 0])[5])
    assert np.ptp(frames[gone].reshape(-1, 3), axis=0).max() < 30
    clip.close()
    assert clip.path.is_file(), "it stays for other visitors"
    app = open_page("signs", tab="words", sample="spelled")
    assert "sample" not in app.query_params


def test_a_video_with_half_a_hand_gets_advice_and_several_people_are_those_at_the_same_time(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    one, other = HandSlot(1, "right"), HandSlot(2, "right")

    def run_of(*frames: dict[HandSlot, tuple[float, float]]) -> SignRun:
        there = [hands_at(hands, time_s=index / 25) for index, hands in enumerate(frames)]
        hands = HandSequence.from_frames(there, size=SIZE, fps=25)
        previews = []

        def find(*_args, preview, **_options):
            previews.append(preview)
            return None, hands

        run = SignRun(sample_clip(), of_bodies=False, find=find)
        run.start()
        assert run.state.done.wait(120)
        run.close()
        assert previews == [run.analysis.preview], "the page shows the newest frame"
        return run

    cut, whole = {one: (610, 400)}, {one: (300, 400)}
    assert "outside the picture" in run_of(cut, cut, {}, whole).advice
    assert run_of(cut, whole, {}, whole).advice == ""
    assert run_of({}, {}).advice == ""
    after_each_other = run_of(*[whole] * 9, {other: (300, 400)})
    both = run_of(whole, whole | {other: (100, 400)}, whole)
    assert [share_of_several(each.hands) for each in (after_each_other, both)] == [0, pytest.approx(1 / 3)]


def test_nobody_is_told_to_ask_for_more_people_where_that_cannot_be_done(monkeypatch):
    def two_people(*_args, on_note, on_end, **_options):
        on_note("Frames were missing.")
        on_note("Raise the maximum number of people.")
        on_end(RunSummary(most_people=2, stopped=None, hands=sample_hands()))

    monkeypatch.setattr(estimation, "estimate_video", two_people)
    notes: list[str] = []
    estimation.estimate_signs(
        Path("x.mp4"), ClipOptions(), Path("film.mp4"), of_bodies=True, on_progress=lambda _: True, notes=notes
    )
    assert notes == [
        "Several people are in this video. Only the signs of one of them are read.",
        "Frames were missing.",
    ]


def test_every_letter_has_a_hand_and_mirroring_turns_it_over():
    for letter in ascii_uppercase:
        assert letter_svg(letter).count("<line") == 2 * len(HAND_21.edges)
    shapes = letter_shapes()
    assert {points.shape for points in shapes.values()} == {(21, 3)}
    index_up, little_up = (shapes[letter][:, 1] for letter in "DI")
    assert index_up.argmin() == HAND_21.index("index_finger_tip")
    assert little_up.argmin() == HAND_21.index("pinky_tip")
    thumb = HAND_21.index("thumb_tip")
    assert shapes["L"][thumb, 0] == shapes["L"][:, 0].max()  # of a right hand, seen from its palm
