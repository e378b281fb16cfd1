// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { said, wanted } from "../../pages/ui/js/player/repetition_steps.js";

const MOMENTS = [
  { time: 2, start: 1, end: 3 },
  { time: 4.5, start: 3.5, end: 5.5 },
];

test("the first press leads to the first repetition, and no press beyond the last", () => {
  assert.deepEqual(wanted("next", -1, MOMENTS), { place: 0, time: 2, loop: null });
  assert.deepEqual(wanted("next", 0, MOMENTS), { place: 1, time: 4.5, loop: null });
  assert.deepEqual(wanted("next", 1, MOMENTS), { place: 1, time: 4.5, loop: null });
  assert.deepEqual(wanted("previous", 1, MOMENTS), { place: 0, time: 2, loop: null });
  assert.deepEqual(wanted("previous", -1, MOMENTS), { place: 0, time: 2, loop: null });
});

test("a loop goes from the start of the repetition to its end", () => {
  assert.deepEqual(wanted("loop", 1, MOMENTS), { place: 1, time: 3.5, loop: [3.5, 5.5] });
  assert.deepEqual(wanted("loop", -1, MOMENTS), { place: 0, time: 1, loop: [1, 3] });
});

test("it is said which repetition is shown", () => {
  const data = { name: "repetition", moments: MOMENTS };
  assert.equal(said(data, -1, false), "");
  assert.equal(said(data, 1, false), "Repetition 2 of 2, 3.50 to 5.50 s");
  assert.equal(said({ ...data, name: "hold" }, 0, true), "Looping hold 1 of 2, 1.00 to 3.00 s");
});
