// @ts-check
// The state of a live stream in words: its rates, its recording, and what is wrong.

import { make } from "../shared/dom.js";
import { MISSING } from "../shared/numbers.js";

/** @typedef {import("../types.d.ts").Answer} Answer */

const LOST = "The connection was lost. Trying to reconnect; press Stop to give up.";
const NO_ANSWER = "The server is not answering. Still trying.";
const LOADING = "Loading the model. Until then, the video is shown without a skeleton.";
const NO_FRAMES = "No frames arrive from the camera.";
/** @type {Record<string, string>} */
const ROUTES = { host: "direct", srflx: "direct, through a router", prflx: "direct, through a router", relay: "relayed" };

/**
 * @param {Answer} answer
 * @param {{displayed: number, delay: number | null | undefined, route: string | null}} browser delay: undefined if it is not measured
 * @returns {[string, string][]} names and values
 */
export function figuresOf({ figures, people }, { displayed, delay, route }) {
  /** @type {[string, string][]} */
  const parts = [
    ["Camera fps", figures.frames_in.toFixed(0)],
    ["Analysed fps", figures.frames_out.toFixed(0)],
    ["Displayed fps", displayed.toFixed(0)],
    ["Model time", `${figures.estimate_ms.toFixed(0)} ms`],
  ];
  if (delay !== undefined) parts.push(["Delay", delay === null ? MISSING : `${delay} ms`]);
  parts.push(["People", `${people?.length ?? 0}`]);
  if (route) parts.push(["Connection", ROUTES[route] ?? route]);
  return parts;
}

/**
 * @param {HTMLElement} strip
 * @param {[string, string][]} figures
 */
export function showFigures(strip, figures) {
  strip.replaceChildren(
    ...figures.flatMap(([name, value]) => [make("span", {}, `${name} `, make("b", {}, value)), " "]),
  );
}

/** @param {Answer["recording"]} recording */
export function recordingText(recording) {
  if (!recording) return "";
  const { begins_in_s: wait, seconds, longest_s: longest } = recording;
  return wait > 0 ? `Recording starts in ${wait} s` : `● Recording: ${seconds} of ${longest} s`;
}

/**
 * What is wrong, and what helps; an empty text if all is well.
 * @param {Answer | null} answer the newest
 * @param {{lost: boolean, silent: boolean}} connection silent: the server has not answered for long
 */
export function problemText(answer, { lost, silent }) {
  if (lost) return LOST;
  if (!answer) return "";
  if (silent) return NO_ANSWER;
  if (answer.problem) return answer.problem;
  if (answer.loading) return LOADING;
  if (answer.figures?.frames_in === 0) return NO_FRAMES;
  return answer.advice ?? "";
}
