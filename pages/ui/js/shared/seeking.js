// @ts-check
// Other parts of the page ask its player to show a moment.

/**
 * A time of the frames, in seconds; and the start and end of the loop that is to be played from there, null to clear the
 * loop, or undefined to leave it as it is.
 * @typedef {{time: number, loop?: [number, number] | null}} Asked
 */

const ASKED = "posecore-seek";

/**
 * @param {number} time
 * @param {[number, number] | null} [loop]
 */
export function askFor(time, loop) {
  document.dispatchEvent(new CustomEvent(ASKED, { detail: { time, loop } }));
}

/**
 * @param {(asked: Asked) => void} onAsked
 * @param {AbortSignal} signal ends it
 */
export function whenAsked(onAsked, signal) {
  document.addEventListener(ASKED, (event) => onAsked(/** @type {CustomEvent<Asked>} */ (event).detail), { signal });
}
