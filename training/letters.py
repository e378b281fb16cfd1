"""Train the networks that read finger-spelled letters, and write them to posecore/signs/letters.npz.

    python -m training.letters --signers signers_1_2_3.npz --letters asl_landmarks_AZ.npz

It takes some minutes on one core, and the same numbers come out each time on the same machine and libraries. Of each
signer only landmarks are known. The networks learn from varied copies of them, see ``training.letter_copies``. They are
calibrated by signers whom the networks have not seen: each is left out once.

Files of landmarks:
    --signers: ``X`` (n, 21, 3), ``y`` (n,) letters and digits, ``signer`` (n,), ``handedness`` (n,) Left or Right, on
        one scale.
    --letters: ``X`` (n, 21, 3) in shares of pictures of 16:9, ``y`` (n,) letters; left hands, or right ones in a
        mirror.

The file that is written, all float16 but the calibration:
    ``mean``, ``spread`` (588,) of the features; ``weights`` (3, 588, 96), ``offsets`` (3, 96), ``out_weights``
    (3, 96, 25), ``out_offsets`` (3, 25) of three networks; ``calibration`` (2,). See ``LetterModel``.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from posecore.signs.fingerspelling import LETTERS, WEIGHTS, Layers, LetterModel, read_right_hands
from posecore.signs.letter_features import describe_shapes
from training.letter_copies import Doubles, Signer, training_hands, varied_copies

WEBCAM = "webcam"
"""The signer of --letters."""

_SEED = 0
_NETWORKS, _HIDDEN = 3, 96
_HANDS_OF_A_LETTER = 1000
_STEPS, _BATCH, _RATE, _DECAY = 1000, 1024, 2e-3, 2e-3
_DROPPED, _SMOOTHED = 0.1, 0.05
_LEAST_SPREAD = 0.05


def load_signers(signers: Path, letters: Path) -> dict[str, Signer]:
    """Right hands of each signer, by name."""
    found = {}
    with np.load(signers) as saved:
        side = np.where(saved["handedness"] == "Left", -1, 1)
        points = saved["X"].astype(np.float64) * np.stack([side, np.ones_like(side), np.ones_like(side)], 1)[:, None]
        for name in np.unique(saved["signer"]):
            chosen = saved["signer"] == name
            found[str(name)] = Signer(points[chosen], np.char.upper(saved["y"][chosen]))
    with np.load(letters) as saved:
        found[WEBCAM] = Signer(saved["X"].astype(np.float64) * [-16 / 9, 1, 16 / 9], saved["y"])
    return found


def train_model(signers: Sequence[Signer], *, networks: int = _NETWORKS, seed: int = _SEED) -> LetterModel:
    """Networks trained on these signers, not calibrated."""
    rng = np.random.default_rng(seed)
    trained: list[Layers] = []
    for _ in range(networks):
        sets = [training_hands(signer, _HANDS_OF_A_LETTER // len(signers), rng) for signer in signers]
        features = describe_shapes(np.concatenate([points for points, _ in sets]))
        if not trained:
            mean, spread = features.mean(axis=0), features.std(axis=0) + np.float32(_LEAST_SPREAD)
        trained.append(_train((features - mean) / spread, np.concatenate([classes for _, classes in sets]), rng))
    return LetterModel(mean, spread, tuple(trained), (1.0, 0.0))


def leave_one_out(signers: Mapping[str, Signer], *, networks: int = 1) -> dict[str, LetterModel]:
    """By signer, networks that have not seen this signer."""
    return {
        name: train_model([signer for other, signer in signers.items() if other != name], networks=networks)
        for name in signers
    }


def letter_hands(signer: Signer) -> tuple[Doubles, NDArray[np.str_]]:
    """The hands that show a letter, and the letters."""
    shown = np.isin(signer.signs, list(LETTERS))
    return signer.points[shown], signer.signs[shown]


def turned_copies(points: Doubles) -> Doubles:
    """Hands as before another camera: turned by up to 30 degrees, tilted, stretched a little; always the same."""
    rng = np.random.default_rng(1)
    return varied_copies(points, rng, turn=30, tilt=20, stretch=0.1, noise=0.01, untold=0, lengths=0, bend=0, depth=0)


def calibrate(models: Mapping[str, LetterModel], signers: Mapping[str, Signer]) -> tuple[float, float]:
    """Slope and offset with which the probabilities fit how often letters of unseen signers are right.

    Each signer counts the same, as measured and turned.
    """
    odds, right, weights = [], [], []
    for name, model in models.items():
        points, letters = letter_hands(signers[name])
        for hands in (points, turned_copies(points)):
            best, share = read_right_hands(hands, model)
            odds.append(np.log(share / (1 - share)))
            right.append(np.array(list(LETTERS))[best] == letters)
            weights.append(np.full(len(hands), 1 / len(hands)))
    x, y, w = np.concatenate(odds), np.concatenate(right), np.concatenate(weights)

    def loss(line: NDArray[np.float64]) -> float:
        logits = line[0] * x + line[1]
        return float((w * (np.logaddexp(0, logits) - y * logits)).sum())

    slope, offset = minimize(loss, [1.0, 0.0]).x
    return float(slope), float(offset)


def save_model(model: LetterModel, path: Path) -> None:
    """Write a model as described at the top."""
    stacked = {name: np.stack([getattr(net, name) for net in model.networks]) for name in Layers._fields}
    arrays = {"mean": model.mean, "spread": model.spread, **stacked}
    halves = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez_compressed(path, **halves, calibration=np.array(model.calibration, np.float32))


def _train(features: NDArray[np.float32], classes: NDArray[np.intp], rng: np.random.Generator) -> Layers:
    """Train a network of two layers by Adam with decaying weights (AdamW) and a rate that falls as a cosine."""
    outputs = len(LETTERS) + 1
    shapes = [(features.shape[1], _HIDDEN), (_HIDDEN,), (_HIDDEN, outputs), (outputs,)]
    values = [
        rng.normal(0, np.sqrt(2 / shape[0]), shape).astype(np.float32)
        if len(shape) == 2
        else np.zeros(shape, np.float32)
        for shape in shapes
    ]
    means = [np.zeros_like(value) for value in values]
    squares = [np.zeros_like(value) for value in values]
    wanted = np.full((outputs, outputs), _SMOOTHED / outputs, np.float32)
    wanted += (1 - _SMOOTHED) * np.eye(outputs, dtype=np.float32)
    for step in range(1, _STEPS + 1):
        chosen = rng.integers(0, len(features), _BATCH)
        kept = rng.random((_BATCH, features.shape[1]), dtype=np.float32) > _DROPPED
        gradients = _gradients(values, features[chosen] * kept / np.float32(1 - _DROPPED), wanted[classes[chosen]])
        rate = _RATE * 0.5 * (1 + np.cos(np.pi * step / _STEPS))
        for value, gradient, mean, square in zip(values, gradients, means, squares, strict=True):
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient**2 - square)
            change = (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
            value -= rate * (change + (_DECAY * value if value.ndim == 2 else 0))
    return Layers(*values)


def _gradients(
    values: Sequence[NDArray[np.float32]], features: NDArray[np.float32], wanted: NDArray[np.float32]
) -> list[NDArray[np.float32]]:
    """Gradients of the mean cross entropy, for each of the values."""
    weights, offsets, out_weights, out_offsets = values
    hidden = np.maximum(features @ weights + offsets, 0)
    outputs = hidden @ out_weights + out_offsets
    outputs = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    error = (outputs / outputs.sum(axis=1, keepdims=True) - wanted) / len(features)
    hidden_error = (error @ out_weights.T) * (hidden > 0)
    return [features.T @ hidden_error, hidden_error.sum(axis=0), hidden.T @ error, error.sum(axis=0)]


def main() -> None:
    """Train on all signers and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--signers", type=Path, required=True)
    parser.add_argument("--letters", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=WEIGHTS)
    args = parser.parse_args()
    signers = load_signers(args.signers, args.letters)
    calibration = calibrate(leave_one_out(signers), signers)
    model = train_model(list(signers.values()))._replace(calibration=calibration)
    save_model(model, args.output)
    print(f"{args.output}: {args.output.stat().st_size / 1000:.0f} kB, calibration {calibration}")


if __name__ == "__main__":
    sys.exit(main())
