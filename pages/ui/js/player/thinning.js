// @ts-check
// Curves of many frames as few points and stretches as can be seen.

const MOST_POINTS = 1500; // of a curve: the least and the most of each stretch

const finite = (/** @type {number} */ value) => (Number.isNaN(value) ? null : value);

/**
 * Of each stretch the least and the most, in their order: no peak is lost. A stretch with a gap keeps the gap.
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
 * From when to when a curve has values that rest on hardly visible landmarks; the longest stretch first.
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
