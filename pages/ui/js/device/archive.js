// @ts-check
// A zip of NumPy arrays, as numpy.load and posecore read it: members are stored, not compressed.

/** @typedef {{name: string, bytes: Uint8Array<ArrayBuffer>}} Member */

const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});
const LOCAL = 0x04034b50;
const LISTED = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const NEW_YEAR_1980 = 0x21; // so that equal values make equal files
const PADDED_TO = 64;

/**
 * CRC-32, as in zip files.
 * @param {Uint8Array} bytes
 */
export function crc32(bytes) {
  let sum = ~0;
  for (const byte of bytes) sum = (sum >>> 8) ^ REMAINDERS[(sum ^ byte) & 0xff];
  return ~sum >>> 0;
}

/**
 * Fields of two and four bytes, little-endian.
 * @param {Array<[value: number, bytes: 2 | 4]>} fields
 */
function packed(fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [, width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, width] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return bytes;
}

/**
 * A member with an array, in NumPy's format 1.0.
 * @param {string} name
 * @param {string} kind "<f4", "<f8" or "<i8"
 * @param {number[]} shape
 * @param {Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>} numbers in C order
 * @returns {Member}
 */
export function arrayMember(name, kind, shape, numbers) {
  const lengths = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${kind}', 'fortran_order': False, 'shape': ${lengths}, }`;
  const magic = 10; // bytes before the text
  const padded = Math.ceil((magic + text.length + 1) / PADDED_TO) * PADDED_TO - magic;
  const header = new TextEncoder().encode(`\u0001NUMPY\u0001\u0000..${text.padEnd(padded - 1)}\n`);
  header[0] = 0x93;
  new DataView(header.buffer).setUint16(8, padded, true);
  const bytes = new Uint8Array(header.length + numbers.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), header.length);
  return { name: `${name}.npy`, bytes };
}

/**
 * A member with a value as JSON.
 * @param {string} name
 * @param {unknown} value
 * @returns {Member}
 */
export const jsonMember = (name, value) => ({ name, bytes: new TextEncoder().encode(JSON.stringify(value, null, 1)) });

/**
 * A zip of these members.
 * @param {Member[]} members of less than 2 GB together
 */
export function zipOf(members) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const list = [];
  let length = 0;
  const add = (/** @type {Uint8Array<ArrayBuffer>} */ bytes) => {
    parts.push(bytes);
    length += bytes.length;
  };
  for (const { name, bytes } of members) {
    const [letters, start] = [new TextEncoder().encode(name), length];
    /** @type {Array<[number, 2 | 4]>} */
    const about = [[VERSION, 2], [0, 2], [0, 2], [0, 2], [NEW_YEAR_1980, 2], [crc32(bytes), 4]];
    about.push([bytes.length, 4], [bytes.length, 4], [letters.length, 2], [0, 2]);
    add(packed([[LOCAL, 4], ...about]));
    add(letters);
    add(bytes);
    list.push(packed([[LISTED, 4], [VERSION, 2], ...about, [0, 2], [0, 2], [0, 2], [0, 4], [start, 4]]), letters);
  }
  const start = length;
  list.forEach(add);
  const count = members.length;
  add(packed([[END, 4], [0, 2], [0, 2], [count, 2], [count, 2], [length - start, 4], [start, 4], [0, 2]]));
  return new Blob(parts, { type: "application/zip" });
}
