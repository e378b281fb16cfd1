// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Pair } from "../../pages/ui/js/compare/pair.js";

const LANDMARKS = 2;

/** Two frames on each side, three moments, one limb; as the server writes them. */
function written() {
  const parts = [
    Float64Array.of(0, 1),
    Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    Float32Array.of(0.1, 0.2, 0.3, 0.4),
    Float32Array.of(170, 160, 0.5, 0.75),
    Float32Array.of(0, 1),
    Float64Array.of(10, 12),
    Float32Array.of(10, 20, 30, 40, 50, 60, 70, 80),
    Float32Array.of(0.5, 0.6, 0.7, 0.8),
    Float32Array.of(90, 100, 1, 2),
    Float32Array.of(-1, 0),
    Float64Array.of(0, 0.5, 1, 10, 11, 12, -0.5, 0, 0.5),
    Float32Array.of(90, NaN, 70, 60, NaN, 40),
  ];
  const bytes = parts.map((part) => new Uint8Array(part.buffer));
  const at = bytes.map((_, place) => bytes.slice(0, place).reduce((sum, { length }) => sum + length, 0));
  /** @type {import("../../pages/ui/js/types.d.ts").PairHeader} */
  const header = {
    landmarks: LANDMARKS,
    sides: [at[0], at[5]].map((place) => ({ frames: 2, at: place, size: [9, 9], box: [0, 0, 9, 9] })),
    moments: { count: 3, at: at[10] },
    same_video: false,
    curves: ["knee", "hip"].map((name) => ({ name, titles: [name, name], group: "Angles", unit: "°", errors: name === "knee" ? [14, 22] : null })),
    usual: 0,
    limbs: ["head"],
    limb_of_bone: [[], []],
  };
  return new Pair(Uint8Array.from(bytes.flatMap((part) => [...part])).buffer, header);
}

test("both sides have their landmarks by frame", () => {
  const { xy, visibility } = written().landmarks(1, 1);
  assert.deepEqual([...xy], [50, 60, 70, 80]);
  assert.deepEqual([...visibility], [...Float32Array.of(0.7, 0.8)]);
  assert.deepEqual([...written().sides[1].clock.times], [10, 12]);
});

test("both sides have their curves", () => {
  assert.deepEqual([...written().curve(0, 1)], [0.5, 0.75]);
  assert.deepEqual([...written().curve(1, 0)], [90, 100]);
  assert.deepEqual([...(written().errors(0, 0) ?? [])], [14, 22]);
  assert.deepEqual([...(written().errors(1, 0) ?? [])], [NaN, 14]);
  assert.equal(written().errors(0, 1), null);
});

test("a time of the first has its time in the second, its score and those of the limbs", () => {
  const pair = written();
  assert.equal(pair.sync.inSecond(0.75), 11.5);
  assert.equal(pair.sync.inSecond(-5), 10);
  assert.deepEqual({ ...pair.at(0.9), limbs: [...pair.at(0.9).limbs] }, { score: 70, behind: 0.5, limbs: [40] });
  assert.ok(Number.isNaN(pair.at(0.5).score));
});
