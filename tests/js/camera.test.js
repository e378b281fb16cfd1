// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { minus, shifted, turned, zoomed } from "../../pages/ui/js/shared/camera.js";
import { pointAt, project } from "../../pages/ui/js/shared/projection.js";

/** @typedef {import("../../pages/ui/js/types.d.ts").Camera} Camera */
/** @typedef {import("../../pages/ui/js/types.d.ts").Vector} Vector */

const FRONT = { eye: { x: 0, y: -2, z: 0 }, center: { x: 0, y: 0, z: 0 }, up: { x: 0, y: 0, z: 1 } };
const [WIDTH, HEIGHT] = [600, 400];

/** @param {Camera} camera */
const metres = (camera) => ({
  camera,
  aspect: { x: 1, y: 0.5, z: 1 },
  ranges: { x: [-1, 1], y: [-0.5, 0.5], z: [-1, 1] },
});

/**
 * @param {Vector} point
 * @param {Camera} camera
 */
function seen(point, camera) {
  const place = project(point, metres(camera), WIDTH, HEIGHT);
  assert.ok(place, "in front of the camera");
  return place;
}

/**
 * @param {number} a
 * @param {number} b
 */
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("the middle of the axes is the middle of the view", () => {
  const { x, y, depth } = seen({ x: 0, y: 0, z: 0 }, FRONT);
  assert.deepEqual([x, y, depth], [300, 200, 2]);
});

test("the field of view is 45 degrees from top to bottom", () => {
  const half = 2 * 2 * Math.tan(Math.PI / 8); // in metres: an axis of 2 m has the length 1
  near(seen({ x: 0, y: 0, z: half }, FRONT).y, 0);
  near(seen({ x: half, y: 0, z: 0 }, FRONT).x, 300 + 200);
});

test("nearer is larger, higher is up and right is right", () => {
  const far = seen({ x: 0.5, y: 0.5, z: 0.5 }, FRONT);
  const close = seen({ x: 0.5, y: -0.5, z: 0.5 }, FRONT);
  assert.ok(close.x > far.x && far.x > 300);
  assert.ok(close.y < far.y && far.y < 200);
});

test("a descending axis is drawn reversed, as in a mirror and in image coordinates", () => {
  const scene = metres(FRONT);
  const mirrored = { ...scene, ranges: { ...scene.ranges, x: [1, -1] } };
  const place = project({ x: 0.5, y: 0, z: 0 }, mirrored, WIDTH, HEIGHT);
  near(/** @type {Vector | any} */ (place).x, 600 - seen({ x: 0.5, y: 0, z: 0 }, FRONT).x);
});

test("points behind the camera are not seen", () => {
  assert.equal(project({ x: 0, y: -5, z: 0 }, metres(FRONT), WIDTH, HEIGHT), null);
});

test("the scene follows the pointer: its front moves right and down", () => {
  const front = { x: 0, y: -0.5, z: 0 };
  assert.ok(seen(front, turned(FRONT, 0.3, 0)).x > 300);
  assert.ok(seen(front, turned(FRONT, 0, 0.3)).y > 200);
});

test("turning keeps the distance, a full turn returns to the start, and tilting stops at the top", () => {
  const round = turned(turned(FRONT, Math.PI, 0.2), Math.PI, -0.2);
  near(round.eye.x, 0);
  near(round.eye.y, -2);
  const above = turned(FRONT, 0, 9);
  near(Math.hypot(above.eye.x, above.eye.y, above.eye.z), 2);
  assert.ok(above.eye.z < 2);
});

test("zooming changes only the distance, within limits", () => {
  assert.deepEqual(zoomed(FRONT, 0.5).eye, { x: 0, y: -1, z: 0 });
  near(zoomed(FRONT, 1e9).eye.y, -20);
  near(zoomed(FRONT, 0).eye.y, -0.2);
});

test("shifting moves the scene and keeps the direction", () => {
  const camera = shifted(FRONT, 0.1, 0.1);
  const { x, y } = seen({ x: 0, y: 0, z: 0 }, camera);
  assert.ok(x > 300 && y > 200);
  assert.deepEqual(minus(camera.eye, camera.center), minus(FRONT.eye, FRONT.center));
});

test("the joint under the mouse is the nearest within reach", () => {
  const points = { x: [-0.5, null, 0.5], y: [0, null, 0], z: [0, null, 0] };
  const { x, y } = seen({ x: 0.5, y: 0, z: 0 }, FRONT);
  const at = { width: WIDTH, height: HEIGHT, x: x + 3, y: y + 4, reach: 12 };
  assert.equal(pointAt(points, metres(FRONT), at)?.index, 2);
  near(pointAt(points, metres(FRONT), at)?.away ?? NaN, 5);
  assert.equal(pointAt(points, metres(FRONT), { ...at, reach: 4 }), null);
});
