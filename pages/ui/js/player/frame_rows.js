// @ts-check
// The values of the curves by frame, as a table.

import { short } from "../shared/numbers.js";
import { Table } from "../shared/table.js";

/** @typedef {import("../types.d.ts").Line} Line */
/** @typedef {import("./moments.js").Moments} Moments */

export class FrameRows {
  /**
   * @param {HTMLElement} element
   * @param {(frame: number) => void} onSeek
   */
  constructor(element, onSeek) {
    this.table = new Table(element, { label: "Values by frame", onPick: onSeek });
  }

  /**
   * @param {Moments} moments
   * @param {Line[]} lines
   */
  show(moments, lines) {
    const columns = [
      { heading: "Frame", text: (/** @type {number} */ index) => `${moments.number(index)}` },
      { heading: "Time (s)", text: (/** @type {number} */ index) => moments.time(index).toFixed(3) },
      ...lines
        .filter((line) => !line.faint)
        .map(({ title, unit, values }) => ({
          heading: `${title} (${unit})`,
          text: (/** @type {number} */ index) => short(values[index]),
        })),
    ];
    this.table.show(columns, moments.count);
  }

  /** @param {number} index of the frame */
  go(index) {
    this.table.go(index);
  }

  end() {
    this.table.end();
  }
}
