// @ts-check
// Draws the figure in data.figure with one Plotly chart for the life of the element.

import { canvasPlotly } from "./canvas3d.js";
import { loadPlotly, plotlyLoaded, themed } from "./plotly.js";
import { askFor } from "./seeking.js";
import { painted, pause, shown } from "./timing.js";
import { turnByHand } from "./turning.js";
import { webgl } from "./webgl.js";

const CONFIG = {
  responsive: true,
  displaylogo: false,
  showSendToCloud: false, // nothing leaves the visitor's machine and this server
  modeBarButtonsToRemove: ["resetCameraLastSave3d"],
  // On touch screens, which cannot hover, Plotly leaves its buttons on top of the title.
  displayModeBar: matchMedia("(hover: none)").matches ? false : "hover",
};

/**
 * The figure as Plotly's JSON; height in px; whether a click asks the player for the time of a point, which is the last
 * of its customdata, or else its x.
 * @typedef {{figure: string, height: number, label: string, seeks: boolean}} Data
 */

/** @type {WeakMap<HTMLElement, Chart>} */
const charts = new WeakMap();

class Chart {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    /** @type {Data | null} */
    this.newest = null;
    this.busy = false;
    this.held = false;
    this.seeks = false;
    /** @type {import("../types.d.ts").Camera | undefined} */
    this.camera = undefined;
    /** @type {AbortController | undefined} */
    this.turns = undefined;
    this.ended = new AbortController();
    this.release = () => {
      this.held = false;
      this.draw();
    };
    // A redraw would interrupt the turning of the figure.
    element.addEventListener("pointerdown", () => (this.held = true));
    window.addEventListener("pointerup", this.release);
  }

  /** @param {Data} data of several that wait, only the newest is drawn */
  want(data) {
    this.newest = data;
    this.element.style.height = `${data.height}px`;
    this.element.setAttribute("role", "figure");
    this.element.setAttribute("aria-label", data.label);
    this.draw();
  }

  async draw() {
    if (this.busy || this.held || !this.newest) return;
    this.busy = true;
    try {
      // Plotly keeps the page busy while it loads: what the visitor sees first goes first.
      await Promise.race([plotlyLoaded, shown(this.element, this.ended.signal)]);
      while (this.newest && !this.held) {
        const { figure, seeks } = this.newest;
        this.newest = null;
        const { data, layout } = JSON.parse(figure);
        const start = performance.now();
        if (data.some((/** @type {any} */ { type }) => type === "scatter3d") && webgl() === "none") this.drawFlat(data, layout);
        else await (await loadPlotly()).react(this.element, data, themed(layout, this.element), CONFIG);
        if (seeks && !this.seeks) this.seekOnClick();
        await painted();
        // Draw for half of the time at most: if drawing is slow, the live video beside it must not wait.
        await pause(performance.now() - start);
      }
    } finally {
      this.busy = false;
    }
  }

  seekOnClick() {
    this.seeks = true;
    const plot = /** @type {import("../types.d.ts").PlotlyElement} */ (this.element);
    plot.on("plotly_click", ({ points: [{ customdata, x }] }) => askFor(Number(customdata?.at(-1) ?? x)));
  }

  /**
   * Draw a 3D figure without WebGL, with the camera as the viewer left it.
   * @param {any[]} data
   * @param {any} layout
   */
  drawFlat(data, layout) {
    const { scene } = layout;
    this.camera ??= { center: { x: 0, y: 0, z: 0 }, up: { x: 0, y: 0, z: 1 }, ...scene.camera };
    const seen = { ...layout, scene: { ...scene, camera: this.camera } };
    canvasPlotly.react(this.element, data, themed(seen, this.element), CONFIG);
    if (this.turns) return;
    this.turns = new AbortController();
    turnByHand(this.element, {
      camera: () => this.camera ?? null,
      onCamera: (camera) => canvasPlotly.relayout(this.element, { "scene.camera": (this.camera = camera) }),
      onPoint: () => {},
      signal: this.turns.signal,
    });
  }

  end() {
    this.newest = null;
    this.ended.abort();
    this.turns?.abort();
    canvasPlotly.purge(this.element);
    window.removeEventListener("pointerup", this.release);
    window.Plotly?.purge(this.element);
  }
}

/** @param {{data: Data, parentElement: HTMLElement}} component */
export default function ({ data, parentElement }) {
  const element = /** @type {HTMLElement} */ (parentElement.querySelector(".posecore-figure"));
  const chart = charts.get(element) ?? new Chart(element);
  charts.set(element, chart);
  chart.want(data);
  return () => {
    if (element.isConnected) return;
    charts.delete(element);
    chart.end();
  };
}
