// @ts-check
// The delay between two videos. What moves in the first is looked for in the second; the delay is the one at which the
// two correlate best.

export const COLUMNS = 16;
export const ROWS = 12;

/** @typedef {{at: number, grey: Float32Array}} Seen an image of COLUMNS x ROWS cells, and when it was seen, in ms */

const MOVING = 32; // number of cells that are compared: those that change most
const LONGEST_MS = 1500;
const STEP_MS = 5;
const ALIKE = 0.6; // a correlation below this is noise: nothing moves
const FEWEST = 10;

/**
 * Milliseconds from an image's being sent to its being shown, perhaps mirrored.
 * @param {Seen[]} sent
 * @param {Seen[]} shown
 * @returns {number | null} null if too little moves
 */
export function delayBetween(sent, shown) {
  if (sent.length < FEWEST || shown.length < FEWEST) return null;
  const first = sent[0].at + LONGEST_MS;
  const late = changes(shown.filter(({ at }) => at >= first));
  const early = changes(sent);
  const moving = movingCells(early);
  let best = { alike: ALIKE, ms: /** @type {number | null} */ (null) };
  for (const turn of [(/** @type {number} */ cell) => cell, mirrored]) {
    for (let ms = 0; ms <= LONGEST_MS; ms += STEP_MS) {
      const alike = likeness(early, late, ms, moving, turn);
      if (alike > best.alike) best = { alike, ms };
    }
  }
  return best.ms;
}

const mirrored = (/** @type {number} */ cell) => cell - (cell % COLUMNS) + COLUMNS - 1 - (cell % COLUMNS);

/**
 * The change from image to image, which a skeleton, a blurred background or another brightness hardly affect.
 * @param {Seen[]} seen
 * @returns {Seen[]}
 */
function changes(seen) {
  const mean = new Float32Array(COLUMNS * ROWS);
  for (const { grey } of seen) grey.forEach((value, cell) => (mean[cell] += value / seen.length));
  return seen.map(({ at, grey }) => ({ at, grey: grey.map((value, cell) => value - mean[cell]) }));
}

/** @param {Seen[]} seen */
function movingCells(seen) {
  const energy = new Float32Array(COLUMNS * ROWS);
  for (const { grey } of seen) grey.forEach((value, cell) => (energy[cell] += value * value));
  return [...energy.keys()].sort((a, b) => energy[b] - energy[a]).slice(0, MOVING);
}

/**
 * The correlation of two videos, one of them delayed.
 * @param {Seen[]} early
 * @param {Seen[]} late
 * @param {number} ms
 * @param {number[]} moving
 * @param {(cell: number) => number} turn
 */
function likeness(early, late, ms, moving, turn) {
  let [both, own, other, place] = [0, 0, 0, 0];
  for (const { at, grey } of late) {
    const wanted = at - ms;
    while (place < early.length - 2 && early[place + 1].at <= wanted) place++;
    const [before, after] = [early[place], early[place + 1]];
    const share = Math.min(1, Math.max(0, (wanted - before.at) / (after.at - before.at)));
    for (const from of moving) {
      const now = grey[turn(from)];
      const then = before.grey[from] + share * (after.grey[from] - before.grey[from]);
      both += now * then;
      own += now * now;
      other += then * then;
    }
  }
  return both / Math.sqrt(own * other || 1);
}
