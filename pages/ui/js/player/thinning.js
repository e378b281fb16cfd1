// @ts-check
// Reduce curves of many frames to as many points and stretches as can be seen.

const MOST_POINTS = 1500; // of a curve: the minimum and the maximum of each stretch

const finite = (/** @type {number} */ value) => (Number.isNaN(value) ? null : value);

/**
 * A curve with a gap before each cut, so that no line is drawn across it.
 * @param {{times: ArrayLike<number>, values: ArrayLike<number>}} curve
 * @param {number[]} cuts times of frames
 * @returns {[number[], number[]]} times and values
 */
export function cutApart({ times, values }, cuts) {
  const starts = new Set(cuts);
  /** @type {[number, number][]} */
  const points = Array.from(times).flatMap((time, index) =>
    starts.has(time) ? [[time, NaN], [time, values[index]]] : [[time, values[index]]],
  );
  return [points.map(([time]) => time), points.map(([, value]) => value)];
}

/**
 * The minimum and maximum of each stretch, in order, so that no peak is lost. A stretch with a gap keeps the gap.
 * @param {ArrayLike<number>} times
 * @param {ArrayLike<number>} values NaN in gaps
 * @returns {{x: number[], y: (number | null)[]}}
 */
export function thinned(times, values) {
  const step = Math.ceil((2 * values.length) / MOST_POINTS);
  if (step <= 2) return { x: Array.from(times), y: Array.from(values, finite) };
  /** @type {{x: number[], y: (number | null)[]}} */
  const kept = { x: [], y: [] };
  for (let first = 0; first < values.length; first += step) {
    let [least, most, gap] = [-1, -1, -1];
    for (let index = first; index < Math.min(first + step, values.length); index++) {
      if (Number.isNaN(values[index])) gap = index;
      else {
        if (least < 0 || values[index] < values[least]) least = index;
        if (most < 0 || values[index] > values[most]) most = index;
      }
    }
    for (const index of [...new Set([least, most, gap])].filter((one) => one >= 0).sort((a, b) => a - b)) {
      kept.x.push(times[index]);
      kept.y.push(finite(values[index]));
    }
  }
  return kept;
}

/**
 * Periods in which a curve depends on hardly visible landmarks, the longest first.
 * @param {{times: ArrayLike<number>, values: ArrayLike<number>, confidence: ArrayLike<number>}} curve
 * @param {number} threshold 0 to 1
 * @returns {[number, number][]}
 */
export function unsure({ times, values, confidence }, threshold) {
  /** @type {[number, number][]} */
  const stretches = [];
  let begin = -1;
  for (let index = 0; index <= values.length; index++) {
    const isUnsure = index < values.length && !Number.isNaN(values[index]) && confidence[index] < 255 * threshold;
    if (isUnsure && begin < 0) begin = index;
    if (!isUnsure && begin >= 0) {
      stretches.push([times[begin], times[Math.min(index, values.length - 1)]]);
      begin = -1;
    }
  }
  return stretches.sort((a, b) => b[1] - b[0] - (a[1] - a[0]));
}
