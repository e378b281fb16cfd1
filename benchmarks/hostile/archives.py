"""Zips that lie, in general and as ``.npz``."""

import io
import pickle
import random
import struct
import zipfile

from numpy.lib import format as npy

from benchmarks.hostile import binary, texts
from benchmarks.hostile.values import MARKER, TEXTS

_BOMB = bytes(100_000_000)
_NAMES = (
    "../up",
    "../../../../tmp/up",
    "/etc/up",
    "\\\\server\\up",
    "C:\\up",
    "a/../../up",
    "./x",
    "con",
    ".",
    "",
    *TEXTS,
)
Members = list[tuple[zipfile.ZipInfo, bytes]]


def members_of(data: bytes) -> Members:
    """The files in a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info, archive.read(info)) for info in archive.infolist()]


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.NameToInfo.clear()
        for info, content in members:
            new = zipfile.ZipInfo(info.filename.split("\0")[0] or "x")
            new.external_attr, new.compress_type = info.external_attr, method
            # As it is given: ZipInfo would cut it at a zero.
            new.filename = info.filename.encode("utf-8", "replace").decode()[:60_000]
            archive.NameToInfo.clear()  # so that a name can be there twice without a warning
            archive.writestr(new, content)
    return target.getvalue()


def rename(chance: random.Random, data: bytes) -> bytes:
    """Give one a name that leads elsewhere or is absurd."""
    members = members_of(data)
    chance.choice(members)[0].filename = chance.choice(_NAMES)
    return zipped(members)


def link(chance: random.Random, data: bytes) -> bytes:
    """Make one a symbolic link."""
    members = members_of(data)
    at = chance.randrange(len(members))
    members[at][0].external_attr = 0o120777 << 16
    members[at] = members[at][0], chance.choice([b"/etc/passwd", b"../../up", b"."])
    return zipped(members)


def double(chance: random.Random, data: bytes) -> bytes:
    """Have one twice, with other contents."""
    members = members_of(data)
    info, content = chance.choice(members)
    return zipped([*members, (info, binary.flip(chance, content) if content else b"x")])


def bomb(chance: random.Random, data: bytes) -> bytes:
    """Have one unpack to far more."""
    members = members_of(data)
    at = chance.randrange(len(members))
    members[at] = members[at][0], chance.choice([_BOMB, members[at][1] + _BOMB])
    return zipped(members)


def lie(chance: random.Random, data: bytes) -> bytes:
    """State other sizes, checksums or methods than there are, here or in the directory."""
    sign, sizes = chance.choice(
        [(b"PK\x03\x04", (8, 14, 18, 22, 26, 28)), (b"PK\x01\x02", (8, 10, 16, 20, 24, 28, 42))]
    )
    places = [at for at in range(len(data)) if data.startswith(sign, at)]
    at = chance.choice(places) + chance.choice(sizes)
    value = struct.pack("<I", chance.choice([0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 200_000_000, chance.getrandbits(32)]))
    return data[:at] + value[: chance.choice([2, 4])] + data[at + 4 :][: len(data)]


def nest(chance: random.Random, data: bytes) -> bytes:
    """Put it into a zip of its own, some times."""
    for _ in range(chance.choice([1, 2, 30])):
        data = zipped([(zipfile.ZipInfo(chance.choice(["inner.zip", "x.posecore.npz", "a.json"])), data)])
    return data


def crowd(chance: random.Random, data: bytes) -> bytes:
    """Have thousands of files in it."""
    number = chance.choice([500, 5_000, 21_000])
    return zipped([*members_of(data), *((zipfile.ZipInfo(f"{each}.json"), b"") for each in range(number))])


def lose(chance: random.Random, data: bytes) -> bytes:
    """Leave out a file, or all."""
    members = members_of(data)
    members.pop(chance.randrange(len(members)))
    return zipped(chance.choice([members, []]))


def pack(chance: random.Random, data: bytes) -> bytes:
    """Pack it in another way."""
    return zipped(members_of(data), chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]))


def inside(chance: random.Random, data: bytes) -> bytes:
    """Damage a file in it, and pack it well."""
    members = members_of(data)
    at = chance.choice([at for at, (_, content) in enumerate(members) if content])
    info, content = members[at]
    if content.startswith(b"\x93NUMPY"):
        ways: tuple[binary.Way, ...] = (header, header, pickled, numbers, *binary.WAYS)
    elif content[:1] in (b"{", b"["):
        ways = (*texts.JSON_WAYS, *binary.WAYS)
    elif content[:1] == b"<":
        ways = (*texts.XML_WAYS, *binary.WAYS)
    else:
        ways = binary.WAYS
    members[at] = info, chance.choice(ways)(chance, content)
    return zipped(members)


class _Harmful:
    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return MARKER.touch, ()


def pickled(_chance: random.Random, _data: bytes) -> bytes:
    """An array of objects, whose reading would run what its writer wished."""
    target = io.BytesIO()
    npy.write_array_header_1_0(target, {"descr": "|O", "fortran_order": False, "shape": (1,)})
    return target.getvalue() + pickle.dumps(_Harmful())


def header(chance: random.Random, data: bytes) -> bytes:
    """Describe an array in another way than it is."""
    shape = chance.choice(
        ["(-1,)", "(2**62, 2**62)", "(99999999999,)", "()", "(0,)", "(1, 1, 1)", "(True,)", "[3]", "(1e9,)"]
    )
    kind = chance.choice(
        ["'<f4'", "'|O'", "'<f8'", "'<c16'", "'|S1000000'", "'<M8[s]'", "[('a', '<f4')]", "'<U99'", "None"]
    )
    order = chance.choice(["False", "True", "__import__('os')"])
    text = f"{{'descr': {kind}, 'fortran_order': {order}, 'shape': {shape}, }}"
    text = chance.choice([text, text, "(" * 5000, f"__import__('pathlib').Path({str(MARKER)!r}).touch()"])
    length = chance.choice([len(text) + 1, 0, 0xFFFF])
    body = data[128:]
    return (
        b"\x93NUMPY"
        + bytes([chance.choice([1, 2, 3, 9]), 0])
        + struct.pack("<H", length)
        + text.encode()
        + b"\n"
        + body
    )


def numbers(chance: random.Random, data: bytes) -> bytes:
    """Fill an array with numbers that are none, or none of this world."""
    one = chance.choice([struct.pack("<f", value) for value in (float("nan"), float("inf"), 1e38, -1e38, 1e-45)])
    body = data[128:]
    start = chance.choice([0, len(body) // 8 * 4])
    return data[:128] + body[:start] + one * ((len(body) - start) // 4) + body[len(body) - (len(body) - start) % 4 :]


WAYS: tuple[binary.Way, ...] = (
    rename,
    link,
    double,
    bomb,
    lie,
    lie,
    nest,
    crowd,
    lose,
    pack,
    *[inside] * 8,
    *binary.WAYS,
)
