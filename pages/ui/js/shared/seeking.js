// @ts-check
// Other parts of the page ask its player to show a moment.

const ASKED = "posecore-seek";

/** @param {number} time of the frames, in seconds */
export function askFor(time) {
  document.dispatchEvent(new CustomEvent(ASKED, { detail: time }));
}

/**
 * @param {(time: number) => void} onAsked
 * @param {AbortSignal} signal ends it
 */
export function whenAsked(onAsked, signal) {
  document.addEventListener(ASKED, (event) => onAsked(/** @type {CustomEvent<number>} */ (event).detail), { signal });
}
