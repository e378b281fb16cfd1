// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, joined, LANDMARKS } from "../../pages/ui/js/device/frame_bytes.js";
import { meaningOf, waitMs } from "../../pages/ui/js/device/link.js";

/** @param {number} id */
const person = (id) => ({
  id,
  xy: new Float32Array(2 * LANDMARKS).fill(10 * id),
  z: new Float32Array(LANDMARKS).fill(NaN),
  world: Float32Array.from({ length: 3 * LANDMARKS }, (_, index) => index),
  visibility: new Float32Array(LANDMARKS).fill(0.5),
  presence: new Float32Array(LANDMARKS).fill(1),
});

test("a frame has its layout", () => {
  const bytes = bytesOf({ number: 70_000, timeS: 2.25, size: [1280, 720], people: [person(3), person(9)] });
  const view = new DataView(bytes.buffer);
  assert.equal(bytes.length, 24 + 2 * 1060);
  assert.deepEqual([view.getUint8(0), view.getUint8(1)], [1, 2]);
  assert.deepEqual([view.getUint16(2, true), view.getUint16(4, true), view.getUint32(8, true)], [1280, 720, 70_000]);
  assert.equal(view.getFloat64(16, true), 2.25);
  assert.deepEqual([view.getUint32(24, true), view.getUint32(28, true)], [3, 9]);
  const ofLandmark = (/** @type {number} */ slot, /** @type {number} */ landmark) =>
    Array.from({ length: 8 }, (_, value) => view.getFloat32(32 + 32 * (LANDMARKS * slot + landmark) + 4 * value, true));
  assert.deepEqual(ofLandmark(0, 0), [30, 30, NaN, 0, 1, 2, 0.5, 1]);
  assert.deepEqual(ofLandmark(1, 32), [90, 90, NaN, 96, 97, 98, 0.5, 1]);
});

test("a message is frames one after the other", () => {
  const nobody = bytesOf({ number: 1, timeS: 0, size: [640, 480], people: [] });
  const somebody = bytesOf({ number: 2, timeS: 1, size: [640, 480], people: [person(1)] });
  assert.deepEqual(joined([nobody, somebody]), Uint8Array.from([...nobody, ...somebody]));
});

test("attempts to connect again become rarer, and not all at once", () => {
  assert.deepEqual([0, 1, 2, 3, 9].map((attempt) => waitMs(attempt, 0.5)), [500, 1000, 2000, 4000, 15_000]);
  assert.deepEqual([waitMs(0, 0), waitMs(0, 1)], [375, 625]);
});

test("the end of a connection is said in words", () => {
  assert.deepEqual(meaningOf(1008, "Expected a head."), { state: "closed", text: "Expected a head." });
  assert.deepEqual(meaningOf(4001, "The visit has ended."), { state: "closed", text: "The visit has ended." });
  assert.equal(meaningOf(4002, "It rests.").state, "resting");
  assert.match(meaningOf(1013, "All 200 places are taken.").text, /^All 200 places are taken. .*tries again/);
  for (const code of [1001, 1006, 1011, 1012]) assert.equal(meaningOf(code, "").state, "lost");
  assert.match(meaningOf(1006, "").text, /tries again/);
});
