// @ts-check
// The chosen curves in numbers: a row for each, whose least, largest and turning points are a click away.

import { make } from "../shared/dom.js";
import { short } from "../shared/numbers.js";
import { nextTurn } from "./curve_numbers.js";

/** @typedef {import("../types.d.ts").Line} Line */
/** @typedef {import("./curve_numbers.js").CurveNumbers} CurveNumbers */
/** @typedef {{line: Line, numbers: CurveNumbers | null, error: number | null}} Row error: mean of the usual errors */

const HEADINGS = ["Curve", "Least", "Largest", "Range", "Mean", "Usual error", "Turning points"];

const USUAL_ERROR = "In two of three frames the angle is off by at most this much, for how the person is turned to the camera";

export class NumbersTable {
  /**
   * @param {HTMLElement} element
   * @param {(index: number) => void} onSeek
   */
  constructor(element, onSeek) {
    this.element = element;
    this.onSeek = onSeek;
    this.index = 0;
  }

  /** @param {Row[]} rows */
  show(rows) {
    this.element.hidden = !rows.length;
    if (!rows.length) return;
    const head = make("tr", {}, ...HEADINGS.map((text) => make("th", { scope: "col" }, text)));
    const body = rows.map((row) => make("tr", {}, ...this.cells(row)));
    this.element.replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
  }

  /** @param {Row} row */
  cells({ line, numbers, error }) {
    const sample = make("i");
    sample.style.borderTop = `3px ${line.dash === "solid" ? "solid" : "dashed"} ${line.color}`;
    const name = make("th", { scope: "row" }, sample, `${line.title} (${line.unit})`);
    if (!numbers) return [name, make("td", { colSpan: 6 }, "not visible enough in any frame")];
    const { least, largest, range, mean } = numbers;
    return [
      name,
      make("td", {}, this.place(line, least, "least")),
      make("td", {}, this.place(line, largest, "largest")),
      make("td", {}, short(range)),
      make("td", {}, short(mean)),
      make("td", { title: error === null ? "" : USUAL_ERROR }, error === null ? "–" : `±${Math.round(error)}`),
      make("td", {}, ...this.turns(line, numbers)),
    ];
  }

  /**
   * @param {Line} line
   * @param {number} index of the frame
   * @param {string} what
   */
  place(line, index, what) {
    const title = `Go to the ${what} of ${line.title}, at ${line.times[index].toFixed(2)} s`;
    const button = make("button", { type: "button", title }, short(line.values[index]));
    button.append(make("small", {}, ` at ${line.times[index].toFixed(2)} s`));
    button.addEventListener("click", () => this.onSeek(index));
    return button;
  }

  /**
   * @param {Line} line
   * @param {CurveNumbers} numbers
   */
  turns(line, { turns }) {
    if (!turns.length) return ["none"];
    const [back, on] = [-1, 1].map((way) => {
      const title = `${way > 0 ? "Next" : "Previous"} turning point of ${line.title}`;
      const button = make("button", { type: "button", title }, way > 0 ? "›" : "‹");
      button.setAttribute("aria-label", title);
      button.addEventListener("click", () => {
        const index = nextTurn(turns, this.index, way);
        if (index !== null) this.onSeek(index);
      });
      return button;
    });
    return [back, ` ${turns.length} `, on];
  }

  /** @param {number} index of the frame */
  go(index) {
    this.index = index;
  }
}
