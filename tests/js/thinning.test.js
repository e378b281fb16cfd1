// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { cutApart, thinned, unsure } from "../../pages/ui/js/player/thinning.js";

const times = Float64Array.from({ length: 36_000 }, (_, frame) => frame / 30);

test("a short curve is unchanged, with gaps as null", () => {
  assert.deepEqual(thinned([0, 1, 2], [5, NaN, 7]), { x: [0, 1, 2], y: [5, null, 7] });
});

test("a curve has a gap at each cut", () => {
  const curve = { times: [0, 1, 2, 3], values: [5, 6, 7, 8] };
  assert.deepEqual(cutApart(curve, [2]), [[0, 1, 2, 2, 3], [5, 6, NaN, 7, 8]]);
  assert.deepEqual(cutApart(curve, []), [[0, 1, 2, 3], [5, 6, 7, 8]]);
});

test("a long curve keeps its peaks, gaps and order in fewer points", () => {
  const values = Float32Array.from(times, (time) => Math.sin(time));
  values[12_345] = 100;
  values[23_456] = -100;
  values.fill(NaN, 30_000, 30_500);
  const { x, y } = thinned(times, values);
  assert.ok(x.length <= 2_300, `${x.length} points`);
  assert.equal(x[y.indexOf(100)], times[12_345]);
  assert.equal(x[y.indexOf(-100)], times[23_456]);
  assert.ok(x.some((time, index) => time >= 1000 && time < 1016 && y[index] === null));
  assert.ok(x.every((time, index) => index === 0 || time > x[index - 1]));
});

test("stretches below the limit come longest first and exclude gaps", () => {
  const values = [1, 1, NaN, 1, 1, 1, 1];
  const confidence = [0, 255, 0, 100, 100, 100, 255];
  assert.deepEqual(unsure({ times: [0, 1, 2, 3, 4, 5, 6], values, confidence }, 0.5), [[3, 6], [0, 1]]);
});

test("a stretch may last to the end, and no stretch is below a limit of zero", () => {
  const curve = { times: [0, 1, 2], values: [1, 1, 1], confidence: [255, 10, 10] };
  assert.deepEqual(unsure(curve, 0.5), [[1, 2]]);
  assert.deepEqual(unsure(curve, 0), []);
});
