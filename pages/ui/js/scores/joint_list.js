// @ts-check
// The joints of the chosen person as buttons, left beside right, with the state of each.

import { make, write } from "../shared/dom.js";
import { JOINTS, SIDES } from "./joints.js";
import { STATES } from "./labels.js";

/** @typedef {import("./labels.js").Person} Person */

const ROWS = ["eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle"];

export class JointList {
  /** @param {HTMLElement} element @param {(joint: number) => void} onChosen */
  constructor(element, onChosen) {
    this.onChosen = onChosen;
    /** @type {HTMLButtonElement[]} */
    this.buttons = [];
    const cells = ["left", "right"].map((side) => make("span", { className: "lb-column" }, `Their ${side}`));
    element.append(cells[0], make("span"), cells[1]);
    const nose = this.#button(0);
    nose.className = "lb-nose";
    element.append(nose);
    for (const row of ROWS) {
      const [left, right] = ["left", "right"].map((side) => this.#button(JOINTS.indexOf(`${side} ${row}`)));
      element.append(left, make("span", { ariaHidden: "true" }, row), right);
    }
  }

  /** @param {number} joint */
  #button(joint) {
    const button = make("button", { type: "button" });
    button.dataset.joint = `${joint}`;
    button.dataset.side = SIDES[joint];
    button.addEventListener("click", () => this.onChosen(joint));
    this.buttons[joint] = button;
    return button;
  }

  /** @param {Person | null} person @param {number | null} chosen */
  show(person, chosen) {
    for (const [joint, button] of this.buttons.entries()) {
      const { state, at } = person?.[joint] ?? { state: -1, at: null };
      const words = STATES[state] ?? "nobody is chosen";
      const where = state > 0 && at ? `, ${at.map(Math.round).join(", ")}` : "";
      const name = JOINTS[joint];
      button.disabled = !person;
      button.dataset.state = `${state}`;
      write(button, SIDES[joint] === "middle" ? `nose${person ? `: ${words}` : ""}` : person ? words : "-");
      button.setAttribute("aria-label", `${name[0].toUpperCase()}${name.slice(1)}: ${words}${where}`);
      button.setAttribute("aria-pressed", `${joint === chosen}`);
    }
  }
}
