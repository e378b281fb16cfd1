// @ts-check
// The labels of one photo while they are made: people, their joints, which of them is chosen, and what was before.

import { ALL, JOINTS, MIRROR, ORDER, standing } from "./joints.js";

/** @typedef {import("../types.d.ts").Place} Place */
/** @typedef {import("../types.d.ts").Joint} Joint */
/** @typedef {Joint[]} Person */
/** @typedef {{people: Person[], person: number | null, joint: number | null}} State */

export const ABSENT = 0;
export const HIDDEN = 1;
export const VISIBLE = 2;
export const STATES = ["absent", "hidden", "visible"];

const MOST_REMEMBERED = 300;

export class Labels {
  /**
   * @param {(number | null)[][]} people 51 numbers each, as COCO has them
   * @param {[number, number]} size of the photo
   */
  constructor(people, size) {
    this.size = size;
    /** @type {Person[]} */
    this.people = people.map((flat) => personOf(flat));
    for (const joint of this.people.flat()) joint.at &&= this.#inside(joint.at);
    /** The person whose joints keys change. @type {number | null} */
    this.person = people.length ? 0 : null;
    /** The joint that keys move. @type {number | null} */
    this.joint = null;
    /** @type {State[]} */
    this.before = [];
    /** @type {State[]} */
    this.after = [];
    this.isNudging = false;
    /** Rises with every change, also with those taken back. */
    this.changes = 0;
  }

  /** @returns {Person | null} */
  get chosenPerson() {
    return this.person === null ? null : (this.people[this.person] ?? null);
  }

  /** @returns {Joint | null} */
  get chosen() {
    return this.joint === null ? null : (this.chosenPerson?.[this.joint] ?? null);
  }

  /** As COCO has them: x, y and visibility of each joint; an absent joint is 0, 0, 0. */
  get flat() {
    return this.people.map((person) => person.flatMap(({ at, state }) => (at && state ? [...at, state] : [0, 0, 0])));
  }

  /** @param {number} person @param {number | null} [joint] */
  choose(person, joint = null) {
    this.isNudging = false;
    this.person = person;
    this.joint = joint;
  }

  /** No joint is chosen. */
  release() {
    this.isNudging = false;
    this.joint = null;
  }

  /**
   * Choose the next joint in the order of limbs.
   * @param {1 | -1} step
   * @returns {boolean} false after the last and before the first, and if there is nobody
   */
  stepJoint(step) {
    if (!this.chosenPerson) return false;
    const place = this.joint === null ? (step > 0 ? -1 : ORDER.length) : ORDER.indexOf(this.joint);
    const next = ORDER[place + step];
    if (next === undefined) return false;
    this.choose(/** @type {number} */ (this.person), next);
    return true;
  }

  /** @param {1 | -1} step */
  stepPerson(step) {
    const { length } = this.people;
    if (!length) return false;
    this.choose(((this.person ?? (step > 0 ? -1 : 0)) + step + length) % length, this.joint);
    return true;
  }

  /** A drag of a joint begins. @param {number} person @param {number} joint */
  grab(person, joint) {
    this.#keep();
    this.choose(person, joint);
  }

  /** @param {Place} place of the chosen joint; an absent one is visible then */
  drag(place) {
    const { chosen } = this;
    if (!chosen) return;
    chosen.at = this.#inside(place);
    if (chosen.state === ABSENT) chosen.state = VISIBLE;
    this.changes += 1;
  }

  /** Put the chosen joint somewhere, in one step. @param {Place} place */
  put(place) {
    if (!this.chosen) return false;
    this.#keep();
    this.drag(place);
    return true;
  }

  /**
   * Move the chosen joint. Moves in a row are undone in one step.
   * @param {number} right
   * @param {number} down pixels
   */
  nudge(right, down) {
    const { chosen } = this;
    if (!chosen || chosen.state === ABSENT || !chosen.at) return false;
    if (!this.isNudging) this.#keep();
    this.isNudging = true;
    chosen.at = this.#inside([chosen.at[0] + right, chosen.at[1] + down]);
    this.changes += 1;
    return true;
  }

  /**
   * Make the chosen joint hidden or absent, or visible if it is that already.
   * @param {number} state
   */
  mark(state) {
    const { chosen } = this;
    if (!chosen) return false;
    this.#keep();
    chosen.state = chosen.state === state && state !== VISIBLE ? VISIBLE : state;
    if (chosen.state !== ABSENT && !chosen.at) chosen.at = this.#likelyPlace();
    return true;
  }

  /** Make all joints of the person that are there visible, or hidden if none is. */
  flipVisible() {
    const there = this.chosenPerson?.filter(({ state }) => state !== ABSENT) ?? [];
    if (!there.length) return false;
    const state = there.some((joint) => joint.state === HIDDEN) ? VISIBLE : HIDDEN;
    this.#keep();
    for (const joint of /** @type {Person} */ (this.chosenPerson)) if (joint.state !== ABSENT) joint.state = state;
    return true;
  }

  /** Swap left and right of the person. @param {number[]} [joints] only these */
  swap(joints = ALL) {
    if (!this.chosenPerson || !joints.length) return false;
    this.#keep();
    const person = /** @type {Person} */ (this.chosenPerson);
    const before = [...person];
    for (const joint of joints) person[joint] = before[MIRROR[joint]];
    return true;
  }

  /**
   * Add a person and choose them.
   * @param {{at: Place} | {box: [number, number, number, number]}} where a standing person is put
   */
  add(where) {
    this.addPerson(standing(where, this.size).map((at) => ({ at: this.#inside(at), state: VISIBLE })));
  }

  /** @param {Person} person */
  addPerson(person) {
    this.#keep();
    this.people.push(person);
    this.choose(this.people.length - 1);
  }

  /** Remove the chosen person. */
  remove() {
    if (this.person === null || !this.chosenPerson) return false;
    this.#keep();
    this.people.splice(this.person, 1);
    this.person = this.people.length ? Math.min(this.person, this.people.length - 1) : null;
    this.joint = null;
    return true;
  }

  /** Nobody is in this photo. */
  clear() {
    if (!this.people.length) return false;
    this.#keep();
    [this.people, this.person, this.joint] = [[], null, null];
    return true;
  }

  undo() {
    return this.#travel(this.before, this.after);
  }

  redo() {
    return this.#travel(this.after, this.before);
  }

  /**
   * The joint nearest to a place. One of the chosen person comes first, unless another is much nearer.
   * @param {Place} place
   * @param {number} reach pixels
   * @returns {{person: number, joint: number} | null} null if none is that near
   */
  near(place, reach) {
    let nearest = null;
    let least = Infinity;
    for (const [person, joints] of this.people.entries()) {
      for (const [joint, { at, state }] of joints.entries()) {
        if (!at || state === ABSENT) continue;
        const away = Math.hypot(at[0] - place[0], at[1] - place[1]);
        // The chosen joint was chosen to be moved: its neighbours must not take the pointer from it.
        const isChosen = person === this.person && joint === this.joint;
        const counted = away * (isChosen ? 0.5 : person === this.person ? 0.8 : 1);
        if (away <= reach && counted < least) [nearest, least] = [{ person, joint }, counted];
      }
    }
    return nearest;
  }

  /**
   * The box around everybody, or around the chosen person.
   * @param {boolean} [ofChosen]
   * @returns {[number, number, number, number] | null} left, top, width and height; null if there is no joint
   */
  box(ofChosen = false) {
    const people = ofChosen ? (this.chosenPerson ? [this.chosenPerson] : []) : this.people;
    return boxAround(people.flat());
  }

  #keep() {
    this.isNudging = false;
    this.changes += 1;
    this.before.push(this.#copy());
    if (this.before.length > MOST_REMEMBERED) this.before.shift();
    this.after = [];
  }

  /** @returns {State} */
  #copy() {
    const people = this.people.map((person) => person.map((joint) => ({ ...joint })));
    return { people, person: this.person, joint: this.joint };
  }

  /** @param {State[]} from @param {State[]} to */
  #travel(from, to) {
    const state = from.pop();
    if (!state) return false;
    to.push(this.#copy());
    this.isNudging = false;
    this.changes += 1;
    Object.assign(this, state);
    return true;
  }

  /** Near the same joint of the other side, or in the middle of the person. @returns {Place} */
  #likelyPlace() {
    const person = /** @type {Person} */ (this.chosenPerson);
    const other = person[MIRROR[/** @type {number} */ (this.joint)]];
    if (other.at && other.state !== ABSENT) return [...other.at];
    const box = boxAround(person);
    return box ? [box[0] + box[2] / 2, box[1] + box[3] / 2] : [this.size[0] / 2, this.size[1] / 2];
  }

  /** @param {Place} place @returns {Place} to a tenth of a pixel */
  #inside([x, y]) {
    const within = (/** @type {number} */ value, /** @type {number} */ most) =>
      Math.min(Math.round(10 * Math.max(value, 0)) / 10, most);
    return [within(x, this.size[0]), within(y, this.size[1])];
  }
}

/** @param {(number | null)[]} flat 51 numbers, or null for a place that is not known @returns {Person} */
export function personOf(flat) {
  return JOINTS.map((_, joint) => {
    const [x, y, state] = flat.slice(3 * joint, 3 * joint + 3);
    const there = Boolean(state) && x !== null && y !== null;
    return { at: there ? /** @type {Place} */ ([x, y]) : null, state: there ? Number(state) : ABSENT };
  });
}

/** @param {Person} person @returns {[number, number, number, number] | null} */
function boxAround(person) {
  const places = person.flatMap(({ at, state }) => (at && state !== ABSENT ? [at] : []));
  if (!places.length) return null;
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}
