// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { marksOf } from "../../pages/ui/js/player/angles_on_film.js";
import { pictureName } from "../../pages/ui/js/player/frame_picture.js";
import { pixelsPerMetre, placeOfNumber, sectorOf } from "../../pages/ui/js/player/joint_angles.js";

/** @typedef {import("../../pages/ui/js/types.d.ts").Angle} Angle */
/** @type {Angle} */
const KNEE = { name: "left_knee", kind: "joint", points: [[0], [1], [2]] };
/** @type {[number, number]} */
const PICTURE = [400, 300];
const QUARTER = Math.PI / 2;

/**
 * @param {number} one
 * @param {number} other
 */
const near = (one, other) => assert.ok(Math.abs(one - other) < 1e-9, `${one} is not ${other}`);

test("the sector of a joint is between its two limbs, the shorter way round", () => {
  const bent = sectorOf(KNEE, [100, 50, 100, 100, 150, 100]); // thigh upwards, shin to the right
  assert.deepEqual([bent?.x, bent?.y], [100, 100]);
  near(bent?.start ?? NaN, -QUARTER);
  near(bent?.span ?? NaN, QUARTER);
  const across = sectorOf(KNEE, [50, 101, 100, 100, 50, 99]); // on both sides of where angles jump from pi to -pi
  near(across?.span ?? NaN, 2 * Math.atan2(1, 50));
});

test("a point may be the middle of two landmarks", () => {
  const wrist = sectorOf({ ...KNEE, points: [[0], [1], [2, 3]] }, [0, 0, 0, 10, 5, 5, 15, 15]);
  near(wrist?.span ?? NaN, QUARTER);
});

test("a lean is from straight up, and a tilt from the horizontal", () => {
  const lean = sectorOf({ name: "trunk_lean", kind: "lean", points: [[0, 1], [2]] }, [90, 200, 110, 200, 200, 100]);
  assert.deepEqual([lean?.x, lean?.y], [100, 200]);
  near(lean?.start ?? NaN, -QUARTER);
  near(lean?.span ?? NaN, QUARTER / 2);
  for (const hips of [[100, 100, 120, 120], [120, 120, 100, 100]]) {
    const tilt = sectorOf({ name: "pelvis_tilt", kind: "tilt", points: [[0], [1]] }, hips);
    assert.deepEqual([tilt?.x, tilt?.y, tilt?.start], [110, 110, 0]);
    near(tilt?.span ?? NaN, QUARTER / 2);
  }
});

test("without a point or a length there is no sector", () => {
  assert.equal(sectorOf(KNEE, [100, 50, 100, 100, NaN, NaN]), null);
  assert.equal(sectorOf(KNEE, [100, 100, 100, 100, 150, 100]), null);
});

test("numbers are beyond the arc, within the picture and apart from each other", () => {
  const sector = { x: 200, y: 150, start: -QUARTER, span: 2 * QUARTER }; // opens to the right
  const first = placeOfNumber(sector, 30, [24, 12], PICTURE, []);
  assert.ok(first.left > 200 + 30);
  near((first.top + first.bottom) / 2, 150);
  const second = placeOfNumber(sector, 30, [24, 12], PICTURE, [first]);
  assert.ok(second.right < 200, "on the other side");
  const third = placeOfNumber(sector, 30, [24, 12], PICTURE, [first, second]);
  assert.ok(third.left > 200 && third.bottom <= first.top, "elsewhere along the arc");
  const corner = placeOfNumber({ ...sector, x: 395, y: 2 }, 30, [24, 12], PICTURE, []);
  assert.deepEqual(corner, { left: 376, top: 0, right: 400, bottom: 12 });
});

test("pixels of a metre come from the points that are shown", () => {
  const world = [0, 0, 0, 0, -0.5, 3, 9, 9, 9];
  near(pixelsPerMetre([10, 110, 10, 10, NaN, NaN], world), 200);
  assert.ok(Number.isNaN(pixelsPerMetre([10, 110, NaN, NaN, NaN, NaN], world)));
});

test("the number is that of the curve, once for each angle, and nothing is drawn of what is not known", () => {
  const points = new Float32Array([100, 50, 100, 100, 150, 100]);
  const world = new Float32Array(9);
  const look = { unit: 1, colorOf: () => "#fff" };
  const line = (/** @type {number[]} */ values, angle = /** @type {Angle | null} */ (KNEE)) =>
    /** @type {import("../../pages/ui/js/types.d.ts").PersonLine} */ (
      /** @type {unknown} */ ({ angle, values: new Float32Array(values), errors: Float32Array.of(5, 19) })
    );
  const texts = (/** @type {ReturnType<typeof line>[]} */ ...lines) =>
    marksOf(lines, 1, points, world, look).map(({ text, error, radius }) => `${text} ${error} ${radius}`);
  assert.deepEqual(texts(line([0, 123.6])), ["124° ±19 9"]); // though it is 90 as seen in the image
  assert.deepEqual(texts(line([0, NaN])), []);
  assert.deepEqual(texts(line([0, 5], null)), []);
  assert.deepEqual(texts(line([0, 120]), line([0, 90])), ["120° ±19 9"]);
});

test("pictures of frames are listed in order", () => {
  assert.equal(pictureName("walk", 7, 229), "walk.frame-007.png");
  assert.equal(pictureName(null, 229, 229), "video.frame-229.png");
});
