// @ts-check
// The menus, checkboxes and buttons below the video.

import { find, make } from "../shared/dom.js";
import { colorings, layersOf } from "./view.js";

/** @typedef {import("../types.d.ts").PlayerData} PlayerData */
/** @typedef {import("../types.d.ts").View} View */

export const SPEEDS = [0.1, 0.25, 0.5, 1, 1.5, 2];
const LAYERS = { smoothed: "Smoothed", raw: "Raw", both: "Both" };
const COLORINGS = { person: "Person", side: "Side", visibility: "Visibility" };
/** @type {Record<string, string>} */
const ICONS = {
  back: "M6 5h2v14H6zM19 5v14L9 12z",
  play: "M8 5v14l11-7z",
  pause: "M7 5h3v14H7zM14 5h3v14h-3z",
  on: "M16 5h2v14h-2zM5 5v14l10-7z",
  sound: "M4 9v6h4l5 5V4L8 9zM16 8a5 5 0 0 1 0 8z",
  mute: "M4 9v6h4l5 5V4L8 9zM15 9l2-1 5 8-2 1zM20 8l2 1-5 8-2-1z",
};

/**
 * @param {HTMLElement} root
 * @param {string} name of the button
 * @param {string} icon
 * @param {string} [words]
 */
export function drawIcon(root, name, icon, words) {
  const button = find(root, `[data-icon="${name}"]`);
  button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS[icon]}"/></svg>`;
  if (words) button.title = words;
  button.setAttribute("aria-label", button.title);
}

export class Controls {
  /**
   * @param {HTMLElement} root
   * @param {(name: keyof View) => void} onChange of the view
   */
  constructor(root, onChange) {
    this.root = root;
    root.addEventListener("input", ({ target }) => {
      const name = this.read(/** @type {HTMLInputElement | HTMLSelectElement} */ (target));
      if (name) onChange(name);
    });
  }

  /**
   * @param {PlayerData} data
   * @param {View} view changed by the controls
   */
  offer(data, view) {
    this.view = view;
    const { skeleton, people, film } = data;
    /** @type {Record<string, [string | number, string][]>} */
    const lists = {
      layer: layersOf(data).map((name) => [name, LAYERS[/** @type {keyof LAYERS} */ (name)]]),
      speed: SPEEDS.map((speed) => [speed, `${speed} ×`]),
      trail: [[-1, "none"], ...skeleton.landmarks.map(({ name }, k) => /** @type {[number, string]} */ ([k, name]))],
      space: [["world", "Metres"], ["picture", "Image"]],
      joints: colorings(data).map((name) => [name, COLORINGS[name]]),
    };
    for (const [name, options] of Object.entries(lists)) {
      const select = this.control(name);
      select.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
      this.label(name).hidden = options.length < 2;
    }
    const hasBodies = people.length > 0;
    this.label("overlay").hidden = !film;
    for (const name of ["labels", "angles"]) this.label(name).hidden = !film || !hasBodies;
    for (const name of ["threshold", "trail", "space", "joints"]) this.label(name).hidden = !hasBodies;
    for (const name of ["sound", "picture"]) find(this.root, `[data-do="${name}"]`).hidden = !film;
    this.write();
  }

  /** Show the values of the view. */
  write() {
    if (!this.view) return;
    for (const [name, value] of Object.entries(this.view)) {
      const control = this.root.querySelector(`[data-set="${name}"]`);
      if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = Boolean(value);
      else if (control) /** @type {HTMLInputElement} */ (control).value = `${value}`;
    }
    find(this.root, ".pp-threshold").textContent = this.view.threshold.toFixed(2);
  }

  /**
   * @param {HTMLInputElement | HTMLSelectElement} control
   * @returns {keyof View | null} the part of the view that has changed
   */
  read(control) {
    const name = /** @type {keyof View | undefined} */ (control.dataset?.set);
    if (!name || !this.view) return null;
    const isNumber = typeof this.view[name] === "number";
    const value = control instanceof HTMLInputElement && control.type === "checkbox" ? control.checked : control.value;
    Object.assign(this.view, { [name]: isNumber ? Number(value) : value });
    this.write();
    return name;
  }

  /**
   * @param {{playing: boolean, muted: boolean, loops: boolean}} state
   */
  icons({ playing, muted, loops }) {
    drawIcon(this.root, "back", "back");
    drawIcon(this.root, "on", "on");
    drawIcon(this.root, "play", playing ? "pause" : "play", playing ? "Pause (space)" : "Play (space)");
    drawIcon(this.root, "sound", muted ? "mute" : "sound");
    find(this.root, '[data-do="noLoop"]').hidden = !loops;
    this.root.dataset.playing = `${playing}`;
  }

  /** @param {string} name */
  control(name) {
    return find(this.root, `[data-set="${name}"]`);
  }

  /** @param {string} name */
  label(name) {
    return /** @type {HTMLElement} */ (this.control(name).closest("label"));
  }
}
