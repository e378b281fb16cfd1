"""One video of a batch analysed: its people, how it was made, and its row of the summary."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from posecore.errors import InvalidOption
from posecore.estimation.pose_options import PoseOptions
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import ClipInfo
from posecore.motion.angles import ANGLES, measure_angle
from posecore.motion.curve_summary import summarise_curve
from posecore.motion.exercises.counting import count_repetitions
from posecore.motion.height import GivenHeight, scale_by
from posecore.motion.smoothing import Smoothing, smooth_sequence
from posecore.motion.trust import judge
from posecore.pipeline import RunSummary, draw_video, estimate_video
from posecore.poses import PoseSequence
from posecore.runs.annotation import ColorBy
from posecore.runs.manifest import make_manifest
from posecore.runs.pool import describe
from posecore.runs.progress import OnProgress, Progress
from posecore.runs.stopped import StoppedRun

JOINT_ANGLES = tuple(name for name, angle in ANGLES.items() if angle.kind == "joint")
_RANGE_PERCENT = (5, 95)


@dataclass(frozen=True)
class Analysis:
    """How each video of a batch is analysed: plain values, the same on every machine.

    Attributes:
        pose: how people are found.
        part: which frames, and how the annotated video is encoded.
        film: whether there is an annotated video.
        body: fitted to the people; None: nothing.
        has_lens: whether the field of view of ``body`` was given; if not, it is that of the lens which a video states.
        heights: metres of everybody, or by id of the person; None: not known.
        exercise: whose repetitions are counted, as for ``count_repetitions``; None: nothing is counted.
        model_sha256: of the model, which the name of a file does not tell.
    """

    pose: PoseOptions = field(default_factory=PoseOptions)
    part: ClipOptions = field(default_factory=ClipOptions)
    film: bool = False
    body: Smoothing | None = None
    has_lens: bool = False
    heights: float | Mapping[int, float] | None = None
    exercise: str | None = None
    model_sha256: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """What a result depends on, as plain values for JSON."""
        pose = self.pose.as_dict() | {"threads": None}  # which change only the time it takes
        heights = (
            {str(key): value for key, value in self.heights.items()} if isinstance(self.heights, Mapping) else None
        )
        return {
            **{name: getattr(self, name) for name in ("film", "has_lens", "exercise", "model_sha256")},
            "pose": pose,
            "part": self.part.as_dict(),
            "body": None if self.body is None else asdict(self.body),
            "heights": heights or self.heights,
        }


@dataclass(frozen=True)
class Begun:
    """An analysis that was ended before it was finished.

    Attributes:
        run: what another one goes on with; None: it begins again.
        seconds: that it took, with those that it went on with.
    """

    run: StoppedRun | None
    seconds: float


class Stopped(Exception):
    """The analysis was ended before it was finished; ``begun`` is what there is of it."""

    def __init__(self, begun: Begun | None = None) -> None:
        super().__init__()
        self.begun = begun


@dataclass(frozen=True)
class Analysed:
    """A video that was analysed.

    Attributes:
        raw: the people as they were found, in metres by their heights.
        sequence: the same with the body that was asked for.
        manifest: how it was made, as ``make_manifest`` says it.
    """

    raw: PoseSequence
    sequence: PoseSequence
    manifest: dict[str, Any]


def analyse(
    file: Path,
    analysis: Analysis,
    film: Path | None,
    *,
    sha256: str,
    goes_on: Callable[[], bool] = lambda: True,
    on_progress: OnProgress | None = None,
    after: Begun | None = None,
) -> Analysed:
    """Analyse a video, read by a process of its own, which a malicious one can take down.

    Args:
        file: the video.
        analysis: how.
        film: where the annotated video is written; None: there is none.
        sha256: of the video.
        goes_on: asked after each frame; once it is False, the analysis ends.
        on_progress: called after each frame, once more from the first if a fitted body is drawn; what it returns does
            not matter.
        after: of the same video and analysis, which this one goes on with.

    Raises:
        Stopped: if ``goes_on`` ended it.
        As ``posecore.pipeline.estimate_video``.
    """
    is_cut = False

    def watch(progress: Progress) -> bool:
        nonlocal is_cut
        if on_progress is not None:
            on_progress(progress)
        is_cut = not goes_on()
        return not is_cut

    since = time.monotonic() - (0.0 if after is None else after.seconds)
    info = describe(file)
    body, notes = _through_lens(analysis, info)
    summaries: list[RunSummary] = []
    raw = estimate_video(
        file,
        analysis.pose,
        part=analysis.part,
        # With a body, it is drawn once the body is known.
        annotated=film if body is None else None,
        on_progress=watch,
        on_note=notes.append,
        on_end=summaries.append,
        after=None if after is None else after.run,
        workers=1,
    )
    [summary] = summaries
    if is_cut:
        raise Stopped(Begun(summary.stopped, time.monotonic() - since))
    given: tuple[GivenHeight, ...] = ()
    try:
        raw, given = scale_by(_heights_of(analysis.heights, raw), raw, notes.append)
    except InvalidOption as error:  # only now is it known who is there
        notes.append(f"{error} Metres are not scaled.")
    sequence = raw if body is None else smooth_sequence(raw, body)
    if film is not None and body is not None:
        color_by: ColorBy = "side" if analysis.pose.people == 1 else "person"
        if not draw_video(file, sequence, film, color_by=color_by, part=analysis.part, on_progress=watch, workers=1):
            raise Stopped(Begun(None, time.monotonic() - since))
    manifest = make_manifest(
        sequence,
        analysis.pose,
        source=file.name,
        seconds=time.monotonic() - since,
        part=analysis.part,
        notes=notes,
        source_sha256=sha256,
        most_people=summary.most_people,
        heights=given,
        smoothing=body,
        focal_35mm=info.focal_35mm,
    )
    return Analysed(raw, sequence, manifest)


def _through_lens(analysis: Analysis, info: ClipInfo) -> tuple[Smoothing | None, list[str]]:
    """The body, seen through the video's own lens unless a field of view was given, and a note on the lens."""
    if analysis.body is None or analysis.has_lens:
        return analysis.body, []
    body, said = analysis.body.through_lens(info.size, info.focal_35mm)
    return body, [said]


def _heights_of(given: float | Mapping[int, float] | None, sequence: PoseSequence) -> dict[int, float]:
    there = sequence.person_ids.tolist()
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        return dict.fromkeys(there, given)
    return {person: height_m for person, height_m in given.items() if person in there}


def summary_of(analysed: Analysed, analysis: Analysis) -> dict[str, Any]:
    """A video in one row: numbers and words by the columns of the summary; None for what is not known.

    Verdict and angles are those of the person seen in most frames.
    """
    sequence, manifest = analysed.sequence, analysed.manifest
    row: dict[str, Any] = {
        "seconds": round(float(sequence.times_s[-1] - sequence.times_s[0]) + 1 / sequence.fps, 3),
        "frames": len(sequence),
        "fps": sequence.fps,
        "width": sequence.size[0],
        "height": sequence.size[1],
        "people": manifest["people"],
        "frames_with_person": manifest["frames_with_a_person"],
        "notes": " ".join(manifest["notes"]),
        "seconds_taken": manifest["seconds_taken"],
    }
    is_seen = manifest["people"] > 0
    if analysis.exercise is not None:
        row["repetitions"] = count_repetitions(sequence, analysis.exercise).count if is_seen else 0
    if is_seen:
        slot = int(sequence.seen.sum(axis=0).argmax())
        row["person"] = int(sequence.person_ids[slot])
        has_lens = analysis.has_lens or manifest["focal_length_35mm"] is not None
        row["trust"] = judge(analysed.raw, shown=sequence, lens_is_given=has_lens)[slot].verdict
        row |= _angles_of(sequence, slot)
    return row


def _angles_of(sequence: PoseSequence, slot: int) -> dict[str, float]:
    row: dict[str, float] = {}
    for name in JOINT_ANGLES:
        curve = measure_angle(sequence, name)[:, slot]
        known = curve[np.isfinite(curve)]
        if len(known):
            summary = summarise_curve(curve)
            low, high = np.percentile(known, _RANGE_PERCENT)
            values = (summary.least, summary.largest, high - low, low, high)
            row |= {f"{name}_{what}": round(float(value), 2) for what, value in zip(ANGLE_COLUMNS, values, strict=True)}
    return row


ANGLE_COLUMNS = ("least_deg", "largest_deg", "range_deg", "low_deg", "high_deg")
"""Endings of the columns of an angle."""
