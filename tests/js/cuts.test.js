// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { inWords, nearestCut, shotOf } from "../../pages/ui/js/player/cuts.js";

test("a shot begins with the frame at its cut", () => {
  assert.deepEqual([0, 44, 45, 89, 90, 164].map((index) => shotOf([45, 90], index)), [1, 1, 2, 2, 3, 3]);
  assert.equal(shotOf([], 7), 1);
});

test("from cut to cut, and to the ends", () => {
  assert.deepEqual([0, 45, 89, 90].map((index) => nearestCut([45, 90], index, 1, 164)), [45, 90, 90, 164]);
  assert.deepEqual([164, 90, 46, 45].map((index) => nearestCut([45, 90], index, -1, 164)), [90, 45, 45, 0]);
});

test("cuts are said in words", () => {
  assert.match(inWords([1.5]), /^1 cut, at 1\.50 s\. A new shot/);
  assert.match(inWords([1.5, 3]), /^2 cuts, at 1\.50, 3\.00 s\./);
  assert.match(inWords(Array.from({ length: 30 }, (_, second) => second)), /^30 cuts, at 0\.00, .*, 7\.00 … s\./);
});
