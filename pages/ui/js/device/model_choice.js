// @ts-check
// Which model suits a device, from how long frames take on it.

// Time of a frame over that of the full model, measured on one thread, see docs/device.md. From fast to accurate.
const COST = new Map([["lite", 0.55], ["full", 1], ["heavy", 3.5]]);
const FITS = 0.9; // of the time between two frames; the rest is for everything around the model
const EASY = 0.6; // a more accurate model must leave more room, as a phone gets slower when it is warm

/**
 * How long a frame should take with another model.
 * @param {{model: string, ms: number}} measured
 * @param {string} model
 */
export function scaledMs(measured, model) {
  return (measured.ms * (COST.get(model) ?? 1)) / (COST.get(measured.model) ?? 1);
}

/**
 * The most accurate model that keeps up with the camera; the fastest one if none does.
 * @param {{model: string, ms: number}} measured the model in use and how long it takes for a frame
 * @param {string[]} available models
 * @param {number} intervalMs between two frames of the camera
 * @returns {string}
 */
export function suitableModel({ model, ms }, available, intervalMs) {
  const own = COST.get(model) ?? 1;
  const fullMs = ms / own;
  const known = [...COST].filter(([name]) => available.includes(name));
  const fitting = known.filter(([, cost]) => fullMs * cost <= (cost > own ? EASY : FITS) * intervalMs);
  return (fitting.at(-1) ?? known[0])?.[0] ?? model;
}
