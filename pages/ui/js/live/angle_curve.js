// @ts-check
// The card of one angle: each person's value in digits, and their curves over the last half minute.

import { make, write } from "../shared/dom.js";
import { MISSING } from "../shared/numbers.js";
import { AngleSeries, SECONDS } from "./angle_series.js";

/** @typedef {import("../types.d.ts").LiveAngle} LiveAngle */
/** @typedef {import("../types.d.ts").PersonAngles} PersonAngles */
/** @typedef {import("./seen_from.js").SeenFrom} SeenFrom */

const GRID = [180, 90, 0]; // degrees
const LEFT = 34; // CSS pixels for the numbers of the grid, which no curve enters
const EDGE = 7; // above and below, half the height of a number

export class AngleCurve {
  /**
   * @param {HTMLElement} box
   * @param {LiveAngle} angle
   * @param {() => void} onRemove
   * @param {SeenFrom} seenFrom
   */
  constructor(box, { name, title, errors }, onRemove, seenFrom) {
    this.series = new AngleSeries(name);
    this.errors = errors;
    this.seenFrom = seenFrom;
    /** @type {number[]} */
    this.people = []; // in view
    this.value = make("b", {}, MISSING);
    this.error = errorMark("");
    this.numbers = make("span", { className: "lp-values" }, this.value, this.error);
    this.canvas = make("canvas", { role: "img" });
    this.canvas.setAttribute("aria-label", `${title} over the last ${SECONDS} seconds, 0 to 180 degrees`);
    const close = make("button", { type: "button", title: `Remove ${title}` }, "×");
    close.setAttribute("aria-label", close.title);
    const head = make("div", { className: "lp-head" }, make("span", { className: "lp-title" }, title), this.numbers, close);
    this.card = make("div", { className: "lp-angle" }, head, this.canvas);
    this.card.dataset.name = name;
    close.addEventListener("click", onRemove);
    box.append(this.card);
  }

  remove() {
    this.card.remove();
  }

  clear() {
    this.series.clear();
  }

  /**
   * @param {number[]} times
   * @param {PersonAngles[]} people in view
   */
  add(times, people) {
    this.people = people.map(({ id }) => id);
    this.series.add(times, people);
  }

  /** @param {boolean} several whether people have numbers and colours */
  draw(several) {
    this.showNumbers(several);
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const [width, height] = [this.canvas.clientWidth * ratio, this.canvas.clientHeight * ratio];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", { willReadFrequently: true }));
    const style = getComputedStyle(this.card);
    pen.clearRect(0, 0, width, height);
    const [left, edge] = [LEFT * ratio, EDGE * ratio];
    const yOf = (/** @type {number} */ value) => edge + (height - 2 * edge) * (1 - value / 180);
    pen.fillStyle = style.color;
    pen.font = `${10 * ratio}px system-ui, sans-serif`;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const value of GRID) {
      pen.globalAlpha = 0.8;
      pen.fillText(`${value}°`, left - 6 * ratio, yOf(value));
      pen.globalAlpha = 0.2;
      pen.fillRect(left, yOf(value), width, ratio);
    }
    pen.globalAlpha = 1;
    pen.lineWidth = 2 * ratio;
    pen.lineJoin = "round";
    const { times, lines } = this.series;
    const last = times[times.length - 1];
    for (const { color, values } of lines.values()) {
      pen.strokeStyle = several ? color : style.getPropertyValue("--st-primary-color");
      pen.beginPath();
      let on = false;
      values.forEach((value, index) => {
        if (value !== null) {
          const x = left + (width - left) * (1 - (last - times[index]) / SECONDS);
          if (on) pen.lineTo(x, yOf(value));
          else pen.moveTo(x, yOf(value));
        }
        on = value !== null;
      });
      pen.stroke();
    }
  }

  /** @param {boolean} several */
  showNumbers(several) {
    const people = this.series.newest(this.people).slice(0, several ? undefined : 1);
    const texts = people.map(({ id, value }) =>
      value === null ? [MISSING, ""] : [`${value.toFixed(0)}°`, this.seenFrom.plusMinus(id, this.errors)],
    );
    if (!several) {
      const [value, error] = texts[0] ?? [MISSING, ""];
      write(this.value, value);
      write(this.error, error);
      if (this.numbers.firstChild !== this.value) this.numbers.replaceChildren(this.value, this.error);
      return;
    }
    const known = people.map(({ id }, k) => `${id} ${texts[k].join("")}`).join(" ");
    if (this.numbers.textContent === known) return;
    const parts = people.map(({ id, color }, k) => {
      const mark = make("i", {}, `${id}`);
      mark.style.setProperty("--lp-person", color);
      return make("span", { title: `Person ${id}` }, mark, ` ${texts[k][0]}`, errorMark(texts[k][1]));
    });
    this.numbers.replaceChildren(...parts.flatMap((part, k) => (k ? [" ", part] : [part])));
  }
}

/** @param {string} text */
function errorMark(text) {
  return make("small", { className: "lp-error", title: "Usual error for how the person is turned to the camera" }, text);
}
