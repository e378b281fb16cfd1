"""The coach on the visitor's own device counts what the server's does: its scripts in Node, on the same landmarks."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pages.ui.live.coach import Coach
from pages.ui.live.own_exercise import exercise_for_scripts, measure_for_scripts, own_exercise
from pages.ui.live.sets import Target
from posecore import BLAZEPOSE_33, ClipOptions, PoseSequence, estimate_video
from posecore.motion.exercises.declaration import Hold
from posecore.motion.exercises.live import LiveCount
from posecore.motion.exercises.measures import MEASURES, Places
from posecore.motion.exercises.table import EXERCISES
from tests.motion.exercises.figure import bumps, figure, noisy, plank, squats, times_for

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = (ROOT / "pages/ui/js/device").as_uri()
AT_ONCE = 6
MANY = Target(amount=100, sets=1, rest_s=0)
COUNT = """
    import { readFileSync } from "node:fs";

    const [folder, given] = process.argv.slice(1);
    const { measured } = await import(`${folder}/own_body.js`);
    const { OwnCoach } = await import(`${folder}/own_coach.js`);
    const { bodies, measures, clips } = JSON.parse(readFileSync(given, "utf8"));
    const array = (values) => Float32Array.from(values, (value) => value ?? NaN);
    const arrays = (person) => Object.fromEntries(
      Object.entries(person).map(([name, values]) => [name, array(values)]),
    );
    const people = (found) => found.map(({ id, ...person }) => ({ id, ...arrays(person) }));

    const values = bodies.map((body) => Object.entries(measures).map(([, measure]) => measured(measure, arrays(body))));
    const counts = clips.map(({ exercise, size, frames, heard }) => {
      const coach = new OwnCoach(exercise);
      const { watched } = coach;
      const reported = [];
      frames.forEach(({ timeS, found }, at) => {
        (heard ? coach : watched).add({ timeS, size, people: people(found) });
        if (at % 6 < 5) return;
        if (!heard) return watched.count();
        const known = heard[(at - 5) / 6];
        if (known) coach.hear(known, timeS);
        else reported.push(coach.report());
      });
      if (!heard) watched.count();
      return heard ? reported : watched.repetitions.map(({ extremeS }) => extremeS);
    });
    console.log(JSON.stringify({ values, counts }));
"""


def person_of(sequence: PoseSequence, frame: int) -> dict[str, list[float | None]]:
    arrays = {name: getattr(sequence, name)[frame, 0].ravel() for name in ("xy", "world", "visibility")}
    return {name: [None if np.isnan(value) else float(value) for value in array] for name, array in arrays.items()}


def in_the_page(sequence: PoseSequence, coach: Coach, heard: list[dict[str, Any] | None] | None) -> dict[str, Any]:
    """A clip for the page's coach, and what it heard from the server's before the connection was lost.

    If that is None, it only counts, from the first frame on.
    """
    frames = [
        {"timeS": float(time_s), "found": [{"id": 1, **person_of(sequence, index)}] if sequence.seen[index, 0] else []}
        for index, time_s in enumerate(sequence.times_s)
    ]
    return {"exercise": own_exercise(coach), "size": sequence.size, "frames": frames, "heard": heard}


def coached(sequence: PoseSequence, exercise: str, target: Target) -> list[dict[str, Any]]:
    """What the server's coach answers, message by message."""
    coach = Coach(exercise, target)
    frames = [sequence.frame(index) for index in range(len(sequence))]
    starts = range(0, len(frames) - AT_ONCE + 1, AT_ONCE)
    return [coach.report(frames[first : first + AT_ONCE], frames[first + AT_ONCE - 1].time_s) for first in starts]


def on_device(tmp_path: Path, **given: Any) -> dict[str, Any]:
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    path = tmp_path / "given.json"
    path.write_text(json.dumps({"bodies": [], "measures": {}, "clips": [], **given}))
    command = ["node", "--no-warnings", "--input-type=module", "-e", COUNT, SCRIPTS, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_exercise_can_be_counted_by_a_device():
    for name, declared in EXERCISES.items():
        given = exercise_for_scripts(name)
        json.dumps(given, allow_nan=False)
        assert bool(given["ways"]) != isinstance(declared, Hold)
        assert given["parts"]
    assert len(exercise_for_scripts("angle:knee")["ways"]) == 2


def test_measures_and_sets_are_those_of_the_server(tmp_path):
    """Of bodies without a plan; of squats in sets, lost at different moments; of curls in turn, of a plank, and of a
    sudden change of place.
    """
    chance = np.random.default_rng(7)
    xy, world = chance.uniform(50, 600, (4, 33, 2)), chance.normal(0, 0.4, (4, 33, 3))
    xy[3, BLAZEPOSE_33.index("left_knee")] = world[3, BLAZEPOSE_33.index("left_knee")] = np.nan
    names = sorted({name for exercise in EXERCISES for name in exercise_for_scripts(exercise)["measures"]})
    bodies = [
        {"xy": [None if np.isnan(each) else each for each in xy[at].ravel()], "visibility": [1.0] * 33}
        | {"world": [None if np.isnan(each) else each for each in world[at].ravel()]}
        for at in range(4)
    ]
    in_sets = Target(amount=2, sets=2, rest_s=2)
    six = noisy(squats([1, 0.9, 1, 0.4, 1.1, 1, 1, 0.9], turned=40), 0.005)
    times = times_for(6)
    bent = 110 * bumps(times, [1, 1, 1], length_s=2, pause_s=3), 110 * bumps(times, [1, 1, 1], pause_s=3, start_s=3.5)
    curls = figure(times, left_elbow=10 + bent[0], right_elbow=10 + bent[1], turned=30)
    three = squats([1, 1, 1])
    late = three.times_s[:, None, None, None] > 4.5  # at the lowest point of the second
    elsewhere = replace(three, xy=np.where(late, three.xy + np.array([0, 400]), three.xy))
    clips = [(six, "squat", in_sets), (curls, "biceps_curl", MANY), (plank(), "plank", Target(20, 1, 0))]
    clips += [(elsewhere, "squat", MANY)]
    answers = [coached(*clip) for clip in clips]
    # From the very first frame, and from later and later moments on.
    losses = [(0, 0), (0, 32), (0, 64), (1, 30), (2, 20), (3, 0)]
    given = []
    for which, lost in losses:
        sequence, exercise, target = clips[which]
        heard = [answer if at < lost else None for at, answer in enumerate(answers[which])]
        given.append(in_the_page(sequence, Coach(exercise, target), heard))
    measures = {name: measure_for_scripts(name) for name in names}
    found = on_device(tmp_path, bodies=bodies, measures=measures, clips=given)

    places = Places(np.float32(xy).astype(float), np.float32(world).astype(float))
    for at, name in enumerate(names):
        pixels = places.px_per_m if measures[name]["kind"] in ("height", "across") else 1
        expected = MEASURES[name].formula(places) * pixels
        own = [np.nan if values[at] is None else values[at] for values in found["values"]]
        np.testing.assert_allclose(own, expected, rtol=1e-6, atol=1e-4, err_msg=name)

    for (which, lost), own in zip(losses, found["counts"], strict=True):
        server = answers[which][lost:]
        keys = ("exercise", "held", "phase", "count", "target", "set", "sets", "total", "finished")
        differ = [
            (at, {key: (one[key], other[key]) for key in keys if one[key] != other[key]})
            for at, (one, other) in enumerate(zip(server, own, strict=True))
            if any(one[key] != other[key] for key in keys)
        ]
        last = {key: (server[-1][key], own[-1][key]) for key in keys}
        assert all(one == other for one, other in last.values()), (which, lost, last)
        assert len(differ) <= 8, (which, lost, differ)  # a phase may begin a moment earlier or later


REAL = [
    ("reps/squat_jump", 6, "squat"),
    ("reps/lunge_alternating", 8, "lunge"),
    ("reps/pushup_incline_titlecard", 10, "push_up"),
    ("reps/rope_skipping", 3, "rope_skipping"),
    ("reps/lunge_alternating", 8, "angle:left_knee"),
]


def test_real_clips_have_the_counts_of_the_server(shared_data, estimated_once, tmp_path):
    """Of the poses that are estimated for the tests of counting, too."""

    def estimated(name: str, every: int) -> PoseSequence:
        path = shared_data / f"{name}.mp4"
        return estimated_once(f"{path.stem}-{every}", lambda: estimate_video(path, part=ClipOptions(every=every)))

    sequences = [estimated(name, every) for name, every, _ in REAL]
    given, expected = [], []
    for sequence, (_, _, exercise) in zip(sequences, REAL, strict=True):
        live = LiveCount(exercise)
        for first in range(0, len(sequence), AT_ONCE):
            live.add([sequence.frame(at) for at in range(first, min(first + AT_ONCE, len(sequence)))])
        expected.append([each.extreme_s for each in live.repetitions])
        alone = replace(sequence, **{name: array[:, :1] for name, array in sequence.arrays.items()}, person_ids=[1])
        given.append(in_the_page(alone, Coach(exercise, MANY), None))
    for own, extremes in zip(on_device(tmp_path, clips=given)["counts"], expected, strict=True):
        np.testing.assert_allclose(own, extremes, atol=0.05)
