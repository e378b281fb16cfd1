// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { measureAngle } from "../../pages/ui/js/device/angles.js";
import { boneWidth } from "../../pages/ui/js/device/drawing.js";
import { Pace } from "../../pages/ui/js/device/pace.js";
import { Remembered } from "../../pages/ui/js/device/remembered.js";
import { MeasuredSpeed, rememberedMs } from "../../pages/ui/js/device/remembered_speed.js";
import { adviceFor, adviceFromLastTime, loadingText } from "../../pages/ui/js/device/words.js";

/** @typedef {import("../../pages/ui/js/types.d.ts").DeviceFrame} DeviceFrame */

/** From posecore, see tests/pages/test_device_data.py. */
const values = JSON.parse(readFileSync(new URL("device_angles.json", import.meta.url), "utf8"));
const numbers = (/** @type {(number | null)[]} */ list) => Float32Array.from(list, (value) => value ?? NaN);
const body = { world: numbers(values.world), visibility: numbers(values.visibility) };

test("every angle is the one that posecore measures", () => {
  for (const definition of values.definitions) {
    const measured = measureAngle(definition, body);
    const expected = values.angles[definition.name];
    if (expected === null) assert.equal(measured, null, definition.name);
    else assert.ok(Math.abs((measured ?? NaN) - expected) < 0.002, `${definition.name}: ${measured}, not ${expected}`);
  }
});

test("a line without a length has no angle", () => {
  const knee = { name: "left_knee", kind: /** @type {const} */ ("joint"), points: [[0], [1], [2]] };
  assert.equal(measureAngle(knee, { world: new Float32Array(9), visibility: new Float32Array(3).fill(1) }), null);
});

/**
 * @param {number} number
 * @param {number} timeS
 * @param {number[]} ids
 * @returns {DeviceFrame}
 */
function frame(number, timeS, ids) {
  const people = ids.map((id) => ({ id, xy: new Float32Array(66), z: new Float32Array(33), presence: new Float32Array(33).fill(NaN), ...body }));
  return { number, timeS, size: [640, 480], people, hands: null, ms: 30, model: "full", delegate: "CPU" };
}

test("the last half minute is remembered, and reported once", () => {
  const remembered = new Remembered();
  for (let number = 0; number < 400; number++) remembered.add(frame(number, 100 + number / 10, number < 395 ? [1, 7] : [7]));
  const shown = /** @type {DeviceFrame} */ (remembered.newest);
  const knee = values.definitions.filter((/** @type {{name: string}} */ { name }) => name === "left_knee");
  const all = remembered.report(shown, -1, knee, ["red", "blue"], "");
  assert.equal(all.angles?.times.length, 301);
  assert.equal(all.time_s, shown.timeS - 100, "from the start of the stream");
  const { angles, people } = remembered.report(shown, 389, knee, ["red", "blue"], "");
  assert.equal(angles?.times.length, 10);
  assert.deepEqual(angles?.people.map(({ id, color }) => [id, color]), [[7, "red"]]);
  assert.equal(people?.[0].presence[0], null, "what the runtime does not give");
  assert.equal(people?.[0].world.length, 33);
  const earlier = remembered.report(remembered.frames[0], -1, knee, ["red"], "");
  assert.equal(earlier.angles?.people[0].values.left_knee.length, 1, "a frozen frame has no future");
});

test("nobody is missed before two seconds without a person", () => {
  const remembered = new Remembered();
  for (let number = 0; number < 30; number++) remembered.add(frame(number, number / 10, number < 5 ? [1] : []));
  assert.equal(remembered.isEmptySince(2), true);
  remembered.add(frame(30, 3, [1]));
  assert.equal(remembered.isEmptySince(2), false);
});

test("rates and times follow from the frames", () => {
  const pace = new Pace();
  assert.equal(pace.delay, null);
  for (let at = 0; at < 8000; at += 50) {
    pace.cameIn(at);
    if (at % 100 === 0) pace.wentOut(at, 28, 60);
  }
  assert.deepEqual(pace.figures(7950), { frames_in: 20, frames_out: 10, estimate_ms: 28 });
  assert.equal(pace.delay, 60);
  assert.deepEqual(pace.ratesForLong(7950)?.map(Math.round), [20, 10]);
  assert.equal(new Pace().ratesForLong(7950), null);
});

test("how fast the device is follows from its first frames", () => {
  const pace = new Pace();
  for (let count = 0; count < 40; count++) pace.cameIn(1000 + 50 * count);
  for (let count = 0; count < 9; count++) pace.wentOut(1200 + 200 * count, count < 3 ? 900 : 200, 250);
  assert.equal(pace.ratesForLong(3000), null);
  pace.wentOut(3000, 200, 250);
  assert.deepEqual(pace.ratesForLong(3000), [20, 5]);
});

test("a device that is too slow is told what helps", () => {
  const options = { model: "full", people: 1, bodies: true, hands: 0, smoothing: true };
  const models = ["lite", "full", "heavy"];
  const said = adviceFor([30, 9], 90, options, models) ?? "";
  assert.match(said, /^Only 9 of 30 fps analysed \(90 ms per frame\)\. Try the Lite model/);
  assert.match(adviceFor([30, 6], 105, { ...options, model: "heavy" }, models) ?? "", /Try the Full model/);
  assert.match(adviceFor([30, 9], 90, { ...options, model: "lite" }, models) ?? "", /The server may be faster\.$/);
  assert.match(adviceFor([30, 9], 90, options, ["full"]) ?? "", /The server may be faster\.$/);
  assert.match(adviceFor([30, 9], 90, { ...options, hands: 2 }, models) ?? "", /without hands, or the server\.$/);
  assert.equal(adviceFor([30, 25], 30, options, models), null);
  assert.equal(adviceFor(null, 30, options, models), null);
  assert.match(loadingText({ done: 11e6, total: 22e6 }), /22 MB, 50% so far/);
});

test("the speed of the last visit is known at once, and what helps", () => {
  /** @type {Map<string, string>} */
  const kept = new Map([["posecore.device.speed", "[broken"]]);
  const localStorage = { getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value) };
  Object.assign(globalThis, { window: { localStorage } });
  assert.equal(rememberedMs("full", false, "CPU"), null);
  const speed = new MeasuredSpeed();
  const found = { ...frame(0, 0, [1]), model: "full", delegate: /** @type {const} */ ("CPU") };
  for (let number = 0; number < 39; number++) speed.note({ ...found, ms: number < 10 ? 900 : 90 });
  for (let number = 0; number < 9; number++) speed.note({ ...found, people: [], ms: 5 });
  assert.equal(rememberedMs("full", false, "CPU"), null, "not yet");
  speed.note({ ...found, ms: 90 });
  assert.equal(rememberedMs("full", false, "CPU"), 90);
  assert.equal(Math.round(rememberedMs("lite", false, "CPU") ?? 0), 50, "by what models usually take");
  assert.deepEqual([rememberedMs("full", true, "CPU"), rememberedMs("full", false, "GPU")], [null, null]);
  const options = { model: "full", people: 1, hands: 0 };
  assert.match(adviceFromLastTime(90, options, ["lite", "full"]), /about 90 ms per frame .* last time: 11 fps\. Try the Lite model in Settings, or the server\.$/);
  assert.equal(adviceFromLastTime(40, options, ["lite", "full"]), "");
});

test("lines are as wide as posecore draws them", () => {
  const points = /** @type {[number, number][]} */ ([[0, 0], [100, 0], [0, 200], [100, 200]]);
  assert.ok(Math.abs(boneWidth(points, [640, 480]) - 0.034 * Math.sqrt(50 ** 2 + 100 ** 2)) < 1e-6);
  assert.equal(boneWidth([], [640, 480]), 0.0014 * 800);
});
