"""HTML: one page that tells what was found in a clip, for any browser, without a network."""

import os
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import numpy as np

from posecore.export.html_page import facts_table, figure, number_table, page, step_controls
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
"""Shown in detail: those who are seen in the most frames."""
_MOST_NAMES = 30  # of the others

_ABOUT = (
    "Estimated by a model from the pictures of one camera. Angles are measured in 3D: what two limbs enclose where "
    "they meet, 180° is straight. Frames count from 0."
)
_SMOOTHED = "The result was smoothed, which hides swaps and jumps: the numbers below are of the smoothed one."


def write_report(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    *,
    title: str,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write a page with what was found and how far to trust it; the file appears whole or not at all.

    For each person: the verdict of ``posecore.motion.trust``, the joint angles over time and in numbers, the
    visibility of each landmark, and the body in 3D in some of the frames. Everything is in the file, plotly's script
    too (4.8 MB): nothing is asked of a network. Of more than ``MOST_PEOPLE`` the others are only named.

    Args:
        sequence: the result.
        path: where to.
        title: of the page, plain text.
        facts: what is known of the result, as ``posecore.export.manifest`` makes it; what is missing is left out.

    Raises:
        OSError: where the file cannot be written.
    """
    text = page(title, _body(sequence, title, facts or {}), plotly_script() if sequence.seen.any() else "")
    with whole_file(path) as part:
        # A text that came out of a file may hold half a letter, which cannot be written.
        part.write_bytes(text.encode("utf-8", errors="replace"))


def _body(sequence: PoseSequence, title: str, facts: Mapping[str, Any]) -> Iterator[str]:
    frames_of = sequence.seen.sum(axis=0)
    by_frames = [int(slot) for slot in np.argsort(-frames_of, kind="stable") if frames_of[slot]]
    yield f"<h1>{escape(title)}</h1>"
    yield facts_table("The clip and how it was worked on", _facts(sequence, facts))
    yield f'<p class="soft">{_ABOUT}</p>'
    if not by_frames:
        yield "<p>Nobody was found in any frame of this clip.</p>"
        return
    yield "<noscript><p>The figures need JavaScript; the tables do not.</p></noscript>"
    if facts.get("smoothing_afterwards"):
        yield f'<p class="soft">{_SMOOTHED}</p>'
    for slot in sorted(by_frames[:MOST_PEOPLE]):
        yield from _person(sequence, int(sequence.person_ids[slot]))
    if others := by_frames[MOST_PEOPLE:]:
        yield f"<h2>Others</h2><p>{_others([_name(sequence, int(sequence.person_ids[slot])) for slot in others])}</p>"


def _others(names: list[str]) -> str:
    told = ", ".join(f"<bdi>{escape(name)}</bdi>" for name in names[:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"Seen in fewer frames, and not shown here: {told}{more}."


def _name(sequence: PoseSequence, person: int) -> str:
    return sequence.names.get(person) or f"Person {person}"


def _facts(sequence: PoseSequence, facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    times, (width, height) = sequence.times_s, sequence.size
    seen = sequence.seen
    rows = {
        "Source": _plain(facts, "source"),
        "Frames": f"{len(sequence):,}",
        "Length": f"{times[-1] - times[0]:.2f} s from the first to the last" if len(times) else None,
        "Frames a second": f"{sequence.fps:g}",
        "Picture": f"{width} × {height} px",
        "People": str(int(seen.any(axis=0).sum())),
        "Frames with a person": f"{int(seen.any(axis=1).sum()):,}",
        "Model": _plain(facts, "model", "registered_name") or _plain(facts, "model", "file_name"),
        "Engine": _plain(facts, "engine", "library"),
        "Smoothing while estimating": _plain(facts, "smoothing"),
        "Smoothing afterwards": _options(facts.get("smoothing_afterwards")),
        "Made with": _made_with(facts),
    }
    yield from ((name, value) for name, value in rows.items() if value)
    notes = facts.get("notes")
    told = notes if isinstance(notes, list | tuple) else ()  # a saved file may come from anywhere
    yield from (("Note", note) for note in told if isinstance(note, str))


def _plain(facts: object, *keys: str) -> str | None:
    """A text or number out of facts, which may come out of any file; None where there is none."""
    for key in keys:
        facts = facts.get(key) if isinstance(facts, Mapping) else None
    return str(facts) if isinstance(facts, str | int | float) else None


def _options(options: object) -> str | None:
    """As "butterworth, cutoff hz 6.0, order 4"."""
    if not isinstance(options, Mapping):
        return None
    named = {str(name).replace("_", " "): _plain(options, name) for name in options if name != "method"}
    told = (f"{name} {value}" for name, value in named.items() if value)
    return ", ".join(filter(None, [_plain(options, "method"), *told]))


def _made_with(facts: Mapping[str, Any]) -> str | None:
    version = _plain(facts, "versions", "posecore")
    return version and f"posecore {version}"


def _person(sequence: PoseSequence, person: int) -> Iterator[str]:
    alone = sequence.only([person]).named({})
    angles = measure_angles(alone)[:, 0]
    [trust] = trust_table(alone).to_dict("records")
    yield f'<section>\n<h2><bdi>{escape(_name(sequence, person))}</bdi></h2>\n<p class="verdict">'
    yield f"{escape(str(trust['verdict']))}</p>"
    yield facts_table("How far the track can be trusted", _trust_rows(trust))
    yield "<h3>Joint angles over time</h3>"
    yield _angles_figure(alone, person, angles)
    yield "<h3>Joint angles in numbers</h3>"
    yield number_table(
        "Degrees, over the frames in which the joint is visible enough",
        ["Angle", "Min", "Max", "Range", "Mean", "Known in"],
        _angle_rows(angles, int(alone.seen.sum())),
    )
    yield "<h3>Visibility</h3>"
    yield figure(
        f"visibility-{person}",
        "How visible each landmark is over time, 0 to 1, as the model takes it. Blank: the person is not there.",
        figure_json(plot_visibility_small(alone, person)),
        height=540,
    )
    yield "<h3>In 3D</h3>"
    yield _steps_figure(alone, person)
    yield "</section>"


def _trust_rows(trust: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    for name, value in trust.items():
        if name not in ("person", "verdict"):
            unknown = isinstance(value, float) and not np.isfinite(value)
            yield str(name).capitalize(), "–" if unknown else str(value)


def _angle_rows(angles: FloatArray, frames: int) -> Iterator[list[str]]:
    for definition, column in zip(ANGLES.values(), angles.T, strict=True):
        known = column[np.isfinite(column)].astype(float)
        if len(known) == 0:
            yield [definition.title, *4 * ["–"], "0%"]
            continue
        numbers = known.min(), known.max(), np.ptp(known), known.mean()
        yield [definition.title, *(f"{number:.1f}" for number in numbers), f"{len(known) / frames:.0%}"]


def _angles_figure(alone: PoseSequence, person: int, angles: FloatArray) -> str:
    plot = plot_angles(angles, alone.times_s)
    caption = "Degrees; a click on left or right in the legend hides it. Gaps: the joint is not visible enough."
    return figure(f"angles-{person}", caption, figure_json(plot), height=plot.layout.height)


def _steps_figure(alone: PoseSequence, person: int) -> str:
    steps = plot_steps(alone, person)
    count, seen = len(steps.data["frames"]), int(alone.seen.sum())
    which = f"{count} of the {seen:,} frames" if count < seen else "All frames"
    caption = (
        f"{which} with this person. Metres around the hips; orange is the person's left, blue the right. "
        "Drag to turn it."
    )
    name = f"body-{person}"
    controls = step_controls(name, safe_json(steps.data), count)
    return figure(name, caption, figure_json(steps.figure), height=steps.figure.layout.height, controls=controls)
