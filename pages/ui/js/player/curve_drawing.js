// @ts-check
// The parts of a panel of curves, drawn on a canvas.

import { cutApart, thinned } from "./thinning.js";

/** @typedef {import("../types.d.ts").Line} Line */
/** @typedef {CanvasRenderingContext2D} Pen */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Box of a panel */

const GREY = "138, 143, 152";
const BAND_ALPHA = 0.13;
const TURN_PX = 4;
const LETTER_PX = 12;
/** @type {Record<string, number[]>} */
const DASHES = { dash: [8, 4], dot: [2, 3], dashdot: [8, 3, 2, 3] };

/**
 * @param {Pen} pen
 * @param {string} unit
 * @param {Box} box
 * @param {{at: number, text: string}[]} ticks
 */
export function drawGrid(pen, unit, box, ticks) {
  for (const { at, text } of ticks) {
    drawLine(pen, [box.left, at, box.right, at], []);
    pen.textAlign = "right";
    pen.fillText(text, box.left - 6, at + LETTER_PX / 3);
  }
  pen.save();
  pen.translate(14, (box.top + box.bottom) / 2);
  pen.rotate(-Math.PI / 2);
  pen.textAlign = "center";
  pen.fillText(unit, 0, 0);
  pen.restore();
}

/**
 * @param {Pen} pen
 * @param {Box} box
 * @param {[number, number]} ends from left to right
 * @param {string} color
 */
export function shade(pen, box, [from, to], color) {
  pen.save();
  pen.fillStyle = color;
  pen.fillRect(from, box.top, to - from, box.bottom - box.top);
  pen.restore();
}

/**
 * @param {Pen} pen
 * @param {number[]} ends x and y of one, x and y of the other
 * @param {number[]} dash
 */
export function drawLine(pen, [left, top, right, bottom], dash) {
  pen.save();
  pen.strokeStyle = `rgba(${GREY}, ${dash.length ? 0.9 : 0.3})`;
  pen.setLineDash(dash);
  pen.beginPath();
  pen.moveTo(left, top);
  pen.lineTo(right, bottom);
  pen.stroke();
  pen.restore();
}

/**
 * @param {Pen} pen
 * @param {Line} line
 * @param {number[]} cuts times of frames
 * @param {(time: number) => number} across
 * @param {(value: number) => number} up
 */
export function drawCurve(pen, line, cuts, across, up) {
  const { x, y } = thinned(...cutApart(line, cuts));
  pen.save();
  pen.strokeStyle = line.color;
  pen.lineWidth = line.faint ? 1 : 2;
  pen.globalAlpha = line.faint ? 0.55 : 1;
  pen.lineJoin = "round";
  pen.setLineDash(DASHES[line.dash] ?? []);
  pen.beginPath();
  let drawing = false;
  x.forEach((time, place) => {
    const value = y[place];
    if (value !== null) pen[drawing ? "lineTo" : "moveTo"](across(time), up(value));
    drawing = value !== null;
  });
  pen.stroke();
  pen.restore();
}

/**
 * The light band of a line's usual error.
 * @param {Pen} pen
 * @param {string} color
 * @param {{times: number[], low: number[], high: number[]}[]} bands
 * @param {(time: number) => number} across
 * @param {(value: number) => number} up
 */
export function drawBands(pen, color, bands, across, up) {
  pen.save();
  pen.fillStyle = color;
  pen.globalAlpha = BAND_ALPHA;
  for (const { times, low, high } of bands) {
    pen.beginPath();
    times.forEach((time, index) => pen.lineTo(across(time), up(high[index])));
    for (let index = times.length - 1; index >= 0; index--) pen.lineTo(across(times[index]), up(low[index]));
    pen.fill();
  }
  pen.restore();
}

/**
 * A triangle that points at a turning point.
 * @param {Pen} pen
 * @param {[number, number]} at
 * @param {boolean} isHigh
 * @param {string} color
 */
export function drawTurn(pen, [x, y], isHigh, color) {
  const way = isHigh ? -1 : 1;
  pen.save();
  pen.fillStyle = color;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x - TURN_PX, y + 2 * way * TURN_PX);
  pen.lineTo(x + TURN_PX, y + 2 * way * TURN_PX);
  pen.fill();
  pen.restore();
}
