// @ts-check
// A curve in numbers: least, largest, range, mean and turning points, as posecore.motion.curve_summary has them in files.

/**
 * @typedef {object} Turn
 * @property {number} index of the frame
 * @property {boolean} isHigh whether the curve turns down there, after rising
 */

/**
 * @typedef {object} CurveNumbers
 * @property {number} least index of the first frame with the least value
 * @property {number} largest index of the first frame with the largest value
 * @property {number} range
 * @property {number} mean
 * @property {Turn[]} turns by frame
 */

/** As TURN_SHARE and _RANGE_PERCENT of the Python module. */
const TURN_SHARE = 0.25;
const RANGE = [0.05, 0.95];

/**
 * @param {{values: ArrayLike<number>, confidence: ArrayLike<number>}} line
 * @param {number} threshold 0 to 1: values that need a landmark below it count as unknown
 * @param {number[]} cuts indices of the first frames of new shots
 * @returns {CurveNumbers | null} null if nothing is known
 */
export function numbersOf({ values, confidence }, threshold, cuts) {
  const frames = [];
  for (let index = 0; index < values.length; index++) {
    if (!Number.isNaN(values[index]) && confidence[index] >= 255 * threshold) frames.push(index);
  }
  if (!frames.length) return null;
  let [least, largest, sum] = [frames[0], frames[0], 0];
  for (const frame of frames) {
    if (values[frame] < values[least]) least = frame;
    if (values[frame] > values[largest]) largest = frame;
    sum += values[frame];
  }
  const sorted = Float64Array.from(frames, (frame) => values[frame]).sort();
  const prominence = TURN_SHARE * (percentile(sorted, RANGE[1]) - percentile(sorted, RANGE[0]));
  const turns = prominence > 0 ? stretches(frames, cuts).flatMap((stretch) => turnsIn(values, stretch, prominence)) : [];
  return {
    least,
    largest,
    range: values[largest] - values[least],
    mean: sum / frames.length,
    turns: turns.sort((one, other) => one.index - other.index),
  };
}

/**
 * The nearest turning point after or before a frame; null if there is none.
 * @param {Turn[]} turns
 * @param {number} index of the frame
 * @param {number} way 1: after it, -1: before it
 */
export function nextTurn(turns, index, way) {
  if (way > 0) return turns.find((turn) => turn.index > index)?.index ?? null;
  return turns.filter((turn) => turn.index < index).at(-1)?.index ?? null;
}

/**
 * Linear between neighbours, as numpy.
 * @param {Float64Array} sorted
 * @param {number} share 0 to 1
 */
function percentile(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  return below + (place % 1) * (sorted[Math.ceil(place)] - below);
}

/**
 * Runs of neighbouring frames of one shot.
 * @param {number[]} frames
 * @param {number[]} cuts
 */
function stretches(frames, cuts) {
  const starts = new Set(cuts);
  /** @type {number[][]} */
  const found = [];
  for (const [place, frame] of frames.entries()) {
    if (!place || frame - frames[place - 1] > 1 || starts.has(frame)) found.push([]);
    found[found.length - 1].push(frame);
  }
  return found;
}

/**
 * @param {ArrayLike<number>} values
 * @param {number[]} stretch neighbouring frames
 * @param {number} prominence that a turn needs
 * @returns {Turn[]}
 */
function turnsIn(values, stretch, prominence) {
  const curve = Float64Array.from(stretch, (frame) => values[frame]);
  const turns = (/** @type {Float64Array} */ heights, /** @type {boolean} */ isHigh) =>
    peaks(heights, prominence).map((place) => ({ index: stretch[place], isHigh }));
  return [...turns(curve, true), ...turns(curve.map((value) => -value), false)];
}

/**
 * Places of peaks whose topographic prominence is large enough; of a flat top the middle.
 * @param {Float64Array} heights
 * @param {number} prominence
 */
function peaks(heights, prominence) {
  const found = [];
  for (let start = 1; start < heights.length - 1; start++) {
    let end = start;
    while (end < heights.length - 1 && heights[end + 1] === heights[start]) end++;
    const isPeak = heights[start - 1] < heights[start] && end < heights.length - 1 && heights[end + 1] < heights[start];
    if (isPeak && heights[start] - Math.max(base(heights, start, -1), base(heights, end, 1)) >= prominence) {
      found.push(Math.floor((start + end) / 2));
    }
    start = end;
  }
  return found;
}

/**
 * The lowest height between a peak and the next higher place on one side.
 * @param {Float64Array} heights
 * @param {number} place
 * @param {number} way
 */
function base(heights, place, way) {
  let lowest = heights[place];
  for (let at = place + way; at >= 0 && at < heights.length && heights[at] <= heights[place]; at += way) {
    lowest = Math.min(lowest, heights[at]);
  }
  return lowest;
}
