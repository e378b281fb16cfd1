// @ts-check
// The choice where people are looked for: on this device or on the server.

import { choose, onChoice, placeFor } from "../device/place.js";
import { triedDelegate } from "../device/pose.js";
import { rememberedMs } from "../device/remembered_speed.js";
import { adviceFromLastTime } from "../device/words.js";
import { find, write } from "../shared/dom.js";

/** @typedef {import("../types.d.ts").PlaceData} PlaceData */
/** @typedef {import("../types.d.ts").Where} Where */
/** @typedef {import("../types.d.ts").Component<PlaceData & {known: Where | null}>} Component */

class Choice {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Component | null} */
    this.component = null;
    for (const button of this.buttons) {
      button.addEventListener("click", () => choose(/** @type {Where} */ (button.dataset.where), true));
    }
    this.forget = onChoice(() => this.show());
  }

  /** @returns {HTMLButtonElement[]} */
  get buttons() {
    return [...this.root.querySelectorAll("button")];
  }

  async show() {
    const { component } = this;
    if (!component) return;
    const { where, why, free } = await placeFor(component.data);
    if (component !== this.component) return;
    for (const button of this.buttons) {
      button.setAttribute("aria-pressed", `${button.dataset.where === where}`);
      button.disabled = !free && button.dataset.where !== where;
    }
    write(find(this.root, ".lw-why"), why || (where === "device" ? fromLastTime(component.data.wanted) : ""));
    if (component.data.known !== where) component.setStateValue("where", where); // what the page says depends on it
  }
}

/**
 * What helps if this device was too slow for these settings the last time; empty if it was not, or that is not known.
 * @param {PlaceData["wanted"]} wanted
 */
function fromLastTime(wanted) {
  const ms = wanted && rememberedMs(wanted.model, wanted.hands > 0, triedDelegate() ?? "CPU");
  return wanted && ms ? adviceFromLastTime(ms, wanted, wanted.models) : "";
}

/** @type {WeakMap<HTMLElement, Choice>} */
const choices = new WeakMap();

/** @param {Component} component */
export default function (component) {
  const root = find(component.parentElement, ".lw");
  const choice = choices.get(root) ?? new Choice(root);
  choices.set(root, choice);
  choice.component = component;
  choice.show();
  return () => {
    if (!root.isConnected) choice.forget();
  };
}
