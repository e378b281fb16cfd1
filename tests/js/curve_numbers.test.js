// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTurn, numbersOf } from "../../pages/ui/js/player/curve_numbers.js";

// The same curve and numbers as in tests/motion/test_curve_summary.py.
const CURVE = Float32Array.from({ length: 91 }, (_, i) => 90 - 60 * Math.cos((6 * Math.PI * i) / 90) + 8 * Math.sin(1.7 * i));
const lineOf = (/** @type {ArrayLike<number>} */ values) => ({ values, confidence: new Uint8Array(values.length).fill(255) });
const indices = (/** @type {import("../../pages/ui/js/player/curve_numbers.js").Turn[]} */ turns) => turns.map(({ index }) => index);

test("the numbers are those of posecore", () => {
  const numbers = numbersOf(lineOf(CURVE), 0.5, []);
  assert.ok(numbers);
  assert.deepEqual([numbers.least, numbers.largest], [29, 75]);
  assert.ok(Math.abs(numbers.range - 132.98714) < 1e-4);
  assert.ok(Math.abs(numbers.mean - 89.437555) < 1e-4);
  assert.deepEqual(indices(numbers.turns), [16, 29, 45, 62, 75]);
  assert.deepEqual(numbers.turns.map(({ isHigh }) => isHigh), [true, false, true, false, true]);
});

test("neither a gap nor a cut is a turn, and peaks beside them are not", () => {
  const values = CURVE.slice().fill(NaN, 40, 43);
  assert.deepEqual(indices(numbersOf(lineOf(values), 0.5, [60])?.turns ?? []), [16, 29, 75]);
});

test("values below the visibility limit are unknown", () => {
  const confidence = Uint8Array.from(CURVE, (_, index) => (index === 75 ? 10 : 255));
  assert.notEqual(numbersOf({ values: CURVE, confidence }, 0.5, [])?.largest, 75);
  assert.equal(numbersOf({ values: CURVE, confidence }, 0, [])?.largest, 75);
  assert.equal(numbersOf({ values: [1, 2], confidence: [0, 0] }, 0.5, []), null);
  assert.equal(numbersOf(lineOf([NaN, NaN]), 0, []), null);
});

test("the middle of a flat top is marked, and a curve that does not move has no turns", () => {
  assert.deepEqual(numbersOf(lineOf([0, 1, 5, 5, 5, 1, 0]), 0.5, [])?.turns, [{ index: 3, isHigh: true }]);
  assert.deepEqual(numbersOf(lineOf(new Float32Array(30).fill(7)), 0.5, [])?.turns, []);
});

test("the next and the previous turn from any frame", () => {
  const turns = [{ index: 5, isHigh: true }, { index: 9, isHigh: false }];
  assert.deepEqual([0, 5, 9].map((index) => nextTurn(turns, index, 1)), [5, 9, null]);
  assert.deepEqual([0, 5, 9, 20].map((index) => nextTurn(turns, index, -1)), [null, null, 5, 9]);
});
