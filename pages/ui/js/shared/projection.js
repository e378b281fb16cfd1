// @ts-check
// From points of a 3D view to the screen. The view is drawn by Plotly: a scene is a box with sides as long as its
// `aspectratio`, centred on 0, in perspective with a vertical field of view of 45 degrees.

import { axesOf, dot, minus } from "./camera.js";

/** @typedef {import("../types.d.ts").Camera} Camera */
/** @typedef {import("../types.d.ts").Points} Points */
/** @typedef {import("../types.d.ts").Vector} Vector */

/**
 * @typedef {object} Scene
 * @property {Camera} camera
 * @property {Vector} aspect lengths of the axes
 * @property {Record<"x" | "y" | "z", number[]>} ranges where the axes begin and end
 */

const FOCAL = 1 / Math.tan(Math.PI / 8);

/**
 * Position in pixels from the view's top left corner; null if it is behind the camera.
 * @param {Vector} point
 * @param {Scene} scene
 * @param {number} width of the view, in pixels
 * @param {number} height
 * @returns {{x: number, y: number, depth: number, perUnit: number} | null} depth: distance along the line of sight;
 *   perUnit: pixels for one unit of length there
 */
export function project(point, { camera, aspect, ranges }, width, height) {
  const inBox = { x: 0, y: 0, z: 0 };
  for (const axis of /** @type {const} */ (["x", "y", "z"])) {
    const [begin, end] = ranges[axis];
    inBox[axis] = (aspect[axis] * (point[axis] - (begin + end) / 2)) / (end - begin);
  }
  const { forward, right, up } = axesOf(camera);
  const seen = minus(inBox, camera.eye);
  const depth = dot(seen, forward);
  if (!(depth > 0)) return null;
  const scale = (FOCAL * height) / 2 / depth;
  return { x: width / 2 + scale * dot(seen, right), y: height / 2 - scale * dot(seen, up), depth, perUnit: scale };
}

/**
 * The point nearest to a position on the screen; null if none is within reach.
 * @param {Points} points
 * @param {Scene} scene
 * @param {{width: number, height: number, x: number, y: number, reach: number}} at in pixels
 * @returns {{index: number, x: number, y: number, away: number} | null}
 */
export function pointAt({ x, y, z }, scene, at) {
  let best = null;
  for (let index = 0; index < x.length; index++) {
    const [px, py, pz] = [x[index], y[index], z[index]];
    if (px === null || py === null || pz === null) continue;
    const place = project({ x: px, y: py, z: pz }, scene, at.width, at.height);
    if (!place) continue;
    const away = Math.hypot(place.x - at.x, place.y - at.y);
    if (away <= at.reach && (!best || away < best.away)) best = { index, x: place.x, y: place.y, away };
  }
  return best;
}
