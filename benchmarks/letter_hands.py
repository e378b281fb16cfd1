"""Make the hands that show the letters on the Signs page: the mean shape of each, from labelled landmarks.

    python benchmarks/letter_hands.py signers.npz pages/ui/signs/letter_hands.json

The file has X (n, 21, 3) landmarks of right hands in pixels, y (n,) letters and signer (n,). Only means leave it. J and
Z are drawn in the air, so they have no shape of their own.
"""

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LETTERS = "ABCDEFGHIKLMNOPQRSTUVWXY"
_ROUNDS = 5
_WRIST, _KNUCKLES = 0, [5, 9, 13, 17]


def mean_hand(hands: NDArray[np.float64]) -> NDArray[np.float64]:
    """The (21, 3) mean of (n, 21, 3) hands: centred, of palm length 1, each turned to the mean by its best rotation.

    Their median takes the place of the mean, since the network misreads some hands altogether.
    """
    hands = hands - hands[:, [_WRIST, *_KNUCKLES]].mean(axis=1, keepdims=True)
    hands = hands / np.linalg.norm(hands[:, _KNUCKLES] - hands[:, [_WRIST]], axis=2).mean(axis=1)[:, None, None]
    mean = np.median(hands, axis=0)
    for _ in range(_ROUNDS):
        left, _sizes, right = np.linalg.svd(hands.transpose(0, 2, 1) @ mean)
        right[:, -1] *= np.sign(np.linalg.det(left @ right))[:, None]
        mean = np.median(hands @ (left @ right), axis=0)
    return np.asarray(mean)


def main() -> None:
    """Read the file given first, and write the one given second."""
    source, target = map(Path, sys.argv[1:3])
    data = np.load(source)
    points, letters, signers = data["X"].astype(np.float64), np.char.upper(data["y"]), data["signer"]
    made = {}
    for letter in LETTERS:
        # Signers count equally, however many samples each gave.
        each = [points[(letters == letter) & (signers == signer)] for signer in np.unique(signers)]
        made[letter] = np.round(mean_hand(np.stack([mean_hand(one) for one in each if len(one)])), 2).tolist()
    target.write_text(json.dumps(made, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
