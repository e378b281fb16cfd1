// @ts-check
// The landmarks that wait for a lost connection, with the wishes of the coach between them, so that it can catch up.

/** @typedef {import("../live/coach.js").Wish} Wish */
/**
 * @typedef {object} SentBytes a frame as it travels
 * @property {Uint8Array<ArrayBuffer>} bytes
 * @property {number} number
 * @property {number} timeS on the clock of the frames
 * @property {number} atMs when it would have been sent
 */

/** As long as the server keeps a visit whose page cannot reach it. */
export const LONGEST_S = 120;
export const MOST_BYTES = 8_000_000;
/** Half of the usual frames: they give the same counts, and can be kept for twice as long. */
const STEP_S = 1 / 16;
const AT_ONCE = 24; // with five messages a second, four times as many frames as come, and no more than the server takes
const MESSAGE_BYTES = 60_000;
const AT_WAITED = 12; // its place in a frame, see docs/device.md

export class KeptFrames {
  constructor() {
    /** The oldest first. @type {(SentBytes | {wish: Wish})[]} */
    this.list = [];
    this.bytes = 0;
    /** Whether newer frames are given up, as there are too many. */
    this.full = false;
    this.firstS = Infinity;
    this.lastS = -Infinity;
  }

  get empty() {
    return this.list.length === 0;
  }

  /** How long the kept frames are, in seconds. */
  get seconds() {
    return Math.max(0, this.lastS - this.firstS);
  }

  /** @param {SentBytes} frame */
  add(frame) {
    this.firstS = Math.min(this.firstS, frame.timeS);
    this.full = frame.timeS - this.firstS > LONGEST_S || this.bytes + frame.bytes.length > MOST_BYTES;
    if (this.full || frame.timeS - this.lastS < STEP_S) return;
    this.lastS = frame.timeS;
    this.bytes += frame.bytes.length;
    this.list.push(frame);
  }

  /**
   * Put back what may not have arrived, before all that is kept.
   * @param {(SentBytes | {wish: Wish})[]} unsure
   */
  putBack(unsure) {
    const frames = unsure.filter((each) => "bytes" in each);
    this.list.unshift(...unsure);
    this.bytes += frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (!frames.length) return;
    this.firstS = frames[0].timeS;
    this.lastS = Math.max(this.lastS, frames[frames.length - 1].timeS);
  }

  /** @param {Wish} wish */
  ask(wish) {
    if (!this.list.some((each) => "wish" in each && each.wish === wish)) this.list.push({ wish });
  }

  /**
   * What is sent next: some frames that say how long they waited, or a wish; none if nothing is kept.
   * @param {number} nowMs
   * @returns {SentBytes[] | Wish}
   */
  next(nowMs) {
    /** @type {SentBytes[]} */
    const frames = [];
    let size = 0;
    for (const each of this.list) {
      if (!("bytes" in each)) break;
      size += each.bytes.length;
      if (frames.length && (frames.length === AT_ONCE || size > MESSAGE_BYTES)) break;
      frames.push(each);
    }
    const [first] = this.list;
    if (first && "wish" in first) {
      this.list.shift();
      return first.wish;
    }
    this.list.splice(0, frames.length);
    for (const { bytes, atMs } of frames) {
      this.bytes -= bytes.length;
      new DataView(bytes.buffer).setUint32(AT_WAITED, Math.max(0, Math.round(nowMs - atMs)), true);
    }
    const left = this.list.find((each) => "bytes" in each);
    this.firstS = left?.timeS ?? Infinity;
    return frames;
  }

  forget() {
    Object.assign(this, new KeptFrames());
  }
}
