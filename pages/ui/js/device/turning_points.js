// @ts-check
// Turning points of a curve, and the repetitions between them, as posecore/motion/exercises/turning_points.py finds them.

const NEAR = 0.1; // share of a movement's size within which it counts as at its end

/**
 * From rest to the extreme and back, as indices of a curve.
 * @typedef {object} Cycle
 * @property {number} start when rest is left
 * @property {number} extreme the turning point
 * @property {number} end when rest is reached again
 * @property {number} size the smaller of both changes
 * @property {boolean} whole false if the curve begins or ends within it
 */

/**
 * Indices of the highest and lowest points between changes of at least this size, alternating.
 * @param {ArrayLike<number>} values
 * @param {number} least
 * @returns {number[]}
 */
export function findTurns(values, least) {
  const turns = [];
  let [low, high, rising] = [0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    const level = values[at];
    if (level > values[high]) high = at;
    if (level < values[low]) low = at;
    if (rising >= 0 && values[high] - level >= least) {
      turns.push(high);
      [rising, low] = [-1, at];
    } else if (rising <= 0 && level - values[low] >= least) {
      turns.push(low);
      [rising, high] = [1, at];
    }
  }
  if (rising) turns.push(rising > 0 ? high : low);
  return turns;
}

/**
 * Median of the sizes, each weighted by itself, so that many small movements do not count; 0 if there are none.
 * @param {number[]} sizes
 */
export function usualSize(sizes) {
  const ordered = [...sizes].sort((one, other) => one - other);
  let left = ordered.reduce((sum, size) => sum + size, 0) / 2;
  for (const size of ordered) if ((left -= size) <= 0) return size;
  return 0;
}

/**
 * Every movement to a highest point and back, of at least this size, in order; unfinished ones at the ends too.
 * @param {ArrayLike<number>} values
 * @param {number} least
 * @returns {Cycle[]}
 */
export function findCycles(values, least) {
  const turns = findTurns(values, least);
  if (turns.length < 2) return [];
  const cycles = [];
  for (let place = values[turns[0]] > values[turns[1]] ? 0 : 1; place < turns.length; place += 2) {
    cycles.push(cycleOf(values, turns[place - 1], turns[place], turns[place + 1]));
  }
  return cycles;
}

/**
 * @param {ArrayLike<number>} values
 * @param {number | undefined} before the lowest point before it
 * @param {number} extreme
 * @param {number | undefined} after
 * @returns {Cycle}
 */
function cycleOf(values, before, extreme, after) {
  const sizes = [before, after].flatMap((turn) => (turn === undefined ? [] : [values[extreme] - values[turn]]));
  return {
    start: before === undefined ? 0 : restFrom(values, extreme, before),
    extreme,
    end: after === undefined ? values.length - 1 : restFrom(values, extreme, after),
    size: Math.min(...sizes),
    whole: sizes.length === 2,
  };
}

/**
 * The first place near rest on the way to it.
 * @param {ArrayLike<number>} values
 * @param {number} extreme
 * @param {number} rest the lowest point
 */
function restFrom(values, extreme, rest) {
  const near = values[rest] + NEAR * (values[extreme] - values[rest]);
  const step = Math.sign(rest - extreme);
  let at = extreme;
  while (at !== rest && values[at] > near) at += step;
  return at;
}
