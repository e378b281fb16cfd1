// @ts-check
// How far the camera of a 3D view has to be for its whole box to be in view.

import { minus, plus } from "./camera.js";
import { project } from "./projection.js";

/** @typedef {import("../types.d.ts").Camera} Camera */
/** @typedef {import("./projection.js").Scene} Scene */

const EDGE_PX = 24; // around the box, for the ends of the axes
const HEAD_PX = 22; // above it, at least
const STEPS = 20;
const [NEAREST, FARTHEST] = [0.3, 8];

/**
 * The same camera at the distance from which it sees the whole box, which it looks at in the middle.
 * @param {Scene} scene
 * @param {{width: number, height: number, head?: number}} view in pixels; head: height of the words above the box
 * @returns {Camera}
 */
export function fitted(scene, { width, height, head = HEAD_PX }) {
  if (!(width > 3 * EDGE_PX && height > 3 * EDGE_PX)) return scene.camera;
  const arm = minus(scene.camera.eye, scene.camera.center);
  const length = Math.hypot(arm.x, arm.y, arm.z);
  let [near, far] = [NEAREST, FARTHEST];
  /** @type {Camera} */
  let camera = scene.camera;
  for (let step = 0; step < STEPS; step++) {
    const distance = (near + far) / 2;
    camera = centred({ ...scene, camera: { ...scene.camera, center: ORIGIN, eye: plus(ORIGIN, arm, distance / length) } }, width, height, head);
    const ends = cornersOf({ ...scene, camera }, width, height);
    const fits =
      ends &&
      ends.left >= EDGE_PX && ends.right <= width - EDGE_PX && ends.top >= head && ends.bottom <= height - EDGE_PX;
    if (fits) far = distance;
    else near = distance;
  }
  return camera;
}

const ORIGIN = { x: 0, y: 0, z: 0 };

/**
 * The camera shifted up or down so that the box is in the middle of the view.
 * @param {Scene} scene
 * @param {number} width
 * @param {number} height
 * @param {number} head
 */
function centred(scene, width, height, head) {
  const ends = cornersOf(scene, width, height);
  if (!ends) return scene.camera;
  const middle = project({ x: mean(scene.ranges.x), y: mean(scene.ranges.y), z: mean(scene.ranges.z) }, scene, width, height);
  const off = (ends.top + ends.bottom) / 2 - (height - EDGE_PX + head) / 2;
  const shift = middle ? -off / middle.perUnit : 0;
  return { ...scene.camera, eye: plus(scene.camera.eye, UP, shift), center: plus(scene.camera.center, UP, shift) };
}

const UP = { x: 0, y: 0, z: 1 };
const mean = (/** @type {number[]} */ [begin, end]) => (begin + end) / 2;

/**
 * Where the corners of the box are on the screen; null if one is behind the camera.
 * @param {Scene} scene
 * @param {number} width
 * @param {number} height
 */
function cornersOf(scene, width, height) {
  const { x, y, z } = scene.ranges;
  const places = x.flatMap((right) => y.flatMap((deep) => z.map((up) => project({ x: right, y: deep, z: up }, scene, width, height))));
  if (places.some((place) => !place)) return null;
  const [xs, ys] = [places.map((place) => place?.x ?? 0), places.map((place) => place?.y ?? 0)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}
