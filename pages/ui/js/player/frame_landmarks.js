// @ts-check
// The table of landmarks of the frame at which the player is paused: of the body, or of the hands if there are any.

import { make } from "../shared/dom.js";
import { rowsOf, rowsOfHands } from "../shared/landmark_rows.js";
import { LandmarkTable } from "../shared/landmark_table.js";
import { shownHands } from "./hands.js";

/** @typedef {import("../types.d.ts").PlayerData} PlayerData */
/** @typedef {import("./moments.js").Moments} Moments */
/** @typedef {import("./people_on_film.js").Shown} Shown */

const place = (/** @type {Float32Array} */ values, /** @type {number} */ k) => ({
  x: values[3 * k],
  y: values[3 * k + 1],
  z: values[3 * k + 2],
});

export class FrameLandmarks {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.chooser = make("div", { className: "pp-of", role: "group" });
    this.chooser.setAttribute("aria-label", "Table of");
    this.bodyElement = make("div");
    this.handsElement = make("div");
    element.append(this.chooser, this.bodyElement, this.handsElement);
    this.body = new LandmarkTable(this.bodyElement, "player");
    this.hands = new LandmarkTable(this.handsElement, "player-hands");
    this.buttons = ["Body", "Hands"].map((words, number) => {
      const button = make("button", { type: "button" }, words);
      button.addEventListener("click", () => this.choose(number === 1));
      return button;
    });
    this.chooser.append(...this.buttons);
  }

  /** @param {PlayerData} data */
  begin(data) {
    this.data = data;
    this.body.begin(data.table, "landmarks.csv");
    if (data.hands) this.hands.begin(data.hands.table, "hands.csv");
    this.chooser.hidden = !data.hands || !data.people.length;
    this.choose(Boolean(data.hands) && !data.people.length);
  }

  /** @param {boolean} isOfHands */
  choose(isOfHands) {
    this.bodyElement.hidden = isOfHands;
    this.handsElement.hidden = !isOfHands;
    this.buttons.forEach((button, number) => button.setAttribute("aria-pressed", `${isOfHands === (number === 1)}`));
  }

  /**
   * @param {Moments} moments
   * @param {string} layer
   * @param {number} index of the frame
   * @param {Shown[]} people
   */
  show(moments, layer, index, people) {
    this.showHands(moments, index, people);
    const frame = moments.frame(layer, index);
    if (!frame || !this.data) return;
    const { header, skeleton } = this.data;
    const at = (/** @type {Shown} */ { slot }, /** @type {number} */ k) => slot * header.landmarks + k;
    const seen = people.filter((person) => skeleton.landmarks.some((_, k) => !Number.isNaN(frame.picture[3 * at(person, k)])));
    const bodies = seen.map((person) => ({
      person: person.id,
      name: person.named ? person.name : "",
      picture: (/** @type {number} */ k) => place(frame.picture, at(person, k)),
      world: (/** @type {number} */ k) => place(frame.world, at(person, k)),
      visibility: (/** @type {number} */ k) => frame.visibility[at(person, k)],
      presence: (/** @type {number} */ k) => frame.presence[at(person, k)],
    }));
    const kind = Object.keys(header.layers).length > 1 ? ` (${layer})` : "";
    this.body.show(rowsOf(bodies, skeleton.landmarks.map(({ name }) => name), ...header.size), {
      title: `Landmarks of frame ${moments.number(index)}, at ${moments.time(index).toFixed(3)} s${kind}`,
      people: this.data.people.length > 1,
      names: people.some(({ named }) => named),
    });
  }

  /**
   * @param {Moments} moments
   * @param {number} index of the frame
   * @param {Shown[]} people
   */
  showHands(moments, index, people) {
    const frame = moments.hands(index);
    const { hands: look, header } = this.data ?? {};
    if (!this.data || !frame || !look || !header?.hands) return;
    const count = header.hands.landmarks;
    const hands = shownHands(this.data)
      .filter(({ slot }) => !Number.isNaN(frame.picture[3 * slot * count]))
      .map(({ person, side, slot }) => ({
        person,
        name: people.find(({ id, named }) => named && id === person)?.name ?? "",
        hand: side,
        score: frame.score[slot],
        picture: (/** @type {number} */ k) => place(frame.picture, slot * count + k),
        world: (/** @type {number} */ k) => place(frame.world, slot * count + k),
      }));
    this.hands.show(rowsOfHands(hands, look.landmarks.map(({ name }) => name), ...header.size), {
      title: `Hands of frame ${moments.number(index)}, at ${moments.time(index).toFixed(3)} s`,
      people: new Set(header.hands.slots.map(({ person }) => person)).size > 1,
      names: people.some(({ named }) => named),
    });
  }

  end() {
    this.body.end();
    this.hands.end();
  }
}
