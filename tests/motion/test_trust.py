"""Known faults, each inserted into a track without any."""

from dataclasses import replace

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, ClipOptions, InvalidOption, PoseSequence, estimate_video
from posecore.media.samples import sample_clip
from posecore.motion.angle_trust import untested_in_words
from posecore.motion.trust import judge, trust_table

ANGLES_HERE = (
    "Angles are usually within 7° to 18°; least sure: both elbows ±33°, neck ±27°. "
    "Untested: both shoulders, both elbows, both hips, both knees (bend by less than 20° here)."
)
FRAMES, FPS, SIZE = 100, 25.0, (1000, 1000)
LEGS = [BLAZEPOSE_33.index(f"left_{joint}") for joint in ("knee", "ankle", "heel", "foot_index")]
KNEE = BLAZEPOSE_33.index("left_knee")


def index(name: str) -> int:
    return BLAZEPOSE_33.index(name)


@pytest.fixture(scope="module")
def walker() -> PoseSequence:
    """A simple figure, 2 px per mm, seen from the side, whose legs swing past each other once a second."""
    figure = np.zeros((33, 2))
    for side, shift in (("left", 10.0), ("right", -10.0)):
        for joint, y in {
            "shoulder": 300,
            "elbow": 400,
            "wrist": 480,
            "pinky": 500,
            "index": 500,
            "thumb": 495,
            "hip": 500,
            "knee": 650,
            "ankle": 800,
            "heel": 810,
            "foot_index": 815,
            "ear": 220,
        }.items():
            figure[index(f"{side}_{joint}")] = 500 + shift, y
    figure[figure.sum(axis=1) == 0] = 500, 210
    times = np.arange(FRAMES) / FPS
    xy = np.repeat(figure[None], FRAMES, axis=0)
    swing = 60 * np.sin(2 * np.pi * times)
    for joint, share in (("knee", 0.5), ("ankle", 1.0), ("heel", 1.0), ("foot_index", 1.0)):
        xy[:, index(f"left_{joint}"), 0] += share * swing
        xy[:, index(f"right_{joint}"), 0] -= share * swing
    world = np.concatenate(((xy - 500) / 500, np.zeros((FRAMES, 33, 1))), axis=-1)
    world[:, index("left_wrist"), 1] += 0.02  # only a solid body has limbs of one length on both sides
    arrays = {"xy": xy, "z": np.zeros((FRAMES, 33)), "world": world}
    arrays |= {name: np.full((FRAMES, 33), 0.95) for name in ("visibility", "presence")}
    return PoseSequence(
        **{name: array[:, None] for name, array in arrays.items()}, person_ids=[1], times_s=times, size=SIZE, fps=FPS
    )


def changed(sequence: PoseSequence, **arrays) -> PoseSequence:
    return replace(sequence, **arrays)


def test_a_track_without_faults_is_reliable_for_everything(walker):
    [trust] = judge(walker)
    assert trust.verdict == f"Reliable for counting and timing. {ANGLES_HERE}"
    assert (trust.seen, trust.seen_between, trust.longest_absence_s) == (1, 1, 0)
    assert [len(frames) for frames in trust.swaps.values()] == [0, 0]
    assert len(trust.jumps) == 0
    assert trust.hidden.max() == trust.cut_off.max() == 0
    assert trust.trunk_px == pytest.approx(200)
    assert max(trust.drift.values()) < 0.1


def test_a_hidden_knee_is_named_with_its_share(walker):
    visibility = walker.visibility.copy()
    visibility[:40, 0, KNEE] = 0.2
    [trust] = judge(changed(walker, visibility=visibility))
    assert trust.hidden[KNEE] == pytest.approx(0.4)
    assert trust.verdict == (
        "Reliable for counting and timing. "
        "Angles are usually within 7° to 18°; least sure: both elbows ±33°, neck ±27°. "
        "Not reliable for left hip, left knee and left ankle angles (left knee hidden in 40% of frames). "
        "Untested: both shoulders, both elbows, right hip, right knee (bend by less than 20° here)."
    )
    [lenient] = judge(changed(walker, visibility=visibility), min_visibility=0.1)
    assert lenient.hidden[KNEE] == 0


def test_feet_outside_the_picture(walker):
    xy = walker.xy.copy()
    xy[..., 1] += 190  # the ankles at 990, heels and toes below the edge
    [trust] = judge(changed(walker, xy=xy))
    assert "foot outside the image in 100% of frames" in trust.verdict
    assert "knee angles" not in trust.verdict


def test_legs_that_swap_sides_for_a_while(walker):
    mirror = [BLAZEPOSE_33.mirror[joint] for joint in LEGS]
    part = slice(30, 44)  # the legs are apart at both of its ends
    swapped = walker.xy.copy()
    swapped[part, :, LEGS], swapped[part, :, mirror] = walker.xy[part, :, mirror], walker.xy[part, :, LEGS]
    wide = changed(walker, xy=stretched(swapped))
    [trust] = judge(wide)
    assert trust.swaps["legs"].tolist() == [30, 44]
    assert len(trust.swaps["arms"]) == 0
    assert "(swapped: legs 2 times" in trust.verdict


def stretched(xy: np.ndarray) -> np.ndarray:
    """Longer steps, so that a swap of sides is more than a crossing."""
    wide = xy.copy()
    wide[..., 0] = 500 + 3 * (xy[..., 0] - 500)
    return wide


def test_a_whole_body_whose_sides_are_exchanged_for_a_while(cam01, solid_cam01):
    """By the model: in a solid body that is mended."""
    arrays = {name: np.array(array) for name, array in cam01.arrays.items()}
    for array in arrays.values():
        array[40:70] = array[40:70][:, :, list(BLAZEPOSE_33.mirror)]
    [clean], [trust] = judge(cam01), judge(changed(cam01, **arrays))
    assert len(clean.exchanged) == 0
    assert "exchanged" not in clean.verdict
    assert trust.exchanged.tolist() == list(range(40, 70))
    assert "exchanged in about 30 of 100 frames, which a solid body mends)" in trust.verdict
    [mended] = judge(changed(cam01, **arrays), shown=solid_cam01)
    assert "Left and right were exchanged in about 30 of 100 frames and are mended." in mended.verdict
    assert "Not reliable for comparing left and right" not in mended.verdict
    errors = {joint: clean.angles.errors_deg[f"left_{joint}"] for joint in ("shoulder", "elbow")}
    assert all(trust.angles.errors_deg[f"left_{joint}"] >= error for joint, error in errors.items())


def test_a_solid_body_has_errors_of_its_own_and_an_assumed_lens(cam01, solid_cam01):
    solid = solid_cam01
    [model], [trust] = judge(cam01), judge(cam01, shown=solid)
    assert trust.angles.errors_deg["left_elbow"] < model.angles.errors_deg["left_elbow"]
    assert "Use 3D with caution" in model.verdict
    assert "Use 3D with caution" not in trust.verdict
    assert "The lens is assumed (60° across)" in trust.verdict
    [given] = judge(cam01, shown=solid, lens_is_given=True)
    assert "lens" not in given.verdict + model.verdict
    [opened] = judge(solid)  # as from a saved result
    assert "The lens is assumed" in opened.verdict


def test_a_joint_that_bends_is_tested(cam01):
    [trust] = judge(cam01)
    assert trust.angles.untested == ()
    still = changed(cam01, **{name: np.repeat(array[:1], FRAMES, axis=0) for name, array in cam01.arrays.items()})
    assert "Untested: both shoulders, both elbows, both hips, both knees (bend by" in judge(still)[0].verdict


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.25, 2])
def test_somebody_of_another_size_comes_back_under_the_same_number(walker, factor):
    xy = walker.xy.copy()
    xy[60:] *= factor
    gone = without(changed(walker, xy=xy), np.arange(55, 60))
    found = [60] if factor in (0.5, 2) else []
    assert judge(gone)[0].switches.tolist() == found
    assert ("May be two people under one number" in judge(gone)[0].verdict) == bool(found)
    assert judge(changed(gone, cuts=np.array([60])))[0].switches.tolist() == []


def test_whoever_comes_nearer_in_view_is_the_same_person(walker):
    nearer = walker.xy * np.linspace(1, 4, FRAMES)[:, None, None, None]
    assert judge(changed(walker, xy=nearer))[0].switches.tolist() == []


def test_what_the_model_is_not_sure_of_may_be_a_thing(walker, cam01):
    presence = walker.presence.copy()
    presence[:, :, 11:17] = 0.8
    [trust] = judge(changed(walker, presence=presence))
    assert trust.verdict == (
        "Not reliable for anything: this may be a thing, not a person. The model is not sure of 43% of the points."
    )
    presence[:, :, 11:17] = 0.95
    xy = walker.xy.copy()
    xy[:, :, 23:33] += 1000  # a low presence is right for what is out of view
    presence[:, :, 23:33] = 0.1
    assert "thing" not in judge(changed(walker, presence=presence, xy=xy))[0].verdict
    assert "thing" not in judge(cam01)[0].verdict


def test_a_small_figure_without_sides_may_be_a_thing(walker):
    wobbling = walker.xy / 10
    limbs = [index(f"{side}_{joint}") for side in ("left", "right") for joint in ("elbow", "knee", "ankle")]
    wobbling[:, :, limbs] += np.random.default_rng(0).normal(0, 60, (FRAMES, 1, len(limbs), 2))
    verdict = judge(changed(walker, xy=wobbling))[0].verdict
    assert verdict.startswith(
        "Not reliable for anything: this may be a thing, not a person. Its left and right are mixed"
    )


def test_long_steps_are_not_a_swap(walker):
    [trust] = judge(changed(walker, xy=stretched(walker.xy)))
    assert len(trust.swaps["legs"]) == 0


def test_a_frame_elsewhere_is_a_jump_there_and_back(walker):
    xy = walker.xy.copy()
    xy[50] -= 300
    [trust] = judge(changed(walker, xy=xy))
    assert trust.jumps.tolist() == [50, 51]
    assert trust.verdict.startswith("Not reliable for counting or timing. ")
    assert "The person's position jumps 2 times" in trust.verdict


def test_the_same_distance_in_a_longer_time_is_not_a_jump(walker):
    xy = walker.xy.copy()
    xy[50:] -= 300
    times = walker.times_s.copy()
    times[50:] += 1.0
    assert judge(changed(walker, xy=xy))[0].jumps.tolist() == [50]
    assert judge(changed(walker, xy=xy, times_s=times))[0].jumps.tolist() == []


def test_a_bone_that_stretches(walker):
    world = walker.world.copy()
    elbow, wrist = index("right_elbow"), index("right_wrist")
    grown = np.linspace(1, 2, FRAMES)[:, None]
    world[:, 0, wrist] = world[:, 0, elbow] + grown * (world[:, 0, wrist] - world[:, 0, elbow])
    [trust] = judge(changed(walker, world=world))
    assert trust.drift["right forearm"] == pytest.approx(0.9 / 1.5, abs=0.02)
    assert "Use 3D with caution (length of the right forearm varies by 60%)." in trust.verdict


def without(sequence: PoseSequence, frames: np.ndarray) -> PoseSequence:
    arrays = {name: getattr(sequence, name).copy() for name in ("xy", "z", "world", "visibility", "presence")}
    for array in arrays.values():
        array[frames] = np.nan
    return replace(sequence, **arrays)


@pytest.mark.parametrize(
    ("gone", "verdict"),
    [
        (np.arange(FRAMES), "Not usable: this person appears in no frame."),
        (np.arange(5, FRAMES), "Too short to measure: this person is visible for only 0.2 s."),
        (
            np.arange(20, 80),
            "Not reliable for counting or timing (seen in only 40% of frames from first to last appearance).",
        ),
        (np.arange(60, FRAMES), f"Reliable for counting and timing. {ANGLES_HERE}"),
    ],
)
def test_a_person_seen_rarely(walker, gone, verdict):
    [trust] = judge(without(walker, gone))
    assert trust.verdict == verdict


def test_an_absence_is_reported_in_seconds(walker):
    [trust] = judge(without(walker, np.arange(20, 45)))
    assert trust.longest_absence_s == pytest.approx(26 / FPS)
    assert trust.seen_between == pytest.approx(0.75)
    assert len(trust.jumps) == 0


def test_a_small_person_is_not_reliable_for_angles(walker):
    [trust] = judge(changed(walker, xy=walker.xy / 10))
    assert "the trunk is only 20 pixels long" in trust.verdict


def test_a_threshold_outside_its_range_is_refused(walker):
    with pytest.raises(InvalidOption):
        judge(walker, min_visibility=2)


def test_the_table_has_one_row_per_person(walker):
    table = trust_table(walker.named({1: "Ada"}))
    assert table["person"].tolist() == ["Ada"]
    assert table["seen (% of video)"].tolist() == [100.0]
    assert table["verdict"].tolist() == [judge(walker)[0].verdict]


def test_clips_with_one_frame_and_with_none(walker):
    one = {name: getattr(walker, name)[:1] for name in ("xy", "z", "world", "visibility", "presence", "times_s")}
    assert judge(replace(walker, **one))[0].frames == 1
    none = {name: array[:0] for name, array in one.items()}
    assert judge(replace(walker, **none))[0].frames == 0


def test_a_real_clip(estimated_once):
    """A man walks and jumps; after he is lost in the glare of the sun, a woman is followed."""
    part = ClipOptions(every=3)
    sequence = estimated_once("sports2d_demo-3", lambda: estimate_video(sample_clip().path, part=part))
    trust, *others = judge(sequence)
    assert others
    assert trust.verdict.startswith("Reliable for counting and timing. Angles are usually within ")
    assert "Not reliable for comparing left and right (" in trust.verdict
    assert "; least sure: " in trust.verdict
    assert trust.seen_between > 0.9
    assert 0.1 < max(trust.drift.values()) < 0.6
    assert np.nanmax(trust.hidden) > 0.25


def two(walker: PoseSequence, way: np.ndarray, other_way: np.ndarray) -> PoseSequence:
    """Two walkers whose hips are these distances to the right, (T,) pixels; NaN: not seen."""
    xy = np.concatenate([walker.xy, walker.xy], axis=1)
    xy[:, :, :, 0] += np.stack([way, other_way], axis=1)[..., None]
    arrays = {name: np.concatenate([array, array], axis=1) for name, array in walker.arrays.items()} | {"xy": xy}
    gone = np.isnan(np.stack([way, other_way], axis=1))
    arrays = {name: np.where(gone.reshape(FRAMES, 2, *[1] * (a.ndim - 2)), np.nan, a) for name, a in arrays.items()}
    return replace(walker, **arrays, person_ids=[1, 2])


@pytest.mark.parametrize(
    ("way", "other_way", "frames"),
    [
        (np.arange(FRAMES), 300 + np.arange(FRAMES), []),
        (np.where(np.arange(FRAMES) < 60, 0, 400), np.where(np.arange(FRAMES) < 60, 400, 0), [60]),
        (np.where(np.arange(FRAMES) < 60, 0.0, np.nan), np.where(np.arange(FRAMES) < 60, np.nan, 20.0), [60]),
        (np.where(np.arange(FRAMES) < 60, 0.0, np.nan), np.where(np.arange(FRAMES) < 60, np.nan, 400.0), []),
    ],
    ids=["side by side", "they change places", "one begins where the other ends", "one begins elsewhere"],
)
def test_likely_switches_are_named(walker, way, other_way, frames):
    both = two(walker, way, other_way)
    assert [trust.switches.tolist() for trust in judge(both)] == [frames, frames]
    named = [f"a likely switch at {60 / FPS:.1f} s" in trust.verdict for trust in judge(both)]
    assert named == [bool(frames)] * 2
    cut = changed(both, cuts=np.array([60]))
    assert [trust.switches.tolist() for trust in judge(cut)] == [[], []]


def test_one_untested_joint_bends_and_several_bend():
    assert untested_in_words(["left_shoulder"]) == "Untested: left shoulder (bends by less than 20° here)"
    assert untested_in_words(["left_knee", "right_knee"]) == "Untested: both knees (bend by less than 20° here)"
