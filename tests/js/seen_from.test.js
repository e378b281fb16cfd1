// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { SeenFrom, turnOf } from "../../pages/ui/js/live/seen_from.js";

const look = { shoulders: [0, 1], hips: [2, 3], ends_deg: [30, 60, 120, 180], unknown: 2, steady_s: 0.5 };
const errors = [10, 20, 33, 15]; // from the front, obliquely, from the side, from behind

/** Shoulders and hips of somebody who is turned by this many degrees, metres; y points down, z away from the camera. */
function turned(/** @type {number} */ degrees) {
  const [x, z] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [[0.2, -0.5], [-0.2, -0.5], [0.1, 0], [-0.1, 0]].map(([out, y]) => [out * x, y, out * z]);
}

test("how a body is turned is read off its shoulders and hips", () => {
  for (const degrees of [0, 20, 45, 90, 135, 180]) {
    for (const way of [1, -1]) assert.ok(Math.abs(turnOf(turned(way * degrees), look) - degrees) < 1e-6, `${way * degrees}`);
  }
  assert.ok(Number.isNaN(turnOf([[null, null, null], [0, 0, 0], [0, 1, 0], [1, 1, 0]], look)));
});

test("an error is that of the view, as the median over the last moments", () => {
  const seen = new SeenFrom(look);
  const show = (/** @type {number} */ time_s, /** @type {number} */ degrees) =>
    seen.add({ time_s, people: /** @type {any} */ ([{ id: 7, world: turned(degrees) }]) });
  for (const [time_s, degrees, expected] of [[0, 0, "±10"], [0.2, 10, "±10"], [0.4, 90, "±10"], [1, 175, "±15"], [2, 45, "±20"], [3, 90, "±33"]]) {
    show(Number(time_s), Number(degrees));
    assert.equal(seen.plusMinus(7, errors), expected);
  }
  assert.equal(seen.plusMinus(8, errors), "", "nobody");
  seen.add({ time_s: 9, people: /** @type {any} */ ([{ id: 7, world: Array(4).fill([null, null, null]) }]) });
  assert.equal(seen.plusMinus(7, errors), "±33", "of whom it is not known");
  seen.clear();
  assert.equal(seen.plusMinus(7, errors), "");
});
