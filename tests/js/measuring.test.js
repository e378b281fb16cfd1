// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { angleAt, measured, nearestLandmark, pixelsPerMetre } from "../../pages/ui/js/measuring/geometry.js";
import { Measures, movedBy, usualHandles } from "../../pages/ui/js/measuring/measures.js";
import { metresBy, pointsOf, tableOf, valueOf } from "../../pages/ui/js/measuring/table.js";

/** @typedef {import("../../pages/ui/js/types.d.ts").Handle} Handle */
/** @typedef {import("../../pages/ui/js/types.d.ts").Place} Place */

const LANDMARKS = ["head", "hip", "foot"];

/**
 * A person of 1.8 m who stands upright, seen from the front at 100 pixels per metre.
 * @param {number} id
 * @param {number} x
 * @param {number | null} height
 */
function person(id, x, height) {
  const points = Float32Array.of(x, 20, x, 110, x, 200);
  return { id, name: `person ${id}`, height, points, world: Float32Array.of(0, -0.9, 0, 0, 0, 0, 0, 0.9, 0) };
}

/** @param {...[number, number]} places @returns {Handle[]} */
const at = (...places) => places.map((place) => ({ at: place, follows: null }));

/** @param {number} id @param {number} landmark @returns {Handle} */
const on = (id, landmark) => ({ at: [0, 0], follows: { person: id, landmark } });

/** @param {ReturnType<typeof person>[]} people */
const frame = (...people) => ({ number: 7, time: 0.25, people, landmarks: LANDMARKS });

test("angles are those between the arms, whatever their length and order", () => {
  assert.ok(Math.abs(angleAt([10, 0], [0, 0], [0, 5]) - 90) < 1e-9);
  assert.ok(Math.abs(angleAt([0, 5], [0, 0], [-100, 0]) - 90) < 1e-9);
  assert.equal(angleAt([-1, 0], [0, 0], [7, 0]), 180);
  assert.ok(Number.isNaN(angleAt([0, 0], [0, 0], [7, 0])));
});

test("a handle near a landmark that is shown follows it", () => {
  const hidden = person(2, 300, null);
  hidden.points.fill(NaN, 0, 2);
  assert.deepEqual(nearestLandmark([105, 115], [person(1, 100, null), hidden], 10), { person: 1, landmark: 1 });
  assert.equal(nearestLandmark([105, 125], [person(1, 100, null)], 10), null);
  assert.equal(nearestLandmark([300, 20], [hidden], 10), null);
});

test("a line has pixels, and metres by its own length, another line's, or a height", () => {
  const measures = new Measures();
  const [wall, leg, floor] = [at([0, 0], [0, 50]), [on(1, 1), on(1, 2)], at([90, 200], [140, 200])];
  for (const handles of [wall, leg, floor]) measures.add("line", handles);
  const now = (/** @type {number} */ index, /** @type {number | null} */ height) =>
    measured(measures.all[index], measures.all, [person(1, 100, height)]);

  assert.equal(valueOf(now(1, null)), "90 px");
  assert.equal(valueOf(now(1, 1.8)), "0.90 m");
  assert.equal(metresBy(now(2, 1.8), measures.all[2], frame(person(1, 100, 1.8))), "height of person 1 (1.80 m)");
  assert.equal(measures.setLength(1, 1), true); // 50 pixels per metre at the wall
  assert.equal(valueOf(now(0, 1.8)), "1.00 m");
  assert.equal(valueOf(now(2, 1.8)), "1.00 m", "a known length comes before a height");
  measures.setLength(3, 2);
  assert.equal(valueOf(now(1, 1.8)), "3.60 m", "the newest known length counts: 25 pixels per metre");
  assert.equal(valueOf(now(0, 1.8)), "1.00 m", "but a line's own comes first");
});

test("the height that counts is that of whom the line follows, or is nearest", () => {
  const small = { ...person(2, 300, 0.9), world: person(2, 300, 0.9).world.map((value) => value / 2) };
  const people = [person(1, 100, 1.8), small];
  const measures = new Measures();
  measures.add("line", [on(2, 0), on(2, 2)]);
  measures.add("line", at([105, 20], [105, 110]));
  const [followed, near] = measures.all.map((measure) => measured(measure, measures.all, people));
  assert.deepEqual([followed.scale?.person, near.scale?.person], [2, 1]);
  assert.deepEqual([valueOf(followed), valueOf(near)], ["0.90 m", "0.90 m"]);
});

test("a scale is that of the body, however it is turned and moved", () => {
  const { points, world } = person(1, 100, 1.8);
  assert.ok(Math.abs((pixelsPerMetre({ ...person(1, 0, 1.8), points, world }) ?? 0) - 100) < 1e-4);
  assert.equal(pixelsPerMetre({ ...person(1, 0, 1.8), points: points.map(() => NaN), world }), null);
});

test("what follows somebody out of view has no value, and is not lost", () => {
  const measures = new Measures();
  measures.add("angle", [on(1, 0), on(1, 1), on(1, 2)]);
  assert.equal(valueOf(measured(measures.all[0], measures.all, [])), "–");
  assert.equal(valueOf(measured(measures.all[0], measures.all, [person(1, 5, null)])), "180.0°");
});

test("changes are undone one by one, and a drag as one", () => {
  const measures = new Measures();
  measures.add("line", at([0, 0], [3, 4]));
  for (let x = 1; x <= 5; x++) measures.move(1, 0, { at: [x, 0], follows: null }, "drag 1");
  measures.setLength(1, 1.2);
  measures.remove(1);
  const seen = [];
  while (measures.canUndo) {
    measures.undo();
    seen.push(measures.all.map(({ handles, metres }) => [handles[0].at[0], metres]));
  }
  assert.deepEqual(seen, [[[5, 1.2]], [[5, null]], [[0, null]], []]);
  assert.equal(measures.add("line", at([0, 0], [1, 1]))?.id, 2, "names are not given twice");
});

test("lengths that cannot be are refused, and so are too many measures", () => {
  const measures = new Measures();
  measures.add("line", at([0, 0], [3, 4]));
  assert.deepEqual([0, -1, NaN, 5000].map((metres) => measures.setLength(1, metres)), [false, false, false, false]);
  assert.equal(measures.all[0].metres, null);
  for (let more = 0; more < 30; more++) measures.add("angle", usualHandles("angle", [640, 480]));
  assert.equal(measures.all.length, 20);
  assert.equal(measures.add("line", []), null);
});

test("arrow keys take a handle off its landmark, and keep it in the picture", () => {
  const people = [person(1, 100, null)];
  assert.deepEqual(movedBy(on(1, 1), [1, 0], people, [640, 480]), { at: [101, 110], follows: null });
  assert.deepEqual(movedBy(at([2, 2])[0], [-10, 0], people, [640, 480]), { at: [0, 2], follows: null });
});

test("the table of a moment names frame, points and values", () => {
  const measures = new Measures();
  measures.add("line", [on(1, 1), { at: [130, 150], follows: null }]);
  measures.add("angle", [on(1, 0), on(1, 1), on(1, 2)]);
  const lines = tableOf(measures.all, frame(person(1, 100, 1.8)), ",").split("\n");
  assert.equal(lines[0], "frame,time_s,measure,kind,points,px,m,degrees,metres_by");
  assert.equal(lines[1], '7,0.250,Line 1,line,"hip; (130, 150)",50.0,0.5000,,height of person 1');
  assert.equal(lines[2], "7,0.250,Angle 2,angle,head; hip; foot,,,180.00,");
  const two = frame(person(1, 100, 1.8), person(2, 300, null));
  assert.deepEqual(pointsOf(measures.all[1], measured(measures.all[1], measures.all, two.people), two), [
    "head of person 1",
    "hip of person 1",
    "foot of person 1",
  ]);
});
