import json
from dataclasses import replace

import pytest

from posecore import FramePoses, PoseOptions, PoseSequence
from posecore.motion.smoothing import Smoothing
from posecore.runs.manifest import make_manifest


@pytest.fixture
def sequence(portrait_poses):
    nobody = FramePoses.nobody((512, 600), 1 / 29.97)
    return PoseSequence.from_frames([portrait_poses, nobody], size=(512, 600), fps=29.97)


def test_the_manifest_names_the_source_model_and_options(sequence):
    manifest = make_manifest(sequence, PoseOptions(min_presence=0.25), source="walk.mp4", seconds=1.23456)
    assert json.loads(json.dumps(manifest)) == manifest
    assert manifest["source"] == "walk.mp4"
    assert manifest["model"]["file_name"] == "pose_landmarker_full.task"
    assert manifest["options"]["min_presence"] == 0.25
    assert (manifest["frames"], manifest["frames_with_a_person"], manifest["people"]) == (2, 1, 1)
    assert (manifest["fps"], manifest["seconds_taken"]) == (29.97, 1.235)
    assert manifest["versions"]["mediapipe"] == "1.2.2"


def test_the_manifest_lists_people_and_video_settings(sequence):
    named = sequence.named({1: "Grace"})
    manifest = make_manifest(named, PoseOptions(segmentation=True), source="x", seconds=1, background="blur")
    assert manifest["people_shown"] == [{"person": 1, "name": "Grace"}]
    assert manifest["background"] == "blur"
    assert "One-Euro" in manifest["smoothing"]
    assert manifest["smoothing_afterwards"] is None
    assert manifest["source_sha256"] is None


def test_the_manifest_lists_cuts(sequence):
    cut = replace(sequence, cuts=[1])
    assert make_manifest(cut, PoseOptions(), source="x", seconds=1)["cuts"] == [{"frame": 1, "time_s": 1 / 29.97}]
    assert make_manifest(sequence, PoseOptions(), source="x", seconds=1)["cuts"] == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "One-Euro"),
        ({"smoothing": False}, "none while estimating"),
        ({"smoothing": False, "engine": "mediapipe", "people": 2}, "none while estimating"),
        ({"smoothing": False, "engine": "mediapipe"}, "One-Euro"),  # MediaPipe has no switch for it
    ],
)
def test_the_manifest_says_how_landmarks_were_smoothed_during_the_run(sequence, options, expected):
    manifest = make_manifest(sequence, PoseOptions(**options), source="x", seconds=1)
    assert manifest["smoothing"].startswith(expected)


def test_the_manifest_records_later_smoothing_and_the_files_hash(sequence):
    smoothing = Smoothing(cutoff_hz=4, fill_gaps_s=0.1)
    manifest = make_manifest(
        sequence, PoseOptions(), source="x", seconds=1, smoothing=smoothing, source_sha256="ab" * 32
    )
    assert manifest["smoothing_afterwards"] == smoothing.as_dict()
    assert manifest["source_sha256"] == "ab" * 32
