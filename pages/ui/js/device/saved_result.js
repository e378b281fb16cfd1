// @ts-check
// The people of a recording as a saved result of posecore, which docs/file-format.md describes.

import { arrayMember, jsonMember, zipOf } from "./archive.js";

/** @typedef {import("../types.d.ts").DeviceFrame} DeviceFrame */
/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */

export const SUFFIX = ".posecore.npz";
const LANDMARKS = 33;

/** Numbers of a landmark in each array. @type {Array<["xy" | "z" | "world" | "visibility" | "presence", number]>} */
const ARRAYS = [["xy", 2], ["z", 1], ["world", 3], ["visibility", 1], ["presence", 1]];

/**
 * @param {DeviceFrame[]} frames in order of time; at least one
 * @param {string[]} landmarks their names
 * @param {number} startS the time that is 0 in the result
 * @param {object} facts plain values
 */
export function savedResult(frames, landmarks, startS, facts) {
  const ids = [...new Set(frames.flatMap(({ people }) => people.map(({ id }) => id)))].sort((one, other) => one - other);
  const times = Float64Array.from(frames, ({ timeS }) => timeS - startS);
  const shape = [frames.length, ids.length, LANDMARKS];
  const [first] = frames;
  return zipOf([
    jsonMember("about.json", {
      format: "posecore-sequence",
      version: 1,
      frames: frames.length,
      people: ids.length,
      landmarks,
      size: first.size,
      fps: rateOf(times),
      cuts: [],
      names: [],
      raw: null,
      hands: null,
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
  ]);
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
 * An array of a person in pixels of another size, since a phone may be turned meanwhile.
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
