// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { ownText } from "../../pages/ui/js/live/coach.js";
import { OwnCoach } from "../../pages/ui/js/device/own_coach.js";
import { findCycles, findTurns, usualSize } from "../../pages/ui/js/device/turning_points.js";
import { awayText } from "../../pages/ui/js/device/words.js";

/** @typedef {import("../../pages/ui/js/types.d.ts").DevicePerson} DevicePerson */
/** @typedef {import("../../pages/ui/js/types.d.ts").OwnExercise} OwnExercise */

const [HIP, KNEE, ANKLE] = [23, 25, 27];
const FLEXED = { inPicture: false, flexed: true };
/** Bending the left knee; tests/pages/test_own_count.py has what is declared in posecore. @type {OwnExercise} */
const KNEE_BEND = {
  title: "Knee bend",
  held: false,
  target: 2,
  sets: 2,
  restS: 3,
  ways: [
    {
      signals: [{ measure: "left_knee", full: 90, weight: 1 }],
      paired: [],
      must: [{ measure: "left_knee", when: "range", least: 25, most: null }],
      sides: "together",
      shortestS: 0.5,
      longestS: 30,
      inPlace: false,
      fromExtreme: false,
    },
  ],
  within: [],
  measures: { left_knee: { kind: "joint", points: [[HIP], [KNEE], [ANKLE]], ...FLEXED } },
  parts: [{ name: "knees", landmarks: [KNEE] }],
};

/**
 * @param {number} degrees by which the knee is bent
 * @returns {DevicePerson}
 */
function bent(degrees) {
  const place = new Float32Array(99);
  place.set([0, -0.4, 0], 3 * HIP);
  place.set([0.4 * Math.sin((degrees * Math.PI) / 180), 0.4 * Math.cos((degrees * Math.PI) / 180), 0], 3 * ANKLE);
  const xy = Float32Array.from({ length: 66 }, (_, at) => 200 + 100 * place[3 * (at >> 1) + (at % 2)]);
  return { id: 1, xy, z: new Float32Array(33), world: place, visibility: new Float32Array(33).fill(1), presence: new Float32Array(33) };
}

/**
 * One bend in each two seconds, reported five times a second.
 * @param {OwnCoach} coach
 * @param {number} fromS
 * @param {number} toS
 */
function goOn(coach, fromS, toS) {
  const said = [];
  for (let frame = Math.round(30 * fromS); frame < 30 * toS; frame++) {
    coach.add({ timeS: frame / 30, size: [400, 400], people: [bent(10 + 45 * (1 - Math.cos((Math.PI * frame) / 30)))] });
    if (frame % 6 === 5) said.push(coach.report());
  }
  return said;
}

test("turning points and movements are found in a curve", () => {
  const curve = [0, 0.02, 0.5, 1, 0.98, 0.4, 0, 0.05, 0.9, 0.3];
  assert.deepEqual(findTurns(curve, 0.5), [0, 3, 6, 8, 9]);
  assert.deepEqual(findCycles(curve, 0.5), [
    { start: 1, extreme: 3, end: 6, size: 1, whole: true },
    { start: 7, extreme: 8, end: 9, size: 0.6000000000000001, whole: true },
  ]);
  assert.equal(usualSize([0.1, 0.1, 0.2, 1, 1.1]), 1);
  assert.equal(usualSize([]), 0);
});

test("the device goes through sets and rests by itself", () => {
  const coach = new OwnCoach(KNEE_BEND);
  const said = goOn(coach, 0, 24);
  const phases = said.map(({ phase }) => phase);
  assert.deepEqual([...new Set(phases)], ["wait", "countdown", "work", "rest", "done"]);
  assert.deepEqual(said.at(-1), { ...said.at(-1), phase: "done", total: 4, finished: 2, set: 2, own: "away", result: null });
  const rest = said.filter(({ phase }) => phase === "rest");
  assert.ok(Math.abs(rest.length / 5 - 3) < 0.3);
  assert.equal(rest[0].cue, "Set done");
  coach.ask("again");
  assert.equal(coach.report().phase, "wait");
});

test("it goes on from what the server counted", () => {
  const coach = new OwnCoach({ ...KNEE_BEND, target: 9 });
  const server = { exercise: "", held: false, target: 9, sets: 2, progress: 0, cue: "", seconds: null, finished: 0, result: null };
  coach.hear({ ...server, phase: "work", count: 4, set: 2, total: 13, finished: 1 }, -1); // the set begins
  goOn(coach, 0, 5);
  coach.hear({ ...server, phase: "work", count: 6, set: 2, total: 15, finished: 1 }, 149 / 30);
  const [first, ...said] = goOn(coach, 5, 9.6);
  assert.deepEqual([first.count, first.set, first.total], [6, 2, 15]);
  assert.deepEqual([...new Set(said.map(({ count }) => count))], [6, 7, 8], "those before were counted by the server");
  assert.equal(said.at(-1)?.cue, "One more");
  coach.ask("end");
  assert.deepEqual([coach.report().phase, coach.report().total], ["done", 17]);
});

test("what goes on without the server is said", () => {
  const now = { online: false, away: "", catchesUp: false, alone: false, full: false, counts: true, needed: true };
  assert.match(awayText(now), /^No network\. The live picture .* The coach counts on this device\. .* come back with the connection\.$/);
  assert.match(awayText({ ...now, full: true }), /two minutes .* no longer kept/);
  assert.match(awayText({ ...now, counts: false }), /waits for the network\.$/);
  assert.match(awayText({ ...now, online: true, away: "The server is full." }), /^The server is full\. The live picture/);
  assert.match(awayText({ ...now, online: true, catchesUp: true }), /^Connected again\./);
  assert.match(awayText({ ...now, online: true, alone: true }), /^The server has forgotten this session/);
  assert.equal(awayText({ ...now, online: true }), "");
  const coaching = new OwnCoach(KNEE_BEND).report();
  assert.match(ownText(coaching), /^Counted on this device\. Form cues/);
  assert.match(ownText({ ...coaching, phase: "done" }), /The result comes with the connection/);
  assert.match(ownText({ ...coaching, own: "alone" }), /this device only/);
  assert.equal(ownText({ ...coaching, own: undefined }), "");
});
