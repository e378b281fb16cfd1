// @ts-check
// The frames of the last half minute, and what the live panel shows of them: people, angles and rates.

import { SECONDS } from "../live/angle_series.js";
import { measureAngle } from "./angles.js";

/** @typedef {import("../types.d.ts").Angle} Angle */
/** @typedef {import("../types.d.ts").Answer} Answer */
/** @typedef {import("../types.d.ts").DeviceFrame} DeviceFrame */
/** @typedef {import("../types.d.ts").DeviceHand} DeviceHand */
/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */
/** @typedef {import("../types.d.ts").LiveHand} LiveHand */
/** @typedef {import("../types.d.ts").LivePerson} LivePerson */

const MOST = 2000;

export class Remembered {
  constructor() {
    /** The oldest first. @type {DeviceFrame[]} */
    this.frames = [];
    this.beganS = 0; // on the clock of the frames
  }

  /** @param {DeviceFrame} frame */
  add(frame) {
    if (!this.frames.length) this.beganS = frame.timeS;
    this.frames.push(frame);
    const old = this.frames.findIndex(({ timeS }) => timeS >= frame.timeS - SECONDS);
    this.frames.splice(0, Math.max(old, this.frames.length - MOST));
  }

  /** @returns {DeviceFrame | null} */
  get newest() {
    return this.frames.at(-1) ?? null;
  }

  /**
   * What is shown of a frame: its people, and the angles of all frames after a known one up to it.
   * @param {DeviceFrame} shown
   * @param {number} since number of the known frame
   * @param {Angle[]} angles
   * @param {string[]} colors of people, in turn
   * @param {string} words what its hands show
   * @returns {Pick<Answer, "number" | "time_s" | "size" | "people" | "hands" | "angles">}
   */
  report(shown, since, angles, colors, words) {
    const fresh = this.frames.filter(({ number }) => number > since && number <= shown.number);
    const colorOf = (/** @type {number} */ id) => colors[(id - 1) % colors.length];
    const people = shown.people.map(({ id }) => {
      const values = angles.map((angle) => /** @type {const} */ ([angle.name, fresh.map((frame) => valueIn(frame, id, angle))]));
      return { id, color: colorOf(id), values: Object.fromEntries(values) };
    });
    const times = fresh.map(({ timeS }) => timeS - this.beganS);
    return {
      number: shown.number,
      time_s: shown.timeS - this.beganS,
      size: shown.size,
      people: shown.people.map((person) => livePerson(person, colorOf(person.id))),
      hands: shown.hands && { words, found: shown.hands.map(liveHand) },
      angles: { times, people },
    };
  }

  /** Whether nobody and no hand was seen for this long, up to now. @param {number} seconds */
  isEmptySince(seconds) {
    const { newest } = this;
    if (!newest || this.frames[0].timeS > newest.timeS - seconds) return false;
    return this.frames.every(({ timeS, people, hands }) => timeS <= newest.timeS - seconds || !(people.length || hands?.length));
  }
}

/**
 * @param {DeviceFrame} frame
 * @param {number} id
 * @param {Angle} angle
 */
function valueIn({ people }, id, angle) {
  const person = people.find((one) => one.id === id);
  return person ? measureAngle(angle, person) : null;
}

/** @param {number} value */
const there = (value) => (Number.isFinite(value) ? value : null);
/** @param {Float32Array} values */
const list = (values) => [...values].map(there);
/**
 * @param {Float32Array} values
 * @param {number} width
 */
const rows = (values, width) => Array.from({ length: values.length / width }, (_, k) => list(values.subarray(width * k, width * (k + 1))));

/**
 * @param {DevicePerson} person
 * @param {string} color
 * @returns {LivePerson}
 */
export function livePerson({ id, xy, z, world, visibility, presence }, color) {
  return { id, color, xy: rows(xy, 2), z: list(z), world: rows(world, 3), visibility: list(visibility), presence: list(presence) };
}

/**
 * @param {DeviceHand} hand
 * @returns {LiveHand}
 */
function liveHand({ person, side, score, xy, z, world }) {
  return { person, side, score, xy: rows(xy, 2), z: list(z), world: rows(world, 3) };
}
