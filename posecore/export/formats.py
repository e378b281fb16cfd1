"""The catalogue of formats in which a result can be written, and the files that they produce.

A format is one row of ``FORMATS`` and one module of this folder, which is imported when the format is written: some of
the libraries take seconds to load.
"""

import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from posecore.errors import InvalidOption, InvalidPoses
from posecore.export.saved import bodies_beside
from posecore.hands import HandSequence
from posecore.poses import PoseSequence

Facts = Mapping[str, Any]
"""What is known of a result, as ``posecore.runs.manifest`` makes it: plain values."""

# Windows treats these names as devices, whatever their ending.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³")}
# A file name has at most 255 bytes, which stem, person and suffix share.
_MOST_BYTES_OF_STEM = 140
_MOST_BYTES_OF_PERSON = 60


@dataclass(frozen=True)
class Format:
    """A format that a result can be written in.

    Attributes:
        name: identifies it in options and arguments.
        title: for a page.
        help: which programs open it and what it holds, in a sentence or two.
        suffix: of its files, after the name of the video (and of the person).
        mime: its media type.
        writer: "module.function" of ``posecore.export``, called with a sequence and a path. It writes the file whole or
            not at all.
        per_person: one file per person; the writer is also given the person's id. If it is also given hands and needs
            no bodies, it has one for each person of whom only hands are seen, too.
        with_facts: whether the writer is also given ``facts``.
        with_raw: whether the writer is also given ``raw``.
        in_room: whether the writer is also told that bodies are solid, and of which field of view.
        with_hands: whether the writer is also given ``hands``.
        needs_bodies: whether this file is left out if only hands were looked for.
        options: keyword arguments for the writer.
        beside: writers of files that belong to it, by suffix, called like ``writer``.
        of_hands: writers of its files of hands, by suffix, called with the hands and a path; left out without hands.
    """

    name: str
    title: str
    help: str
    suffix: str
    mime: str
    writer: str
    per_person: bool = False
    with_facts: bool = False
    with_raw: bool = False
    in_room: bool = False
    with_hands: bool = False
    needs_bodies: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    of_hands: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedFile:
    """A file that is to be made.

    Attributes:
        format: of the file.
        title: of the format, and of the person if it holds only one.
        file_name: safe on every system.
        make: writes it to a path.
    """

    format: Format
    title: str
    file_name: str
    make: Callable[[Path], None] = field(repr=False)

    def write(self, folder: str | os.PathLike[str]) -> Path:
        """Make it in a folder; it appears whole or not at all.

        Raises:
            PosecoreError: if it cannot be made from this sequence; the message says why.
            OSError: if it cannot be written.
        """
        path = Path(folder, self.file_name)
        self.make(path)
        return path


def export(
    sequence: PoseSequence | None,
    name: str,
    folder: str | os.PathLike[str],
    *,
    stem: str,
    facts: Facts | None = None,
    raw: PoseSequence | None = None,
    hands: HandSequence | None = None,
) -> list[Path]:
    """Write a result in one format: one file, or one for each person who is seen, and one for hands in some formats.

    Args:
        sequence: the result. None, or of no people beside hands: only hands were looked for.
        name: name of the format, a key of ``FORMATS``.
        folder: folder of the files; it must exist.
        stem: start of the file names, before person and suffix; made safe as a file name.
        facts: what is known of the result, as ``posecore.runs.manifest`` makes it.
        raw: the same people before they were smoothed, for the formats that hold or judge them; None: not known.
        hands: the hands in the same frames; None: they were not looked for.

    Returns:
        The files. Those made before a failure stay.

    Raises:
        InvalidOption: if there is no such format, facts are not plain values, or there is neither a sequence nor hands.
        InvalidPoses: if the format is per person and nobody is ever seen, it is only for bodies and there are only
            hands, or it cannot hold this sequence.
        OSError: if a file cannot be written.
    """
    planned = plan_files(sequence, [name], stem=stem, facts=facts, raw=raw, hands=hands)
    return [each.write(folder) for each in planned]


def plan_files(
    sequence: PoseSequence | None,
    names: Iterable[str],
    *,
    stem: str,
    facts: Facts | None = None,
    raw: PoseSequence | None = None,
    hands: HandSequence | None = None,
) -> list[PlannedFile]:
    """The files of a result in these formats, not written yet. Arguments as for ``export``.

    A format with one file per person has one for each person seen. If nobody is seen, or only hands were looked for
    and the format has no file of hands, it has one that raises InvalidPoses when it is made, so that callers report it
    like any other file that cannot be made.

    Raises:
        InvalidOption: if there is no such format, or neither a sequence nor hands.
        InvalidHands: if the hands have other frames, cuts or another size than the sequence.
    """
    sequence = bodies_beside(hands, sequence)
    wanted = list(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown:
        raise InvalidOption(f"Expected formats among {', '.join(FORMATS)}, but got {unknown[0]!r}.")
    # Text read from a file may hold half a surrogate pair, which no encoding of a text file takes.
    names_of = {person: name.encode(errors="replace").decode() for person, name in sequence.names.items()}
    sequence = replace(sequence, names=names_of)
    stem = safe_name(stem, "clip")
    forms = [FORMATS[name] for name in wanted]
    return [
        planned
        for form in forms
        for planned in (*_files_of(form, sequence, stem, facts or {}, raw, hands), *_files_of_hands(form, stem, hands))
    ]


def formats_for(sequence: PoseSequence, hands: HandSequence | None) -> list[str]:
    """The names of the formats that hold something of a result: all, or those for hands if it has nothing else.

    It has nothing else if only hands were looked for, or only hands were found.
    """
    only_hands = hands is not None and not sequence.seen.any() and (hands.seen.any() or not len(sequence.person_ids))
    return [name for name, form in FORMATS.items() if not only_hands or form.of_hands or not form.needs_bodies]


def _has_bodies(sequence: PoseSequence, hands: HandSequence | None) -> bool:
    """Whether bodies were looked for: a result without hands may be of nobody."""
    return hands is None or len(sequence.person_ids) > 0


def _files_of_hands(form: Format, stem: str, hands: HandSequence | None) -> Iterator[PlannedFile]:
    if hands is not None:
        for suffix, writer in form.of_hands.items():
            yield PlannedFile(form, f"{form.title}, hands", stem + suffix, partial(_write, writer, {}, hands))


def _files_of(
    form: Format,
    sequence: PoseSequence,
    stem: str,
    facts: Facts,
    raw: PoseSequence | None,
    hands: HandSequence | None,
) -> Iterator[PlannedFile]:
    if form.needs_bodies and not _has_bodies(sequence, hands):
        if not form.of_hands:
            yield PlannedFile(form, form.title, stem + form.suffix, _refuse_hands)
        return
    options = {
        **form.options,
        **({"facts": facts} if form.with_facts else {}),
        **({"raw": raw} if form.with_raw else {}),
        **({"hands": hands} if form.with_hands else {}),
    }
    from posecore.export.facts import solid_view_deg  # loads SciPy, which the catalogue does not need

    if form.in_room and (view_deg := solid_view_deg(facts)) is not None:
        options |= {"solid": True, "field_of_view_deg": view_deg}
    if not form.per_person:
        for suffix, writer in {form.suffix: form.writer, **form.beside}.items():
            yield PlannedFile(form, form.title, stem + suffix, partial(_write, writer, options, sequence))
        return
    seen = sequence.person_ids[sequence.seen.any(axis=0)].tolist()
    if form.with_hands and not form.needs_bodies and hands is not None:
        hands_seen = {hands.slots[index].person for index in np.flatnonzero(hands.seen.any(axis=0))}
        seen += sorted(hands_seen - set(seen))
    if not seen:
        yield PlannedFile(form, form.title, stem + form.suffix, _refuse_nobody)
    labels = person_labels(sequence, seen)
    for person in seen:
        title = f"{form.title}, {labels[person].replace('_', ' ')}"
        make = partial(_write, form.writer, {**options, "person_id": person}, sequence.only([person]))
        yield PlannedFile(form, title, f"{stem}.{labels[person]}{form.suffix}", make)


def _write(writer: str, options: Mapping[str, Any], sequence: PoseSequence | HandSequence, path: Path) -> None:
    module, function = writer.split(".")
    getattr(import_module(f"posecore.export.{module}"), function)(sequence, path, **options)


def _refuse_nobody(path: Path) -> None:
    raise InvalidPoses("Nobody is seen in any frame of this video, so there is no movement to write.")


def _refuse_hands(path: Path) -> None:
    raise InvalidPoses("Only hands were looked for in this video, and this format is for bodies.")


def safe_name(text: str, otherwise: str, most_bytes: int = _MOST_BYTES_OF_STEM) -> str:
    """The text made safe as a file name on every system and in every zip; ``otherwise`` if nothing is left.

    Letters of any script and spaces stay. Invisible characters and those that Windows forbids become "_"; dots, spaces
    and "_" at either end are removed, so that no name is a path, hidden, or different on Windows; at most
    ``most_bytes`` of UTF-8 are kept.
    """
    kept = "".join("_" if letter in '<>:"/\\|?*' or not letter.isprintable() else letter for letter in text)
    short = unicodedata.normalize("NFC", kept).strip("._ ").encode()[:most_bytes].decode(errors="ignore").rstrip("._ ")
    if short.partition(".")[0].rstrip().casefold() in _DEVICES:
        short = f"{short}_" if "." not in short else short.replace(".", "_", 1)
    return short or otherwise


def person_labels(sequence: PoseSequence, others: Iterable[int] = ()) -> dict[int, str]:
    """A distinct part of a file name for each person of a sequence, and others, by id: the name, or ``person_1``."""
    plain = {person: f"person_{person}" for person in (*sequence.person_ids.tolist(), *others)}
    labels = {
        person: safe_name(
            "_".join(sequence.names.get(person, "").split()).replace(".", "_"), label, _MOST_BYTES_OF_PERSON
        )
        for person, label in plain.items()
    }
    # On Windows and macOS, "Ann" and "ann" are the same file.
    times = Counter(label.casefold() for label in labels.values())
    unlike = {person: f"{label}_{person}" if times[label.casefold()] > 1 else label for person, label in labels.items()}
    return unlike if len({label.casefold() for label in unlike.values()}) == len(unlike) else plain


_JSON, _TEXT, _BINARY = "application/json", "text/plain", "application/octet-stream"

_ROWS = (
    Format(
        "xlsx",
        "Excel workbook",
        "For Excel, LibreOffice and Google Sheets: a summary with charts, joint angles over time and their turning "
        "points, landmarks with a row for each frame, and how reliable each person's track is.",
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "excel_file.write_excel",
        with_facts=True,
        with_raw=True,
    ),
    Format(
        "csv",
        "Table (CSV)",
        "For spreadsheets, R and pandas: a row for each frame, person and landmark, in pixels and in metres from the "
        "hips, with visibility and presence. Hands have a table of their own, and "
        "one of what they show.",
        ".landmarks.csv",
        "text/csv",
        "table_file.write_csv",
        of_hands={".hands.csv": "table_file.write_csv", ".signs.csv": "signs_file.write_signs"},
    ),
    Format(
        "parquet",
        "Table (Parquet)",
        "For pandas, Polars, DuckDB and R: the same table as the CSV with typed columns, far smaller and quicker to "
        "read.",
        ".landmarks.parquet",
        "application/vnd.apache.parquet",
        "table_file.write_parquet",
        of_hands={".hands.parquet": "table_file.write_parquet"},
    ),
    Format(
        "json",
        "Landmarks (JSON)",
        "For programs and web pages: the same numbers frame by frame, with the meaning of each.",
        ".landmarks.json",
        _JSON,
        "json_file.write_json",
        of_hands={".hands.json": "json_file.write_json"},
    ),
    Format(
        "coco17",
        "COCO keypoints, 17 (JSON)",
        "For pycocotools and tools that compare pose models: COCO keypoint results in pixels, with a second file that "
        "lists the frames.",
        ".coco17.json",
        _JSON,
        "coco_file.write_coco_results",
        options={"keypoints": 17},
        beside={".coco17.frames.json": "coco_file.write_coco_dataset"},
    ),
    Format(
        "coco33",
        "COCO keypoints, 33 (JSON)",
        "The same with all 33 landmarks of BlazePose, for tools that take any number of keypoints.",
        ".coco33.json",
        _JSON,
        "coco_file.write_coco_results",
        options={"keypoints": 33},
        beside={".coco33.frames.json": "coco_file.write_coco_dataset"},
    ),
    Format(
        "angles",
        "Joint angles (CSV)",
        "For spreadsheets, R and pandas: a row for each frame and person with their joint angles in degrees, measured "
        "in 3D; a straight knee is 180.",
        ".angles.csv",
        "text/csv",
        "table_file.write_angles",
    ),
    Format(
        "csv-comma",
        "Table (CSV, decimal comma)",
        "For spreadsheets in countries that write 1,5: the table with decimal commas, and semicolons between fields.",
        ".landmarks.comma.csv",
        "text/csv",
        "table_file.write_csv",
        options={"decimal": ","},
    ),
    Format(
        "angles-comma",
        "Joint angles (CSV, decimal comma)",
        "For spreadsheets in countries that write 1,5: the joint angles with decimal commas.",
        ".angles.comma.csv",
        "text/csv",
        "table_file.write_angles",
        options={"decimal": ","},
    ),
    Format(
        "trc",
        "Markers (TRC)",
        "For OpenSim and Pose2Sim: the landmarks as markers in metres, y up, with hands on the wrists; the path of the "
        "hips through the room is estimated from one camera. Hands without a body are each around their own centre.",
        ".trc",
        _TEXT,
        "opensim_file.write_trc",
        per_person=True,
        in_room=True,
        with_hands=True,
        needs_bodies=False,
    ),
    Format(
        "mot",
        "Joint angles (MOT)",
        "For OpenSim's plots: the joint angles over time in its motion format; they are angles between limbs, not "
        "coordinates of an OpenSim model.",
        ".mot",
        _TEXT,
        "opensim_file.write_mot",
        per_person=True,
    ),
    Format(
        "c3d",
        "Markers (C3D)",
        "For Mokka, Visual3D, MATLAB and other motion capture programs: the landmarks as points in millimetres, y up, "
        "with hands on the wrists; the path of the hips through the room is estimated from one camera. Hands without a "
        "body are each around their own centre.",
        ".c3d",
        _BINARY,
        "c3d_file.write_c3d",
        per_person=True,
        in_room=True,
        with_hands=True,
        needs_bodies=False,
    ),
    Format(
        "bvh",
        "Animation (BVH)",
        "For Blender, Maya and game engines: a moving skeleton in metres, with fingers if hands were looked for; its "
        "path through the room is estimated from one camera, and limbs are not twisted.",
        ".bvh",
        _TEXT,
        "bvh_file.write_bvh",
        per_person=True,
        in_room=True,
        with_hands=True,
    ),
    Format(
        "glb",
        "Animated figures (GLB)",
        "For Blender, Unity, Unreal, Godot and glTF viewers: everyone as a skinned figure with Mixamo's joint names, "
        "in one file, with fingers if hands were looked for. Feet on the floor do not slide; the path through the "
        "room is estimated from one camera.",
        ".glb",
        "model/gltf-binary",
        "glb_file.write_glb",
        with_facts=True,
        with_hands=True,
    ),
    Format(
        "netcdf",
        "Movement dataset (NetCDF)",
        "For xarray and the Python package movement: everything as labelled arrays.",
        ".nc",
        "application/x-netcdf",
        "netcdf_file.write_netcdf",
        of_hands={".hands.nc": "netcdf_file.write_netcdf"},
    ),
    Format(
        "skeleton-mp4",
        "Skeleton video (MP4)",
        "For any player: only the skeletons, on a plain background.",
        ".skeleton.mp4",
        "video/mp4",
        "skeleton_file.write_skeleton_film",
        with_hands=True,
        needs_bodies=False,
    ),
    Format(
        "skeleton-gif",
        "Skeleton animation (GIF)",
        "For slides and chats: only the skeletons, as a small animation.",
        ".skeleton.gif",
        "image/gif",
        "skeleton_file.write_skeleton_gif",
        with_hands=True,
        needs_bodies=False,
    ),
    Format(
        "html",
        "Report (HTML)",
        "For any browser, even offline: the result as one page to read and share.",
        ".report.html",
        "text/html",
        "report.write_report",
        with_facts=True,
        with_raw=True,
        with_hands=True,
        needs_bodies=False,
    ),
    Format(
        "result",
        "Saved result (posecore)",
        "For posecore itself: opens again in the app and in Python with everything as it was, and can be exported to "
        "any of the other formats later.",
        ".posecore.npz",
        _BINARY,
        "saved.save_sequence",
        with_facts=True,
        with_raw=True,
        with_hands=True,
        needs_bodies=False,
    ),
    Format(
        "manifest",
        "How it was made (JSON)",
        "To reproduce or check this run: video, model, options, smoothing and versions.",
        ".manifest.json",
        _JSON,
        "json_file.write_manifest",
        with_facts=True,
        needs_bodies=False,
    ),
)

FORMATS: Mapping[str, Format] = MappingProxyType({form.name: form for form in _ROWS})
"""All formats by name, in the order in which the pages offer them."""
