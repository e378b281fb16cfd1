// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { TimeScale } from "../../pages/ui/js/player/time_scale.js";

test("times and pixels convert into each other", () => {
  const scale = new TimeScale([2, 12], 62, 562);
  assert.equal(scale.pixel(2), 62);
  assert.equal(scale.pixel(12), 562);
  assert.equal(scale.pixel(7), 312);
  for (const time of [2, 3.3, 12]) assert.ok(Math.abs(scale.time(scale.pixel(time)) - time) < 1e-12);
});

test("a pixel beside the plot gives the nearest edge", () => {
  const scale = new TimeScale([0, 10], 62, 562);
  assert.equal(scale.time(0), 0);
  assert.equal(scale.time(9_999), 10);
});

test("a video of one frame and a plot without width give finite values", () => {
  assert.equal(new TimeScale([3, 3], 62, 562).pixel(3), 62);
  assert.ok(Number.isFinite(new TimeScale([0, 10], 62, 0).time(62)));
});
