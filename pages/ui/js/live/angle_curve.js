// @ts-check
// One angle: its value in large digits, and its curve over the last half minute.

import { make, write } from "../shared/dom.js";
import { MISSING } from "../shared/numbers.js";

const SECONDS = 30;
const GRID = [[180, 10], [90, 3], [0, -2]]; // degrees, and the offset of each number below its line

export class AngleCurve {
  /**
   * @param {HTMLElement} box
   * @param {string} title
   * @param {() => void} onRemove
   */
  constructor(box, title, onRemove) {
    /** @type {number[]} */
    this.times = [];
    /** @type {(number | null)[]} */
    this.values = [];
    this.number = make("b", {}, MISSING);
    this.canvas = make("canvas", { role: "img" });
    this.canvas.setAttribute("aria-label", `${title} over the last ${SECONDS} seconds, 0 to 180 degrees`);
    const close = make("button", { type: "button", title: `Remove ${title}` }, "×");
    close.setAttribute("aria-label", close.title);
    const past = make("small", {}, `last ${SECONDS} s`);
    this.card = make("div", { className: "lp-angle" }, title, past, this.number, this.canvas, close);
    close.addEventListener("click", () => {
      this.card.remove();
      onRemove();
    });
    box.append(this.card);
  }

  clear() {
    this.times = [];
    this.values = [];
  }

  /**
   * @param {number[]} times
   * @param {(number | null)[]} values null: not measured
   */
  add(times, values) {
    this.times.push(...times);
    this.values.push(...values);
    const begin = this.times[this.times.length - 1] - SECONDS;
    const old = this.times.findIndex((time) => time >= begin);
    this.times.splice(0, Math.max(0, old));
    this.values.splice(0, Math.max(0, old));
  }

  draw() {
    const newest = this.values[this.values.length - 1] ?? null;
    write(this.number, newest === null ? MISSING : `${newest.toFixed(0)}°`);
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const [width, height] = [this.canvas.clientWidth * ratio, this.canvas.clientHeight * ratio];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", { willReadFrequently: true }));
    const style = getComputedStyle(this.card);
    pen.clearRect(0, 0, width, height);
    grid(pen, width, height, ratio, style.color);
    pen.strokeStyle = style.getPropertyValue("--st-primary-color");
    pen.lineWidth = 2 * ratio;
    pen.beginPath();
    const last = this.times[this.times.length - 1];
    let on = false;
    this.values.forEach((value, index) => {
      if (value !== null) {
        const x = width * (1 - (last - this.times[index]) / SECONDS);
        const y = height * (1 - value / 180);
        if (on) pen.lineTo(x, y);
        else pen.moveTo(x, y);
      }
      on = value !== null;
    });
    pen.stroke();
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} width
 * @param {number} height
 * @param {number} ratio canvas pixels per CSS pixel
 * @param {string} color
 */
function grid(pen, width, height, ratio, color) {
  pen.fillStyle = color;
  pen.font = `${10 * ratio}px system-ui, sans-serif`;
  for (const [value, down] of GRID) {
    const y = height * (1 - value / 180);
    pen.globalAlpha = 0.55;
    pen.fillText(`${value}°`, 0, y + down * ratio);
    pen.globalAlpha = 0.2;
    pen.fillRect(28 * ratio, Math.min(height - 1, y), width, 1);
  }
  pen.globalAlpha = 1;
}
