"""Estimating the photos of a labelled set, photo by photo, on every core, so that it can be stopped and continued.

Each core has a thread with an estimator of its own, whose networks run on one thread: inference does not hold Python's
lock, and the networks themselves are shared. Only the keypoints are kept, never the pixels.
"""

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from posecore.errors import PosecoreError, UnreadableLabels
from posecore.estimation.engines import PictureEstimator, find_engine, open_picture_estimator
from posecore.estimation.models import find_model, identify_model
from posecore.estimation.pose_options import PoseOptions
from posecore.evaluation.found import FoundPeople
from posecore.evaluation.labels import LabelledPhoto, LabelledSet, Problem
from posecore.media.pictures import decode_picture, picture_size
from posecore.system import VERSION, usable_cores

OnPhotos = Callable[[int, int], bool | None]
"""Called with the number of photos done and their total; False ends the run."""

_PIXEL_DECIMALS = 5  # as landmarks are 32-bit, there is nothing beyond
_METRE_DECIMALS = 5


@dataclass(frozen=True, eq=False)
class CheckedSet:
    """A labelled set whose photos are there, can be read, and have the size that their labels are for.

    Attributes:
        labelled: the set, without the others, which are among its problems now. Each photo has its own size.
        hashes: SHA-256 of each photo's file, by the photo's id.
    """

    labelled: LabelledSet
    hashes: Mapping[int | str, str]


def check_photos(labelled: LabelledSet, on_photo: OnPhotos | None = None) -> CheckedSet:
    """Read each photo once: its header is checked, and its content is identified.

    Raises:
        UnreadableLabels: if no photo is left.
    """
    kept: list[LabelledPhoto] = []
    problems = list(labelled.problems)
    hashes = {}
    for number, photo in enumerate(labelled.photos):
        try:
            data = labelled.source.read(photo.file_name)
            size = picture_size(data, name=photo.file_name)
            _check_size(photo, size)
        except PosecoreError as error:
            problems.append(Problem(labelled.source.name, photo.file_name, str(error)))
        else:
            kept.append(replace(photo, size=size))
            hashes[photo.photo_id] = hashlib.sha256(data).hexdigest()
        if on_photo is not None:
            on_photo(number + 1, len(labelled.photos))
    if not kept:
        raise UnreadableLabels(f"No photo of {labelled.name} can be scored. The first problem: {problems[0]}.")
    return CheckedSet(replace(labelled, photos=tuple(kept), problems=tuple(problems)), hashes)


def _check_size(photo: LabelledPhoto, size: tuple[int, int]) -> None:
    stated = photo.size
    if stated is None or stated == size:
        return
    turned = " The photo is turned by its metadata, the labels are not." if stated == size[::-1] else ""
    raise UnreadableLabels(
        f"Its labels are for {stated[0]} x {stated[1]} pixels, but the photo has {size[0]} x {size[1]}.{turned}"
    )


@dataclass(frozen=True, eq=False)
class Estimates:
    """What was found in the photos.

    Attributes:
        found: people by the photo's id; if the run was ended, only those of the photos that were done.
        problems: photos that could not be estimated.
        complete: whether all photos were done.
    """

    found: Mapping[int | str, FoundPeople]
    problems: tuple[Problem, ...]
    complete: bool


def estimate_photos(
    checked: CheckedSet,
    options: PoseOptions,
    *,
    keep_in: Path | None = None,
    on_photos: OnPhotos | None = None,
    workers: int | None = None,
) -> Estimates:
    """Find the people in all photos.

    Args:
        checked: the photos.
        options: how people are found.
        keep_in: folder in which what was found is kept, photo by photo, so that another call with the same options goes
            on after the photos done, also after a crash. A photo is known by its content.
        on_photos: called after each photo; if it returns False, the run ends.
        workers: how many photos are estimated at once; None: one on each core.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable, MissingSystemLibrary: if the chosen engine does not run on this machine.
        OSError: if nothing can be written to ``keep_in``.
    """
    photos = checked.labelled.photos
    workers = min(workers or usable_cores(), len(photos))
    options = replace(options, threads=options.threads or (1 if workers > 1 else None))
    run = _Run(checked, options)
    with ExitStack() as stack:
        known = stack.enter_context(closing(_Kept(keep_in, options))) if keep_in is not None else _Kept.nowhere()
        wanted = []
        for photo in photos:
            if (found := known.found.get(checked.hashes[photo.photo_id])) is None:
                wanted.append(photo)
            else:
                run.found[photo.photo_id] = found
        if on_photos is not None and len(run.found):
            on_photos(len(run.found), len(photos))
        if wanted:
            run.of(wanted, known, workers, on_photos)
    return Estimates(run.found, tuple(run.problems), len(run.found) + len(run.problems) == len(photos))


@dataclass
class _Run:
    checked: CheckedSet
    options: PoseOptions
    found: dict[int | str, FoundPeople] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def of(self, photos: list[LabelledPhoto], kept: "_Kept", workers: int, on_photos: OnPhotos | None) -> None:
        """Estimate these photos; on the way out, whatever happened, wait for the photos begun and do no others."""
        total = len(self.checked.labelled.photos)
        own, estimators = threading.local(), list[PictureEstimator]()

        def begin() -> None:
            own.estimator = open_picture_estimator(self.options)
            estimators.append(own.estimator)

        find_engine(self.options)  # errors about the model are raised here, not in a thread
        executor = ThreadPoolExecutor(workers, initializer=begin)
        try:
            jobs = {executor.submit(lambda photo: self._estimate(own.estimator, photo), each): each for each in photos}
            for job in as_completed(jobs):
                photo = jobs.pop(job)
                try:
                    self.found[photo.photo_id] = kept.add(self.checked.hashes[photo.photo_id], job.result())
                except PosecoreError as error:
                    name = self.checked.labelled.source.name
                    self.problems.append(Problem(name, photo.file_name, str(error)))
                if on_photos is not None and on_photos(len(self.found) + len(self.problems), total) is False:
                    return
        finally:
            executor.shutdown(cancel_futures=True)
            for estimator in estimators:
                estimator.close()

    def _estimate(self, estimator: PictureEstimator, photo: LabelledPhoto) -> FoundPeople:
        rgb = decode_picture(self.checked.labelled.source.read(photo.file_name), name=photo.file_name)
        start = time.perf_counter()
        poses = estimator.estimate(rgb)
        return FoundPeople.of_poses(poses, 1000 * (time.perf_counter() - start))


class _Kept:
    """What was found, in a file of one line for each photo; its name and first line say with which options."""

    def __init__(self, folder: Path, options: PoseOptions) -> None:
        about = {
            "posecore": VERSION,
            # Of these two only what becomes of them matters: the same numbers on any number of threads.
            "options": options.as_dict() | {"threads": None, "engine": None},
            "model": identify_model(find_model(options.model)).sha256,
            "engine": find_engine(options).library,
        }
        head = json.dumps(about, sort_keys=True, default=str)
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{hashlib.sha256(head.encode()).hexdigest()[:16]}.jsonl"
        self.found: dict[str, FoundPeople] = {}
        lines = self.path.read_bytes().split(b"\n") if self.path.exists() else []
        whole = [line for line in lines[1:] if self._read(line)]
        # Written again without a line that a crash cut off.
        part = self.path.with_suffix(".part")
        part.write_bytes(b"\n".join([head.encode(), *whole, b""]))
        os.replace(part, self.path)
        self._file = self.path.open("ab")

    @classmethod
    def nowhere(cls) -> "_Kept":
        """Nothing is known, and nothing is written."""
        kept = cls.__new__(cls)
        kept.found, kept._file = {}, open(os.devnull, "ab")  # noqa: SIM115 - nothing is in it
        return kept

    def _read(self, line: bytes) -> bool:
        try:
            entry = json.loads(line)
            people = len(entry["scores"])
            self.found[entry["photo"]] = FoundPeople(
                np.array(entry["points"], float).reshape(people, 17, 2),
                np.array(entry["scores"], float),
                np.array(entry["points_m"], float).reshape(people, 17, 3),
                float(entry["milliseconds"]),
            )
        except (ValueError, KeyError, TypeError):
            return False
        return True

    def add(self, photo: str, found: FoundPeople) -> FoundPeople:
        """Keep what was found in a photo, and return it as it will be read, so that a run continued is the same."""
        entry: dict[str, Any] = {
            "photo": photo,
            "milliseconds": round(found.milliseconds, 2),
            "scores": found.scores.tolist(),
            "points": found.points.round(_PIXEL_DECIMALS).ravel().tolist(),
            "points_m": found.points_m.round(_METRE_DECIMALS).ravel().tolist(),
        }
        line = json.dumps(entry).encode()
        self._file.write(line + b"\n")
        self._file.flush()
        self._read(line)
        return self.found[photo]

    def close(self) -> None:
        """Close the file."""
        self._file.close()
