// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { handOf, liveTraces } from "../../pages/ui/js/live/live_people.js";

/** Two landmarks a hand and one of the body, its wrist; the axes are for an image of twice the size. */
const look = { landmarks: [{}, {}], bones: [{ from: 0, to: 1 }], coarse: { left: [1], right: [2] }, wrists: { left: 0, right: 0 } };
const data = /** @type {any} */ ({ people: 2, size: [200, 200], threshold: 0.5, bones: [], landmarks: ["wrist"], hands: look });
const body = { id: 7, color: "", xy: [[9, 9]], z: [3], world: [[1, 2, 3]], visibility: [1], presence: [1] };
const hand = /** @type {any} */ ({ side: "left", score: 0.9, xy: [[10, 20], [12, 26]], z: [0, -4], world: [[0.5, 0.25, 0], [0.75, 0, 0.5]] });
const traces = (/** @type {any} */ answer, /** @type {"world" | "picture"} */ space) =>
  liveTraces(data, { size: [100, 100], ...answer }, space);

test("a live hand is on the wrist of its body", () => {
  const answer = { people: [body], hands: { words: "", found: [{ person: 7, ...hand }] } };
  assert.deepEqual(traces(answer, "world").get("hand_joints_1_left"), { x: [1, 1.25], y: [3, 3.5], z: [-2, -1.75] });
  assert.deepEqual(traces(answer, "picture").get("hand_joints_1_left"), { x: [20, 24], y: [6, -2], z: [40, 52] });
  assert.deepEqual(traces(answer, "world").get("hand_joints_1_right")?.x, [null, null]);
  assert.equal([...traces(answer, "world").keys()].filter((name) => name.startsWith("hand_")).length, 8);
});

test("a live hand without a body is only in the image", () => {
  const answer = { people: [], hands: { words: "", found: [{ person: 2, ...hand }] } };
  assert.deepEqual(traces(answer, "world").get("hand_joints_2_left")?.x, [null, null]);
  assert.deepEqual(traces(answer, "picture").get("hand_joints_2_left"), { x: [20, 24], y: [0, -8], z: [40, 52] });
});

test("a live hand of somebody else than the people shown is left out", () => {
  const answer = { people: [body], hands: { words: "", found: [{ person: 1, ...hand }] } };
  for (const [name, { x }] of traces(answer, "picture")) if (name.startsWith("hand_joints")) assert.deepEqual(x, [null, null]);
});

test("a person's own coarse landmarks of a live hand are left out while it is there", () => {
  const points = { xy: [[9, 9], [1, 2], [3, 4]], z: [3, 0, 0], world: [[1, 2, 3], [4, 5, 6], [7, 8, 9]], visibility: [1, 1, 1] };
  const people = [{ ...body, ...points, presence: [1, 1, 1] }];
  const joints = (/** @type {any} */ hands) => traces({ people, hands }, "world").get("joints_1")?.x;
  assert.deepEqual(joints({ words: "", found: [{ person: 7, ...hand }] }), [1, null, 7]);
  assert.deepEqual(joints({ words: "", found: [{ person: 8, ...hand }] }), [1, 4, 7]);
  assert.deepEqual(joints(null), [1, 4, 7]);
});

test("missing numbers of a live hand are NaN in the table", () => {
  const { picture, world } = handOf({ person: 1, ...hand, z: [null, 1], world: [[null, null, null], [1, 2, 3]] });
  assert.deepEqual([picture(0), world(0)], [{ x: 10, y: 20, z: NaN }, { x: NaN, y: NaN, z: NaN }]);
});
