// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Corners, lensPlace } from "../../pages/ui/js/rigid/corners.js";

/** @typedef {import("../../pages/ui/js/types.d.ts").Place} Place */

/** @param {number} count @param {Place[]} places */
function withCorners(count, ...places) {
  const corners = new Corners(Array(count).fill(null), [400, 300]);
  for (const place of places) corners.pick(place);
  return corners;
}

test("corners are picked in their order, inside the photo", () => {
  const corners = withCorners(4, [10, 20], [30.123, 20], [-5, 999]);
  assert.deepEqual(corners.places, [[10, 20], [30.1, 20], [0, 300], null]);
  assert.equal(corners.next, 3);
  assert.equal(corners.chosen, 2);
  corners.pick([1, 2]);
  assert.equal(corners.next, null);
  assert.equal(corners.pick([5, 5]), false);
  assert.equal(corners.count, 4);
});

test("corners that cannot be seen are skipped, and can be picked all the same", () => {
  const corners = withCorners(8, [1, 1]);
  corners.skip();
  assert.equal(corners.next, 2);
  corners.pick([3, 3]);
  corners.choose(1);
  assert.equal(corners.next, 1);
  corners.pick([2, 2]);
  assert.deepEqual(corners.places.slice(0, 3), [[1, 1], [2, 2], [3, 3]]);
  for (let each = 0; each < 5; each++) corners.skip();
  assert.equal(corners.next, null);
});

test("a removed corner is picked next, and then the others go on", () => {
  const corners = withCorners(4, [1, 1], [2, 2], [3, 3]);
  corners.choose(0);
  corners.remove();
  assert.equal(corners.next, 0);
  assert.equal(corners.chosen, null);
  corners.pick([9, 9]);
  assert.equal(corners.next, 3);
});

test("keys move the chosen corner, and a row of moves is undone in one step", () => {
  const corners = withCorners(4, [10, 10], [20, 20]);
  corners.nudge(1, 0);
  corners.nudge(0, -10);
  assert.deepEqual(corners.places[1], [21, 10]);
  corners.undo();
  assert.deepEqual(corners.places[1], [20, 20]);
  corners.choose(0);
  corners.nudge(-100, 0);
  assert.deepEqual(corners.places[0], [0, 10]);
  assert.equal(withCorners(4).nudge(1, 1), false);
});

test("picking, dragging, skipping and clearing are undone", () => {
  const corners = withCorners(8, [10, 10]);
  corners.grab(0);
  corners.drag(0, [15, 15]);
  corners.drag(0, [18, 18]);
  corners.skip();
  corners.clear();
  assert.equal(corners.count, 0);
  corners.undo();
  assert.deepEqual([corners.places[0], corners.next], [[18, 18], 2]);
  corners.undo();
  assert.equal(corners.next, 1);
  corners.undo();
  assert.deepEqual(corners.places[0], [10, 10]);
  corners.undo();
  corners.undo();
  assert.equal(corners.count, 0);
});

test("corners that were picked before are there, and the first open one is next", () => {
  const corners = new Corners([[1, 1], null, [3, 3], null], [10, 10]);
  assert.equal(corners.next, 1);
  corners.pick([2, 2]);
  assert.equal(corners.next, 3);
});

test("the nearest corner within reach is found", () => {
  const corners = withCorners(4, [10, 10], [20, 10]);
  assert.equal(corners.near([14, 10], 10), 0);
  assert.equal(corners.near([16, 10], 10), 1);
  assert.equal(corners.near([50, 10], 10), null);
});

test("the magnifier is above the finger, below it without room, and never beside the photo", () => {
  assert.deepEqual(lensPlace([200, 250], 400, 100, 0), [200, 160]);
  assert.deepEqual(lensPlace([200, 50], 400, 100, 300), [200, -40]);
  assert.deepEqual(lensPlace([200, 50], 400, 100, 20), [200, 140]);
  assert.deepEqual(lensPlace([5, 250], 400, 100, 0), [50, 160]);
  assert.deepEqual(lensPlace([5, 250], 80, 100, 0), [40, 160]);
});
