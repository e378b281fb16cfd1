// @ts-check
// Two aligned movements, as written by pages/ui/compare/side_by_side/pair.py.

import { Clock } from "../player/clock.js";
import { errorsOf } from "../player/usual_error.js";
import { nearestTo, steadied } from "./following.js";
import { Sync } from "./sync.js";

/** @typedef {import("../types.d.ts").PairHeader} PairHeader */

/** @type {{address: string, pair: Pair} | null} */
let kept = null; // in memory while the visitor is on another page

export class Pair {
  /**
   * @param {string} address
   * @param {PairHeader} header
   */
  static async fetch(address, header) {
    if (kept?.address === address) return kept.pair;
    const answer = await fetch(address);
    if (!answer.ok) throw new Error((await answer.text()).slice(0, 200));
    const pair = new Pair(await answer.arrayBuffer(), header);
    kept = { address, pair };
    return pair;
  }

  /**
   * @param {ArrayBuffer} content
   * @param {PairHeader} header
   */
  constructor(content, header) {
    const { landmarks, limbs, moments, sides } = header;
    let at = 0;
    const doubles = (/** @type {number} */ count) => new Float64Array(content.slice(at, (at += 8 * count)));
    const floats = (/** @type {number} */ count) => new Float32Array(content.slice(at, (at += 4 * count)));
    this.header = header;
    this.sides = sides.map((side) => {
      at = side.at;
      const clock = new Clock(doubles(side.frames));
      return {
        clock,
        xy: floats(2 * landmarks * side.frames),
        visibility: floats(landmarks * side.frames),
        curves: floats(header.curves.length * side.frames),
        kinds: floats(side.frames),
      };
    });
    at = moments.at;
    this.first = doubles(moments.count);
    this.second = doubles(moments.count);
    this.behind = doubles(moments.count);
    this.scores = floats(moments.count);
    this.limbScores = floats(limbs.length * moments.count);
    const [one, other] = this.sides.map(({ clock }) => clock.times[0]);
    const aligned = moments.count ? steadied(this.first, this.second) : null;
    this.sync = new Sync(aligned, header.same_video ? "moment" : "aligned", header.same_video ? 0 : other - one);
  }

  /**
   * A curve of a side, in all of its frames.
   * @param {number} side 0 or 1
   * @param {number} place of the curve
   */
  curve(side, place) {
    const { clock, curves } = this.sides[side];
    return curves.subarray(place * clock.count, (place + 1) * clock.count);
  }

  /**
   * The usual errors of a curve of a side; null if it has none.
   * @param {number} side 0 or 1
   * @param {number} place of the curve
   */
  errors(side, place) {
    const { errors } = this.header.curves[place];
    return errors && errorsOf(this.sides[side].kinds, errors);
  }

  /**
   * How alike both are at a time of the first; NaN if not judged.
   * @param {number} time
   */
  at(time) {
    const place = nearestTo(this.first, time);
    const count = this.header.limbs.length;
    const limbs = this.limbScores.subarray(count * place, count * (place + 1));
    return { score: this.scores[place], behind: this.behind[place], limbs };
  }

  /**
   * The landmarks of a side in one frame.
   * @param {number} side 0 or 1
   * @param {number} frame
   */
  landmarks(side, frame) {
    const { landmarks } = this.header;
    const { xy, visibility } = this.sides[side];
    return {
      xy: xy.subarray(2 * landmarks * frame, 2 * landmarks * (frame + 1)),
      visibility: visibility.subarray(landmarks * frame, landmarks * (frame + 1)),
    };
  }
}
