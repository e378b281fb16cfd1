// @ts-check
// In place of player/moments.js: the landmarks and curves of a result that are in the page itself, as written by
// pages/ui/explore/share/packed.py.

import { Clock } from "../player/clock.js";
import { errorsOf } from "../player/usual_error.js";

/** @typedef {import("../types.d.ts").Header} Header */
/** @typedef {import("../types.d.ts").Frame} Frame */
/** @typedef {import("../types.d.ts").FrameOfHands} FrameOfHands */
/** @typedef {import("../types.d.ts").PackedPart} PackedPart */
/** @typedef {Record<string, {values: Float32Array, channels: number}>} Parts */

const MISSING = -32768;
const CONFIDENCES = 255;

/** @type {Moments | null} */
let unpacked = null;

/**
 * The bytes that a text in base64 stands for.
 * @param {string} text
 */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/**
 * Unpack the numbers of the page's result, which ``Moments.of`` then gives.
 * @param {Uint8Array<ArrayBuffer>} packed
 * @param {Header} header
 */
export async function unpack(packed, header) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  unpacked = new Moments(await new Response(stream).arrayBuffer(), header);
}

/**
 * A part's numbers, (frames x channels), NaN where missing.
 * @param {Uint8Array} bytes the lower bytes of all steps, channel by channel, then the upper ones
 * @param {PackedPart} part
 * @param {number} frames
 */
export function numbersOf(bytes, { channels, steps }, frames) {
  const values = new Float32Array(frames * channels);
  const count = frames * channels;
  for (let channel = 0; channel < channels; channel++) {
    const step = steps[channel % steps.length];
    let sum = 0;
    for (let frame = 0; frame < frames; frame++) {
      const at = channel * frames + frame;
      sum = ((sum + (bytes[at] | (bytes[count + at] << 8))) << 16) >> 16;
      values[frame * channels + channel] = sum === MISSING ? NaN : sum * step;
    }
  }
  return values;
}

export class Moments {
  /**
   * The numbers of the page; they are all there, so nothing arrives later.
   * @returns {Moments}
   */
  static of() {
    if (!unpacked) throw new Error("The numbers of this page have not been unpacked.");
    return unpacked;
  }

  /**
   * @param {ArrayBuffer} content
   * @param {Header} header
   */
  constructor(content, header) {
    this.header = header;
    const frames = header.frames;
    this.clock = new Clock(new Float64Array(content.slice(0, 8 * frames)));
    /** @type {Parts} */
    this.parts = {};
    let at = 8 * frames;
    for (const [name, part] of Object.entries(header.packed ?? {})) {
      const length = 2 * part.channels * frames;
      const values = numbersOf(new Uint8Array(content, at, length), part, frames);
      this.parts[name] = { values, channels: part.channels };
      at += length;
    }
  }

  get count() {
    return this.header.frames;
  }

  async loadTimes() {}

  /** @param {number} index of a frame */
  time(index) {
    return this.clock.times[index];
  }

  /**
   * The number of a frame in the video.
   * @param {number} index
   */
  number(index) {
    return index * this.header.step;
  }

  /**
   * All people in one frame.
   * @param {string} _layer there is only one
   * @param {number} index
   * @returns {Frame}
   */
  frame(_layer, index) {
    return {
      picture: this.part("picture", index),
      world: this.part("world", index),
      visibility: this.part("visibility", index),
      presence: this.part("presence", index),
    };
  }

  /**
   * All hands in one frame; null without hands.
   * @param {number} index
   * @returns {FrameOfHands | null}
   */
  hands(index) {
    if (!this.header.hands?.slots.length) return null;
    return {
      picture: this.part("hand_picture", index),
      world: this.part("hand_world", index),
      score: this.part("hand_score", index),
      shows: this.part("hand_shows", index),
    };
  }

  /**
   * A curve of all people, (frames x people), with the visibility of the landmarks it is computed from, 0 to 255.
   * @param {string} _layer
   * @param {string} name
   */
  async curve(_layer, name) {
    const place = this.header.curves.findIndex((curve) => curve.name === name);
    const confidence = this.ofCurve("confidence", place);
    return { values: this.ofCurve("curves", place), confidence: Uint8Array.from(confidence, (share) => CONFIDENCES * share) };
  }

  /**
   * The usual error of a curve of all people, (frames x people), NaN where nobody is seen; null if none is known of it.
   * @param {string} _layer
   * @param {string} name
   */
  async errors(_layer, name) {
    const errors = this.header.curves.find((curve) => curve.name === name)?.errors;
    return errors ? errorsOf(this.parts.kinds.values, errors) : null;
  }

  /**
   * @param {string} name of a part
   * @param {number} place of a curve
   */
  ofCurve(name, place) {
    const people = this.header.people.length;
    const { values, channels } = this.parts[name];
    return Float32Array.from({ length: this.count * people }, (_, at) => {
      const frame = Math.floor(at / people);
      return values[frame * channels + place * people + (at % people)];
    });
  }

  /**
   * @param {string} name
   * @param {number} index of a frame
   */
  part(name, index) {
    const { values, channels } = this.parts[name];
    return values.subarray(channels * index, channels * (index + 1));
  }
}
