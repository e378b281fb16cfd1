// @ts-check
// The landmarks of one frame as bytes, little-endian; docs/device.md has the layout, device_frames.py reads it.

/** @typedef {Pick<import("../types.d.ts").DeviceFrame, "number" | "timeS" | "size" | "people" | "hands">} SentFrame */

export const LANDMARKS = 33;
const VERSION = 2;
const HEAD_BYTES = 24;
const VALUES = 8; // of a landmark
const PERSON_BYTES = 4 + 4 * VALUES * LANDMARKS;
const HAND_BYTES = 8 + 4 * 128;
const SIDES = ["left", "right"];
/** Of a landmark, in their order: the array, and how many of its values. */
const ARRAYS = /** @type {["xy" | "z" | "world" | "visibility" | "presence", number][]} */ (
  [["xy", 2], ["z", 1], ["world", 3], ["visibility", 1], ["presence", 1]]
);

/**
 * @param {SentFrame} frame
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOf({ number, timeS, size, people, hands }) {
  const view = new DataView(new ArrayBuffer(HEAD_BYTES + PERSON_BYTES * people.length + HAND_BYTES * (hands?.length ?? 0)));
  view.setUint8(0, VERSION);
  view.setUint8(1, people.length);
  view.setUint16(2, size[0], true);
  view.setUint16(4, size[1], true);
  view.setUint8(6, hands ? 1 : 0);
  view.setUint8(7, hands?.length ?? 0);
  view.setUint32(8, number, true);
  view.setFloat64(16, timeS, true);
  people.forEach(({ id }, slot) => view.setUint32(HEAD_BYTES + 4 * slot, id, true));
  let at = HEAD_BYTES + 4 * people.length;
  for (const person of people) {
    for (let landmark = 0; landmark < LANDMARKS; landmark++) {
      for (const [name, width] of ARRAYS) {
        for (let value = 0; value < width; value++, at += 4) view.setFloat32(at, person[name][landmark * width + value], true);
      }
    }
  }
  for (const { person, side } of hands ?? []) {
    view.setUint32(at, person, true);
    view.setUint32(at + 4, SIDES.indexOf(side), true);
    at += 8;
  }
  for (const { xy, z, world, score, right } of hands ?? []) {
    for (const value of [...xy, ...z, ...world, score, right]) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return new Uint8Array(view.buffer);
}

/**
 * One message: frames one after the other.
 * @param {Uint8Array[]} frames
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function joined(frames) {
  const bytes = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const frame of frames) {
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}
