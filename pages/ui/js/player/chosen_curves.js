// @ts-check
// The chosen curves with their values at the cursor, and a list to choose more from.

import { make, write } from "../shared/dom.js";
import { short } from "../shared/numbers.js";
import { MOST_CURVES } from "./link.js";
import { plusMinus } from "./usual_error.js";

/** @typedef {import("../types.d.ts").Header} Header */
/** @typedef {import("../types.d.ts").PersonLine} PersonLine */

/** @type {Record<string, string>} */
const BORDERS = { solid: "solid", dash: "dashed" };

export class ChosenCurves {
  /**
   * @param {HTMLElement} element
   * @param {(names: string[]) => void} onChange
   */
  constructor(element, onChange) {
    this.element = element;
    this.onChange = onChange;
    /** @type {{line: PersonLine, value: HTMLElement}[]} */
    this.readings = [];
  }

  /**
   * @param {Header["curves"]} curves all that can be chosen
   * @param {string[]} names of the chosen curves
   * @param {PersonLine[]} lines the drawn lines
   */
  show(curves, names, lines) {
    this.readings = [];
    const chips = names.flatMap((name) => {
      const curve = curves.find((one) => one.name === name);
      const own = lines.filter((one) => one.name === name && !one.faint); // of each person
      return curve && own.length ? [this.chip(curve, names, own)] : [];
    });
    this.element.replaceChildren(...chips, this.adder(curves, names));
  }

  /**
   * @param {{name: string, title: string}} curve
   * @param {string[]} names
   * @param {PersonLine[]} lines of that curve, one for each person
   */
  chip({ name, title }, names, lines) {
    const [{ person, color, dash }] = lines;
    const sample = make("i");
    sample.style.borderTopColor = person === null ? color : "currentColor";
    sample.style.borderTopStyle = BORDERS[dash] ?? "dotted";
    const values = lines.flatMap((line) => this.reading(line));
    const close = make("button", { type: "button", title: `Remove ${title}` }, "×");
    close.setAttribute("aria-label", close.title);
    close.addEventListener("click", () => this.onChange(names.filter((one) => one !== name)));
    // With values of several people there is little room in a line.
    const named = person === null ? title : make("span", { title }, title.replace(" angle,", ","));
    return make("span", { className: person === null ? "pp-chip" : "pp-chip pp-of-people" }, sample, named, ...values, close);
  }

  /**
   * The value of a line at the cursor, with the person whose it is if there are several.
   * @param {PersonLine} line
   */
  reading(line) {
    const value = make("b");
    this.readings.push({ line, value });
    if (line.person === null) return [value];
    const dot = make("i");
    dot.style.background = line.color;
    const who = make("span", { className: "pp-who" }, line.person.replace(/^person (?=\d+$)/, ""));
    return [make("span", { className: "pp-whose", title: line.person }, dot, who, value)];
  }

  /**
   * @param {Header["curves"]} curves
   * @param {string[]} names
   */
  adder(curves, names) {
    const first = make("option", { value: "" }, names.length ? "Add a curve" : "Choose a curve");
    const groups = [...new Set(curves.map(({ group }) => group))].map((group) => {
      const options = curves.filter((curve) => curve.group === group && !names.includes(curve.name));
      return make("optgroup", { label: group }, ...options.map(({ name, title }) => make("option", { value: name }, title)));
    });
    const add = make("select", { disabled: names.length >= MOST_CURVES }, first, ...groups);
    add.setAttribute("aria-label", "Add a curve");
    add.addEventListener("change", () => add.value && this.onChange([...names, add.value]));
    return add;
  }

  /** @param {number} index of the frame */
  go(index) {
    for (const { line, value } of this.readings) {
      const isKnown = !Number.isNaN(line.values[index]);
      write(value, `${short(line.values[index])}${isKnown ? plusMinus(line.errors, index) : ""} ${line.unit}`);
    }
  }
}
