// @ts-check
// The table of landmarks of the frame at which the player is paused.

import { rowsOf } from "../shared/landmark_rows.js";
import { LandmarkTable } from "../shared/landmark_table.js";

/** @typedef {import("../types.d.ts").PlayerData} PlayerData */
/** @typedef {import("./moments.js").Moments} Moments */
/** @typedef {import("./people_on_film.js").Shown} Shown */

export class FrameLandmarks {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.table = new LandmarkTable(element, "player");
  }

  /** @param {PlayerData} data */
  begin(data) {
    this.data = data;
    this.table.begin(data.table, "landmarks.csv");
  }

  /**
   * @param {Moments} moments
   * @param {string} layer
   * @param {number} index of the frame
   * @param {Shown[]} people
   */
  show(moments, layer, index, people) {
    const frame = moments.frame(layer, index);
    if (!frame || !this.data) return;
    const { header, skeleton } = this.data;
    const at = (/** @type {Shown} */ { slot }, /** @type {number} */ k) => slot * header.landmarks + k;
    const place = (/** @type {Float32Array} */ values, /** @type {number} */ k) => ({
      x: values[3 * k],
      y: values[3 * k + 1],
      z: values[3 * k + 2],
    });
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
    this.table.show(rowsOf(bodies, skeleton.landmarks.map(({ name }) => name), ...header.size), {
      title: `Landmarks of frame ${moments.number(index)}, at ${moments.time(index).toFixed(3)} s${kind}`,
      people: this.data.people.length > 1,
      names: people.some(({ named }) => named),
    });
  }

  end() {
    this.table.end();
  }
}
