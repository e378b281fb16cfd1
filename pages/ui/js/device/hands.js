// @ts-check
// The hands in the frames of a camera, with the people whose they are. MediaPipe's runtime follows them.

import { armsOf, blended, isSameHand, slotsAtArms, slotsByShape } from "./arms.js";
import { drawView, outOf, sizeOfView, viewOf } from "./hand_view.js";
import { isBodyInHand } from "./hand_as_body.js";

/** @typedef {import("@mediapipe/tasks-vision").HandLandmarker} HandLandmarker */
/** @typedef {import("@mediapipe/tasks-vision").HandLandmarkerResult} HandLandmarkerResult */
/** @typedef {import("../types.d.ts").DeviceHand} DeviceHand */
/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */
/** @typedef {import("./arms.js").Before} Before */
/** @typedef {import("./arms.js").FoundHand} FoundHand */
/** @typedef {import("./hand_view.js").View} View */

const LANDMARKS = 21;
// How often more hands are looked for, as in posecore/estimation/hands/stream_estimator.py: while none is followed, without
// bodies; otherwise; and for so long after one was lost, in every frame.
const [LOOK_EVERY_S, LOOK_FOR_MORE_EVERY_S, JUST_LOST_S] = [0.06, 0.2, 0.5];

/**
 * Two of them, as the runtime looks for palms in every frame while it follows fewer hands than it may, which takes longer
 * than all the rest: one for a single hand, one for as many as are wanted.
 * @typedef {{one: HandLandmarker, all: HandLandmarker}} Landmarkers
 */

export class Hands {
  /**
   * @param {Landmarkers} landmarkers
   * @param {number} most hands
   */
  constructor(landmarkers, most) {
    this.landmarkers = landmarkers;
    this.most = most;
    /** Of the frame before, and how much each has looked like a right one. @type {{hand: DeviceHand, mean: number}[]} */
    this.followed = [];
    this.lookedS = -Infinity;
    this.lostS = -Infinity;
    /** @type {View} */
    this.view = null;
    this.canvas = new OffscreenCanvas(1, 1);
    this.pen = /** @type {OffscreenCanvasRenderingContext2D} */ (this.canvas.getContext("2d", { alpha: false }));
  }

  /**
   * The hands of the next frame, and its people without those that are hands.
   * @param {VideoFrame | ImageBitmap} picture
   * @param {[number, number]} size pixels
   * @param {DevicePerson[]} people in it
   * @param {number} timeS
   * @param {number} ms a time for the runtime, later than those before
   * @returns {{hands: DeviceHand[], people: DevicePerson[]}}
   */
  find(picture, size, people, timeS, ms) {
    const arms = armsOf(people, size);
    const count = this.followed.length;
    const looks = this.looksAt(timeS, arms);
    if (!count && !looks) return { hands: [], people };
    const view = viewOf(arms, size, this.view);
    this.view = view;
    const shown = this.shown(picture, view);
    const read = (/** @type {HandLandmarker} */ landmarker) => withoutDuplicates(handsOf(landmarker.detectForVideo(shown, ms), view, size));
    let found = looks ? [] : read(this.landmarkers.one);
    if (!found.length) {
      found = read(this.landmarkers.all);
      this.lookedS = timeS;
    }
    const before = this.beforeEach(found);
    const slots = arms.length ? slotsAtArms(found, arms, before) : slotsByShape(found, before);
    this.followed = found
      .flatMap((hand, at) => {
        const slot = slots[at];
        return slot ? [{ hand: { ...slot, ...hand }, mean: blended(hand, before[at]), isNew: before[at] === null }] : [];
      })
      .sort((one, other) => Number(one.isNew) - Number(other.isNew))
      .slice(0, this.most)
      .sort(({ hand: one }, { hand: other }) => one.person - other.person || (one.side < other.side ? -1 : 1));
    if (this.followed.length < count) this.lostS = timeS;
    const hands = this.followed.map(({ hand }) => hand);
    const isHand = (/** @type {DevicePerson} */ person) => hands.some((hand) => isBodyInHand(person, hand));
    return { hands, people: people.filter((person) => !isHand(person)) };
  }

  /**
   * Whether more hands are looked for now, or the only one is just followed.
   * @param {number} timeS
   * @param {import("./arms.js").Arm[]} arms
   */
  looksAt(timeS, arms) {
    const { length } = this.followed;
    const everyS = length || arms.length ? LOOK_FOR_MORE_EVERY_S : LOOK_EVERY_S;
    const expected = arms.filter(({ isVisible }) => isVisible).length;
    return length > 1 || (length && expected > length) || timeS <= this.lostS + JUST_LOST_S || timeS >= this.lookedS + everyS;
  }

  /** @param {VideoFrame | ImageBitmap} picture @param {number} ms */
  warmUp(picture, ms) {
    for (const landmarker of Object.values(this.landmarkers)) landmarker.detectForVideo(picture, ms);
  }

  /** Look for as many hands. @param {number} most */
  async change(most) {
    if (most !== this.most) await this.landmarkers.all.setOptions({ numHands: most });
    this.most = most;
  }

  close() {
    for (const landmarker of Object.values(this.landmarkers)) landmarker.close();
  }

  /**
   * @param {VideoFrame | ImageBitmap} picture
   * @param {View} view
   */
  shown(picture, view) {
    if (!view) return picture;
    const [width, height] = sizeOfView(view);
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    drawView(this.pen, picture, view);
    return this.canvas;
  }

  /**
   * What each hand was in the frame before, nearest pairs first; null if it is new.
   * @param {FoundHand[]} found
   * @returns {(Before | null)[]}
   */
  beforeEach(found) {
    const pairs = found.flatMap((hand, at) => this.followed.map((last) => ({ at, last, apart: apartOf(hand, last.hand) })));
    pairs.sort((one, other) => one.apart - other.apart);
    /** @type {(Before | null)[]} */
    const before = found.map(() => null);
    const taken = new Set();
    for (const { at, last, apart } of pairs) {
      if (before[at] || taken.has(last) || apart > palmOf(last.hand)) continue;
      before[at] = { right: last.mean, slot: { person: last.hand.person, side: last.hand.side } };
      taken.add(last);
    }
    return before;
  }
}

/**
 * MediaPipe gives x and y as shares of width and height of what it is shown, and z on the scale of the width.
 * @param {HandLandmarkerResult} found
 * @param {View} view what it was shown
 * @param {[number, number]} size of the picture
 * @returns {FoundHand[]}
 */
export function handsOf({ landmarks, worldLandmarks, handedness }, view, size) {
  return landmarks.flatMap((points, at) => {
    const out = outOf(view, size, points[0]);
    if (!out) return [];
    const { score, categoryName } = handedness[at][0];
    return [
      {
        xy: Float32Array.from(points.flatMap(out.place)),
        z: Float32Array.from(points, ({ z }) => z * out.depth),
        world: Float32Array.from(worldLandmarks[at].flatMap(({ x, y, z }) => [x, y, z])),
        score: 1, // the runtime does not say it
        right: categoryName === "Right" ? score : 1 - score,
      },
    ];
  });
}

/** @param {FoundHand[]} hands */
function withoutDuplicates(hands) {
  /** @type {FoundHand[]} */
  const kept = [];
  for (const hand of hands) if (!kept.some((other) => isSameHand(hand, other))) kept.push(hand);
  return kept;
}

/** From the wrist to the middle finger's knuckle, pixels. @param {FoundHand} hand */
const palmOf = ({ xy }) => Math.hypot(xy[18] - xy[0], xy[19] - xy[1]);

/**
 * Mean distance of the landmarks, pixels.
 * @param {FoundHand} one
 * @param {FoundHand} other
 */
function apartOf({ xy: one }, { xy: other }) {
  let sum = 0;
  for (let at = 0; at < one.length; at += 2) sum += Math.hypot(one[at] - other[at], one[at + 1] - other[at + 1]);
  return sum / LANDMARKS;
}
