// @ts-check
// The measures on a picture: lines and angles, what was done to them, and how to undo it.

import { placeOf } from "./geometry.js";

/** @typedef {import("../types.d.ts").Place} Place */
/** @typedef {import("../types.d.ts").Handle} Handle */
/** @typedef {import("../types.d.ts").Measure} Measure */
/** @typedef {import("../types.d.ts").MeasuredPerson} MeasuredPerson */

export const HANDLES = { line: 2, angle: 3 };
const MOST = 20; // more hide the picture
const MOST_UNDONE = 100;
// Metres: from the thickness of a coin to a running track.
export const LEAST_M = 0.001;
export const MOST_M = 1000;

export class Measures {
  constructor() {
    /** @type {Measure[]} */
    this.all = [];
    /** @type {string[]} */
    this.before = []; // what there was before each change
    this.newest = 0; // id
    this.lastChange = "";
  }

  get isFull() {
    return this.all.length >= MOST;
  }

  get canUndo() {
    return this.before.length > 0;
  }

  /** @param {number} id @returns {Measure | undefined} */
  find(id) {
    return this.all.find((measure) => measure.id === id);
  }

  /**
   * @param {Measure["kind"]} kind
   * @param {Handle[]} handles as many as the kind has
   * @returns {Measure | null} null if there are too many
   */
  add(kind, handles) {
    if (this.isFull) return null;
    this.remember();
    const measure = { id: ++this.newest, kind, handles, metres: null };
    this.all.push(measure);
    return measure;
  }

  /**
   * @param {number} id
   * @param {number} place of the handle in the measure
   * @param {Handle} handle
   * @param {string} [change] several of the same name in a row are undone together, such as those of one drag
   */
  move(id, place, handle, change = "") {
    const measure = this.find(id);
    if (!measure) return;
    this.remember(change);
    measure.handles[place] = handle;
  }

  /**
   * Say how long a line is.
   * @param {number} id
   * @param {number | null} metres null: not known
   * @returns {boolean} whether it can be that long
   */
  setLength(id, metres) {
    const measure = this.find(id);
    if (!measure || (metres !== null && !(metres >= LEAST_M && metres <= MOST_M))) return false;
    if (metres === measure.metres) return true;
    this.remember();
    measure.metres = metres;
    return true;
  }

  /** @param {number} id */
  remove(id) {
    if (!this.find(id)) return;
    this.remember();
    this.all = this.all.filter((measure) => measure.id !== id);
  }

  clear() {
    if (!this.all.length) return;
    this.remember();
    this.all = [];
  }

  undo() {
    const before = this.before.pop();
    if (before !== undefined) this.all = JSON.parse(before);
    this.lastChange = "";
  }

  /** @param {string} [change] */
  remember(change = "") {
    const goesOn = change !== "" && change === this.lastChange;
    this.lastChange = change;
    if (goesOn) return;
    this.before.push(JSON.stringify(this.all));
    this.before.splice(0, this.before.length - MOST_UNDONE);
  }
}

/**
 * A handle moved by some pixels; it follows no landmark then.
 * @param {Handle} handle
 * @param {Place} by
 * @param {MeasuredPerson[]} people
 * @param {Place} size of the picture
 * @returns {Handle}
 */
export function movedBy(handle, by, people, size) {
  const [x, y] = placeOf(handle, people) ?? handle.at;
  return { at: within([x + by[0], y + by[1]], size), follows: null };
}

/**
 * @param {Place} place
 * @param {Place} size of the picture
 * @returns {Place}
 */
export function within([x, y], [width, height]) {
  return [Math.max(0, Math.min(x, width)), Math.max(0, Math.min(y, height))];
}

/**
 * Where a measure begins that is made with the keyboard, in the middle of the picture.
 * @param {Measure["kind"]} kind
 * @param {Place} size of the picture
 * @returns {Handle[]}
 */
export function usualHandles(kind, [width, height]) {
  const shares = kind === "line" ? [[0.35, 0.5], [0.65, 0.5]] : [[0.65, 0.5], [0.4, 0.5], [0.55, 0.3]];
  return shares.map(([x, y]) => ({ at: [x * width, y * height], follows: null }));
}
