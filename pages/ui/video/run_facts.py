"""What is said of a run beside its landmarks, also in the files that are saved."""

from typing import Any

from pages.ui.shared.job_progress import partial_text
from pages.ui.video.clip_run import WORKERS, ClipRun
from posecore import PoseSequence
from posecore.media.files import file_sha256
from posecore.runs.manifest import make_manifest


def notes_of(run: ClipRun, sequence: PoseSequence) -> list[str]:
    """What a visitor should know about a run, now and in the saved result."""
    notes = run.notes
    if run.state.cut_short:
        total = run.expect(run.used_options).frames
        notes.insert(0, partial_text(run.state, len(sequence), total))
    return notes


def manifest(run: ClipRun, sequence: PoseSequence) -> dict[str, Any]:
    """The facts needed to reproduce the result."""
    options, found = run.used_options, run.state.result
    of_hands = {} if options.hands is None else {"hand_options": options.hands.as_dict()}
    facts = make_manifest(
        sequence,
        options.pose,
        source=run.name,
        seconds=run.seconds,
        part=options.part,
        notes=notes_of(run, sequence),
        workers=WORKERS,
        background=options.background,
        smoothing=run.playback.smoothing,
        source_sha256=file_sha256(run.clip.path),
        most_people=found.most_people if found is not None else None,
        heights=run.playback.heights,
        focal_35mm=run.info.focal_35mm if run.info is not None else None,
    )
    of_browser = {} if run.found_by is None else {"engine": run.found_by.as_dict()}
    return {**facts, **of_hands, **of_browser}
