"""Doubtful photos as files: JSON of everything, and CSV with a row for each person."""

import csv
import io
import json
import os
from typing import Any

from posecore.evaluation.case import plain
from posecore.evaluation.doubt_reasons import notes, reasons
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.second_opinion import JOINTS, PersonDoubt, PhotoDoubt, SecondOpinion, torso_px
from posecore.export.scores_file import cell
from posecore.system import VERSION, whole_file

_JOINT_NAMES = tuple(COCO_17[place] for place in JOINTS)

PEOPLE_COLUMNS = (
    "place", "photo", "photo_doubt", "person", "found", "person_doubt", "torso_px", "not_found_in", "doubtful_joints",
    *(f"{name}_apart" for name in _JOINT_NAMES), "reasons",
)  # fmt: skip
"""Columns of the table of people. Empty: not known, or of a person whom the first look does not find."""


def doubts_as_dict(opinion: SecondOpinion) -> dict[str, Any]:
    """Everything, ready for JSON: photos with the most doubtful first, distances in torsos, null is not known."""
    photos = [_photo(photo) for photo in opinion.photos]
    problems = [{"file": each.file, "entry": each.entry, "what": each.what} for each in opinion.problems]
    return {
        "posecore": VERSION,
        "images": opinion.source.name,
        "options": plain(opinion.options.as_dict()),
        "looks": list(opinion.looks),
        "complete": opinion.complete,
        "photos": photos,
        "problems": problems,
    }


def _photo(photo: PhotoDoubt) -> dict[str, Any]:
    return {
        "photo": photo.photo.file_name,
        "doubt": round(photo.doubt, 4),
        "reasons": reasons(photo),
        "notes": notes(photo),
        "people": [plain(_person(person)) for person in photo.people],
        "milliseconds": plain(round(photo.milliseconds, 1)),
    }


def _person(person: PersonDoubt) -> dict[str, Any]:
    apart = {
        look: {name: round(float(distances[place]), 3) for name, place in zip(_JOINT_NAMES, JOINTS, strict=True)}
        for look, distances in person.apart.items()
        if person.found and look not in person.not_found_in
    }
    return {
        "person": person.number,
        "found": person.found,
        "doubt": round(person.doubt, 4),
        "torso_px": torso_px(person.points),
        "not_found_in": list(person.not_found_in),
        "doubtful_joints": list(person.doubtful_joints),
        "apart": apart,
    }


def write_doubts_json(opinion: SecondOpinion, path: str | os.PathLike[str]) -> None:
    """Write ``doubts_as_dict`` as JSON; the file appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    text = json.dumps(doubts_as_dict(opinion), indent=2, allow_nan=False)
    with whole_file(path) as part:
        part.write_text(text + "\n", encoding="ascii")


def write_doubts_csv(opinion: SecondOpinion, path: str | os.PathLike[str]) -> None:
    """Write ``doubts_csv``; the file appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    with whole_file(path) as part:
        part.write_bytes(doubts_csv(opinion))


def doubts_csv(opinion: SecondOpinion) -> bytes:
    """Table with a row for each person, see ``PEOPLE_COLUMNS``, and one for each photo without anybody, in UTF-8."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(PEOPLE_COLUMNS)
    for place, photo in enumerate(opinion.photos, start=1):
        said = " ".join(reasons(photo))
        for person in photo.people or (None,):
            row = [place, photo.photo.file_name, photo.doubt, *_cells(person), said]
            table.writerow([cell(value) for value in row])
    return text.getvalue().encode("utf-8", errors="replace")


def _cells(person: PersonDoubt | None) -> list[Any]:
    if person is None:
        return [""] * (len(PEOPLE_COLUMNS) - 4)
    apart = person.joints_apart[list(JOINTS)].tolist() if person.found else [""] * len(JOINTS)
    return [
        *(person.number, int(person.found), person.doubt, torso_px(person.points)),
        *(" ".join(names) for names in (person.not_found_in, person.doubtful_joints)),
        *apart,
    ]
