// @ts-check
// How the second of two aligned videos follows the first.

const STEADY_S = 0.3; // the alignment goes in steps of 1/15 s; means over so long before and after are smooth
const SLOPE_S = 0.5;
const CATCH_UP_S = 0.5; // in which a small lag is made up for
const TOO_FAR_S = 0.4; // a larger one is sought
const SLOWEST = 0.0625; // browsers play no slower
const FASTEST = 4;

/**
 * Times of the second at increasing times of the first, without the steps of an alignment.
 * @param {ArrayLike<number>} first times in seconds, which never decrease
 * @param {ArrayLike<number>} second the same moments
 * @returns {{from: number[], to: number[]}}
 */
export function steadied(first, second) {
  /** @type {number[]} */
  const from = [];
  /** @type {number[][]} */
  const of = [];
  for (let index = 0; index < first.length; index++) {
    if (first[index] !== from.at(-1)) {
      from.push(first[index]);
      of.push([]);
    }
    of[of.length - 1].push(second[index]);
  }
  const means = of.map((times) => mean(times));
  const step = (from[from.length - 1] - from[0]) / Math.max(1, from.length - 1);
  const most = step > 0 ? Math.round(STEADY_S / step) : 0;
  let latest = -Infinity;
  const to = means.map((_, place) => {
    const reach = Math.min(most, place, means.length - 1 - place);
    latest = Math.max(latest, mean(means.slice(place - reach, place + reach + 1)));
    return latest;
  });
  return { from, to };
}

const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The value at a time, between the moments; before the first and after the last one, theirs.
 * @param {ArrayLike<number>} times increasing
 * @param {ArrayLike<number>} values
 * @param {number} time
 */
export function valueAt(times, values, time) {
  const after = placeAfter(times, time);
  if (after === 0) return values[0];
  if (after === times.length) return values[times.length - 1];
  const share = (time - times[after - 1]) / (times[after] - times[after - 1]);
  return values[after - 1] + share * (values[after] - values[after - 1]);
}

/**
 * The place of the moment nearest to a time.
 * @param {ArrayLike<number>} times that never decrease
 * @param {number} time
 */
export function nearestTo(times, time) {
  const after = Math.min(placeAfter(times, time), times.length - 1);
  const before = Math.max(0, after - 1);
  return time - times[before] < times[after] - time ? before : after;
}

/**
 * @param {ArrayLike<number>} times
 * @param {number} time
 */
function placeAfter(times, time) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Seconds of the second for each second of the first, around a time of the first.
 * @param {{from: number[], to: number[]}} aligned
 * @param {number} time
 */
export function slopeAt({ from, to }, time) {
  return (valueAt(from, to, time + SLOPE_S / 2) - valueAt(from, to, time - SLOPE_S / 2)) / SLOPE_S;
}

/**
 * What the second is to do now.
 * @param {{wanted: number, now: number, slope: number, speed: number}} state wanted, now: times of the second, in
 *   seconds; slope: as from ``slopeAt``; speed: of the first
 * @returns {{seek: boolean, rate: number}} seek: go to the wanted time; rate: at which to play, 0: wait
 */
export function follow({ wanted, now, slope, speed }) {
  const lag = wanted - now;
  if (Math.abs(lag) > TOO_FAR_S * Math.max(1, speed)) return { seek: true, rate: bounded(slope * speed) };
  return { seek: false, rate: bounded(slope * speed + lag / CATCH_UP_S) };
}

const bounded = (/** @type {number} */ rate) => (rate < SLOWEST ? 0 : Math.min(rate, FASTEST));
