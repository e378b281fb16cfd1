// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DelegateTrial } from "../../pages/ui/js/device/delegate_trial.js";
import { DeviceFailure, failureFrom } from "../../pages/ui/js/device/failure.js";
import { suitableModel } from "../../pages/ui/js/device/model_choice.js";
import { Tracks, withoutDuplicates } from "../../pages/ui/js/device/tracks.js";
import { person } from "./swinging_person.js";

/** @typedef {import("../../pages/ui/js/types.d.ts").DevicePerson} DevicePerson */

/** What posecore makes of the same people; tests/pages/test_device.py holds it against posecore. */
const POSECORE = JSON.parse(readFileSync(new URL("device_people.json", import.meta.url), "utf8"));

/**
 * @param {DevicePerson} someone
 * @param {number} x pixels
 */
const moved = (someone, x) => ({ ...someone, xy: someone.xy.map((value, at) => (at % 2 ? value : value + x)) });
const ids = (/** @type {DevicePerson[]} */ people) => people.map(({ id }) => id);

test("several people are numbered and smoothed as by posecore", () => {
  const tracks = new Tracks(true);
  for (const [frame, expected] of POSECORE.frames.entries()) {
    const found = tracks.follow([person(1, frame), person(0, frame)], frame / 30);
    assert.deepEqual(ids(found), expected.map((/** @type {any} */ each) => each.id));
    found.forEach((each, slot) => {
      for (const [name, values] of Object.entries(expected[slot].values)) {
        const got = /** @type {any} */ (each)[name];
        const width = got.length / 33;
        const chosen = POSECORE.landmarks.flatMap((/** @type {number} */ landmark) => [...got.slice(width * landmark, width * (landmark + 1))]);
        /** @type {number[]} */ (values).forEach((value, at) => {
          assert.ok(Math.abs(value - chosen[at]) < 2e-4 * Math.max(1, Math.abs(value)), `${name} ${at} of frame ${frame}: ${chosen[at]} is not ${value}`);
        });
      }
    });
  }
});

test("people who cross keep their numbers, and who comes back in time does too", () => {
  const tracks = new Tracks(false);
  const at = (/** @type {number} */ frame) => [moved(person(0, 0), 12 * frame), moved(person(1, 0), -12 * frame)];
  for (let frame = 0; frame < 40; frame++) {
    const [one, other] = at(frame);
    const found = tracks.follow(frame % 2 ? [other, one] : [one, other], frame / 30);
    assert.deepEqual(ids(found), [1, 2]);
    assert.deepEqual(found[0].xy, one.xy, `frame ${frame}`);
  }
  const [one, other] = at(39);
  assert.deepEqual(ids(tracks.follow([one], 39.5 / 30)), [1]);
  assert.deepEqual(ids(tracks.follow([one, other], 40 / 30 + 1.5)), [1, 2]);
  assert.deepEqual(ids(tracks.follow([one, other], 40 / 30 + 4)), [3, 4]);
});

test("a person who was found twice is there once", () => {
  const [one, other] = [person(0, 0), person(1, 0)];
  const again = { ...moved(one, 3), visibility: one.visibility.map((value) => value / 2) };
  assert.deepEqual(withoutDuplicates([again, other, one]), [other, one]);
});

test("an error of the runtime gets a code, with what the browser said", () => {
  const full = failureFrom(new RangeError("WebAssembly.Memory(): could not allocate memory"), "crashed");
  assert.deepEqual([full.code, full.message], ["memory", "This device has not enough memory left for the model."]);
  const other = failureFrom(new Error("memory access out of bounds"), "crashed");
  assert.deepEqual([other.code, other.detail], ["crashed", "Error: memory access out of bounds"]);
  assert.equal(failureFrom(new DeviceFailure("incomplete"), "crashed").code, "incomplete");
});

/**
 * What is used after a trial with these times on the processor and on the graphics card.
 * @param {number} cpuMs
 * @param {number} gpuMs
 */
function tried(cpuMs, gpuMs) {
  const trial = new DelegateTrial();
  for (let frame = 0; frame < 100; frame++) {
    trial.note("CPU", frame < 5 ? 500 : cpuMs);
    if (trial.wantsCard) trial.note("GPU", frame < 45 ? 900 : gpuMs);
  }
  return [trial.faster, trial.times.GPU.length];
}

test("the graphics card runs the networks only if it is faster, and is not tried where the processor is fast", () => {
  assert.deepEqual(tried(28, 9), ["GPU", 40]);
  assert.deepEqual(tried(28, 27), ["CPU", 40]);
  assert.deepEqual(tried(28, 264), ["CPU", 15]);
  assert.deepEqual(tried(9, 1), ["CPU", 0]);
  const broken = new DelegateTrial();
  broken.giveUp();
  assert.equal(broken.faster, "CPU");
});

test("a device gets the most accurate model that keeps up with its camera", () => {
  const all = ["lite", "full", "heavy"];
  const suited = (/** @type {string} */ model, /** @type {number} */ ms, available = all) => suitableModel({ model, ms }, available, 1000 / 30);
  assert.equal(suited("full", 28), "full");
  assert.equal(suited("full", 40), "lite");
  assert.equal(suited("full", 90), "lite"); // none keeps up: the fastest
  assert.equal(suited("full", 40, ["full"]), "full");
  assert.equal(suited("full", 4), "heavy");
  assert.equal(suited("lite", 19), "lite"); // full would leave too little room
  assert.equal(suited("lite", 9), "full");
  assert.equal(suited("heavy", 100), "full");
});

test("a worker that no longer answers has stalled", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const worker = { postMessage() {}, terminated: false, terminate: () => (worker.terminated = true) };
  Object.assign(globalThis, {
    document: { baseURI: "https://app/", createElement: () => ({ getContext: () => null }) },
    Worker: class {
      constructor() {
        return worker;
      }
    },
  });
  const { DevicePose } = await import("../../pages/ui/js/device/pose.js");
  const file = { address: "", size: 0, sha256: "" };
  const files = { worker: "", runtime: "", loader: "", wasm: file, bundles: {}, hand: null };
  const pose = new DevicePose(files, { model: "full", people: 1, bodies: true, hands: 0, smoothing: true });
  /** @type {string[]} */
  const failed = [];
  pose.onFailed = ({ code }) => failed.push(code);
  const opened = pose.open();
  pose.take({ opened: true });
  await opened;
  t.mock.timers.tick(100_000); // nothing was asked
  const frame = pose.estimate(/** @type {any} */ ({ close() {} }), 0);
  t.mock.timers.tick(20_000);
  assert.deepEqual([failed, worker.terminated], [[], false]);
  t.mock.timers.tick(2_000);
  assert.deepEqual([failed, worker.terminated, await frame], [["stalled"], true, null]);
  const other = new DevicePose(files, pose.options);
  const unopened = assert.rejects(other.open(), { code: "unreachable" });
  t.mock.timers.tick(22_000);
  await unopened;
});
