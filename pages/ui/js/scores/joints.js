// @ts-check
// COCO's 17 joints as they are labelled: their names, order, bones, and how a person stands before anybody moved them.

/** @typedef {import("../types.d.ts").Place} Place */

export const JOINTS = [
  "nose",
  "left eye",
  "right eye",
  "left ear",
  "right ear",
  "left shoulder",
  "right shoulder",
  "left elbow",
  "right elbow",
  "left wrist",
  "right wrist",
  "left hip",
  "right hip",
  "left knee",
  "right knee",
  "left ankle",
  "right ankle",
];

/** @type {[number, number][]} */
export const BONES = [
  [0, 1], [0, 2], [1, 3], [2, 4], [3, 5], [4, 6],
  [5, 6], [5, 11], [6, 12], [11, 12],
  [5, 7], [7, 9], [6, 8], [8, 10],
  [11, 13], [13, 15], [12, 14], [14, 16],
];

/** From joint to joint with the Tab key: limb by limb, so that the eye does not jump. */
export const ORDER = [0, 1, 3, 2, 4, 5, 7, 9, 6, 8, 10, 11, 13, 15, 12, 14, 16];

/** The same joint on the other side. */
export const MIRROR = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15];

export const ALL = JOINTS.map((_, joint) => joint);
const LIMBS = [[1, 2, 3, 4], [5, 6, 7, 8, 9, 10], [11, 12, 13, 14, 15, 16]];

/** @param {number} joint @returns {number[]} those of the same pair of limbs: face, arms or legs */
export const limbsOf = (joint) => LIMBS.find((limb) => limb.includes(joint)) ?? [];

/** @typedef {"left" | "right" | "middle"} Side */

/** @type {Side[]} the person's own */
export const SIDES = JOINTS.map((name) => /** @type {Side} */ (/^(left|right)/.exec(name)?.[0] ?? "middle"));

/** @param {[number, number]} bone @returns {Side} */
export function sideOfBone([from, to]) {
  const sides = new Set([SIDES[from], SIDES[to]].filter((side) => side !== "middle"));
  return sides.size === 1 ? [...sides][0] : "middle";
}

// Somebody who stands and faces the camera, in a box of 1 x 1 around the joints; heights by the usual proportions.
/** @type {Place[]} */
const STANDING = [
  [0.5, 0.05], [0.58, 0.02], [0.42, 0.02], [0.66, 0.04], [0.34, 0.04],
  [0.85, 0.18], [0.15, 0.18], [0.95, 0.36], [0.05, 0.36], [1, 0.52], [0, 0.52],
  [0.7, 0.52], [0.3, 0.52], [0.72, 0.76], [0.28, 0.76], [0.74, 1], [0.26, 1],
];
const WIDTH_OF_HEIGHT = 0.36;
const USUAL_SHARE = 0.5;

/**
 * A standing person in a box, or of half the photo's height around a place.
 * @param {{at: Place} | {box: [number, number, number, number]}} where
 * @param {[number, number]} size of the photo
 * @returns {Place[]}
 */
export function standing(where, [width, height]) {
  let [left, top, wide, high] = [0, 0, 0, 0];
  if ("box" in where) {
    [left, top, wide, high] = where.box;
    const slim = Math.min(wide, high * WIDTH_OF_HEIGHT * 1.4);
    left += (wide - slim) / 2;
    wide = slim;
  } else {
    high = Math.min(USUAL_SHARE * height, width / WIDTH_OF_HEIGHT);
    wide = WIDTH_OF_HEIGHT * high;
    left = Math.min(Math.max(where.at[0] - wide / 2, 0), width - wide);
    top = Math.min(Math.max(where.at[1] - high / 2, 0), height - high);
  }
  return STANDING.map(([x, y]) => [left + x * wide, top + y * high]);
}
