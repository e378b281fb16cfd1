// @ts-check
// How the visitor left a result, for when they come back from another page. Kept by the tab of their browser, which
// forgets it when it is closed.

/** @typedef {import("../types.d.ts").View} View */
/** @typedef {import("../types.d.ts").Vector} Vector */
/** @typedef {{index: number, view: View, loop: import("./loop.js").Loop | null, eye: Vector | null, tab: string}} Left eye: null unless the camera was moved */

const NAME = "posecore-player";

/**
 * @param {string} key identifies the result
 * @param {Left} left
 */
export function remember(key, left) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ key, ...left }));
  } catch {
    // Storage may be full or forbidden: then the result begins as usual.
  }
}

/**
 * @param {string} key identifies the result
 * @returns {Left | null} null if another result was left last
 */
export function recall(key) {
  try {
    const { key: of, ...left } = JSON.parse(sessionStorage.getItem(NAME) ?? "{}");
    return of === key ? left : null;
  } catch {
    return null;
  }
}
