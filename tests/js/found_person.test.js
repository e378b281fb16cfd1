// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { holds, isAmong } from "../../pages/ui/js/scores/found_person.js";
import { VISIBLE, personOf } from "../../pages/ui/js/scores/labels.js";

/** A person whose joints go from a place to the right and down. @param {number} x @param {number} y */
const personAt = (x, y) => {
  const person = personOf(Array.from({ length: 17 }, (_, joint) => [x + 3 * joint, y + 10 * joint, VISIBLE]).flat());
  assert.ok(person);
  return person;
};

test("a person holds the places around their joints, and no others", () => {
  const person = personAt(100, 100); // to 148, 260
  assert.ok(holds(person, [120, 180]));
  assert.ok(holds(person, [90, 90]));
  assert.ok(!holds(person, [300, 180]));
  assert.ok(!holds(person, [120, 400]));
});

test("a person who is there already is known by most joints", () => {
  const people = [personAt(400, 100), personAt(100, 100)];
  assert.ok(isAmong(people, personAt(105, 104)));
  assert.ok(!isAmong(people, personAt(160, 100)));
  assert.ok(!isAmong([], personAt(100, 100)));
});
