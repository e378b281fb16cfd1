// @ts-check
// Body angles of one person, as posecore/motion/angles.py measures them in 3D.

/** @typedef {import("../types.d.ts").Angle} Angle */
/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */
/** @typedef {[number, number, number]} Place */

const SURE = 0.5; // least visibility of each landmark that an angle needs

/**
 * @param {Angle} angle
 * @param {Pick<DevicePerson, "world" | "visibility">} person
 * @returns {number | null} degrees; null if one of its landmarks is missing or not visible, or a line has no length
 */
export function measureAngle({ kind, points }, { world, visibility }) {
  if (!points.flat().every((k) => visibility[k] >= SURE)) return null;
  const places = points.map((landmarks) => middleOf(world, landmarks));
  const [start, middle, end] = places;
  const degrees =
    kind === "joint" ? between(minus(start, middle), minus(end, middle)) : between(minus(middle, start), [0, -1, 0]);
  if (Number.isNaN(degrees)) return null;
  return kind === "tilt" ? Math.abs(90 - degrees) : degrees;
}

/**
 * @param {Float32Array} world
 * @param {number[]} landmarks
 * @returns {Place}
 */
function middleOf(world, landmarks) {
  const mean = (/** @type {number} */ axis) => landmarks.reduce((sum, k) => sum + world[3 * k + axis], 0) / landmarks.length;
  return [mean(0), mean(1), mean(2)];
}

/**
 * @param {Place} to
 * @param {Place} from
 * @returns {Place}
 */
const minus = (to, from) => [to[0] - from[0], to[1] - from[1], to[2] - from[2]];

/**
 * Degrees between two vectors; NaN if one has no length. Unlike the arc cosine, accurate near 0 and 180.
 * @param {Place} one
 * @param {Place} other
 */
export function between(one, other) {
  const [a, b, c] = one;
  const [x, y, z] = other;
  if (!(a || b || c) || !(x || y || z)) return NaN;
  const across = Math.hypot(a * y - b * x, a * z - c * x, b * z - c * y);
  return (180 / Math.PI) * Math.atan2(across, a * x + b * y + c * z);
}
