// @ts-check
// Which curves of a panel have a band of their usual error: more than a few would hide each other.

import { Clock } from "./clock.js";

/** @typedef {import("../types.d.ts").Line} Line */
/**
 * A panel as it is drawn: the lines in it that have usual errors, and the place of a value in pixels.
 * @typedef {{top: number, bottom: number, lines: Line[], y: (value: number) => number}} Panel
 */

export const MOST_BANDS = 3;
const REACH_PX = 40; // of the pointer

/** @param {Line[]} lines */
export function withErrors(lines) {
  return lines.filter(({ errors, faint }) => errors && !faint);
}

/**
 * Of many lines only the chosen one is banded; without a choice, those in the first colour, which are one person's, or
 * one curve.
 * @param {Line[]} lines with errors
 * @param {string | null} chosen title of a line
 */
export function bandedOf(lines, chosen) {
  if (lines.length <= MOST_BANDS) return lines;
  const banded = lines.filter(({ title }) => title === chosen);
  if (banded.length) return banded;
  const first = lines.filter(({ color }) => color === lines[0].color);
  return first.length > MOST_BANDS ? [] : first;
}

/**
 * The line nearest to the pointer, in the panel that it is in; null if none is near, or all of them have bands anyway.
 * @param {Panel[]} panels
 * @param {number} time
 * @param {number} at pixels from above
 * @returns {string | null} its title
 */
export function lineAt(panels, time, at) {
  const panel = panels.find(({ top, bottom }) => at >= top && at <= bottom);
  if (!panel || panel.lines.length <= MOST_BANDS) return null;
  /** @type {{title: string | null, away: number}} */
  let nearest = { title: null, away: REACH_PX };
  for (const { title, times, values } of panel.lines) {
    const away = Math.abs(panel.y(values[new Clock(times).nearest(time)]) - at);
    if (away < nearest.away) nearest = { title, away };
  }
  return nearest.title;
}
