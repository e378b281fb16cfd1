"""The report: one page with everything, no network requests, and names that can do no harm."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from posecore import (
    ClipOptions,
    HandSequence,
    HandSlot,
    PoseOptions,
    PoseSequence,
    estimate_hands_video,
    estimate_video,
)
from posecore.export.report import MOST_PEOPLE, write_report
from posecore.motion.angles import ANGLES, measure_angles
from posecore.motion.trust import judge
from posecore.motion.usual_error import usual_errors
from posecore.signs.shown import read_signs
from posecore.view.report_figures import plotly_script
from tests.synthetic_hands import hands_at, waving

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\N{RIGHT-TO-LEFT OVERRIDE}"


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text without scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def write(sequence, tmp_path, **options):
    path = tmp_path / "report.html"
    write_report(sequence, path, **({"title": "walk"} | options))
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]
    html = path.read_bytes().decode("utf-8")
    page = Page(html)
    assert page.open == []
    return html, page


@pytest.fixture(scope="module")
def plain(mover, tmp_path_factory) -> tuple[str, Page]:
    """The report about one person, without facts."""
    return write(mover, tmp_path_factory.mktemp("plain"))


def crowd(sequence: PoseSequence, count: int) -> PoseSequence:
    """Copies of the first person; each is seen in one frame less than the one before."""
    arrays = {
        name: np.repeat(getattr(sequence, name)[:, :1], count, axis=1)
        for name in ("xy", "z", "world", "visibility", "presence")
    }
    for array in arrays.values():
        for slot in range(count):
            array[:slot, slot] = np.nan
    return replace(sequence, **arrays, person_ids=np.arange(1, count + 1), names={})


def test_the_report_shows_what_was_found(mover, tmp_path):
    facts = {
        "source": "walk.mp4",
        "model": {"registered_name": "full", "file_name": "x.task"},
        "engine": {"name": "fast", "library": "OpenVINO 1.2"},
        "smoothing": "One-Euro",
        "smoothing_afterwards": {"method": "butterworth", "cutoff_hz": 6.0},
        "versions": {"posecore": "9.8"},
        "notes": ["The clip has a hole."],
    }
    _, page = write(mover, tmp_path, facts=facts)
    for words in ("walk.mp4", "full", "OpenVINO 1.2", "One-Euro", "posecore 9.8", "The clip has a hole.", "Grace"):
        assert words in page.text
    assert "butterworth, cutoff hz 6.0" in page.text
    assert "1280 × 720 px" in page.text
    assert "Frames 40" in page.text
    assert "People 1" in page.text
    assert f"{mover.times_s[-1]:.2f} s" in page.text
    assert judge(mover)[0].verdict in page.text
    assert "Person 7" not in page.text  # never seen


def test_the_numbers_match_the_angles(mover, plain):
    _, page = plain
    angles, errors = measure_angles(mover)[:, 0], usual_errors(mover)[:, 0]
    for index, definition in enumerate(ANGLES.values()):
        known = angles[~np.isnan(angles[:, index]), index].astype(float)
        numbers = known.min(), known.max(), np.ptp(known), known.mean()
        error = f"±{errors[~np.isnan(angles[:, index]), index].mean():.0f}"
        assert " ".join([definition.title, *(f"{number:.1f}" for number in numbers), error, "100%"]) in page.text


def test_the_report_says_where_the_cuts_are(mover, tmp_path):
    _, page = write(replace(mover, cuts=[10, 30]), tmp_path)
    at = ", ".join(f"{mover.times_s[cut]:.2f}" for cut in (10, 30))
    assert f"Cuts 2, at {at} s: everyone is a new person after each" in page.text


def test_unknown_facts_are_left_out(plain):
    _, page = plain
    for name in ("Cuts", "Source", "Model", "Engine", "Smoothing", "Made with", "Note", "None"):
        assert name not in page.text


@pytest.mark.parametrize(
    "facts", [{"model": "x", "engine": [1], "notes": 5, "versions": None}, {"notes": [1, None], "source": {"a": 1}}]
)
def test_malformed_facts_do_no_harm(mover, tmp_path, facts):
    _, page = write(mover, tmp_path, facts=facts)
    assert "Frames 40" in page.text


def test_the_report_makes_no_network_requests(plain):
    html, page = plain
    for _, attributes in page.elements:
        assert not {"src", "href", "srcset", "data", "action", "poster"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    own = html.replace(plotly_script(), "")
    assert len(own) < len(html) - 4_000_000  # plotly's script is included
    assert not re.search(r"url\(|@import|https?:|fetch\(|XMLHttpRequest|import\(", own)
    assert "showSendToCloud: false" in own  # no button that would
    [policy] = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv")]
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy


def test_names_and_sources_are_only_text(mover, tmp_path):
    quiet, _ = write(mover.named({}), tmp_path)
    facts = {"source": HOSTILE, "notes": [HOSTILE], "smoothing_afterwards": {HOSTILE: HOSTILE, "method": HOSTILE}}
    html, page = write(mover.named({3: HOSTILE}), tmp_path, title=HOSTILE, facts=facts)
    assert len(page.all("script")) == len(Page(quiet).all("script"))
    assert page.all("img") == []
    assert page.text.count(" ".join(HOSTILE.split())) >= 5
    assert html.count("alert(1)") == html.count("&lt;script&gt;alert(1)&lt;/script&gt;")


def test_the_report_tolerates_a_lone_surrogate(mover, tmp_path):
    _, page = write(mover.named({3: "half \ud800"}), tmp_path, title="\udfff", facts={"source": "\ud800"})
    assert "half ?" in page.text


def test_the_report_works_with_a_screen_reader(plain):
    _, page = plain
    assert page.elements[0] == ("html", {"lang": "en"})
    assert len(page.all("h1")) == 1
    assert all(cell.get("scope") in ("row", "col") for cell in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) == 3
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for figure in page.all("figure"):
        assert figure["aria-labelledby"] in ids
    for plot in (attributes for _, attributes in page.elements if attributes.get("class") == "plot"):
        assert plot["data-figure"] in ids
    [slider] = page.all("input")
    assert slider["aria-label"]
    assert slider["max"] == "34"  # 35 frames with the person


def test_the_people_seen_most_are_shown_and_the_others_listed(mover, tmp_path):
    people = crowd(mover, 10).named({9: "<i>Nina"})
    _, page = write(people, tmp_path)
    assert len(page.all("section")) == MOST_PEOPLE
    assert "Seen in fewer frames, and not shown here: Person 7 , Person 8 , <i>Nina , Person 10 ." in page.text
    _, page = write(crowd(mover, 39), tmp_path)
    assert page.text.endswith("Person 36 and 3 more.")


@pytest.mark.parametrize("frames", [0, 40])
def test_a_video_without_people_gives_a_short_page(mover, tmp_path, frames):
    nobody = PoseSequence.from_frames([], size=(64, 48), fps=25) if frames == 0 else mover.only([7])
    html, page = write(nobody, tmp_path)
    assert "Nobody was found in any frame of this video." in page.text
    assert len(html) < 20_000


def test_one_frame_is_enough(mover, tmp_path):
    arrays = {name: getattr(mover, name)[:1] for name in ("xy", "z", "world", "visibility", "presence", "times_s")}
    _, page = write(replace(mover, **arrays), tmp_path)
    assert "All frames with this person." in page.text


def test_a_long_video_gives_no_huge_page(mover, tmp_path):
    people = crowd(mover, 1)
    index = np.arange(9_000) % len(mover)
    arrays = {name: getattr(people, name)[index] for name in ("xy", "z", "world", "visibility", "presence")}
    jitter = np.random.default_rng(1).normal(0, 0.01, arrays["world"].shape)
    long = replace(people, **arrays | {"world": arrays["world"] + jitter}, times_s=np.arange(9_000) / 30)
    html, _ = write(long, tmp_path)
    assert len(html) < 5_560_000, "plotly's script takes 4.8 million"


def test_a_report_of_hands_only_says_when_each_is_seen_and_what_it_shows(tmp_path):
    hands = waving(12)
    html, page = write(None, tmp_path, hands=hands, facts={"source": "wave.mp4"})
    for words in (
        "Only hands were looked for.",
        "Hands 2 Frames with a hand 12",
        f"Left hand 6 50% 0.00 s {hands.times_s[5]:.2f} s Right hand 12 100% 0.00 s {hands.times_s[11]:.2f} s",
        "Left hand, gestures open palm 6",
        "Right hand, gestures open palm 12",
    ):
        assert words in page.text
    for words in ("People", "Angles", "Joint", "Nobody", "Visibility"):
        assert words not in page.text
    assert "open palm" in html[html.index("gestures-1-figure") :]
    assert len(page.all("section")) == 1
    _, page = write(None, tmp_path, hands=hands.at(slice(1)))
    assert "Left hand 1 100% 0.00 s 0.00 s" in page.text
    for frames in (0, 1):
        unseen = HandSequence.empty(np.arange(frames), hands.slots, size=hands.size, fps=25)
        html, page = write(None, tmp_path, hands=unseen)
        assert "No hand was found in any frame of this video." in page.text
        assert len(html) < 20_000


def test_hands_are_with_their_people(mover, tmp_path):
    shape = hands_at({HandSlot(3, "left"): (200, 300), HandSlot(8, "right"): (600, 300)}, size=mover.size)
    given = HandSequence.empty(mover.times_s, shape.slots, size=mover.size, fps=mover.fps)
    arrays = {name: np.repeat(array[None], len(mover), axis=0) for name, array in shape.arrays.items()}
    _, page = write(mover, tmp_path, hands=replace(given, **arrays))
    assert "People 1 Frames with a person 35 Hands 2 Frames with a hand 40" in page.text
    assert len(page.all("section")) == 2
    grace, other = page.text.split("Grace")[1].split("Person 8")
    for section, hand in ((grace, "Left hand 40 100%"), (other, "Right hand 40 100%")):
        assert hand in section
    assert ("Joint angles" in grace, "Joint angles" in other) == (True, False)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    _, page = write(mover, tmp_path, hands=replace(given, **arrays).only([]))
    assert "Hands 0 Frames with a hand 0" in page.text
    assert len(page.all("section")) == 1


def test_letters_are_shown_as_they_were_read(shared_data, tmp_path):
    hands = estimate_hands_video(
        shared_data / "google-reference" / "asl_hand.25fps.mp4", part=ClipOptions(end_s=3, every=4)
    )
    letters = sorted(set(read_signs(hands).letter.ravel()) - {""})
    assert letters
    _, page = write(None, tmp_path, hands=hands)
    assert "Letters over time" in page.text
    figure = json.loads(page.scripts[1])
    assert figure["layout"]["yaxis"]["ticktext"] == [f"{letter} " for letter in letters]
    assert [curve["name"] for curve in figure["data"]] == ["right hand"]


def test_an_error_keeps_the_existing_file(mover, tmp_path):
    path = tmp_path / "missing" / "report.html"
    with pytest.raises(OSError, match="missing"):
        write_report(mover, path, title="x")
    assert list(tmp_path.iterdir()) == []


def test_the_report_of_a_real_video_covers_both_people(small_sample, tmp_path):
    sequence = estimate_video(small_sample, PoseOptions(people=2), part=ClipOptions(end_s=3, every=3))
    _, page = write(sequence, tmp_path)
    assert len(page.all("section")) == 2
    for trust in judge(sequence):
        assert trust.verdict in page.text
