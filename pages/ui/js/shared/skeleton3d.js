// @ts-check
// The 3D skeleton: one Plotly chart whose points are replaced, while its camera stays as the viewer left it.

import { sized } from "./body_size.js";
import { canvasPlotly } from "./canvas3d.js";
import { fitted } from "./fitting.js";
import { fixed } from "./numbers.js";
import { loadPlotly, themed } from "./plotly.js";
import { pointAt } from "./projection.js";
import { painted, pause } from "./timing.js";
import { turnByHand } from "./turning.js";
import { make } from "./dom.js";
import { webgl } from "./webgl.js";

/** @typedef {import("../types.d.ts").Camera} Camera */
/** @typedef {import("../types.d.ts").Points} Points */
/** @typedef {Points & {marker?: object, line?: object}} Trace marker, line: their changed properties */
/** @typedef {{frame: number, traces: Map<string, Trace>, scale?: boolean}} Drawing of traces by uid; scale: whether to show the colour scale */

const EVERY_MS = 75; // between redraws, which take two thirds of the time at most
const HURRIED_MS = 120; // half of the time at most, since video, overlay and curves go first
const PLOTLY_PIXEL_RATIO = 2; // by default Plotly draws at twice the screen's resolution, which takes long
const LEAST_HEAD_PX = 22; // above the box
const REACH_PX = 12; // from the mouse to a joint

const pixelRatio = () => Math.min(PLOTLY_PIXEL_RATIO, window.devicePixelRatio);

export class Skeleton3d {
  /**
   * @param {HTMLElement} element
   * @param {{onTurned?: () => void, onDrawn: (frame: number) => void, isHurried: () => boolean}} watcher
   * @param {{isStill?: boolean}} [kind] isStill: one moment is shown, for which a plain canvas is always fast enough
   */
  constructor(element, watcher, { isStill = false } = {}) {
    this.watcher = watcher;
    this.isStill = isStill;
    this.chart = make("div", { className: "s3-chart" });
    this.tip = make("div", { className: "s3-tip", hidden: true });
    element.classList.add("s3");
    this.head = make("div", { className: "s3-head" });
    this.scale = make("div", { className: "s3-scale", hidden: true });
    element.append(this.chart, this.head, this.scale, this.tip);
    /** @type {(() => Drawing) | null} */
    this.wanted = null;
    this.busy = false;
    /** @type {import("../types.d.ts").Plotly | null} */
    this.plotly = null;
    /** @type {any} */
    this.figure = null;
    this.looking = 0;
    /** @type {PointerEvent | null} */
    this.pointer = null;
    this.ended = new AbortController();
    this.isTurned = false; // by the viewer, or as a link says
    this.sizes = new ResizeObserver(() => {
      this.fit();
      if (this.figure) this.draw();
    });
    this.sizes.observe(element);
    turnByHand(this.chart, {
      camera: () => this.camera,
      onCamera: (camera) => this.look(camera),
      onPoint: (at) => this.name(at),
      signal: this.ended.signal,
    });
  }

  /** @returns {Camera | null} */
  get camera() {
    return this.figure?.layout.scene.camera ?? null;
  }

  /**
   * Draw on another stage, which is a figure without points. The camera stays.
   * @param {string} stage Plotly's JSON
   * @param {Camera["eye"] | null} eye initial position of the camera; null: the stage's own
   * @param {(() => Drawing) | null} drawing called just before it is drawn; null: nothing is there to be drawn yet
   */
  async begin(stage, eye, drawing) {
    const camera = this.camera;
    const { data, layout } = JSON.parse(stage);
    // The sizes of dots are meant for Plotly's own resolution.
    for (const { marker } of data) {
      if (!Array.isArray(marker?.size)) continue;
      marker.size = marker.size.map((/** @type {number} */ size) => (size * pixelRatio()) / PLOTLY_PIXEL_RATIO);
    }
    if (camera && this.isTurned) layout.scene.camera = camera;
    else if (eye) layout.scene.camera = { ...layout.scene.camera, eye };
    layout.scene.camera = { center: { x: 0, y: 0, z: 0 }, up: { x: 0, y: 0, z: 1 }, ...layout.scene.camera };
    layout.scene.dragmode = false;
    layout.scene.hovermode = false;
    layout.scene.domain = { x: [0, 1], y: [0, 1] };
    this.isTurned ||= eye !== null;
    this.head.replaceChildren(...headOf(data, layout));
    this.scale.replaceChildren(...scaleOf(layout.coloraxis));
    const bare = { ...layout, title: undefined, showlegend: false, margin: { l: 0, r: 0, t: 0, b: 0 }, coloraxis: { ...layout.coloraxis, showscale: false } };
    this.figure = { data, layout: themed(bare, this.chart) };
    this.fit();
    this.plotly ??= !this.isStill && webgl() === "fast" ? await loadPlotly() : canvasPlotly;
    const newest = this.wanted ?? drawing; // Plotly may have taken a while to load
    this.wanted = null;
    if (newest) this.put(newest());
    else this.draw();
  }

  /**
   * Draw the newest requested drawing, as soon as there is time.
   * @param {() => Drawing} drawing called just before it is drawn
   */
  want(drawing) {
    this.wanted = drawing;
    if (this.plotly && this.figure && !this.busy) this.drawWanted();
  }

  async drawWanted() {
    this.busy = true;
    try {
      while (this.wanted && !this.ended.signal.aborted) {
        const drawing = this.wanted();
        this.wanted = null;
        const start = performance.now();
        this.put(drawing);
        await painted();
        const took = performance.now() - start;
        await pause(this.watcher.isHurried() ? Math.max(took, HURRIED_MS - took) : Math.max(took / 2, EVERY_MS - took));
      }
    } finally {
      this.busy = false;
    }
  }

  /** @param {Drawing} drawing */
  put({ frame, traces, scale = true }) {
    this.figure.data = this.figure.data.map((/** @type {any} */ trace) => changed(trace, traces.get(trace.uid)));
    this.scale.hidden = !scale;
    this.draw();
    this.name(this.pointer);
    this.watcher.onDrawn(frame);
  }

  draw() {
    if (!this.chart.clientHeight) return undefined; // it is out of sight
    const config = { responsive: true, displayModeBar: false, plotGlPixelRatio: pixelRatio() };
    const { layout } = this.figure;
    const data = sized(this.figure.data, this.scene(), this.view());
    return this.plotly?.react(this.chart, data, { ...layout, scene: { ...layout.scene } }, config);
  }

  /** @returns {import("./projection.js").Scene} */
  scene() {
    const { camera, aspectratio: aspect, xaxis, yaxis, zaxis } = this.figure.layout.scene;
    return { camera, aspect, ranges: { x: xaxis.range, y: yaxis.range, z: zaxis.range } };
  }

  view() {
    return { width: this.chart.clientWidth, height: this.chart.clientHeight };
  }

  /** Move the camera to where it sees everything, until the viewer moves it. */
  fit() {
    if (this.figure && !this.isTurned) this.figure.layout.scene.camera = fitted(this.scene(), { ...this.view(), head: Math.max(LEAST_HEAD_PX, this.head.offsetHeight) });
  }

  /** @param {Camera} camera */
  look(camera) {
    this.figure.layout.scene.camera = camera;
    this.isTurned = true;
    this.watcher.onTurned?.();
    if (this.looking) return;
    this.looking = requestAnimationFrame(() => {
      this.looking = 0;
      if (this.plotly === canvasPlotly) this.draw();
      else this.plotly?.relayout(this.chart, { "scene.camera": this.camera });
    });
  }

  /**
   * Show the name of the joint under the mouse.
   * @param {PointerEvent | null} pointer
   */
  name(pointer) {
    this.pointer = pointer;
    const found = pointer && this.figure && this.jointAt(pointer);
    this.tip.hidden = !found;
    if (!found) return;
    this.tip.textContent = found.name;
    this.tip.style.transform = `translate(${found.x}px, ${found.y}px) translate(-50%, -150%)`;
  }

  /** @param {PointerEvent} pointer */
  jointAt({ clientX, clientY }) {
    const { data } = this.figure;
    const canvas = this.chart.querySelector("canvas");
    if (!canvas) return null;
    const box = canvas.getBoundingClientRect();
    const scene = this.scene();
    const at = { width: box.width, height: box.height, x: clientX - box.x, y: clientY - box.y, reach: REACH_PX };
    let nearest = null;
    for (const trace of data) {
      if (!trace.uid?.startsWith("joints_") || !Array.isArray(trace.x)) continue;
      const found = pointAt(trace, scene, at);
      if (found && (!nearest || found.away < nearest.away)) nearest = { ...found, name: wordsOf(trace, found.index) };
    }
    const corner = this.chart.getBoundingClientRect();
    return nearest && { name: nearest.name, x: nearest.x + box.x - corner.x, y: nearest.y + box.y - corner.y };
  }

  end() {
    this.ended.abort();
    this.sizes.disconnect();
    this.wanted = null;
    this.plotly?.purge(this.chart);
  }
}

/**
 * What a trace says of one of its points, as Plotly's hovertemplate states it.
 * @param {any} trace
 * @param {number} index
 */
function wordsOf(trace, index) {
  const words = trace.hovertemplate.replaceAll("<br>", "\n").replace(/<extra>.*|<[^>]*>/g, "");
  return words.replace(/%\{(\w+)(?::\.(\d)f)?\}/g, (/** @type {string} */ _all, /** @type {string} */ name, /** @type {string} */ digits) => {
    const value = trace[name][index];
    return typeof value === "number" ? fixed(value, Number(digits)) : value;
  });
}

/**
 * @param {any} trace
 * @param {Trace} [change]
 */
function changed(trace, change = undefined) {
  if (!change) return trace;
  const { marker, line, ...places } = change;
  return {
    ...trace,
    ...places,
    ...(marker ? { marker: { ...trace.marker, ...marker } } : {}),
    ...(line ? { line: { ...trace.line, ...line } } : {}),
  };
}

/**
 * What the axes are, and whose colours these are.
 * @param {any[]} data
 * @param {any} layout
 */
function headOf(data, { title, showlegend }) {
  // Each colour and its name stay on one line.
  const entry = (/** @type {string} */ color, /** @type {string} */ name) =>
    make("span", { className: "s3-entry" }, make("i", { style: `background:${color}` }), make("span", {}, name.trim()));
  const named = showlegend === false ? [] : data.filter((trace) => trace.showlegend);
  const people = named.map(({ name, line }) => entry(typeof line.color === "string" ? line.color : "", name));
  // As Plotly takes it: text with coloured parts, each before its name.
  const [first, ...parts] = `${title?.subtitle?.text ?? ""}`.split(/<span style="color: ([^"]+)">[^<]*<\/span>/);
  const words = [make("span", {}, first.trim())];
  for (let place = 0; place < parts.length; place += 2) words.push(entry(parts[place], parts[place + 1]));
  return [make("b", {}, title?.text ?? ""), ...people, ...words];
}

/** @param {any} coloraxis */
function scaleOf({ colorscale, cmin, cmax, colorbar } = /** @type {any} */ ({})) {
  if (!Array.isArray(colorscale)) return [];
  const stops = colorscale.map((/** @type {[number, string]} */ [share, color]) => `${color} ${100 * share}%`);
  const title = `${colorbar?.title?.text ?? ""}`.replace(/ \(.*/, "");
  return [`${title} ${cmin}`, make("i", { style: `background:linear-gradient(to right, ${stops.join(", ")})` }), `${cmax}`];
}
