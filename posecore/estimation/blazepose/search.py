"""Thorough search: finds everyone in a picture, including small or distant people.

BlazePose's detector sees the whole picture scaled down to 224 pixels and was trained on one upright person who fills
much of it. Shown overlapping parts of the picture, it also proposes people who are small in the whole, and shown the
picture turned, people who lie or are upside down; and many false candidates. So each candidate is confirmed by a second
detection: the landmarks found in its region span a region of their own, and there both networks must find the same
person.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import product

import cv2
import numpy as np

from posecore.estimation.arrays import FloatArray
from posecore.estimation.blazepose.graph import BlazePose
from posecore.estimation.blazepose.landmarks import RegionPose
from posecore.estimation.inputs import Picture
from posecore.estimation.oks import oks_between
from posecore.estimation.regions import Region, overlap
from posecore.skeletons import BLAZEPOSE_33

# Besides the whole picture, squares of it are searched: their side as a share of the picture's longer side, and the
# lowest detector score that makes a candidate (MediaPipe's default is 0.5; here confirmation decides). Squares overlap
# by half. Small ones show many things that look like people, such as hands.
_WHOLE_SCORE = 0.4
_SQUARES = ((0.6, 0.4), (0.35, 0.4), (0.25, 0.5))
# More than half of them are of the smallest size. In a photo, only those are searched in which the others saw a hint of
# somebody, however weak, who is not larger than the square.
_HINTED, _WEAK_HINT = 0.3, 0.1
# Even smaller squares take longer than all others together. They are worth it if nobody was found, or only people
# smaller than ``_FAR`` of the picture's longer side, or a crowd of at least ``_CROWD`` people, one of them that small;
# and only those squares in which somebody seemed to be before, with at least this score.
_SMALLEST_SQUARES = ((0.14, 0.5),)
_HINT_SCORE = 0.2
_FAR, _CROWD = 0.12, 4
# Smaller squares, in pixels, are not searched: so small, nobody can be confirmed. (In 21 photos of people, scaled down
# to 20 to 96 pixels, the smallest square that led to somebody had 5.9.)
_LEAST_SQUARE = 4
# Regions that overlap more than this (intersection over union) are of one candidate. The surest may fail where another
# is confirmed, so that as many of them are examined before the candidate is given up.
_SAME_REGION = 0.6
_TRIES, _PATIENT_TRIES = 2, 3
# Scores of candidates that are equal when rounded to one in so many are about equally sure.
_SCORE_STEPS = 20
# The work on a crowd, or on a photo full of detail, is bounded: at most this many runs of the landmark network, for the
# surest candidates first (two confirm a person), and looks at the smallest squares, with the surest hints first. The
# one run that counts a person beyond those asked for is free: as many as the looks show are counted.
_MOST_RUNS, _MOST_CLOSER = 56, 60
# As many people are confirmed in any case, so that those with the best scores are among them.
_ALWAYS_CONFIRMED = 12
# The whole picture is searched in these turns, too: half of the gymnasts upside down are not seen upright.
_TURNS = (math.pi / 2, math.pi, -math.pi / 2)

# In a stream, the whole picture is searched once in this many seconds.
_SWEEP_S = 1.0

# A candidate is confirmed if the landmark network has at least this score twice, both poses are the same person (OKS),
# and the detector, shown the region the person spans, finds exactly that person.
_MIN_SCORE = 0.55
_MIN_AGREEMENT = 0.5
_MIN_DETECTION, _MIN_OVERLAP = 0.4, 0.35
# A pose mixed from two people spans a region whose centre and rotation match neither. (Measured difference, in sides of
# the region plus quarters of a radian: up to 0.14 for correct poses, 0.21 and more for mixed ones.)
_MOST_APART = 0.16
# People smaller than this share of the picture's longer side need higher scores: so small, objects look like people.
_SMALL, _SMALL_SCORE, _SMALL_AGREEMENT = 0.1, 0.95, 0.85

# Within a region so many times as large, part of that person can look like a small person.
_LARGER = 2.0

# Two detections are the same person if their poses are this similar (OKS), if their faces are within this many head
# heights of each other, or if at least this share of the less certain one's landmarks is within a head of the other's
# bones: part of a large person, such as a hand, can look like a small person.
_SAME_POSE = 0.3
_SAME_FACE_HEADS = 0.6
_WITHIN_BODY = 0.7

_FACE = list(BLAZEPOSE_33.parts["face"])
_EDGES = np.array(BLAZEPOSE_33.edges)
_TORSO = [BLAZEPOSE_33.index(name) for name in ("left_shoulder", "right_shoulder", "right_hip", "left_hip")]
_VISIBLE = 0.5

# Large people of whom the detector is sure in the whole picture come first: squares cut off parts of a body. Large
# is from this share of the picture's longer side. If nobody is confirmed, the surest large one counts all the same,
# from a lower score: an acrobat's two poses often differ.
_LARGE, _SURE_SCORE, _CLEAR_SCORE = 0.4, 0.85, 0.7

Shares = Sequence[tuple[float, float]]
"""Sides of squares as shares of the picture's longer side, each with the lowest accepted detector score."""

Look = Callable[[], list[Region]]
"""One look at a part of a picture: returns regions around everyone who may be there."""

Candidates = Callable[[Picture], Sequence[Look]]
"""Source of candidates; another person detector can take its place.

It returns the looks that together cover the picture. A stream calls only some of them in each frame. Several regions
for one person do no harm.
"""


class SquareBySquare:
    """Finds candidates with BlazePose's own detector, in the whole picture and in squares of it.

    Args:
        blazepose: provides the detector.
        photo: also look at the whole picture in the other quarter turns, and at the smaller squares only if looks
            before saw a hint of somebody there. Then the looks are to be taken in order.
    """

    def __init__(self, blazepose: BlazePose, *, photo: bool = False) -> None:
        self._blazepose = blazepose
        self._photo = photo
        self._hints: list[Region] = []

    def __call__(self, picture: Picture) -> list[Look]:
        """One look at the whole picture in each turn, and one at each square that is not too small."""
        self._hints = []
        whole = Region.whole(picture.shape[1], picture.shape[0])
        turns = (0.0, *_TURNS) if self._photo else (0.0,)
        wholes = [partial(self._look, picture, replace(whole, rotation=turn), min_score=_WHOLE_SCORE) for turn in turns]
        parts = [
            partial(self._look_if_hinted if self._photo else self._look, picture, square, min_score=min_score)
            for square, min_score in squares(picture.shape[1], picture.shape[0])
            if square.size >= _LEAST_SQUARE
        ]
        return [*wholes, *parts]

    def closer(self, picture: Picture) -> list[Look]:
        """One look at each of the smallest squares in which the looks so far saw a hint of somebody, surest first."""
        height, width = picture.shape[:2]
        hinted = []
        for square, min_score in squares(width, height, _SMALLEST_SQUARES):
            hint = max((hint.score for hint in self._hints if _is_in(square, hint)), default=0.0)
            if hint >= _HINT_SCORE and square.size >= _LEAST_SQUARE:
                hinted.append((hint, partial(self._look, picture, square, min_score=min_score)))
        return [look for _, look in sorted(hinted, key=lambda each: -each[0])[:_MOST_CLOSER]]

    def _look_if_hinted(self, picture: Picture, square: Region, min_score: float) -> list[Region]:
        needs_hint = square.size < _HINTED * max(picture.shape[:2])
        if needs_hint and not any(_is_in(square, hint, larger=1) for hint in self._hints):
            return []
        return self._look(picture, square, min_score)

    def _look(self, picture: Picture, square: Region, min_score: float) -> list[Region]:
        seen = self._blazepose.detect(picture, _WEAK_HINT if self._photo else _HINT_SCORE, within=square)
        self._hints += seen
        return [region for region in seen if region.score >= min_score]


def _is_in(square: Region, hint: Region, *, larger: float = 2) -> bool:
    """Whether the middle of a region is in a square, and the region is not too large to be of someone in it."""
    near = max(abs(square.x - hint.x), abs(square.y - hint.y)) <= square.size / 2
    return near and hint.size <= larger * square.size


def squares(width: int, height: int, shares: Shares = _SQUARES) -> Iterator[tuple[Region, float]]:
    """The squares of a picture to search besides the whole, each with the lowest accepted score."""
    for share, min_score in shares:
        side = share * max(width, height)
        for y, x in product(_centres(height, side), _centres(width, side)):
            yield Region(x, y, side, 0.0, 1.0), min_score


def _centres(length: float, side: float) -> list[float]:
    """Centres of intervals of this side that overlap by at least half and together cover the length."""
    if side >= length:
        return [length / 2]
    steps = math.ceil((length - side) / (side / 2))
    centres: list[float] = np.linspace(side / 2, length - side / 2, steps + 1).tolist()
    return centres


class Search:
    """Finds everyone in a picture; for one run.

    Args:
        blazepose: confirms candidates.
        candidates: where to search.
        closer: where to search additionally if nobody, only small people or a crowd was found.
        min_score: lowest accepted score of the landmark network, 0..1.
        min_detection: lowest accepted score of the detector in the confirming detection, 0..1.
        patient: give unconfirmed candidates further chances, which takes time.
    """

    def __init__(
        self,
        blazepose: BlazePose,
        candidates: Candidates,
        *,
        closer: Candidates | None = None,
        min_score: float = _MIN_SCORE,
        min_detection: float = _MIN_DETECTION,
        patient: bool = False,
    ) -> None:
        self._blazepose = blazepose
        self._candidates = candidates
        self._closer = closer
        self._min_score = min_score
        self._min_detection = min_detection
        self._patient = patient
        self._runs_left = 0  # of the landmark network, for this picture
        self._counted_from = math.inf  # so many people of this picture, the others are only counted

    def looks(self, picture: Picture) -> Sequence[Look]:
        """The looks that together cover the picture."""
        return self._candidates(picture)

    def people(self, picture: Picture, wanted: int | None = None) -> list[RegionPose]:
        """Find all confirmed people, surest first; if there are none, perhaps a large one who is seen clearly.

        Args:
            picture: the photo.
            wanted: of a crowd, at least so many are confirmed. Others come last, to be counted: one run of the landmark
                network is enough if it agrees with the detector. None: all are confirmed.
        """
        self._counted_from = math.inf if wanted is None else max(wanted, _ALWAYS_CONFIRMED)
        whole, *parts = self.looks(picture)
        first = whole()
        candidates = [*first, *(region for look in parts for region in look())]
        large = _LARGE * max(picture.shape[:2])
        found = self.confirm(picture, [one for one in first if one.size >= large and one.score >= _SURE_SCORE])
        found += self._confirm(picture, candidates, found)
        far = [_length(pose) < _FAR * max(picture.shape[:2]) for pose in found]
        may_be_smaller_ones = all(far) or (len(found) >= _CROWD and any(far))
        if self._closer is not None and may_be_smaller_ones and self._runs_left > 0:
            closer = [region for look in self._closer(picture) for region in look()]
            found += self._confirm(picture, closer, found)
        return found or self._unconfirmed(picture, candidates)

    def _unconfirmed(self, picture: Picture, candidates: Sequence[Region]) -> list[RegionPose]:
        """The surest large person, as estimated in the region they span, if both networks are sure enough."""
        least = _LARGE * max(picture.shape[:2])
        likely = [region for region in candidates if region.score >= _CLEAR_SCORE and region.size >= least]
        if not likely:
            return []
        first = self._landmarks(picture, max(likely, key=lambda region: region.score))
        if first.score < self._min_score or not first.next_region.usable:
            return []
        return [self._landmarks(picture, first.next_region)]

    def confirm(
        self, picture: Picture, candidates: Iterable[Region], known: Sequence[RegionPose] = ()
    ) -> list[RegionPose]:
        """Confirm candidates: the people in these regions who are not among the known, surest landmarks first."""
        self._runs_left = _MOST_RUNS
        return self._confirm(picture, candidates, known)

    def _confirm(self, picture: Picture, candidates: Iterable[Region], known: Sequence[RegionPose]) -> list[RegionPose]:
        """As ``confirm``, with the runs that are left."""
        found: list[tuple[float, RegionPose]] = []
        counted: list[tuple[float, RegionPose]] = []
        failed: list[Region] = []
        tries = _PATIENT_TRIES if self._patient else _TRIES
        # Of about equally sure ones, those of the first looks come first, which show more of a body.
        for region in sorted(candidates, key=lambda region: -round(_SCORE_STEPS * region.score)):
            if self._runs_left <= 0:
                break
            people = [*known, *(pose for _, pose in [*found, *counted])]
            if any(overlap(region, pose.next_region) > _SAME_REGION for pose in people):
                continue  # this person is already known
            if sum(overlap(region, other) >= _SAME_REGION for other in failed) >= tries:
                continue
            larger = [pose for pose in people if pose.next_region.size > _LARGER * region.size]
            counts = len(people) >= self._counted_from
            pose = self._confirmed(picture, region, larger, counts=counts)
            if pose is not None:
                (counted if counts else found).append((pose.score * region.score, pose))
            else:
                failed.append(region)
        new: list[RegionPose] = []
        for group in (found, counted):
            different: list[RegionPose] = []
            for _, pose in sorted(group, key=lambda entry: -entry[0]):
                if not is_among(pose, [*known, *new, *different]):
                    different.append(pose)
            new += sorted(different, key=lambda pose: -pose.score * float(pose.presence.mean()))
        return new

    def _confirmed(
        self, picture: Picture, region: Region, larger: Sequence[RegionPose], *, counts: bool
    ) -> RegionPose | None:
        """The confirmed person in a region, as estimated in the region the person spans; None if there is nobody.

        If the networks disagree, the region may be a bad fit for a real person: in the whole picture, the detector
        sees little of a backlit person, for example. If the search is patient, it examines what the detector finds
        nearby in the same way. Whoever only counts is confirmed if the first landmarks are where the detector says.
        """
        pose, nearer = self._closely(picture, region, larger, counts=counts)
        if pose is None and nearer is not None and self._patient:
            pose, _ = self._closely(picture, nearer, larger, counts=counts)
        return pose

    def _closely(
        self, picture: Picture, region: Region, larger: Sequence[RegionPose], *, counts: bool
    ) -> tuple[RegionPose | None, Region | None]:
        """The person in a region if both networks agree, otherwise a nearby region proposed by the detector.

        Neither for a part of a larger person, such as a hand that looks like a small person.
        """
        first = self._landmarks(picture, region)
        if first.score < self._min_score or not first.next_region.usable or is_among(first, larger):
            return None, None
        if counts and first.score >= _SMALL_SCORE and _is_same_place(region, first.next_region):
            self._runs_left += 1
            return first, None
        second = self._landmarks(picture, first.next_region)
        spanned = second.next_region
        agreed = self._agree(first, second, max(picture.shape[:2]))
        if not spanned.usable or not (agreed or self._patient):
            return None, None
        detected = self._blazepose.detect(picture, self._min_detection, within=_square_in(picture, spanned))
        near = [one for one in detected if overlap(one, spanned) >= _MIN_OVERLAP]
        if agreed and any(_is_same_place(one, spanned) for one in near):
            return second, None
        return None, near[0] if near else None

    def _landmarks(self, picture: Picture, region: Region) -> RegionPose:
        self._runs_left -= 1
        return self._blazepose.landmarks(picture, region)

    def _agree(self, first: RegionPose, second: RegionPose, longer_side: int) -> bool:
        """Whether both are the same person, with a sufficient score."""
        if _length(second) < _SMALL * longer_side:
            return second.score >= _SMALL_SCORE and _oks(first, second) >= _SMALL_AGREEMENT
        return second.score >= self._min_score and _oks(first, second) >= _MIN_AGREEMENT


class Sweep:
    """A search spread over the frames of a stream: complete in the first frame, then a few looks per frame.

    A complete search takes as long as many frames, so a live video would freeze.

    Args:
        search: the search to spread.
    """

    def __init__(self, search: Search) -> None:
        self._search = search
        self._next = 0
        self.restart()

    def complete(self, picture: Picture, known: Sequence[RegionPose]) -> list[RegionPose]:
        """A complete search at once, which is nobody's turn: the confirmed people who are not among the known."""
        return self._search.confirm(
            picture, [region for look in self._search.looks(picture) for region in look()], known
        )

    def restart(self) -> None:
        """Make the next turn a complete search again."""
        self._time_s = -math.inf

    @property
    def state(self) -> list[float]:
        """What ``restore`` needs to go on from here: plain values for JSON."""
        return [self._next, self._time_s]

    def restore(self, state: list[float]) -> None:
        """Go on where another sweep was when it had this ``state``."""
        self._next, self._time_s = int(state[0]), state[1]

    def look(self, picture: Picture, time_s: float, known: Sequence[RegionPose] = ()) -> list[RegionPose]:
        """Take this frame's turn of looks and return the confirmed people who are not among the known.

        Args:
            picture: the frame.
            time_s: later than in the previous call.
            known: people already found.
        """
        looks = self._search.looks(picture)
        due = min(len(looks), math.ceil(len(looks) * min(1.0, (time_s - self._time_s) / _SWEEP_S)))
        turn = [looks[(self._next + step) % len(looks)] for step in range(due)]
        self._next = (self._next + due) % len(looks)
        self._time_s = time_s
        return self._search.confirm(picture, [region for look in turn for region in look()], known)


def _length(pose: RegionPose) -> float:
    return float(np.ptp(pose.points[:, :2], axis=0).max())


def _square_in(picture: Picture, region: Region) -> Region:
    """The square around the part of a region inside the picture; a portrait's region extends far below it.

    It is turned by quarters, so that the person is about upright in it.
    """
    height, width = picture.shape[:2]
    half = region.size / 2
    left, right = (min(max(0.0, x), width) for x in (region.x - half, region.x + half))
    top, bottom = (min(max(0.0, y), height) for y in (region.y - half, region.y + half))
    side = max(right - left, bottom - top, 1.0)
    quarters = round(region.rotation / (math.pi / 2))
    return Region((left + right) / 2, (top + bottom) / 2, side, quarters * math.pi / 2, 1.0)


def _is_same_place(detected: Region, spanned: Region) -> bool:
    """Whether a detected region has about the same position and rotation as one spanned by a pose."""
    away = math.hypot(detected.x - spanned.x, detected.y - spanned.y) / spanned.size
    turned = abs(math.remainder(detected.rotation - spanned.rotation, 2 * math.pi))
    return away + turned / 4 <= _MOST_APART


def _oks(one: RegionPose, other: RegionPose) -> float:
    return oks_between(one.points[:, :2], other.points[:, :2])


def with_mask(blazepose: BlazePose, picture: Picture, pose: RegionPose) -> RegionPose:
    """Add the silhouette to a pose found without one: searches skip masks because they estimate many poses."""
    return replace(pose, mask=blazepose.landmarks(picture, pose.next_region, mask=True).mask)


def is_among(pose: RegionPose, people: Sequence[RegionPose]) -> bool:
    """Whether a detection is one of these people, who have better scores, or made up of parts of their bodies."""
    near = [other for other in people if not _is_apart(pose.next_region, other.next_region)]
    if any(_is_same(pose, other) for other in near):
        return True
    shown = pose.points[pose.visibility >= _VISIBLE, :2]
    if not near or not len(shown):
        return False
    on_somebody = [_distance_to_body(shown, other) < _face(other.points[:, :2])[1] for other in near]
    return bool(np.any(on_somebody, axis=0).mean() >= _WITHIN_BODY)


def _is_apart(region: Region, other: Region) -> bool:
    """Whether the circles in two regions, which contain the bodies, do not touch; comparing poses takes far longer."""
    return math.hypot(region.x - other.x, region.y - other.y) > (region.size + other.size) / 2


def _is_same(pose: RegionPose, surer: RegionPose) -> bool:
    """Whether two poses, or their faces, are the same person's."""
    points, other = pose.points[:, :2], surer.points[:, :2]
    (face, head), (other_face, other_head) = _face(points), _face(other)
    return _oks(pose, surer) >= _SAME_POSE or bool(
        np.linalg.norm(face - other_face) < _SAME_FACE_HEADS * max(head, other_head)
    )


def _face(points: FloatArray) -> tuple[FloatArray, float]:
    """Centre of the face, and approximate head height: twice the radius of the face's landmarks."""
    centre = points[_FACE].mean(axis=0)
    return centre, 2 * float(np.linalg.norm(points[_FACE] - centre, axis=1).max())


def _distance_to_body(points: FloatArray, pose: RegionPose) -> FloatArray:
    """(N,) pixels from each point to the nearest visible bone of a person; 0 on the torso."""
    shown = _EDGES[(pose.visibility[_EDGES] >= _VISIBLE).all(axis=1)]
    starts, ends = pose.points[shown[:, 0], :2], pose.points[shown[:, 1], :2]
    along = ends - starts
    length = np.maximum((along**2).sum(axis=1), 1e-6)
    share = (((points[:, None] - starts) * along).sum(axis=2) / length).clip(0, 1)
    nearest = np.linalg.norm(points[:, None] - (starts + share[..., None] * along), axis=2)
    distances = nearest.min(axis=1, initial=np.inf)
    torso = np.ascontiguousarray(pose.points[_TORSO, :2])
    inside = [cv2.pointPolygonTest(torso, (float(x), float(y)), measureDist=False) >= 0 for x, y in points]
    return np.where(inside, 0, distances).astype(np.float32)
