// @ts-check
// The hard cuts of a video: marks below the slider, and the same in words.

import { find, make, write } from "../shared/dom.js";

/** @typedef {import("./moments.js").Moments} Moments */

const MOST_MARKS = 200;
const MOST_NAMED = 8;

export class Cuts {
  /**
   * @param {HTMLElement} root
   * @param {(index: number) => void} onSeek
   */
  constructor(root, onSeek) {
    this.marks = find(root, ".pp-cuts");
    this.note = find(root, ".pp-cuts-note");
    this.onSeek = onSeek;
  }

  /** @param {Moments} moments */
  begin(moments) {
    const { cuts } = moments.header;
    this.marks.hidden = this.note.hidden = !cuts.length;
    this.marks.replaceChildren(...cuts.slice(0, MOST_MARKS).map((cut) => this.mark(moments, cut)));
    write(this.note, inWords(cuts.map((cut) => moments.time(cut))));
  }

  /**
   * @param {Moments} moments
   * @param {number} cut index of the first frame of the new shot
   */
  mark(moments, cut) {
    const title = `Cut at ${moments.time(cut).toFixed(2)} s: a new shot begins with frame ${moments.number(cut)}`;
    // Not among the stops of the tab key, as there may be hundreds: n and p go from one to the next.
    const mark = make("button", { type: "button", className: "pp-cut", title, tabIndex: -1 });
    mark.setAttribute("aria-label", title);
    mark.style.setProperty("--at", `${cut / (moments.count - 1)}`);
    mark.addEventListener("click", () => this.onSeek(cut));
    return mark;
  }
}

/**
 * What the cuts are and what they mean.
 * @param {number[]} times in seconds
 */
export function inWords(times) {
  const named = times.slice(0, MOST_NAMED).map((time) => time.toFixed(2));
  const many = times.length === 1 ? "1 cut" : `${times.length} cuts`;
  const at = `${named.join(", ")}${named.length < times.length ? " …" : ""} s`;
  return `${many}, at ${at}. A new shot begins there: people get new numbers, and curves do not go on.`;
}

/**
 * The number of a frame's shot, from 1.
 * @param {number[]} cuts indices of the first frames of new shots, increasing
 * @param {number} index of the frame
 */
export function shotOf(cuts, index) {
  return 1 + cuts.filter((cut) => cut <= index).length;
}

/**
 * The nearest cut after or before a frame; the last or first frame if there is none.
 * @param {number[]} cuts
 * @param {number} index of the frame
 * @param {number} way 1: after it, -1: before it
 * @param {number} last index of the last frame
 */
export function nearestCut(cuts, index, way, last) {
  if (way > 0) return cuts.find((cut) => cut > index) ?? last;
  return cuts.filter((cut) => cut < index).at(-1) ?? 0;
}
