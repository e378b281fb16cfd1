// @ts-check
// Everything to be read at the cursor: clock, slider, values of the curves, rows. During playback it changes only a few
// times a second, since nobody reads faster and each change repaints the page.

import { find, mark, write } from "../shared/dom.js";
import { ChosenCurves } from "./chosen_curves.js";
import { shotOf } from "./cuts.js";
import { FrameRows } from "./frame_rows.js";
import { NumbersTable } from "./numbers_table.js";

/** @typedef {import("../types.d.ts").PersonLine} PersonLine */
/** @typedef {import("./moments.js").Moments} Moments */

const EVERY_MS = 250;

export class Readings {
  /**
   * @param {HTMLElement} root
   * @param {{onSeek: (index: number) => void, onChoose: (curves: string[]) => void}} listener
   */
  constructor(root, { onSeek, onChoose }) {
    this.clock = find(root, ".pp-clock");
    this.scrub = /** @type {HTMLInputElement} */ (find(root, ".pp-scrub"));
    this.rowsElement = find(root, ".pp-rows");
    this.rows = new FrameRows(this.rowsElement, onSeek);
    this.chosenElement = find(root, ".pp-chosen");
    this.chosen = new ChosenCurves(this.chosenElement, onChoose);
    this.numbers = new NumbersTable(find(root, ".pp-numbers"), onSeek);
    this.keys = find(root, ".pp-keys-curves");
    this.scrub.addEventListener("input", () => onSeek(this.scrub.valueAsNumber));
    this.writtenAt = 0;
  }

  /** @param {Moments} moments */
  begin(moments) {
    this.moments = moments;
    this.scrub.max = `${moments.count - 1}`;
    const hasBodies = moments.header.people.length > 0; // there are no curves of hands
    for (const element of [this.chosenElement, this.rowsElement, this.keys]) element.hidden = !hasBodies;
  }

  /**
   * @param {Moments} moments
   * @param {string[]} names of the chosen curves
   * @param {PersonLine[]} lines
   */
  show(moments, names, lines) {
    this.chosen.show(moments.header.curves, names, lines);
    this.rows.show(moments, lines);
  }

  /** @param {Parameters<NumbersTable["show"]>[0]} rows */
  showNumbers(rows) {
    this.numbers.show(rows);
  }

  /**
   * @param {number} index of the frame
   * @param {boolean} playing
   */
  go(index, playing) {
    this.numbers.go(index);
    clearTimeout(this.timer);
    const wait = playing ? EVERY_MS - (performance.now() - this.writtenAt) : 0;
    if (wait > 0) this.timer = setTimeout(() => this.write(index), wait);
    else this.write(index);
  }

  /** @param {number} index of the frame */
  write(index) {
    const { moments } = this;
    if (!moments) return;
    this.writtenAt = performance.now();
    const last = moments.number(moments.count - 1);
    const { cuts } = moments.header;
    const shot = cuts.length ? ` · shot ${shotOf(cuts, index)} of ${cuts.length + 1}` : "";
    const words = `Frame ${moments.number(index)} of ${last} · ${moments.time(index).toFixed(3)} s${shot}`;
    this.scrub.value = `${index}`;
    this.scrub.setAttribute("aria-valuetext", words);
    this.say(words);
    this.chosen.go(index);
    this.rows.go(index);
    mark(this.rowsElement, index);
  }

  /** @param {string} words shown in place of the clock */
  say(words) {
    write(this.clock, words);
  }

  end() {
    clearTimeout(this.timer);
    this.rows.end();
  }
}
