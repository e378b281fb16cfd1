from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from movement.filtering import filter_by_confidence
from movement.kinematics import compute_velocity
from movement.validators.datasets import ValidPosesInputs

from posecore import BLAZEPOSE_33, PoseSequence
from posecore.export.netcdf_file import to_dataset, write_netcdf

SIZE = (640, 480)


@pytest.fixture
def sequence() -> PoseSequence:
    """600 frames at uneven times; person 4 is missing in frame 1, person 9 from frame 500 on."""
    random = np.random.default_rng(1)
    values = random.random((8, 600, 2, 33)).astype(np.float32)
    values[:, 1, 0] = values[:, 500:, 1] = np.nan
    return PoseSequence(
        xy=np.moveaxis(values[:2], 0, -1) * SIZE,
        z=values[2] * 100,
        world=np.moveaxis(values[3:6], 0, -1),
        visibility=values[6],
        presence=values[7],
        person_ids=[4, 9],
        times_s=np.cumsum(random.random(600) / 30 + 0.001),
        size=SIZE,
        fps=29.97,
    )


@pytest.fixture(params=[None, "h5netcdf"], ids=["any-reader", "h5netcdf"])
def opened(request, sequence, tmp_path) -> xr.Dataset:
    write_netcdf(sequence, tmp_path / "a.nc")
    with xr.open_dataset(tmp_path / "a.nc", engine=request.param) as dataset:
        return dataset.load()


def test_movement_accepts_the_file(opened):
    ValidPosesInputs.validate(opened)


def test_the_layout_is_movements_own(opened):
    """As its documentation states: these dimensions in this order, and these attributes."""
    assert opened.position.dims == ("time", "space", "keypoints", "individuals")
    assert opened.confidence.dims == ("time", "keypoints", "individuals")
    assert opened.space.values.tolist() == ["x", "y"]
    assert opened.keypoints.values.tolist() == list(BLAZEPOSE_33.landmarks)
    assert opened.individuals.values.tolist() == ["person_4", "person_9"]
    attributes = {"ds_type": "poses", "source_software": "posecore", "time_unit": "seconds", "fps": 29.97}
    assert {name: opened.attrs[name] for name in attributes} == attributes


def test_the_file_holds_everything_in_a_sequence(opened, sequence):
    for slot, person in enumerate(["person_4", "person_9"]):
        one = opened.sel(individuals=person)
        for name, variable in {"z": "depth", "presence": "presence", "visibility": "confidence"}.items():
            np.testing.assert_array_equal(one[variable].values, getattr(sequence, name)[:, slot])
        for place, landmark in enumerate(BLAZEPOSE_33.landmarks):
            here = one.sel(keypoints=landmark)
            np.testing.assert_array_equal(here.position.values, sequence.xy[:, slot, place])
            np.testing.assert_array_equal(here.world.values, sequence.world[:, slot, place])
    np.testing.assert_array_equal(opened.time.values, sequence.times_s)
    assert opened.person_id.values.tolist() == [4, 9]
    assert (opened.attrs["picture_width"], opened.attrs["picture_height"]) == SIZE
    assert opened.position.dtype == np.float32


def test_cuts_are_there_as_the_shots_of_the_frames(sequence):
    cut = replace(sequence, cuts=[2])
    assert to_dataset(cut).shot.values.tolist() == [1, 1, *[2] * (len(cut) - 2)]


def test_movement_can_analyse_the_file(opened, sequence):
    velocity = compute_velocity(opened.position).sel(individuals="person_9", keypoints="left_knee", space="x")
    knee = sequence.xy[:500, 1, BLAZEPOSE_33.index("left_knee"), 0].astype(np.float64)
    # The true times count, not the frame rate.
    expected = np.gradient(knee, sequence.times_s[:500])
    np.testing.assert_allclose(velocity.values[:499], expected[:499], rtol=1e-3, atol=0.1)
    sure = filter_by_confidence(opened.position, opened.confidence, threshold=0.5, print_report=False)
    assert np.isnan(sure.values).sum() > np.isnan(opened.position.values).sum()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({}, ["person_4", "person_9"]),
        ({9: "Grace \U0001f3c3 Höpper"}, ["person_4", "Grace \U0001f3c3 Höpper"]),
        ({4: "Ada", 9: "Ada"}, ["Ada_4", "Ada_9"]),
        ({4: "person_9"}, ["person_9_4", "person_9_9"]),
        ({4: " ", 9: ""}, ["person_4", "person_9"]),
        ({4: "A\0da\n", 9: "B\ud800"}, ["Ada", "B"]),
    ],
)
def test_people_get_unique_names(names, expected, sequence, tmp_path):
    write_netcdf(sequence.named(names), tmp_path / "a.nc")
    with xr.open_dataset(tmp_path / "a.nc") as dataset:
        assert dataset.individuals.values.tolist() == expected


def test_deliberately_colliding_names_stay_unique(sequence, tmp_path):
    arrays = ("xy", "z", "world", "visibility", "presence")
    three = {name: np.repeat(getattr(sequence, name)[:, :1], 3, axis=1) for name in arrays}
    given = replace(sequence, **three, person_ids=[1, 2, 3], names={1: "Ada", 2: "Ada", 3: "Ada_1"})
    write_netcdf(given, tmp_path / "a.nc")
    with xr.open_dataset(tmp_path / "a.nc") as dataset:
        assert dataset.individuals.values.tolist() == ["person_1", "person_2", "person_3"]


@pytest.mark.parametrize(("frames", "people"), [(0, 2), (3, 0), (1, 1)])
def test_few_or_no_frames_and_people_can_be_written(frames, people, sequence, tmp_path):
    arrays = ("xy", "z", "world", "visibility", "presence")
    few = {name: getattr(sequence, name)[:frames, :people] for name in arrays}
    given = replace(sequence, **few, times_s=sequence.times_s[:frames], person_ids=sequence.person_ids[:people])
    write_netcdf(given, tmp_path / "a.nc")
    with xr.open_dataset(tmp_path / "a.nc") as dataset:
        ValidPosesInputs.validate(dataset)
        assert dict(dataset.sizes) == {
            "time": frames, "space": 2, "space_world": 3, "keypoints": 33, "individuals": people
        }  # fmt: skip


def test_the_file_is_compressed_and_nothing_else_is_left(sequence, tmp_path):
    still = {name: np.repeat(getattr(sequence, name)[:1], 600, axis=0) for name in ("xy", "z", "world")}
    write_netcdf(replace(sequence, **still), tmp_path / "a.nc")
    assert (tmp_path / "a.nc").stat().st_size < 0.5 * sum(
        getattr(sequence, name).nbytes for name in ("xy", "z", "world", "visibility", "presence")
    )
    assert [path.name for path in tmp_path.iterdir()] == ["a.nc"]
