// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { forget, keep, read } from "../../pages/ui/js/scores/kept_labels.js";
import { actionOf } from "../../pages/ui/js/scores/label_keys.js";
import { Pace, nextOpen } from "../../pages/ui/js/scores/pace.js";
import { PhotoView } from "../../pages/ui/js/scores/photo_view.js";

/** @typedef {import("../../pages/ui/js/types.d.ts").Place} Place */

/** @param {Place} photo @param {Place} frame */
function viewOf(photo, frame) {
  const view = new PhotoView();
  view.resize(frame);
  view.open(photo);
  return view;
}

/** @param {Place} place @param {Place} expected */
function near(place, expected) {
  for (const axis of [0, 1]) assert.ok(Math.abs(place[axis] - expected[axis]) < 1e-6, `${place} is not ${expected}`);
}

test("a photo is whole at first, in the middle of its frame", () => {
  const view = viewOf([2000, 1000], [1000, 900]);
  assert.deepEqual([view.scale, view.origin, view.isZoomed], [0.5, [0, 200], false]);
  near(view.toPhoto([500, 450]), [1000, 500]);
  near(view.toFrame([2000, 1000]), [1000, 700]);
});

test("zooming keeps the place at the pointer, and ends at the whole photo", () => {
  const view = viewOf([2000, 1000], [1000, 500]);
  view.zoom([300, 100], 4);
  near(view.toFrame([600, 200]), [300, 100]);
  view.zoom([300, 100], 1e9);
  assert.equal(view.scale, 24);
  view.zoom([700, 400], 1e-9);
  assert.deepEqual([view.scale, view.origin], [0.5, [0, 0]]);
  assert.equal(viewOf([20, 20], [1000, 1000]).most, 400); // a small photo can be zoomed, too
});

test("a zoomed photo is moved no farther than its edges", () => {
  const view = viewOf([1000, 1000], [500, 500]);
  view.pan(50, 50);
  assert.deepEqual(view.origin, [0, 0]);
  view.zoom([0, 0], 2);
  view.pan(-200, 30);
  assert.deepEqual(view.origin, [-200, 0]);
  view.pan(-9999, 0);
  assert.deepEqual(view.origin, [-500, 0]);
});

test("a person is shown large, and a joint outside the frame comes in", () => {
  const view = viewOf([4000, 2000], [1000, 500]);
  view.showBox([1000, 500, 100, 200]);
  assert.ok(view.scale > 1.9 && view.scale <= 2.5);
  near(view.toPhoto([500, 250]), [1050, 600]);
  view.reveal([1050, 900]);
  const [x, y] = view.toFrame([1050, 900]);
  assert.ok(Math.abs(x - 500) < 1e-6 && y <= 461 && y > 400);
});

test("a frame of another size shows the same middle, or still the whole photo", () => {
  const view = viewOf([1000, 1000], [500, 500]);
  view.resize([250, 300]);
  assert.equal(view.scale, 0.25);
  view.zoom([125, 150], 4);
  const middle = view.toPhoto([125, 150]);
  view.resize([400, 300]);
  near(view.toPhoto([200, 150]), middle);
});

/** @param {string} key @param {object} [more] */
const pressed = (key, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

test("keys do what the list says, on the photo", () => {
  assert.deepEqual(actionOf(pressed("h"), "photo"), { action: "hidden", by: 0 });
  assert.deepEqual(actionOf(pressed("X", { shiftKey: true }), "photo"), { action: "absent", by: 0 });
  assert.deepEqual(actionOf(pressed("V", { shiftKey: true }), "photo"), { action: "allVisible", by: 0 });
  assert.deepEqual(actionOf(pressed("ArrowUp", { shiftKey: true }), "photo"), { action: "move", step: [0, -10] });
  assert.deepEqual(actionOf(pressed("Tab", { shiftKey: true }), "photo"), { action: "joint", by: -1 });
  assert.deepEqual(actionOf(pressed("Enter"), "photo"), { action: "next" });
  assert.deepEqual(actionOf(pressed("]"), "photo"), { action: "person", by: 1 });
  assert.deepEqual(actionOf(pressed("Z", { ctrlKey: true, shiftKey: true }), "photo"), { action: "redo" });
  assert.deepEqual(actionOf(pressed("z", { metaKey: true }), "photo"), { action: "undo" });
  assert.equal(actionOf(pressed("q"), "photo"), null);
});

test("keys that a field, a button or the browser needs are left to them", () => {
  assert.equal(actionOf(pressed("h"), "field"), null);
  assert.equal(actionOf(pressed("Enter"), "button"), null);
  assert.equal(actionOf(pressed("Tab"), "joint"), null);
  assert.equal(actionOf(pressed("ArrowLeft"), "button"), null);
  assert.deepEqual(actionOf(pressed("ArrowLeft"), "joint"), { action: "move", step: [-1, 0] });
  assert.equal(actionOf(pressed("s", { ctrlKey: true }), "photo"), null);
  assert.equal(actionOf(pressed("h", { altKey: true }), "photo"), null);
});

test("the time left is told from the visitor's own pace, without pauses", () => {
  const pace = new Pace();
  assert.equal(pace.said(0, 30), "0 of 30 labelled");
  let now = 0;
  for (const seconds of [50, 3000, 40, 60]) {
    pace.begin(now);
    now += 1000 * seconds;
    pace.end(now);
  }
  assert.equal(pace.usual, 50_000);
  assert.equal(pace.said(12, 30), "12 of 30 labelled, about 15 min left");
  assert.equal(pace.said(29, 30), "29 of 30 labelled, about 1 min left");
  assert.equal(pace.said(30, 30), "30 of 30 labelled");
});

test("the next photo is one that was asked for, then the next that is not labelled", () => {
  const photos = ["done", "unknown", "unusable", "suggestion", "done", "empty"].map((state) => ({ state }));
  assert.equal(nextOpen(-1, photos, []), 1);
  assert.equal(nextOpen(1, photos, []), 3);
  assert.equal(nextOpen(5, photos, []), 1);
  assert.equal(nextOpen(0, photos, [5, 4, 3]), 5);
  assert.equal(nextOpen(5, photos, [5, 4, 3]), 3);
  assert.equal(nextOpen(0, [{ state: "done" }], []), null);
  assert.equal(nextOpen(0, [{ state: "unknown" }], []), null);
});

/** A browser's storage of a few entries. @param {number} most @returns {Storage} */
function storageOf(most) {
  /** @type {Map<string, string>} */
  const entries = new Map();
  return /** @type {any} */ ({
    get length() {
      return entries.size;
    },
    key: (/** @type {number} */ place) => [...entries.keys()][place] ?? null,
    getItem: (/** @type {string} */ key) => entries.get(key) ?? null,
    removeItem: (/** @type {string} */ key) => entries.delete(key),
    setItem(/** @type {string} */ key, /** @type {string} */ value) {
      if (!entries.has(key) && entries.size >= most) throw new Error("QuotaExceededError");
      entries.set(key, value);
    },
  });
}

/** @param {number} at */
const labelsOf = (at) => ({ at, size: /** @type {Place} */ ([4, 3]), domain: "", people: [[at]] });

test("a browser keeps labels until it is full, and then the newest", () => {
  const storage = storageOf(3);
  storage.setItem("another app's", "{}");
  for (const at of [2, 1, 3]) assert.equal(keep(storage, `h${at}`, labelsOf(at)), true);
  assert.deepEqual([read(storage, "h1"), read(storage, "h2"), read(storage, "h3")?.people], [null, labelsOf(2), [[3]]]);
  assert.equal(storage.getItem("another app's"), "{}");
  forget(storage, "h3");
  assert.equal(read(storage, "h3"), null);
  assert.equal(keep(storageOf(0), "h", labelsOf(1)), false);
  assert.equal(keep(storage, "h", { ...labelsOf(1), domain: "x".repeat(300_000) }), false);
});

test("what is kept damaged is as if it were not there", () => {
  const storage = storageOf(3);
  for (const text of ["{", "[]", "null", '{"people": 1}']) {
    storage.setItem("posecore.labels.h", text);
    assert.equal(read(storage, "h"), null);
  }
});
