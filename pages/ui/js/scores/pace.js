// @ts-check
// How long the photos that are left take at the visitor's own pace.

// A longer time was a pause.
const LONGEST_MS = 180_000;
const COUNTED = 9;

export class Pace {
  constructor() {
    /** @type {number[]} */
    this.times = [];
    this.began = 0;
  }

  /** A photo is shown. @param {number} now ms */
  begin(now) {
    this.began = now;
  }

  /** It is labelled. @param {number} now ms */
  end(now) {
    const time = now - this.began;
    this.began = now;
    if (time > LONGEST_MS) return;
    this.times.push(time);
    if (this.times.length > COUNTED) this.times.shift();
  }

  /** Median time of the last photos in ms; NaN before the second one. */
  get usual() {
    if (this.times.length < 2) return NaN;
    const sorted = [...this.times].sort((one, other) => one - other);
    const middle = Math.floor(sorted.length / 2);
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** @param {number} done @param {number} total @returns {string} such as "12 of 30 labelled, about 15 min left" */
  said(done, total) {
    const words = `${done} of ${total} labelled`;
    const left = (total - done) * this.usual;
    if (!left) return words; // also NaN
    const minutes = Math.round(left / 60_000);
    return `${words}, about ${minutes < 1 ? "a minute" : `${minutes} min`} left`;
  }
}

/**
 * The photo to label next: first those that were asked for, then those after the current one, then those before it.
 * @param {number} from
 * @param {{state: string}[]} photos
 * @param {number[]} first
 * @returns {number | null} null if all are done
 */
export function nextOpen(from, photos, first) {
  const isOpen = (/** @type {number} */ place) =>
    place !== from && photos[place] && photos[place].state !== "done" && photos[place].state !== "unusable";
  const asked = first.filter(isOpen);
  if (asked.length) return asked.find((place) => first.indexOf(place) > first.indexOf(from)) ?? asked[0];
  for (let step = 1; step < photos.length; step++) {
    const place = (from + step) % photos.length;
    if (isOpen(place)) return place;
  }
  return null;
}
