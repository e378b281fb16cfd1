// @ts-check
// A stretch of frames that is played repeatedly.

/** @typedef {[number, number]} Loop its first and its last frame */

/**
 * The loop with another start. A start after its end extends the loop to the last frame.
 * @param {Loop | null} loop
 * @param {number} start
 * @param {number} last frame of the video
 * @returns {Loop}
 */
export function withStart(loop, start, last) {
  const end = loop?.[1] ?? last;
  return [start, end > start ? end : last];
}

/**
 * The loop with another end. An end before its start extends the loop back to the first frame.
 * @param {Loop | null} loop
 * @param {number} end
 * @returns {Loop}
 */
export function withEnd(loop, end) {
  const start = loop?.[0] ?? 0;
  return [start < end ? start : 0, end];
}
