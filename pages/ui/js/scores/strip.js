// @ts-check
// The row of photos with the state of each, from which any is opened.

import { make, write } from "../shared/dom.js";

/** @typedef {import("../types.d.ts").ListedPhoto} ListedPhoto */

const MOST = 100; // buttons at a time
const MARKS = { unknown: "·", suggestion: "○", empty: "∅", changed: "◐", done: "✓", unusable: "!" };
const WORDS = {
  unknown: "not opened yet",
  suggestion: "suggestion, not confirmed",
  empty: "nobody found, not confirmed",
  changed: "changed, not confirmed",
  done: "labelled",
  unusable: "cannot be used",
};

export class Strip {
  /** @param {HTMLElement} element @param {(place: number) => void} onChosen */
  constructor(element, onChosen) {
    this.element = element;
    this.onChosen = onChosen;
    this.first = -1;
    this.current = -1;
  }

  /** @param {ListedPhoto[]} photos @param {number} current */
  show(photos, current) {
    const first = Math.floor(current / MOST) * MOST;
    const shown = photos.slice(first, first + MOST);
    if (first !== this.first || this.element.childElementCount < shown.length) this.#build(photos, first);
    this.first = first;
    for (const [index, { name, state }] of shown.entries()) {
      const button = /** @type {HTMLElement} */ (this.element.querySelector(`[data-photo="${first + index}"]`));
      const words = `Photo ${first + index + 1}, ${name}: ${WORDS[state]}`;
      write(/** @type {Node} */ (button.lastChild), MARKS[state]);
      button.dataset.state = state;
      button.title = words;
      button.setAttribute("aria-label", words);
      button.setAttribute("aria-current", `${first + index === current}`);
      if (first + index === current && current !== this.current) this.#reveal(button);
    }
    this.current = current;
  }

  /** @param {ListedPhoto[]} photos @param {number} first */
  #build(photos, first) {
    const last = Math.min(first + MOST, photos.length);
    const buttons = [];
    if (first > 0) buttons.push(this.#button(first - 1, `${first - MOST + 1} to ${first}`, ""));
    for (let place = first; place < last; place++) buttons.push(this.#button(place, `${place + 1}`, `${place}`));
    if (last < photos.length) buttons.push(this.#button(last, `from ${last + 1}`, ""));
    this.element.replaceChildren(...buttons);
    this.current = -1;
  }

  /** @param {number} place @param {string} words @param {string} name empty for a button that turns the row on */
  #button(place, words, name) {
    const button = make("button", { type: "button" }, make("span", {}, words), make("span", { ariaHidden: "true" }));
    if (name) button.dataset.photo = name;
    button.addEventListener("click", () => this.onChosen(place));
    return button;
  }

  // Not scrollIntoView, which would scroll the page, too.
  /** @param {HTMLElement} button */
  #reveal(button) {
    const { element } = this;
    element.scrollLeft = button.offsetLeft - element.offsetLeft - (element.clientWidth - button.offsetWidth) / 2;
  }
}
