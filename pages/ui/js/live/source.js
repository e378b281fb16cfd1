// @ts-check
// The one source of the live picture and its numbers on the page, see LiveSource in types.d.ts.

/** @typedef {import("../types.d.ts").LiveSource} LiveSource */

/** @type {LiveSource | null} */
let current = null;

/** The page's source; null if it has no live picture. */
export const sourceOf = () => current;

/** @param {LiveSource} source that takes the place of the one before */
export function become(source) {
  current = source;
}
