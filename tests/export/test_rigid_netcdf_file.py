import numpy as np
import xarray as xr

from posecore.export.rigid_netcdf_file import write_rigid_netcdf
from posecore.rigid.pose import FrameRigid, RigidPose, RigidSequence, RigidSlot

POSE = RigidPose.from_euler((10, 20, 30), (0.1, 0.2, 3), 0.5)
HEAD, TAG = RigidSlot("head", 1), RigidSlot("36h11", 7)


def sequence_of(*frames: dict[RigidSlot, RigidPose]) -> RigidSequence:
    framed = [FrameRigid(poses, index / 10, (640, 480), index == 2) for index, poses in enumerate(frames)]
    return RigidSequence.from_frames(framed, size=(640, 480), fps=10)


def test_all_values_come_back(tmp_path):
    write_rigid_netcdf(sequence_of({HEAD: POSE, TAG: POSE}, {}, {HEAD: POSE}), tmp_path / "bodies.nc")
    with xr.open_dataset(tmp_path / "bodies.nc") as read:
        head = read.sel(bodies="head_1")
        assert head["translation"].isel(time=2).values.tolist() == [0.1, 0.2, 3]
        np.testing.assert_allclose(head["rotation"].isel(time=0), POSE.rotation)
        np.testing.assert_allclose(head["euler"].isel(time=0).sel(angle=["yaw", "pitch", "roll"]), [10, 20, 30])
        assert np.isfinite(head["error"]).values.tolist() == [True, False, True]
        assert read.sel(bodies="36h11_7")["translation"].isel(time=2).isnull().all()
        assert read["kind"].values.tolist() == ["36h11", "head"]
        assert read["id"].values.tolist() == [7, 1]
        assert read["shot"].values.tolist() == [1, 1, 2]
        assert read["translation"].attrs["units"] == "m"


def test_a_video_without_bodies(tmp_path):
    write_rigid_netcdf(sequence_of({}, {}), tmp_path / "none.nc")
    with xr.open_dataset(tmp_path / "none.nc") as read:
        assert read.sizes["bodies"] == 0
        assert read.sizes["time"] == 2
