// @ts-check
// In place of player/curves.js: the same curves on a plain canvas, as a page that stands alone has no Plotly.

import { cutApart, thinned, unsure } from "../player/thinning.js";
import { TimeScale } from "../player/time_scale.js";
import { find, make } from "../shared/dom.js";
import { ticksOf } from "./ticks.js";

/** @typedef {import("../types.d.ts").Line} Line */
/** @typedef {import("../player/curve_numbers.js").CurveNumbers} CurveNumbers */
/** @typedef {{threshold: number, loop: number[] | null, cuts: number[], label: string}} Choices */
/** @typedef {{line: Line, numbers: CurveNumbers | null}} Numbered */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Box */

const MOST_SHADED = 150;
const MOST_TURNS = 300; // of a curve
const PANEL_PX = 130;
const GAP_PX = 12; // between panels
const MARGIN = { left: 62, right: 12, top: 8, bottom: 38 };
const GREY = "138, 143, 152";
const TURN_PX = 4;
const LETTER_PX = 12;
/** @type {Record<string, number[]>} */
const DASHES = { dash: [8, 4], dot: [2, 3], dashdot: [8, 3, 2, 3] };

export class Curves {
  /**
   * @param {HTMLElement} element
   * @param {(time: number) => void} onSeek
   * @param {{fills?: boolean}} look fills: in a place of its own, which is given the height that it needs
   */
  constructor(element, onSeek, { fills = false } = {}) {
    this.element = element;
    this.fills = fills;
    this.plot = find(element, ".pp-plot");
    this.cursor = find(element, ".pp-cursor");
    this.canvas = make("canvas", { style: "display:block;width:100%;height:100%" });
    this.plot.replaceChildren(this.canvas);
    this.note = /** @type {HTMLElement} */ (element.nextElementSibling);
    this.time = 0;
    this.ends = [0, 1];
    /** @type {{lines: Line[], choices: Choices, numbered: Numbered[]} | null} */
    this.shown = null;
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
    this.sizes.observe(this.plot);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.draw();
    this.dark.addEventListener("change", this.redraw);
  }

  /**
   * As of player/curves.js.
   * @param {Line[]} lines
   * @param {Choices} choices
   * @param {Numbered[]} numbered
   */
  async show(lines, choices, numbered = []) {
    this.element.hidden = this.note.hidden = !lines.length;
    if (!lines.length) return;
    const { times } = lines[0];
    this.ends = [times[0], times[times.length - 1]];
    this.shown = { lines, choices, numbered };
    const panels = new Set(lines.map(({ unit }) => unit)).size;
    const height = MARGIN.top + MARGIN.bottom + PANEL_PX * panels + GAP_PX * (panels - 1);
    this.plot.style.height = `${height}px`;
    this.cursor.style.height = `${height - MARGIN.bottom}px`;
    if (this.fills) this.element.style.setProperty("--pp-least", `${height}px`);
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

  draw() {
    const pen = this.canvas.getContext("2d");
    const { clientWidth: width, clientHeight: height } = this.plot;
    if (!pen || !this.shown || !width) return;
    const ratio = window.devicePixelRatio || 1;
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    pen.scale(ratio, ratio);
    const style = getComputedStyle(this.plot);
    pen.fillStyle = style.color;
    pen.font = `${LETTER_PX}px ${style.fontFamily}`;
    const units = [...new Set(this.shown.lines.map(({ unit }) => unit))];
    units.forEach((unit, row) => {
      const top = MARGIN.top + row * (PANEL_PX + GAP_PX);
      this.drawPanel(pen, unit, { left: MARGIN.left, right: width - MARGIN.right, top, bottom: top + PANEL_PX });
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
    const [low, high] = rangeOf(lines);
    const y = (/** @type {number} */ value) => box.bottom - ((value - low) / (high - low)) * (box.bottom - box.top);
    drawGrid(pen, unit, box, ticksOf(low, high, 4).map((tick) => ({ at: y(tick), text: `${tick}` })));
    const shade = (/** @type {number[]} */ [from, to], /** @type {string} */ color) => {
      pen.save();
      pen.fillStyle = color;
      pen.fillRect(across.pixel(from), box.top, across.pixel(to) - across.pixel(from), box.bottom - box.top);
      pen.restore();
    };
    lines
      .filter(({ faint }) => !faint)
      .flatMap((line) => unsure(line, choices.threshold))
      .slice(0, MOST_SHADED)
      .forEach((ends) => shade(ends, `rgba(${GREY}, 0.22)`));
    if (choices.loop) shade(choices.loop, "rgba(23, 134, 143, 0.18)");
    for (const cut of choices.cuts) drawLine(pen, [across.pixel(cut), box.top, across.pixel(cut), box.bottom], [2, 3]);
    for (const line of lines) drawCurve(pen, line, choices.cuts, (time) => across.pixel(time), y);
    for (const { line, numbers } of numbered) {
      if (line.unit !== unit) continue;
      pen.save();
      pen.fillStyle = line.color;
      for (const { index, isHigh } of (numbers?.turns ?? []).slice(0, MOST_TURNS)) {
        drawTurn(pen, across.pixel(line.times[index]), y(line.values[index]), isHigh);
      }
      pen.restore();
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

  end() {
    this.sizes.disconnect();
    this.dark.removeEventListener("change", this.redraw);
  }
}

/**
 * The range of values that a panel shows, a little more than that of its lines.
 * @param {Line[]} lines
 * @returns {[number, number]}
 */
function rangeOf(lines) {
  let [low, high] = [Infinity, -Infinity];
  for (const { values } of lines) {
    for (const value of values) {
      if (Number.isNaN(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return [0, 1];
  const room = (high - low) * 0.06 || 1;
  return [low - room, high + room];
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {string} unit
 * @param {Box} box
 * @param {{at: number, text: string}[]} ticks
 */
function drawGrid(pen, unit, box, ticks) {
  for (const { at, text } of ticks) {
    drawLine(pen, [box.left, at, box.right, at], []);
    pen.textAlign = "right";
    pen.fillText(text, box.left - 6, at + LETTER_PX / 3);
  }
  pen.save();
  pen.translate(14, (box.top + box.bottom) / 2);
  pen.rotate(-Math.PI / 2);
  pen.textAlign = "center";
  pen.fillText(unit, 0, 0);
  pen.restore();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number[]} ends x and y of one, x and y of the other
 * @param {number[]} dash
 */
function drawLine(pen, [left, top, right, bottom], dash) {
  pen.save();
  pen.strokeStyle = `rgba(${GREY}, ${dash.length ? 0.9 : 0.3})`;
  pen.setLineDash(dash);
  pen.beginPath();
  pen.moveTo(left, top);
  pen.lineTo(right, bottom);
  pen.stroke();
  pen.restore();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Line} line
 * @param {number[]} cuts
 * @param {(time: number) => number} across
 * @param {(value: number) => number} up
 */
function drawCurve(pen, line, cuts, across, up) {
  const { x, y } = thinned(...cutApart(line, cuts));
  pen.save();
  pen.strokeStyle = line.color;
  pen.lineWidth = line.faint ? 1 : 2;
  pen.globalAlpha = line.faint ? 0.55 : 1;
  pen.lineJoin = "round";
  pen.setLineDash(DASHES[line.dash] ?? []);
  pen.beginPath();
  let drawing = false;
  x.forEach((time, place) => {
    const value = y[place];
    if (value !== null) pen[drawing ? "lineTo" : "moveTo"](across(time), up(value));
    drawing = value !== null;
  });
  pen.stroke();
  pen.restore();
}

/**
 * A triangle that points at a turning point.
 * @param {CanvasRenderingContext2D} pen
 * @param {number} x
 * @param {number} y
 * @param {boolean} isHigh
 */
function drawTurn(pen, x, y, isHigh) {
  const way = isHigh ? -1 : 1;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x - TURN_PX, y + 2 * way * TURN_PX);
  pen.lineTo(x + TURN_PX, y + 2 * way * TURN_PX);
  pen.fill();
}
