// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { sized } from "../../pages/ui/js/shared/body_size.js";
import { fitted } from "../../pages/ui/js/shared/fitting.js";
import { project } from "../../pages/ui/js/shared/projection.js";

const camera = { eye: { x: 0, y: -2, z: 0.3 }, center: { x: 0, y: 0, z: 0 }, up: { x: 0, y: 0, z: 1 } };
const scene = { camera, aspect: { x: 1, y: 0.75, z: 1 }, ranges: { x: [-1, 1], y: [-0.75, 0.75], z: [-1, 1] } };
const view = { width: 600, height: 400 };

/**
 * @param {number} id
 * @param {number} height
 * @param {number} away
 */
function joints(id, height, away) {
  const places = Array.from({ length: 33 }, (_, k) => ({ 11: 0.8, 12: 0.8, 23: 0.5, 24: 0.5 })[k] ?? null);
  const z = places.map((share) => share && height * share - height / 2);
  const marker = { size: Array(33).fill(10), line: { width: 1 } };
  const there = (/** @type {number} */ value) => z.map((one) => (one === null ? null : value));
  return { uid: `joints_${id}`, mode: "markers", x: there(0), y: there(away), z, marker };
}

test("dots are as large as the body appears, whatever its height in metres or pixels", () => {
  const [tall, small] = sized([joints(1, 1.6, 0), joints(2, 0.8, 0)], scene, view);
  assert.ok(Math.abs(tall.marker.size[11] / small.marker.size[11] - 2) < 0.1);
  const wide = { ...scene, ranges: { x: [-500, 500], y: [-375, 375], z: [-500, 500] } };
  const [inPixels] = sized([joints(1, 800, 0)], wide, view);
  assert.ok(Math.abs(inPixels.marker.size[11] - tall.marker.size[11]) < 1e-6);
});

test("of equal bodies the nearer one has the larger dots", () => {
  const [near, far] = sized([joints(1, 1.6, -0.7), joints(2, 1.6, 0.7)], scene, view);
  assert.ok(near.marker.size[11] > far.marker.size[11]);
});

test("the whole box is in view, in any shape of the view, and fills one of its directions", () => {
  for (const shape of [view, { width: 300, height: 500 }, { width: 900, height: 250 }]) {
    const seen = { ...scene, camera: fitted(scene, shape) };
    const corners = [-1, 1].flatMap((x) => [-0.75, 0.75].flatMap((y) => [-1, 1].map((z) => project({ x, y, z }, seen, shape.width, shape.height))));
    const [xs, ys] = [corners.map((corner) => corner?.x ?? NaN), corners.map((corner) => corner?.y ?? NaN)];
    assert.ok(Math.min(...xs) >= 0 && Math.max(...xs) <= shape.width && Math.min(...ys) >= 0 && Math.max(...ys) <= shape.height);
    const fills = Math.max((Math.max(...xs) - Math.min(...xs)) / shape.width, (Math.max(...ys) - Math.min(...ys)) / shape.height);
    assert.ok(fills > 0.7, `${fills}`);
  }
});
