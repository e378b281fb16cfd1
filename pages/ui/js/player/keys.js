// @ts-check
// The player's keyboard shortcuts.

/** @typedef {"toggle" | "step" | "loopStart" | "loopEnd" | "noLoop" | "faster" | "cut" | "sound"} Action */

/**
 * @param {KeyboardEvent} event
 * @returns {[Action, number] | null} what to do, and how far; null if the key is not for the player
 */
export function actionOf(event) {
  const target = /** @type {Element} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (target.closest("select, input:not(.pp-scrub)")) return null; // the key belongs to that field
  if (event.key === " " && target.closest("button")) return null; // the key presses that button
  const far = event.shiftKey ? 10 : 1;
  /** @type {Record<string, [Action, number]>} */
  const actions = {
    " ": ["toggle", 0],
    ArrowLeft: ["step", -far],
    ArrowRight: ["step", far],
    Home: ["step", -Infinity],
    End: ["step", Infinity],
    "[": ["loopStart", 0],
    "]": ["loopEnd", 0],
    "\\": ["noLoop", 0],
    "<": ["faster", -1],
    ">": ["faster", 1],
    n: ["cut", 1],
    p: ["cut", -1],
    m: ["sound", 0],
  };
  return actions[event.key] ?? null;
}
