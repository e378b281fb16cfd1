// @ts-check
// Points in an array that has x, y and z of one after the other.

/**
 * @param {Float32Array} values
 * @param {number} number of the point
 * @returns {import("../types.d.ts").Vector}
 */
export function pointOf(values, number) {
  return { x: values[3 * number], y: values[3 * number + 1], z: values[3 * number + 2] };
}
