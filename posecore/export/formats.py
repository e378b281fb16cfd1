"""The catalogue of all that a result can be written as.

Each is written by a function of ``posecore.export.writers``.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from posecore.errors import InvalidOption, InvalidPoses
from posecore.export import writers
from posecore.export.file_names import person_labels, safe_name
from posecore.export.writers import Facts
from posecore.poses import PoseSequence

Writer = Callable[[PoseSequence, Path, Facts], None]
"""Writes one file, whole or not at all. Of a format that is per person the sequence is of one person."""


@dataclass(frozen=True)
class Format:
    """One form of file that a result can be written as.

    Attributes:
        name: what it is asked for by.
        title: for a page.
        help: who opens it and what it holds: a sentence or two.
        suffix: of its files, behind the name of the clip (and of the person).
        mime: its media type.
        write: writes it.
        per_person: it holds one person, so each has a file.
        beside: what else belongs to it, by the suffixes of those files.
    """

    name: str
    title: str
    help: str
    suffix: str
    mime: str
    write: Writer = field(repr=False)
    per_person: bool = False
    beside: Mapping[str, Writer] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class PlannedFile:
    """One file that is to be made.

    Attributes:
        format: that it is of.
        title: of the format, and of whom it is.
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
            PosecoreError: where it cannot be made of this sequence; the text says why.
            OSError: where it cannot be written.
        """
        path = Path(folder, self.file_name)
        self.make(path)
        return path


def export(
    sequence: PoseSequence, name: str, folder: str | os.PathLike[str], *, stem: str, facts: Facts | None = None
) -> list[Path]:
    """Write a result in one format: one file, or one for each person who is seen.

    Args:
        sequence: the result.
        name: of the format, a key of ``FORMATS``.
        folder: where to; it must be there.
        stem: what the files are called, in front of person and suffix; made safe as a file name.
        facts: what is known of the result, as ``posecore.export.manifest`` makes it.

    Returns:
        The files. One that was made before another failed stays.

    Raises:
        InvalidOption: where there is no such format, or facts are not for JSON.
        InvalidPoses: where the format is per person and nobody is ever seen, or it cannot hold this sequence.
        OSError: where a file cannot be written.
    """
    return [planned.write(folder) for planned in plan_files(sequence, [name], stem=stem, facts=facts)]


def plan_files(
    sequence: PoseSequence, names: Iterable[str], *, stem: str, facts: Facts | None = None
) -> list[PlannedFile]:
    """The files that a result in these formats would be, none of them made yet. Arguments as for ``export``.

    A format that is per person has a file for each who is seen. Where nobody is, it has one that raises InvalidPoses
    when it is made, so that whoever makes several tells of it as of any other that cannot be made.

    Raises:
        InvalidOption: where there is no such format.
    """
    wanted = list(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown:
        raise InvalidOption(f"Expected formats among {', '.join(FORMATS)}, but got {unknown[0]!r}.")
    # A text that came out of a file may hold half a letter, which no encoding of a text file takes.
    names_of = {person: name.encode(errors="replace").decode() for person, name in sequence.names.items()}
    sequence = replace(sequence, names=names_of)
    stem = safe_name(stem, "clip")
    return [planned for name in wanted for planned in _files_of(FORMATS[name], sequence, stem, facts or {})]


def _files_of(form: Format, sequence: PoseSequence, stem: str, facts: Facts) -> Iterator[PlannedFile]:
    if form.per_person:
        yield from _files_of_people(form, sequence, stem, facts)
        return
    for suffix, write in {form.suffix: form.write, **form.beside}.items():
        yield PlannedFile(form, form.title, stem + suffix, partial(_call, write, sequence, facts))


def _files_of_people(form: Format, sequence: PoseSequence, stem: str, facts: Facts) -> Iterator[PlannedFile]:
    seen = sequence.person_ids[sequence.seen.any(axis=0)].tolist()
    if not seen:
        yield PlannedFile(form, form.title, stem + form.suffix, _nobody)
    labels = person_labels(sequence)
    for person in seen:
        title = f"{form.title}, {labels[person].replace('_', ' ')}"
        make = partial(_call, form.write, sequence.only([person]), facts)
        yield PlannedFile(form, title, f"{stem}.{labels[person]}{form.suffix}", make)


def _call(write: Writer, sequence: PoseSequence, facts: Facts, path: Path) -> None:
    write(sequence, path, facts)


def _nobody(path: Path) -> None:
    raise InvalidPoses("Nobody is seen in any frame of this clip, so there is no movement to write.")


_JSON, _TEXT, _BINARY = "application/json", "text/plain", "application/octet-stream"

_FORMATS = (
    Format(
        "csv",
        "Table (CSV)",
        "For spreadsheets, R and pandas: a row for each frame, person and landmark, in pixels and in metres around the "
        "hips, with visibility and presence.",
        ".landmarks.csv",
        "text/csv",
        writers.csv,
    ),
    Format(
        "parquet",
        "Table (Parquet)",
        "For pandas, Polars, DuckDB and R: the same table as the CSV with the types of its columns, far smaller and "
        "quicker to read.",
        ".landmarks.parquet",
        "application/vnd.apache.parquet",
        writers.parquet,
    ),
    Format(
        "json",
        "Landmarks (JSON)",
        "For programs and web pages: the same numbers frame by frame, with what each of them means.",
        ".landmarks.json",
        _JSON,
        writers.json_text,
    ),
    Format(
        "coco17",
        "COCO keypoints, 17 (JSON)",
        "For pycocotools and tools that compare pose models: COCO keypoint results in pixels, and beside them the "
        "frames that they are of.",
        ".coco17.json",
        _JSON,
        partial(writers.coco, keypoints=17),
        beside={".coco17.frames.json": partial(writers.coco_frames, keypoints=17)},
    ),
    Format(
        "coco33",
        "COCO keypoints, 33 (JSON)",
        "The same with all 33 landmarks of BlazePose, for tools that take keypoints of any number.",
        ".coco33.json",
        _JSON,
        partial(writers.coco, keypoints=33),
        beside={".coco33.frames.json": partial(writers.coco_frames, keypoints=33)},
    ),
    Format(
        "angles",
        "Joint angles (CSV)",
        "For spreadsheets, R and pandas: a row for each frame and person with their angles in degrees, measured in 3D; "
        "a straight knee is 180.",
        ".angles.csv",
        "text/csv",
        writers.angles,
    ),
    Format(
        "trc",
        "Markers (TRC)",
        "For OpenSim and Pose2Sim: the landmarks as markers in metres, y up; the way of the hips through the room is "
        "estimated from one camera.",
        ".trc",
        _TEXT,
        writers.trc,
        per_person=True,
    ),
    Format(
        "mot",
        "Joint angles (MOT)",
        "For OpenSim's plots: the joint angles over time in its motion format; they are angles between limbs, not "
        "coordinates of an OpenSim model.",
        ".mot",
        _TEXT,
        writers.mot,
        per_person=True,
    ),
    Format(
        "c3d",
        "Markers (C3D)",
        "For Mokka, Visual3D, MATLAB and other motion capture programs: the landmarks as points in millimetres, y up; "
        "the way of the hips through the room is estimated from one camera.",
        ".c3d",
        _BINARY,
        writers.c3d,
        per_person=True,
    ),
    Format(
        "bvh",
        "Animation (BVH)",
        "For Blender, Maya and game engines: a moving skeleton in metres; its way through the room is estimated from "
        "one camera, and limbs are not twisted.",
        ".bvh",
        _TEXT,
        writers.bvh,
        per_person=True,
    ),
    Format(
        "netcdf",
        "Movement dataset (NetCDF)",
        "For xarray and the Python package movement: everything as labelled arrays.",
        ".nc",
        "application/x-netcdf",
        writers.netcdf,
    ),
    Format(
        "skeleton-mp4",
        "Skeleton film (MP4)",
        "For any player: the skeletons alone, without the picture behind them.",
        ".skeleton.mp4",
        "video/mp4",
        writers.film,
    ),
    Format(
        "skeleton-gif",
        "Skeleton animation (GIF)",
        "For slides and chats: the skeletons alone as a small moving picture.",
        ".skeleton.gif",
        "image/gif",
        writers.gif,
    ),
    Format(
        "html",
        "Report (HTML)",
        "For any browser, also without a network: the result as one page to look at and to pass on.",
        ".report.html",
        "text/html",
        writers.report,
    ),
    Format(
        "result",
        "Saved result (posecore)",
        "For posecore itself: opens again in the app and in Python with everything as it was, and can be exported to "
        "any of the other formats later.",
        ".posecore.npz",
        _BINARY,
        writers.result,
    ),
    Format(
        "manifest",
        "How it was made (JSON)",
        "For whoever repeats or checks the run: clip, model, options, smoothing and versions.",
        ".manifest.json",
        _JSON,
        writers.manifest,
    ),
)

FORMATS: Mapping[str, Format] = MappingProxyType({form.name: form for form in _FORMATS})
"""All formats by their names, in the order in which a page offers them."""
