// @ts-check
// Gestures that press buttons of the page, as the server reports them with the live numbers.

import { find, write } from "../shared/dom.js";

/** @typedef {import("../types.d.ts").GestureState} GestureState */

const SAID_MS = 3000;

/**
 * What is held now, and what that does.
 * @param {GestureState} state
 */
export function gestureText({ gesture, does, progress }) {
  if (!gesture || progress <= 0) return "Hold a gesture";
  return progress < 1 ? `Hold on: ${gesture} will ${does}` : `Done: ${does}. Let go before the next gesture`;
}

/** @type {Set<HTMLElement>} */
const roots = new Set();
/** How many were pressed; -1: not known yet, as those before the page was opened do not count. */
let known = -1;
let saidUntil = 0;

/** @param {GestureState | null} state */
export function showGestures(state) {
  if (!state) {
    known = -1;
    return;
  }
  const isNew = known >= 0 && state.pressed > known;
  known = state.pressed;
  let text = gestureText(state);
  if (isNew && !press(state.selector)) {
    text = "That button is not on the page now";
    saidUntil = performance.now() + SAID_MS;
  } else if (performance.now() < saidUntil) return;
  for (const root of roots) {
    if (!root.isConnected) roots.delete(root);
    else {
      write(find(root, ".gb-text"), text);
      find(root, ".gb-bar").style.width = `${100 * state.progress}%`;
    }
  }
}

/**
 * Press a button of the page; false if it is not there.
 * @param {string} selector
 */
function press(selector) {
  const button = /** @type {HTMLButtonElement | null} */ (document.querySelector(selector));
  if (!button || button.hidden || button.disabled) return false;
  button.click();
  return true;
}

/** @param {import("../types.d.ts").Component<object>} component */
export default function ({ parentElement }) {
  roots.add(find(parentElement, ".gb"));
}
