"""Estimating the photos of a set, photo by photo, on every core, so that it can be stopped and continued.

Each core has a thread with estimators of its own, whose networks run on one thread: inference does not hold Python's
lock, and the networks themselves are shared. Only the keypoints are kept, never the pixels.
"""

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from posecore.errors import PosecoreError, UnreadableLabels
from posecore.estimation.engines import PictureEstimator, find_engine, open_picture_estimator
from posecore.estimation.models import find_model, identify_model
from posecore.estimation.pose_options import PoseOptions
from posecore.evaluation.case import CaseName
from posecore.evaluation.found import FoundPeople
from posecore.evaluation.labels import LabelledPhoto, LabelledSet, Problem
from posecore.evaluation.looks import Look
from posecore.media.pictures import decode_picture, picture_size
from posecore.system import VERSION, usable_cores

OnPhotos = Callable[[int, int], bool | None]
"""Called with the number of photos done and their total; False ends the run."""

_FIRST_PHOTOS, _NEXT_PHOTOS, _MOST_TURNS = 5, 25, 20
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

    If ``on_photo`` ends it, only the photos read so far are in the set.

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
        if on_photo is not None and on_photo(number + 1, len(labelled.photos)) is False:
            break
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
    with closing(_Run(checked, looks, keep_in, workers)) as run:
        if on_photos is not None and run.done:
            on_photos(run.done, len(photos))
        run.estimate(photos, lambda: None if on_photos is None else on_photos(run.done, len(photos)))
    return [Estimates(found, tuple(run.problems), run.done == len(photos)) for found in run.found]


class CaseProgress(NamedTuple):
    """How far the estimates of several cases are.

    Attributes:
        name: the case whose photo was done last; at first the first case.
        done: number of photos done, over all cases.
        total: number of photos times cases.
    """

    name: CaseName
    done: int
    total: int


@dataclass(frozen=True, eq=False)
class CaseEstimates:
    """What several cases found in the photos.

    Attributes:
        found: people by the photo's id, of each case; if the run was ended, only those of the photos that were done.
        problems: photos that could not be estimated.
        complete: whether all cases have done all photos.
    """

    found: Mapping[CaseName, Mapping[int | str, FoundPeople]]
    problems: tuple[Problem, ...]
    complete: bool


def estimate_cases(
    checked: CheckedSet,
    wanted: Sequence[PoseOptions],
    *,
    keep_in: Path | None = None,
    on_photo: Callable[[CaseProgress], bool | None] | None = None,
    workers: int | None = None,
) -> CaseEstimates:
    """Find the people in all photos with several models, searches and engines.

    These take turns, some photos each, so that all of them have about the same photos if the run is ended.

    Args:
        checked: the photos.
        wanted: options of each case. Of two that are the same case, such as an engine by choice and the same one in
            place of another, the first is estimated.
        keep_in: as for ``estimate_photos``.
        on_photo: called at the start, with what was known before, and after each photo; if it returns False, the run
            ends.
        workers: as for ``estimate_photos``.

    Raises:
        As ``estimate_photos``.
    """
    photos = checked.labelled.photos
    cases = dict[CaseName, PoseOptions]()
    for options in wanted:
        cases.setdefault(name_case(options), options)
    with ExitStack() as stack:
        runs = {
            name: stack.enter_context(closing(_Run(checked, [Look(options)], keep_in, workers)))
            for name, options in cases.items()
        }

        def on_next(name: CaseName) -> bool | None:
            done = sum(run.done for run in runs.values())
            return None if on_photo is None else on_photo(CaseProgress(name, done, len(photos) * len(runs)))

        turns = ((run, turn, name) for turn in _turns(photos) for name, run in runs.items())
        if runs and on_next(next(iter(runs))) is not False:
            # ``all`` ends with the first turn that was ended.
            all(run.estimate(turn, partial(on_next, name)) for run, turn, name in turns)
        return CaseEstimates(
            {name: run.found[0] for name, run in runs.items()},
            tuple(problem for run in runs.values() for problem in run.problems),
            all(run.done == len(photos) for run in runs.values()),
        )


def name_case(options: PoseOptions) -> CaseName:
    """The name of the case of these options, with the engine that they select on this machine.

    Raises:
        As ``estimate_photos``, without OSError.
    """
    return CaseName(Path(options.model).name, options.search, find_engine(options).name)


def _turns(photos: Sequence[LabelledPhoto]) -> Iterator[Sequence[LabelledPhoto]]:
    """The photos in parts: a small one, so that the time of each case is soon known, and then larger ones."""
    step = max(_NEXT_PHOTOS, -(-len(photos) // _MOST_TURNS))
    yield photos[:_FIRST_PHOTOS]
    for start in range(_FIRST_PHOTOS, len(photos), step):
        yield photos[start : start + step]


class _Run:
    """Estimates of the photos by each look: those already kept, and those made now."""

    def __init__(self, checked: CheckedSet, looks: Sequence[Look], keep_in: Path | None, workers: int | None) -> None:
        self.checked = checked
        self.workers = min(workers or usable_cores(), len(checked.labelled.photos))
        threads = 1 if self.workers > 1 else None
        self.looks = [
            replace(look, options=replace(look.options, threads=look.options.threads or threads)) for look in looks
        ]
        self.found: list[dict[int | str, FoundPeople]] = [{} for _ in looks]
        self.problems: list[Problem] = []
        with ExitStack() as stack:
            self.kept = [
                stack.enter_context(closing(_Kept(keep_in, look) if keep_in is not None else _Kept.nowhere()))
                for look in self.looks
            ]
            self.close = stack.pop_all().close
        self._take()
        self.done = sum(not self._missing(photo) for photo in checked.labelled.photos)

    def _missing(self, photo: LabelledPhoto) -> list[int]:
        return [place for place, found in enumerate(self.found) if photo.photo_id not in found]

    def _take(self) -> None:
        """Take over what earlier runs found."""
        for found, known in zip(self.found, self.kept, strict=True):
            for photo in self.checked.labelled.photos:
                if (people := known.found.get(self.checked.hashes[photo.photo_id])) is not None:
                    found[photo.photo_id] = people

    def estimate(self, photos: Sequence[LabelledPhoto], on_photo: Callable[[], bool | None]) -> bool:
        """Estimate what is missing; on the way out, whatever happened, wait for the photos begun and do no others.

        Returns:
            Whether all of these photos are done: False if ``on_photo`` ended it.
        """
        wanted = {photo.photo_id: places for photo in photos if (places := self._missing(photo))}
        if not wanted:
            return True
        all_options = list(dict.fromkeys(look.options for look in self.looks))
        own, estimators = threading.local(), list[PictureEstimator]()

        def begin() -> None:
            own.by_options = {options: open_picture_estimator(options) for options in all_options}
            estimators.extend(own.by_options.values())

        for options in all_options:
            find_engine(options)  # errors about the model are raised here, not in a thread
        executor = ThreadPoolExecutor(min(self.workers, len(wanted)), initializer=begin)
        try:
            jobs = {
                executor.submit(lambda photo: self._look(own.by_options, photo, wanted[photo.photo_id]), photo): photo
                for photo in photos
                if photo.photo_id in wanted
            }
            for job in as_completed(jobs):
                photo = jobs.pop(job)
                self.done += 1
                try:
                    for place, people in job.result().items():
                        self.found[place][photo.photo_id] = self.kept[place].add(
                            self.checked.hashes[photo.photo_id], people
                        )
                except PosecoreError as error:
                    name = self.checked.labelled.source.name
                    self.problems.append(Problem(name, photo.file_name, str(error)))
                if on_photo() is False:
                    return False
        finally:
            executor.shutdown(cancel_futures=True)
            for estimator in estimators:
                estimator.close()
        return True

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
