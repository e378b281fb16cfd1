// @ts-check
// Buttons that lead the player from one repetition to the next, and let it loop one.

import { find, write } from "../shared/dom.js";
import { askFor } from "../shared/seeking.js";

/**
 * A repetition or a hold: the time that shows it, its start and its end, in seconds.
 * @typedef {{time: number, start: number, end: number}} Moment
 */
/** @typedef {{name: string, moments: Moment[]}} Data */
/** @typedef {"previous" | "next" | "loop"} Action */

/**
 * What the player is to show.
 * @param {Action} action
 * @param {number} place of the moment shown last; -1: none yet
 * @param {Moment[]} moments
 * @returns {{place: number, time: number, loop: [number, number] | null}}
 */
export function wanted(action, place, moments) {
  const far = { previous: -1, next: 1, loop: 0 }[action];
  const to = Math.max(0, Math.min(place + far, moments.length - 1));
  const { time, start, end } = moments[to];
  return action === "loop" ? { place: to, time: start, loop: [start, end] } : { place: to, time, loop: null };
}

/**
 * @param {Data} data
 * @param {number} place
 * @param {boolean} loops
 */
export function said({ name, moments }, place, loops) {
  if (place < 0) return "";
  const { start, end } = moments[place];
  const of = `${name} ${place + 1} of ${moments.length}, ${start.toFixed(2)} to ${end.toFixed(2)} s`;
  return loops ? `Looping ${of}` : `${of[0].toUpperCase()}${of.slice(1)}`;
}

class Steps {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Data} */
    this.data = { name: "", moments: [] };
    this.place = -1;
    root.addEventListener("click", ({ target }) => {
      const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-do]"));
      if (button) this.go(/** @type {Action} */ (button.dataset.do));
    });
  }

  /** @param {Data} data */
  show(data) {
    if (JSON.stringify(data) === JSON.stringify(this.data)) return;
    this.data = data;
    this.place = -1;
    this.root.setAttribute("aria-label", `Show a ${data.name} in the player`);
    for (const [action, words] of Object.entries({ previous: "Previous", next: "Next", loop: "Loop this" })) {
      write(find(this.root, `[data-do="${action}"]`), `${words} ${data.name}`);
    }
    write(find(this.root, ".rs-said"), "");
  }

  /** @param {Action} action */
  go(action) {
    const { place, time, loop } = wanted(action, this.place, this.data.moments);
    this.place = place;
    write(find(this.root, ".rs-said"), said(this.data, place, loop !== null));
    askFor(time, loop);
  }
}

/** @type {WeakMap<HTMLElement, Steps>} */
const shown = new WeakMap();

/** @param {import("../types.d.ts").Component<Data>} component */
export default function ({ data, parentElement }) {
  const root = find(parentElement, ".rs");
  const steps = shown.get(root) ?? new Steps(root);
  shown.set(root, steps);
  steps.show(data);
}
