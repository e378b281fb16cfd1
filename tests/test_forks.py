"""Processes forked from one that has used posecore: multiprocessing's default on Linux before Python 3.14."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

PROGRAM = """
import faulthandler, multiprocessing, os, sys
import numpy as np
import posecore
from posecore.estimation.photos import release_models
from posecore.media.samples import sample_picture

photo = posecore.decode_picture(sample_picture().path)
clip = sys.argv[1]

def estimate(options):
    return posecore.estimate_image(photo, options).xy

for engine, workers in (("fast", (None, 1)), ("mediapipe", (None,))):
    options = posecore.PoseOptions(engine=engine)
    here = estimate(options)
    if 1 in workers:  # they are started in the same way for both
        posecore.estimate_video(clip, options, workers=1)
    session = posecore.LiveSession(options)
    session.step(photo, 0.0)
    with multiprocessing.get_context("fork").Pool(2) as children:
        there = children.map_async(estimate, [options] * 2).get(timeout=300)
    print([np.array_equal(each, here) for each in there])
    sys.stdout.flush()
    if child := os.fork():
        print("exit code", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        session.close()
        release_models()
    else:
        faulthandler.dump_traceback_later(300, exit=True)
        try:
            session.step(photo, 1.0)
        except posecore.EngineUnavailable as error:
            print(error)
        session.close()
        print([len(posecore.estimate_video(clip, options, workers=each)) for each in workers])
        release_models()
        sys.exit(7)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_estimates_like_its_parent_and_ends(portrait, tmp_path):
    from posecore.media.films import FilmWriter

    with FilmWriter(tmp_path / "clip.mp4", (512, 600), fps_hint=25) as film:
        for index in range(3):
            film.write(portrait, index / 25)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "clip.mp4")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert len(said) == 8
    for frames_expected, (pool, refused, frames, end) in (("[3, 3]", said[:4]), ("[3]", said[4:])):  # of each engine
        assert pool == "[True, True]"
        assert "from which this one was forked. Open one here, after the fork." in refused
        assert (frames, end) == (frames_expected, "exit code 7")
