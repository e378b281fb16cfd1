"""Hands to train letters on: measured ones, seen from elsewhere, of other proportions, and put together anew.

All hands are right hands, (n, 21, 3), x to the right, y down, z away, on one scale.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.signs.fingerspelling import LETTERS
from posecore.signs.letter_features import BONES

Doubles = NDArray[np.float64]

NO_LETTERS = "34578"
"""Digits that are like no letter."""
TWINS: Mapping[str, str] = {"O": "0", "V": "2", "W": "6", "F": "9"}
"""Digits whose shapes are those of letters."""

# Letters in which the index, middle, ring and little finger are straight, and those in which they are folded.
_STRAIGHT = ("DLUVWB", "UVWBF", "WBF", "IYBF")
_FOLDED = ("ASIY", "ASDIL", "ASDUV", "ASDUVW")
# Straight fingers of no letter.
_NO_PATTERNS = ("0100", "0010", "0110", "0011", "0101", "1001", "1010", "1011", "1101")
# Half way between these lies no letter.
_PASSING = (
    *("AV", "AW", "BU", "BV", "EW", "FA", "FS", "IB", "IL", "IU"),
    *("RB", "RW", "SV", "SW", "UW", "WU", "WY", "YB", "YV"),
)
# How much there is of each, beside a letter. These three are almost a D, or an I that is tilted.
_ALMOST: Mapping[str, float] = {"1": 0.08, "Z": 0.08, "J": 0.25}
_SHARE_OF_A_DIGIT, _SHARE_MIRRORED, _SHARE_LYING, _SHARE_OF_NO_PATTERNS, _SHARE_PASSING = 0.4, 0.3, 0.2, 2.0, 1.0
_UPRIGHT = "ABEFIMNRSTWY"  # turned by 75 degrees and more these are no letters, nor like others
_THUMB = 0


@dataclass(frozen=True, eq=False)
class Signer:
    """Hands of one person: (n, 21, 3), and the sign of each, (n,) of letters and digits."""

    points: Doubles
    signs: NDArray[np.str_]

    def draw(self, signs: str, count: int, rng: np.random.Generator) -> Doubles:
        """Hands with any of these signs, at random, again and again if there are fewer; all of one size."""
        there = self.points[np.isin(self.signs, list(signs))]
        return _of_one_size(there[rng.integers(0, len(there), count)])

    def has(self, sign: str) -> bool:
        """Whether there is any."""
        return sign in self.signs


def training_hands(signer: Signer, count: int, rng: np.random.Generator) -> tuple[Doubles, NDArray[np.intp]]:
    """Varied hands of one signer, ``count`` of each letter, and their classes: those of ``LETTERS``, then no letter."""
    letters = np.repeat(list(LETTERS), count)
    points = np.concatenate([_letter(signer, letter, count, rng) for letter in LETTERS])
    points = _other_views(points, letters, rng)
    others = [signer.draw(sign, int(count * _SHARE_OF_A_DIGIT), rng) for sign in NO_LETTERS if signer.has(sign)]
    others += [no_patterns(signer, int(count * _SHARE_OF_NO_PATTERNS), rng)]
    others += [passing_hands(signer, int(count * _SHARE_PASSING), rng)]
    other = np.concatenate(others)
    other = np.where(rng.random((len(other), 1, 1)) < 0.4, _on_its_side(other, rng), other)
    # The palm of a letter like these faces the camera. Seen as the other hand, it is that hand's back: no letter.
    facing = [letter for letter in LETTERS if letter not in "GHPQ"]
    mirrored = [signer.draw(letter, int(count * _SHARE_MIRRORED), rng) * [-1, 1, 1] for letter in facing]
    lying = [_on_its_side(signer.draw(letter, int(count * _SHARE_LYING), rng), rng) for letter in _UPRIGHT]
    copies = varied_copies(np.concatenate([points, other, *mirrored, *lying]), rng)
    almost = [signer.draw(sign, int(count * share), rng) for sign, share in _ALMOST.items() if signer.has(sign)]
    almost_copies = varied_copies(np.concatenate(almost), rng, turn=8)
    classes = [LETTERS.index(letter) for letter in letters]
    classes += [len(LETTERS)] * (len(copies) + len(almost_copies) - len(classes))
    return np.concatenate([copies, almost_copies]), np.array(classes)


def varied_copies(
    points: Doubles,
    rng: np.random.Generator,
    *,
    turn: float = 38,
    tilt: float = 42,
    stretch: float = 0.25,
    untold: float = 0.3,
    noise: float = 0.02,
    lengths: float = 0.08,
    bend: float = 6,
    depth: float = 0.2,
) -> Doubles:
    """One copy of each hand, as another person might hold it before another camera.

    Args:
        points: (n, 21, 3) hands.
        rng: of the chances.
        turn: degrees in the picture, at most.
        tilt: degrees in depth; a third more about the vertical.
        stretch: of the width, as a logarithm, at most.
        untold: share of the hands with shares of a picture that is not square, 9:16 to 4:3 and beyond.
        noise: of a landmark, in sizes of a hand; twice that in depth.
        lengths: standard deviation of the logarithm of the lengths of bones and of fingers.
        bend: standard deviation of each joint's bend, degrees; a third of that sideways.
        depth: standard deviation of the logarithm of the depths.
    """
    n = len(points)
    hands = _with_other_bones(_of_one_size(points), rng, lengths, np.radians(bend))
    hands[..., 2] *= np.exp(rng.normal(0, depth, n))[:, None]
    limit = np.radians(tilt)
    about_x = rng.normal(0, 0.6 * limit, n).clip(-limit, limit)
    about_y = rng.normal(0, 0.7 * limit, n).clip(-1.3 * limit, 1.3 * limit)
    about_z = rng.uniform(-np.radians(turn), np.radians(turn), n)
    hands = _turned(hands - hands[:, 9:10], about_x, about_y, about_z)
    nearness = rng.uniform(0, 0.12, n)[:, None]
    hands[..., :2] /= (1 + nearness * hands[..., 2])[..., None].clip(0.5)
    wide = np.exp(rng.uniform(-stretch, stretch, n))
    wide *= np.where(rng.random(n) < untold, np.exp(rng.uniform(np.log(9 / 16), np.log(1.4), n)), 1)
    hands[..., ::2] *= wide[:, None, None]
    return hands + rng.normal(0, noise, hands.shape) * [1, 1, 2] * rng.uniform(0.2, 1.5, (n, 1, 1))


def no_patterns(signer: Signer, count: int, rng: np.random.Generator) -> Doubles:
    """Hands whose fingers are straight and folded as in no letter, put together from letters."""
    hands = signer.draw("ABDFILSUVWY", count, rng)
    straight = np.array([[digit == "1" for digit in pattern] for pattern in rng.choice(_NO_PATTERNS, count)])
    for finger in range(4):
        for is_straight, source in ((True, _STRAIGHT[finger]), (False, _FOLDED[finger])):
            chosen = straight[:, finger] == is_straight
            others = signer.draw(source, int(chosen.sum()), rng)
            hands[chosen] = _with_fingers(hands[chosen], others, [finger + 1])
    return _with_fingers(hands, signer.draw("ABDFILSUVWYO", count, rng), [_THUMB])


def passing_hands(signer: Signer, count: int, rng: np.random.Generator) -> Doubles:
    """Hands on the way from one letter to another whose fingers differ much."""
    passing = []
    for pair in rng.choice(_PASSING, 8):
        first, second = (signer.draw(letter, count // 8, rng) for letter in pair)
        turn = np.einsum("nji,njk->nik", _palm_axes(first), _palm_axes(second))
        share = rng.uniform(0.35, 0.65, (count // 8, 1, 1))
        passing.append(first * (1 - share) + np.einsum("nik,njk->nji", turn, second) * share)
    return np.concatenate(passing)


def _letter(signer: Signer, letter: str, count: int, rng: np.random.Generator) -> Doubles:
    """A letter as it was measured, and in other ways in which it is also shown."""
    hands = signer.draw(letter + TWINS.get(letter, ""), count, rng)
    half = count // 2
    if letter == "D":  # the other fingers are folded, or they make an O with the thumb
        share = rng.uniform(0, 1, (half, 1, 1))
        as_o = _with_fingers(hands[:half], signer.draw("O", half, rng), [_THUMB, 2, 3, 4])
        hands[:half] = hands[:half] * (1 - share) + as_o * share
    elif letter == "K":
        hands = _middle_forward(hands, rng)
    elif letter == "P":  # a K that points to the side or down
        hands[:half] = _pointing(_middle_forward(signer.draw("K", half, rng), rng), rng.uniform(0, 90, half), rng)
    elif letter == "H":  # a U that points to the side
        hands[:half] = _pointing(signer.draw("U", half, rng), np.zeros(half), rng)
    elif letter == "Q":  # a G that points down
        hands[:half] = _towards_down(signer.draw("G", half, rng), rng.uniform(0.6, 1, half))
    return hands


def _pointing(hands: Doubles, below: Doubles, rng: np.random.Generator) -> Doubles:
    """Upright hands turned to point to the side, or so many degrees below it.

    Some signers show the palm and point to the left in the picture; most show the back and point to the right.
    """
    back = rng.random(len(hands)) < 0.6
    hands = np.where(back[:, None, None], hands * [-1, 1, -1], hands)
    palm = _palm_in_picture(hands)
    from_up = np.arctan2(palm[:, 0], -palm[:, 1])
    zero = np.zeros(len(hands))
    return _turned(hands, zero, zero, np.where(back, 1, -1) * np.radians(90 + below) - from_up)


def _other_views(points: Doubles, letters: NDArray[np.str_], rng: np.random.Generator) -> Doubles:
    """G, H, P and Q also from their other side, P and Q also pointing down."""
    hands = points.copy()
    behind = np.isin(letters, list("GHPQ")) & (rng.random(len(hands)) < 0.5)
    hands[behind] *= [-1, 1, -1]
    return _towards_down(hands, np.where(np.isin(letters, list("PQ")), rng.uniform(0, 1, len(hands)), 0))


def _towards_down(hands: Doubles, share: Doubles) -> Doubles:
    """Hands turned in the picture by a share of the way until they point down."""
    palm = _palm_in_picture(hands)
    zero = np.zeros(len(hands))
    return _turned(hands, zero, zero, share * np.arctan2(palm[:, 0], palm[:, 1]))


def _on_its_side(hands: Doubles, rng: np.random.Generator) -> Doubles:
    """Hands turned by at least 75 degrees in the picture."""
    zero = np.zeros(len(hands))
    return _turned(hands, zero, zero, np.radians(rng.uniform(75, 285, len(hands))))


def _middle_forward(hands: Doubles, rng: np.random.Generator) -> Doubles:
    """Most hands with the middle finger bent towards the palm by up to 70 degrees, as many signers show K and P."""
    angle = np.radians(70) * rng.uniform(0, 1, len(hands)) * (rng.random(len(hands)) < 0.6)
    axis = -_palm_axes(hands)[:, None, 0]
    finger = hands[:, 10:13] - hands[:, 9:10]
    cos, sin = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    along = axis * (axis * finger).sum(axis=2, keepdims=True)
    bent = hands.copy()
    bent[:, 10:13] = hands[:, 9:10] + finger * cos + np.cross(axis, finger) * sin + along * (1 - cos)
    return bent


def _with_fingers(hands: Doubles, others: Doubles, fingers: list[int]) -> Doubles:
    """Hands with some fingers of others, held to the palm as they are there; 0 is the thumb."""
    turn = np.einsum("nji,njk->nik", _palm_axes(hands), _palm_axes(others))
    mixed = hands.copy()
    for finger in fingers:
        base = 4 * finger + 1 if finger else 0
        moved = slice(4 * finger + 1, 4 * finger + 5)
        mixed[:, moved] = hands[:, [base]] + np.einsum("nik,njk->nji", turn, others[:, moved] - others[:, [base]])
    return mixed


def _with_other_bones(hands: Doubles, rng: np.random.Generator, lengths: float, bend: float) -> Doubles:
    """Hands with longer and shorter bones, and joints bent a little more or less."""
    n = len(hands)
    starts, ends = np.transpose(BONES)
    bones = hands[:, ends] - hands[:, starts]
    factors = np.exp(rng.normal(0, lengths, (n, 20))) * np.exp(rng.normal(0, lengths, (n, 5))).repeat(4, axis=1)
    bends = bend * (rng.normal(0, 1, (n, 20, 3)) * [1.0, 0.3, 0.4]) @ _palm_axes(hands)
    bends = bends.reshape(n, 5, 4, 3)
    bends[:, 1:, 0] *= 0.3  # within the palm
    bends = bends.cumsum(axis=2).reshape(n, 20, 3)  # each joint takes the rest of its finger along
    bones = bones * factors[..., None]
    bones += np.cross(bends, bones)
    moved = np.zeros_like(hands)
    for index, (start, end) in enumerate(BONES):
        moved[:, end] = moved[:, start] + bones[:, index]
    return moved


def _of_one_size(points: Doubles) -> Doubles:
    """Hands with the wrist at 0 and landmarks at a distance of 1 from their centre, as a root mean square."""
    spread = np.sqrt(((points - points.mean(axis=1, keepdims=True)) ** 2).sum(axis=2).mean(axis=1))
    return (points - points[:, :1]) / spread[:, None, None]


def _palm_in_picture(hands: Doubles) -> Doubles:
    return np.asarray(hands[:, [5, 9, 13, 17], :2].mean(axis=1) - hands[:, 0, :2])


def _palm_axes(hands: Doubles) -> Doubles:
    """(n, 3, 3): unit vectors across the palm to the thumb, along it to the middle finger, and off it."""
    along = hands[:, 9] - hands[:, 0]
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    off = np.cross(hands[:, 5] - hands[:, 17], along)
    off = off / np.linalg.norm(off, axis=1, keepdims=True)
    return np.stack([np.cross(along, off), along, off], axis=1)


def _turned(hands: Doubles, about_x: Doubles, about_y: Doubles, about_z: Doubles) -> Doubles:
    """Hands turned about x, then y, then z; radians, (n,) each."""
    one, zero = np.ones_like(about_x), np.zeros_like(about_x)
    (cx, cy, cz), (sx, sy, sz) = np.cos([about_x, about_y, about_z]), np.sin([about_x, about_y, about_z])
    rows_x = np.array([[one, zero, zero], [zero, cx, -sx], [zero, sx, cx]])
    rows_y = np.array([[cy, zero, sy], [zero, one, zero], [-sy, zero, cy]])
    rows_z = np.array([[cz, -sz, zero], [sz, cz, zero], [zero, zero, one]])
    return np.einsum("abn,bcn,cdn,nkd->nka", rows_z, rows_y, rows_x, hands, optimize=True)
