// @ts-check
// The tables of a frame's landmarks, of the body and of the hands, of which the viewer sees one.

import { make } from "./dom.js";
import { LandmarkTable } from "./landmark_table.js";

/** @typedef {import("../types.d.ts").TableText} TableText */

export class BodyAndHands {
  /**
   * @param {HTMLElement} element
   * @param {string} kept storage key of the filters, which are kept for the visit
   */
  constructor(element, kept) {
    this.chooser = make("div", { className: "lt-of", role: "group" });
    this.chooser.setAttribute("aria-label", "Table of");
    this.bodyElement = make("div");
    this.handsElement = make("div");
    element.append(this.chooser, this.bodyElement, this.handsElement);
    this.body = new LandmarkTable(this.bodyElement, kept);
    /** @type {LandmarkTable | null} */
    this.hands = null;
    this.kept = `${kept}-hands`;
    this.buttons = ["Body", "Hands"].map((words, number) => {
      const button = make("button", { type: "button" }, words);
      button.addEventListener("click", () => this.choose(number === 1));
      return button;
    });
    this.chooser.append(...this.buttons);
  }

  /**
   * @param {TableText} ofBody
   * @param {TableText | undefined} ofHands undefined without hands
   * @param {boolean} hasBodies
   */
  begin(ofBody, ofHands, hasBodies) {
    this.body.begin(ofBody, "landmarks.csv");
    if (Boolean(this.hands) !== Boolean(ofHands)) this.renewHands(Boolean(ofHands));
    if (ofHands) this.hands?.begin(ofHands, "hands.csv");
    this.chooser.hidden = !ofHands || !hasBodies;
    this.choose(Boolean(ofHands) && !hasBodies);
  }

  /** @param {boolean} areThere */
  renewHands(areThere) {
    this.hands?.end();
    this.handsElement.replaceChildren();
    this.hands = areThere ? new LandmarkTable(this.handsElement, this.kept) : null;
  }

  /** @param {boolean} isOfHands */
  choose(isOfHands) {
    this.bodyElement.hidden = isOfHands;
    this.handsElement.hidden = !isOfHands;
    this.buttons.forEach((button, number) => button.setAttribute("aria-pressed", `${isOfHands === (number === 1)}`));
  }

  end() {
    this.body.end();
    this.hands?.end();
  }
}
