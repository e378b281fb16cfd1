import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, HandSequence, HandSlot, InvalidHands, InvalidOption, InvalidPoses, PoseSequence
from posecore.export.glb_file import write_glb
from posecore.motion.body import fit
from posecore.motion.smoothing import Smoothing
from tests.export.glb_reader import GlbReader
from tests.synthetic_hands import hands_at
from tests.walkers import SHANK, SOLE, THIGH, walk

ROOT = Path(__file__).parents[2]
# Joint -> its parent, repeated here so that a mistake in the source shows.
PARENTS = {
    "Hips": "Person 1",
    "Spine": "Hips",
    "Spine1": "Spine",
    "Spine2": "Spine1",
    "Neck": "Spine2",
    "Head": "Neck",
    "HeadTop_End": "Head",
    **{
        f"{side}{joint}": parent if parent in ("Spine2", "Hips") else f"{side}{parent}"
        for side in ("Left", "Right")
        for joint, parent in {
            "Shoulder": "Spine2",
            "Arm": "Shoulder",
            "ForeArm": "Arm",
            "Hand": "ForeArm",
            "Hand_End": "Hand",
            "UpLeg": "Hips",
            "Leg": "UpLeg",
            "Foot": "Leg",
            "ToeBase": "Foot",
        }.items()
    },
}
# Joint -> the landmark where it is.
LIMBS = {"Arm": "shoulder", "ForeArm": "elbow", "Hand": "wrist", "UpLeg": "hip", "Leg": "knee", "Foot": "ankle"}
BONES = [("Arm", "ForeArm"), ("ForeArm", "Hand"), ("UpLeg", "Leg"), ("Leg", "Foot")]


def written(sequence, tmp_path, **options) -> GlbReader:
    write_glb(sequence, tmp_path / "x.glb", **options)
    return GlbReader(tmp_path / "x.glb")


def changed(sequence, frames, landmarks=slice(None), value=np.nan):
    """The same sequence with the value at these frames and landmarks of its first person."""
    arrays = {name: array.copy() for name, array in sequence.arrays.items()}
    for array in arrays.values():
        array[frames, 0, landmarks] = value
    return replace(sequence, **arrays)


def degrees_between(first, second):
    cosine = (first * second).sum(axis=-1) / np.linalg.norm(first, axis=-1) / np.linalg.norm(second, axis=-1)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


@pytest.fixture(scope="module")
def walker():
    return walk()


@pytest.fixture
def glb(walker, tmp_path) -> GlbReader:
    return written(walker.sequence, tmp_path)


def test_the_rest_pose_is_a_t_pose_on_the_floor_that_looks_along_z(glb):
    assert {name: glb.parent(0, name) for name in glb.names(0)} == PARENTS
    assert all(node.rotation is None and node.scale is None for node in glb.gltf.nodes)
    rest = {name: places[0] for name, places in glb.places(0).items()}
    for side, sign in (("Left", 1), ("Right", -1)):
        arm = np.array([rest[f"{side}{joint}"] for joint in ("Shoulder", "Arm", "ForeArm", "Hand", "Hand_End")])
        np.testing.assert_allclose(np.ptp(arm[:, 1:], axis=0), 0, atol=1e-6)
        assert (np.diff(sign * arm[:, 0]) > 0.05).all()
        leg = np.array([rest[f"{side}{joint}"] for joint in ("UpLeg", "Leg", "Foot")])
        np.testing.assert_allclose(np.ptp(leg[:, [0, 2]], axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(-np.diff(leg[:, 1]), [THIGH, SHANK], rtol=0.01)
        assert rest[f"{side}ToeBase"][2] > rest[f"{side}Foot"][2] + 0.05
        np.testing.assert_allclose(np.ptp(glb.soles(0, side)[0, :, 2]), SOLE, rtol=0.15)
    body = glb.skin(0)[0]
    np.testing.assert_allclose(body[:, 1].min(), 0, atol=1e-6)
    assert 1.6 < body[:, 1].max() < 1.9
    np.testing.assert_allclose(body, glb.array(glb.primitives(0)[0].attributes.POSITION), atol=1e-6)


def test_the_mesh_is_closed_and_its_normals_point_outwards(glb):
    attributes = glb.primitives(0)[0].attributes
    points, normals = glb.array(attributes.POSITION), glb.array(attributes.NORMAL)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(glb.array(attributes.WEIGHTS_0).sum(axis=1), 1, atol=1e-6)
    for primitive in glb.primitives(0):
        triangles = glb.array(primitive.indices).reshape(-1, 3)
        edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).tolist()
        assert sorted(edges) == sorted([end, start] for start, end in edges)
        a, b, c = (points[triangles[:, k]] for k in range(3))
        faces = np.cross(b - a, c - a)
        assert ((faces * normals[triangles[:, 0]]).sum(axis=1) > 0).mean() > 0.98
        assert (np.cross(a, b) * c).sum() > 0


def test_every_bone_points_along_its_landmarks_and_keeps_its_length(walker, tmp_path):
    glb = written(walker.sequence, tmp_path, smooth=False)
    places = glb.places(0, walker.sequence.times_s)
    truth = {name: walker.points[:, index] for index, name in enumerate(BLAZEPOSE_33.landmarks)}
    for side in ("Left", "Right"):
        for start, end in BONES:
            bone = places[side + end] - places[side + start]
            wanted = truth[f"{side.lower()}_{LIMBS[end]}"] - truth[f"{side.lower()}_{LIMBS[start]}"]
            wrong = degrees_between(bone, wanted)
            # For a few frames around touch and lift a leg is led to where the foot is held, or away from it.
            assert np.median(wrong) < 0.5, (side, end)
            assert wrong.max() < (14 if "Leg" in start else 0.5), (side, end)
            np.testing.assert_allclose(np.linalg.norm(bone, axis=1), np.linalg.norm(wanted, axis=1).mean(), rtol=1e-3)
    path = walker.points[:, 23:25].mean(axis=1)
    np.testing.assert_allclose(places["Hips"], path - path[0] * [1, 0, 1], atol=0.01)
    looks = glb.matrices(0, walker.sequence.times_s)["Head"][:, :3, 2]
    assert degrees_between(looks, np.array([1.0, 0, 0])).max() < 1


@pytest.mark.parametrize("noise_m", [0, 0.01])
@pytest.mark.parametrize("fps", [24, 30, 60])
def test_a_foot_on_the_floor_neither_slides_nor_sinks(tmp_path, noise_m, fps):
    seen = walk(noise_m=noise_m, fps=fps)
    times = seen.sequence.times_s
    glb = written(seen.sequence, tmp_path)
    for number, side in enumerate(("Left", "Right")):
        soles = glb.soles(0, side, times)
        assert soles[..., 1].min() > -1e-4
        for run in np.split(np.arange(len(times)), np.flatnonzero(np.diff(seen.planted[:, number])) + 1):
            held = run[(times[run] > times[run[0]] + 0.1) & (times[run] < times[run[-1]] - 0.1)]
            if seen.planted[run[0], number] and len(held):
                np.testing.assert_allclose(np.ptp(soles[held][..., [0, 2]], axis=0), 0, atol=1e-3)
                assert soles[held][..., 1].max() < 2e-3
        assert np.ptp(soles[:, 0, 0]) > 2  # it walks


def test_a_standing_person_does_not_tremble(tmp_path):
    seen = walk(speed=0, noise_m=0.01)
    hips = written(seen.sequence, tmp_path).places(0, seen.sequence.times_s)["Hips"]
    assert hips.std(axis=0).max() < 0.01
    # Of hips placed frame by frame it is 55 mm; at its ends a smoothed video is less smooth.
    steps = np.abs(np.diff(hips, axis=0))
    assert steps[5:-5].max() < 0.01
    assert steps.max() < 0.02


def test_keys_are_at_the_frames_own_times_and_turn_the_short_way(walker, tmp_path):
    sequence = replace(walker.sequence, times_s=walker.sequence.times_s + 0.004 * np.sin(np.arange(90)))
    glb = written(sequence, tmp_path)
    for joint in set(PARENTS) - {
        "HeadTop_End",
        *(f"{side}{end}" for side in ("Left", "Right") for end in ("Hand_End", "ToeBase")),
    }:
        times, values, between = glb.track(0, joint, "rotation")
        assert between == "LINEAR"
        np.testing.assert_allclose(times, sequence.times_s, atol=1e-6)
        np.testing.assert_allclose(np.linalg.norm(values, axis=1), 1, atol=1e-5)
        assert (values[1:] * values[:-1]).sum(axis=1).min() > 0
    assert glb.track(0, "Person 1", "scale") is None  # always there
    assert glb.track(0, "Hips", "translation") is not None
    assert glb.track(0, "LeftLeg", "translation") is None


def test_a_camera_that_looks_down_tilts_nobody_much(tmp_path):
    seen = walk(speed=0, pitch_deg=12)
    places = written(seen.sequence, tmp_path).places(0, seen.sequence.times_s)
    assert degrees_between(places["Neck"] - places["Hips"], np.array([0, 1.0, 0])).max() < 6


def test_a_solid_body_is_not_turned_upright_twice(tmp_path):
    solid = fit(walk(pitch_deg=25).sequence)
    facts = {"smoothing_afterwards": Smoothing("solid").as_dict()}
    tilts = []
    for each in (facts, None):
        places = written(solid, tmp_path, facts=each).places(0, solid.times_s)
        tilts.append(np.median(degrees_between(places["Neck"] - places["Hips"], np.array([0, 1.0, 0]))))
    assert tilts[0] < 3 < 5 < tilts[1]


def test_people_share_a_room_and_are_shown_while_they_are_there(walker, tmp_path):
    one, other = walker.sequence, walk(speed=0).sequence
    both = {name: np.concatenate([one.arrays[name], other.arrays[name]], axis=1) for name in one.arrays}
    for array in both.values():
        array[:20, 1] = np.nan
        array[50:53, 1] = np.nan  # bridged
        array[60:80, 1] = np.nan  # hidden
    people = replace(one, **both, person_ids=[1, 2], names={2: "Ann"})
    glb = written(people, tmp_path)
    assert glb.figures == ["Person 1", "Ann"]
    times, shown, between = glb.track(1, "Ann", "scale")
    assert between == "STEP"
    np.testing.assert_allclose(times, people.times_s[[0, 20, 60, 80]], atol=1e-6)
    np.testing.assert_array_equal(shown, np.repeat([[0], [1], [0], [1]], 3, axis=1))
    np.testing.assert_allclose(glb.track(1, "Hips", "rotation")[0], people.times_s[people.seen[:, 1]], atol=1e-6)
    assert np.ptp(glb.skin(1, people.times_s[[5, 70]]), axis=1).max() == 0
    # The walker starts at 0; the other one stands where the walker comes by.
    frames = people.times_s[[0, 45, 89]]
    np.testing.assert_allclose(glb.places(0, frames)["Hips"][:, 0], [0, 1.5, 2.97], atol=0.03)
    np.testing.assert_allclose(glb.places(1, frames)["Hips"][1:, 0], 1.5, atol=0.03)


def test_after_a_cut_people_start_anew(walker, tmp_path):

    arrays = {
        name: np.concatenate([array, np.full_like(array, np.nan)], axis=1)
        for name, array in walker.sequence.arrays.items()
    }
    for array in arrays.values():
        array[45:, 1], array[45:, 0] = array[45:, 0].copy(), np.nan
    people = replace(walker.sequence, **arrays, person_ids=[1, 2], cuts=[45])
    glb = written(people, tmp_path)
    for figure, frame in ((0, 0), (1, 45)):
        hips = glb.places(figure, people.times_s[[frame]])["Hips"][0]
        np.testing.assert_allclose(hips[[0, 2]], 0, atol=1e-5)
    np.testing.assert_allclose(glb.track(0, "Person 1", "scale")[0], people.times_s[[0, 45]], atol=1e-6)


def test_legs_that_are_never_in_the_picture_hang_straight_down(walker, tmp_path):
    legs = [
        BLAZEPOSE_33.index(f"{side}_{part}")
        for side in ("left", "right")
        for part in ("knee", "ankle", "heel", "foot_index")
    ]
    xy = walker.sequence.xy.copy()
    xy[:, :, legs, 1] = 900
    sequence = replace(walker.sequence, xy=xy)
    glb = written(sequence, tmp_path)
    for side in ("Left", "Right"):
        for joint in ("UpLeg", "Leg", "Foot"):
            np.testing.assert_allclose(glb.track(0, side + joint, "rotation")[1], [[0, 0, 0, 1]] * 90, atol=1e-6)
    assert abs(glb.soles(0, "Left", sequence.times_s)[..., 1]).max() < 0.05
    assert glb.track(0, "LeftArm", "rotation")[1].std(axis=0).max() > 0.05


def test_a_limb_without_landmarks_keeps_its_last_pose(walker, tmp_path):
    arm = [BLAZEPOSE_33.index(f"left_{part}") for part in ("elbow", "wrist", "index", "pinky")]
    glb = written(changed(walker.sequence, slice(30, 40), arm), tmp_path, smooth=False)
    held = glb.track(0, "LeftForeArm", "rotation")[1]
    np.testing.assert_allclose(held[30:40], held[[29] * 10], atol=1e-6)
    assert np.abs(held[41] - held[39]).max() > 1e-3
    never = written(changed(walker.sequence, slice(None), arm), tmp_path)
    np.testing.assert_allclose(never.track(0, "LeftForeArm", "rotation")[1], [[0, 0, 0, 1]] * 90, atol=1e-6)
    foot = [BLAZEPOSE_33.index(f"right_{part}") for part in ("ankle", "heel", "foot_index")]
    assert np.isfinite(
        written(changed(walker.sequence, slice(10, 80), foot), tmp_path).skin(0, walker.sequence.times_s)
    ).all()


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_few_frames_are_enough(walker, tmp_path, frames):
    sequence = walker.sequence.at(slice(0, frames))
    glb = written(sequence, tmp_path)
    body = glb.skin(0, sequence.times_s)
    assert np.isfinite(body).all()
    assert 1.4 < np.ptp(body[0, :, 1]) < 1.9


@pytest.mark.parametrize(("options", "error", "said"), [({"field_of_view_deg": 0}, InvalidOption, "field_of_view_deg")])
def test_what_cannot_be_written_leaves_no_file(walker, tmp_path, options, error, said):
    with pytest.raises(error, match=said):
        write_glb(walker.sequence, tmp_path / "x.glb", **options)
    nowhere = replace(walker.sequence, world=np.zeros_like(walker.sequence.world))
    for nobody in (changed(walker.sequence, slice(None), [23]), nowhere):
        with pytest.raises(InvalidPoses, match="Nobody is seen with hips and shoulders"):
            write_glb(nobody, tmp_path / "x.glb")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def hands(walker) -> HandSequence:
    """Both hands of person 1, flat, of which the left one turns its palm up and back."""
    slots = (HandSlot(1, "left"), HandSlot(1, "right"))
    shape = hands_at(dict.fromkeys(slots, (300.0, 300.0)), size=walker.sequence.size)
    arrays = {name: np.repeat(array[None], 90, axis=0) for name, array in shape.arrays.items()}
    given = HandSequence.empty(walker.sequence.times_s, slots, size=walker.sequence.size, fps=30)
    return replace(given, **arrays)


def test_fingers_point_along_their_landmarks(walker, hands, tmp_path):
    glb = written(walker.sequence, tmp_path, hands=hands)
    names = set(glb.names(0))
    fingers = ("Thumb", "Index", "Middle", "Ring", "Pinky")
    assert {f"LeftHand{finger}{number}" for finger in fingers for number in range(1, 5)} < names
    assert "LeftHand_End" not in names
    places = glb.places(0, walker.sequence.times_s)
    for index, side in enumerate(("Left", "Right")):
        for finger, first in zip(fingers, (1, 5, 9, 13, 17), strict=True):
            bones = hands.world[:, index, first + 1 : first + 4] - hands.world[:, index, first : first + 3]
            got = np.stack([places[f"{side}Hand{finger}{number}"] for number in range(1, 5)], axis=1)
            # Angles between the bones, which no turn of camera or room changes.
            for k in range(2):
                wanted = degrees_between(bones[:, k], bones[:, k + 1])
                np.testing.assert_allclose(
                    degrees_between(got[:, k + 1] - got[:, k], got[:, k + 2] - got[:, k + 1]), wanted, atol=0.5
                )
    other = hands.at(slice(0, 50))
    with pytest.raises(InvalidHands):
        write_glb(walker.sequence, tmp_path / "x.glb", hands=other)


def test_khronos_validator_finds_nothing(walker, hands, tmp_path):
    if shutil.which("node") is None or not (ROOT / "node_modules/gltf-validator").is_dir():
        pytest.skip("needs Node.js and `npm ci`")
    write_glb(walker.sequence, tmp_path / "x.glb", hands=hands)
    code = """import {validateBytes} from "gltf-validator"; import {readFileSync} from "node:fs";
        const report = await validateBytes(new Uint8Array(readFileSync(process.argv[1])));
        console.log(JSON.stringify(report.issues.messages));"""
    command = ["node", "--input-type=module", "-e", code, str(tmp_path / "x.glb")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_real_squats_stay_on_their_feet(shared_data, tmp_path):
    """Both feet stay on the floor; she turns on one of them a little."""
    folder = shared_data / "google-reference"
    pixels, metres = (
        np.array(json.loads((folder / f"pose_squats{kind}.full.json").read_text())) for kind in ("", "_3d")
    )
    sure = np.ones(metres.shape[:2])
    sequence = PoseSequence(
        xy=pixels[:, None, :, :2], z=pixels[:, None, :, 2], world=metres[:, None], visibility=sure[:, None],
        presence=sure[:, None], person_ids=[1], times_s=np.arange(65) / 5, size=(720, 1280), fps=5,
    )  # fmt: skip
    glb = written(sequence, tmp_path)
    for side in ("Left", "Right"):
        soles = glb.soles(0, side, sequence.times_s)
        assert np.ptp(soles[..., [0, 2]], axis=0).max() < 0.15
        assert soles[..., 1].min() > -1e-3
        low = soles[..., 1] < 2e-3
        assert low[:, 1].mean() > 0.85
        moved = np.linalg.norm(np.diff(soles[..., [0, 2]], axis=0), axis=-1)[low[1:] & low[:-1]]
        assert np.percentile(moved, 95) < 2e-3
    hips = glb.places(0, sequence.times_s)["Hips"]
    assert 0.2 < np.ptp(hips[:, 1]) < 0.5  # she squats
