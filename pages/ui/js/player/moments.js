// @ts-check
// The landmarks and curves of a result, fetched in pieces from one file when they are about to be shown.

import { Clock } from "./clock.js";
import { errorsOf } from "./usual_error.js";

/** @typedef {import("../types.d.ts").Header} Header */
/** @typedef {import("../types.d.ts").Frame} Frame */
/** @typedef {import("../types.d.ts").FrameOfHands} FrameOfHands */

const NUMBERS = 8; // per landmark: x, y, z in the image and in metres, visibility, presence
const BYTES = 4; // per number

const KEPT = 2; // results kept in memory while the visitor is on another page

/** @type {Map<string, Moments>} */
const kept = new Map();

export class Moments {
  /**
   * The numbers at an address; pieces that were fetched before are kept.
   * @param {string} address
   * @param {Header} header
   * @param {() => void} onArrival called when a requested piece has arrived
   */
  static of(address, header, onArrival) {
    const moments = kept.get(address) ?? new Moments(address, header);
    moments.onArrival = onArrival;
    kept.delete(address);
    kept.set(address, moments);
    for (const old of [...kept.keys()].slice(0, -KEPT)) kept.delete(old);
    return moments;
  }

  /**
   * @param {string} address
   * @param {Header} header
   */
  constructor(address, header) {
    this.address = address;
    this.header = header;
    this.onArrival = () => {};
    /** @type {Map<string, Frame | null>} */
    this.pieces = new Map();
    /** @type {Map<number, FrameOfHands | null>} */
    this.handPieces = new Map();
    /** @type {Map<string, Promise<{values: Float32Array, confidence: Uint8Array}>>} */
    this.curves = new Map();
    /** @type {Map<string, Promise<ArrayBuffer>>} */
    this.kinds = new Map();
    this.perFrame = header.people.length * header.landmarks;
    this.clock = new Clock(new Float64Array());
  }

  get count() {
    return this.header.frames;
  }

  async loadTimes() {
    if (this.clock.times.length) return;
    this.clock = new Clock(new Float64Array(await this.read(this.header.times_at, 8 * this.count)));
  }

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
   * All people in one frame; null until its piece has arrived.
   * @param {string} layer
   * @param {number} index
   * @returns {Frame | null}
   */
  frame(layer, index) {
    const size = this.header.piece_frames;
    const number = Math.floor(index / size);
    if ((index % size) * 4 > size) this.piece(layer, number + 1); // in time for the next second
    const piece = this.piece(layer, number);
    if (!piece) return null;
    const from = (index % size) * this.perFrame;
    const to = from + this.perFrame;
    return {
      picture: piece.picture.subarray(3 * from, 3 * to),
      world: piece.world.subarray(3 * from, 3 * to),
      visibility: piece.visibility.subarray(from, to),
      presence: piece.presence.subarray(from, to),
    };
  }

  /**
   * @param {string} layer
   * @param {number} number
   */
  piece(layer, number) {
    const key = `${layer} ${number}`;
    if (!this.pieces.has(key)) this.fetchPiece(layer, number, key);
    return this.pieces.get(key);
  }

  /**
   * @param {string} layer
   * @param {number} number
   * @param {string} key
   */
  async fetchPiece(layer, number, key) {
    const size = this.header.piece_frames;
    const first = number * size;
    if (first >= this.count) return;
    this.pieces.set(key, null);
    const landmarks = Math.min(size, this.count - first) * this.perFrame;
    const start = this.header.layers[layer].landmarks_at + first * this.perFrame * NUMBERS * BYTES;
    const numbers = new Float32Array(await this.read(start, landmarks * NUMBERS * BYTES));
    this.pieces.set(key, {
      picture: numbers.subarray(0, 3 * landmarks),
      world: numbers.subarray(3 * landmarks, 6 * landmarks),
      visibility: numbers.subarray(6 * landmarks, 7 * landmarks),
      presence: numbers.subarray(7 * landmarks),
    });
    this.onArrival();
  }

  /**
   * All hands in one frame; null until its piece has arrived, and without hands.
   * @param {number} index
   * @returns {FrameOfHands | null}
   */
  hands(index) {
    const size = this.header.piece_frames;
    const number = Math.floor(index / size);
    if ((index % size) * 4 > size) this.handPiece(number + 1);
    const piece = this.handPiece(number);
    const { slots, landmarks } = this.header.hands ?? { slots: [], landmarks: 0 };
    if (!piece) return null;
    const from = (index % size) * slots.length;
    const to = from + slots.length;
    return {
      picture: piece.picture.subarray(3 * landmarks * from, 3 * landmarks * to),
      world: piece.world.subarray(3 * landmarks * from, 3 * landmarks * to),
      score: piece.score.subarray(from, to),
      shows: piece.shows.subarray(from, to),
    };
  }

  /** @param {number} number */
  handPiece(number) {
    if (this.header.hands?.slots.length && !this.handPieces.has(number)) this.fetchHands(number, this.header.hands);
    return this.handPieces.get(number);
  }

  /**
   * @param {number} number
   * @param {NonNullable<Header["hands"]>} layout
   */
  async fetchHands(number, { at, slots, landmarks }) {
    const first = number * this.header.piece_frames;
    if (first >= this.count) return;
    this.handPieces.set(number, null);
    const hands = Math.min(this.header.piece_frames, this.count - first) * slots.length;
    const perHand = 6 * landmarks + 2;
    const start = at + first * slots.length * perHand * BYTES;
    const numbers = new Float32Array(await this.read(start, hands * perHand * BYTES));
    const points = 3 * landmarks * hands;
    this.handPieces.set(number, {
      picture: numbers.subarray(0, points),
      world: numbers.subarray(points, 2 * points),
      score: numbers.subarray(2 * points, 2 * points + hands),
      shows: numbers.subarray(2 * points + hands),
    });
    this.onArrival();
  }

  /**
   * A curve of all people, (frames x people), with the visibility of the landmarks it is computed from, 0 to 255.
   * @param {string} layer
   * @param {string} name
   */
  curve(layer, name) {
    const key = `${layer} ${name}`;
    const there = this.curves.get(key) ?? this.fetchCurve(layer, name);
    this.curves.set(key, there);
    return there;
  }

  /**
   * The usual error of a curve of all people, (frames x people), NaN where nobody is seen; null if none is known of it.
   * @param {string} layer
   * @param {string} name
   */
  async errors(layer, name) {
    const errors = this.header.curves.find((curve) => curve.name === name)?.errors;
    return errors ? errorsOf(await this.kindsOf(layer), errors) : null;
  }

  /** @param {string} layer */
  kindsOf(layer) {
    const there = this.kinds.get(layer) ?? this.read(this.header.layers[layer].kinds_at, this.count * this.header.people.length);
    this.kinds.set(layer, there);
    return there.then((bytes) => new Int8Array(bytes));
  }

  /**
   * @param {string} layer
   * @param {string} name
   */
  async fetchCurve(layer, name) {
    const place = this.header.curves.findIndex((curve) => curve.name === name);
    const values = this.count * this.header.people.length;
    const [numbers, confidence] = await Promise.all([
      this.read(this.header.layers[layer].curves_at + BYTES * place * values, BYTES * values),
      this.read(this.header.confidence_at + place * values, values),
    ]);
    return { values: new Float32Array(numbers), confidence: new Uint8Array(confidence) };
  }

  /**
   * @param {number} start
   * @param {number} length in bytes
   */
  async read(start, length) {
    if (!length) return new ArrayBuffer(0); // of nobody; a range of no bytes cannot be asked for
    const answer = await fetch(this.address, { headers: { Range: `bytes=${start}-${start + length - 1}` } });
    if (answer.status !== 206) throw new Error((await answer.text()).slice(0, 200));
    return answer.arrayBuffer();
  }
}
