"""Reading C3D, the binary format of motion capture laboratories, as c3d.org's user guide describes it.

Read here rather than by ezc3d, which writes our own files: of damaged files, and anybody may upload one, some end the
whole process. Nothing here reads beyond the bytes that are there, or makes room for what a file only declares.

A marker is missing if its residual is negative, as the format has it, or if all of its coordinates are 0, as some
programs write it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posecore.errors import UnreadableMotion
from posecore.evaluation.motion import Motion
from posecore.evaluation.motion_files.marker_names import MARKERS, choose_markers
from posecore.evaluation.motion_files.reading import Problems, check_frames, motion_of_markers, read_bytes

_BLOCK = 512
_MAGIC = 0x50
_INTEL, _DEC, _MIPS = 84, 85, 86  # the processor that a file was written on
_MOST_GROUPS_BYTES = 255 * _BLOCK  # of the parameters, whose blocks one byte counts
_VALID_RATE = (0.1, 100_000.0)


def read_c3d(
    path: Path, *, metres: float | None = None, person: str | int | None = None, name: str | None = None
) -> Motion:
    """Read the markers of one person.

    Args:
        path: of the file.
        metres: per unit of length; None: as ``POINT:UNITS`` says.
        person: as for ``choose_markers``.
        name: of the file, for people; None: that of the path.

    Raises:
        UnreadableMotion: if nothing of it can be used.
    """
    file = name or path.name
    data = read_bytes(path, file)
    problems = Problems(file)
    head = _Head.of(data, file)
    names = head.labels()
    if len(names) < head.points:
        problems.add("POINT:LABELS", f"expected {head.points} names, but got {len(names)}; the others are not used")
    chosen = choose_markers(names[: head.points], MARKERS, file, person=person)
    points = head.read_points(data, chosen.wanted, problems)
    times_s = np.arange(len(points)) / head.rate
    unit = head.text("POINT", "UNITS")
    return motion_of_markers("C3D", times_s, points, chosen, problems, stated=unit, metres=metres)


@dataclass
class _Head:
    """The header and the parameters.

    Attributes:
        file: its name.
        order: byte order for struct and NumPy, "<" or ">".
        is_dec: whether floating point numbers are those of DEC's VAX.
        points: number of markers.
        analog: number of analog values in a frame.
        start: byte at which the data begin.
        scale: of whole numbers; negative: the data are floating point.
        frames: as the header counts them.
        rate: frames per second.
        groups: the parameters, by the names of group and parameter: (type, dimensions, bytes).
    """

    file: str
    order: str
    is_dec: bool
    points: int
    analog: int
    start: int
    scale: float
    frames: int
    rate: float = 0.0
    groups: dict[tuple[str, str], tuple[int, tuple[int, ...], bytes]] = field(default_factory=dict)

    @classmethod
    def of(cls, data: bytes, file: str) -> "_Head":
        """Read them."""
        if len(data) < 2 or data[1] != _MAGIC or data[0] < 2:
            raise UnreadableMotion(f"{file} is not a C3D file.")
        parameters = _BLOCK * (data[0] - 1)
        if len(data) < parameters + _BLOCK:
            raise UnreadableMotion(f"{file} is cut off: it ends before its parameters.")
        processor = data[parameters + 3]
        if processor not in (_INTEL, _DEC, _MIPS):
            raise UnreadableMotion(f"{file} is damaged: expected a type of processor of 84 to 86, but got {processor}.")
        order = ">" if processor == _MIPS else "<"
        points, analog, first, last = struct.unpack_from(f"{order}4H", data, 2)
        block = struct.unpack_from(f"{order}H", data, 16)[0]
        head = cls(file, order, processor == _DEC, points, analog, _BLOCK * (block - 1), 0.0, last - first + 1)
        head.groups = dict(_parameters(data[parameters : parameters + _MOST_GROUPS_BYTES], order))
        head.scale = head._float(data[12:16])
        head.rate = head.number("POINT", "RATE") or head._float(data[20:24])
        # The header's numbers are 16 bits; what it says of the place of the data may be wrong, as programs differ.
        if (scale := head.number("POINT", "SCALE")) is not None:
            head.scale = scale
        head._check()
        return head

    def _check(self) -> None:
        least, most = _VALID_RATE
        if not least <= self.rate <= most:
            raise UnreadableMotion(
                f"{self.file} is damaged: expected a rate of frames, but got {self.rate:g} a second."
            )
        if self.points == 0:
            raise UnreadableMotion(f"{self.file} has no markers.")
        if self.start < _BLOCK:
            raise UnreadableMotion(f"{self.file} is damaged: it does not say where its data begin.")
        if not np.isfinite(self.scale) or self.scale == 0:
            raise UnreadableMotion(f"{self.file} is damaged: expected a scale, but got {self.scale:g}.")

    def text(self, group: str, name: str) -> str:
        """A parameter of text; empty if there is none."""
        return " ".join(self._texts(group, name)).strip()

    def number(self, group: str, name: str) -> float | None:
        """A parameter of one number; None if there is none."""
        kind, _, values = self.groups.get((group, name), (0, (), b""))
        if kind == 4 and len(values) >= 4:
            return self._float(values[:4])
        if kind == 2 and len(values) >= 2:
            return float(struct.unpack_from(f"{self.order}H", values)[0])
        return None

    def labels(self) -> list[str]:
        """Names of the markers: over 255 of them are in several parameters."""
        names: list[str] = []
        for name in ("LABELS", *(f"LABELS{number}" for number in range(2, 260))):
            if ("POINT", name) not in self.groups:
                break
            names += self._texts("POINT", name)
        return names

    def _texts(self, group: str, name: str) -> list[str]:
        kind, dimensions, values = self.groups.get((group, name), (0, (), b""))
        if kind != -1:
            return []
        width = dimensions[0] if len(dimensions) > 1 else max(1, len(values))
        parts = [values[start : start + width] for start in range(0, len(values), width)] if width else []
        return [part.decode("utf-8", errors="replace").strip(" \0") for part in parts]

    def _float(self, four: bytes) -> float:
        if len(four) < 4:
            return float("nan")
        if self.is_dec:  # the halves are exchanged, and the exponent is larger by 2
            return float(struct.unpack("<f", four[2:] + four[:2])[0]) / 4
        return float(struct.unpack(f"{self.order}f", four)[0])

    def read_points(self, data: bytes, wanted: list[int], problems: Problems) -> NDArray[np.float64]:
        """(T, W, 3) some of the markers; NaN: missing."""
        is_float = self.scale < 0
        kind = np.dtype(f"{self.order}{'f4' if is_float else 'i2'}")
        columns = 4 * self.points + self.analog
        declared = self._declared_frames()
        there = max(0, len(data) - self.start) // (columns * kind.itemsize)
        frames = min(there, declared)
        check_frames(frames, self.file)
        if there < declared:
            problems.add("frames", f"expected {declared:,} frames, but the file ends after {there:,}")
        values: Any = np.frombuffer(data, kind, frames * columns, self.start)
        own = values.reshape(frames, columns)[:, : 4 * self.points].reshape(frames, self.points, 4)[:, wanted]
        if is_float and self.is_dec:
            own = np.ascontiguousarray(own).view("<u2").reshape(*own.shape, 2)[..., ::-1].copy().view("<f4")[..., 0] / 4
        with np.errstate(invalid="ignore", over="ignore"):
            points = own[..., :3].astype(np.float64) * (1.0 if is_float else self.scale)
            return np.where((own[..., 3] < 0)[..., None], np.nan, points)

    def _declared_frames(self) -> int:
        """Number of frames: the header counts up to 65,535, and long files say it in parameters."""
        kind, _, values = self.groups.get(("TRIAL", "ACTUAL_END_FIELD"), (0, (), b""))
        _, _, starts = self.groups.get(("TRIAL", "ACTUAL_START_FIELD"), (0, (), b""))
        if kind == 2 and len(values) >= 4 and len(starts) >= 4:
            low, high = (np.frombuffer(each, f"{self.order}u2", 2).astype(int) for each in (starts, values))
            start, end = int(low[0] + (low[1] << 16)), int(high[0] + (high[1] << 16))
            if end >= start:
                return end - start + 1
        frames = self.number("POINT", "LONG_FRAMES") or self.number("POINT", "FRAMES")
        of_header = self.frames if self.frames > 0 else 0
        return int(max(of_header, frames)) if frames and np.isfinite(frames) and frames < 1e9 else of_header


def _parameters(section: bytes, order: str) -> Iterator[tuple[tuple[str, str], tuple[int, tuple[int, ...], bytes]]]:
    """The parameters, as far as they are whole."""
    records, at = [], 4
    while at + 2 < len(section):
        length, number = struct.unpack_from("2b", section, at)
        end = at + 2 + abs(length)
        if length == 0 or end + 2 > len(section):
            break
        name = section[at + 2 : end].decode("ascii", errors="replace").strip().upper()
        onwards = struct.unpack_from(f"{order}H", section, end)[0]
        records.append((number, name, section[end + 2 : end + onwards if onwards else len(section)]))
        if onwards < 2:
            break
        at = end + onwards
    groups = {-number: name for number, name, _ in records if number < 0}
    for number, name, body in records:
        if number > 0 and len(body) >= 2:
            kind, count = struct.unpack_from("bB", body)
            dimensions = tuple(body[2 : 2 + count])
            size = abs(kind) * int(np.prod(dimensions, dtype=np.int64)) if count <= 7 else 0
            yield (groups.get(number, ""), name), (kind, dimensions, body[2 + count : 2 + count + size])
