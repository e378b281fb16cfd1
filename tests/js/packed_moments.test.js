// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { numbersOf } from "../../pages/ui/js/share/packed_moments.js";
import { ticksOf } from "../../pages/ui/js/player/ticks.js";

/** @param {number[][]} channels counts of each frame */
function packed(channels) {
  const changes = channels.flatMap((counts) => counts.map((count, frame) => (count - (counts[frame - 1] ?? 0)) & 0xffff));
  return Uint8Array.from([...changes.map((change) => change & 0xff), ...changes.map((change) => change >> 8)]);
}

test("numbers are unpacked frame by frame, with gaps", () => {
  const bytes = packed([[1, -32768, 32767, -32767], [100, 90, -5, -32768]]);
  const numbers = numbersOf(bytes, { channels: 2, steps: [1, 0.5] }, 4);
  assert.deepEqual([...numbers], [1, 50, NaN, 45, 32767, -2.5, -32767, NaN]);
});

test("an axis has round numbers", () => {
  assert.deepEqual(ticksOf(68.7, 183, 4), [100, 150]);
  assert.deepEqual(ticksOf(-0.3, 0.3, 3), [-0.2, 0, 0.2]);
  assert.deepEqual(ticksOf(5, 5, 4), [5]);
});
