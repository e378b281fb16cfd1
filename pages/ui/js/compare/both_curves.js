// @ts-check
// One curve of both, in one plot over the times of the first.

import { make, write } from "../shared/dom.js";
import { short } from "../shared/numbers.js";
import { plusMinus } from "../player/usual_error.js";
import { nearestTo } from "./following.js";
import { onFirst } from "./sync.js";

/** @typedef {import("../types.d.ts").Line} Line */
/** @typedef {import("./pair.js").Pair} Pair */

export const COLORS = ["#0072b2", "#d55e00"]; // of the first and of the second
const SIDES = ["First", "Second"];
const DASHES = ["solid", "dash"];

export class BothCurves {
  /**
   * @param {HTMLSelectElement} choice
   * @param {HTMLElement} legend
   * @param {() => void} onChange
   */
  constructor(choice, legend, onChange) {
    this.choice = choice;
    this.values = SIDES.map(() => make("b"));
    legend.replaceChildren(...SIDES.flatMap((name, side) => [this.sample(side), ` ${name} `, this.values[side]]));
    choice.addEventListener("change", onChange);
    /** @type {Line[]} */
    this.lines = [];
  }

  /** @param {number} side */
  sample(side) {
    const sample = make("i");
    sample.style.borderTopColor = COLORS[side];
    sample.style.borderTopStyle = side ? "dashed" : "solid";
    return sample;
  }

  /** @param {Pair} pair */
  begin({ header: { curves, usual } }) {
    const groups = [...new Set(curves.map(({ group }) => group))].map((group) => {
      const options = curves.map(({ titles }, value) => make("option", { value }, titles[0]));
      return make("optgroup", { label: group }, ...options.filter((_, place) => curves[place].group === group));
    });
    this.choice.replaceChildren(...groups);
    this.choice.value = `${usual}`;
  }

  /**
   * The chosen curve of both.
   * @param {Pair} pair
   * @returns {Line[]}
   */
  of(pair) {
    const place = Number(this.choice.value);
    const { name, titles, unit } = pair.header.curves[place];
    const [first, second] = pair.sides.map(({ clock }, side) => ({ times: clock.times, values: pair.curve(side, place) }));
    const errors = this.errorsOf(pair, place, first.times, second.times);
    this.lines = [first.values, onFirst(first.times, pair.sync, second)].map((values, side) => ({
      name: `${name} ${side}`,
      title: `${titles[side]}, ${SIDES[side].toLowerCase()}`,
      unit,
      times: first.times,
      values,
      errors: errors[side],
      confidence: new Uint8Array(values.length).fill(255),
      color: COLORS[side],
      dash: DASHES[side],
      faint: false,
    }));
    return this.lines;
  }

  /**
   * The usual errors of both, at the times of the first.
   * @param {Pair} pair
   * @param {number} place of the curve
   * @param {Float64Array} times of the first
   * @param {Float64Array} own of the second
   */
  errorsOf(pair, place, times, own) {
    const [first, second] = [0, 1].map((side) => pair.errors(side, place));
    return [first, second && onFirst(times, pair.sync, { times: own, values: second })];
  }

  /** @param {number} time of the first, in seconds */
  go(time) {
    this.lines.forEach(({ times, values, errors, unit }, side) => {
      const index = nearestTo(times, time);
      write(this.values[side], `${short(values[index])}${Number.isNaN(values[index]) ? "" : plusMinus(errors, index)} ${unit}`);
    });
  }
}
