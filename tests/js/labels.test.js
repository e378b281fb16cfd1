// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { BONES, JOINTS, MIRROR, ORDER, SIDES, limbsOf, sideOfBone, standing } from "../../pages/ui/js/scores/joints.js";
import { ABSENT, HIDDEN, Labels, VISIBLE } from "../../pages/ui/js/scores/labels.js";

/** @typedef {[number, number]} Size */
/** @type {Size} */
const SIZE = [400, 300];
const LEFT_WRIST = JOINTS.indexOf("left wrist");
const RIGHT_WRIST = JOINTS.indexOf("right wrist");

/** Somebody whose joint j is at 10 j, 5 j. @param {number} right */
const person = (right = 0) => JOINTS.flatMap((_, joint) => [10 * joint + right, 5 * joint, VISIBLE]);

/** @param {number[][]} people */
function withPeople(...people) {
  return new Labels(people, SIZE);
}

test("joints are COCO's, their mirror is the other side, and each is visited once", () => {
  assert.equal(JOINTS.length, 17);
  assert.deepEqual([...ORDER].sort((one, other) => one - other), JOINTS.map((_, joint) => joint));
  for (const [joint, other] of MIRROR.entries()) {
    assert.equal(JOINTS[other], JOINTS[joint].replace(/left|right/, (side) => (side === "left" ? "right" : "left")));
  }
  assert.deepEqual([SIDES[0], SIDES[LEFT_WRIST], SIDES[RIGHT_WRIST]], ["middle", "left", "right"]);
  assert.equal(new Set(BONES.map(sideOfBone)).size, 3);
  assert.equal(sideOfBone([5, 6]), "middle");
  assert.equal(sideOfBone([0, 1]), "left");
  assert.deepEqual(limbsOf(LEFT_WRIST), [5, 6, 7, 8, 9, 10]);
  assert.deepEqual(limbsOf(0), []);
});

test("what is not there is absent, and what is outside the photo comes in", () => {
  const labels = withPeople([...person().slice(0, 48), 999, -3, 1]);
  assert.deepEqual(labels.people[0][16], { at: [400, 0], state: HIDDEN });
  const empty = withPeople(Array(51).fill(0));
  assert.deepEqual(empty.people[0][0], { at: null, state: ABSENT });
  assert.deepEqual(empty.flat, [Array(51).fill(0)]);
  assert.equal(empty.box(), null);
});

test("a drag moves one joint inside the photo and is undone in one step", () => {
  const labels = withPeople(person());
  labels.grab(0, LEFT_WRIST);
  labels.drag([50.04, 60]);
  labels.drag([71.26, 1000]);
  assert.deepEqual(labels.chosen, { at: [71.3, 300], state: VISIBLE });
  labels.undo();
  assert.deepEqual(labels.flat, [person()]);
  labels.redo();
  assert.deepEqual(labels.flat[0].slice(27, 30), [71.3, 300, VISIBLE]);
  assert.equal(labels.redo(), false);
});

test("keys move the chosen joint, and a row of moves is undone in one step", () => {
  const labels = withPeople(person());
  assert.equal(labels.nudge(1, 0), false);
  labels.choose(0, 1);
  for (let times = 0; times < 3; times++) labels.nudge(1, 0);
  labels.nudge(0, -10);
  assert.deepEqual(labels.chosen?.at, [13, 0]);
  labels.choose(0, 2);
  labels.nudge(-1, 0);
  labels.undo();
  assert.deepEqual(labels.people[0][2].at, [20, 10]);
  labels.undo();
  assert.deepEqual(labels.people[0][1].at, [10, 5]);
  assert.equal(labels.undo(), false);
});

test("a new change forgets what was undone", () => {
  const labels = withPeople(person());
  labels.choose(0, 1);
  labels.mark(HIDDEN);
  labels.undo();
  labels.mark(ABSENT);
  assert.equal(labels.redo(), false);
});

test("hidden and absent are taken back by the same key, where the joint was", () => {
  const labels = withPeople(person());
  labels.choose(0, LEFT_WRIST);
  labels.mark(HIDDEN);
  assert.equal(labels.chosen?.state, HIDDEN);
  labels.mark(ABSENT);
  assert.deepEqual(labels.flat[0].slice(27, 30), [0, 0, 0]);
  assert.equal(labels.near([90, 45], 20)?.joint, 8); // its neighbour: the absent one is not there
  assert.equal(labels.nudge(1, 0), false);
  labels.mark(ABSENT);
  assert.deepEqual(labels.chosen, { at: [90, 45], state: VISIBLE });
  labels.mark(VISIBLE);
  assert.equal(labels.chosen?.state, VISIBLE);
  labels.release();
  assert.equal(labels.mark(HIDDEN), false);
});

test("a joint that never was anywhere comes where the other side is, or where it is put", () => {
  const flat = person();
  flat.splice(27, 3, 0, 0, 0);
  const labels = withPeople(flat);
  labels.choose(0, LEFT_WRIST);
  labels.mark(ABSENT);
  assert.deepEqual(labels.chosen, { at: [100, 50], state: VISIBLE });
  labels.undo();
  assert.equal(labels.put([7, 8]), true);
  assert.deepEqual(labels.chosen, { at: [7, 8], state: VISIBLE });
});

test("left and right are swapped with their states, of all or of one pair of limbs", () => {
  const labels = withPeople(person());
  labels.choose(0, LEFT_WRIST);
  labels.mark(HIDDEN);
  labels.swap();
  assert.deepEqual(labels.people[0][RIGHT_WRIST], { at: [90, 45], state: HIDDEN });
  assert.deepEqual(labels.people[0][1].at, [20, 10]);
  labels.undo();
  labels.swap(limbsOf(LEFT_WRIST));
  assert.deepEqual(labels.people[0][RIGHT_WRIST].at, [90, 45]);
  assert.deepEqual(labels.people[0][1].at, [10, 5]);
  assert.equal(labels.swap([]), false);
});

test("all joints of a person become visible, or hidden if they are", () => {
  const labels = withPeople(person());
  labels.choose(0, 0);
  labels.mark(ABSENT);
  labels.flipVisible();
  assert.deepEqual(labels.people[0].map(({ state }) => state), [ABSENT, ...Array(16).fill(HIDDEN)]);
  labels.flipVisible();
  assert.deepEqual(labels.people[0].map(({ state }) => state), [ABSENT, ...Array(16).fill(VISIBLE)]);
});

test("the Tab key goes through the joints and out at both ends", () => {
  const labels = withPeople(person());
  const seen = [];
  while (labels.stepJoint(1)) seen.push(labels.joint);
  assert.deepEqual(seen, ORDER);
  labels.release();
  labels.stepJoint(-1);
  assert.equal(labels.joint, ORDER[16]);
  assert.equal(withPeople().stepJoint(1), false);
});

test("people are added, chosen, removed and brought back", () => {
  const labels = withPeople(person());
  labels.add({ at: [200, 150] });
  assert.deepEqual([labels.people.length, labels.person], [2, 1]);
  assert.deepEqual(labels.box(true)?.map(Math.round), [173, 78, 54, 147]);
  labels.stepPerson(1);
  assert.equal(labels.person, 0);
  labels.stepPerson(-1);
  labels.remove();
  assert.deepEqual([labels.people.length, labels.person], [1, 0]);
  labels.clear();
  assert.deepEqual([labels.flat, labels.person, labels.remove(), labels.clear()], [[], null, false, false]);
  labels.undo();
  labels.undo();
  assert.deepEqual([labels.people.length, labels.person], [2, 1]);
});

test("somebody who is added stands in the photo, around the place or in the box", () => {
  for (const at of /** @type {Size[]} */ ([[200, 150], [0, 0], [400, 300]])) {
    for (const [x, y] of standing({ at }, SIZE)) {
      assert.ok(x >= 0 && x <= 400 && y >= 0 && y <= 300);
    }
  }
  const places = standing({ box: [100, 50, 200, 100] }, SIZE);
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  assert.deepEqual([Math.min(...ys), Math.max(...ys)], [52, 150]);
  assert.ok(Math.min(...xs) > 150 && Math.max(...xs) < 250); // nobody is as wide as that box
  assert.ok(places[LEFT_WRIST][0] > places[RIGHT_WRIST][0]); // they face the camera
});

test("the nearest joint is gripped; the chosen one and those of the chosen person come first", () => {
  const labels = withPeople(person(), person(6));
  assert.deepEqual(labels.near([83, 40], 20), { person: 0, joint: 8 });
  labels.choose(1);
  assert.deepEqual(labels.near([83, 40], 20), { person: 1, joint: 8 });
  labels.choose(1, 7);
  assert.deepEqual(labels.near([80, 37], 20), { person: 1, joint: 7 });
  assert.equal(labels.near([390, 10], 20), null);
});
