// @ts-check
// A photo on which the corners of things are picked, with the mouse, fingers or keys.

import { find, make, write } from "../shared/dom.js";
import { Corners, lensPlace } from "./corners.js";

/** @typedef {import("../types.d.ts").PickerData} PickerData */
/** @typedef {import("../types.d.ts").PickedThing} PickedThing */
/** @typedef {import("../types.d.ts").Place} Place */
/** @typedef {import("../types.d.ts").Component<PickerData>} PickerComponent */

const SVG = "http://www.w3.org/2000/svg";
const ZOOM = 4;
const LENS_PX = 130;
// A finger covers more than the tip of an arrow.
const REACH_PX = { touch: 26, pen: 16, mouse: 14 };
// A finger that moves less than this was held still.
const STILL_PX = 3;
const BESIDE_PX = 9;
const STEPS = /** @type {Record<string, Place>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});
const SEND_AFTER_MS = 350;

/**
 * @param {string} kind
 * @param {Record<string, string | number>} attributes
 */
function draw(kind, attributes, text = "") {
  const element = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, `${value}`);
  element.textContent = text;
  return element;
}

/** Corners by photo and thing, as they were left in this visit. @type {Map<string, Corners>} */
const picked = new Map();

class Picker {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.photo = find(root, ".cp-photo");
    this.image = /** @type {HTMLImageElement} */ (find(root, "img"));
    this.marks = /** @type {SVGElement} */ (find(root, ".cp-marks"));
    this.lens = find(root, ".cp-lens");
    /** @type {PickerData} */
    this.data = { key: "", picture: null, size: [1, 1], chosen: null, things: [] };
    /** @type {PickerComponent["setStateValue"]} */
    this.setState = () => {};
    /** @type {{corner: number, from: Place, offset: Place, moved: boolean} | null} */
    this.dragged = null;
    this.waiting = 0;
    this.ignoresClick = false;
    this.photo.addEventListener("pointerdown", (event) => this.onDown(event));
    this.photo.addEventListener("pointermove", (event) => this.onMove(event));
    this.photo.addEventListener("pointerup", () => this.onUp());
    this.photo.addEventListener("pointercancel", () => this.onUp());
    // A finger on a corner moves it; elsewhere it scrolls the page.
    this.photo.addEventListener("touchstart", (event) => this.onTouch(event), { passive: false });
    this.photo.addEventListener("click", (event) => this.onClick(event));
    this.photo.addEventListener("keydown", (event) => this.onKey(event));
    this.photo.addEventListener("blur", () => this.hideLens());
    this.button("skip").addEventListener("click", () => this.change((corners) => corners.skip()));
    this.button("remove").addEventListener("click", () => this.change((corners) => corners.remove()));
    this.button("undo").addEventListener("click", () => this.change((corners) => corners.undo()));
    this.button("clear").addEventListener("click", () => this.change((corners) => corners.clear()));
    new ResizeObserver(() => this.drawMarks()).observe(this.photo);
  }

  /** @param {string} what @returns {HTMLButtonElement} */
  button(what) {
    return find(this.root, `[data-do="${what}"]`);
  }

  /** @param {PickerData} data */
  show(data) {
    this.data = data;
    for (const thing of data.things) {
      const name = this.nameOf(thing);
      if (!picked.has(name)) picked.set(name, new Corners(thing.at, data.size));
    }
    if (data.picture && this.image.getAttribute("src") !== data.picture) {
      this.image.src = data.picture;
      this.lens.style.backgroundImage = `url("${this.image.src}")`;
    }
    [this.image.width, this.image.height] = data.size;
    this.photo.style.aspectRatio = `${data.size[0]} / ${data.size[1]}`;
    this.photo.style.setProperty("--shape", `${data.size[0] / data.size[1]}`);
    this.root.classList.remove("cp-stale");
    this.draw();
  }

  /** @param {PickedThing} thing */
  nameOf(thing) {
    return `${this.data.key}/${thing.id}`;
  }

  /** @returns {PickedThing | null} */
  get thing() {
    return this.data.things.find(({ id }) => id === this.data.chosen) ?? null;
  }

  /** @returns {Corners | null} */
  get corners() {
    return this.thing && (picked.get(this.nameOf(this.thing)) ?? null);
  }

  /** Photo pixels per pixel of the page. */
  get scale() {
    return this.data.size[0] / Math.max(this.photo.clientWidth, 1);
  }

  /** @param {(corners: Corners) => unknown} act */
  change(act) {
    if (!this.corners) return;
    act(this.corners);
    this.draw();
    this.send(0);
  }

  /** @param {number} after milliseconds */
  send(after) {
    this.root.classList.add("cp-stale");
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => {
      const corners = this.data.things.map((thing) => [thing.id, picked.get(this.nameOf(thing))?.places ?? thing.at]);
      this.setState("corners", { key: this.data.key, corners: Object.fromEntries(corners) });
    }, after);
  }

  /** @param {MouseEvent | Touch} event @returns {Place} in the photo */
  placeOf(event) {
    const { left, top } = this.photo.getBoundingClientRect();
    return [(event.clientX - left) * this.scale, (event.clientY - top) * this.scale];
  }

  /** @param {TouchEvent} event */
  onTouch(event) {
    if (event.touches.length > 1 || !this.corners) return;
    const place = this.placeOf(event.touches[0]);
    if (this.corners.near(place, REACH_PX.touch * this.scale) !== null) event.preventDefault();
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    this.ignoresClick = false;
    this.hideLens();
    const { corners } = this;
    if (!corners || event.button !== 0 || !event.isPrimary) return;
    const place = this.placeOf(event);
    const reach = REACH_PX[/** @type {"touch" | "pen" | "mouse"} */ (event.pointerType)] ?? REACH_PX.mouse;
    const corner = corners.near(place, reach * this.scale);
    const there = corner === null ? null : corners.places[corner];
    if (corner === null || !there) return;
    this.ignoresClick = true;
    this.photo.setPointerCapture(event.pointerId);
    // It stays under the finger as it was gripped, and does not jump.
    this.dragged = { corner, from: place, offset: [there[0] - place[0], there[1] - place[1]], moved: false };
    corners.choose(corner);
    this.draw();
    this.showLens();
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    const { corners, dragged } = this;
    if (!corners) return;
    const [x, y] = this.placeOf(event);
    if (!dragged) {
      this.photo.classList.toggle("cp-near", corners.near([x, y], REACH_PX.mouse * this.scale) !== null);
      return;
    }
    const away = Math.hypot(x - dragged.from[0], y - dragged.from[1]);
    if (!dragged.moved && away < STILL_PX * this.scale) return;
    if (!dragged.moved) corners.grab(dragged.corner);
    dragged.moved = true;
    corners.drag(dragged.corner, [x + dragged.offset[0], y + dragged.offset[1]]);
    this.draw();
    this.showLens();
  }

  onUp() {
    const { dragged } = this;
    if (!dragged) return;
    this.dragged = null;
    this.hideLens();
    if (dragged.moved) {
      this.send(0);
    } else if (Math.hypot(...dragged.offset) > BESIDE_PX * this.scale) {
      // A tap beside a corner means its neighbour, on a small thing.
      this.change((corners) => corners.pick(dragged.from));
    }
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    if (this.ignoresClick) return;
    this.change((corners) => corners.pick(this.placeOf(event)));
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const { corners, thing } = this;
    if (!corners || !thing || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    const step = STEPS[event.key];
    if (step && !command) {
      const pixels = event.shiftKey ? 10 : 1;
      if (!corners.nudge(pixels * step[0], pixels * step[1])) return;
      this.draw();
      this.showLens();
      this.send(SEND_AFTER_MS);
    } else if (command && event.key === "z") {
      this.change(() => corners.undo());
    } else if (command) {
      return;
    } else if (event.key === "Enter" || event.key === " ") {
      if (corners.next === null) return;
      // Roughly where the drawing has it: arrow keys do the rest.
      const [x, y] = thing.sketch.points[corners.next];
      const [width, height] = this.data.size;
      this.change(() => corners.pick([width * (0.25 + x / 2), height * (0.25 + y / 2)]));
      this.showLens();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.change(() => corners.remove());
    } else if (/^[1-8]$/.test(event.key) && Number(event.key) <= corners.places.length) {
      corners.choose(Number(event.key) - 1);
      this.draw();
      this.showLens();
    } else {
      return;
    }
    event.preventDefault();
  }

  showLens() {
    const { corners } = this;
    const place = corners && corners.chosen !== null ? corners.places[corners.chosen] : null;
    this.lens.hidden = !place;
    if (!place) return;
    const [x, y] = [place[0] / this.scale, place[1] / this.scale];
    const { clientWidth: width, clientHeight: height } = this.photo;
    const [left, top] = lensPlace([x, y], width, LENS_PX, this.photo.getBoundingClientRect().top);
    Object.assign(this.lens.style, {
      left: `${left}px`,
      top: `${top}px`,
      backgroundSize: `${width * ZOOM}px ${height * ZOOM}px`,
      backgroundPosition: `${LENS_PX / 2 - x * ZOOM}px ${LENS_PX / 2 - y * ZOOM}px`,
    });
  }

  hideLens() {
    this.lens.hidden = true;
  }

  draw() {
    const { corners, thing } = this;
    this.button("skip").disabled = !corners || corners.next === null || corners.places.length <= 4;
    this.button("skip").hidden = !corners || corners.places.length <= 4;
    this.button("remove").disabled = !corners || corners.chosen === null || !corners.places[corners.chosen];
    this.button("undo").disabled = !corners?.before.length;
    this.button("clear").disabled = !corners?.count;
    this.drawMarks();
    this.drawSketch();
    this.drawChoices();
    write(find(this.root, ".cp-said"), thing && corners ? told(thing, corners) : "Add a thing first.");
  }

  drawMarks() {
    const { scale } = this;
    const [width, height] = this.data.size;
    this.marks.setAttribute("viewBox", `0 0 ${width} ${height}`);
    /** @type {SVGElement[]} */
    const lines = [];
    /** @type {SVGElement[]} */
    const handles = [];
    for (const thing of this.data.things) {
      const active = thing.id === this.data.chosen;
      for (const line of thing.lines) {
        const points = line.map((place) => place.join(",")).join(" ");
        lines.push(draw("polyline", { points, class: "cp-rim" }));
        lines.push(draw("polyline", { points, class: "cp-edge", stroke: thing.color }));
      }
      const corners = picked.get(this.nameOf(thing));
      corners?.places.forEach((place, corner) => {
        if (!place) return;
        const [cx, cy] = place;
        const chosen = active && corners.chosen === corner;
        const mark = draw("g", { class: `cp-corner${active ? "" : " cp-other"}${chosen ? " cp-chosen" : ""}` });
        const arm = (active ? 9 : 5) * scale;
        const gap = (active ? 3 : 1) * scale;
        for (const [kind, stroke] of [["cp-rim", ""], ["cp-cross", thing.color]]) {
          const d = [
            `M${cx - arm},${cy}H${cx - gap}M${cx + gap},${cy}H${cx + arm}`,
            `M${cx},${cy - arm}V${cy - gap}M${cx},${cy + gap}V${cy + arm}`,
          ].join("");
          mark.append(draw("path", { d, class: kind, ...(stroke && { stroke }) }));
        }
        if (chosen) {
          mark.append(draw("circle", { cx, cy, r: 12 * scale, class: "cp-rim" }));
          mark.append(draw("circle", { cx, cy, r: 12 * scale, class: "cp-cross", stroke: thing.color }));
        }
        const at = { x: cx + 10 * scale, y: cy - 10 * scale, "font-size": 14 * scale, "stroke-width": 3 * scale };
        if (active) mark.append(draw("text", at, `${corner + 1}`));
        handles.push(mark);
      });
    }
    this.marks.replaceChildren(...lines, ...handles);
  }

  drawSketch() {
    const sketch = find(this.root, ".cp-sketch");
    const { thing, corners } = this;
    sketch.toggleAttribute("hidden", !thing);
    if (!thing || !corners) return;
    const at = thing.sketch.points.map(([x, y]) => [14 + 92 * x, 14 + 62 * y]);
    const line = (/** @type {string} */ kind) => (/** @type {[number, number]} */ [from, to]) =>
      draw("line", { x1: at[from][0], y1: at[from][1], x2: at[to][0], y2: at[to][1], class: kind });
    const dots = at.flatMap(([cx, cy], corner) => {
      const state = corners.places[corner] ? "cp-done" : corners.skipped[corner] ? "cp-skipped" : "";
      const dot = draw("circle", { cx, cy, r: corner === corners.next ? 8 : 6, class: state });
      if (corner === corners.next) dot.setAttribute("class", "cp-next-dot");
      return [dot, draw("text", { x: cx, y: cy + 3.5, class: dot.getAttribute("class") ?? "" }, `${corner + 1}`)];
    });
    const { edges, behind } = thing.sketch;
    sketch.replaceChildren(...behind.map(line("cp-behind")), ...edges.map(line("cp-line")), ...dots);
  }

  drawChoices() {
    const row = find(this.root, ".cp-choices");
    const { thing, corners } = this;
    const names = thing?.names ?? [];
    if (row.childElementCount !== names.length) {
      const buttons = names.map((_, corner) => {
        const button = make("button", { type: "button" }, `${corner + 1}`);
        button.addEventListener("click", () => {
          this.corners?.choose(corner);
          this.draw();
          this.showLens();
        });
        return button;
      });
      row.replaceChildren(...buttons);
    }
    [...row.children].forEach((button, corner) => {
      if (!corners) return;
      const isPicked = Boolean(corners.places[corner]);
      const state = isPicked ? "picked" : corners.skipped[corner] ? "not seen" : "not picked";
      button.setAttribute("aria-label", `Corner ${corner + 1}, ${names[corner]}: ${state}`);
      button.setAttribute("title", names[corner]);
      button.setAttribute("aria-pressed", `${isPicked ? corners.chosen === corner : corners.next === corner}`);
      button.className = isPicked ? "cp-is-picked" : "";
    });
  }
}

/**
 * What to do next, in words.
 * @param {PickedThing} thing
 * @param {Corners} corners
 */
function told(thing, corners) {
  const { next, count } = corners;
  const place = corners.chosen === null ? null : corners.places[corners.chosen];
  const where = place ? ` Corner ${Number(corners.chosen) + 1} is at ${place.map(Math.round).join(", ")}.` : "";
  if (next !== null) return `${thing.name}: pick corner ${next + 1}, ${thing.names[next]}.${where}`;
  if (count < 4) return `${thing.name}: only ${count} corners are picked, and 4 are needed.${where}`;
  return `${thing.name}: all corners are picked. Drag one to correct it.${where}`;
}

/** @type {Map<HTMLElement, Picker>} */
const pickers = new Map();

/** @param {PickerComponent} component */
export default function ({ data, parentElement, setStateValue }) {
  const root = find(parentElement, ".cp");
  for (const known of pickers.keys()) if (!known.isConnected) pickers.delete(known);
  const picker = pickers.get(root) ?? new Picker(root);
  pickers.set(root, picker);
  picker.setState = setStateValue;
  picker.show(data);
}
