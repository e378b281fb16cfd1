"""Estimating the photos of a set, photo by photo, on every core, so that it can be stopped and continued.

Each core has a thread with estimators of its own, whose networks run on one thread: inference does not hold Python's
lock, and the networks themselves are shared. Only the keypoints are kept, never the pixels.
"""

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from posecore.errors import PosecoreError, UnreadableLabels
from posecore.estimation.engines import PictureEstimator, find_engine, open_picture_estimator
from posecore.estimation.models import find_model, identify_model
from posecore.estimation.pose_options import PoseOptions
from posecore.evaluation.found import FoundPeople
from posecore.evaluation.labels import LabelledPhoto, LabelledSet, Problem
from posecore.evaluation.looks import Look
from posecore.media.pictures import decode_picture, picture_size
from posecore.system import VERSION, usable_cores

OnPhotos = Callable[[int, int], bool | None]
"""Called with the number of photos done and their total; False ends the run."""

_PIXEL_DECIMALS = 5  # as landmarks are 32-bit, there is nothing beyond
_METRE_DECIMALS = 5
_SHARE_DECIMALS = 3


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
        raise UnreadableLabels(f"No photo of {labelled.name} can be used. The first problem: {problems[0]}.")
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
    [estimates] = estimate_looks(checked, [Look(options)], keep_in=keep_in, on_photos=on_photos, workers=workers)
    return estimates


def estimate_looks(
    checked: CheckedSet,
    looks: Sequence[Look],
    *,
    keep_in: Path | None = None,
    on_photos: OnPhotos | None = None,
    workers: int | None = None,
) -> list[Estimates]:
    """Find the people in all photos in several ways; each photo is read once for all of them.

    Args:
        checked: the photos.
        looks: the ways.
        keep_in: as for ``estimate_photos``.
        on_photos: the same; a photo is done after all looks.
        workers: the same.

    Returns:
        What each look found.

    Raises:
        As ``estimate_photos``.
    """
    photos = checked.labelled.photos
    workers = min(workers or usable_cores(), len(photos))
    threads = 1 if workers > 1 else None
    looks = [replace(look, options=replace(look.options, threads=look.options.threads or threads)) for look in looks]
    run = _Run(checked, looks)
    with ExitStack() as stack:
        kept = [
            stack.enter_context(closing(_Kept(keep_in, look) if keep_in is not None else _Kept.nowhere()))
            for look in looks
        ]
        run.take(kept)
        if on_photos is not None and run.done:
            on_photos(run.done, len(photos))
        if run.done < len(photos):
            run.estimate(kept, workers, on_photos)
    return [Estimates(found, tuple(run.problems), run.done == len(photos)) for found in run.found]


class _Run:
    """Estimates of the photos by each look: those already kept, and those made now."""

    def __init__(self, checked: CheckedSet, looks: Sequence[Look]) -> None:
        self.checked, self.looks = checked, looks
        self.found: list[dict[int | str, FoundPeople]] = [{} for _ in looks]
        self.problems: list[Problem] = []
        self.done = 0

    def _missing(self, photo: LabelledPhoto) -> list[int]:
        return [place for place, found in enumerate(self.found) if photo.photo_id not in found]

    def take(self, kept: Sequence["_Kept"]) -> None:
        """Take over what earlier runs found."""
        for found, known in zip(self.found, kept, strict=True):
            for photo in self.checked.labelled.photos:
                if (people := known.found.get(self.checked.hashes[photo.photo_id])) is not None:
                    found[photo.photo_id] = people
        self.done = sum(not self._missing(photo) for photo in self.checked.labelled.photos)

    def estimate(self, kept: Sequence["_Kept"], workers: int, on_photos: OnPhotos | None) -> None:
        """Estimate what is missing; on the way out, whatever happened, wait for the photos begun and do no others."""
        photos = self.checked.labelled.photos
        all_options = list(dict.fromkeys(look.options for look in self.looks))
        own, estimators = threading.local(), list[PictureEstimator]()

        def begin() -> None:
            own.by_options = {options: open_picture_estimator(options) for options in all_options}
            estimators.extend(own.by_options.values())

        for options in all_options:
            find_engine(options)  # errors about the model are raised here, not in a thread
        executor = ThreadPoolExecutor(workers, initializer=begin)
        try:
            jobs = {
                executor.submit(lambda photo, places: self._look(own.by_options, photo, places), photo, places): photo
                for photo in photos
                if (places := self._missing(photo))
            }
            for job in as_completed(jobs):
                photo = jobs.pop(job)
                self.done += 1
                try:
                    for place, people in job.result().items():
                        self.found[place][photo.photo_id] = kept[place].add(self.checked.hashes[photo.photo_id], people)
                except PosecoreError as error:
                    name = self.checked.labelled.source.name
                    self.problems.append(Problem(name, photo.file_name, str(error)))
                if on_photos is not None and on_photos(self.done, len(photos)) is False:
                    return
        finally:
            executor.shutdown(cancel_futures=True)
            for estimator in estimators:
                estimator.close()

    def _look(
        self, by_options: Mapping[PoseOptions, PictureEstimator], photo: LabelledPhoto, places: Sequence[int]
    ) -> dict[int, FoundPeople]:
        """What the looks at these places find."""
        rgb = decode_picture(self.checked.labelled.source.read(photo.file_name), name=photo.file_name)
        found = {}
        for place in places:
            look, start = self.looks[place], time.perf_counter()
            poses = look.estimate(by_options[look.options], rgb)
            found[place] = FoundPeople.of_poses(poses, 1000 * (time.perf_counter() - start))
        return found


class _Kept:
    """What a look found, in a file of one line for each photo; its name and first line say with which options."""

    def __init__(self, folder: Path, look: Look) -> None:
        options = look.options
        about = {
            "posecore": VERSION,
            **look.as_dict(),
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
                np.array(entry["visibility"], float).reshape(people, 17) if "visibility" in entry else None,
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
        if found.visibility is not None:
            entry["visibility"] = found.visibility.round(_SHARE_DECIMALS).ravel().tolist()
        line = json.dumps(entry).encode()
        self._file.write(line + b"\n")
        self._file.flush()
        self._read(line)
        return self.found[photo]

    def close(self) -> None:
        """Close the file."""
        self._file.close()
