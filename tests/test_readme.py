"""The README tells of all that is there."""

import re
from pathlib import Path

from posecore.export.formats import FORMATS
from posecore.motion.angles import ANGLES, describe_angles

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def rows_under(heading: str) -> list[list[str]]:
    """The cells of the table in a section, row by row, without its head."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def test_every_format_is_in_the_table_of_files():
    named = [name for row in rows_under("Files") for name in re.findall(r"`([^`]+)`", row[0])]
    assert sorted(named) == sorted(FORMATS)


def test_every_angle_is_in_the_table_of_angles():
    told = {row[0]: row[3] for row in rows_under("Angles")}
    assert told.keys() == {re.sub("^(left|right) ", "", angle.title.lower()) for angle in ANGLES.values()}
    for row in describe_angles().itertuples():
        assert told[re.sub("^(left|right) ", "", row.name.replace("_", " "))] == row.reading
