// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { next, offered } from "../../pages/ui/js/player/tabs.js";

const ALL = ["solid", "curves", "numbers", "landmarks", "display", "measure"];
const WITH_KEYS = [...ALL, "keys"];

test("in a narrow window all but the video is behind tabs", () => {
  assert.deepEqual(offered(WITH_KEYS, { narrow: true, hasBodies: true, hasFilm: true }), ALL, "a phone has no keys");
  const wide = offered(WITH_KEYS, { narrow: false, hasBodies: true, hasFilm: true });
  assert.deepEqual(wide, ["curves", "numbers", "landmarks", "keys"]);
});

test("hands have no curves, and without a video nothing is measured in it", () => {
  assert.deepEqual(offered(ALL, { narrow: true, hasBodies: false, hasFilm: false }), ["solid", "landmarks", "display"]);
});

test("arrow keys go round the tabs", () => {
  const names = ["curves", "numbers", "landmarks"];
  const ways = /** @type {const} */ ([["ArrowRight", "landmarks", "curves"], ["ArrowLeft", "curves", "landmarks"], ["End", "curves", "landmarks"], ["Home", "numbers", "curves"]]);
  for (const [key, from, to] of ways) assert.equal(next(key, names, from), to);
  assert.equal(next(" ", names, "curves"), null);
});
