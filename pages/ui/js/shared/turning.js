// @ts-check
// A 3D view turned, shifted and zoomed by mouse, finger or pen. Plotly reports no turn made by touch, so what is drawn
// next would fall back to the camera before it.

import { shifted, turned, zoomed } from "./camera.js";

/** @typedef {import("../types.d.ts").Camera} Camera */

const WHEEL = 0.0012; // of the logarithm of the distance, for each pixel that a wheel turns

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

  // Plotly would keep a finger from scrolling the page.
  for (const kind of ["touchstart", "touchmove", "touchend"]) {
    element.addEventListener(kind, (event) => isScene(event) && event.stopPropagation(), { signal, capture: true, passive: true });
  }
}
