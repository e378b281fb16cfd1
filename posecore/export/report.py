"""HTML: a report of what was found in a video, as one page for any browser, without a network.

The page itself, with its style and script, is the template ``report.html`` beside this file.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from posecore.export.facts import bodies_wanted, facts_in_words, lens_is_given
from posecore.export.saved import bodies_beside
from posecore.export.templates import TEMPLATES
from posecore.hands import HandSequence
from posecore.motion.angles import ANGLES, measure_angles
from posecore.motion.curve_summary import summarise_curve
from posecore.motion.facing import find_sides
from posecore.motion.trust import trust_table
from posecore.motion.usual_error import find_kinds, usual_errors
from posecore.poses import FloatArray, PoseSequence
from posecore.signs.recognition import NO_GESTURE
from posecore.signs.shown import Texts, gesture_words, read_signs
from posecore.system import whole_file
from posecore.view.report_figures import (
    figure_json,
    plot_angles,
    plot_steps,
    plot_visibility_small,
    plot_when,
    plotly_script,
    safe_json,
)

MOST_PEOPLE = 6
"""Number of people shown in detail: those seen in the most frames."""
_MOST_NAMES = 30  # of the others
_MOST_GESTURES = 8  # of a person's hands: those read in the most frames


def write_report(
    sequence: PoseSequence | None,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    facts: Mapping[str, Any] | None = None,
    raw: PoseSequence | None = None,
    hands: HandSequence | None = None,
) -> None:
    """Write a page with what was found and how reliable it is; the file appears whole or not at all.

    For each person: the verdict of ``posecore.motion.trust``, the joint angles over time and in numbers, the
    visibility of each landmark, and the body in 3D in some of the frames; of their hands in how many frames and when
    each is seen, and its gestures and letters. Everything is in the file, including plotly's
    script (4.8 MB): nothing is requested from a network. People beyond ``MOST_PEOPLE`` are only named.

    Args:
        sequence: the result; None: only hands were looked for.
        path: path of the file.
        title: of the page, plain text; None: the file's name without ``.report.html``.
        facts: what is known of the result, as ``posecore.runs.manifest`` makes it; what is missing is left out.
        raw: the same people before they were smoothed, whose reliability is judged; None: that of the result is, with
            a sentence that says so if it was smoothed.
        hands: in the same frames; None: they were not looked for.

    Raises:
        InvalidOption: if there is neither a sequence nor hands.
        InvalidHands: if the hands have other frames, cuts or another size than the sequence.
        OSError: if the file cannot be written.
    """
    facts = facts or {}
    sequence = bodies_beside(hands, sequence)
    frames_of = _frames_of(sequence, hands)
    people = list(frames_of)
    by_frames = sorted((person for person in people if frames_of[person]), key=lambda person: -frames_of[person])
    text = TEMPLATES.get_template("report.html").render(
        title=Path(path).name.removesuffix(".report.html") if title is None else title,
        facts=list(facts_in_words(sequence, facts, hands)),
        bodies=bodies_wanted(sequence, hands),
        smoothed=raw is None and bool(facts.get("smoothing_afterwards")),
        people=[
            {
                "id": person,
                "name": _name(sequence, person),
                "body": _body(sequence, person, sequence if raw is None else raw, is_lens_given=lens_is_given(facts)),
                "hands": None if hands is None else _hands(hands.only([person])),
            }
            for person in sorted(by_frames[:MOST_PEOPLE], key=people.index)
        ],
        others=[_name(sequence, person) for person in by_frames[MOST_PEOPLE:]],
        most_names=_MOST_NAMES,
        plotly=plotly_script() if by_frames else "",
    )
    with whole_file(path) as part:
        # Text read from a file may hold half a surrogate pair, which cannot be encoded.
        part.write_bytes(text.encode("utf-8", errors="replace"))


def _frames_of(sequence: PoseSequence, hands: HandSequence | None) -> dict[int, int]:
    """In how many frames each person is seen, or a hand of theirs; those without a body come last."""
    seen = dict(zip(sequence.person_ids.tolist(), sequence.seen.T, strict=True))
    if hands is not None:
        for slot, there in sorted(zip(hands.slots, hands.seen.T, strict=True), key=lambda each: each[0]):
            seen[slot.person] = seen.get(slot.person, np.zeros(len(sequence), bool)) | there
    return {person: int(there.sum()) for person, there in seen.items()}


def _name(sequence: PoseSequence, person: int) -> str:
    return sequence.names.get(person) or f"Person {person}"


def _body(sequence: PoseSequence, person: int, judged: PoseSequence, *, is_lens_given: bool) -> dict[str, Any] | None:
    """The values that the template shows for a person's body; None if it is never seen."""
    alone = sequence.only([person]).named({})
    frames = int(alone.seen.sum())
    if not frames:
        return None
    angles = measure_angles(alone)[:, 0]
    original = alone if judged is sequence else judged.only([person]).named({})
    sides = find_sides(original)
    errors = usual_errors(alone, kinds=find_kinds(alone, sides))[:, 0]
    table = trust_table(original, shown=alone, lens_is_given=is_lens_given, sides=sides)
    [trust] = table.to_dict("records")
    steps = plot_steps(alone, person)
    return {
        "frames": frames,
        "verdict": trust["verdict"],
        "trust": [
            (name.capitalize(), "–" if isinstance(value, float) and not np.isfinite(value) else value)
            for name, value in trust.items()
            if name not in ("person", "verdict")
        ],
        "angles": _figure(plot_angles(angles, alone.times_s, alone.cuts, errors)),
        "angle_rows": list(_angle_rows(angles, errors, frames)),
        "visibility": _figure(plot_visibility_small(alone, person)),
        "figure": _figure(steps.figure),
        "steps": len(steps.data["frames"]),
        "steps_json": safe_json(steps.data),
    }


def _hands(hands: HandSequence) -> dict[str, Any] | None:
    """The values that the template shows for a person's hands; None if none is ever seen."""
    seen = hands.seen
    if not seen.any():
        return None
    signs = read_signs(hands)
    gestures = [name for name in _by_frames(signs.gesture) if name != NO_GESTURE][:_MOST_GESTURES]
    letters = sorted(_by_frames(signs.letter))
    sides = [slot.side for slot in hands.slots]
    shown = np.stack([seen, *(signs.gesture == name for name in gestures)], axis=1)
    spelled = np.stack([signs.letter == name for name in letters], axis=1) if letters else None
    return {
        "rows": [
            [
                f"{slot.side.capitalize()} hand",
                f"{there.sum():,}",
                f"{there.mean():.0%}",
                *(f"{hands.times_s[there][end]:.2f} s" for end in (0, -1)),
            ]
            for slot, there in zip(hands.slots, seen.T, strict=True)
            if there.any()
        ],
        "readings": [
            (f"{slot.side.capitalize()} hand, {what}", _counted(texts[:, index]))
            for index, slot in enumerate(hands.slots)
            for what, texts in (("gestures", signs.gesture), ("letters", signs.letter))
            if seen[:, index].any()
        ],
        "shown": _figure(plot_when(["seen", *map(gesture_words, gestures)], shown, sides, hands)),
        "spelled": None if spelled is None else _figure(plot_when(letters, spelled, sides, hands)),
    }


def _by_frames(texts: Texts) -> list[str]:
    """The texts that occur, most often first."""
    return [text for text, _ in Counter(texts.ravel().tolist()).most_common() if text]


def _counted(texts: Texts) -> str:
    """As "thumb up 12, no gesture 3"."""
    counted = Counter(text for text in texts.tolist() if text).most_common()
    return ", ".join(f"{gesture_words(text)} {count:,}" for text, count in counted) or "–"


def _figure(figure: Any) -> dict[str, Any]:
    return {"json": figure_json(figure), "height": figure.layout.height}


def _angle_rows(angles: FloatArray, errors: FloatArray, frames: int) -> Iterator[list[str]]:
    for definition, column, usual in zip(ANGLES.values(), angles.T, errors.T, strict=True):
        summary = summarise_curve(column)
        if not summary.known:
            yield [definition.title, *5 * ["–"], "0%"]
            continue
        numbers = summary.least, summary.largest, summary.range, summary.mean
        error = f"±{usual[np.isfinite(column)].mean():.0f}"
        yield [definition.title, *(f"{number:.1f}" for number in numbers), error, f"{summary.known / frames:.0%}"]
