// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { withEnd, withStart } from "../../pages/ui/js/player/loop.js";
import { fixed, short } from "../../pages/ui/js/shared/numbers.js";
import { boneLine, nowhere } from "../../pages/ui/js/shared/stage.js";

test("a loop is set by its two ends", () => {
  assert.deepEqual(withStart(null, 10, 229), [10, 229]);
  assert.deepEqual(withEnd(null, 50), [0, 50]);
  assert.deepEqual(withEnd([10, 229], 50), [10, 50]);
  assert.deepEqual(withStart([10, 50], 80, 229), [80, 229]);
  assert.deepEqual(withEnd([80, 229], 20), [0, 20]);
});

test("numbers are formatted as text", () => {
  assert.equal(fixed(-0.001, 2), "0.00");
  assert.equal(fixed(-1.25, 1), "-1.3");
  for (const missing of [NaN, null, undefined]) assert.equal(fixed(missing, 2), "–");
  assert.deepEqual([145.26, 45.26, 5.257, -0.001].map(short), ["145", "45.3", "5.26", "0.00"]);
});

test("a bone with a missing end is a gap", () => {
  const points = { x: [1, 2, null], y: [3, 4, null], z: [5, 6, null] };
  const line = boneLine(points, [{ from: 0, to: 1 }, { from: 1, to: 2 }]);
  assert.deepEqual(line.x, [1, 2, null, null, null, null]);
});

test("a missing person has points without positions", () => {
  assert.deepEqual(nowhere(2).z, [null, null]);
});
