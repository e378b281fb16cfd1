// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { follow, nearestTo, slopeAt, steadied, valueAt } from "../../pages/ui/js/compare/following.js";

const RATE = 15;
const FRAMES = 10 * RATE;

// The second begins a second later and takes 1.4 times as long, in steps of 1/15 s as an alignment has them.
const moments = Array.from({ length: 2 * FRAMES }, (_, step) => [
  Math.min(FRAMES, Math.round(step / 1.2)) / RATE,
  1 + Math.round((1.4 * step) / 1.2) / RATE,
]).filter(([first]) => first < 10);
const aligned = steadied(
  moments.map(([first]) => first),
  moments.map(([, second]) => second),
);

test("an alignment without its steps never goes back and stays within one of them", () => {
  for (let place = 1; place < aligned.to.length; place++) {
    assert.ok(aligned.to[place] >= aligned.to[place - 1]);
    assert.ok(aligned.from[place] > aligned.from[place - 1]);
  }
  for (let time = 0.5; time < 9; time += 0.01) {
    const second = valueAt(aligned.from, aligned.to, time);
    assert.ok(Math.abs(second - (1 + 1.4 * time)) < 1 / RATE, `${second} at ${time}`);
    assert.ok(Math.abs(slopeAt(aligned, time) - 1.4) < 0.2, `${slopeAt(aligned, time)} at ${time}`);
  }
});

test("before and after the alignment the second waits", () => {
  assert.equal(valueAt([1, 2], [5, 7], 0), 5);
  assert.equal(valueAt([1, 2], [5, 7], 1.5), 6);
  assert.equal(valueAt([1, 2], [5, 7], 9), 7);
  assert.equal(slopeAt({ from: [1, 2], to: [5, 7] }, 0), 0);
  assert.equal(slopeAt({ from: [1, 2], to: [5, 7] }, 1.5), 2);
});

test("a single moment is one", () => {
  assert.deepEqual(steadied([3], [4]), { from: [3], to: [4] });
  assert.deepEqual(steadied([3, 3], [4, 6]), { from: [3], to: [5] });
});

test("the nearest moment is found, also among equal times", () => {
  const times = [0, 1, 1, 2];
  assert.deepEqual([-5, 0.4, 0.6, 1.4, 1.6, 9].map((time) => times[nearestTo(times, time)]), [0, 0, 1, 1, 2, 2]);
});

for (const [words, state, expected] of /** @type {const} */ ([
  ["plays at its own pace while in time", { wanted: 5, now: 5, slope: 1.4, speed: 1 }, { seek: false, rate: 1.4 }],
  ["plays faster if a little late", { wanted: 5.1, now: 5, slope: 1, speed: 1 }, { seek: false, rate: 1.2 }],
  ["waits if it is ahead of one that stands still", { wanted: 5, now: 5.1, slope: 0, speed: 1 }, { seek: false, rate: 0 }],
  ["goes there if far away", { wanted: 9, now: 5, slope: 1, speed: 0.5 }, { seek: true, rate: 0.5 }],
  ["is never asked for more than browsers play", { wanted: 5, now: 5, slope: 9, speed: 2 }, { seek: false, rate: 4 }],
])) {
  test(`the second ${words}`, () => {
    const { seek, rate } = follow(state);
    assert.equal(seek, expected.seek);
    assert.ok(Math.abs(rate - expected.rate) < 1e-6, `${rate}`);
  });
}

test("a second that follows stays in time", () => {
  let now = 1;
  for (let time = 0; time < 9; time += 1 / 60) {
    const wanted = valueAt(aligned.from, aligned.to, time);
    const { seek, rate } = follow({ wanted, now, slope: slopeAt(aligned, time), speed: 1 });
    assert.ok(!seek);
    assert.ok(Math.abs(wanted - now) < 0.12, `${wanted - now} at ${time}`);
    now += rate / 60;
  }
});
