// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { gestureText } from "../../pages/ui/js/live/gesture_buttons.js";

const HELD = { gesture: "thumb up", does: "take a snapshot", progress: 0.5, pressed: 0, selector: "" };

test("a gesture says what it will do until it has done it", () => {
  assert.equal(gestureText(HELD), "Hold on: thumb up will take a snapshot");
  assert.match(gestureText({ ...HELD, progress: 1 }), /^Done: take a snapshot/);
  assert.equal(gestureText({ ...HELD, progress: 0 }), "Hold a gesture");
  assert.equal(gestureText({ ...HELD, gesture: "" }), "Hold a gesture");
});
