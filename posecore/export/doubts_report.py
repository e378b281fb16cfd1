"""HTML: photos without labels, the most doubtful first, as one page for any browser, without a network or scripts.

The page itself is the template ``doubts_report.html`` beside this file.
"""

import base64
import os
from collections.abc import Callable, Iterator
from typing import Any

from posecore.errors import PosecoreError
from posecore.evaluation.doubt_reasons import LOOK_WORDS, notes, reasons
from posecore.evaluation.second_opinion import PhotoDoubt, SecondOpinion, plain_joint
from posecore.export.templates import TEMPLATES
from posecore.media.pictures import decode_picture, encode_jpeg
from posecore.system import VERSION, whole_file
from posecore.view.palette import css
from posecore.view.scored_drawing import LOOK_COLORS, draw_looks

SHOWN = 60
"""Number of photos that are shown."""

_MOST_PROBLEMS = 100
_MOST_ROWS = 1000
_MOST_REASONS = 6
_SIDE_PX = 480
_COLOR_WORDS = {"first": "white", "mirrored": "orange-red", "turned": "light blue", "heavy": "yellow"}


def write_doubts_report(
    opinion: SecondOpinion, path: str | os.PathLike[str], *, on_picture: Callable[[int, int], None] | None = None
) -> None:
    """Write a page with the most doubtful photos, the looks drawn on them; the file appears whole or not at all.

    Args:
        opinion: the photos.
        path: path of the file.
        on_picture: called after each picture with the number done and their total.

    Raises:
        OSError: if the file cannot be written.
    """
    text = TEMPLATES.get_template("doubts_report.html").render(
        title=f"Doubtful photos of {opinion.source.name}",
        facts=list(_facts(opinion)),
        legend=legend(opinion),
        shown=list(_shown(opinion, on_picture)),
        rows=[_row(place, photo) for place, photo in enumerate(opinion.photos[:_MOST_ROWS], start=1)],
        more_rows=max(0, len(opinion.photos) - _MOST_ROWS),
        problems=[str(problem) for problem in opinion.problems[:_MOST_PROBLEMS]],
        more_problems=max(0, len(opinion.problems) - _MOST_PROBLEMS),
    )
    with whole_file(path) as part:
        # Text read from a file may hold half a surrogate pair, which cannot be encoded.
        part.write_bytes(text.encode("utf-8", errors="replace"))


def legend(opinion: SecondOpinion) -> list[tuple[str, str]]:
    """Words for each look and its CSS colour, the first look first."""
    names = {"first": "first estimate"} | {look: LOOK_WORDS[look].removeprefix("the ") for look in opinion.looks}
    return [(f"{_COLOR_WORDS[look]}: {name}", css(LOOK_COLORS[look])) for look, name in names.items()]


def _facts(opinion: SecondOpinion) -> Iterator[tuple[str, str]]:
    yield "Photos", f"{len(opinion.photos):,}, from {opinion.source.name}"
    if not opinion.complete:
        yield "Stopped", "Only these photos were done"
    yield "First estimate", f"model {opinion.options.as_dict()['model']}, {opinion.options.search} search"
    yield "Compared with", ", ".join(LOOK_WORDS[look] for look in opinion.looks)
    yield "Without anybody", f"{sum(not photo.found for photo in opinion.photos):,} photos, which come first"
    if opinion.problems:
        yield "Not usable", f"{len(opinion.problems):,}, listed at the end"
    yield "Made with", f"posecore {VERSION}"


def _shown(opinion: SecondOpinion, on_picture: Callable[[int, int], None] | None) -> Iterator[dict[str, Any]]:
    chosen = opinion.photos[:SHOWN]
    for done, photo in enumerate(chosen, start=1):
        if on_picture is not None:
            on_picture(done, len(chosen))
        try:
            rgb = decode_picture(opinion.source.read(photo.photo.file_name), name="photo")
        except PosecoreError:  # the photo has gone since it was estimated
            continue
        picture = draw_looks(rgb, photo.points_by_look, side=_SIDE_PX)
        said = reasons(photo)
        yield {
            "source": "data:image/jpeg;base64," + base64.b64encode(encode_jpeg(picture)).decode("ascii"),
            "photo": photo.photo.file_name,
            "doubt": f"{photo.doubt:.2f}",
            "reasons": said[:_MOST_REASONS],
            "more": max(0, len(said) - _MOST_REASONS),
            "notes": notes(photo)[:_MOST_REASONS],
        }


def _row(place: int, photo: PhotoDoubt) -> tuple[str, ...]:
    joints = dict.fromkeys(joint for person in photo.found for joint in person.doubtful_joints)
    return (
        photo.photo.file_name,
        str(place),
        f"{photo.doubt:.2f}",
        str(len(photo.found)),
        str(len(photo.only_others)),
        ", ".join(map(plain_joint, list(joints)[:3])) + (f" and {len(joints) - 3} more" if len(joints) > 3 else ""),
    )
