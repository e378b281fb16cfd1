// @ts-check
// How long a frame takes on this device, by model and by what runs the networks, kept in the browser: the next visit knows it
// before anything is measured.

import { scaledMs } from "./model_choice.js";

/** @typedef {import("../types.d.ts").DeviceFrame} DeviceFrame */
/** @typedef {import("./delegate_trial.js").Delegate} Delegate */
/** @typedef {Record<string, Partial<Record<Delegate, number>>>} Speeds ms, by model */

const KEPT = "posecore.device.speed"; // in the browser, for the next visit
const SKIPPED = 10; // the first frames, for which programs are compiled
const COUNTED = 30;
const WITH_HANDS = " with hands";

/** The speed of one live picture. */
export class MeasuredSpeed {
  /** @type {Map<string, number[]>} */
  times = new Map();

  /**
   * Note a frame; the speed is kept once there are enough with somebody, for whom all networks had to run.
   * @param {Pick<DeviceFrame, "people" | "hands" | "ms" | "model" | "delegate">} frame
   */
  note({ people, hands, ms, model, delegate }) {
    if (!people.length) return;
    const name = hands ? model + WITH_HANDS : model;
    const key = `${delegate} ${name}`;
    const times = this.times.get(key) ?? [];
    this.times.set(key, times);
    if (times.length >= SKIPPED + COUNTED) return;
    times.push(ms);
    if (times.length < SKIPPED + COUNTED) return;
    const sorted = times.slice(SKIPPED).sort((one, other) => one - other);
    const speeds = kept();
    keep({ ...speeds, [name]: { ...speeds[name], [delegate]: Math.round(sorted[COUNTED >> 1]) } });
  }
}

/**
 * How long a frame took on this device the last time; with a model that was not used yet, what it should take.
 * @param {string} model
 * @param {boolean} hands whether they are looked for
 * @param {Delegate} delegate
 * @returns {number | null} ms; null if nothing is known
 */
export function rememberedMs(model, hands, delegate) {
  const end = hands ? WITH_HANDS : "";
  const known = Object.entries(kept()).flatMap(([name, by]) => {
    const ms = by?.[delegate];
    const isLike = name.endsWith(WITH_HANDS) === hands && typeof ms === "number" && ms > 0;
    return isLike ? [{ model: name.slice(0, name.length - end.length), ms }] : [];
  });
  const own = known.find((each) => each.model === model);
  if (own) return own.ms;
  return known.length && !hands ? scaledMs(known[0], model) : null;
}

/** @returns {Speeds} */
function kept() {
  try {
    const speeds = JSON.parse(window.localStorage.getItem(KEPT) ?? "{}");
    return speeds !== null && typeof speeds === "object" ? speeds : {};
  } catch {
    return {}; // storage is off, or holds something else
  }
}

/** @param {Speeds} speeds */
function keep(speeds) {
  try {
    window.localStorage.setItem(KEPT, JSON.stringify(speeds));
  } catch {
    // The next visit measures again.
  }
}
