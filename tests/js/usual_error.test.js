// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { bandsOf, errorsOf, meanError, plusMinus } from "../../pages/ui/js/player/usual_error.js";

const line = {
  times: [0, 1, 2, 3, 4],
  values: [100, 175, NaN, 5, 60],
  errors: Float32Array.of(10, 20, 20, NaN, 10),
  confidence: [255, 255, 255, 255, 10],
};

test("an error follows from how a person is turned; nobody has none", () => {
  assert.deepEqual([...errorsOf(Int8Array.of(0, 1, -1), [10, 20])], [10, 20, NaN]);
});

test("a number is read with its error", () => {
  assert.equal(plusMinus(line.errors, 1), " ±20");
  assert.equal(plusMinus(line.errors, 3), "");
  assert.equal(plusMinus(null, 0), "");
  assert.equal(plusMinus(undefined, 0), "");
});

test("the mean error is over the frames in which the angle is known", () => {
  assert.equal(meanError(line, 0.5), 15);
  assert.equal(meanError({ ...line, errors: null }, 0.5), null);
  assert.equal(meanError(line, 1.1), null);
});

test("a band ends at gaps and cuts, and at what an angle can be", () => {
  assert.deepEqual(bandsOf(line, [], 100), [
    { times: [0, 1], low: [90, 155], high: [110, 180] },
    { times: [4], low: [50], high: [70] },
  ]);
  assert.deepEqual(bandsOf(line, [1], 100).map(({ times }) => times), [[0], [1], [4]]);
  assert.deepEqual(bandsOf({ ...line, errors: null }, [], 100), []);
});

test("a band of many frames has few points", () => {
  const count = 5000;
  const long = { times: Float64Array.from({ length: count }, (_, at) => at), values: new Float32Array(count).fill(90) };
  const [band] = bandsOf({ ...long, errors: new Float32Array(count).fill(10) }, [], 1000);
  assert.equal(band.times.length, 1000);
});
