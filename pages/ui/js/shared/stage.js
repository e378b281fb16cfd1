// @ts-check
// People as traces of a 3D stage, see posecore/view/stage.py.

/** @typedef {import("../types.d.ts").Points} Points */

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
