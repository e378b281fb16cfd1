// @ts-check
// Curves over time, one panel for each unit, with a cursor; click or drag to seek.

import { find } from "../shared/dom.js";
import { loadPlotly, themed } from "../shared/plotly.js";
import { cutApart, thinned, unsure } from "./thinning.js";
import { TimeScale } from "./time_scale.js";

/** @typedef {import("../types.d.ts").Line} Line */
/** @typedef {import("./curve_numbers.js").CurveNumbers} CurveNumbers */
/** @typedef {import("./curve_numbers.js").Turn} Turn */

const MOST_SHADED = 150;
const MOST_CUTS = 200;
const MOST_TURNS = 300; // of a curve
const PANEL_PX = 130;
const LEAST_PANEL_PX = 80;
const GAP = 0.06; // between panels, as a share of the height
const MARGIN = { l: 62, r: 12, t: 8, b: 38 };
const GRID = "rgba(138, 143, 152, 0.3)";
const CONFIG = { responsive: true, displayModeBar: false, doubleClick: false };

export class Curves {
  /**
   * @param {HTMLElement} element
   * @param {(time: number) => void} onSeek
   * @param {{fills?: boolean}} look fills: as high as its element, which is given the least height that it needs
   */
  constructor(element, onSeek, { fills = false } = {}) {
    this.element = element;
    this.fills = fills;
    /** @type {{data: object[], layout: Record<string, unknown>, least: number} | null} */
    this.figure = null;
    this.plot = find(element, ".pp-plot");
    this.cursor = find(element, ".pp-cursor");
    this.note = /** @type {HTMLElement} */ (element.nextElementSibling);
    /** @type {import("../types.d.ts").Plotly | null} */
    this.plotly = null;
    this.time = 0;
    this.ends = [0, 1];
    let held = false;
    const seek = (/** @type {PointerEvent} */ { clientX }) =>
      onSeek(this.scale().time(clientX - this.plot.getBoundingClientRect().left));
    element.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      held = true;
      element.setPointerCapture(event.pointerId);
      seek(event);
    });
    element.addEventListener("pointermove", (event) => held && seek(event));
    for (const kind of ["pointerup", "pointercancel"]) element.addEventListener(kind, () => (held = false));
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(element);
  }

  /**
   * @param {Line[]} lines
   * @param {{threshold: number, loop: number[] | null, cuts: number[], label: string}} choices loop: from and to, in
   *   seconds; cuts: their times
   * @param {{line: Line, numbers: CurveNumbers | null}[]} numbered lines whose turning points are marked
   */
  async show(lines, { threshold, loop, cuts, label }, numbered = []) {
    if (lines.length) this.plotly ??= await loadPlotly();
    this.element.hidden = this.note.hidden = !lines.length;
    this.figure = null;
    if (!lines.length) return;
    const units = [...new Set(lines.map((line) => line.unit))];
    const { times } = lines[0];
    this.ends = [times[0], times[times.length - 1]];
    this.plot.setAttribute("role", "figure");
    this.plot.setAttribute("aria-label", label);
    /** @type {Record<string, unknown>[]} */
    const shapes = lines
      .filter((line) => !line.faint)
      .flatMap((line) => unsure(line, threshold).map((ends) => shade(ends, `${axis(units.indexOf(line.unit))} domain`)))
      .slice(0, MOST_SHADED);
    shapes.push(...cuts.slice(0, MOST_CUTS).map(cutLine));
    if (loop) shapes.push({ ...shade(loop, "paper"), fillcolor: "#17868f", opacity: 0.18 });
    const data = [
      ...lines.map((line) => trace(line, units.indexOf(line.unit), cuts)),
      ...numbered.map(({ line, numbers }) => turnMarks(line, numbers?.turns ?? [], units.indexOf(line.unit))),
    ];
    const least = MARGIN.t + MARGIN.b + (this.fills ? LEAST_PANEL_PX : PANEL_PX) * units.length;
    this.figure = { data, layout: themed({ ...layoutOf(units, this.ends), shapes }, this.plot), least };
    await this.draw();
  }

  /** Draw in the size that there is. Without any, as behind a tab, it is drawn once there is one. */
  async draw() {
    if (!this.figure) return;
    const { data, layout, least } = this.figure;
    this.element.style.setProperty("--pp-least", `${least}px`);
    if (!this.element.clientWidth) return;
    const height = this.fills ? Math.max(least, this.element.clientHeight) : least;
    this.plot.style.height = `${height}px`;
    this.cursor.style.height = `${height - MARGIN.b}px`;
    await this.plotly?.react(this.plot, data, { ...layout }, CONFIG);
    this.place();
  }

  scale() {
    return new TimeScale(this.ends, MARGIN.l, this.plot.clientWidth - MARGIN.r);
  }

  /** @param {number} time */
  go(time) {
    this.time = time;
    this.place();
  }

  place() {
    this.cursor.style.transform = `translateX(${this.scale().pixel(this.time)}px)`;
  }

  end() {
    this.sizes.disconnect();
    this.plotly?.purge(this.plot);
  }
}

const axis = (/** @type {number} */ row) => (row ? `y${row + 1}` : "y");

/**
 * Margins and ranges are fixed, so that the cursor's position can be computed from them.
 * @param {string[]} units
 * @param {number[]} ends in seconds
 */
function layoutOf(units, ends) {
  const height = (1 - GAP * (units.length - 1)) / units.length;
  const fixed = { fixedrange: true, automargin: false, gridcolor: GRID };
  /** @type {Record<string, any>} */
  const layout = {
    margin: { ...MARGIN, autoexpand: false },
    showlegend: false,
    dragmode: false,
    hovermode: "x",
    hoverlabel: { namelength: -1 }, // with whose it is, which is the end of a curve's name
    plot_bgcolor: "rgba(0,0,0,0)",
    xaxis: {
      ...fixed,
      title: { text: "Time (s)", standoff: 6 },
      range: ends,
      anchor: axis(units.length - 1),
      zeroline: false,
    },
  };
  units.forEach((unit, row) => {
    const top = 1 - row * (height + GAP);
    layout[row ? `yaxis${row + 1}` : "yaxis"] = {
      ...fixed,
      title: { text: unit, font: { size: 12 } },
      domain: [Math.max(0, top - height), top],
      zerolinecolor: GRID,
      nticks: 5,
    };
  });
  return layout;
}

/**
 * @param {Line} line
 * @param {number} row
 * @param {number[]} cuts times of frames
 */
function trace(line, row, cuts) {
  return {
    ...thinned(...cutApart(line, cuts)),
    type: "scatter",
    mode: "lines",
    name: line.title,
    yaxis: axis(row),
    line: { color: line.color, width: line.faint ? 1 : 2, dash: line.dash },
    opacity: line.faint ? 0.55 : 1,
    connectgaps: false,
    hovertemplate: `%{y:.4g} ${line.unit}`,
    hoverinfo: line.faint ? "skip" : undefined,
  };
}

/**
 * @param {Line} line
 * @param {Turn[]} turns
 * @param {number} row
 */
function turnMarks(line, turns, row) {
  const shown = turns.slice(0, MOST_TURNS);
  return {
    type: "scatter",
    mode: "markers",
    x: shown.map(({ index }) => line.times[index]),
    y: shown.map(({ index }) => line.values[index]),
    yaxis: axis(row),
    marker: { color: line.color, size: 8, symbol: shown.map(({ isHigh }) => (isHigh ? "triangle-down" : "triangle-up")) },
    hoverinfo: "skip",
  };
}

/**
 * @param {number[]} ends in seconds
 * @param {string} yref
 */
function shade([x0, x1], yref) {
  const line = { width: 0 };
  return { type: "rect", xref: "x", yref, x0, x1, y0: 0, y1: 1, fillcolor: "#8a8f98", opacity: 0.22, line, layer: "below" };
}

/** @param {number} time of a cut, in seconds */
function cutLine(time) {
  const line = { color: "#8a8f98", width: 1.5, dash: "dot" };
  return { type: "line", xref: "x", yref: "paper", x0: time, x1: time, y0: 0, y1: 1, line };
}
