"""README and docs/ are correct: their lists are complete, their links work, and their code runs."""

import re
from contextlib import redirect_stdout
from dataclasses import fields
from functools import cache
from io import StringIO
from pathlib import Path
from typing import get_args

import numpy as np
import plotly.io
import pytest

from docs.draw_architecture import ROOMS, edges, edges_drawn
from posecore.cli.main import main
from posecore.export.formats import FORMATS
from posecore.export.rigid_file import RIGID_COLUMNS
from posecore.export.signs_file import SIGN_COLUMNS
from posecore.limits import FOR_SMALL_MEMORY, Limits
from posecore.media.films import FilmWriter
from posecore.media.samples import sample_picture
from posecore.motion.angles import ANGLES, BY_JOINT, describe_angles
from posecore.motion.exercises.table import EXERCISES
from posecore.motion.facing import VIEWS
from posecore.motion.measuring import Space
from posecore.motion.smoothing import SmoothingMethod
from posecore.motion.usual_error import USUAL_ERROR_DEG, errors_of_angle
from posecore.signs import GESTURES, MOTIONS
from posecore.signs.recognition import NO_GESTURE
from posecore.tables import COLUMNS, HAND_COLUMNS
from posecore.view.overlays.table import PIECES

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows_of(name: str) -> list[list[str]]:
    """The cells of all tables on a page, row by row, without the headers."""
    lines = text_of(name).splitlines()
    heads = {index - 1 for index, line in enumerate(lines) if re.fullmatch(r"\|[-| ]+\|", line)}
    rows = [line for index, line in enumerate(lines) if line.startswith("|") and not {index, index - 1} & heads]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip("|"))] for row in rows]


def words_of(name: str) -> list[str]:
    """The words in backticks in the first column of a page's tables."""
    return [word for row in rows_of(name) for word in re.findall(r"`([^`]+)`", row[0])]


def code_in(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def anchors_of(page: Path) -> set[str]:
    """The headings of a page as link anchors."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_the_readme_is_short_and_links_to_every_page():
    readme = text_of("README.md")
    assert len(readme.splitlines()) <= 150
    linked = {ROOT / target for target in re.findall(r"\]\(([\w./-]+)\)", readme)}
    assert {*PAGES} - {ROOT / "README.md"} <= linked


@each_page
def test_links_have_a_target(page):
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        assert not anchor or anchor in anchors_of(file), target


@each_page
def test_files_named_in_a_page_exist(page):
    text = page.read_text(encoding="utf-8")
    folders = "posecore|pages|tests|benchmarks|docs|examples|hosting"
    for name in re.findall(rf"(?<!Write )(?:`|python )((?:{folders})/[a-z0-9_./-]*)", text):
        assert (ROOT / name).exists(), name


@each_page
def test_python_in_a_page_compiles(page):
    for block in code_in(page, "python"):
        compile(block, page.name, "exec")


@pytest.fixture(scope="module")
def film_of_the_portrait(portrait, tmp_path_factory) -> bytes:
    """Sixteen frames."""
    path = tmp_path_factory.mktemp("walk") / "walk.mp4"
    height, width = portrait.shape[:2]
    with FilmWriter(path, (width, height), fps_hint=25) as film:
        for index in range(16):
            film.write(np.roll(portrait, index, axis=1), index / 25)
    return path.read_bytes()


@pytest.mark.parametrize(
    "name", ["README.md", "docs/library.md", "docs/smoothing.md", "docs/hands.md", "docs/signs.md", "docs/rigid.md"]
)
def test_python_in_a_page_runs(name, tmp_path, film_of_the_portrait, monkeypatch):
    (tmp_path / "photo.jpg").write_bytes(sample_picture().path.read_bytes())
    (tmp_path / "walk.mp4").write_bytes(film_of_the_portrait)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plotly.io.renderers, "default", "")  # figures open no browser
    for block in code_in(ROOT / name, "python"):
        exec(block, {"__name__": "a_block"})


def test_every_format_is_in_the_table_of_files():
    assert sorted(words_of("docs/files.md")) == sorted(FORMATS)


def test_every_angle_is_in_the_table_of_angles():
    told = {row[0]: row[3] for row in rows_of("docs/angles.md") if len(row) == 4}
    assert told.keys() == {re.sub("^(left|right) ", "", angle.title.lower()) for angle in ANGLES.values()}
    for row in describe_angles().itertuples():
        assert told[re.sub("^(left|right) ", "", row.name.replace("_", " "))] == row.reading


def test_the_usual_errors_are_those_of_the_library():
    told = [row for row in rows_of("docs/angles.md") if len(row) == 2 * len(VIEWS) + 1]
    tables = [told[: len(USUAL_ERROR_DEG)], told[len(USUAL_ERROR_DEG) :]]
    for space, rows in zip(get_args(Space), tables, strict=True):
        assert [row[0].replace(" ", "_") for row in rows] == list(USUAL_ERROR_DEG)
        for joint, *cells in rows:
            angle = next(iter(BY_JOINT[joint.replace(" ", "_")].values()))
            assert [int(cell.strip("()")) for cell in cells] == list(errors_of_angle(angle, space))


def test_every_exercise_is_in_the_table_of_exercises():
    assert words_of("docs/exercises.md")[: len(EXERCISES)] == list(EXERCISES)


def test_the_table_of_overlays_is_that_of_the_library():
    assert words_of("docs/overlays.md") == list(PIECES)


def test_every_gesture_and_motion_is_in_its_table():
    names = [word for word in words_of("docs/signs.md") if word in {*GESTURES, NO_GESTURE, *MOTIONS}]
    assert names == [*GESTURES, NO_GESTURE, *MOTIONS]


def test_every_column_is_in_the_table_of_numbers():
    assert words_of("docs/numbers.md") == list(COLUMNS)


def test_every_column_of_hands_is_in_their_table():
    assert words_of("docs/hands.md") == [*HAND_COLUMNS, *(name for name in SIGN_COLUMNS if name not in HAND_COLUMNS)]


def test_every_column_of_rigid_bodies_is_in_their_table():
    assert words_of("docs/rigid.md") == list(RIGID_COLUMNS)


def test_every_smoothing_method_is_in_the_table_of_methods():
    assert sorted(words_of("docs/smoothing.md")) == sorted(get_args(SmoothingMethod))


def test_every_limit_is_in_the_table_of_hosting():
    rows = {row[0].strip("`"): row[1] for row in rows_of("docs/hosting.md")}
    told = {name: default for name, default in rows.items() if name.startswith("POSECORE_LIMIT_")}
    assert told == {f"POSECORE_LIMIT_{field.name.upper()}": f"{field.default:,}" for field in fields(Limits)}
    small = dict(re.findall(r"^- `(POSECORE_LIMIT_\w+)`: ([\d,]+)$", text_of("docs/hosting.md"), re.MULTILINE))
    assert small == {f"POSECORE_LIMIT_{name.upper()}": f"{value:,}" for name, value in FOR_SMALL_MEMORY.items()}


@cache
def help_of(*command: str) -> str:
    with redirect_stdout(StringIO()) as output:
        assert main([*command, "--help"]) == 0
    return output.getvalue()


@cache
def commands() -> tuple[str, ...]:
    return tuple(re.findall(r"^ {2,4}([a-z][a-z-]+) {2,}\w", help_of(), re.MULTILINE))


def options_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) - {"--help"}


def options_of(command: str) -> set[str]:
    """The options that a command's help lists, not those it only mentions."""
    return options_in("\n".join(re.findall(r"^ {2,6}(-.*?)(?: {2}|$)", help_of(command), re.MULTILINE)))


def test_every_command_and_option_is_in_the_command_line_guide():
    sections = [section.split("\n", 1) for section in text_of("docs/command-line.md").split("\n## ")[1:]]
    told: dict[str, set[str]] = {}
    for heading, text in sections:
        rows = "\n".join(re.findall(r"^\|.*", text, re.MULTILINE))
        for command in heading.split(" and "):
            told[command] = told.get(command, set()) | options_in(rows)
    assert told == {command: options_of(command) for command in commands()}


@each_page
def test_command_lines_in_a_page_are_valid(page):
    for command, arguments in re.findall(r"python -m posecore ([\w-]+)([^`\n]*)", page.read_text(encoding="utf-8")):
        assert command in commands()
        assert options_in(arguments) <= options_of(command) | {"--help"}


@pytest.mark.parametrize("name", ["docs/app.md", "docs/hosting.md", "docs/live-feed.md"])
def test_bold_words_are_labels_on_the_pages(name):
    sources = [path for path in (ROOT / "pages").rglob("*") if path.suffix in {".py", ".js", ".html"}]
    shown = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    bold = re.findall(r"\*\*(.+?)\*\*", text_of(name))
    assert bold
    assert [label for label in bold if not re.search(rf"[\"'>`]\s*{re.escape(label)}\s*[\"'<`]", shown)] == []


def test_the_architecture_diagram_is_up_to_date():
    assert edges_drawn() == edges(), "run python -m docs.draw_architecture"


def test_every_room_is_in_the_architecture_table():
    there = [room for room in ROOMS if any(room in arrow for arrow in edges())]
    folders = {re.sub(r"(\.py|/)$", "", word).replace("/", ".") for word in words_of("docs/architecture.md")}
    assert set(there) <= folders
