// @ts-check
// Where people are looked for, on this device or on the server: what can be, and what the visitor chose.

import { whyNot } from "./pose.js";

/** @typedef {import("../types.d.ts").PlaceData} PlaceData */
/** @typedef {import("../types.d.ts").Where} Where */

const KEPT = "posecore.live.where"; // in the browser, for the next visit

const UNKNOWN = "This browser does not say whether it can find people itself.";

/** @type {Where | null} */
let chosen = kept();
/** @type {Promise<string | null> | null} */
let cannot = null;
/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * Where it is, why it is not on this device if it cannot be, and whether the visitor is free to choose.
 * @param {PlaceData} data
 * @returns {Promise<{where: Where, why: string, free: boolean}>}
 */
export async function placeFor({ missing, needs }) {
  if (missing !== null) return { where: "server", why: missing, free: false };
  cannot ??= whyNot().catch(() => UNKNOWN);
  const why = await cannot;
  if (why !== null) return { where: "server", why: `${why} So the server finds people.`, free: false };
  if (needs !== null) return { where: "server", why: needs, free: false };
  return { where: chosen ?? "device", why: "", free: true };
}

/**
 * @param {Where} where
 * @param {boolean} remembers whether it holds for the next visit, too
 */
export function choose(where, remembers) {
  chosen = where;
  if (remembers) keep(where);
  for (const listener of listeners) listener();
}

/**
 * Call a function at each choice.
 * @param {() => void} listener
 * @returns {() => void} to end that
 */
export function onChoice(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @returns {Where | null} */
function kept() {
  try {
    const where = window.localStorage.getItem(KEPT);
    return where === "device" || where === "server" ? where : null;
  } catch {
    return null; // storage is off
  }
}

/** @param {Where} where */
function keep(where) {
  try {
    window.localStorage.setItem(KEPT, where);
  } catch {
    // The choice is then for this page only.
  }
}
