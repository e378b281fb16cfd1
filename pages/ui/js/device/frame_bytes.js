// @ts-check
// The landmarks of one frame as bytes, little-endian; docs/device.md has the layout, device_frames.py reads it.

/** @typedef {Pick<import("../types.d.ts").DeviceFrame, "number" | "timeS" | "size" | "people">} SentFrame */

export const LANDMARKS = 33;
const VERSION = 1;
const HEAD_BYTES = 24;
const VALUES = 8; // of a landmark
const PERSON_BYTES = 4 + 4 * VALUES * LANDMARKS;
/** Of a landmark, in their order: the array, and how many of its values. */
const ARRAYS = /** @type {["xy" | "z" | "world" | "visibility" | "presence", number][]} */ (
  [["xy", 2], ["z", 1], ["world", 3], ["visibility", 1], ["presence", 1]]
);

/**
 * @param {SentFrame} frame
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOf({ number, timeS, size, people }) {
  const view = new DataView(new ArrayBuffer(HEAD_BYTES + PERSON_BYTES * people.length));
  view.setUint8(0, VERSION);
  view.setUint8(1, people.length);
  view.setUint16(2, size[0], true);
  view.setUint16(4, size[1], true);
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
