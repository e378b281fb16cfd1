"""Pose bundles for browsers: Google's, without the steps that make silhouettes, which take a third of the time.

A network's file (TensorFlow Lite) lists its steps in an order in which each has what it needs. Those that only the mask
needs are taken off the list in place, so that nothing else in the bundle moves. What is left gives the same numbers, to
the last bit.
"""

import io
import os
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

from posecore.downloads import cache_dir

_NETWORK = "pose_landmarks_detector.tflite"
_MASK = [1, 256, 256, 1]
# Places of what is read in the tables of a file, see tensorflow/lite/schema/schema.fbs: of a model, of its first graph,
# of a tensor, and of a step.
_GRAPHS = 2
_TENSORS, _INPUTS, _OUTPUTS, _STEPS = 0, 1, 2, 3
_SHAPE = 0
_STEP_INPUTS, _STEP_OUTPUTS = 1, 2


def without_mask(bundle: Path) -> Path:
    """A copy of a pose bundle in the cache that makes no masks; the bundle itself if it makes none or cannot be copied.

    Args:
        bundle: verified.
    """
    copy = cache_dir() / "models" / f"{bundle.stem}.without_mask.task"
    content = _without_mask(bundle.read_bytes())
    if content is None:
        return bundle
    try:
        if not (copy.is_file() and copy.read_bytes() == content):
            copy.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=copy.parent, delete=False) as part:
                part.write(content)
            os.replace(part.name, copy)
    except OSError:
        return bundle
    return copy


def _without_mask(bundle: bytes) -> bytes | None:
    """The bundle with the other network, in the same bytes; None if there is no mask in it."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as parts:
        if _NETWORK not in parts.namelist():
            return None
        network = parts.read(_NETWORK)
    cut = _cut(network)
    start = bundle.find(network)  # bundles are not compressed, as their files are used where they are
    if cut is None or start < 0:
        return None
    whole = bundle[:start] + cut + bundle[start + len(network) :]
    before, after = (struct.pack("<I", zlib.crc32(content)) for content in (network, cut))
    # Once before the network and once in the list of all parts.
    return whole.replace(before, after) if whole.count(before) == 2 else None


def _cut(network: bytes) -> bytes | None:
    """The network without the steps that only its mask needs; None if it has no mask."""
    file = _File(network)
    graph = file.vector(file.target(0), _GRAPHS)[0]
    tensors, steps = file.vector(graph, _TENSORS), file.vector(graph, _STEPS)
    inputs, outputs = file.numbers(graph, _INPUTS), file.numbers(graph, _OUTPUTS)
    masks = [place for place, tensor in enumerate(outputs) if file.numbers(tensors[tensor], _SHAPE) == _MASK]
    if len(masks) != 1:
        return None
    made_in = {tensor: step for step in steps for tensor in file.numbers(step, _STEP_OUTPUTS)}
    needed: set[int] = set()
    wanted = [tensor for place, tensor in enumerate(outputs) if place not in masks]
    while wanted:
        step = made_in.get(wanted.pop())
        if step is not None and step not in needed:
            needed.add(step)
            wanted += file.numbers(step, _STEP_INPUTS)
    file.replace_vector(graph, _STEPS, [step for step in steps if step in needed])
    file.replace_number(graph, _OUTPUTS, masks[0], inputs[0])  # nothing else is there already; nobody reads it
    return bytes(file.content)


class _File:
    """A FlatBuffers file: tables, whose fields are found by way of a table of their places."""

    def __init__(self, content: bytes) -> None:
        self.content = bytearray(content)

    def target(self, at: int) -> int:
        """What an offset points at."""
        return at + int(struct.unpack_from("<I", self.content, at)[0])

    def vector(self, table: int, field: int) -> list[int]:
        """The tables in a vector of a table."""
        start, length = self._vector(table, field)
        return [self.target(start + 4 * place) for place in range(length)]

    def numbers(self, table: int, field: int) -> list[int]:
        """The whole numbers in a vector of a table."""
        start, length = self._vector(table, field)
        return list(struct.unpack_from(f"<{length}i", self.content, start))

    def replace_vector(self, table: int, field: int, targets: list[int]) -> None:
        """Let a vector of tables have others, no more than before."""
        start, _ = self._vector(table, field)
        offsets = [target - (start + 4 * place) for place, target in enumerate(targets)]
        struct.pack_into(f"<{1 + len(offsets)}I", self.content, start - 4, len(offsets), *offsets)

    def replace_number(self, table: int, field: int, place: int, value: int) -> None:
        """Replace one of the numbers in a vector of a table."""
        struct.pack_into("<i", self.content, self._vector(table, field)[0] + 4 * place, value)

    def _vector(self, table: int, field: int) -> tuple[int, int]:
        """Where a vector's values begin, and how many there are; none if the table has no such field."""
        places = table - int(struct.unpack_from("<i", self.content, table)[0])
        known, at = int(struct.unpack_from("<H", self.content, places)[0]), 4 + 2 * field
        offset = int(struct.unpack_from("<H", self.content, places + at)[0]) if at < known else 0
        if offset == 0:
            return 0, 0
        start = self.target(table + offset)
        return start + 4, int(struct.unpack_from("<I", self.content, start)[0])
