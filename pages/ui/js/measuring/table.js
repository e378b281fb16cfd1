// @ts-check
// Measures of a moment in words and as rows of a table.

import { measured } from "./geometry.js";

/** @typedef {import("../types.d.ts").Measure} Measure */
/** @typedef {import("../types.d.ts").Measured} Measured */
/** @typedef {import("../types.d.ts").MeasuredFrame} MeasuredFrame */

const COLUMNS = ["frame", "time_s", "measure", "kind", "points", "px", "m", "degrees", "metres_by"];

/** @param {Measure} measure */
export function nameOf({ kind, id }) {
  return `${kind === "line" ? "Line" : "Angle"} ${id}`;
}

/**
 * As "1.20 m", "312 px" or "87.5°"; a dash if it is not in view.
 * @param {Measured} now
 */
export function valueOf({ px, metres, degrees }) {
  if (degrees !== null) return `${degrees.toFixed(1)}°`;
  if (metres !== null) return `${metres.toFixed(metres < 10 ? 2 : 1)} m`;
  return px === null ? "–" : `${px.toFixed(0)} px`;
}

/**
 * What holds a line's metres, in a few words; empty without any.
 * @param {Measured} now
 * @param {Measure} measure
 * @param {MeasuredFrame} frame
 */
export function metresBy({ scale }, measure, frame) {
  if (!scale) return "";
  if (scale.line !== undefined) return scale.line === measure.id ? "its own length" : `line ${scale.line}`;
  const person = frame.people.find(({ id }) => id === scale.person);
  return `height of ${person?.name} (${person?.height?.toFixed(2)} m)`;
}

/**
 * The landmarks of a measure, as "left hip, left knee"; places that follow none are in pixels, as "(312, 455)".
 * @param {Measure} measure
 * @param {Measured} now
 * @param {MeasuredFrame} frame
 */
export function pointsOf({ handles }, { places }, frame) {
  const several = frame.people.length > 1;
  return handles.map(({ follows }, index) => {
    const place = places[index];
    if (!follows) return place ? `(${place[0].toFixed(0)}, ${place[1].toFixed(0)})` : "–";
    return `${frame.landmarks[follows.landmark]}${several ? ` of person ${follows.person}` : ""}`;
  });
}

/**
 * Rows with a heading, the cells of each separated by this.
 * @param {Measure[]} measures
 * @param {MeasuredFrame} frame
 * @param {"," | "\t"} separator
 */
export function tableOf(measures, frame, separator) {
  const rows = measures.map((measure) => {
    const now = measured(measure, measures, frame.people);
    const by = now.scale?.line !== undefined ? `line ${now.scale.line}` : "";
    return [
      frame.number === null ? "" : `${frame.number}`,
      frame.time === null ? "" : frame.time.toFixed(3),
      nameOf(measure),
      measure.kind,
      pointsOf(measure, now, frame).join("; "),
      digits(now.px, 1),
      digits(now.metres, 4),
      digits(now.degrees, 2),
      now.scale?.person !== undefined ? `height of person ${now.scale.person}` : by,
    ];
  });
  return [COLUMNS, ...rows].map((row) => row.map((cell) => quoted(cell, separator)).join(separator)).join("\n") + "\n";
}

/** @param {number | null} value @param {number} after the decimal point */
function digits(value, after) {
  return value === null ? "" : value.toFixed(after);
}

/** @param {string} cell @param {string} separator */
function quoted(cell, separator) {
  return cell.includes(separator) || cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : cell;
}
