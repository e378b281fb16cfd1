// @ts-check
// The angles whose curves are chosen, drawn at their joints with their numbers, as the overlay "angles" of videos is.

import { pixelsPerMetre, placeOfNumber, sectorOf } from "./joint_angles.js";

/** @typedef {import("../types.d.ts").PersonLine} PersonLine */
/** @typedef {import("./joint_angles.js").Sector} Sector */
/** @typedef {import("./overlay.js").Overlay} Overlay */
/** @typedef {{sector: Sector, radius: number, text: string, color: string}} Mark */

const RADIUS_M = 0.13;
const [LEAST, MOST] = [9, 28]; // of the radius, in thin lines
const DARK = "rgb(18, 20, 26)";
const DIM = "rgba(18, 20, 26, 0.45)";

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
  return lines.flatMap(({ angle, values }) => {
    const sector = angle && !Number.isNaN(values[index]) ? sectorOf(angle, points) : null;
    if (!angle || !sector || drawn.has(angle.name)) return [];
    drawn.add(angle.name);
    return [{ sector, radius, text: `${Math.round(values[index])}°`, color: colorOf(angle.points.flat()) }];
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
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  for (const { sector, radius, text } of marks) {
    const size = Math.round(Math.max(13 * ratio, 0.5 * radius));
    pen.font = `700 ${size}px system-ui, sans-serif`;
    const width = pen.measureText(text).width + size / 4;
    const box = placeOfNumber(sector, radius, [width, size], [canvas.width, canvas.height], taken);
    taken.push(box);
    const place = /** @type {const} */ ([(box.left + box.right) / 2, (box.top + box.bottom) / 2]);
    pen.lineWidth = size / 4;
    pen.strokeStyle = DARK;
    pen.strokeText(text, ...place);
    pen.fillStyle = "#fff";
    pen.fillText(text, ...place);
  }
  pen.textAlign = "start";
  pen.textBaseline = "alphabetic";
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
