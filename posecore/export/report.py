"""HTML: a report of what was found in a video, as one page for any browser, without a network.

The page itself, with its style and script, is the template ``report.html`` beside this file.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from posecore.motion.angles import ANGLES, measure_angles
from posecore.motion.trust import trust_table
from posecore.poses import FloatArray, PoseSequence
from posecore.system import whole_file
from posecore.view.report_figures import (
    figure_json,
    plot_angles,
    plot_steps,
    plot_visibility_small,
    plotly_script,
    safe_json,
)

MOST_PEOPLE = 6
"""Number of people shown in detail: those seen in the most frames."""
_MOST_NAMES = 30  # of the others
_MOST_CUTS = 20

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def write_report(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    facts: Mapping[str, Any] | None = None,
    raw: PoseSequence | None = None,
) -> None:
    """Write a page with what was found and how reliable it is; the file appears whole or not at all.

    For each person: the verdict of ``posecore.motion.trust``, the joint angles over time and in numbers, the
    visibility of each landmark, and the body in 3D in some of the frames. Everything is in the file, including plotly's
    script (4.8 MB): nothing is requested from a network. People beyond ``MOST_PEOPLE`` are only named.

    Args:
        sequence: the result.
        path: path of the file.
        title: of the page, plain text; None: the file's name without ``.report.html``.
        facts: what is known of the result, as ``posecore.runs.manifest`` makes it; what is missing is left out.
        raw: the same people before they were smoothed, whose reliability is judged; None: that of the result is, with
            a sentence that says so if it was smoothed.

    Raises:
        OSError: if the file cannot be written.
    """
    facts = facts or {}
    frames_of = sequence.seen.sum(axis=0)
    by_frames = [int(slot) for slot in np.argsort(-frames_of, kind="stable") if frames_of[slot]]
    text = _TEMPLATES.get_template("report.html").render(
        title=Path(path).name.removesuffix(".report.html") if title is None else title,
        facts=list(_facts(sequence, facts)),
        smoothed=raw is None and bool(facts.get("smoothing_afterwards")),
        people=[
            _person(sequence, int(sequence.person_ids[slot]), sequence if raw is None else raw)
            for slot in sorted(by_frames[:MOST_PEOPLE])
        ],
        others=[_name(sequence, int(sequence.person_ids[slot])) for slot in by_frames[MOST_PEOPLE:]],
        most_names=_MOST_NAMES,
        plotly=plotly_script() if by_frames else "",
    )
    with whole_file(path) as part:
        # Text read from a file may hold half a surrogate pair, which cannot be encoded.
        part.write_bytes(text.encode("utf-8", errors="replace"))


def _facts(sequence: PoseSequence, facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    times, (width, height) = sequence.times_s, sequence.size
    seen = sequence.seen
    version = _plain(facts, "versions", "posecore")
    rows = {
        "Source": _plain(facts, "source"),
        "Frames": f"{len(sequence):,}",
        "Length": f"{times[-1] - times[0]:.2f} s from the first to the last" if len(times) else None,
        "Frames per second": f"{sequence.fps:g}",
        "Size": f"{width} × {height} px",
        "Cuts": _cuts(sequence),
        "People": str(int(seen.any(axis=0).sum())),
        "Frames with a person": f"{int(seen.any(axis=1).sum()):,}",
        "Model": _plain(facts, "model", "registered_name") or _plain(facts, "model", "file_name"),
        "Engine": _plain(facts, "engine", "library"),
        "Smoothing while estimating": _plain(facts, "smoothing"),
        "Smoothing afterwards": _options(facts.get("smoothing_afterwards")),
        "Made with": version and f"posecore {version}",
    }
    yield from ((name, value) for name, value in rows.items() if value)
    notes = facts.get("notes")
    if isinstance(notes, list | tuple):  # a saved file may come from anywhere
        yield from (("Note", note) for note in notes if isinstance(note, str))


def _cuts(sequence: PoseSequence) -> str | None:
    """As "2, at 1.50, 4.00 s: everyone is a new person after each"; None without any."""
    times = [f"{time_s:.2f}" for time_s in sequence.times_s[sequence.cuts[:_MOST_CUTS]].tolist()]
    if not times:
        return None
    more = "…" if len(sequence.cuts) > len(times) else "s"
    return f"{len(sequence.cuts)}, at {', '.join(times)} {more}: everyone is a new person after each"


def _plain(facts: object, *keys: str) -> str | None:
    """A text or number in facts, which may come from any file; None if there is none."""
    for key in keys:
        facts = facts.get(key) if isinstance(facts, Mapping) else None
    return str(facts) if isinstance(facts, str | int | float) else None


def _options(options: object) -> str | None:
    """As "butterworth, cutoff hz 6.0, order 4"."""
    if not isinstance(options, Mapping):
        return None
    named = {str(name).replace("_", " "): _plain(options, name) for name in options if name != "method"}
    values = (f"{name} {value}" for name, value in named.items() if value)
    return ", ".join(filter(None, [_plain(options, "method"), *values]))


def _name(sequence: PoseSequence, person: int) -> str:
    return sequence.names.get(person) or f"Person {person}"


def _person(sequence: PoseSequence, person: int, judged: PoseSequence) -> dict[str, Any]:
    """The values that the template shows for a person."""
    alone = sequence.only([person]).named({})
    frames = int(alone.seen.sum())
    angles = measure_angles(alone)[:, 0]
    [trust] = trust_table(judged.only([person]).named({})).to_dict("records")
    steps = plot_steps(alone, person)
    return {
        "id": person,
        "name": _name(sequence, person),
        "frames": frames,
        "verdict": trust["verdict"],
        "trust": [
            (name.capitalize(), "–" if isinstance(value, float) and not np.isfinite(value) else value)
            for name, value in trust.items()
            if name not in ("person", "verdict")
        ],
        "angles": _figure(plot_angles(angles, alone.times_s, alone.cuts)),
        "angle_rows": list(_angle_rows(angles, frames)),
        "visibility": _figure(plot_visibility_small(alone, person)),
        "body": _figure(steps.figure),
        "steps": len(steps.data["frames"]),
        "steps_json": safe_json(steps.data),
    }


def _figure(figure: Any) -> dict[str, Any]:
    return {"json": figure_json(figure), "height": figure.layout.height}


def _angle_rows(angles: FloatArray, frames: int) -> Iterator[list[str]]:
    for definition, column in zip(ANGLES.values(), angles.T, strict=True):
        known = column[np.isfinite(column)].astype(float)
        if len(known) == 0:
            yield [definition.title, *4 * ["–"], "0%"]
            continue
        numbers = known.min(), known.max(), np.ptp(known), known.mean()
        yield [definition.title, *(f"{number:.1f}" for number in numbers), f"{len(known) / frames:.0%}"]
