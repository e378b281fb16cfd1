// @ts-check
// The corners of one thing while they are picked: which is next, which is chosen, and what was before.

/** @typedef {import("../types.d.ts").Place} Place */
/** @typedef {{places: (Place | null)[], skipped: boolean[], chosen: number | null, next: number | null}} State */

const MOST_REMEMBERED = 200;

export class Corners {
  /**
   * @param {(Place | null)[]} places where each corner was picked before
   * @param {[number, number]} size of the photo
   */
  constructor(places, size) {
    this.size = size;
    this.places = [...places];
    /** Corners that cannot be seen. */
    this.skipped = places.map(() => false);
    /** The corner that keys move. @type {number | null} */
    this.chosen = null;
    /** The corner that is picked next. @type {number | null} */
    this.next = this.#openAfter(-1);
    /** @type {State[]} */
    this.before = [];
    this.isNudging = false;
  }

  /** @param {Place} place of the next corner; if all are picked, nothing happens */
  pick(place) {
    if (this.next === null) return false;
    this.#keep();
    const corner = this.next;
    this.places[corner] = this.#inside(place);
    this.skipped[corner] = false;
    this.chosen = corner;
    this.next = this.#openAfter(corner);
    return true;
  }

  /** @param {number} corner to move with keys, or to pick next if it is not picked */
  choose(corner) {
    this.isNudging = false;
    if (this.places[corner]) {
      this.chosen = corner;
    } else {
      this.skipped[corner] = false;
      this.next = corner;
    }
  }

  /** A drag of a corner begins. @param {number} corner */
  grab(corner) {
    this.#keep();
    this.chosen = corner;
  }

  /** @param {number} corner @param {Place} place */
  drag(corner, place) {
    this.places[corner] = this.#inside(place);
  }

  /**
   * Move the chosen corner. Moves in a row are undone in one step.
   * @param {number} right
   * @param {number} down pixels
   */
  nudge(right, down) {
    const place = this.chosen === null ? null : this.places[this.chosen];
    if (!place || this.chosen === null) return false;
    if (!this.isNudging) this.#keep();
    this.isNudging = true;
    this.places[this.chosen] = this.#inside([place[0] + right, place[1] + down]);
    return true;
  }

  /** The next corner cannot be seen. */
  skip() {
    if (this.next === null) return;
    this.#keep();
    this.skipped[this.next] = true;
    this.next = this.#openAfter(this.next);
  }

  /** Take back the chosen corner, which is then picked next. */
  remove() {
    if (this.chosen === null || !this.places[this.chosen]) return;
    this.#keep();
    this.places[this.chosen] = null;
    this.next = this.chosen;
    this.chosen = null;
  }

  clear() {
    this.#keep();
    this.places.fill(null);
    this.skipped.fill(false);
    this.chosen = null;
    this.next = this.#openAfter(-1);
  }

  undo() {
    const state = this.before.pop();
    if (!state) return;
    this.isNudging = false;
    Object.assign(this, state);
  }

  /** How many are picked. */
  get count() {
    return this.places.filter(Boolean).length;
  }

  /**
   * The picked corner nearest to a place.
   * @param {Place} place
   * @param {number} reach pixels
   * @returns {number | null} null if none is that near
   */
  near(place, reach) {
    let nearest = null;
    let least = reach;
    this.places.forEach((there, corner) => {
      if (!there) return;
      const away = Math.hypot(there[0] - place[0], there[1] - place[1]);
      if (away <= least) [nearest, least] = [corner, away];
    });
    return nearest;
  }

  #keep() {
    this.isNudging = false;
    const { places, skipped, chosen, next } = this;
    this.before.push({ places: [...places], skipped: [...skipped], chosen, next });
    if (this.before.length > MOST_REMEMBERED) this.before.shift();
  }

  /** @param {number} corner @returns {number | null} the next one that is neither picked nor skipped */
  #openAfter(corner) {
    const { length } = this.places;
    for (let step = 1; step <= length; step++) {
      const at = (corner + step + length) % length;
      if (!this.places[at] && !this.skipped[at]) return at;
    }
    return null;
  }

  /** @param {Place} place @returns {Place} to a tenth of a pixel */
  #inside([x, y]) {
    const [width, height] = this.size;
    const within = (/** @type {number} */ value, /** @type {number} */ most) =>
      Math.round(10 * Math.min(Math.max(value, 0), most)) / 10;
    return [within(x, width), within(y, height)];
  }
}

/**
 * Where a magnifier is put so that the hand does not hide it: above the place, or below it if there is no room.
 * @param {Place} at of the finger, in the photo as it is shown
 * @param {number} width of the photo as it is shown
 * @param {number} lens its width
 * @param {number} above room above the photo in the window
 * @returns {Place} its centre
 */
export function lensPlace([x, y], width, lens, above) {
  const half = lens / 2;
  const away = half + 40;
  const across = width <= lens ? width / 2 : Math.min(Math.max(x, half), width - half);
  return [across, y - away - half < -above ? y + away : y - away];
}
