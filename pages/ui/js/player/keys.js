// @ts-check
// The player's keyboard shortcuts.

/** @typedef {"toggle" | "step" | "loopStart" | "loopEnd" | "noLoop" | "faster" | "cut" | "sound" | "picture"} Action */

/**
 * What a key does within the player.
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
    s: ["picture", 0],
  };
  return actions[event.key] ?? null;
}

/**
 * Whether a key that is pressed outside the player plays or pauses: Space does, unless somebody types, or has gone to a
 * button or the like with the Tab key, which Space then presses. Who clicked it has no more use for Space there.
 * @param {KeyboardEvent} event
 * @param {boolean} tabbed whether the focus is where the Tab key has moved it
 */
export function playsFromAfar(event, tabbed) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  if (target.isContentEditable || target.closest("textarea, select, video, [role=textbox], [role=combobox]")) return false;
  const field = target.closest("input");
  if (field && !["button", "checkbox", "radio", "range"].includes(field.type)) return false;
  return target === document.body || !tabbed;
}
