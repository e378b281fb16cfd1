// @ts-check
// The parts of the player that share a place, one behind the other. In a narrow window these are all but the video.

import { find } from "../shared/dom.js";

const NARROW = "(max-width: 900px)"; // as in player_layout.css
const OF_BODIES = ["curves", "numbers", "frames"];
const BESIDE_IF_WIDE = ["solid", "display", "measure"];

/**
 * The tabs that are there.
 * @param {string[]} all
 * @param {{narrow: boolean, hasBodies: boolean, hasFilm: boolean}} layout
 */
export function offered(all, { narrow, hasBodies, hasFilm }) {
  const there = all.filter((name) => (hasBodies || !OF_BODIES.includes(name)) && (hasFilm || name !== "measure"));
  // A phone has no keys, and little room.
  return there.filter((name) => (narrow ? name !== "keys" : !BESIDE_IF_WIDE.includes(name)));
}

/**
 * Where a key leads from a tab; null if the key is not for tabs.
 * @param {string} key
 * @param {string[]} names
 * @param {string} from
 */
export function next(key, names, from) {
  const at = names.indexOf(from);
  /** @type {Record<string, number>} */
  const places = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: names.length - 1 };
  return key in places ? names[(places[key] + names.length) % names.length] : null;
}

export class Tabs {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.hasBodies = this.hasFilm = true;
    this.wanted = "";
    this.list = find(root, ".pp-tabs");
    this.buttons = /** @type {HTMLButtonElement[]} */ ([...this.list.querySelectorAll("[data-tab]")]);
    this.panels = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-panel]")]);
    for (const { dataset } of this.buttons) {
      const [button, panel] = [this.button(`${dataset.tab}`), this.panel(`${dataset.tab}`)];
      button.id = `pp-tab-${dataset.tab}`;
      panel.id = `pp-panel-${dataset.tab}`;
      button.setAttribute("aria-controls", panel.id);
    }
    this.narrow = matchMedia(NARROW);
    this.ended = new AbortController();
    this.narrow.addEventListener("change", () => this.show(), { signal: this.ended.signal });
    this.list.addEventListener("click", ({ target }) => {
      const name = /** @type {HTMLElement} */ (target).closest("button")?.dataset.tab;
      if (name) this.choose(name);
    });
    this.list.addEventListener("keydown", (event) => {
      const name = next(event.key, this.names, this.shown);
      if (!name || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation(); // the arrow keys step through the video elsewhere
      this.choose(name);
      this.button(name).focus();
    });
    this.show();
  }

  get names() {
    const all = this.buttons.map(({ dataset }) => `${dataset.tab}`);
    return offered(all, { narrow: this.narrow.matches, hasBodies: this.hasBodies, hasFilm: this.hasFilm });
  }

  /** The tab that is in front. */
  get shown() {
    return this.names.includes(this.wanted) ? this.wanted : this.names[0];
  }

  /**
   * @param {boolean} hasBodies whether there are curves and their numbers
   * @param {boolean} hasFilm whether there is a video to measure in
   */
  offer(hasBodies, hasFilm) {
    Object.assign(this, { hasBodies, hasFilm });
    this.show();
  }

  /** @param {string} name */
  choose(name) {
    this.wanted = name;
    this.show();
  }

  show() {
    const { names, shown } = this;
    for (const button of this.buttons) {
      const name = `${button.dataset.tab}`;
      button.hidden = !names.includes(name);
      button.setAttribute("aria-selected", `${name === shown}`);
      button.tabIndex = name === shown ? 0 : -1;
    }
    for (const panel of this.panels) {
      const name = `${panel.dataset.panel}`;
      const isTab = names.includes(name);
      panel.hidden = isTab ? name !== shown : this.narrow.matches || !BESIDE_IF_WIDE.includes(name);
      if (isTab) panel.setAttribute("role", "tabpanel");
      else if (BESIDE_IF_WIDE.includes(name)) panel.setAttribute("role", "group");
      if (isTab) panel.setAttribute("aria-labelledby", `pp-tab-${name}`);
      else panel.removeAttribute("aria-labelledby");
    }
  }

  /** @param {string} name */
  button(name) {
    return find(this.list, `[data-tab="${name}"]`);
  }

  /** @param {string} name */
  panel(name) {
    return find(this.root, `[data-panel="${name}"]`);
  }

  end() {
    this.ended.abort();
  }
}
