// @ts-check
// What the keyboard does in the player.

/** @typedef {"toggle" | "step" | "loopStart" | "loopEnd" | "noLoop" | "faster" | "sound"} Action */

/**
 * @param {KeyboardEvent} event
 * @returns {[Action, number] | null} what to do, and how far; null: the key is not for the player
 */
export function actionOf(event) {
  const target = /** @type {Element} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (target.closest("select, input:not(.pp-scrub)")) return null; // what is written or chosen there
  if (event.key === " " && target.closest("button")) return null; // it presses that
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
    m: ["sound", 0],
  };
  return actions[event.key] ?? null;
}
