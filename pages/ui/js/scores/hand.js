// @ts-check
// Mouse, pen and fingers on the photo: drags of joints, taps, pans, pinches and the wheel.

/** @typedef {import("../types.d.ts").Place} Place */
/** @typedef {"touch" | "pen" | "mouse"} Kind */

/**
 * What the hand moves. Places are pixels of the photo's frame.
 * @typedef {object} Held
 * @property {(at: Place, reach: number) => Place | null} grip a joint within reach: where it is; null: there is none
 * @property {() => boolean} isDrawing whether a box is drawn in place of panning
 * @property {() => boolean} isZoomed
 * @property {() => void} begin a drag of the gripped joint begins
 * @property {(at: Place, kind: Kind) => void} drag
 * @property {() => void} drop
 * @property {(at: Place) => void} tap beside all joints, or on one that was not dragged
 * @property {(from: Place, to: Place, over: boolean) => void} box
 * @property {(right: number, down: number) => void} pan
 * @property {(at: Place, factor: number) => void} zoom
 * @property {(at: Place | null) => void} hover
 */

// A finger covers more than the tip of an arrow.
const REACH_PX = { touch: 26, pen: 16, mouse: 12 };
// A finger that moves less than this was held still.
const STILL_PX = { touch: 6, pen: 4, mouse: 2 };
const WHEEL = 0.0016; // change of the logarithm of the scale per pixel of wheel movement
const PINCH_ON_A_PAD = 0.01;
const LINE_PX = 16;

/**
 * @typedef {{from: Place, last: Place, offset: Place | null, moved: boolean, kind: Kind, draws: boolean}} Press
 */

export class Hand {
  /**
   * @param {HTMLElement} element the photo's frame
   * @param {Held} held
   */
  constructor(element, held) {
    this.element = element;
    this.held = held;
    /** @type {Map<number, Place>} */
    this.fingers = new Map();
    /** @type {Press | null} */
    this.press = null;
    element.addEventListener("pointerdown", (event) => this.onDown(event));
    element.addEventListener("pointermove", (event) => this.onMove(event));
    element.addEventListener("pointerup", (event) => this.onUp(event, true));
    element.addEventListener("pointercancel", (event) => this.onUp(event, false));
    element.addEventListener("pointerleave", () => held.hover(null));
    element.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    // A finger on a joint moves it, and two fingers zoom; elsewhere a finger scrolls the page.
    element.addEventListener("touchstart", (event) => this.onTouch(event), { passive: false });
  }

  /** @param {{clientX: number, clientY: number}} event @returns {Place} */
  at(event) {
    const { left, top } = this.element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  /** @param {TouchEvent} event */
  onTouch(event) {
    const { held } = this;
    const isOurs = event.touches.length > 1 || held.isDrawing() || held.isZoomed();
    if (isOurs || held.grip(this.at(event.touches[0]), REACH_PX.touch)) event.preventDefault();
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    if (event.button !== 0) return;
    const at = this.at(event);
    this.element.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, at);
    if (this.fingers.size > 1) {
      this.letGo();
      return;
    }
    const kind = /** @type {Kind} */ (event.pointerType in REACH_PX ? event.pointerType : "mouse");
    const draws = this.held.isDrawing();
    const joint = draws ? null : this.held.grip(at, REACH_PX[kind]);
    // A joint stays under the finger as it was gripped, and does not jump.
    const offset = joint && /** @type {Place} */ ([joint[0] - at[0], joint[1] - at[1]]);
    this.press = { from: at, last: at, offset, moved: false, kind, draws };
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    const at = this.at(event);
    const before = this.fingers.get(event.pointerId);
    if (!before) {
      this.held.hover(event.pointerType === "touch" ? null : at);
      return;
    }
    if (this.fingers.size > 1) this.onPinch(event.pointerId, at);
    this.fingers.set(event.pointerId, at);
    const { press } = this;
    if (!press) return;
    if (!press.moved) {
      if (Math.hypot(at[0] - press.from[0], at[1] - press.from[1]) < STILL_PX[press.kind]) return;
      press.moved = true;
      if (press.offset) this.held.begin();
    }
    if (press.offset) this.held.drag([at[0] + press.offset[0], at[1] + press.offset[1]], press.kind);
    else if (press.draws) this.held.box(press.from, at, false);
    else this.held.pan(at[0] - press.last[0], at[1] - press.last[1]);
    press.last = at;
  }

  /** Two fingers zoom at their middle, and pan with it. @param {number} id @param {Place} at */
  onPinch(id, at) {
    const [one, other] = this.fingers.keys();
    if (id !== one && id !== other) return;
    const now = /** @type {Place} */ (this.fingers.get(id));
    const fixed = /** @type {Place} */ (this.fingers.get(id === one ? other : one));
    const wide = (/** @type {Place} */ end) => Math.hypot(end[0] - fixed[0], end[1] - fixed[1]);
    this.held.pan((at[0] - now[0]) / 2, (at[1] - now[1]) / 2);
    if (wide(now) > 1) this.held.zoom([(at[0] + fixed[0]) / 2, (at[1] + fixed[1]) / 2], wide(at) / wide(now));
  }

  /** @param {PointerEvent} event @param {boolean} meant false if the browser took the finger away */
  onUp(event, meant) {
    if (!this.fingers.delete(event.pointerId)) return;
    const { press } = this;
    this.press = null;
    if (!press) return;
    if (!press.moved && meant) this.held.tap(press.from);
    else if (press.offset) this.held.drop();
    else if (press.draws && meant) this.held.box(press.from, press.last, true);
  }

  /** A second finger came: what the first one did is over. */
  letGo() {
    const { press } = this;
    this.press = null;
    if (press?.moved && press.offset) this.held.drop();
  }

  /** @param {WheelEvent} event */
  onWheel(event) {
    const pixels = event.deltaY * (event.deltaMode === 1 ? LINE_PX : 1);
    // A photo that is whole lets the page scroll on.
    if (pixels > 0 && !event.ctrlKey && !this.held.isZoomed()) return;
    event.preventDefault();
    this.held.zoom(this.at(event), Math.exp(-pixels * (event.ctrlKey ? PINCH_ON_A_PAD : WHEEL)));
  }
}
