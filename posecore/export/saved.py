"""The saved result: bodies, their raw landmarks, hands and facts in one file, restored bit for bit.

The file is a NumPy ``.npz`` with a JSON member ``about.json``; docs/file-format.md describes it. It may come from
anywhere. So nothing in it is unpickled or evaluated, and all sizes it declares are checked against ``posecore.limits``
and against each other before an array is made.
"""

import json
import math
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from posecore.errors import InvalidHands, InvalidOption, InvalidPoses, PosecoreError, UnreadableResult
from posecore.export.array_archive import (
    BLOCK_BYTES,
    Array,
    Layout,
    Members,
    check_array,
    check_directory,
    new_member,
    plain_size,
    read_array,
    write_array,
)
from posecore.hands import HAND_ARRAYS, SIDES, HandSequence, HandSlot
from posecore.limits import LIMITS
from posecore.poses import LANDMARK_ARRAYS, VALUES_PER_LANDMARK, PoseSequence
from posecore.skeletons import BLAZEPOSE_33, HAND_21
from posecore.system import VERSION, whole_file

if TYPE_CHECKING:
    from posecore.motion.smoothing import Smoothing

FORMAT = "posecore-sequence"
FORMAT_VERSION = 1
SUFFIX = ".posecore.npz"

_ABOUT = "about.json"
_RAW = "raw_"
_HAND = "hand_"
_NO_SMOOTHING = {"method": "none", "fill_gaps_s": 0}
_MOST_ABOUT_BYTES = 4_000_000
# Far beyond any landmark, in pixels or metres, and far below what overflows when it is squared.
_LARGEST = 1e9
# What the largest result within the limits fills, and its times and facts.
_MOST_BYTES = 4 * VALUES_PER_LANDMARK * len(BLAZEPOSE_33) * LIMITS.person_frames + 8 * LIMITS.clip_frames + (16 << 20)


@dataclass(frozen=True, eq=False)
class Saved:
    """Content of a saved file.

    Attributes:
        sequence: the poses as they were shown, usually smoothed; of no people if only hands were saved.
        facts: what was stored beside them, as ``posecore.runs.manifest`` makes it; plain values.
        raw: the same people in the same frames before they were smoothed, which is the sequence itself if nothing
            was changed; None if the file does not say.
        hands: the hands in the same frames; None if none were saved.
    """

    sequence: PoseSequence
    facts: Mapping[str, Any] = field(default_factory=dict)
    raw: PoseSequence | None = None
    hands: HandSequence | None = None

    @property
    def smoothing(self) -> "Smoothing | None":
        """How the sequence was smoothed after the estimation; None if the facts do not say."""
        from posecore.motion.smoothing import Smoothing  # SciPy's filters take half a second to load

        values = self.facts.get("smoothing_afterwards")
        try:
            return Smoothing.from_dict(values) if isinstance(values, Mapping) else None
        except InvalidOption:
            return None

    @property
    def estimated(self) -> PoseSequence | None:
        """The poses as they were estimated, to judge or to smooth them; None if only smoothed ones were saved."""
        afterwards = self.facts.get("smoothing_afterwards")
        if self.raw is None and (not afterwards or afterwards == _NO_SMOOTHING):
            return self.sequence
        return self.raw


def save_sequence(
    sequence: PoseSequence | None,
    path: str | os.PathLike[str],
    *,
    facts: Mapping[str, Any] | None = None,
    raw: PoseSequence | None = None,
    hands: HandSequence | None = None,
    compressed: bool = True,
) -> None:
    """Write bodies, hands or both to one file, which appears whole or not at all.

    The same values give the same bytes.

    Args:
        sequence: kept bit for bit, with NaN, names and times. None: only hands.
        path: path of the file, which usually ends with ``SUFFIX``.
        facts: plain values for JSON, such as those of a manifest; ``smoothing_afterwards`` says how the sequence was
            made from ``raw``.
        raw: the sequence before it was smoothed. Only its arrays that differ are stored.
        hands: in the same frames as the sequence, kept bit for bit.
        compressed: False: written forty times as fast, a fifth larger.

    Raises:
        InvalidOption: if ``facts`` (or an infinite ``fps``) are not for JSON, the arrays fill 2 GB and more, or there
            is neither a sequence nor hands.
        InvalidPoses: if ``raw`` has other people, frames, cuts or another size than the sequence.
        InvalidHands: if ``hands`` have other frames, cuts or another size than the sequence.
        OSError: if the file cannot be written.
    """
    sequence = bodies_beside(hands, sequence)
    raw_names = _differing(sequence, raw)
    about = _about_text(sequence, facts or {}, raw_names, hands)
    layouts = _layouts(
        len(sequence), len(sequence.person_ids), raw_names or (), None if hands is None else len(hands.slots)
    )
    if (raw_names or hands is not None) and _bytes_of(layouts) > _MOST_BYTES:
        raise InvalidOption(
            f"Expected landmarks, raw and smoothed ones and hands together, of at most {_MOST_BYTES:,} bytes, but got "
            f"{_bytes_of(layouts):,}. Save the video in parts, or without smoothing."
        )
    arrays = {name: getattr(sequence, name) for name in ("times_s", "person_ids", *LANDMARK_ARRAYS)}
    arrays |= {_RAW + name: getattr(raw, name) for name in raw_names or ()}
    arrays |= {_HAND + name: array for name, array in hands.arrays.items()} if hands is not None else {}
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with (
        whole_file(path) as part,
        # Without zip64, which load_sequence does not take either: it has a second list of members.
        zipfile.ZipFile(part, "w", method, allowZip64=False, compresslevel=1) as archive,
    ):
        archive.writestr(new_member(_ABOUT, method), about)
        for name, layout in layouts.items():
            write_array(archive, new_member(f"{name}.npy", method), layout, arrays[name])


def load_sequence(source: str | os.PathLike[str] | BinaryIO) -> Saved:
    """Open a file that ``save_sequence`` wrote, or a zip of files with one such file in it.

    Memory: that of the arrays and 1 MB. A file in a zip is unpacked to the disk first.

    Args:
        source: a path, or a seekable binary file.

    Raises:
        UnreadableResult: if there is no such file, or it is damaged, of another kind, of a newer version, or beyond
            the limits.
    """
    name = source if isinstance(source, (str, os.PathLike)) else getattr(source, "name", None)
    shown = Path(name).name if isinstance(name, (str, os.PathLike)) else "The file"
    with _unreadable_in_words(shown):
        if not isinstance(source, (str, os.PathLike)):
            return _load(source, shown)
        with open(source, "rb") as stream:
            return _load(stream, shown)


def holds_result(path: str | os.PathLike[str]) -> bool:
    """Whether a zip is a saved result or has one in it, by the names in it; False for what is no zip."""
    try:
        with open(path, "rb") as stream:
            check_directory(stream, Path(path).name)
            with zipfile.ZipFile(stream) as archive:
                return any(name == _ABOUT or name.endswith(SUFFIX) for name in archive.namelist())
    except (UnreadableResult, OSError, zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError):
        return False


def bodies_beside(hands: HandSequence | None, sequence: PoseSequence | None) -> PoseSequence:
    """The sequence beside hands, in the same frames: of nobody if there are only hands.

    Raises:
        InvalidOption: if there is neither a sequence nor hands.
        InvalidHands: if the hands have other frames, cuts or another size than the sequence.
    """
    if hands is None:
        if sequence is None:
            raise InvalidOption("Expected a sequence of poses, hands, or both, but got neither.")
        return sequence
    if sequence is None:
        nobody = PoseSequence.empty(hands.times_s, [], size=hands.size, fps=hands.fps)
        return replace(nobody, cuts=hands.cuts)
    _check_same(sequence, hands, _FRAMES, "hands", InvalidHands)
    return sequence


_FRAMES = ("times_s", "cuts", "size")


def _check_same(
    sequence: PoseSequence,
    other: PoseSequence | HandSequence,
    names: Iterable[str],
    what: str,
    error: type[PosecoreError],
) -> None:
    wrong = [name for name in names if not np.array_equal(getattr(sequence, name), getattr(other, name))]
    if wrong:
        raise error(f"Expected {what!r} to have the {wrong[0]!r} of the sequence, but got others.")


def _differing(sequence: PoseSequence, raw: PoseSequence | None) -> list[str] | None:
    """Names of the landmark arrays whose raw values differ; None if those are not known."""
    if raw is None:
        return None
    _check_same(sequence, raw, ("person_ids", *_FRAMES), "raw", InvalidPoses)
    return [name for name in LANDMARK_ARRAYS if not _is_equal(getattr(sequence, name), getattr(raw, name))]


def _is_equal(one: Array, other: Array) -> bool:
    # In blocks, to save memory.
    step = max(1, BLOCK_BYTES // max(1, one.nbytes // max(1, len(one))))
    return all(
        np.array_equal(one[start : start + step], other[start : start + step], equal_nan=True)
        for start in range(0, len(one), step)
    )


def _about_text(
    sequence: PoseSequence, facts: Mapping[str, Any], raw_names: list[str] | None, hands: HandSequence | None
) -> bytes:
    about = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "posecore": VERSION,
        "frames": len(sequence),
        "people": len(sequence.person_ids),
        "landmarks": list(BLAZEPOSE_33.landmarks),
        "size": list(sequence.size),
        "fps": sequence.fps,
        "cuts": sequence.cuts.tolist(),
        "names": [[int(person), str(name)] for person, name in sequence.names.items()],
        "raw": raw_names,
        "hands": None if hands is None else _about_hands(hands),
        "facts": dict(facts),
    }
    try:
        text = json.dumps(about, indent=1, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidOption(
            f"Expected facts to be plain values that JSON can hold, but got others: {error}."
        ) from error
    if len(text) > _MOST_ABOUT_BYTES:
        raise InvalidOption(f"Expected facts of at most {_MOST_ABOUT_BYTES:,} bytes of JSON, but got {len(text):,}.")
    return text


def _about_hands(hands: HandSequence) -> dict[str, Any]:
    return {"landmarks": list(HAND_21.landmarks), "slots": [[slot.person, slot.side] for slot in hands.slots]}


def _layouts(frames: int, people: int, raw_names: Collection[str], hands: int | None) -> dict[str, Layout]:
    landmarks = (frames, people, len(BLAZEPOSE_33))
    arrays = {name: Layout("<f4", (*landmarks, *tail)) for name, tail in LANDMARK_ARRAYS.items()}
    return {
        "times_s": Layout("<f8", (frames,)),
        "person_ids": Layout("<i8", (people,)),
        **arrays,
        **{_RAW + name: arrays[name] for name in raw_names},
        **{
            _HAND + name: Layout("<f4", (frames, hands, *tail))
            for name, tail in HAND_ARRAYS.items()
            if hands is not None
        },
    }


def _bytes_of(layouts: Mapping[str, Layout]) -> int:
    return sum(layout.array_bytes for layout in layouts.values())


@contextmanager
def _unreadable_in_words(shown: str) -> Iterator[None]:
    """Convert all that can go wrong with a file of unknown origin to UnreadableResult, in one sentence."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise UnreadableResult(f"{shown} is damaged or cut off. Save or copy it again.") from error
    except (InvalidPoses, InvalidHands) as error:
        # Cut short, since it may list thousands of people.
        raise UnreadableResult(f"{shown} does not hold landmarks that can be used. {str(error)[:200]}") from error
    except MemoryError as error:
        raise UnreadableResult(f"{shown} holds more than this machine has memory for.") from error
    except OSError as error:
        raise UnreadableResult(f"{shown} cannot be opened: {error.strerror or error}.") from error


def _load(stream: BinaryIO, shown: str, *, is_packed: bool = False) -> Saved:
    stream.seek(0)
    if stream.read(4) != b"PK\x03\x04":
        raise _of_another_kind(shown)
    check_directory(stream, shown)
    with zipfile.ZipFile(stream) as archive:
        members = {member.filename: member for member in archive.infolist()}
        results = [name for name in members if name.endswith(SUFFIX)]
        if results and _ABOUT not in members and not is_packed:
            if len(results) > 1:
                raise UnreadableResult(f"{shown} has {len(results)} results in it. Unpack it and open one of them.")
            return _load_packed(archive, members[results[0]], f"{PurePosixPath(results[0]).name} in {shown}")
        about = _read_about(archive, members, shown)
        return _reader(about.get("version"), shown)(archive, members, about, shown)


def _load_packed(archive: zipfile.ZipFile, member: zipfile.ZipInfo, shown: str) -> Saved:
    if plain_size(member, shown) > _MOST_BYTES:
        raise UnreadableResult(f"{shown} holds more than {_MOST_BYTES:,} bytes. It is not opened.")
    with archive.open(member) as packed, tempfile.TemporaryFile() as plain:
        shutil.copyfileobj(packed, plain, BLOCK_BYTES)
        return _load(plain, shown, is_packed=True)


def _of_another_kind(shown: str) -> UnreadableResult:
    return UnreadableResult(f"{shown} is not a result saved by posecore. Choose a file that ends with {SUFFIX}.")


def _read_about(archive: zipfile.ZipFile, members: Members, shown: str) -> dict[str, Any]:
    if _ABOUT not in members:
        raise _of_another_kind(shown)
    if plain_size(members[_ABOUT], shown) > _MOST_ABOUT_BYTES:
        raise UnreadableResult(f"{shown} is damaged: its {_ABOUT} is far too long.")
    try:
        about = json.loads(archive.read(members[_ABOUT]))
    except (ValueError, RecursionError) as error:
        raise UnreadableResult(f"{shown} is damaged: its {_ABOUT} is not JSON.") from error
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise _of_another_kind(shown)
    return about


def _reader(version: Any, shown: str) -> Callable[[zipfile.ZipFile, Members, dict[str, Any], str], Saved]:
    if not _is_count(version) or version == 0:
        raise UnreadableResult(f"{shown} is damaged: 'version' in its {_ABOUT} is missing or not what it should be.")
    if version not in _READERS:
        raise UnreadableResult(
            f"{shown} was saved by a newer posecore: expected format version {FORMAT_VERSION} or older, but got "
            f"{version}. Update posecore."
        )
    return _READERS[version]


def _read_version_1(archive: zipfile.ZipFile, members: Members, about: dict[str, Any], shown: str) -> Saved:
    _check_about(about, shown)
    raw_names, of_hands = about.get("raw"), about.get("hands")
    layouts = _layouts(about["frames"], about["people"], raw_names or (), of_hands and len(of_hands["slots"]))
    if _bytes_of(layouts) > _MOST_BYTES:
        raise UnreadableResult(f"{shown} holds more than {_MOST_BYTES:,} bytes. It is not opened.")
    for name, layout in layouts.items():
        check_array(archive, members, f"{name}.npy", layout, shown)
    arrays: dict[str, Any] = {
        name: read_array(archive, members[f"{name}.npy"], layout) for name, layout in layouts.items()
    }
    for name, array in arrays.items():
        ends = [ufunc.reduce(array, axis=None, initial=0) for ufunc in (np.fmin, np.fmax)]  # NaN means not there
        if layouts[name].dtype == "<f4" and max(map(abs, ends)) > _LARGEST:
            raise UnreadableResult(f"{shown} is damaged: expected numbers within ±{_LARGEST:g} in {name}.npy.")
    raw = {name: arrays.pop(_RAW + name) for name in raw_names or ()}
    of_hand = {name: arrays.pop(_HAND + name) for name in HAND_ARRAYS} if of_hands else {}
    sequence = PoseSequence(
        **arrays, size=tuple(about["size"]), fps=about["fps"], names=dict(about["names"]), cuts=about.get("cuts", [])
    )
    hands = None
    if of_hands:
        same: dict[str, Any] = {name: getattr(sequence, name) for name in (*_FRAMES, "fps")}
        hands = HandSequence(**of_hand, slots=tuple(HandSlot(*slot) for slot in of_hands["slots"]), **same)
    if raw_names is None:
        return Saved(sequence, about["facts"], hands=hands)
    return Saved(sequence, about["facts"], replace(sequence, **raw) if raw else sequence, hands)


_READERS = {1: _read_version_1}


def _check_about(about: dict[str, Any], shown: str) -> None:
    size, names = about.get("size"), about.get("names")
    cuts, raw, hands = about.get("cuts", []), about.get("raw"), about.get("hands")  # older files have none of them
    right = {
        "frames": _is_count(about.get("frames")),
        "people": _is_count(about.get("people")),
        "landmarks": about.get("landmarks") == list(BLAZEPOSE_33.landmarks),
        "size": isinstance(size, list) and len(size) == 2 and all(map(_is_count, size)),
        "fps": type(about.get("fps")) in (int, float) and 0 < about["fps"] < 1e9,
        "names": isinstance(names, list)
        and all(isinstance(pair, list) and [type(value) for value in pair] == [int, str] for pair in names),
        "cuts": isinstance(cuts, list) and all(map(_is_count, cuts)),
        "raw": raw is None or (isinstance(raw, list) and raw == [name for name in LANDMARK_ARRAYS if name in raw]),
        "hands": hands is None
        or (
            isinstance(hands, dict)
            and hands.get("landmarks") == list(HAND_21.landmarks)
            and isinstance(hands.get("slots"), list)
            and all(map(_is_slot, hands["slots"]))
        ),
        "facts": isinstance(about.get("facts"), dict),
    }
    wrong = [name for name, is_right in right.items() if not is_right]
    if wrong:
        raise UnreadableResult(f"{shown} is damaged: {wrong[0]!r} in its {_ABOUT} is missing or not what it should be.")
    _check_limits(about["frames"], about["people"], len(hands["slots"]) if hands else 0, about["size"], shown)


def _is_slot(value: object) -> bool:
    return (
        isinstance(value, list)
        and [type(part) for part in value] == [int, str]
        and _is_count(abs(value[0]))  # an id may be below zero
        and value[1] in SIDES
    )


def _is_count(value: object) -> bool:
    # JSON allows numbers of any length, which Python would multiply and print.
    return type(value) is int and 0 <= value < 1 << 53


def _check_limits(frames: int, people: int, hands: int, size: list[int], shown: str) -> None:
    given = {
        "frames": (frames, LIMITS.clip_frames),
        "frames times people": (max(1, frames) * people, LIMITS.person_frames),
        "frames times hands": (max(1, frames) * hands, 2 * LIMITS.person_frames),
        "pixels in a frame": (math.prod(size), LIMITS.clip_frame_pixels),
    }
    for what, (number, most) in given.items():
        if number > most:
            raise UnreadableResult(f"{shown} is too large. Expected at most {most:,} {what}, but got {number:,}.")
