// @ts-check
// Draws a 3D figure on a plain canvas, for browsers without WebGL, which Plotly needs, and for figures that move where
// WebGL has no graphics card. It takes what Plotly takes, as far as the figures of this app use it: lines and markers of
// scatter3d traces in a scene with three axes.

import { colorOf, valuesOf } from "./figure_values.js";
import { make } from "./dom.js";
import { project } from "./projection.js";

/** @typedef {import("./projection.js").Scene} Scene */
/** @typedef {{depth: number, paint: (pen: CanvasRenderingContext2D) => void}} Item */

const LETTER_PX = 10; // height of a capital letter at the ends of the axes
const MARKER_SCALE = 0.5; // Plotly's sizes are diameters
const LINE_SCALE = 0.6; // Plotly's lines come out thinner than they are said to be
const CENTER = { x: 0, y: 0, z: 0 };
const UP = { x: 0, y: 0, z: 1 };
const AXES = /** @type {const} */ (["x", "y", "z"]);

/** @type {WeakMap<Element, Plot>} */
const plots = new WeakMap();

/**
 * The functions of Plotly that 3D figures are drawn with.
 * @type {import("../types.d.ts").Plotly}
 */
export const canvasPlotly = {
  async react(element, data, layout) {
    const plot = plots.get(element) ?? new Plot(element);
    plots.set(element, plot);
    plot.show(data, layout);
  },
  async relayout(element, change) {
    plots.get(element)?.look(/** @type {any} */ (change)["scene.camera"]); // the only change that is made
  },
  purge(element) {
    plots.get(element)?.end();
    plots.delete(element);
  },
};

class Plot {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.canvas = make("canvas", { style: "position:absolute;left:0;width:100%" });
    this.head = make("div", { style: "position:absolute;top:0;left:0;pointer-events:none" });
    element.style.position = "relative";
    this.scale = make("div", { style: "position:absolute;bottom:0;left:25%;width:50%;font-size:0.75rem;text-align:center" });
    element.replaceChildren(this.canvas, this.head, this.scale);
    /** @type {any[]} */
    this.data = [];
    /** @type {any} */
    this.layout = null;
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(element);
  }

  /**
   * @param {any[]} data
   * @param {any} layout
   */
  show(data, layout) {
    this.data = data.filter(({ type, visible }) => type === "scatter3d" && visible !== false);
    this.layout = layout;
    const { margin, scene, font, title } = layout;
    const share = (scene.domain?.y ?? [0, 1])[0]; // below the scene, for the scale
    this.canvas.style.top = `${margin?.t ?? 0}px`;
    this.canvas.style.height = `calc((100% - ${margin?.t ?? 0}px) * ${1 - share})`;
    this.element.style.color = font?.color ?? "";
    const named = this.data.filter(({ showlegend }) => showlegend && layout.showlegend !== false);
    const keys = named.flatMap(({ name, line, marker }) => [dotted(colorOf(line ?? marker, 0, layout)), ` ${name} `]);
    this.head.replaceChildren(
      make("div", { style: "font-size:15px;margin-top:8px" }, title?.text ?? ""),
      make("div", { style: "font-size:12px" }, ...coloured(title?.subtitle?.text ?? "")),
      make("div", { style: "font-size:12px" }, ...keys),
    );
    this.scale.replaceChildren(...(layout.coloraxis?.showscale ? scaleOf(layout.coloraxis) : []));
    this.draw();
  }

  /** @param {import("../types.d.ts").Camera} camera */
  look(camera) {
    this.layout.scene.camera = camera;
    this.draw();
  }

  draw() {
    const pen = this.canvas.getContext("2d");
    if (!pen || !this.layout) return;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const ratio = window.devicePixelRatio;
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    pen.scale(ratio, ratio);
    const { scene: wanted, font } = this.layout;
    const { camera, aspectratio: aspect, xaxis, yaxis, zaxis } = wanted;
    const ranges = { x: xaxis.range, y: yaxis.range, z: zaxis.range };
    /** @type {Scene} */
    const scene = { camera: { center: CENTER, up: UP, ...camera }, aspect, ranges };
    const place = (/** @type {number[]} */ [x, y, z]) => project({ x, y, z }, scene, width, height);
    const items = this.data.flatMap((trace) => [...itemsOf(trace, this.layout, place)]);
    pen.lineCap = pen.lineJoin = "round";
    for (const { paint } of items.sort((one, other) => other.depth - one.depth)) paint(pen);
    nameAxes(pen, wanted, place, `12px ${font?.family ?? "sans-serif"}`, font?.color ?? "#777");
  }

  end() {
    this.sizes.disconnect();
    this.element.replaceChildren();
  }
}

const dotted = (/** @type {string} */ color) => make("span", { style: `color:${color}` }, "●");

/**
 * A text with coloured parts, as Plotly takes it.
 * @param {string} text
 */
function coloured(text) {
  const parts = text.split(/<span style="color: ([^"]+)">([^<]*)<\/span>/);
  return parts.map((part, place) => {
    if (place % 3 === 0) return part;
    return place % 3 === 1 ? make("span", { style: `color:${part}` }, parts[place + 1]) : "";
  });
}

/**
 * The scale of the colours, as a bar with its title.
 * @param {any} coloraxis
 */
function scaleOf({ colorscale, cmin, cmax, colorbar }) {
  const stops = colorscale.map((/** @type {[number, string]} */ [share, color]) => `${color} ${100 * share}%`);
  const bar = make("div", { style: `height:8px;background:linear-gradient(to right, ${stops.join(", ")})` });
  const ends = make("div", { style: "display:flex;justify-content:space-between" }, `${cmin}`, make("span", {}, `${cmax}`));
  return [make("div", {}, colorbar?.title?.text ?? ""), bar, ends];
}

/**
 * What a trace puts on the screen.
 * @param {any} trace
 * @param {any} layout
 * @param {(point: number[]) => {x: number, y: number, depth: number} | null} place
 * @returns {Generator<Item>}
 */
function* itemsOf(trace, layout, place) {
  const [xs, ys, zs] = AXES.map((axis) => valuesOf(trace[axis]));
  const places = Array.from(xs, (x, index) => {
    const point = [x ?? NaN, ys[index] ?? NaN, zs[index] ?? NaN];
    return point.every(Number.isFinite) ? place(point) : null;
  });
  const { mode, line, marker } = trace;
  if (mode.includes("lines")) {
    for (let index = 1; index < places.length; index++) {
      const [from, to] = [places[index - 1], places[index]];
      if (!from || !to) continue;
      const color = colorOf(line, index, layout);
      yield { depth: (from.depth + to.depth) / 2, paint: (pen) => stroke(pen, from, to, color, LINE_SCALE * (line?.width ?? 2)) };
    }
  }
  if (mode.includes("markers")) {
    const sizes = valuesOf(marker.size);
    for (const [index, at] of places.entries()) {
      if (!at) continue;
      const radius = MARKER_SCALE * (sizes[index] ?? sizes[0] ?? 6);
      const color = colorOf(marker, index, layout);
      // A little nearer than they are, so that they lie on the ends of their lines.
      yield { depth: at.depth - 0.02, paint: (pen) => dot(pen, at, radius, color, marker.line) };
    }
  }
}

/** @typedef {{x: number, y: number}} Place */

/** @type {(pen: CanvasRenderingContext2D, from: Place, to: Place, color: string, width: number) => void} */
function stroke(pen, from, to, color, width) {
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.beginPath();
  pen.moveTo(from.x, from.y);
  pen.lineTo(to.x, to.y);
  pen.stroke();
}

/** @type {(pen: CanvasRenderingContext2D, at: Place, radius: number, color: string, rim?: {color?: string, width?: number}) => void} */
function dot(pen, at, radius, color, rim) {
  pen.fillStyle = color;
  pen.beginPath();
  pen.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  pen.fill();
  if (!rim?.color) return;
  pen.strokeStyle = rim.color;
  pen.lineWidth = rim.width ?? 1;
  pen.stroke();
}

/**
 * The titles and ends of the axes, along the edges of the box nearest to the viewer.
 * @param {CanvasRenderingContext2D} pen
 * @param {any} scene as Plotly takes it
 * @param {(point: number[]) => {x: number, y: number, depth: number} | null} place
 * @param {string} font
 * @param {string} color
 */
function nameAxes(pen, scene, place, font, color) {
  const ranges = AXES.map((axis) => scene[`${axis}axis`].range);
  const bottom = scene.zaxis.range[0];
  pen.font = font;
  pen.fillStyle = color;
  pen.textAlign = "center";
  /** Where texts are already. @type {{x: number, y: number, half: number}[]} */
  const written = [];
  const write = (/** @type {string} */ text, /** @type {number} */ wantedX, /** @type {number} */ wantedY) => {
    const half = pen.measureText(text).width / 2;
    const x = Math.max(half, Math.min(wantedX, pen.canvas.clientWidth - half));
    const y = Math.min(Math.max(wantedY, LETTER_PX), pen.canvas.clientHeight);
    const covers = written.find((other) => Math.abs(other.x - x) < other.half + half + 2 && Math.abs(other.y - y) < LETTER_PX);
    const free = { x, y: covers ? covers.y - LETTER_PX : y, half }; // two axes may end in one corner
    written.push(free);
    pen.fillText(text, free.x, free.y);
  };
  for (const [number, axis] of AXES.entries()) {
    const edges = [0, 1].map((side) => {
      const at = axis === "z" ? [ranges[0][side], ranges[1][side], 0] : [ranges[0][side], ranges[1][side], bottom];
      return ranges[number].map((/** @type {number} */ end) => place(at.map((value, one) => (one === number ? end : value))));
    });
    const there = edges.filter(([from, to]) => from && to);
    const [from, to] = there.sort(([one], [other]) => one.depth - other.depth)[0] ?? [];
    if (!from || !to) continue;
    stroke(pen, from, to, "rgba(138, 143, 152, 0.5)", 1);
    const middle = (from.x + to.x) / 2;
    const below = axis === "z" ? LETTER_PX / 2 : LETTER_PX + 4;
    write(scene[`${axis}axis`].title?.text ?? "", axis === "z" ? middle - 28 : middle, (from.y + to.y) / 2 + below);
    const aside = { x: 0, y: 20 * Math.sign(middle - pen.canvas.clientWidth / 2), z: -14 }[axis];
    const [begin, end] = ranges[number].map((/** @type {number} */ value) => `${Number(value.toPrecision(3))}`);
    write(begin, from.x + aside, from.y + below);
    write(end, to.x + aside, to.y + below);
  }
}
