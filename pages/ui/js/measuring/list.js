// @ts-check
// The buttons of the measuring tool, and the measures with their values.

import { make, write } from "../shared/dom.js";
import { measured } from "./geometry.js";
import { LEAST_M, MOST_M } from "./measures.js";
import { metresBy, nameOf, pointsOf, valueOf } from "./table.js";

/** @typedef {import("../types.d.ts").Measure} Measure */
/** @typedef {import("../types.d.ts").Measured} Measured */
/** @typedef {import("../types.d.ts").MeasuredFrame} MeasuredFrame */
/** @typedef {import("./measures.js").Measures} Measures */

const FIRST = "Draw on the video or photo: a line for a distance, an angle for degrees. Ends catch landmarks and follow them.";
const NO_METRES = "For metres, type the length of a line that you know, or give the person's height under People.";
const BY_LENGTH = "Metres hold in the plane of the line whose length you gave: nearer things come out too long, things further away too short.";
const BY_HEIGHT = "Metres follow from the person's height: they hold at that person's distance, across the view and not in depth.";

/**
 * What one row shows, and the elements that change.
 * @typedef {{row: HTMLElement, value: HTMLElement, points: HTMLElement, length: HTMLInputElement | null}} Row
 */

export class MeasureList {
  /**
   * @param {HTMLElement} panel
   * @param {{onLength: (id: number, metres: number | null) => boolean, onChanged: () => void,
   *   onRemove: (id: number) => void, onFocus: (id: number) => void}} listener
   */
  constructor(panel, listener) {
    this.listener = listener;
    /** @type {Map<number, Row>} */
    this.rows = new Map();
    this.line = button("line", "Line", "Measure a distance");
    this.angle = button("angle", "Angle", "Measure an angle");
    this.changing = [
      button("undo", "Undo", "Take back the last change"),
      button("clear", "Clear", "Remove all lines and angles"),
    ];
    this.taking = [
      button("copy", "Copy", "Copy the values of this moment as a table"),
      button("csv", "CSV", "Download the values of this moment as a CSV file"),
    ];
    this.note = make("p", { className: "ms-note" });
    this.status = make("p", { className: "ms-note ms-status" });
    this.status.setAttribute("role", "status");
    this.values = make("ul", { className: "ms-values" });
    const bar = make("div", { className: "ms-bar" }, this.line, this.angle, ...this.changing, ...this.taking);
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Measure");
    panel.classList.add("ms");
    panel.replaceChildren(bar, this.status, this.values, this.note);
    this.say("");
    write(this.note, FIRST);
    for (const each of [...this.changing, ...this.taking]) each.disabled = true;
  }

  /**
   * @param {string} words
   * @param {{aloud?: boolean}} [how] aloud: only for screen readers, as it is to be seen elsewhere
   */
  say(words, { aloud = false } = {}) {
    this.status.hidden = !words;
    this.status.classList.toggle("ms-aloud", aloud);
    write(this.status, words);
  }

  focusLine() {
    this.line.focus();
  }

  /**
   * @param {Measures} measures
   * @param {MeasuredFrame} frame
   * @param {Measure["kind"] | null} drawn what is being placed
   */
  show(measures, frame, drawn) {
    this.line.setAttribute("aria-pressed", `${drawn === "line"}`);
    this.angle.setAttribute("aria-pressed", `${drawn === "angle"}`);
    const [undo, ...others] = [...this.changing, ...this.taking];
    undo.disabled = !measures.canUndo;
    for (const each of others) each.disabled = !measures.all.length;
    this.line.disabled = this.angle.disabled = measures.isFull;
    for (const [id, { row }] of this.rows) {
      if (measures.find(id)) continue;
      row.remove();
      this.rows.delete(id);
    }
    const values = measures.all.map((measure) => measured(measure, measures.all, frame.people));
    measures.all.forEach((measure, index) => this.showRow(measure, values[index], frame));
    write(this.note, noteOn(measures.all, values));
  }

  /**
   * @param {Measure} measure
   * @param {Measured} now
   * @param {MeasuredFrame} frame
   */
  showRow(measure, now, frame) {
    const { value, points, length } = this.rows.get(measure.id) ?? this.newRow(measure);
    const px = now.metres === null ? "" : ` (${now.px?.toFixed(0)} px)`;
    write(value, now.px === null && now.degrees === null ? "not in view" : valueOf(now) + px);
    const by = metresBy(now, measure, frame);
    write(points, pointsOf(measure, now, frame).join(" – ") + (by && now.scale?.line !== measure.id ? ` · by the ${by}` : ""));
    if (length && document.activeElement !== length) length.value = measure.metres === null ? "" : `${measure.metres}`;
  }

  /** @param {Measure} measure @returns {Row} */
  newRow(measure) {
    const { id, kind } = measure;
    const name = make("button", { type: "button", className: "ms-name", title: "Go to its first point" }, nameOf(measure));
    name.addEventListener("click", () => this.listener.onFocus(id));
    const value = make("b");
    const points = make("small");
    const remove = make("button", { type: "button", className: "ms-remove", title: `Remove ${nameOf(measure)}` }, "×");
    remove.setAttribute("aria-label", `Remove ${nameOf(measure)}`);
    remove.addEventListener("click", () => {
      this.listener.onRemove(id);
      this.focusLine();
    });
    const length = kind === "line" ? this.lengthField(measure) : null;
    const known = length ? [make("label", { className: "ms-length" }, "known length ", length, " m")] : [];
    const row = make("li", {}, name, value, ...known, points, remove);
    this.values.append(row);
    const made = { row, value, points, length };
    this.rows.set(id, made);
    return made;
  }

  /** @param {Measure} measure */
  lengthField(measure) {
    const field = make("input", { type: "text", inputMode: "decimal", placeholder: "–", size: 5, maxLength: 12 });
    field.setAttribute("aria-label", `Known length of ${nameOf(measure)} in metres`);
    field.addEventListener("change", () => {
      const text = field.value.trim().replace(",", ".");
      const isRight = this.listener.onLength(measure.id, text === "" ? null : Number(text));
      field.setAttribute("aria-invalid", `${!isRight}`);
      this.say(isRight ? "" : `A length from ${LEAST_M} to ${MOST_M} m is expected, such as 1.20.`);
      if (isRight) this.listener.onChanged();
    });
    field.addEventListener("keydown", (event) => event.stopPropagation());
    return field;
  }
}

/**
 * @param {string} what
 * @param {string} words
 * @param {string} title
 */
function button(what, words, title) {
  const made = make("button", { type: "button", title }, words);
  made.dataset.measure = what;
  return made;
}

/**
 * A sentence on what the values hold for.
 * @param {Measure[]} measures
 * @param {Measured[]} values
 */
function noteOn(measures, values) {
  if (!measures.length) return FIRST;
  if (!measures.some(({ kind }) => kind === "line")) return "Angles are those in the picture: true if the joint is seen from its side.";
  const scales = values.map(({ scale }) => scale).filter((scale) => scale !== null);
  if (scales.some(({ line }) => line !== undefined)) return BY_LENGTH;
  return scales.length ? BY_HEIGHT : NO_METRES;
}
