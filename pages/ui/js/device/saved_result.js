// @ts-check
// The people and hands of a recording as a saved result of posecore, which docs/file-format.md describes.

import { arrayMember, jsonMember, zipOf } from "./archive.js";

/** @typedef {import("../types.d.ts").DeviceFrame} DeviceFrame */
/** @typedef {import("../types.d.ts").DeviceHand} DeviceHand */
/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */
/** @typedef {{landmarks: string[], handLandmarks: string[]}} Names of landmarks */

export const SUFFIX = ".posecore.npz";
const LANDMARKS = 33;

/** Numbers of a landmark in each array. @type {Array<["xy" | "z" | "world" | "visibility" | "presence", number]>} */
const ARRAYS = [["xy", 2], ["z", 1], ["world", 3], ["visibility", 1], ["presence", 1]];
const HAND_LANDMARKS = 21;
/** Numbers of a hand in each array, by its shape after the hands. @type {Array<["xy" | "z" | "world" | "score" | "right", number[]]>} */
const HAND_ARRAYS = [["xy", [HAND_LANDMARKS, 2]], ["z", [HAND_LANDMARKS]], ["world", [HAND_LANDMARKS, 3]], ["score", []], ["right", []]];

/**
 * @param {DeviceFrame[]} frames in order of time; at least one
 * @param {Names} names
 * @param {number} startS the time that is 0 in the result
 * @param {object} facts plain values
 */
export function savedResult(frames, names, startS, facts) {
  const ids = [...new Set(frames.flatMap(({ people }) => people.map(({ id }) => id)))].sort((one, other) => one - other);
  const times = Float64Array.from(frames, ({ timeS }) => timeS - startS);
  const shape = [frames.length, ids.length, LANDMARKS];
  const [first] = frames;
  const slots = frames.some(({ hands }) => hands) ? slotsOf(frames) : null;
  return zipOf([
    jsonMember("about.json", {
      format: "posecore-sequence",
      version: 1,
      frames: frames.length,
      people: ids.length,
      landmarks: names.landmarks,
      size: first.size,
      fps: rateOf(times),
      cuts: [],
      names: [],
      raw: null,
      hands: slots && { landmarks: names.handLandmarks, slots },
      facts,
    }),
    arrayMember("times_s", "<f8", [frames.length], times),
    arrayMember("person_ids", "<i8", [ids.length], BigInt64Array.from(ids, BigInt)),
    ...ARRAYS.map(([name, each]) => {
      const numbers = new Float32Array(frames.length * ids.length * LANDMARKS * each).fill(NaN);
      frames.forEach(({ people, size }, at) => {
        for (const person of people) {
          const start = (at * ids.length + ids.indexOf(person.id)) * LANDMARKS * each;
          numbers.set(scaled(person[name], name, size, first.size), start);
        }
      });
      return arrayMember(name, "<f4", each === 1 ? shape : [...shape, each], numbers);
    }),
    ...(slots ? membersOfHands(frames, slots) : []),
  ]);
}

/**
 * All hands that were seen: person and side, in order.
 * @param {DeviceFrame[]} frames
 */
function slotsOf(frames) {
  const seen = new Map(frames.flatMap(({ hands }) => (hands ?? []).map(({ person, side }) => [`${person} ${side}`, /** @type {const} */ ([person, side])])));
  return [...seen.values()].sort(([one, side], [other, otherSide]) => one - other || (side < otherSide ? -1 : 1));
}

/**
 * @param {DeviceFrame[]} frames
 * @param {(readonly [number, string])[]} slots
 */
function membersOfHands(frames, slots) {
  const { size: first } = frames[0];
  const columnOf = (/** @type {DeviceHand} */ hand) => slots.findIndex(([person, side]) => person === hand.person && side === hand.side);
  return HAND_ARRAYS.map(([name, tail]) => {
    const each = tail.reduce((product, length) => product * length, 1);
    const numbers = new Float32Array(frames.length * slots.length * each).fill(NaN);
    frames.forEach(({ hands, size }, at) => {
      for (const hand of hands ?? []) {
        const values = hand[name];
        const there = typeof values === "number" ? [values] : scaled(values, name, size, first);
        numbers.set(there, (at * slots.length + columnOf(hand)) * each);
      }
    });
    return arrayMember(`hand_${name}`, "<f4", [frames.length, slots.length, ...tail], numbers);
  });
}

/**
 * Frames per second: of the median step.
 * @param {Float64Array} times seconds
 */
export function rateOf(times) {
  const steps = times.subarray(1).map((time, at) => time - times[at]).sort();
  return steps.length ? 1 / steps[steps.length >> 1] : 30;
}

/**
 * An array of a person or a hand in pixels of another size, since a phone may be turned meanwhile.
 * @param {Float32Array} numbers
 * @param {string} name of the array
 * @param {[number, number]} from
 * @param {[number, number]} to
 */
function scaled(numbers, name, from, to) {
  const [across, down] = [to[0] / from[0], to[1] / from[1]];
  if (across === 1 && down === 1) return numbers;
  if (name === "z") return numbers.map((depth) => depth * across);
  return name === "xy" ? numbers.map((pixels, at) => pixels * (at % 2 ? down : across)) : numbers;
}
