// @ts-check
// The angles whose curves are chosen, drawn at their joints with their numbers, as the overlay "angles" of videos is.

import { pixelsPerMetre, placeOfNumber, sectorOf } from "./joint_angles.js";
import { plusMinus } from "./usual_error.js";

/** @typedef {import("../types.d.ts").PersonLine} PersonLine */
/** @typedef {import("./joint_angles.js").Sector} Sector */
/** @typedef {import("./overlay.js").Overlay} Overlay */
/** @typedef {{sector: Sector, radius: number, text: string, error: string, color: string}} Mark */

const RADIUS_M = 0.13;
const [LEAST, MOST] = [9, 28]; // of the radius, in thin lines
const DARK = "rgb(18, 20, 26)";
const DIM = "rgba(18, 20, 26, 0.45)";
// The error stands smaller and dimmer behind its number.
const SMALLER = 0.72;
const PALE = "rgb(203, 208, 214)";

/**
 * The angles of one person in one frame; none that is not known or whose points are not shown.
 * @param {PersonLine[]} lines the chosen curves of that person; of two of one angle, the first is drawn
 * @param {number} index of the frame
 * @param {Float32Array} points (landmarks x 2) pixels of the canvas, NaN where not shown
 * @param {Float32Array} world (landmarks x 3) metres
 * @param {{unit: number, colorOf: (landmarks: number[]) => string}} look unit: pixels of a thin line
 * @returns {Mark[]}
 */
export function marksOf(lines, index, points, world, { unit, colorOf }) {
  const radius = Math.max(LEAST * unit, Math.min(RADIUS_M * pixelsPerMetre(points, world) || 0, MOST * unit));
  const drawn = new Set();
  return lines.flatMap(({ angle, values, errors }) => {
    const sector = angle && !Number.isNaN(values[index]) ? sectorOf(angle, points) : null;
    if (!angle || !sector || drawn.has(angle.name)) return [];
    drawn.add(angle.name);
    const error = plusMinus(errors, index).trim();
    return [{ sector, radius, text: `${Math.round(values[index])}°`, error, color: colorOf(angle.points.flat()) }];
  });
}

/**
 * @param {Overlay} overlay
 * @param {Mark[]} marks of all people: numbers keep off each other
 */
export function drawAngles({ pen, canvas, ratio }, marks) {
  for (const mark of marks) drawSector(pen, mark);
  /** @type {import("./joint_angles.js").Box[]} */
  const taken = [];
  pen.textBaseline = "alphabetic";
  pen.lineJoin = "round";
  for (const { sector, radius, text, error } of marks) {
    const size = Math.round(Math.max(13 * ratio, 0.5 * radius));
    const fontOf = (/** @type {number} */ px) => `700 ${px}px system-ui, sans-serif`;
    pen.font = fontOf(SMALLER * size);
    const behind = error ? pen.measureText(error).width + size / 6 : 0;
    pen.font = fontOf(size);
    const width = pen.measureText(text).width;
    const box = placeOfNumber(sector, radius, [width + behind + size / 4, size], [canvas.width, canvas.height], taken);
    taken.push(box);
    const [left, line] = [box.left + size / 8, box.bottom - 0.14 * size];
    writeRimmed(pen, text, left, line, size / 4, "#fff");
    pen.font = fontOf(SMALLER * size);
    if (error) writeRimmed(pen, error, left + width + size / 6, line, size / 5, PALE);
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {string} text
 * @param {number} x
 * @param {number} y of the line that letters stand on
 * @param {number} rim its width
 * @param {string} color
 */
function writeRimmed(pen, text, x, y, rim, color) {
  pen.lineWidth = rim;
  pen.strokeStyle = DARK;
  pen.strokeText(text, x, y);
  pen.fillStyle = color;
  pen.fillText(text, x, y);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Mark} mark
 */
function drawSector(pen, { sector: { x, y, start, span }, radius, color }) {
  pen.beginPath();
  pen.moveTo(x, y);
  pen.arc(x, y, radius, start, start + span, span < 0);
  pen.closePath();
  pen.fillStyle = DIM;
  pen.fill();
  pen.beginPath();
  pen.arc(x, y, radius, start, start + span, span < 0);
  pen.lineCap = "round";
  for (const [width, ink] of /** @type {[number, string][]} */ ([[0.2, DARK], [0.11, color]])) {
    pen.lineWidth = width * radius;
    pen.strokeStyle = ink;
    pen.stroke();
  }
}
