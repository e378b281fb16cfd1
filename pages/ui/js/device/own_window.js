// @ts-check
// The one person whom the device itself follows, in the frames of the last half minute, by the rules of
// posecore/motion/exercises/live_window.py.

import { OwnBody, middleValue } from "./own_body.js";

/** @typedef {import("../types.d.ts").DeviceFrame} DeviceFrame */
/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */
/** @typedef {import("../types.d.ts").OwnExercise} OwnExercise */
/** @typedef {import("./own_body.js").Seen} Seen */
/** @typedef {Pick<DeviceFrame, "timeS" | "size" | "people">} Moment */

const WINDOW_S = 30;
const CLOSEST_S = 1 / 35;
const AWAY_S = 5;
const LARGER = 1.25;
const NEAR_TRUNKS = 2;
const IN_VIEW_S = 1;
const IN_VIEW = 0.5;
const MARGIN = 0.2;
const LONGEST_GAP_S = 1;
const JUMP_TRUNKS = 1; // of the hips, from one frame to the next
const JUMP_TRUNKS_PER_S = 12;
const AROUND = 7; // frames before and after a jump
const [SHOULDERS, HIPS] = [
  [11, 12],
  [23, 24],
];

export class OwnWindow {
  /** @param {OwnExercise} exercise */
  constructor(exercise) {
    this.exercise = exercise;
    /** The oldest first; person: null if they are not seen. @type {{timeS: number, person: DevicePerson | null}[]} */
    this.moments = [];
    /** @type {[number, number]} */
    this.size = [1, 1];
    /** What was done before is forgotten. */
    this.begunS = -Infinity;
    this.isFree = true; // anybody clearly larger is followed instead
    /** @type {DevicePerson | null} */
    this.last = null;
    this.seenS = -Infinity;
  }

  get nowS() {
    return this.moments.at(-1)?.timeS ?? -Infinity;
  }

  /** @param {Moment} frame */
  add({ timeS, size, people }) {
    if (timeS - this.nowS < CLOSEST_S) return;
    if (timeS - this.seenS > AWAY_S) this.last = null;
    const person = this.follow(people);
    if (`${size}` !== `${this.size}`) this.moments = [];
    this.size = size;
    if (person) [this.last, this.seenS] = [person, timeS];
    this.moments.push({ timeS, person });
    while (this.moments[0].timeS <= timeS - WINDOW_S) this.moments.shift();
  }

  /** Follow nobody else from now on, and forget what was done before. */
  begin() {
    if (!this.isFree) return;
    [this.isFree, this.begunS] = [false, this.nowS];
  }

  /**
   * @param {DevicePerson[]} people
   * @returns {DevicePerson | null}
   */
  follow(people) {
    if (!people.length) return null;
    const largest = people.reduce((one, other) => (sizeOf(other) > sizeOf(one) ? other : one));
    const { last } = this;
    if (!last) {
      this.moments = [];
      return largest;
    }
    const same = people.find(({ id }) => id === last.id) ?? people.find((each) => isNear(each, last)) ?? null;
    if (this.isFree && same !== largest && (!same || sizeOf(largest) > LARGER * sizeOf(same))) {
      this.moments = [];
      return largest;
    }
    return same;
  }

  /**
   * Parts of the body that are not in view; null if nobody was for a moment.
   * @returns {string[] | null}
   */
  get missing() {
    const lately = this.moments.filter(({ timeS }) => timeS > this.nowS - IN_VIEW_S);
    const seen = lately.flatMap(({ person }) => person ?? []);
    if (lately.length < 2 || this.nowS - lately[0].timeS < 0.6 * IN_VIEW_S || seen.length < 0.8 * lately.length) return null;
    const isSure = (/** @type {number} */ k) => {
      const sure = seen.map((person) => (this.isInside(person, k) ? person.visibility[k] : 0));
      return sure.reduce((sum, value) => sum + value, 0) / seen.length >= IN_VIEW;
    };
    return [...new Set(this.exercise.parts.filter(({ landmarks }) => !landmarks.some(isSure)).map(({ name }) => name))];
  }

  /**
   * @param {DevicePerson} person
   * @param {number} k
   */
  isInside({ xy }, k) {
    return [0, 1].every((axis) => Math.abs(xy[2 * k + axis] / this.size[axis] - 0.5) < 0.5 + MARGIN);
  }

  /**
   * The person in each stretch in which they are not unseen for too long, nor suddenly elsewhere.
   * @param {number} shortestS
   * @returns {OwnBody[]}
   */
  bodies(shortestS) {
    const seen = this.moments.flatMap(({ timeS, person }) => (person && timeS >= this.begunS ? { timeS, person } : []));
    if (seen.length < 2) return [];
    const usualS = middleValue(seen.slice(1).map(({ timeS }, at) => timeS - seen[at].timeS));
    const longestS = Math.min(Math.max(LONGEST_GAP_S, 2.5 * usualS), 3);
    const moved = movedAway(seen);
    /** @type {Seen[][]} */
    const parts = [[seen[0]]];
    seen.slice(1).forEach((each, at) => {
      if (each.timeS - seen[at].timeS > longestS || moved[at]) parts.push([each]);
      else parts[parts.length - 1].push(each);
    });
    const long = parts.filter((part) => part[part.length - 1].timeS - part[0].timeS > shortestS);
    return long.map((part) => new OwnBody(part, this.exercise.measures, shortestS));
  }
}

/**
 * Between each moment and the next: whether somebody is suddenly elsewhere, and stays there. Another picture is faded in, or
 * another person; landmarks that only flicker come back.
 * @param {Seen[]} seen
 * @returns {boolean[]}
 */
function movedAway(seen) {
  const trunks = seen.map(({ person }) => trunkOf(person));
  const lengths = trunks.flatMap(({ length }) => (Number.isFinite(length) ? length : []));
  const trunk = Math.max(lengths.length ? middleValue(lengths) : 0, 1e-6);
  const between = (/** @type {typeof trunks} */ some, /** @type {typeof trunks} */ others) => {
    const [x, y] = /** @type {("x" | "y")[]} */ (["x", "y"]).map((axis) =>
      [others, some].map((each) => middleValue(each.map((one) => one[axis]))).reduce((to, from) => to - from),
    );
    return Math.hypot(x, y) / trunk;
  };
  return trunks.slice(1).map((next, at) => {
    const path = between([trunks[at]], [next]);
    if (!(path > JUMP_TRUNKS && path > JUMP_TRUNKS_PER_S * (seen[at + 1].timeS - seen[at].timeS))) return false;
    return between(trunks.slice(Math.max(0, at + 1 - AROUND), at + 1), trunks.slice(at + 1, at + 1 + AROUND)) > JUMP_TRUNKS;
  });
}

/** Diagonal of a person's box. @param {DevicePerson} person */
function sizeOf({ xy }) {
  const of = (/** @type {number} */ axis) => xy.filter((value, at) => at % 2 === axis && Number.isFinite(value));
  const range = (/** @type {Float32Array} */ values) => (values.length ? Math.max(...values) - Math.min(...values) : 0);
  return Math.hypot(range(of(0)), range(of(1)));
}

/**
 * @param {DevicePerson} person
 * @param {DevicePerson} last
 */
function isNear(person, last) {
  const [now, before] = [trunkOf(person), trunkOf(last)];
  const length = Math.max(before.length, 1e-6);
  const change = now.length / length;
  return Math.hypot(now.x - before.x, now.y - before.y) / length < NEAR_TRUNKS && change > 0.5 && change < 2;
}

/** @param {DevicePerson} person */
function trunkOf({ xy }) {
  const middle = (/** @type {number[]} */ [left, right], /** @type {number} */ axis) => (xy[2 * left + axis] + xy[2 * right + axis]) / 2;
  const [x, y] = [middle(HIPS, 0), middle(HIPS, 1)];
  return { x, y, length: Math.hypot(middle(SHOULDERS, 0) - x, middle(SHOULDERS, 1) - y) };
}
