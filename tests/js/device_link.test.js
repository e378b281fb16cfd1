// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, joined, LANDMARKS } from "../../pages/ui/js/device/frame_bytes.js";
import { KeptFrames, LONGEST_S } from "../../pages/ui/js/device/kept_frames.js";
import { Link, meaningOf, waitMs } from "../../pages/ui/js/device/link.js";

/** @param {number} id */
const person = (id) => ({
  id,
  xy: new Float32Array(2 * LANDMARKS).fill(10 * id),
  z: new Float32Array(LANDMARKS).fill(NaN),
  world: Float32Array.from({ length: 3 * LANDMARKS }, (_, index) => index),
  visibility: new Float32Array(LANDMARKS).fill(0.5),
  presence: new Float32Array(LANDMARKS).fill(1),
});

test("a frame has its layout", () => {
  const bytes = bytesOf({ number: 70_000, timeS: 2.25, size: [1280, 720], people: [person(3), person(9)], hands: null });
  const view = new DataView(bytes.buffer);
  assert.equal(bytes.length, 24 + 2 * 1060);
  assert.deepEqual([0, 1, 6, 7].map((at) => view.getUint8(at)), [2, 2, 0, 0]);
  assert.deepEqual([view.getUint16(2, true), view.getUint16(4, true), view.getUint32(8, true)], [1280, 720, 70_000]);
  assert.equal(view.getFloat64(16, true), 2.25);
  assert.deepEqual([view.getUint32(24, true), view.getUint32(28, true)], [3, 9]);
  const ofLandmark = (/** @type {number} */ slot, /** @type {number} */ landmark) =>
    Array.from({ length: 8 }, (_, value) => view.getFloat32(32 + 32 * (LANDMARKS * slot + landmark) + 4 * value, true));
  assert.deepEqual(ofLandmark(0, 0), [30, 30, NaN, 0, 1, 2, 0.5, 1]);
  assert.deepEqual(ofLandmark(1, 32), [90, 90, NaN, 96, 97, 98, 0.5, 1]);
});

test("hands come after the people, each with whose it is", () => {
  const hand = (/** @type {number} */ of, /** @type {"left" | "right"} */ side) => ({
    person: of,
    side,
    xy: new Float32Array(42).fill(of),
    z: new Float32Array(21).fill(-1),
    world: Float32Array.from({ length: 63 }, (_, index) => index),
    score: 1,
    right: 0.25,
  });
  const bytes = bytesOf({ number: 0, timeS: 1, size: [640, 480], people: [person(3)], hands: [hand(3, "right"), hand(7, "left")] });
  const view = new DataView(bytes.buffer);
  assert.equal(bytes.length, 24 + 1060 + 2 * 520);
  assert.deepEqual([view.getUint8(6), view.getUint8(7)], [1, 2]);
  assert.deepEqual([0, 4, 8, 12].map((at) => view.getUint32(1084 + at, true)), [3, 1, 7, 0]);
  const values = Array.from({ length: 128 }, (_, value) => view.getFloat32(1084 + 16 + 512 + 4 * value, true));
  assert.deepEqual([values[0], values[41], values[42], values[63], values[125], values[126], values[127]], [7, 7, -1, 0, 62, 1, 0.25]);
});

test("a message is frames one after the other", () => {
  const nobody = bytesOf({ number: 1, timeS: 0, size: [640, 480], people: [], hands: [] });
  const somebody = bytesOf({ number: 2, timeS: 1, size: [640, 480], people: [person(1)], hands: null });
  assert.equal(nobody[6], 1, "hands were looked for");
  assert.deepEqual(joined([nobody, somebody]), Uint8Array.from([...nobody, ...somebody]));
});

test("attempts to connect again become rarer, and not all at once", () => {
  assert.deepEqual([0, 1, 2, 3, 9].map((attempt) => waitMs(attempt, 0.5)), [500, 1000, 2000, 4000, 15_000]);
  assert.deepEqual([waitMs(0, 0), waitMs(0, 1)], [375, 625]);
});

test("the end of a connection is said in words", () => {
  assert.deepEqual(meaningOf(1008, "Expected a head."), { state: "closed", text: "Expected a head." });
  assert.deepEqual(meaningOf(4001, "The visit has ended."), { state: "closed", text: "The visit has ended." });
  assert.equal(meaningOf(4002, "It rests.").state, "resting");
  assert.match(meaningOf(1013, "All 200 places are taken.").text, /^All 200 places are taken. .*tries again/);
  for (const code of [1001, 1006, 1011, 1012]) assert.equal(meaningOf(code, "").state, "lost");
  assert.match(meaningOf(1006, "").text, /tries again/);
});

/**
 * @param {number} number
 * @param {number} people
 */
const sent = (number, people = 1) => {
  const timeS = 5 + number / 30;
  const bytes = bytesOf({ number, timeS, size: [640, 480], people: Array.from({ length: people }, (_, id) => person(id)), hands: null });
  return { bytes, number, timeS, atMs: 1000 * timeS };
};
/** @param {ReturnType<KeptFrames["next"]>} frames */
const numbers = (frames) => (typeof frames === "string" ? [] : frames.map(({ number }) => number));

test("what a lost connection holds up is kept half as often, with the wishes in their places", () => {
  const kept = new KeptFrames();
  for (let number = 0; number < 20; number++) kept.add(sent(number));
  kept.ask("begin");
  kept.add(sent(20));
  kept.putBack([sent(-2), sent(-1)]);
  const first = kept.next(8000);
  assert.deepEqual(numbers(first), [-2, -1, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
  const waited = typeof first !== "string" && new DataView(first[11].bytes.buffer).getUint32(12, true);
  assert.equal(waited, 2400, "18 / 30 s after 5 s");
  assert.equal(kept.next(8000), "begin");
  assert.deepEqual(numbers(kept.next(8000)), [20]);
  assert.deepEqual([kept.empty, kept.bytes, kept.next(8000)], [true, 0, []]);
});

test("what is kept is bounded, and goes on in messages that the server takes", () => {
  const kept = new KeptFrames();
  for (let number = 0; number < 30 * (LONGEST_S + 30); number++) kept.add(sent(number));
  assert.ok(kept.full && Math.abs(kept.seconds - LONGEST_S) < 0.1, "the oldest ones are kept, as sets are in order");
  const left = kept.bytes;
  const frames = kept.next(1e6);
  assert.equal(frames.length, 24);
  assert.equal(kept.bytes, left - 24 * (24 + 1060));
  kept.add(sent(30 * (LONGEST_S + 1)));
  assert.equal(kept.full, false, "there is room again");
  const crowd = new KeptFrames();
  for (let number = 0; number < 100; number++) crowd.add(sent(number, 10));
  const size = joined(/** @type {any[]} */ (crowd.next(1e6)).map(({ bytes }) => bytes)).length;
  assert.ok(size > 40_000 && size <= 60_000);
});

/** A connection to a server that is there or not. */
class Line extends EventTarget {
  static OPEN = 1;
  static isThere = true;
  /** @type {Line[]} */
  static all = [];

  constructor() {
    super();
    this.readyState = this.bufferedAmount = 0;
    /** @type {(string | Uint8Array)[]} */
    this.sent = [];
    Line.all.push(this);
    setTimeout(() => (Line.isThere ? this.open() : this.end(1006)), 1);
  }

  open() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  /** @param {number} code */
  end(code) {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason: "" }));
  }

  /** @param {string | Uint8Array} data */
  send(data) {
    this.sent.push(data);
  }

  close() {
    this.readyState = 3;
  }

  /** @param {number} got */
  answer(got) {
    const answer = { coach: null, gestures: null, goes_on_unseen: false, problem: null, words: null, told: null, keeps: true, got };
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(answer) }));
  }
}

/**
 * @param {import("node:test").TestContext} t
 * @param {number} seconds
 */
function pass(t, seconds) {
  for (let second = 0; second < seconds; second++) t.mock.timers.tick(1000);
}

/**
 * What a page does whose stream is stopped while the server is away.
 * @param {import("node:test").TestContext} t
 */
function stoppedWhileAway(t) {
  Object.assign(globalThis, { WebSocket: Line });
  Object.assign(Line, { isThere: true, all: [] });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const link = new Link("ws://127.0.0.1/device", {}, true);
  /** @returns {import("../../pages/ui/js/device/frame_bytes.js").SentFrame} */
  const frame = (/** @type {number} */ number) => ({ number, timeS: number / 10, size: [640, 480], people: [person(1)], hands: null });
  t.mock.timers.tick(1);
  link.send(frame(0));
  Line.all[0].answer(0);
  Line.isThere = false;
  Line.all[0].end(1006);
  for (let number = 1; number < 6; number++) link.send(frame(number));
  link.finish();
  assert.ok(link.owes);
  return { link, frame };
}

test("what a lost connection holds up is sent even if the stream is stopped meanwhile, and then all ends", (t) => {
  const { link } = stoppedWhileAway(t);
  pass(t, 20);
  Line.isThere = true;
  pass(t, 20);
  const line = Line.all[Line.all.length - 1];
  assert.equal(line.sent.length, 1);
  assert.equal(/** @type {Uint8Array} */ (line.sent[0]).length, 5 * (24 + 1060));
  line.answer(4);
  assert.equal(link.state, "open", "the server lacks one");
  line.answer(5);
  assert.deepEqual([link.state, link.owes, line.readyState], ["closed", false, 3]);
});

test("after two minutes a stopped stream is given up", (t) => {
  const { link } = stoppedWhileAway(t);
  pass(t, LONGEST_S + 1);
  assert.deepEqual([link.state, link.owes], ["closed", false]);
  const attempts = Line.all.length;
  pass(t, 60);
  assert.equal(Line.all.length, attempts);
});

test("a stream that is started again goes on with what its last one left", (t) => {
  const { link, frame } = stoppedWhileAway(t);
  assert.ok(link.goesTo("ws://127.0.0.1/device"));
  assert.ok(!link.goesTo("ws://127.0.0.1/another"));
  link.goOn();
  link.send(frame(6));
  Line.isThere = true;
  pass(t, 30);
  const line = Line.all[Line.all.length - 1];
  assert.equal(/** @type {Uint8Array} */ (line.sent[0]).length, 6 * (24 + 1060));
  line.answer(6);
  assert.equal(link.state, "open");
  link.close();
});
