// @ts-check
// How large a person appears in a 3D view. Dots and bones are drawn to that size, and nearer ones larger: with sizes fixed
// in pixels, a group would be a heap of balls.

import { valuesOf } from "./figure_values.js";
import { project } from "./projection.js";

/** @typedef {import("./projection.js").Scene} Scene */

// Pairs of landmarks, and about which part of a body's height is between them.
const SHARES = /** @type {const} */ ([
  [11, 23, 0.29],
  [12, 24, 0.29],
  [23, 25, 0.245],
  [24, 26, 0.245],
  [25, 27, 0.245],
  [26, 28, 0.245],
  [11, 12, 0.22],
  [11, 13, 0.17],
  [12, 14, 0.17],
]);
const USUAL_PX = 200; // a person of this height has the sizes that the figure states
const [LEAST, MOST] = [0.25, 1.8];

/**
 * The traces of a figure with the sizes of their dots and lines as the people in them appear.
 * @param {any[]} data traces as Plotly takes them, with uids as in posecore/view/stage.py; those of a still figure have their
 *   person's height and the sizes that they were made with in meta, see posecore/view/plots.py
 * @param {Scene} scene
 * @param {{width: number, height: number}} view in pixels
 * @returns {any[]}
 */
export function sized(data, scene, { width, height }) {
  const heights = new Map(
    data
      .filter(({ uid }) => uid?.startsWith("joints_"))
      .map((trace) => [trace.uid.slice("joints_".length), trace.meta?.height ?? bodyHeight(trace, scene)]),
  );
  return data.map((trace) => {
    const body = heights.get(ownerOf(trace.uid));
    if (!body) return trace;
    const factors = pointsOf(trace).map((point) => {
      const place = project(point, scene, width, height);
      return place && Math.max(LEAST, Math.min(MOST, (body * place.perUnit) / USUAL_PX));
    });
    return { ...trace, ...withFactors(trace, factors) };
  });
}

/** @param {string} [uid] of a trace: that of person 3 ends in _3, _3_left or _3_right */
function ownerOf(uid = "") {
  return uid.replace(/_(left|right)$/, "").split("_").pop() ?? "";
}

/**
 * @param {any} trace
 * @param {(number | null)[]} factors of its points
 */
function withFactors({ marker, line, mode, meta }, factors) {
  const there = factors.filter((factor) => factor !== null);
  if (!there.length) return {};
  const made = meta?.size ?? 1;
  const mean = there.reduce((sum, factor) => sum + factor, 0) / there.length / made;
  if (mode === "lines") return { line: { ...line, width: line.width * mean } };
  const nominal = valuesOf(marker.size);
  const size = factors.map((factor, place) => (nominal[place] ?? nominal[0] ?? 6) * (factor === null ? mean : factor / made));
  return { marker: { ...marker, size, line: { ...marker.line, width: Math.min(1, mean) } } };
}

/**
 * A body's height standing upright, in the units of the scene; null if too little of it is there. It hardly changes as
 * the body moves.
 * @param {any} joints
 * @param {Scene} scene
 */
function bodyHeight(joints, scene) {
  const points = pointsOf(joints);
  const unit = (/** @type {"x" | "y" | "z"} */ axis) => scene.aspect[axis] / Math.abs(scene.ranges[axis][1] - scene.ranges[axis][0]);
  const heights = SHARES.map(([from, to, share]) => {
    const [one, other] = [points[from], points[to]];
    if (!one || !other) return NaN;
    return Math.hypot(unit("x") * (one.x - other.x), unit("y") * (one.y - other.y), unit("z") * (one.z - other.z)) / share;
  }).filter((height) => height > 0);
  heights.sort((one, other) => one - other);
  return heights.length ? heights[Math.floor(heights.length / 2)] : null;
}

/** @param {any} trace */
function pointsOf(trace) {
  const [xs, ys, zs] = [trace.x, trace.y, trace.z].map(valuesOf);
  return Array.from(xs, (x, place) => ({ x: x ?? NaN, y: ys[place] ?? NaN, z: zs[place] ?? NaN }));
}
