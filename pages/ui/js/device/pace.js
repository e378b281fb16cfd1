// @ts-check
// Frame rates and times of a live picture, as pages/ui/live/pace.py has them on the server.

const OVER_MS = 2000;
const LONG_MS = 6000;
const OVER_FRAMES = 30;
// The first frames say how fast the device is, but for the very first, for which it prepares more.
const [FIRST_FRAMES, UNUSUAL_FRAMES] = [10, 3];

export class Pace {
  constructor() {
    /** ms, the oldest first. @type {number[]} */
    this.in = [];
    /** @type {number[]} */
    this.out = [];
    /** @type {number[]} */
    this.estimates = [];
    /** @type {number[]} */
    this.delays = [];
    this.began = Infinity;
  }

  /** @param {number} now ms */
  cameIn(now) {
    this.began = Math.min(this.began, now);
    note(this.in, now);
  }

  /**
   * @param {number} now ms
   * @param {number} estimate ms that the model took
   * @param {number} delay ms since the frame left the camera
   */
  wentOut(now, estimate, delay) {
    note(this.out, now);
    keep(this.estimates, estimate);
    keep(this.delays, delay);
  }

  /** @param {number} now ms */
  figures(now) {
    return { frames_in: rate(this.in, now, OVER_MS), frames_out: rate(this.out, now, OVER_MS), estimate_ms: middle(this.estimates) ?? 0 };
  }

  /** @returns {number | null} ms from the camera to the screen */
  get delay() {
    const delay = middle(this.delays);
    return delay === null ? null : Math.round(delay);
  }

  /**
   * Frames per second that came and that were estimated over a longer time; before it has passed, as many as there would be
   * if all took as long as the first ones; null before there are these.
   * @param {number} now ms
   * @returns {[number, number] | null}
   */
  ratesForLong(now) {
    if (now - this.began >= LONG_MS) return [rate(this.in, now, LONG_MS), rate(this.out, now, LONG_MS)];
    const each = middle(this.estimates.slice(UNUSUAL_FRAMES));
    if (each === null || this.estimates.length < FIRST_FRAMES) return null;
    const came = (1000 * (this.in.length - 1)) / (this.in[this.in.length - 1] - this.in[0]);
    return [came, Math.min(came, 1000 / each)];
  }
}

/**
 * @param {number[]} times
 * @param {number} now
 */
function note(times, now) {
  times.push(now);
  while (times[0] <= now - LONG_MS) times.shift();
}

/**
 * @param {number[]} values
 * @param {number} value
 */
function keep(values, value) {
  values.push(value);
  if (values.length > OVER_FRAMES) values.shift();
}

/**
 * @param {number[]} times
 * @param {number} now
 * @param {number} over ms
 */
const rate = (times, now, over) => (1000 * times.filter((at) => at > now - over).length) / over;

/**
 * @param {number[]} values
 * @returns {number | null}
 */
function middle(values) {
  if (!values.length) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
