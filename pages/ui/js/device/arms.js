// @ts-check
// Whose hand it is: posecore/estimation/hands/arms.py and slots.py. The bodies of a frame say where hands are expected.

/** @typedef {import("../types.d.ts").DeviceHand} DeviceHand */
/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */
/** @typedef {import("../types.d.ts").Side} Side */
/** @typedef {{person: number, side: Side}} Slot */
/** @typedef {Omit<DeviceHand, "person" | "side">} FoundHand a hand that is nobody's yet */
/** @typedef {{right: number, slot: Slot}} Before the slot of a hand in the frame before, and how much it looked like a right one lately */
/**
 * One arm of a body in a frame: where its wrist is and the middle of its hand is expected, pixels; and whether the wrist is
 * in the picture and visible.
 * @typedef {{slot: Slot, wrist: [number, number], hand: [number, number], pixelsPerM: number, isVisible: boolean}} Arm
 */

const SIDES = /** @type {Side[]} */ (["left", "right"]);
const VISIBLE = 0.5;
const [REACH_M, REACH_OF_OWN_M] = [0.2, 0.3];
const LONGEST_M = 0.3;
const [OTHER_SIDE_M, OWN_M] = [0.1, 0.05];
const FRAMES = 10;
const MARGIN = 0.2;
const [SAME_PALMS, SAME_PALMS_OF_TWO_SIDES, TWO_SIDES] = [0.6, 0.25, 0.7];

const BONES = [[11, 12], [11, 13], [12, 14], [13, 15], [14, 16]]; // of shoulders and arms
const OF_SIDE = { left: { wrist: 15, pinky: 17, index: 19 }, right: { wrist: 16, pinky: 18, index: 20 } };
const KNUCKLES = [5, 9, 13, 17]; // of a hand

/** @param {Slot} slot */
const nameOf = ({ person, side }) => `${person} ${side}`;
/** @param {number} right 0 to 1 */
const sideOf = (right) => /** @type {Side} */ (right >= 0.5 ? "right" : "left");

/**
 * Both arms of each person whose size in the picture is known.
 * @param {DevicePerson[]} people
 * @param {[number, number]} size pixels
 * @returns {Arm[]}
 */
export function armsOf(people, [width, height]) {
  return people.flatMap(({ id, xy, world, visibility }) => {
    const pixelsPerM = lengthOf(xy, 2) / lengthOf(world, 3);
    if (!(pixelsPerM > 0 && pixelsPerM < Infinity)) return [];
    return SIDES.map((side) => {
      const at = OF_SIDE[side];
      const [x, y] = [xy[2 * at.wrist], xy[2 * at.wrist + 1]];
      const middle = (/** @type {number} */ axis) => (2 * xy[2 * at.index + axis] + xy[2 * at.pinky + axis]) / 3;
      const isVisible = x >= 0 && x < width && y >= 0 && y < height && visibility[at.wrist] >= VISIBLE;
      return { slot: { person: id, side }, wrist: [x, y], hand: [middle(0), middle(1)], pixelsPerM, isVisible };
    });
  });
}

/**
 * Sum of the lengths of shoulders and arms in the plane of the picture.
 * @param {Float32Array} points
 * @param {number} width values of a point
 */
function lengthOf(points, width) {
  const along = (/** @type {number[]} */ [start, end], /** @type {number} */ axis) => points[width * end + axis] - points[width * start + axis];
  return BONES.reduce((sum, bone) => sum + Math.hypot(along(bone, 0), along(bone, 1)), 0);
}

/**
 * The slot of each hand, by the arm whose wrist is nearest; null for a hand that is at no arm. A hand that is too large for
 * all of the bodies gets a free slot, by its shape.
 * @param {FoundHand[]} hands
 * @param {Arm[]} arms
 * @param {(Before | null)[]} before
 * @returns {(Slot | null)[]}
 */
export function slotsAtArms(hands, arms, before) {
  /** @type {{cost: number, at: number, slot: Slot}[]} */
  const pairs = [];
  const isTooLarge = (/** @type {FoundHand} */ hand, /** @type {Arm} */ arm) => extentOf(hand) > LONGEST_M * arm.pixelsPerM;
  hands.forEach((hand, at) => {
    for (const arm of arms.filter((each) => !isTooLarge(hand, each))) {
      const apart = Math.hypot(hand.xy[0] - arm.wrist[0], hand.xy[1] - arm.wrist[1]) / arm.pixelsPerM;
      const last = before[at];
      const isOwn = last !== null && nameOf(last.slot) === nameOf(arm.slot);
      if (apart > (isOwn ? REACH_OF_OWN_M : REACH_M)) continue;
      const likeOther = arm.slot.side === "right" ? 1 - hand.right : hand.right;
      pairs.push({ cost: apart + OTHER_SIDE_M * likeOther - (isOwn ? OWN_M : 0), at, slot: arm.slot });
    }
  });
  /** @type {(Slot | null)[]} */
  const slots = hands.map(() => null);
  for (const { at, slot } of pairs.sort((one, other) => one.cost - other.cost)) {
    if (slots[at] === null && !isTaken(slot, slots)) slots[at] = slot;
  }
  hands.forEach((hand, at) => {
    if (!arms.every((arm) => isTooLarge(hand, arm))) return;
    const last = before[at]?.slot;
    slots[at] = last && !isTaken(last, slots) ? last : freeSlot(sideOf(hand.right), slots);
  });
  return slots;
}

/**
 * The slots of hands without bodies: followed hands keep theirs, unless they have clearly looked like the other side for a
 * while; new ones get free ones, by their shapes.
 * @param {FoundHand[]} hands
 * @param {(Before | null)[]} before
 * @returns {Slot[]}
 */
export function slotsByShape(hands, before) {
  const means = hands.map((hand, at) => blended(hand, before[at]));
  const slots = before.map((last, at) => (last && !isSureOfOther(last.slot.side, means[at]) ? last.slot : null));
  return means.map((mean, at) => (slots[at] ??= freeSlot(sideOf(mean), slots)));
}

/**
 * How much a hand has looked like a right one lately.
 * @param {FoundHand} hand
 * @param {Before | null} before
 */
export const blended = ({ right }, before) => (before ? before.right + (right - before.right) / FRAMES : right);

/**
 * @param {Side} side
 * @param {number} mean
 */
const isSureOfOther = (side, mean) => (side === "left" ? mean > 0.5 + MARGIN : mean < 0.5 - MARGIN);

/**
 * @param {Slot} slot
 * @param {(Slot | null)[]} slots
 */
const isTaken = (slot, slots) => slots.some((other) => other !== null && nameOf(other) === nameOf(slot));

/**
 * The slot of a side with the lowest number that is not taken.
 * @param {Side} side
 * @param {(Slot | null)[]} slots
 */
function freeSlot(side, slots) {
  let person = 1;
  while (isTaken({ person, side }, slots)) person++;
  return { person, side };
}

/** The longer side of its box, pixels. @param {FoundHand} hand */
function extentOf({ xy }) {
  const sides = [0, 1].map((axis) => {
    const values = xy.filter((_, at) => at % 2 === axis);
    return Math.max(...values) - Math.min(...values);
  });
  return Math.max(...sides);
}

/**
 * Whether two hands are one that was found twice.
 * @param {FoundHand} one
 * @param {FoundHand} other
 */
export function isSameHand(one, other) {
  const [ends, otherEnds] = [palmOf(one), palmOf(other)];
  const apart = (ends.reduce((sum, [x, y], at) => sum + Math.hypot(x - otherEnds[at][0], y - otherEnds[at][1]), 0)) / 2;
  const palm = Math.max(...[ends, otherEnds].map(([wrist, knuckles]) => Math.hypot(knuckles[0] - wrist[0], knuckles[1] - wrist[1])));
  const areTwoSides = Math.abs(one.right - other.right) >= TWO_SIDES;
  return apart < (areTwoSides ? SAME_PALMS_OF_TWO_SIDES : SAME_PALMS) * palm;
}

/** The ends of the palm: wrist, and middle of the knuckles. @param {FoundHand} hand */
function palmOf({ xy }) {
  const middle = (/** @type {number} */ axis) => KNUCKLES.reduce((sum, k) => sum + xy[2 * k + axis], 0) / KNUCKLES.length;
  return [[xy[0], xy[1]], [middle(0), middle(1)]];
}
