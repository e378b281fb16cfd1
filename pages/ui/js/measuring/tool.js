// @ts-check
// Lines and angles that are drawn over a picture with the mouse, a finger or the keyboard, and what they measure.

import { make } from "../shared/dom.js";
import { save } from "../shared/saving.js";
import { drawMeasures, drawPath } from "./drawing.js";
import { distance, measured, nearestLandmark, placeOf } from "./geometry.js";
import { MeasureList } from "./list.js";
import { HANDLES, Measures, movedBy, usualHandles, within } from "./measures.js";
import { nameOf, pointsOf, tableOf, valueOf } from "./table.js";

/** @typedef {import("../types.d.ts").Place} Place */
/** @typedef {import("../types.d.ts").Handle} Handle */
/** @typedef {import("../types.d.ts").Measure} Measure */
/** @typedef {import("../types.d.ts").MeasuredFrame} MeasuredFrame */

// A finger covers more than the tip of an arrow. In pixels of the page.
const REACH_PX = /** @type {Record<string, number>} */ ({ touch: 22, pen: 14, mouse: 11 });
// A pointer that moves less than this was held still.
const STILL_PX = 5;
const MOST_RATIO = 2;
const STEPS = /** @type {Record<string, Place>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});
const KEPT = 4; // pictures whose measures are kept while the visitor is on another page
const ASKED = {
  line: ["Click or tap one end of the line, then the other, or drag from end to end."],
  angle: ["Click or tap the end of one arm.", "Now the corner of the angle.", "Now the end of the other arm."],
};

/** Measures by picture, as they were left in this visit. @type {Map<string, Measures>} */
const kept = new Map();

/** @returns {MeasuredFrame} */
const nothing = () => ({ number: null, time: null, people: [], landmarks: [] });

export class MeasuringTool {
  /**
   * @param {HTMLElement} screen holds the picture, which fills it
   * @param {HTMLElement} panel for buttons and values
   * @param {{onBegin?: () => void}} [listener] told when somebody begins to draw
   */
  constructor(screen, panel, { onBegin = () => {} } = {}) {
    this.panel = panel;
    this.onBegin = onBegin;
    this.measures = new Measures();
    /** @type {Place} */
    this.size = [1, 1];
    this.name = "photo";
    this.frameOf = nothing;
    /** @type {{kind: Measure["kind"], handles: Handle[], end: Place | null, from: Place | null} | null} */
    this.drawn = null; // what is being placed
    /** @type {{id: number, place: number, number: number} | null} */
    this.dragged = null;
    this.drags = 0;
    /** @type {Map<string, HTMLButtonElement>} */
    this.handles = new Map();
    this.canvas = make("canvas", { className: "ms-canvas" });
    this.canvas.setAttribute("aria-hidden", "true");
    this.layer = make("div", { className: "ms-layer" }, this.canvas);
    this.pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    screen.append(this.layer);
    this.list = new MeasureList(panel, {
      onLength: (id, metres) => this.measures.setLength(id, metres),
      onChanged: () => this.draw(),
      onRemove: (id) => this.change(() => this.measures.remove(id)),
      onFocus: (id) => this.handles.get(`${id} 0`)?.focus(),
    });
    this.actions = {
      line: (/** @type {boolean} */ byKey) => this.begin("line", byKey),
      angle: (/** @type {boolean} */ byKey) => this.begin("angle", byKey),
      undo: () => this.change(() => this.measures.undo()),
      clear: () => this.change(() => this.measures.clear()),
      copy: () => this.copy(),
      csv: () => this.download(),
    };
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this.layer);
    this.listen();
  }

  listen() {
    this.panel.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-measure]"));
      if (!button) return;
      event.stopPropagation();
      this.actions[/** @type {keyof MeasuringTool["actions"]} */ (button.dataset.measure)](event.detail === 0);
    });
    this.layer.addEventListener("pointerdown", (event) => this.onDown(event));
    this.layer.addEventListener("pointermove", (event) => this.onMove(event));
    this.layer.addEventListener("pointerup", (event) => this.onUp(event));
    this.layer.addEventListener("pointercancel", () => this.endDrag());
    this.layer.addEventListener("click", (event) => event.stopPropagation()); // it would play the video
    this.layer.addEventListener("keydown", (event) => this.onKey(event));
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.drawn) this.stop();
    });
  }

  /**
   * Show the measures of a picture.
   * @param {string} key identifies it: a picture that comes back has its measures again
   * @param {Place} size of the picture
   * @param {string} name of files
   */
  start(key, size, name) {
    this.size = size;
    this.name = name;
    const measures = kept.get(key) ?? new Measures();
    kept.delete(key);
    kept.set(key, measures);
    for (const old of [...kept.keys()].slice(0, -KEPT)) kept.delete(old);
    if (measures === this.measures) return;
    this.measures = measures;
    this.stop();
  }

  /**
   * Show another frame.
   * @param {() => MeasuredFrame} frameOf gives it; it is asked only if something is measured
   */
  show(frameOf) {
    this.frameOf = frameOf;
    this.draw();
  }

  /**
   * Draw what is measured on another canvas.
   * @param {CanvasRenderingContext2D} pen of a canvas in the shape of the picture
   * @param {number} ratio of its pixels to those of a page, which sets the thickness of lines
   */
  drawOn(pen, ratio) {
    const { all } = this.measures;
    if (all.length) drawMeasures(pen, all, this.frameOf().people, { scale: pen.canvas.width / this.size[0], ratio });
  }

  end() {
    this.sizes.disconnect();
  }

  // ---- placing

  /**
   * @param {Measure["kind"]} kind
   * @param {boolean} byKey whether a key chose it: then it is put in the middle, to be moved from there
   */
  begin(kind, byKey) {
    if (this.drawn?.kind === kind) return this.stop();
    this.stop();
    this.onBegin();
    if (byKey) {
      this.add(kind, usualHandles(kind, this.size));
      const newest = this.measures.all.at(-1);
      if (newest) this.handles.get(`${newest.id} 0`)?.focus();
      return;
    }
    this.drawn = { kind, handles: [], end: null, from: null };
    this.draw();
    this.list.say(ASKED[kind][0]);
  }

  /** End placing. */
  stop() {
    this.drawn = null;
    this.endDrag();
    this.list.say("");
    this.draw();
  }

  /**
   * @param {Measure["kind"]} kind
   * @param {Handle[]} handles
   */
  add(kind, handles) {
    const added = this.measures.add(kind, handles);
    this.drawn = null;
    this.draw();
    if (added) this.sayOf(added.id);
    else this.list.say("There are as many measures as fit. Remove one first.");
  }

  // ---- pointers

  /** @param {PointerEvent} event @returns {Place} in the picture */
  placeOf(event) {
    const { left, top, width } = this.layer.getBoundingClientRect();
    const scale = this.size[0] / Math.max(width, 1);
    return within([(event.clientX - left) * scale, (event.clientY - top) * scale], this.size);
  }

  /**
   * A handle at the pointer, on a landmark if one is near; with Alt exactly at the pointer.
   * @param {PointerEvent} event
   * @returns {Handle}
   */
  handleAt(event) {
    const at = this.placeOf(event);
    const reach = (REACH_PX[event.pointerType] ?? REACH_PX.mouse) * (this.size[0] / Math.max(this.layer.clientWidth, 1));
    return { at, follows: event.altKey ? null : nearestLandmark(at, this.frameOf().people, reach) };
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    if (event.button) return;
    const handle = /** @type {HTMLElement} */ (event.target).closest("[data-handle]");
    if (handle && !this.drawn) {
      const [id, place] = (/** @type {HTMLElement} */ (handle).dataset.handle ?? "").split(" ").map(Number);
      this.dragged = { id, place, number: ++this.drags };
      this.onBegin();
      this.layer.setPointerCapture(event.pointerId);
      return;
    }
    if (!this.drawn) return;
    event.preventDefault();
    this.layer.setPointerCapture(event.pointerId);
    this.drawn.from = [event.clientX, event.clientY];
    this.put(this.handleAt(event));
  }

  /** @param {Handle} handle the next one of what is being placed */
  put(handle) {
    if (!this.drawn) return;
    const { kind, handles } = this.drawn;
    handles.push(handle);
    this.drawn.end = null;
    if (handles.length === HANDLES[kind]) return this.add(kind, handles);
    this.list.say(ASKED[kind][Math.min(handles.length, ASKED[kind].length - 1)]);
    this.draw();
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (this.dragged) {
      const { id, place, number } = this.dragged;
      this.measures.move(id, place, this.handleAt(event), `drag ${number}`);
      this.draw();
    } else if (this.drawn?.handles.length) {
      const handle = this.handleAt(event);
      this.drawn.end = placeOf(handle, this.frameOf().people) ?? handle.at;
      this.draw();
    }
  }

  /** @param {PointerEvent} event */
  onUp(event) {
    if (this.dragged) this.sayOf(this.dragged.id);
    this.endDrag();
    const from = this.drawn?.from;
    if (!this.drawn || !from || !this.drawn.handles.length) return;
    this.drawn.from = null;
    // Pulled from one point to the next, instead of clicked.
    if (distance(from, [event.clientX, event.clientY]) > STILL_PX) this.put(this.handleAt(event));
  }

  endDrag() {
    this.dragged = null;
  }

  // ---- keys

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.ctrlKey || event.metaKey) return;
    const handle = /** @type {HTMLElement} */ (event.target).dataset.handle;
    if (event.key === "Escape") {
      if (this.drawn) this.stop();
      this.list.focusLine();
    } else if (!handle || !this.keyOnHandle(event, handle)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {KeyboardEvent} event
   * @param {string} name of the handle
   * @returns {boolean} whether the key is for it
   */
  keyOnHandle(event, name) {
    const [id, place] = name.split(" ").map(Number);
    const handle = this.measures.find(id)?.handles[place];
    if (!handle) return false;
    const { people } = this.frameOf();
    const step = STEPS[event.key];
    if (step) {
      const far = event.shiftKey ? 10 : 1;
      const moved = movedBy(handle, [far * step[0], far * step[1]], people, this.size);
      this.change(() => this.measures.move(id, place, moved, `keys ${name}`));
      this.sayOf(id);
    } else if (event.key === "Enter") {
      const at = placeOf(handle, people) ?? handle.at;
      const follows = nearestLandmark(at, people, Infinity);
      if (follows) this.change(() => this.measures.move(id, place, { at, follows }));
      this.sayOf(id);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.change(() => this.measures.remove(id));
      this.list.focusLine();
      this.list.say("Removed. Undo brings it back.");
    } else {
      return false;
    }
    return true;
  }

  // ---- showing

  /** @param {() => unknown} act */
  change(act) {
    act();
    this.draw();
  }

  fit() {
    const { clientWidth, clientHeight } = this.layer;
    const ratio = Math.min(window.devicePixelRatio || 1, MOST_RATIO);
    this.ratio = ratio;
    Object.assign(this.canvas, { width: Math.round(clientWidth * ratio), height: Math.round(clientHeight * ratio) });
    this.draw();
  }

  draw() {
    const { all } = this.measures;
    this.layer.classList.toggle("ms-drawing", this.drawn !== null);
    const isUsed = all.length > 0 || this.drawn !== null;
    if (!isUsed && this.isClear) return;
    this.isClear = !isUsed;
    const frame = isUsed ? this.frameOf() : nothing();
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const size = { scale: this.canvas.width / this.size[0], ratio: this.ratio ?? 1 };
    drawMeasures(this.pen, all, frame.people, size);
    this.drawUnfinished(frame, size);
    this.placeHandles(frame);
    this.list.show(this.measures, frame, this.drawn?.kind ?? null);
  }

  /**
   * @param {MeasuredFrame} frame
   * @param {{scale: number, ratio: number}} size
   */
  drawUnfinished({ people }, { scale, ratio }) {
    if (!this.drawn) return;
    const places = this.drawn.handles.map((handle) => placeOf(handle, people) ?? handle.at);
    if (this.drawn.end) places.push(this.drawn.end);
    drawPath(this.pen, places.map(([x, y]) => [x * scale, y * scale]), ratio);
  }

  /** @param {MeasuredFrame} frame */
  placeHandles(frame) {
    const wanted = new Set();
    for (const measure of this.measures.all) {
      const now = measured(measure, this.measures.all, frame.people);
      const points = pointsOf(measure, now, frame);
      measure.handles.forEach((handle, place) => {
        const name = `${measure.id} ${place}`;
        const button = this.handles.get(name) ?? this.newHandle(name);
        wanted.add(name);
        const at = now.places[place];
        button.hidden = !at;
        button.classList.toggle("ms-follows", handle.follows !== null);
        button.setAttribute("aria-label", `${nameOf(measure)}, point ${place + 1}: ${points[place]}`);
        if (!at) return;
        button.style.left = `${(100 * at[0]) / this.size[0]}%`;
        button.style.top = `${(100 * at[1]) / this.size[1]}%`;
      });
    }
    for (const [name, button] of this.handles) {
      if (wanted.has(name)) continue;
      button.remove();
      this.handles.delete(name);
    }
  }

  /** @param {string} name */
  newHandle(name) {
    const title = "Drag it, or move it with the arrow keys (Shift: ten pixels). Enter: to the nearest landmark. Delete: remove";
    const button = make("button", { type: "button", className: "ms-handle", title });
    button.dataset.handle = name;
    this.handles.set(name, button);
    this.layer.append(button);
    return button;
  }

  /** @param {number} id */
  sayOf(id) {
    const measure = this.measures.find(id);
    if (measure) this.list.say(this.sentence(measure), { aloud: true });
  }

  /** @param {Measure} measure */
  sentence(measure) {
    const frame = this.frameOf();
    const now = measured(measure, this.measures.all, frame.people);
    return `${nameOf(measure)}: ${valueOf(now)}, ${pointsOf(measure, now, frame).join(" to ")}.`;
  }

  // ---- taking along

  async copy() {
    try {
      await navigator.clipboard.writeText(tableOf(this.measures.all, this.frameOf(), "\t"));
      this.list.say("Copied. Paste it into a spreadsheet.");
    } catch {
      this.list.say("This browser does not let pages copy. Download the CSV file instead.");
    }
  }

  download() {
    const frame = this.frameOf();
    const moment = frame.number === null ? "" : `.frame-${frame.number}`;
    save(tableOf(this.measures.all, frame, ","), "text/csv", `${this.name}${moment}.measures.csv`);
  }
}

