// @ts-check
// Curves over time, one panel for each unit, with a cursor; click or drag to seek, point to read.

import { find, make } from "../shared/dom.js";
import { MOST_BANDS, bandedOf, lineAt, withErrors } from "./banded.js";
import { Clock } from "./clock.js";
import { drawBands, drawCurve, drawGrid, drawLine, drawTurn, shade } from "./curve_drawing.js";
import { unsure } from "./thinning.js";
import { ticksOf } from "./ticks.js";
import { TimeScale } from "./time_scale.js";
import { bandsOf, plusMinus } from "./usual_error.js";

/** @typedef {import("../types.d.ts").Line} Line */
/** @typedef {import("./curve_numbers.js").CurveNumbers} CurveNumbers */
/** @typedef {import("./curve_drawing.js").Box} Box */
/**
 * loop: from and to, in seconds; cuts: their times.
 * @typedef {{threshold: number, loop: number[] | null, cuts: number[], label: string}} Choices
 */
/** @typedef {{line: Line, numbers: CurveNumbers | null}} Numbered a line whose turning points are marked */

const MOST_SHADED = 150;
const MOST_CUTS = 200;
const MOST_TURNS = 300; // of a curve
const MOST_BAND_POINTS = 1000;
const PANEL_PX = 130;
const LEAST_PANEL_PX = 80;
const GAP_PX = 12; // between panels
const MARGIN = { left: 62, right: 12, top: 8, bottom: 38 };
const LETTER_PX = 12;
const UNSURE = "rgba(138, 143, 152, 0.22)";
const LOOP = "rgba(23, 134, 143, 0.18)";

export class Curves {
  /**
   * @param {HTMLElement} element
   * @param {(time: number) => void} onSeek
   * @param {{fills?: boolean}} look fills: as high as its element, which is given the least height that it needs
   */
  constructor(element, onSeek, { fills = false } = {}) {
    this.element = element;
    this.fills = fills;
    this.plot = find(element, ".pp-plot");
    this.cursor = find(element, ".pp-cursor");
    this.note = /** @type {HTMLElement} */ (element.nextElementSibling);
    this.canvas = make("canvas");
    this.tip = make("div", { className: "pp-tip", hidden: true });
    this.plot.replaceChildren(this.canvas, this.tip);
    this.time = 0;
    this.ends = [0, 1];
    /** @type {{lines: Line[], choices: Choices, numbered: Numbered[]} | null} */
    this.shown = null;
    /** Title of the line whose band is drawn, of many. @type {string | null} */
    this.chosen = null;
    /** @type {import("./banded.js").Panel[]} */
    this.panels = [];
    this.followPointer(onSeek);
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(element);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.draw();
    this.dark.addEventListener("change", this.redraw);
  }

  /** @param {(time: number) => void} onSeek */
  followPointer(onSeek) {
    const { element } = this;
    let held = false;
    const timeAt = (/** @type {PointerEvent} */ { clientX }) => this.scale().time(clientX - this.plot.getBoundingClientRect().left);
    element.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      held = true;
      this.choose(timeAt(event), event);
      element.setPointerCapture(event.pointerId);
      onSeek(timeAt(event));
    });
    element.addEventListener("pointermove", (event) => {
      if (held) onSeek(timeAt(event));
      if (event.pointerType !== "mouse") return;
      if (!held) this.choose(timeAt(event), event);
      this.read(timeAt(event));
    });
    for (const kind of ["pointerup", "pointercancel"]) element.addEventListener(kind, () => (held = false));
    element.addEventListener("pointerleave", () => (this.tip.hidden = true));
  }

  /**
   * Draw the band of the line at the pointer, until it is at another one.
   * @param {number} time
   * @param {PointerEvent} event
   */
  choose(time, { clientY }) {
    const chosen = lineAt(this.panels, time, clientY - this.plot.getBoundingClientRect().top);
    if (chosen === null || chosen === this.chosen) return;
    this.chosen = chosen;
    this.draw();
  }

  /**
   * @param {Line[]} lines
   * @param {Choices} choices
   * @param {Numbered[]} numbered
   */
  show(lines, choices, numbered = []) {
    this.element.hidden = this.note.hidden = !lines.length;
    this.shown = lines.length ? { lines, choices, numbered } : null;
    if (!lines.length) return;
    if (lines.length <= MOST_BANDS) this.chosen = null;
    const { times } = lines[0];
    this.ends = [times[0], times[times.length - 1]];
    this.plot.setAttribute("role", "figure");
    this.plot.setAttribute("aria-label", choices.label);
    this.draw();
  }

  scale() {
    return new TimeScale(this.ends, MARGIN.left, this.plot.clientWidth - MARGIN.right);
  }

  /** @param {number} time */
  go(time) {
    this.time = time;
    this.place();
  }

  place() {
    this.cursor.style.transform = `translateX(${this.scale().pixel(this.time)}px)`;
  }

  /** Draw in the size that there is. Without any, as behind a tab, it is drawn once there is one. */
  draw() {
    const pen = this.canvas.getContext("2d");
    if (!pen || !this.shown) return;
    const units = [...new Set(this.shown.lines.map(({ unit }) => unit))];
    const heightOf = (/** @type {number} */ panel) => MARGIN.top + MARGIN.bottom + panel * units.length + GAP_PX * (units.length - 1);
    const least = heightOf(this.fills ? LEAST_PANEL_PX : PANEL_PX);
    this.element.style.setProperty("--pp-least", `${least}px`);
    if (!this.element.clientWidth) return;
    const height = this.fills ? Math.max(least, this.element.clientHeight) : least;
    this.plot.style.height = `${height}px`;
    this.cursor.style.height = `${height - MARGIN.bottom}px`;
    const width = this.plot.clientWidth;
    const ratio = window.devicePixelRatio || 1;
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    pen.scale(ratio, ratio);
    const style = getComputedStyle(this.plot);
    pen.fillStyle = style.color;
    pen.font = `${LETTER_PX}px ${style.fontFamily}`;
    const panel = (height - heightOf(0)) / units.length;
    this.panels = [];
    units.forEach((unit, row) => {
      const top = MARGIN.top + row * (panel + GAP_PX);
      this.drawPanel(pen, unit, { left: MARGIN.left, right: width - MARGIN.right, top, bottom: top + panel });
    });
    this.drawTimes(pen, height);
    this.place();
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {string} unit
   * @param {Box} box
   */
  drawPanel(pen, unit, box) {
    if (!this.shown) return;
    const { choices, numbered } = this.shown;
    const lines = this.shown.lines.filter((line) => line.unit === unit);
    const across = this.scale();
    const x = (/** @type {number} */ time) => across.pixel(time);
    const known = withErrors(lines);
    const bands = new Map(known.map((line) => [line, bandsOf(line, choices.cuts, MOST_BAND_POINTS)]));
    // Of all bands, also those not drawn, so that the axis stays where it is.
    const edges = [...bands.values()].flat().flatMap(({ low, high }) => [low, high]);
    const banded = bandedOf(known, this.chosen);
    const [low, high] = rangeOf([...lines.map(({ values }) => values), ...edges]);
    const y = (/** @type {number} */ value) => box.bottom - ((value - low) / (high - low)) * (box.bottom - box.top);
    this.panels.push({ top: box.top, bottom: box.bottom, lines: known, y });
    const ticks = ticksOf(low, high, Math.max(2, (box.bottom - box.top) / 24));
    drawGrid(pen, unit, box, ticks.map((tick) => ({ at: y(tick), text: `${tick}` })));
    lines
      .filter(({ faint }) => !faint)
      .flatMap((line) => unsure(line, choices.threshold))
      .slice(0, MOST_SHADED)
      .forEach(([from, to]) => shade(pen, box, [x(from), x(to)], UNSURE));
    if (choices.loop) shade(pen, box, [x(choices.loop[0]), x(choices.loop[1])], LOOP);
    for (const line of banded) drawBands(pen, line.color, bands.get(line) ?? [], x, y);
    for (const cut of choices.cuts.slice(0, MOST_CUTS)) drawLine(pen, [x(cut), box.top, x(cut), box.bottom], [2, 3]);
    const inFront = (/** @type {Line} */ { title }) => Number(title === this.chosen);
    const ordered = [...lines].sort((one, other) => inFront(one) - inFront(other));
    for (const line of ordered) drawCurve(pen, line, choices.cuts, x, y);
    for (const { line, numbers } of numbered) {
      if (line.unit !== unit) continue;
      for (const { index, isHigh } of (numbers?.turns ?? []).slice(0, MOST_TURNS)) {
        drawTurn(pen, [x(line.times[index]), y(line.values[index])], isHigh, line.color);
      }
    }
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {number} height
   */
  drawTimes(pen, height) {
    const across = this.scale();
    const base = height - MARGIN.bottom;
    pen.textAlign = "center";
    for (const tick of ticksOf(this.ends[0], this.ends[1], Math.max(2, across.width / 90))) {
      pen.fillText(`${tick}`, across.pixel(tick), base + LETTER_PX + 4);
    }
    pen.fillText("Time (s)", across.left + across.width / 2, height - 6);
  }

  /**
   * Show the values at a time beside the pointer.
   * @param {number} time
   */
  read(time) {
    if (!this.shown) return;
    const readings = this.shown.lines.filter(({ faint }) => !faint).map(({ title, color, dash, unit, times, values, errors }) => {
      const sample = make("i");
      sample.style.borderTop = `3px ${dash === "solid" ? "solid" : "dashed"} ${color}`;
      const index = new Clock(times).nearest(time);
      const value = Number(values[index].toPrecision(4));
      const className = title === this.chosen ? "pp-banded" : "";
      return make("div", { className }, sample, `${title}: ${Number.isNaN(value) ? "–" : `${value}${plusMinus(errors, index)} ${unit}`}`);
    });
    this.tip.replaceChildren(make("b", {}, `${time.toFixed(2)} s`), ...readings);
    this.tip.hidden = false;
    const x = this.scale().pixel(time);
    const isRight = x > this.plot.clientWidth / 2;
    this.tip.style.transform = `translate(${x}px, ${MARGIN.top}px) translateX(${isRight ? "calc(-100% - 10px)" : "10px"})`;
  }

  end() {
    this.sizes.disconnect();
    this.dark.removeEventListener("change", this.redraw);
  }
}

/**
 * The range of values that a panel shows, a little more than that of its lines and bands.
 * @param {ArrayLike<number>[]} all
 * @returns {[number, number]}
 */
function rangeOf(all) {
  let [low, high] = [Infinity, -Infinity];
  for (const values of all) {
    for (let index = 0; index < values.length; index++) {
      if (Number.isNaN(values[index])) continue;
      low = Math.min(low, values[index]);
      high = Math.max(high, values[index]);
    }
  }
  if (low > high) return [0, 1];
  const room = (high - low) * 0.06 || 1;
  return [low - room, high + room];
}
