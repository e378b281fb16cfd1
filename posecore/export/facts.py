"""What is known of a result, in words: where it came from, what is in it, and how it was made."""

from collections.abc import Iterator, Mapping
from typing import Any

from posecore.hands import HandSequence
from posecore.motion.height import heights_of, metres_in_words
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG
from posecore.poses import PoseSequence

_MOST_CUTS = 20
_MOST_TIMES_SMOOTHED = 10
_LONGEST_LENS_MM = 10_000


def bodies_wanted(sequence: PoseSequence, hands: HandSequence | None) -> bool:
    """Whether bodies were looked for, not only hands."""
    return hands is None or len(sequence.person_ids) > 0


def solid_view_deg(facts: Mapping[str, Any] | None) -> float | None:
    """The camera's field of view with which solid bodies were fitted; None if the bodies are not solid.

    Args:
        facts: as ``posecore.runs.manifest`` makes them, or what any file holds in their place.
    """
    smoothing = (facts or {}).get("smoothing_afterwards")
    for _ in range(_MOST_TIMES_SMOOTHED):
        if not isinstance(smoothing, Mapping):
            break
        if smoothing.get("method") == "solid":
            given = smoothing.get("field_of_view_deg")
            return float(given) if isinstance(given, int | float) and 0 < given < 180 else ASSUMED_FIELD_OF_VIEW_DEG
        smoothing = smoothing.get("after")
    return None


def stated_focal_35mm(facts: Mapping[str, Any]) -> float | None:
    """Focal length in 35 mm equivalent, millimetres, that the video of a result states; None if it states none."""
    stated = facts.get("focal_length_35mm")
    return float(stated) if isinstance(stated, int | float) and 1 <= stated <= _LONGEST_LENS_MM else None


def facts_in_words(
    sequence: PoseSequence, facts: Mapping[str, Any], hands: HandSequence | None
) -> Iterator[tuple[str, str]]:
    """What is known of a result, as pairs of a name and a text.

    Args:
        sequence: the result.
        facts: as ``posecore.runs.manifest`` makes it, or what any file holds in its place.
        hands: in the same frames; None: they were not looked for.
    """
    times, (width, height) = sequence.times_s, sequence.size
    seen, bodies = sequence.seen, bodies_wanted(sequence, hands)
    version = _plain(facts, "versions", "posecore")
    rows = {
        "Source": _plain(facts, "source"),
        "Frames": f"{len(sequence):,}",
        "Length": f"{times[-1] - times[0]:.2f} s from the first to the last" if len(times) else None,
        "Frames per second": f"{sequence.fps:g}",
        "Size": f"{width} × {height} px",
        "Cuts": _cuts(sequence),
        **({"People": str(int(seen.any(axis=0).sum()))} if bodies else {}),
        **({"Frames with a person": f"{int(seen.any(axis=1).sum()):,}"} if bodies else {}),
        "Hands": None if hands is None else str(int(hands.seen.any(axis=0).sum())),
        "Frames with a hand": None if hands is None else f"{int(hands.seen.any(axis=1).sum()):,}",
        "Model": _plain(facts, "model", "registered_name") or _plain(facts, "model", "file_name"),
        "Engine": _plain(facts, "engine", "library"),
        "Smoothing while estimating": _plain(facts, "smoothing"),
        "Smoothing afterwards": _options(facts.get("smoothing_afterwards")),
        "Metres": _metres(sequence, facts),
        "Axes of metres": _axes(facts),
        "Made with": version and f"posecore {version}",
    }
    yield from ((name, value) for name, value in rows.items() if value)
    notes = facts.get("notes")
    if isinstance(notes, list | tuple):  # a saved file may come from anywhere
        yield from (("Note", note) for note in notes if isinstance(note, str))


def lens_is_given(facts: Mapping[str, Any]) -> bool:
    """Whether a solid body was fitted with a field of view of its own, not the one that is assumed."""
    options = facts.get("smoothing_afterwards")
    field_of_view = options.get("field_of_view_deg") if isinstance(options, Mapping) else None
    return isinstance(field_of_view, int | float) and field_of_view != ASSUMED_FIELD_OF_VIEW_DEG


def _cuts(sequence: PoseSequence) -> str | None:
    """As "2, at 1.50, 4.00 s: everyone is a new person after each"; None without any."""
    times = [f"{time_s:.2f}" for time_s in sequence.times_s[sequence.cuts[:_MOST_CUTS]].tolist()]
    if not times:
        return None
    more = "…" if len(sequence.cuts) > len(times) else "s"
    return f"{len(sequence.cuts)}, at {', '.join(times)} {more}: everyone is a new person after each"


def _metres(sequence: PoseSequence, facts: Mapping[str, Any]) -> str | None:
    """As "Metres are scaled to the given height of 1.75 m."; None if none was given."""
    given = heights_of(facts)
    return metres_in_words(given, sequence.names, sequence.person_ids.tolist()) if given else None


def _axes(facts: Mapping[str, Any]) -> str | None:
    """As "the camera's, for a field of view of 65.47 degrees"; None if they are as the model gives them."""
    degrees = _plain(facts, "camera_axes", "field_of_view_deg")
    return degrees and f"the camera's, for a field of view of {degrees} degrees"


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
