// @ts-check
// What the live page says of the visitor's own device.

import { suitableModel } from "./model_choice.js";

/** @typedef {import("../types.d.ts").DeviceOptions} DeviceOptions */

// As in pages/ui/live/numbers.py.
const ENOUGH = 0.7;
const FEWEST_IN = 5;
const FORGOTTEN =
  "The server has forgotten this session, as it was out of reach for too long. The coach goes on on this device only, without " +
  "form cues, until you start over.";
const USUAL_FPS = 30; // of cameras
/** After Stop, if not all has been sent. */
export const STILL_OWES =
  "Keep this page open: what the coach counted without the network is sent once it is back, if that is within two minutes.";

/** @param {{done: number, total: number}} progress bytes */
export function loadingText({ done, total }) {
  const until = "Until then, the video is shown without a skeleton.";
  // In quarters, as screen readers read each new sentence aloud.
  const quarters = total ? Math.floor((4 * done) / total) : 0;
  if (quarters >= 4) return `Starting the model. ${until}`;
  const size = total ? ` (${(total / 1e6).toFixed(0)} MB, ${25 * quarters}% so far)` : "";
  return `Loading the model onto this device${size}. ${until}`;
}

/**
 * What goes on without the server, and what waits; empty if it is there.
 * @param {object} now
 * @param {boolean} now.online
 * @param {string} now.away why the server cannot be reached; empty if it can
 * @param {boolean} now.catchesUp
 * @param {boolean} now.alone the server has forgotten the session
 * @param {boolean} now.full no more is kept for it
 * @param {boolean} now.counts there is a coach
 * @param {boolean} now.needed something on it wants landmarks
 */
export function awayText({ online, away, catchesUp, alone, full, counts, needed }) {
  if (online && alone) return FORGOTTEN;
  if (online && !away) return catchesUp ? "Connected again. The server catches up with what you did meanwhile." : "";
  const parts = [online ? away : "No network."];
  parts.push("The live picture and its numbers go on, as this device finds people itself.");
  if (!counts) return [...parts, needed ? "What the server does waits for the network." : ""].filter(Boolean).join(" ");
  if (alone) return [...parts, "The coach counts on this device only."].join(" ");
  parts.push("The coach counts on this device. Form cues and the result come back with the connection.");
  if (full) parts.push("After two minutes without it, what you do is no longer kept for the result.");
  return parts.join(" ");
}

/**
 * Advice if this device is too slow; null if it is fast enough, or that is not known yet.
 * @param {[number, number] | null} rates frames per second that came and that were estimated
 * @param {number} estimateMs
 * @param {DeviceOptions} options
 * @param {string[]} models that the device can get
 */
export function adviceFor(rates, estimateMs, { model, people, hands }, models) {
  if (!rates || rates[0] < FEWEST_IN || rates[1] >= ENOUGH * rates[0]) return null;
  const slow = `Only ${rates[1].toFixed(0)} of ${rates[0].toFixed(0)} fps analysed (${estimateMs.toFixed(0)} ms per frame).`;
  return `${slow} ${whatHelps(rates[0], estimateMs, { model, people, hands }, models)}`;
}

/**
 * Advice before anything is measured, from how long a frame took in the last visit; empty if that is fast enough.
 * @param {number} ms
 * @param {Pick<DeviceOptions, "model" | "people" | "hands">} options
 * @param {string[]} models that the device can get
 */
export function adviceFromLastTime(ms, options, models) {
  if (1000 / ms >= ENOUGH * USUAL_FPS) return "";
  const slow = `This device takes about ${ms.toFixed(0)} ms per frame with these settings, as measured last time: ${(1000 / ms).toFixed(0)} fps.`;
  return `${slow} ${whatHelps(USUAL_FPS, ms, options, models)}`;
}

/**
 * @param {number} fps of the camera
 * @param {number} ms of a frame
 * @param {Pick<DeviceOptions, "model" | "people" | "hands">} options
 * @param {string[]} models
 */
function whatHelps(fps, ms, { model, people, hands }, models) {
  if (hands) return "Try it without hands, or the server.";
  const faster = suitableModel({ model, ms }, models, 1000 / fps);
  if (faster !== model) return `Try the ${faster[0].toUpperCase()}${faster.slice(1)} model in Settings, or the server.`;
  if (people > 1) return "Try fewer people in Settings, or the server.";
  return "The server may be faster.";
}
