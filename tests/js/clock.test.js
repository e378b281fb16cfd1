// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../../pages/ui/js/player/clock.js";

const steady = new Clock(Float64Array.from({ length: 230 }, (_, frame) => frame / 29.97));
const uneven = new Clock(Float64Array.of(12, 12.04, 12.05, 12.5, 12.501));

for (const [name, clock] of Object.entries({ steady, uneven })) {
  test(`each frame is shown at its own time in the video: ${name}`, () => {
    for (let frame = 0; frame < clock.count; frame++) assert.equal(clock.at(clock.filmTime(frame)), frame);
  });
}

test("frames are found although a video's clock is coarser than their times", () => {
  const ticks = Math.floor((7 / 29.97) * 90_000) / 90_000; // as a browser reports frame 7: never after its true time
  assert.equal(steady.at(ticks), 7);
});

test("times outside the video give the first or last frame", () => {
  assert.equal(uneven.at(-1), 0);
  assert.equal(uneven.at(0.0399), 0);
  assert.equal(uneven.at(0.3), 2);
  assert.equal(uneven.at(60), 4);
});

test("the frame nearest to a time, before or after it", () => {
  for (let frame = 0; frame < uneven.count; frame++) assert.equal(uneven.nearest(uneven.times[frame]), frame);
  assert.equal(uneven.nearest(12.021), 1);
  assert.equal(uneven.nearest(12.019), 0);
  assert.equal(uneven.nearest(12.3), 3);
  assert.equal(uneven.nearest(0), 0);
  assert.equal(uneven.nearest(99), 4);
});

test("a video of one frame", () => {
  const clock = new Clock(Float64Array.of(0));
  assert.equal(clock.at(clock.filmTime(0)), 0);
});

test("the frames of the last seconds end at the requested frame", () => {
  assert.deepEqual(uneven.until(3, 0.46), [1, 2, 3]);
  assert.deepEqual(uneven.until(0, 2), [0]);
});
