import bvhio
import ezc3d
import numpy as np
import pytest

from posecore import BLAZEPOSE_33
from posecore.export.facts import solid_view_deg
from posecore.export.formats import export
from posecore.motion.body import fit_bodies
from posecore.motion.rotations import shortest_rotation
from posecore.motion.smoothing import Smoothing
from tests.export.glb_reader import GlbReader
from tests.walkers import seen, walk

FACTS = {"smoothing_afterwards": Smoothing("solid").as_dict()}
HIPS = [BLAZEPOSE_33.index("left_hip"), BLAZEPOSE_33.index("right_hip")]


@pytest.fixture(scope="module")
def towards():
    """Somebody who walks 3 m towards a camera that looks down by 12 degrees, as a solid body."""
    walker = walk()
    turned = walker.points[..., [2, 1, 0]] * [-1, 1, 1]
    return fit_bodies(seen(turned, walker.sequence.times_s, 30, 0.02, 12))


def hips_by_format(folder):
    """(T, 3) metres of the middle of the hips as each format's own reader has it."""
    c3d = ezc3d.c3d(str(next(folder.glob("*.c3d"))))["data"]["points"][:3, HIPS] / 1000
    trc = np.loadtxt(next(folder.glob("*.trc")), skiprows=5, delimiter="\t")[:, 2:].reshape(-1, 33, 3)
    bvh, frames = bvhio.readAsHierarchy(str(next(folder.glob("*.bvh")))), range(len(trc))
    return {
        "c3d": c3d.mean(axis=1).T,
        "trc": trc[:, HIPS].mean(axis=1),
        "bvh": np.array([list(bvh.loadPose(frame).PositionWorld) for frame in frames]),
    }


def test_a_solid_body_moves_along_its_own_path_in_a_room_with_up_up_in_every_format(towards, tmp_path):
    for name in ("c3d", "trc", "bvh", "glb"):
        export(towards.sequence, name, tmp_path, stem="walk", facts=FACTS)
    along = towards.path[:, 0] @ shortest_rotation(np.array([0.0, -1.0, 0.0]), towards.up)[0] * [1, -1, -1]
    assert np.degrees(np.arccos(-towards.up[0, 1])) > 3, "there is nothing to level"
    for name, hips in hips_by_format(tmp_path).items():
        np.testing.assert_allclose(hips - hips[0], along - along[0], atol=0.005, err_msg=name)
    figure = GlbReader(next(tmp_path.glob("*.glb"))).places(0, towards.sequence.times_s)["Hips"]
    assert np.ptp(figure[:, 1]) < 0.2
    assert np.ptp(figure[:, 2]) == pytest.approx(np.ptp(along[:, 2]), rel=0.1)


def test_facts_say_whether_bodies_are_solid():
    assert solid_view_deg({"smoothing_afterwards": Smoothing("solid", field_of_view_deg=70).as_dict()}) == 70
    assert solid_view_deg({"smoothing_afterwards": {"method": "none", "after": FACTS["smoothing_afterwards"]}}) == 60
    for other in (None, {}, {"smoothing_afterwards": "solid"}, {"smoothing_afterwards": {"method": "butterworth"}}):
        assert solid_view_deg(other) is None
    assert solid_view_deg({"smoothing_afterwards": {"method": "solid", "field_of_view_deg": "wide"}}) == 60
