// @ts-check
// Which moment of the second belongs to one of the first: as it was aligned, or by a moment that the viewer chose.

import { nearestTo, slopeAt, valueAt } from "./following.js";

/** @typedef {{from: number[], to: number[]}} Aligned */
/** @typedef {"aligned" | "moment"} By */

export class Sync {
  /**
   * @param {Aligned | null} aligned null: both could not be aligned
   * @param {By} by to begin with
   * @param {number} offset to begin with, in seconds
   */
  constructor(aligned, by, offset) {
    this.aligned = aligned;
    /** @type {By} */
    this.by = aligned ? by : "moment";
    this.offset = offset;
    this.apart = false; // while the viewer moves each by itself
  }

  /**
   * The same moment in the second, which may be before its first frame or after its last one.
   * @param {number} time of the first, in seconds
   */
  inSecond(time) {
    if (this.by === "moment" || !this.aligned) return time + this.offset;
    return valueAt(this.aligned.from, this.aligned.to, time);
  }

  /**
   * Whether a time of the first has the same moment in the second, as far as that is known.
   * @param {number} time of the first, in seconds
   */
  covers(time) {
    if (this.by === "moment" || !this.aligned) return true;
    const { from } = this.aligned;
    return time >= from[0] && time <= from[from.length - 1];
  }

  /**
   * Seconds of the second for each second of the first.
   * @param {number} time of the first, in seconds
   */
  slope(time) {
    return this.by === "moment" || !this.aligned ? 1 : slopeAt(this.aligned, time);
  }

  /**
   * Take these times for the same moment.
   * @param {number} first
   * @param {number} second
   */
  sameMoment(first, second) {
    this.by = "moment";
    this.offset = second - first;
    this.apart = false;
  }
}

/**
 * The second's values at the times of the first.
 * @param {ArrayLike<number>} times of the first
 * @param {Sync} sync
 * @param {{times: ArrayLike<number>, values: ArrayLike<number>}} second
 * @returns {Float32Array} NaN where the second has no such moment
 */
export function onFirst(times, sync, { times: own, values }) {
  const last = own.length - 1;
  const reach = last > 0 ? (own[last] - own[0]) / last : 0; // a frame's time beyond its ends
  return Float32Array.from(times, (time) => {
    const wanted = sync.inSecond(time);
    if (!sync.covers(time) || wanted < own[0] - reach || wanted > own[last] + reach) return NaN;
    return values[nearestTo(own, wanted)];
  });
}

/**
 * How the second is shifted, in words.
 * @param {number} offset in seconds
 */
export function offsetInWords(offset) {
  const size = Math.abs(offset).toFixed(2);
  if (size === "0.00") return "no offset";
  return `second ${size} s ${offset > 0 ? "later" : "earlier"} in its video`;
}
