// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { boardText, resultCsv, spoken } from "../../pages/ui/js/live/coach.js";

/** @type {import("../../pages/ui/js/types.d.ts").Coaching} */
const WORK = {
  exercise: "Squat",
  held: false,
  phase: "work",
  count: 3,
  target: 10,
  set: 2,
  sets: 3,
  progress: 40,
  cue: "",
  seconds: null,
  total: 13,
  finished: 1,
  result: null,
};
/** @type {import("../../pages/ui/js/types.d.ts").Coaching} */
const REST = { ...WORK, phase: "rest", count: 10, cue: "Rest", seconds: 20, progress: null };
const REPETITION = { start_s: 0, end_s: 2.1, side: "both", tempo_s: { down: 1, hold: 0.1, up: 1 } };
const RESULT = {
  exercise: "squat",
  target: { repetitions: 1, sets: 3, rest_s: 20 },
  sets: [
    { set: 1, count: 1, finished: true, length_s: 2.1, tempo_s: REPETITION.tempo_s, repetitions: [REPETITION] },
    { set: 2, count: 0, finished: false, length_s: 0, tempo_s: {}, repetitions: [] },
  ],
};

test("the large number is the count in a set, and the seconds left of a rest", () => {
  assert.deepEqual(boardText(WORK), { number: "3", unit: "of 10", title: "Squat · set 2 of 3", cue: "" });
  assert.deepEqual(boardText(REST), { number: "20", unit: "s", title: "Squat · set 2 of 3", cue: "Rest" });
});

test("at the end it is the sum of all sets", () => {
  const text = boardText({ ...WORK, phase: "done", cue: "Finished early" });
  assert.deepEqual(text, { number: "13", unit: "in all", title: "Squat · 1 of 3 sets finished", cue: "Finished early" });
});

test("each repetition is said once", () => {
  assert.equal(spoken({ ...WORK, count: 2 }, WORK), "3");
  assert.equal(spoken(WORK, { ...WORK, progress: 80 }), "");
  assert.equal(spoken({ ...WORK, count: 8 }, { ...WORK, count: 9, cue: "One more" }), "9. One more");
  assert.equal(spoken(WORK, { ...WORK, cue: "Step back: your feet are not in view" }), "Step back: your feet are not in view");
});

test("of a rest, its length and its last seconds are said", () => {
  assert.equal(spoken({ ...WORK, count: 9 }, REST), "10. Set done. Rest 20 seconds");
  assert.equal(spoken(REST, { ...REST, seconds: 19 }), "");
  assert.equal(spoken({ ...REST, seconds: 4 }, { ...REST, seconds: 3 }), "3");
  assert.equal(spoken({ ...REST, seconds: 1 }, { ...WORK, count: 0, cue: "Go" }), "Go");
});

test("a countdown is said", () => {
  const wait = { ...WORK, phase: /** @type {const} */ ("wait"), count: 0, cue: "Step into view" };
  const countdown = { ...wait, phase: /** @type {const} */ ("countdown"), cue: "Get ready", seconds: 3 };
  assert.equal(spoken(null, wait), "Step into view");
  assert.equal(spoken(wait, countdown), "Get ready");
  assert.equal(spoken(countdown, { ...countdown, seconds: 2 }), "2");
  assert.equal(spoken(WORK, { ...WORK, phase: "done", cue: "Well done!" }), "Well done!");
});

test("the file has one row for each repetition", () => {
  assert.equal(
    resultCsv(RESULT),
    "exercise,set,repetition,start_s,end_s,side,down_s,hold_s,up_s\r\nsquat,1,1,0,2.1,both,1,0.1,1\r\n",
  );
});

test("of what is held, seconds are shown, and every tenth is said", () => {
  const held = { ...WORK, exercise: "Plank", held: true, count: 9, target: 30 };
  assert.deepEqual(boardText(held), { number: "9", unit: "of 30 s", title: "Plank · set 2 of 3", cue: "" });
  assert.equal(boardText({ ...held, phase: "done", total: 90 }).unit, "s in all");
  assert.equal(spoken(held, { ...held, count: 10 }), "10 seconds");
  assert.equal(spoken({ ...held, count: 10 }, { ...held, count: 11 }), "");
  assert.equal(spoken({ ...held, count: 19 }, { ...held, count: 21, cue: "Lower your hips" }), "21 seconds. Lower your hips");
  const rest = { ...REST, held: true, count: 30 };
  assert.equal(spoken({ ...held, count: 29 }, rest), "30 seconds. Set done. Rest 20 seconds");
});

test("the file of what was held has one row for each time", () => {
  const held = [{ start_s: 0, end_s: 12.5, held_s: 12.5 }];
  const sets = [{ set: 1, count: 1, finished: false, length_s: 12.5, held_s: 12.5, held }];
  const target = { seconds: 30, sets: 1, rest_s: 0 };
  assert.equal(
    resultCsv({ exercise: "plank", target, sets }),
    "exercise,set,hold,start_s,end_s,held_s\r\nplank,1,1,0,12.5,12.5\r\n",
  );
});
