// @ts-check
// A stretch of frames that is played again and again.

/** @typedef {[number, number]} Loop its first and its last frame */

/**
 * The loop with another start. A start behind its end takes the rest of the clip.
 * @param {Loop | null} loop
 * @param {number} start
 * @param {number} last frame of the clip
 * @returns {Loop}
 */
export function withStart(loop, start, last) {
  const end = loop?.[1] ?? last;
  return [start, end > start ? end : last];
}

/**
 * The loop with another end. An end before its start takes all from the beginning.
 * @param {Loop | null} loop
 * @param {number} end
 * @returns {Loop}
 */
export function withEnd(loop, end) {
  const start = loop?.[0] ?? 0;
  return [start < end ? start : 0, end];
}
