// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { bandedOf, lineAt, withErrors } from "../../pages/ui/js/player/banded.js";

const line = (/** @type {string} */ title, /** @type {string} */ color, /** @type {number[]} */ values) =>
  /** @type {import("../../pages/ui/js/types.d.ts").Line} */ (
    /** @type {unknown} */ ({ title, color, times: Float64Array.of(0, 1), values: Float32Array.from(values), errors: values, faint: false })
  );
const four = [line("a", "red", [10, 10]), line("b", "red", [50, 90]), line("c", "blue", [90, 50]), line("d", "blue", [NaN, NaN])];
const panel = { top: 0, bottom: 200, lines: four, y: (/** @type {number} */ value) => 200 - value };

test("a few curves all have bands; of more, the chosen one or those in the first colour", () => {
  const titles = (/** @type {typeof four} */ lines, /** @type {string | null} */ chosen) => bandedOf(lines, chosen).map(({ title }) => title);
  assert.deepEqual(titles(four.slice(0, 3), "a"), ["a", "b", "c"]);
  assert.deepEqual(titles(four, "c"), ["c"]);
  assert.deepEqual(titles(four, null), ["a", "b"]);
  assert.deepEqual(titles(four, "of another choice of curves"), ["a", "b"]);
  const [one] = four;
  assert.deepEqual(titles([one, one, one, one], null), [], "four in one colour");
  assert.deepEqual(withErrors([one, { ...one, faint: true }, { ...one, errors: null }]), [one]);
});

test("the curve under the pointer is chosen, at its time, within reach and its panel", () => {
  assert.equal(lineAt([panel], 0, 145), "b");
  assert.equal(lineAt([panel], 1, 145), "c");
  assert.equal(lineAt([panel], 1, 12), null, "none is near");
  assert.equal(lineAt([panel], 1, 230), null, "outside");
  assert.equal(lineAt([{ ...panel, lines: four.slice(0, 3) }], 0, 145), null, "all of them have bands");
});
