// @ts-check
// Lines and angles, drawn on any canvas.

import { measured } from "./geometry.js";
import { nameOf, valueOf } from "./table.js";

/** @typedef {import("../types.d.ts").Place} Place */
/** @typedef {import("../types.d.ts").Measure} Measure */
/** @typedef {import("../types.d.ts").MeasuredPerson} MeasuredPerson */

const COLOR = "#ffe14d";
const DARK = "rgba(18, 20, 26, 0.9)";
const ARC_PX = 22;

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Measure[]} measures
 * @param {MeasuredPerson[]} people of the frame
 * @param {{scale: number, ratio: number}} size pixels of the canvas per pixel of the picture, and per pixel of a page
 */
export function drawMeasures(pen, measures, people, { scale, ratio }) {
  pen.save();
  pen.lineCap = pen.lineJoin = "round";
  for (const measure of measures) {
    const now = measured(measure, measures, people);
    const places = now.places.map((place) => /** @type {Place | null} */ (place && [place[0] * scale, place[1] * scale]));
    drawPath(pen, places.filter((place) => place !== null), ratio);
    const [one, corner, other] = places;
    if (measure.kind === "angle" && one && corner && other) drawArc(pen, one, corner, other, ratio);
    const value = valueOf(now);
    if (value === "–") continue;
    const words = measures.length > 1 ? `${nameOf(measure)}: ${value}` : value;
    if (measure.kind === "angle") drawLabel(pen, words, labelOfAngle(places, ratio), [0, 0], ratio);
    else if (one && corner) drawLabel(pen, words, middle(places), beside(one, corner), ratio);
  }
  pen.restore();
}

/**
 * A path through points, with a dark rim so that it is seen on any picture.
 * @param {CanvasRenderingContext2D} pen
 * @param {Place[]} places
 * @param {number} ratio
 */
export function drawPath(pen, places, ratio) {
  for (const [width, color] of /** @type {[number, string][]} */ ([[5, DARK], [2.5, COLOR]])) {
    pen.lineWidth = width * ratio;
    pen.strokeStyle = color;
    pen.beginPath();
    places.forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.stroke();
  }
  pen.lineWidth = 1.5 * ratio;
  for (const [x, y] of places) {
    pen.beginPath();
    pen.arc(x, y, 4 * ratio, 0, 7);
    pen.fillStyle = COLOR;
    pen.strokeStyle = DARK;
    pen.fill();
    pen.stroke();
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Place} one
 * @param {Place} corner
 * @param {Place} other
 * @param {number} ratio
 */
function drawArc(pen, one, corner, other, ratio) {
  const [from, to] = [one, other].map(([x, y]) => Math.atan2(y - corner[1], x - corner[0]));
  const turn = (to - from + 3 * Math.PI) % (2 * Math.PI) - Math.PI; // the shorter way
  for (const [width, color] of /** @type {[number, string][]} */ ([[4, DARK], [2, COLOR]])) {
    pen.lineWidth = width * ratio;
    pen.strokeStyle = color;
    pen.beginPath();
    pen.arc(corner[0], corner[1], ARC_PX * ratio, from, from + turn, turn < 0);
    pen.stroke();
  }
}

/** @param {(Place | null)[]} places @returns {Place} */
function middle(places) {
  const there = places.filter((place) => place !== null);
  const mean = (/** @type {number} */ axis) => there.reduce((sum, place) => sum + place[axis], 0) / there.length;
  return [mean(0), mean(1)];
}

/**
 * The direction across a line, upwards or to the right.
 * @param {Place} from
 * @param {Place} to
 * @returns {Place}
 */
function beside(from, to) {
  const far = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
  const [x, y] = [(from[1] - to[1]) / far, (to[0] - from[0]) / far];
  return y > 0.3 || (y > -0.3 && x < 0) ? [-x, -y] : [x, y];
}

/**
 * Between the arms of an angle, beyond its arc.
 * @param {(Place | null)[]} places
 * @param {number} ratio
 * @returns {Place}
 */
function labelOfAngle([one, corner, other], ratio) {
  if (!one || !corner || !other) return middle([one, corner, other]);
  const ways = [one, other].map(([x, y]) => Math.atan2(y - corner[1], x - corner[0]));
  const way = Math.atan2(Math.sin(ways[0]) + Math.sin(ways[1]), Math.cos(ways[0]) + Math.cos(ways[1]));
  const far = (ARC_PX + 26) * ratio;
  return [corner[0] + far * Math.cos(way), corner[1] + far * Math.sin(way)];
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {string} words
 * @param {Place} at
 * @param {Place} towards where it is moved to leave that place free; 0, 0: it is in the middle of it
 * @param {number} ratio
 */
function drawLabel(pen, words, at, towards, ratio) {
  const size = 14 * ratio;
  pen.font = `600 ${size}px system-ui, sans-serif`;
  pen.textBaseline = "middle";
  const [wide, high] = [pen.measureText(words).width + size, 1.6 * size];
  const { width, height } = pen.canvas;
  const [x, y] = [at[0] + towards[0] * (wide / 2 + 8 * ratio), at[1] + towards[1] * (high / 2 + 8 * ratio)];
  const left = Math.max(0, Math.min(x - wide / 2, width - wide));
  const top = Math.max(0, Math.min(y - high / 2, height - high));
  pen.fillStyle = DARK;
  pen.beginPath();
  pen.roundRect(left, top, wide, high, 4 * ratio);
  pen.fill();
  pen.fillStyle = "#fff";
  pen.fillText(words, left + size / 2, top + high / 2);
}
