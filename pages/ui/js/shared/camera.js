// @ts-check
// The camera of a 3D view, moved by hand. It looks at a centre, with the z axis pointing up.

/** @typedef {import("../types.d.ts").Camera} Camera */
/** @typedef {import("../types.d.ts").Vector} Vector */

const STEEPEST = Math.PI / 2 - 0.01; // from straight above, left and right would be undefined
const NEAREST = 0.2;
const FARTHEST = 20;

/** @type {(a: Vector, b: Vector, share?: number) => Vector} */
export const plus = (a, b, share = 1) => ({ x: a.x + share * b.x, y: a.y + share * b.y, z: a.z + share * b.z });

/** @type {(a: Vector, b: Vector) => Vector} */
export const minus = (a, b) => plus(a, b, -1);

/** @type {(a: Vector, b: Vector) => number} */
export const dot = (a, b) => a.x * b.x + a.y * b.y + a.z * b.z;

/** @type {(a: Vector, b: Vector) => Vector} */
export const cross = (a, b) => ({ x: a.y * b.z - a.z * b.y, y: a.z * b.x - a.x * b.z, z: a.x * b.y - a.y * b.x });

/** @type {(a: Vector) => Vector} */
export function unit(a) {
  const length = Math.hypot(a.x, a.y, a.z);
  return { x: a.x / length, y: a.y / length, z: a.z / length };
}

/**
 * The directions of the camera's own axes.
 * @param {Camera} camera
 */
export function axesOf({ eye, center, up }) {
  const forward = unit(minus(center, eye));
  const right = unit(cross(forward, up));
  return { forward, right, up: cross(right, forward) };
}

/**
 * Turn the scene as if its front were dragged.
 * @param {Camera} camera
 * @param {number} right radians
 * @param {number} down radians
 * @returns {Camera}
 */
export function turned(camera, right, down) {
  const { x, y, z } = minus(camera.eye, camera.center);
  const distance = Math.hypot(x, y, z);
  const around = Math.atan2(y, x) - right;
  const above = Math.max(-STEEPEST, Math.min(STEEPEST, Math.asin(z / distance) + down));
  const arm = { x: Math.cos(above) * Math.cos(around), y: Math.cos(above) * Math.sin(around), z: Math.sin(above) };
  return { ...camera, eye: plus(camera.center, arm, distance) };
}

/**
 * Move away from the centre, or towards it.
 * @param {Camera} camera
 * @param {number} factor above 1: farther away
 * @returns {Camera}
 */
export function zoomed(camera, factor) {
  const arm = minus(camera.eye, camera.center);
  const distance = Math.hypot(arm.x, arm.y, arm.z);
  const wanted = Math.max(NEAREST, Math.min(FARTHEST, distance * factor));
  return { ...camera, eye: plus(camera.center, arm, wanted / distance) };
}

/**
 * Shift the scene across the view.
 * @param {Camera} camera
 * @param {number} right as a share of the camera's distance
 * @param {number} down
 * @returns {Camera}
 */
export function shifted(camera, right, down) {
  const axes = axesOf(camera);
  const arm = minus(camera.eye, camera.center);
  const distance = Math.hypot(arm.x, arm.y, arm.z);
  const way = plus(plus({ x: 0, y: 0, z: 0 }, axes.right, -right * distance), axes.up, down * distance);
  return { ...camera, eye: plus(camera.eye, way), center: plus(camera.center, way) };
}
