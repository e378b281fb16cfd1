// @ts-check
// People and their hands as traces of a 3D stage, see posecore/view/stage.py.

/** @typedef {import("../types.d.ts").HandLook} HandLook */
/** @typedef {import("../types.d.ts").Points} Points */
/** @typedef {import("../types.d.ts").Side} Side */
/** @typedef {import("../types.d.ts").Space} Space */
/** @typedef {import("../types.d.ts").Vector} Vector */

/**
 * Missing points. Plotly cannot draw a line without any points.
 * @param {number} count
 * @returns {Points}
 */
export function nowhere(count) {
  const none = Array(count).fill(null);
  return { x: none, y: none, z: none };
}

/**
 * Bones as one line: two ends and a gap for each.
 * @param {Points} points
 * @param {{from: number, to: number}[]} bones
 * @returns {Points}
 */
export function boneLine(points, bones) {
  /** @type {Points} */
  const line = { x: [], y: [], z: [] };
  for (const { from, to } of bones) {
    const there = points.x[from] !== null && points.x[to] !== null;
    for (const axis of /** @type {const} */ (["x", "y", "z"])) {
      const values = points[axis];
      line[axis].push(there ? values[from] : null, there ? values[to] : null, null);
    }
  }
  return line;
}

/**
 * The landmarks of a body that are not drawn, as its hands are there in finer detail.
 * @param {Pick<HandLook, "coarse"> | null} look null without hands
 * @param {Side[]} sides whose hands are there
 * @returns {Set<number>}
 */
export function coarseLandmarks(look, sides) {
  return new Set(sides.flatMap((side) => look?.coarse[side] ?? []));
}

/**
 * One hand on the axes of the stage: in metres on the wrist of its body, in the image in its own place, at the depth
 * of that wrist. Missing numbers are NaN.
 * @param {(landmark: number) => Vector} hand in this space
 * @param {number} count of its landmarks
 * @param {Vector | null} wrist of its body in this space; null without a body
 * @param {Space} space
 * @returns {Points | null} null if it is absent, or has no wrist to be on
 */
export function handOnWrist(hand, count, wrist, space) {
  const [first, at] = [hand(0), wrist ?? { x: NaN, y: NaN, z: NaN }];
  const inWorld = space === "world";
  const [right, down, deep] = inWorld
    ? [at.x - first.x, at.y - first.y, at.z - first.z]
    : [0, 0, Number.isNaN(at.z) ? 0 : at.z];
  if (Number.isNaN(first.x + right)) return null;
  /** @type {Points} */
  const points = { x: [], y: [], z: [] };
  for (let k = 0; k < count; k++) {
    const { x, y, z } = hand(k);
    points.x.push(x + right);
    points.y.push(z + deep);
    points.z.push((inWorld ? -1 : 1) * (y + down)); // the image's own axis points down
  }
  return points;
}
