// @ts-check
// Turn, shift and zoom a 3D view by mouse, finger or pen. Plotly does not report turns by touch, so the next drawing
// would fall back to the previous camera.

import { shifted, turned, zoomed } from "./camera.js";

/** @typedef {import("../types.d.ts").Camera} Camera */

const WHEEL = 0.0012; // change of the logarithm of the distance per pixel of wheel movement

/**
 * @param {HTMLElement} element that holds the chart
 * @param {{camera: () => Camera | null, onCamera: (camera: Camera) => void, onPoint: (at: PointerEvent | null) => void,
 *   signal: AbortSignal}} hand
 */
export function turnByHand(element, { camera, onCamera, onPoint, signal }) {
  /** @type {{x: number, y: number, pointer: number} | null} */
  let held = null;
  const isScene = (/** @type {Event} */ event) => event.target instanceof HTMLCanvasElement;

  /** @type {(change: (camera: Camera) => Camera) => void} */
  const change = (how) => {
    const now = camera();
    if (now) onCamera(how(now));
  };

  element.addEventListener("pointerdown", (event) => {
    if (!isScene(event)) return; // a legend keeps its clicks
    held = { x: event.clientX, y: event.clientY, pointer: event.pointerId };
    element.setPointerCapture(event.pointerId);
    onPoint(null);
  }, { signal });

  element.addEventListener("pointermove", (event) => {
    if (!held) return onPoint(isScene(event) && event.pointerType !== "touch" ? event : null);
    if (held.pointer !== event.pointerId) return;
    const [right, down] = [event.clientX - held.x, event.clientY - held.y];
    Object.assign(held, { x: event.clientX, y: event.clientY });
    const height = element.clientHeight;
    const shifts = event.buttons === 2 || event.ctrlKey || event.shiftKey;
    if (shifts) change((now) => shifted(now, right / height, down / height));
    else change((now) => turned(now, (Math.PI * right) / height, (Math.PI * down) / height));
  }, { signal });

  for (const kind of ["pointerup", "pointercancel"]) element.addEventListener(kind, () => (held = null), { signal });
  element.addEventListener("pointerleave", () => onPoint(null), { signal });
  element.addEventListener("contextmenu", (event) => isScene(event) && event.preventDefault(), { signal });

  element.addEventListener("wheel", (event) => {
    if (!isScene(event)) return;
    event.preventDefault();
    change((now) => zoomed(now, Math.exp(WHEEL * event.deltaY)));
  }, { signal, passive: false });

  // Otherwise Plotly would prevent scrolling the page by touch.
  for (const kind of ["touchstart", "touchmove", "touchend"]) {
    element.addEventListener(kind, (event) => isScene(event) && event.stopPropagation(), { signal, capture: true, passive: true });
  }
}
