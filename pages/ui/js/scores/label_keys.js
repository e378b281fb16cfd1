// @ts-check
// The keys of the labelling tool.

/**
 * What keys do. Those with a second value have it as how far.
 * @typedef {"move" | "joint" | "hidden" | "absent" | "visible" | "allVisible" | "undo" | "redo" | "next" | "previous" |
 *   "add" | "remove" | "nobody" | "person" | "swap" | "swapLimbs" | "zoom" | "fit" | "zoomPerson" | "full" | "help" |
 *   "leave"} Action
 */

/** For the list of keys: which, and what they do. */
export const KEYS = [
  ["Enter or N", "confirm and go to the next photo"],
  ["P", "back to the photo before"],
  ["Tab, Shift+Tab", "next joint, joint before"],
  ["Arrow keys", "move the joint by 1 px of the photo; with Shift by 10"],
  ["H", "hidden, such as behind something; again: visible"],
  ["X", "absent, such as outside the photo; again: back"],
  ["V, Shift+V", "visible; all joints of the person visible, again: all hidden"],
  ["S, Shift+S", "swap left and right of the person; only of this pair of arms or legs"],
  ["U or Ctrl+Z", "undo"],
  ["Y or Ctrl+Shift+Z", "redo"],
  ["A", "add a person: then click on the person or drag a box"],
  ["Delete, Shift+Delete", "remove the person; all people: nobody is in this photo"],
  ["[ and ]", "person before, next person"],
  ["+, -, 0", "zoom in, zoom out, whole photo"],
  ["Z", "zoom to the person"],
  ["F", "tool in the whole window"],
  ["Escape", "leave the photo, so that Tab goes on through the page"],
  ["?", "these keys"],
];

/** @type {Record<string, [Action, number]>} */
const LETTERS = {
  h: ["hidden", 0],
  x: ["absent", 0],
  v: ["visible", 0],
  u: ["undo", 0],
  y: ["redo", 0],
  n: ["next", 0],
  p: ["previous", 0],
  a: ["add", 0],
  s: ["swap", 0],
  z: ["zoomPerson", 0],
  f: ["full", 0],
  "[": ["person", -1],
  "]": ["person", 1],
  "+": ["zoom", 1],
  "=": ["zoom", 1],
  "-": ["zoom", -1],
  _: ["zoom", -1],
  0: ["fit", 0],
  "?": ["help", 0],
  delete: ["remove", 0],
  backspace: ["remove", 0],
  escape: ["leave", 0],
};
/** @type {Record<string, [Action, number]>} */
const WITH_SHIFT = { v: ["allVisible", 0], s: ["swapLimbs", 0], delete: ["nobody", 0], backspace: ["nobody", 0] };

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean}} event
 * @param {"photo" | "joint" | "button" | "field"} where of the tool the key was pressed
 * @returns {{action: Action, by?: number, step?: [number, number]} | null} null if it is not for the tool
 */
export function actionOf(event, where) {
  const { key, shiftKey } = event;
  if (where === "field" || event.altKey) return null;
  const letter = key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (letter === "z") return { action: shiftKey ? "redo" : "undo" };
    return letter === "y" ? { action: "redo" } : null;
  }
  if (ARROWS[key]) {
    const far = shiftKey ? 10 : 1;
    const [right, down] = ARROWS[key];
    return where === "button" ? null : { action: "move", step: [far * right, far * down] };
  }
  // On a button, these are the browser's.
  if (key === "Tab") return where === "photo" ? { action: "joint", by: shiftKey ? -1 : 1 } : null;
  if (key === "Enter") return where === "photo" ? { action: "next" } : null;
  const found = (shiftKey && WITH_SHIFT[letter]) || LETTERS[letter];
  return found ? { action: found[0], by: found[1] } : null;
}
