"""Read letters of signers who were left out of the training, and hands that show no letter. See README.md here."""

import argparse
import json
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from numpy.typing import NDArray

from posecore.signs.fingerspelling import LETTERS, SURE, LetterModel, read_right_hands, trained_letters
from training.letter_copies import Doubles, Signer, no_patterns, passing_hands
from training.letters import calibrate, leave_one_out, letter_hands, load_signers, turned_copies

# What asl_hand.25fps.mp4 of MediaPipe's tests spells, by eye: first and last frame in which each letter is held.
CLIP_WORD = [
    *[("K", 18, 47), ("I", 58, 82), ("N", 95, 122), ("D", 136, 164)],
    *[("N", 175, 202), ("E", 214, 252), ("S", 262, 291), ("S", 301, 324)],
]
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)


class Answers:
    """Letters read from hands, beside those that were shown."""

    def __init__(self, model: LetterModel, points: Doubles, shown: NDArray[np.str_]) -> None:
        best, self.probable = read_right_hands(points, model)
        self.best = np.array(list(LETTERS))[best]
        self.shown = shown
        self.sure = self.probable >= SURE
        self.right = self.best == shown

    def figures(self) -> dict[str, float]:
        """Shares, percent: right of all hands, answered, and right of those answered."""
        right = (self.right & self.sure).mean()
        return {
            "right": round(float(100 * right), 1),
            "answered": round(float(100 * self.sure.mean()), 1),
            "right of answered": round(float(100 * right / max(self.sure.mean(), 1e-9)), 1),
        }

    def mistakes(self) -> str:
        """The letters that were taken for others, most often first, as ``V>U 7``."""
        wrong = self.sure & ~self.right
        pairs = Counter(f"{shown}>{best}" for shown, best in zip(self.shown[wrong], self.best[wrong], strict=True))
        return ", ".join(f"{pair} {count}" for pair, count in pairs.most_common(12))


def views_of(points: Doubles) -> dict[str, Doubles]:
    """The same hands, as the figures name them."""
    return {
        "as measured": points,
        "turned": turned_copies(points),
        "9:16 untold": points * [9 / 16, 1, 9 / 16],
        "3:4 untold": points * [3 / 4, 1, 3 / 4],
        "wrong side": points * [-1, 1, 1],
    }


def no_letters(signer: Signer) -> dict[str, Doubles]:
    """Hands of a signer that show no letter."""
    rng = np.random.default_rng(2)
    hands = {
        "passing": passing_hands(signer, 400, rng),
        "no pattern of a letter": no_patterns(signer, 400, rng),
    }
    for name, signs in (("3 4 5 7 8", "34578"), ("1", "1"), ("J", "J"), ("Z", "Z")):
        chosen = np.isin(signer.signs, list(signs))
        if chosen.any():
            hands[name] = signer.points[chosen]
    return hands


def print_reliability(every: list[Answers]) -> None:
    """How often letters are right, by the probability that was stated; each signer and view counts the same."""
    stated = np.concatenate([answers.probable for answers in every])
    right = np.concatenate([answers.right for answers in every])
    weights = np.concatenate([np.full(len(answers.right), 1 / len(answers.right)) for answers in every])
    print("stated probability | share of hands | mean stated | right")
    for low, high in pairwise(BINS):
        chosen = (stated >= low) & (stated < high)
        if chosen.any():
            w = weights[chosen]
            mean, truly = np.average(stated[chosen], weights=w), np.average(right[chosen], weights=w)
            print(f"{low:.2f}..{high:.2f} | {w.sum() / weights.sum():6.1%} | {mean:6.1%} | {truly:6.1%}")


def print_clip(path: Path, model: LetterModel, name: str) -> None:
    """The held letters of the clip, which no network has seen."""
    points = np.array(json.loads(path.read_text(encoding="utf-8")))
    frames = np.concatenate([np.arange(first, last + 1) for _, first, last in CLIP_WORD])
    shown = np.concatenate([np.repeat(letter, last - first + 1) for letter, first, last in CLIP_WORD])
    answers = Answers(model, points[frames], shown)
    print(f"\n{path.name}, {name}: {answers.figures()} {answers.mistakes()}")
    for letter in dict.fromkeys(shown.tolist()):
        of_it = answers.sure[shown == letter]
        print(f"  {letter}: {of_it.mean():.0%} of {len(of_it)} frames answered")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signers", type=Path, required=True)
    parser.add_argument("--letters", type=Path, required=True)
    parser.add_argument("--clip", type=Path, help="asl_hand.full.json of MediaPipe's tests")
    parser.add_argument("--networks", type=int, default=3)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    signers = load_signers(args.signers, args.letters)
    models = leave_one_out(signers, networks=args.networks)
    results, every = {}, []
    for name, signer in signers.items():
        # Calibrated by the signers that are left: this one is left out there too.
        others = {other: model for other, model in models.items() if other != name}
        model = models[name]._replace(calibration=calibrate(others, signers))
        points, shown = letter_hands(signer)
        print(f"\nSigner {name}, left out: {len(points)} hands")
        for view, hands in views_of(points).items():
            answers = Answers(model, hands, shown)
            results[f"{name}, {view}"] = answers.figures()
            print(f"  {view:12s} {answers.figures()} {answers.mistakes() if view == 'as measured' else ''}")
            if view in ("as measured", "turned"):
                every.append(answers)
        for what, hands in no_letters(signer).items():
            none = float((read_right_hands(hands, model)[1] < SURE).mean())
            results[f"{name}, {what}"] = {"no letter": round(100 * none, 1)}
            print(f"  {what}: {none:.0%} of {len(hands)} give no letter")
        if args.clip and name == "webcam":
            print_clip(args.clip, model, "trained on the signers before black")
    print()
    print_reliability(every)
    if args.clip:
        print_clip(args.clip, trained_letters(), "as shipped")
    if args.json:
        args.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
