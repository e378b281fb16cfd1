// @ts-check
// The controls that say which moments of both are the same.

import { find, write } from "../shared/dom.js";
import { offsetInWords } from "./sync.js";

/** @typedef {import("./pair.js").Pair} Pair */

export class SyncBar {
  /**
   * @param {HTMLElement} root
   * @param {{onBy: (by: import("./sync.js").By) => void, onSecond: (frame: number) => void}} listener
   */
  constructor(root, { onBy, onSecond }) {
    this.by = /** @type {HTMLSelectElement} */ (find(root, ".sb-by"));
    this.scrub = /** @type {HTMLInputElement} */ (find(root, ".sb-second"));
    this.label = /** @type {HTMLElement} */ (this.scrub.closest("label"));
    this.button = find(root, '[data-do="same"]');
    this.back = find(root, '[data-do="linked"]');
    this.words = find(root, ".sb-offset");
    this.by.addEventListener("change", () => onBy(this.by.value === "aligned" ? "aligned" : "moment"));
    this.scrub.addEventListener("input", () => onSecond(this.scrub.valueAsNumber));
  }

  /** @param {Pair} pair */
  show({ sync, sides }) {
    this.by.options[0].disabled = !sync.aligned;
    this.by.value = sync.by;
    this.scrub.max = `${sides[1].clock.count - 1}`;
    this.label.hidden = this.back.hidden = !sync.apart;
    write(this.button, sync.apart ? "Same moment" : "Set the same moment");
    this.button.classList.toggle("pp-main", sync.apart);
    const apart = "Move each video to the same moment, then press Same moment.";
    write(this.words, sync.apart ? apart : sync.by === "moment" ? offsetInWords(sync.offset) : "");
  }

  /** @param {number} frame of the second */
  go(frame) {
    this.scrub.value = `${frame}`;
  }
}
