// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { figuresOf, problemText, recordingText } from "../../pages/ui/js/live/status.js";

/** @type {import("../../pages/ui/js/types.d.ts").Answer} */
const ANSWER = {
  figures: { frames_in: 28.4, frames_out: 11.2, estimate_ms: 14.3 },
  problem: null,
  advice: null,
  loading: false,
  over: null,
  goes_on_unseen: false,
  recording: null,
  coach: null,
  gestures: null,
  stream: 0,
  number: 7,
  time_s: 0.2,
  size: [640, 480],
  people: [],
  angles: { times: [], people: [] },
};
const FINE = { lost: false, silent: false };
const BAD = { problem: "The model failed.", advice: "Try Lite.", loading: true };

test("a camera has all figures, and the delay once it is known", () => {
  const browser = { displayed: 10.6, delay: null, route: "srflx" };
  assert.deepEqual(figuresOf(ANSWER, browser), [
    ["Camera fps", "28"],
    ["Analysed fps", "11"],
    ["Displayed fps", "11"],
    ["Model time", "14 ms"],
    ["Delay", "–"],
    ["People", "0"],
    ["Connection", "direct, through a router"],
  ]);
  assert.deepEqual(figuresOf(ANSWER, { ...browser, delay: 140 })[4], ["Delay", "140 ms"]);
});

test("a sample has no delay, and no connection before it is made", () => {
  const names = figuresOf(ANSWER, { displayed: 0, delay: undefined, route: null }).map(([name]) => name);
  assert.deepEqual(names, ["Camera fps", "Analysed fps", "Displayed fps", "Model time", "People"]);
});

test("the most serious problem is shown", () => {
  assert.match(problemText({ ...ANSWER, ...BAD }, { lost: true, silent: true }), /^The connection was lost/);
  assert.match(problemText({ ...ANSWER, ...BAD }, { ...FINE, silent: true }), /^The server is not answering/);
  assert.equal(problemText({ ...ANSWER, ...BAD }, FINE), "The model failed.");
  assert.match(problemText({ ...ANSWER, ...BAD, problem: null }, FINE), /^Loading the model/);
  assert.equal(problemText({ ...ANSWER, advice: "Try Lite." }, FINE), "Try Lite.");
  assert.equal(problemText(ANSWER, FINE), "");
  assert.equal(problemText(null, { ...FINE, silent: true }), "");
});

test("missing camera frames are reported", () => {
  const figures = { ...ANSWER.figures, frames_in: 0 };
  assert.match(problemText({ ...ANSWER, figures }, FINE), /^No frames/);
});

test("a recording counts down, then up", () => {
  const recording = { begins_in_s: 3, seconds: 0, longest_s: 10, over: false };
  assert.equal(recordingText(recording), "Recording starts in 3 s");
  assert.equal(recordingText({ ...recording, begins_in_s: 0, seconds: 4 }), "● Recording: 4 of 10 s");
  assert.equal(recordingText(null), "");
});
