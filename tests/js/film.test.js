// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { besideHand, placeAt, readAt } from "../../pages/ui/js/signs/film.js";

/** @type {import("../../pages/ui/js/signs/film.js").Read[]} */
const READ = [["I", 1, 2], ["N", 2, 3], ["J", 1.5, 2.5]];
/** @type {import("../../pages/ui/js/signs/film.js").Place[]} */
const PLACES = [[0, 0.1, 0.3, 0.2], [1, 0.6, 0.9, 0.4], [2, 0.1, 0.9, 0.95]];

test("what is read at a time, drawn letters before the shapes of the hand", () => {
  assert.deepEqual([0.9, 1, 1.5, 2.49, 2.5, 3].map((time) => readAt(READ, time)), ["", "I", "J", "J", "N", ""]);
});

test("the place of the hand is the nearest in time", () => {
  assert.deepEqual([-1, 0.4, 0.6, 1.6, 9].map((time) => placeAt(PLACES, time)?.[0]), [0, 0, 1, 2, 2]);
  assert.equal(placeAt([], 1), undefined);
});

test("a label stays on its side of the hand while it fits, and always in the picture", () => {
  const [left, right, wide] = PLACES;
  assert.deepEqual(besideHand(left, 0.1, false), { left: 0.32, top: 0.2, onLeft: false });
  assert.equal(besideHand(right, 0.1, false).onLeft, true);
  assert.equal(besideHand(left, 0.2, true).onLeft, false);
  const over = besideHand(wide, 0.2, false);
  assert.ok(over.left >= 0 && over.left <= 0.8 && over.top < 0.8);
  assert.deepEqual(besideHand(undefined, 0.1, false), { left: 0.02, top: 0.02, onLeft: false });
});
