// @ts-check
// The table of landmarks of the frame at which the player is paused: of the body, or of the hands if there are any.

import { BodyAndHands } from "../shared/body_and_hands.js";
import { rowsOf, rowsOfHands } from "../shared/landmark_rows.js";
import { pointOf } from "../shared/points.js";
import { shownHands } from "./hands.js";

/** @typedef {import("../types.d.ts").PlayerData} PlayerData */
/** @typedef {import("./moments.js").Moments} Moments */
/** @typedef {import("./people_on_film.js").Shown} Shown */

export class FrameLandmarks {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.tables = new BodyAndHands(element, "player");
  }

  /** @param {PlayerData} data */
  begin(data) {
    this.data = data;
    this.tables.begin(data.table, data.hands?.table, data.people.length > 0);
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
      picture: (/** @type {number} */ k) => pointOf(frame.picture, at(person, k)),
      world: (/** @type {number} */ k) => pointOf(frame.world, at(person, k)),
      visibility: (/** @type {number} */ k) => frame.visibility[at(person, k)],
      presence: (/** @type {number} */ k) => frame.presence[at(person, k)],
    }));
    const kind = Object.keys(header.layers).length > 1 ? ` (${layer})` : "";
    this.tables.body.show(rowsOf(bodies, skeleton.landmarks.map(({ name }) => name), ...header.size), {
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
        picture: (/** @type {number} */ k) => pointOf(frame.picture, slot * count + k),
        world: (/** @type {number} */ k) => pointOf(frame.world, slot * count + k),
        shows: header.hands?.words[frame.shows[slot]] ?? "",
      }));
    const shown = hands.filter(({ shows }) => shows).map(({ hand, shows }) => `${hand} ${shows}`);
    this.tables.hands?.show(rowsOfHands(hands, look.landmarks.map(({ name }) => name), ...header.size), {
      title: [`Hands of frame ${moments.number(index)}, at ${moments.time(index).toFixed(3)} s`, ...shown].join(" · "),
      people: new Set(header.hands.slots.map(({ person }) => person)).size > 1,
      names: people.some(({ named }) => named),
    });
  }

  end() {
    this.tables.end();
  }
}
