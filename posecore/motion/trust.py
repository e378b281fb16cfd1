"""How reliable a result is: the faults of each person's track, and a verdict on what that rules out.

The rules are the constants below; docs/trust.md explains each value.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.motion.angle_trust import AngleTrust, errors_in_words, judge_angles, untested_in_words
from posecore.motion.angles import ANGLES
from posecore.motion.facing import VIEWS, Sides, find_sides
from posecore.motion.measuring import check_visibility
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG
from posecore.motion.switches import find_switches
from posecore.motion.usual_error import find_kinds
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

BoolArray = NDArray[np.bool_]

SEEN_RARELY = 0.5
"""Seen in less than this share of the frames from first to last: not reliable for anything that needs every frame."""
SEEN_BRIEFLY_S = 0.5
"""Seen for less than this many seconds: too short to measure anything."""
HIDDEN_OFTEN = 0.25
"""A landmark hidden in more than this share of the frames rules out the angles that need it."""
CUT_OFTEN = 0.2
"""So does a landmark outside the image in more than this share of the frames."""
MOST_DRIFT = 0.35
"""Variation of a bone's length: 95th minus 5th percentile, as a share of the median. Real bones do not stretch."""
SWAP_GAIN = 0.5
"""Left and right count as swapped if a swap shortens the path of a limb's landmarks to less than this share ..."""
SWAP_TRUNKS = 0.8
"""... and by at least this many trunk lengths, so that limbs that only cross do not count."""
JUMP_TRUNKS = 1.0
"""The hips jump if they move farther than this many trunk lengths from one frame to the next ..."""
JUMP_TRUNKS_PER_S = 12.0
"""... and faster than this: with a trunk of half a metre, a sprinter reaches 20 per second, a runner 8."""
FAULTS_MATTER = 0.01
"""Swaps and jumps rule something out if they affect more than this share of the frames, and at least two."""
SMALL_TRUNK_PX = 25.0
"""With a shorter trunk (median), a person is too small for angles: the model sees 256 px around the whole body."""
EXCHANGED_MATTERS = 0.03
"""Left and right that the model exchanges, or nothing tells apart, are mentioned above this share of the frames."""
UNSURE_PRESENCE, UNSURE_OFTEN = 0.9, 0.15
"""Of a thing that is taken for a person, more than this share of the points inside the image have a lower presence. (Of
people at most 0.06, of things 0.18 to 0.55, with one exception.)"""
MIXED_OFTEN = 0.5
"""So may be a figure with a small trunk whose left and right are mixed in more than this share of the frames."""

_SURE_FRAMES = 5  # a bone's variation needs at least this many frames

_LIMBS = {
    "arms": ("elbow", "wrist"),
    "legs": ("knee", "ankle", "heel", "foot_index"),
}
_BONES = {
    f"{side} {name}": (BLAZEPOSE_33.index(f"{side}_{start}"), BLAZEPOSE_33.index(f"{side}_{end}"))
    for name, start, end in (
        ("upper arm", "shoulder", "elbow"),
        ("forearm", "elbow", "wrist"),
        ("thigh", "hip", "knee"),
        ("shin", "knee", "ankle"),
    )
    for side in ("left", "right")
}
_BODY = {
    BLAZEPOSE_33.index(f"{side}_{joint}")
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot_index")
    for side in ("left", "right")
}
_SHOULDERS, _HIPS = (
    [BLAZEPOSE_33.index(f"{side}_{joint}") for side in ("left", "right")] for joint in ("shoulder", "hip")
)


@dataclass(frozen=True, eq=False)
class Trust:
    """How reliable one person's track is. Shares are of the frames the person is seen in, unless noted otherwise.

    Attributes:
        person: id.
        frames: number of frames the person is seen in.
        seen: share of all frames of the video.
        seen_between: share of the frames between the first and last appearance.
        longest_absence_s: longest absence between those two, in seconds.
        hidden: (33,) share in which a landmark is below the visibility limit; NaN if never seen.
        cut_off: (33,) share in which it is outside the image; NaN if never seen.
        drift: variation of each bone's length by name, see ``MOST_DRIFT``; NaN if it is hardly ever visible.
        swaps: for "arms" and "legs", the frames at which left and right seem to swap.
        exchanged: frames in which the model seems to have named left right, see ``posecore.motion.body.sides``.
        unclear: frames in which nothing decides whether they are exchanged.
        unsure: share of the body's landmarks inside the image whose presence is low; NaN if none is inside.
        mixed: share in which left and right are neither as they should be nor exchanged.
        angles: usual errors of the angles, and joints that hardly bend.
        jumps: frames at which the person is suddenly elsewhere.
        switches: frames at which the id seems to go on with another person, see ``posecore.motion.switches``.
        trunk_px: median length of the trunk in the image; NaN if never seen.
        shots: numbers of the shots, from 1, in which the person is seen. Swaps and jumps at a cut do not count.
        verdict: what the track is reliable for and what not, in plain words.
    """

    person: int
    frames: int
    seen: float
    seen_between: float
    longest_absence_s: float
    hidden: FloatArray
    cut_off: FloatArray
    drift: dict[str, float]
    swaps: dict[str, NDArray[np.intp]]
    exchanged: NDArray[np.intp]
    unclear: NDArray[np.intp]
    unsure: float
    mixed: float
    angles: AngleTrust
    jumps: NDArray[np.intp]
    switches: NDArray[np.intp]
    trunk_px: float
    shots: NDArray[np.int64]
    verdict: str = ""


def judge(
    sequence: PoseSequence,
    *,
    min_visibility: float = 0.5,
    shown: PoseSequence | None = None,
    lens_is_given: bool = False,
    sides: Sides | None = None,
) -> tuple[Trust, ...]:
    """How reliable each person's track is, in the order of ``person_ids``.

    Args:
        sequence: as it was estimated; smoothing hides jumps and swaps.
        min_visibility: 0..1: a landmark below it is hidden.
        shown: the same people as their angles are measured, smoothed or as a solid body; None: as they were estimated.
        lens_is_given: whether a solid body was fitted with the camera's own field of view, not the usual one.
        sides: those of ``sequence``, if they are known already.

    Raises:
        InvalidOption: if ``min_visibility`` is outside its range.
    """
    check_visibility(min_visibility)
    shown = sequence if shown is None else shown
    sides = find_sides(sequence) if sides is None else sides
    kinds = find_kinds(shown, sides)
    solid = 2 * (kinds >= len(VIEWS)).sum(axis=0) > sequence.seen.sum(axis=0)
    switches = find_switches(sequence)
    found = []
    for slot in range(len(sequence.person_ids)):
        angles = judge_angles(shown, slot, kinds, min_visibility=min_visibility)
        track = _judge(sequence, slot, sides, switches[slot], angles, min_visibility)
        verdict = _verdict(track, sequence, _Fit(solid[slot], lens_is_given))
        found.append(replace(track, verdict=verdict))
    return tuple(found)


class _Fit(NamedTuple):
    """Whether a solid body is shown, and whether it was fitted with a field of view that is known."""

    is_solid: bool
    lens_is_given: bool


def trust_table(
    sequence: PoseSequence,
    *,
    min_visibility: float = 0.5,
    shown: PoseSequence | None = None,
    lens_is_given: bool = False,
    sides: Sides | None = None,
) -> pd.DataFrame:
    """Table with one row per person and the main numbers of ``judge``, with its arguments; shares in percent."""
    rows = []
    for trust in judge(sequence, min_visibility=min_visibility, shown=shown, lens_is_given=lens_is_given, sides=sides):
        worst = max(trust.drift, key=lambda bone: np.nan_to_num(trust.drift[bone], nan=-1.0))
        rows.append(
            {
                "person": sequence.names.get(trust.person, str(trust.person)),
                "seen (% of video)": round(100 * trust.seen, 1),
                "seen, first to last (%)": round(100 * trust.seen_between, 1),
                "longest absence (s)": round(trust.longest_absence_s, 2),
                "hidden landmarks (%)": round(100 * float(trust.hidden.mean()), 1),
                "cut off (%)": round(100 * float(trust.cut_off.mean()), 1),
                "bone length drift (%)": round(100 * trust.drift[worst], 1),
                "worst bone": worst,
                "left/right swaps": sum(len(frames) for frames in trust.swaps.values()),
                "left/right exchanged (frames)": len(trust.exchanged),
                "left/right unclear (frames)": len(trust.unclear),
                "jumps": len(trust.jumps),
                "likely switches": len(trust.switches),
                "unsure points (%)": round(100 * trust.unsure, 1),
                "trunk (px)": round(trust.trunk_px, 1),
                "angles": errors_in_words(trust.angles.errors_deg),
                "untested": ", ".join(ANGLES[name].title.lower() for name in trust.angles.untested),
                "verdict": trust.verdict,
            }
        )
    return pd.DataFrame(rows)


def _judge(
    sequence: PoseSequence,
    slot: int,
    sides: Sides,
    switches: NDArray[np.intp],
    angles: AngleTrust,
    min_visibility: float,
) -> Trust:
    """All but the verdict."""
    there = np.flatnonzero(sequence.seen[:, slot])
    xy, times = sequence.xy[there, slot], sequence.times_s[there]
    sure = sequence.visibility[there, slot] >= min_visibility
    hips = xy[:, _HIPS].mean(axis=1)
    trunk = np.linalg.norm(xy[:, _SHOULDERS].mean(axis=1) - hips, axis=-1)
    trunk_px = float(np.median(trunk)) if len(there) else np.nan
    path = np.linalg.norm(np.diff(hips, axis=0), axis=-1) / max(trunk_px, 1e-6)
    jumped = (path > JUMP_TRUNKS) & (path > JUMP_TRUNKS_PER_S * np.diff(times))
    next_frame = np.diff(there) == 1
    goes_on = next_frame & ~np.isin(there[1:], sequence.cuts)
    inside = ((xy >= 0) & (xy < sequence.size)).all(axis=-1)
    body = sorted(_BODY)
    presence = sequence.presence[there, slot][:, body][inside[:, body]]
    return Trust(
        person=int(sequence.person_ids[slot]),
        frames=len(there),
        seen=len(there) / max(1, len(sequence)),
        seen_between=len(there) / (there[-1] - there[0] + 1) if len(there) else 0.0,
        longest_absence_s=float(np.diff(times)[~next_frame].max(initial=0.0)),
        hidden=_share(~sure),
        cut_off=_share(~inside),
        drift={name: _drift(sequence.world[there, slot], sure, bone) for name, bone in _BONES.items()},
        swaps={limb: there[1:][_swapped(xy, trunk_px, joints) & goes_on] for limb, joints in _LIMBS.items()},
        exchanged=np.flatnonzero(sides.exchanged[:, slot]),
        unclear=np.flatnonzero(sides.unclear[:, slot]),
        unsure=float((presence < UNSURE_PRESENCE).mean()) if presence.size else np.nan,
        mixed=float(sides.mixed[there, slot].mean()) if len(there) else 0.0,
        angles=angles,
        jumps=there[1:][jumped & goes_on],
        switches=switches,
        trunk_px=trunk_px,
        shots=np.unique(sequence.shot_numbers[there]),
    )


def _share(wrong: BoolArray) -> FloatArray:
    return (wrong.mean(axis=0) if len(wrong) else np.full(wrong.shape[1], np.nan)).astype(np.float32)


def _drift(world: FloatArray, sure: BoolArray, bone: tuple[int, int]) -> float:
    length = np.linalg.norm(world[:, bone[0]] - world[:, bone[1]], axis=-1)[sure[:, list(bone)].all(axis=1)]
    if len(length) < _SURE_FRAMES:
        return np.nan
    low, middle, high = np.percentile(length, (5, 50, 95))
    return float((high - low) / max(middle, 1e-6))


def _swapped(xy: FloatArray, trunk_px: float, joints: Sequence[str]) -> BoolArray:
    """(n - 1,): whether the limb continues on the other side of the body from the frame before."""
    left, right = (xy[:, [BLAZEPOSE_33.index(f"{side}_{joint}") for joint in joints]] for side in ("left", "right"))
    straight = _path(left[:-1], left[1:]) + _path(right[:-1], right[1:])
    crossed = _path(left[:-1], right[1:]) + _path(right[:-1], left[1:])
    return np.asarray((crossed < SWAP_GAIN * straight) & (straight - crossed > SWAP_TRUNKS * trunk_px))


def _path(before: FloatArray, after: FloatArray) -> FloatArray:
    """Mean path of a limb's landmarks, in pixels."""
    return np.asarray(np.linalg.norm(after - before, axis=-1).mean(axis=-1))


_LENS = f"The lens is assumed ({ASSUMED_FIELD_OF_VIEW_DEG:.0f}° across), which matters for depth and lean"


def _verdict(trust: Trust, sequence: PoseSequence, fit: _Fit) -> str:
    """What the track is reliable for, how far its angles are usually off, and its two worst problems."""
    if not trust.frames:
        return "Not usable: this person appears in no frame."
    length_s = trust.frames * float(np.median(np.diff(sequence.times_s))) if len(sequence) > 1 else 0.0
    if len(sequence) > 1 and length_s < SEEN_BRIEFLY_S:
        return f"Too short to measure: this person is visible for only {length_s:.1f} s."
    if trust.unsure > UNSURE_OFTEN or (trust.mixed > MIXED_OFTEN and trust.trunk_px < SMALL_TRUNK_PX):
        return "Not reliable for anything: this may be a thing, not a person. " + _why_a_thing(trust)
    if trust.seen_between < SEEN_RARELY:
        share = f"{trust.seen_between:.0%}"
        return f"Not reliable for counting or timing (seen in only {share} of frames from first to last appearance)."
    counting = not _many(trust.jumps, trust.frames)
    problems = [*_general_problems(trust, sequence.times_s, fit), *_joint_problems(trust, fit)]
    reliable = f"Reliable for counting and timing{_within_shots(trust, sequence)}"
    first = reliable if counting else "Not reliable for counting or timing"
    ruled_out = set(np.flatnonzero((trust.cut_off > CUT_OFTEN) | (trust.hidden > HIDDEN_OFTEN)).tolist()) & _BODY
    angles = [name for name, angle in ANGLES.items() if ruled_out.isdisjoint(angle.landmarks)]
    errors = errors_in_words(
        {name: trust.angles.errors_deg[name] for name in angles if name in trust.angles.errors_deg}
    )
    untested = untested_in_words([name for name in angles if name in trust.angles.untested])
    if trust.trunk_px < SMALL_TRUNK_PX:
        errors = untested = ""  # of angles that are not reliable at all
    lens = "" if fit.lens_is_given or not fit.is_solid else _LENS
    return f"{'. '.join(filter(None, [first, errors, *problems[:2], untested, lens]))}."


def _why_a_thing(trust: Trust) -> str:
    if trust.unsure > UNSURE_OFTEN:
        return f"The model is not sure of {trust.unsure:.0%} of the points."
    return f"Its left and right are mixed in {trust.mixed:.0%} of frames."


def _within_shots(trust: Trust, sequence: PoseSequence) -> str:
    """What a hard cut leaves of a verdict: nothing continues across it."""
    if not len(sequence.cuts):
        return ""
    if len(trust.shots) > 1:
        return f" within each shot, not from one to the next (seen in {len(trust.shots)} of {len(sequence.shots)})"
    return f" within shot {trust.shots[0]} of {len(sequence.shots)}"


def _general_problems(trust: Trust, times_s: NDArray[np.float64], fit: _Fit) -> Iterator[str]:
    if len(trust.switches):
        at = ", ".join(f"{time_s:.1f}" for time_s in times_s[trust.switches[:3]])
        more = " and later" if len(trust.switches) > 3 else ""
        yield f"May be two people under one number (a likely switch at {at} s{more})"
    if _many(trust.jumps, trust.frames):
        yield f"The person's position jumps {len(trust.jumps)} times"
    if trust.trunk_px < SMALL_TRUNK_PX:
        yield f"Not reliable for joint angles (the trunk is only {trust.trunk_px:.0f} pixels long)"
    yield from _side_problems(trust, fit)


def _side_problems(trust: Trust, fit: _Fit) -> Iterator[str]:
    """Left and right that change places; a solid body mends what is clear."""
    swaps = {limb: len(frames) for limb, frames in trust.swaps.items() if _many(frames, trust.frames)}
    found = [f"swapped: {' and '.join(f'{limb} {times} times' for limb, times in swaps.items())}"] if swaps else []
    exchanged = f"about {len(trust.exchanged)} of {trust.frames} frames"
    if len(trust.exchanged) > EXCHANGED_MATTERS * trust.frames:
        found.append(f"exchanged in {exchanged}, which a solid body mends")
    unclear = []
    if len(trust.unclear) > EXCHANGED_MATTERS * trust.frames:
        first, last = trust.unclear[[0, -1]]
        unclear.append(f"cannot be told apart in frames {first} to {last} ({len(trust.unclear)} frames)")
    if (found or unclear) and not fit.is_solid:
        yield f"Not reliable for comparing left and right ({'; '.join([*found, *unclear])})"
        return
    yield from (f"Left and right {how}" for how in unclear)
    if found and len(trust.exchanged):
        yield f"Left and right were exchanged in {exchanged} and are mended"


def _joint_problems(trust: Trust, fit: _Fit) -> Iterator[str]:
    """Landmarks needed for angles that are cut off or hidden, worst first; then bones of the model that stretch."""
    needed = sorted({index for angle in ANGLES.values() for index in angle.landmarks} & _BODY)
    cut = {index: float(trust.cut_off[index]) for index in needed if trust.cut_off[index] > CUT_OFTEN}
    hidden = {
        index: float(trust.hidden[index]) for index in needed if trust.hidden[index] > HIDDEN_OFTEN and index not in cut
    }
    for found, how in ((cut, "outside the image"), (hidden, "hidden")):
        if found:
            yield _unreliable_angles(found, how)
    stretched = {name: drift for name, drift in trust.drift.items() if drift > MOST_DRIFT}
    if stretched and not fit.is_solid:
        worst = max(stretched, key=lambda name: stretched[name])
        yield f"Use 3D with caution (length of the {worst} varies by {stretched[worst]:.0%})"


def _unreliable_angles(found: dict[int, float], how: str) -> str:
    worst = max(found, key=lambda index: found[index])
    name = BLAZEPOSE_33.landmarks[worst].replace("_index", "").replace("_", " ")
    *most, last = [
        angle.title.lower() for angle in ANGLES.values() if worst in angle.landmarks and angle.kind == "joint"
    ]
    others = len(found) - 1
    also = f", as are {others} more points" if others > 1 else ", as is 1 more point" if others else ""
    angles = f"{', '.join(most)} and {last}" if most else last
    return f"Not reliable for {angles} angles ({name} {how} in {found[worst]:.0%} of frames{also})"


def _many(frames: NDArray[np.intp], of: int) -> bool:
    return len(frames) >= max(2, FAULTS_MATTER * of)
