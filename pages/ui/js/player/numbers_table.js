// @ts-check
// The chosen curves in numbers: a row for each, whose least, largest and turning points are a click away.

import { make } from "../shared/dom.js";
import { short } from "../shared/numbers.js";
import { nextTurn } from "./curve_numbers.js";

/** @typedef {import("../types.d.ts").Line} Line */
/** @typedef {import("./curve_numbers.js").CurveNumbers} CurveNumbers */

const HEADINGS = ["Curve", "Least", "Largest", "Range", "Mean", "Turning points"];

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

  /** @param {{line: Line, numbers: CurveNumbers | null}[]} rows */
  show(rows) {
    this.element.hidden = !rows.length;
    if (!rows.length) return;
    const head = make("tr", {}, ...HEADINGS.map((text) => make("th", { scope: "col" }, text)));
    const body = rows.map(({ line, numbers }) => make("tr", {}, ...this.cells(line, numbers)));
    this.element.replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
  }

  /**
   * @param {Line} line
   * @param {CurveNumbers | null} numbers
   */
  cells(line, numbers) {
    const sample = make("i");
    sample.style.borderTop = `3px ${line.dash === "solid" ? "solid" : "dashed"} ${line.color}`;
    const name = make("th", { scope: "row" }, sample, `${line.title} (${line.unit})`);
    if (!numbers) return [name, make("td", { colSpan: 5 }, "not visible enough in any frame")];
    const { least, largest, range, mean } = numbers;
    return [
      name,
      make("td", {}, this.place(line, least, "least")),
      make("td", {}, this.place(line, largest, "largest")),
      make("td", {}, short(range)),
      make("td", {}, short(mean)),
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
