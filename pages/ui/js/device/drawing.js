// @ts-check
// The people of a frame on a canvas, drawn as posecore/view/drawing.py draws them on the server, and their hands.

import { drawHands } from "./hand_drawing.js";

/** @typedef {import("../types.d.ts").DeviceFrame} DeviceFrame */
/** @typedef {import("../types.d.ts").DeviceHand} DeviceHand */
/** @typedef {import("../types.d.ts").DeviceLook} DeviceLook */
/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */
/** @typedef {CanvasRenderingContext2D} Pen */
/** @typedef {{id: number, look: {color: string, ink: string}, points: [number, number][], shown: boolean[], width: number}} Figure */

const SURE = 0.5;
export const RIM = "rgb(18, 20, 26)";
const HEAD = 11; // landmarks before this are the head's

/**
 * @param {Pen} pen of a canvas of the frame's size
 * @param {DeviceFrame} frame
 * @param {DeviceLook} look
 * @param {boolean} mirror
 */
export function drawPeople(pen, { people, hands, size }, look, mirror) {
  const figures = people.map((person) => figureOf(person, hands ?? [], size, look, mirror)).sort((a, b) => a.width - b.width);
  pen.lineCap = "round";
  for (const figure of figures) {
    if (look.skeletons) drawBones(pen, figure, look);
    drawJoints(pen, figure, look);
  }
  if (look.byPerson) for (const figure of figures) drawNumber(pen, figure, size);
  if (look.skeletons && hands) drawHands(pen, hands, size, look.hands, mirror);
}

/**
 * @param {DevicePerson} person
 * @param {DeviceHand[]} hands of all people, beneath which the body's own three landmarks of them are not drawn
 * @param {[number, number]} size
 * @param {DeviceLook} look
 * @param {boolean} mirror
 * @returns {Figure}
 */
function figureOf({ id, xy, visibility }, hands, size, look, mirror) {
  const points = pointsOf(xy, size, mirror);
  const found = points.filter(([x, y]) => Number.isFinite(x + y));
  const beneath = hands.filter(({ person }) => person === id).flatMap(({ side }) => look.hands.coarse[side]);
  const shown = points.map(([x, y], k) => Number.isFinite(x + y) && visibility[k] >= SURE && !beneath.includes(k));
  return { id, look: look.people[(id - 1) % look.people.length], points, shown, width: boneWidth(found, size) };
}

/**
 * Where landmarks are on the canvas.
 * @param {Float32Array} xy
 * @param {[number, number]} size
 * @param {boolean} mirror
 */
export const pointsOf = (xy, size, mirror) =>
  Array.from({ length: xy.length / 2 }, (_, k) => /** @type {[number, number]} */ ([mirror ? size[0] - xy[2 * k] : xy[2 * k], xy[2 * k + 1]]));

/**
 * Proportional to the person, within bounds proportional to the picture. Pixels.
 * @param {[number, number][]} points
 * @param {[number, number]} size
 */
export function boneWidth(points, size) {
  const spread = spreadOf(points);
  const diagonal = Math.hypot(...size);
  return Math.min(Math.max(0.034 * spread, 1, 0.0014 * diagonal), Math.max(1.5, 0.0075 * diagonal));
}

/** Standard deviation of places, pixels. @param {[number, number][]} points */
export const spreadOf = (points) => Math.sqrt(variance(points.map(([x]) => x)) + variance(points.map(([, y]) => y)));

/** @param {number[]} values */
function variance(values) {
  if (!values.length) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** @param {Figure} figure */
const outline = ({ width }) => Math.max(0.8, 0.25 * width);

/**
 * All outlines come before all colours, so that no outline cuts through a neighbouring bone.
 * @param {Pen} pen
 * @param {Figure} figure
 * @param {DeviceLook} look
 */
function drawBones(pen, figure, { bones, byPerson }) {
  const drawn = bones.filter(({ from, to }) => figure.shown[from] && figure.shown[to]);
  const stroke = (/** @type {DeviceLook["bones"][number]} */ { from, to }, /** @type {number} */ width, /** @type {string} */ color) => {
    pen.lineWidth = width;
    pen.strokeStyle = color;
    pen.beginPath();
    pen.moveTo(...figure.points[from]);
    pen.lineTo(...figure.points[to]);
    pen.stroke();
  };
  for (const bone of drawn) stroke(bone, figure.width * bone.fineness + 2 * outline(figure), RIM);
  for (const bone of drawn) stroke(bone, figure.width * bone.fineness, byPerson ? figure.look.color : bone.color);
}

/**
 * @param {Pen} pen
 * @param {Figure} figure
 * @param {DeviceLook} look
 */
function drawJoints(pen, figure, { joints }) {
  const drawn = joints.map((joint, k) => ({ ...joint, at: figure.points[k] })).filter((_, k) => figure.shown[k]);
  const disc = (/** @type {[number, number]} */ at, /** @type {number} */ radius, /** @type {string} */ color) => {
    pen.fillStyle = color;
    pen.beginPath();
    pen.arc(...at, radius, 0, 2 * Math.PI);
    pen.fill();
  };
  const radius = (/** @type {number} */ fineness) => 0.85 * figure.width * fineness;
  for (const { at, fineness } of drawn) disc(at, radius(fineness) + outline(figure), RIM);
  for (const { at, fineness, color } of drawn) disc(at, radius(fineness), color);
}

/**
 * The person's number, above the head and within the picture.
 * @param {Pen} pen
 * @param {Figure} figure
 * @param {[number, number]} size
 */
function drawNumber(pen, { id, look: { color, ink }, points, shown, width }, size) {
  const seen = points.filter((_, k) => shown[k]);
  if (!seen.length) return;
  const head = points.filter((_, k) => k < HEAD && shown[k]);
  const from = head.length ? head : seen;
  const middle = from.reduce((sum, [each]) => sum + each, 0) / from.length;
  const top = Math.min(...from.map(([, each]) => each));
  drawTag(pen, placeTag(pen, `${id}`, [middle, top - 6 * width], width, size), color, ink);
}

/**
 * @typedef {object} Tag
 * @property {string} text
 * @property {number} x of its centre, pixels
 * @property {number} y
 * @property {number} half its width
 * @property {number} radius half its height
 * @property {number} letters their size
 */

/**
 * A tag with its bottom at a place, but within the picture.
 * @param {Pen} pen
 * @param {string} text
 * @param {[number, number]} foot
 * @param {number} width of a bone, pixels
 * @param {[number, number]} size of the picture
 * @returns {Tag}
 */
export function placeTag(pen, text, foot, width, [right, bottom]) {
  const largest = 1.25 * Math.min(60, Math.max(11, 0.0145 * Math.hypot(right, bottom)));
  const letters = Math.min(Math.max(2.6 * width, 0.6 * largest, 9), largest);
  pen.font = fontOf(letters);
  const radius = 0.8 * letters;
  const half = Math.max(radius, pen.measureText(text).width / 2 + 0.45 * letters);
  const within = (/** @type {number} */ value, /** @type {number} */ edge, /** @type {number} */ end) =>
    Math.min(Math.max(value, edge + 2), end - edge - 2);
  return { text, x: within(foot[0], half, right), y: within(foot[1] - radius, radius, bottom), half, radius, letters };
}

/** @param {number} letters pixels */
const fontOf = (letters) => `bold ${letters}px sans-serif`;

/**
 * @param {Pen} pen
 * @param {Tag} tag
 * @param {string} color
 * @param {string} ink of the text
 */
export function drawTag(pen, { text, x, y, half, radius, letters }, color, ink) {
  const rim = Math.max(1, 0.1 * letters);
  for (const [more, fill] of /** @type {[number, string][]} */ ([[rim, RIM], [0, color]])) {
    pen.fillStyle = fill;
    pen.beginPath();
    pen.roundRect(x - half - more, y - radius - more, 2 * (half + more), 2 * (radius + more), radius + more);
    pen.fill();
  }
  pen.font = fontOf(letters);
  pen.textAlign = "center";
  pen.textBaseline = "alphabetic";
  pen.fillStyle = ink;
  pen.fillText(text, x, y + 0.36 * letters);
}
