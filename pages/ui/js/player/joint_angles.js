// @ts-check
// Where an angle is drawn at its joint: a sector between two lines, and a place for its number.

/** @typedef {import("../types.d.ts").Angle} Angle */
/** @typedef {[number, number]} Point */

// Places of a number: radii from the joint (negative: on the side without the arc), share of the span, and halves of the
// number's own length; as in posecore/view/overlays/movement.py.
const PLACES = [
  [1.15, 0.5, 1],
  [-0.4, 0.5, 1],
  [1.15, 0.2, 1],
  [1.15, 0.8, 1],
  [1.15, 0.5, 3],
  [-0.4, 0.5, 3],
];

/**
 * A sector of a circle, as a canvas draws it: radians from the right, clockwise.
 * @typedef {object} Sector
 * @property {number} x of its tip
 * @property {number} y
 * @property {number} start
 * @property {number} span from the start, the shorter way round; negative: anticlockwise
 */

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

/**
 * The sector of an angle between the two lines that it is measured between, as they are seen in the image.
 * @param {Angle} angle
 * @param {ArrayLike<number>} points of one person, (landmarks x 2), NaN where not shown
 * @returns {Sector | null} null if a point is not shown, or a line has no length
 */
export function sectorOf({ kind, points: named }, points) {
  const places = named.map((landmarks) => middleOf(points, landmarks));
  const [tip, ...sides] = sidesOf(kind, places);
  const [start, end] = sides.map(([x, y]) => (x || y ? Math.atan2(y, x) : NaN));
  const span = shorter(end - start);
  return Number.isNaN(span + tip[0] + tip[1]) ? null : { x: tip[0], y: tip[1], start, span };
}

/**
 * The tip of an angle, and the directions of its two sides.
 * @param {Angle["kind"]} kind
 * @param {Point[]} places
 * @returns {Point[]}
 */
function sidesOf(kind, places) {
  if (kind === "joint") return [places[1], minus(places[0], places[1]), minus(places[2], places[1])];
  if (kind === "lean") return [places[0], [0, -1], minus(places[1], places[0])];
  const [left, right] = places[0][0] <= places[1][0] ? places : [places[1], places[0]];
  return [[(left[0] + right[0]) / 2, (left[1] + right[1]) / 2], [1, 0], minus(right, left)];
}

/**
 * Pixels of a metre at a person's distance, by the spread of their landmarks, as in posecore/view/overlays/person.py.
 * @param {ArrayLike<number>} points (landmarks x 2) pixels, NaN where not shown
 * @param {ArrayLike<number>} world (landmarks x 3) metres
 * @returns {number} NaN if it is unknown
 */
export function pixelsPerMetre(points, world) {
  const shown = Array.from({ length: points.length / 2 }, (_, k) => k).filter((k) => !Number.isNaN(points[2 * k]));
  const inPixels = spread(shown.map((k) => points[2 * k])) + spread(shown.map((k) => points[2 * k + 1]));
  const inMetres = spread(shown.map((k) => world[3 * k])) + spread(shown.map((k) => world[3 * k + 1]));
  return inMetres > 0 ? Math.sqrt(inPixels / inMetres) : NaN;
}

/**
 * A box for the number of a sector: beyond its arc or, if that is taken, elsewhere near the joint.
 * @param {Sector} sector
 * @param {number} radius of the sector
 * @param {[number, number]} size width and height of the number
 * @param {[number, number]} picture width and height
 * @param {Box[]} taken boxes of other numbers
 * @returns {Box} within the picture; if all places are taken, the first one
 */
export function placeOfNumber({ x, y, start, span }, radius, [width, height], picture, taken) {
  const places = PLACES.map(([radii, turn, halves]) => {
    const [right, down] = [Math.cos(start + turn * span), Math.sin(start + turn * span)];
    const half = (Math.abs(right) * width + Math.abs(down) * height) / 2; // of its length along that direction
    const away = Math.sign(radii) * (Math.abs(radii) * radius + halves * half);
    const left = within(x + away * right - width / 2, picture[0] - width);
    const top = within(y + away * down - height / 2, picture[1] - height);
    return { left, top, right: left + width, bottom: top + height };
  });
  return places.find((place) => !taken.some((other) => overlap(place, other))) ?? places[0];
}

/**
 * @param {ArrayLike<number>} points
 * @param {number[]} landmarks
 * @returns {Point}
 */
function middleOf(points, landmarks) {
  const mean = (/** @type {number} */ axis) => landmarks.reduce((sum, k) => sum + points[2 * k + axis], 0) / landmarks.length;
  return [mean(0), mean(1)];
}

/**
 * @param {Point} to
 * @param {Point} from
 * @returns {Point}
 */
const minus = (to, from) => [to[0] - from[0], to[1] - from[1]];

const shorter = (/** @type {number} */ turn) => turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI));

const within = (/** @type {number} */ place, /** @type {number} */ most) => Math.max(0, Math.min(place, most));

/** @param {number[]} values */
function spread(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

/**
 * @param {Box} one
 * @param {Box} other
 */
function overlap(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
