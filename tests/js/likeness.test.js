// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { COLUMNS, ROWS, delayBetween } from "../../pages/ui/js/live/likeness.js";

/**
 * A bright spot that moves across the picture for 3.5 s.
 * @param {{lateMs?: number, everyMs?: number, mirrored?: boolean, still?: boolean, brighter?: number}} look
 */
function film({ lateMs = 0, everyMs = 33, mirrored = false, still = false, brighter = 0 }) {
  return Array.from({ length: Math.floor(3500 / everyMs) }, (_, index) => {
    const at = 1000 + index * everyMs;
    const time = still ? 0 : (at - lateMs) / 1000;
    const [x, y] = [8 + 6 * Math.sin(3.1 * time + Math.sin(time)), 6 + 4 * Math.cos(2.3 * time)];
    const grey = Float32Array.from({ length: COLUMNS * ROWS }, (_cell, cell) => {
      const [row, column] = [Math.floor(cell / COLUMNS), cell % COLUMNS];
      const across = mirrored ? COLUMNS - 1 - column : column;
      return brighter + 200 * Math.exp(-((across - x) ** 2 + (row - y) ** 2) / 4);
    });
    return { at, grey };
  });
}

/** @type {[string, Parameters<typeof film>[0]][]} */
const CASES = [
  ["as it was sent", { lateMs: 240 }],
  ["mirrored", { lateMs: 240, mirrored: true }],
  ["brighter, and in fewer frames", { lateMs: 610, brighter: 40, everyMs: 71 }],
  ["at once", { lateMs: 0 }],
];
for (const [name, look] of CASES) {
  test(`the delay of a video shown ${name}`, () => {
    const found = delayBetween(film({}), film(look));
    assert.ok(found !== null && Math.abs(found - (look.lateMs ?? 0)) <= 10, `${found} ms`);
  });
}

test("the delay is unknown without movement or with too few frames", () => {
  assert.equal(delayBetween(film({ still: true }), film({ still: true })), null);
  assert.equal(delayBetween(film({}).slice(0, 9), film({})), null);
  assert.equal(delayBetween([], []), null);
});
