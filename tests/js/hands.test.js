// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { handTraces, landmarksBeneath, shownHands } from "../../pages/ui/js/player/hands.js";

/** Two landmarks a hand and one of the body, its wrist. */
const header = {
  landmarks: 1,
  hands: { at: 0, landmarks: 2, words: [""], slots: [{ person: 1, side: "left" }, { person: 2, side: "right" }] },
};
const people = [
  { id: 1, shown: true },
  { id: 2, shown: false },
];
const look = { landmarks: [{}, {}], bones: [{ from: 0, to: 1 }], wrists: { left: 0, right: 0 } };
const data = /** @type {any} */ ({ header, people, hands: look });
const hands = /** @type {any} */ ({
  picture: new Float32Array([10, 20, 0, 12, 26, -4, 30, 40, 0, 31, 41, 0]),
  world: new Float32Array([0.5, 0.25, 0, 0.75, 0, 0.5, 0, 0, 0, 1, 1, 1]),
});
const bodies = /** @type {any} */ ({ picture: new Float32Array([9, 9, 3, 0, 0, 0]), world: new Float32Array([1, 2, 3, 0, 0, 0]) });
const seen = (/** @type {"world" | "picture"} */ space, given = bodies) =>
  handTraces(data, hands, given, /** @type {any} */ ({ space })).get("hand_joints_1_left");

test("hands of hidden people are not shown", () => {
  assert.deepEqual(shownHands(data), [{ person: 1, side: "left", slot: 0 }]);
  const traces = handTraces(data, hands, bodies, /** @type {any} */ ({ space: "world" }));
  assert.deepEqual(traces.get("hand_joints_2_right")?.x, [null, null]);
});

test("a person's own three landmarks of a hand are left out in the frames in which that hand is there", () => {
  const coarse = { left: [17, 19, 21], right: [18, 20, 22] };
  const seenIn = (/** @type {number[]} */ picture) =>
    landmarksBeneath(/** @type {any} */ ({ header, people, hands: { coarse } }), /** @type {any} */ ({ picture })).map((one) => [...one]);
  assert.deepEqual(seenIn([10, 20, 0, 12, 26, -4, 30, 40, 0, 31, 41, 0]), [[17, 19, 21], [18, 20, 22]]);
  assert.deepEqual(seenIn([10, 20, 0, 12, 26, -4, NaN, NaN, NaN, NaN, NaN, NaN]), [[17, 19, 21], []]);
  assert.deepEqual(landmarksBeneath(data, null).map(({ size }) => size), [0, 0]);
  const without = /** @type {any} */ ({ header: { hands: null }, people, hands: null });
  assert.deepEqual(landmarksBeneath(without, null).map(({ size }) => size), [0, 0]);
});

test("in metres a hand is on the wrist of its body, and missing without it", () => {
  assert.deepEqual(seen("world"), { x: [1, 1.25], y: [3, 3.5], z: [-2, -1.75] });
  assert.deepEqual(seen("world", null)?.x, [null, null]);
});

test("in the image a hand is in its own place, at the depth of the wrist", () => {
  assert.deepEqual(seen("picture"), { x: [10, 12], y: [3, -1], z: [20, 26] });
  assert.deepEqual(seen("picture", null), { x: [10, 12], y: [0, -4], z: [20, 26] });
});
