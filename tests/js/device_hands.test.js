// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { armsOf, isSameHand, slotsAtArms, slotsByShape } from "../../pages/ui/js/device/arms.js";
import { isBodyInHand } from "../../pages/ui/js/device/hand_as_body.js";
import { CELL, outOf, sizeOfView, viewOf } from "../../pages/ui/js/device/hand_view.js";
import { person } from "./swinging_person.js";

/** @typedef {import("../../pages/ui/js/device/arms.js").FoundHand} FoundHand */

/** What posecore makes of the same arms and hands; tests/pages/test_device.py holds it against posecore. */
const POSECORE = JSON.parse(readFileSync(new URL("device_hands.json", import.meta.url), "utf8"));
/** @type {[number, number]} */
const SIZE = [640, 480];

/**
 * @param {{xy: number[], right: number}} values
 * @returns {FoundHand}
 */
const hand = ({ xy, right }) => ({ xy: Float32Array.from(xy), z: new Float32Array(21), world: new Float32Array(63), score: 1, right });
const told = (/** @type {({person: number, side: string} | null)[]} */ slots) => slots.map((slot) => slot && [slot.person, slot.side]);

test("whose hands are is worked out as by posecore", () => {
  for (const [frame, expected] of POSECORE.entries()) {
    const arms = armsOf([person(1, frame), person(0, frame)], SIZE);
    arms.forEach(({ wrist, hand: at, pixelsPerM, isVisible, slot }, place) => {
      const [x, y, handX, handY, scale, searchable, side] = expected.arms[place];
      const apart = [...wrist, ...at, pixelsPerM].map((value, k) => Math.abs(value - [x, y, handX, handY, scale][k]));
      assert.ok(Math.max(...apart) < 0.02, `arm ${place} of frame ${frame}`);
      assert.deepEqual([isVisible, slot.side], [searchable, side]);
    });
    const hands = expected.hands.map(hand);
    const before = expected.before.map((/** @type {any} */ slot) => slot && { right: 0.5, slot: { person: slot[0], side: slot[1] } });
    assert.deepEqual(told(slotsAtArms(hands, arms, before)), expected.at_arms, `frame ${frame}`);
    assert.deepEqual(hands.map((/** @type {FoundHand} */ one) => hands.map((/** @type {FoundHand} */ other) => isSameHand(one, other))), expected.same);
  }
});

test("without bodies a hand keeps its side until it has long looked like the other", () => {
  const [left, right] = [0.1, 0.9].map((share) => hand({ xy: Array(42).fill(0), right: share }));
  assert.deepEqual(told(slotsByShape([right, left, left], [null, null, null])), [[1, "right"], [1, "left"], [2, "left"]]);
  const slot = /** @type {const} */ ({ person: 1, side: "left" });
  assert.deepEqual(told(slotsByShape([right], [{ right: 0.4, slot }])), [[1, "left"]]);
  assert.deepEqual(told(slotsByShape([right], [{ right: 0.7, slot }])), [[1, "right"]]);
});

test("small hands are looked at closely, and found where they are", () => {
  const arm = (/** @type {"left" | "right"} */ side, /** @type {number} */ x, pixelsPerM = 100) =>
    /** @type {import("../../pages/ui/js/device/arms.js").Arm} */ ({ slot: { person: 1, side }, wrist: [x, 200], hand: [x, 220], pixelsPerM, isVisible: true });
  assert.equal(viewOf([arm("left", 100, 400), arm("right", 400, 400)], SIZE, null), null, "large ones are not");
  assert.equal(viewOf([], SIZE, null), null);
  const view = viewOf([arm("left", 100), { ...arm("right", 400), isVisible: false }], SIZE, null);
  assert.deepEqual(view, { squares: [{ x: 75, y: 195, side: 50 }, null], columns: 2 });
  if (!view) return;
  assert.deepEqual(sizeOfView(view), [2 * CELL, CELL]);
  const out = outOf(view, SIZE, { x: 0.25, y: 0.5 });
  assert.deepEqual([out?.place({ x: 0.25, y: 0.5 }), out?.depth], [[100, 220], 100]);
  assert.equal(outOf(view, SIZE, { x: 0.75, y: 0.5 }), null, "there is no arm");
  assert.deepEqual(outOf(null, SIZE, { x: 0, y: 0 })?.place({ x: 0.5, y: 0.25 }), [320, 120]);
});

test("a hand that was taken for a person is known as one", () => {
  const xy = Float32Array.from({ length: 42 }, (_, at) => (at % 2 ? 100 + 5 * at : 50 + 5 * at));
  const body = person(0, 0);
  assert.equal(isBodyInHand({ xy: new Float32Array(66).fill(150), visibility: new Float32Array(33).fill(1) }, { xy }), true);
  assert.equal(isBodyInHand({ xy: new Float32Array(66).fill(150), visibility: new Float32Array(33) }, { xy }), false);
  assert.equal(isBodyInHand(body, { xy }), false);
});
