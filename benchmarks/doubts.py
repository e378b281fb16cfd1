"""How well doubt without labels ranks labelled photos by their true errors. See README.md here."""

import argparse
import sys
import time
from pathlib import Path

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata, spearmanr

from posecore.estimation.pose_options import PoseOptions
from posecore.evaluation.case import PCK_AT, CaseName, PersonScore, score_case
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.run import CheckedSet, check_photos, estimate_photos
from posecore.evaluation.second_opinion import JOINTS, PhotoDoubt, second_opinion, torso_px

Doubles = NDArray[np.float64]

OPTIONS = PoseOptions(people=20)
LOOKS = (["mirrored"], ["turned"], ["heavy"], ["mirrored", "turned"], ["mirrored", "turned", "heavy"])
FIRST = 20  # photos that somebody would look at
HEAD = f"{'':<26}{'rho':>6}{'halves':>13}{'of first 20':>13}{'AUC':>7}{'AUC of joints':>15}{'ms':>6}"


def true_errors(scores: list[PersonScore]) -> Doubles:
    """(N, 17) errors of the labelled people in torsos; where that is not labelled, in half the root of their area."""
    sizes = [each.person.torso_px if each.person.torso_px > 0 else np.sqrt(each.person.area) / 2 for each in scores]
    return np.array([each.errors_px for each in scores]) / np.array(sizes)[:, None]


def auc(values: Doubles, wrong: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: how often what is wrong has a larger value than what is right."""
    ranks = rankdata(values)[wrong].sum() - wrong.sum() * (wrong.sum() + 1) / 2
    return float(ranks / (wrong.sum() * (~wrong).sum()))


def line(name: str, values: Doubles, errors: Doubles, joints: Doubles | None = None, ms: float = np.nan) -> str:
    """One row of the table.

    Args:
        name: of what ranks the photos.
        values: (N,) of the photos.
        errors: (N, 17) of the labelled person in each, NaN: not labelled.
        joints: (N, 17) of the joints of that person; NaN: not found.
        ms: processor time of a photo.
    """
    wrong = np.nanmean(np.where(np.isnan(errors), np.nan, errors > PCK_AT), axis=1)
    parts = (slice(None), slice(0, None, 2), slice(1, None, 2))
    rho = [spearmanr(values[part], wrong[part]).statistic for part in parts]
    # Of equally wrong photos, those with larger errors are worse.
    order = wrong + 1e-6 * np.nanmean(np.minimum(errors, 1), axis=1)
    worst = order >= np.quantile(order, 0.75)
    hits = worst[np.argsort(-values, kind="stable")[:FIRST]].sum()
    known = np.zeros_like(errors, bool) if joints is None else np.isfinite(joints) & np.isfinite(errors)
    of_joints = "" if joints is None else f"{auc(joints[known], errors[known] > PCK_AT):.2f}"
    halves = f"{rho[1]:.2f}, {rho[2]:.2f}"
    time_text = f"{ms:.0f}" if np.isfinite(ms) else ""
    return f"{name:<26}{rho[0]:>6.2f}{halves:>13}{hits:>13}{auc(values, worst):>7.2f}{of_joints:>15}{time_text:>6}"


def joints_of(photo: PhotoDoubt, score: PersonScore) -> tuple[Doubles, Doubles]:
    """(17,) distances between the looks, and (17,) invisibility, of the detection that a label matched."""
    for person in photo.found:
        if np.allclose(person.points, score.points, equal_nan=True):
            return person.joints_apart, 1 - person.visibility
    return np.full(17, np.nan), np.full(17, np.nan)


def measure(checked: CheckedSet, looks: list[str]) -> tuple[dict[int | str, PhotoDoubt], float]:
    """The photos by their id, and the processor time of one in milliseconds."""
    start = time.process_time()
    opinion = second_opinion(checked, OPTIONS, looks)
    spent = 1000 * (time.process_time() - start) / len(opinion.photos)
    return {photo.photo.photo_id: photo for photo in opinion.photos}, spent


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help="folder of the labelled photos")
    parser.add_argument("--annotations", type=Path, required=True, metavar="COCO.json", help="COCO keypoint labels")
    given = parser.parse_args()
    checked = check_photos(read_labelled_set(given.images, given.annotations))
    found = estimate_photos(checked, OPTIONS).found
    scores = score_case(CaseName("full"), checked.labelled.photos, found).people
    by_photo = {each.photo.photo_id: each for each in scores if len(found[each.photo.photo_id])}
    errors = true_errors(list(by_photo.values()))
    print(f"{len(found)} photos; somebody is found in {len(by_photo)}, which are ranked.")
    print(HEAD)
    print(line("chance", np.random.default_rng(0).random(len(errors)), errors))
    precise = []
    for number, looks in enumerate(LOOKS):
        doubts, ms = measure(checked, looks)
        pairs = [joints_of(doubts[photo_id], score) for photo_id, score in by_photo.items()]
        if number == 0:
            people = [doubts[photo_id].found for photo_id in by_photo]
            hidden = [max(1 - each.visibility[list(JOINTS)].mean() for each in all_found) for all_found in people]
            print(line("not visible", np.array(hidden), errors, np.array([pair[1] for pair in pairs])))
            small = [max(1 / torso_px(each.points) for each in all_found) for all_found in people]
            print(line("small", np.array(small), errors))
        values = np.array([doubts[photo_id].doubt for photo_id in by_photo])
        apart = np.array([pair[0] for pair in pairs])
        print(line(", ".join(looks), values, errors, apart, ms), flush=True)
        known = np.isfinite(apart) & np.isfinite(errors)
        doubtful, wrong = (each[known] > PCK_AT for each in (apart, errors))
        precise.append(
            f"{', '.join(looks)}: {wrong[doubtful].mean():.0%} of {doubtful.sum()} joints that differ by more than "
            f"{PCK_AT:g} are wrong, {wrong[~doubtful].mean():.0%} of {(~doubtful).sum()} others"
        )
    print("\n".join(precise))


if __name__ == "__main__":
    main()
