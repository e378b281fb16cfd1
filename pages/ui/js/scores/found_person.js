// @ts-check
// Whether a person whom the model found is the one who was asked for, and is not there already.

import { ABSENT } from "./labels.js";

/** @typedef {import("../types.d.ts").Place} Place */
/** @typedef {import("./labels.js").Person} Person */

/** Whether a person is around a place. @param {Person} person @param {Place} place */
export function holds(person, [x, y]) {
  const places = person.flatMap(({ at, state }) => (at && state !== ABSENT ? [at] : []));
  const [xs, ys] = [places.map(([each]) => each), places.map(([, each]) => each)];
  const room = 0.15 * Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  const within = (/** @type {number} */ value, /** @type {number[]} */ all) =>
    value >= Math.min(...all) - room && value <= Math.max(...all) + room;
  return within(x, xs) && within(y, ys);
}

/**
 * Whether a person is there already: most joints are where theirs are.
 * @param {Person[]} people
 * @param {Person} person
 */
export function isAmong(people, person) {
  const heights = person.flatMap(({ at }) => (at ? [at[1]] : []));
  const near = 0.08 * (Math.max(...heights) - Math.min(...heights));
  return people.some((other) => {
    const away = person.flatMap(({ at }, joint) => {
      const there = other[joint].at;
      return at && there ? [Math.hypot(at[0] - there[0], at[1] - there[1])] : [];
    });
    return away.length > 4 && away.filter((each) => each < near).length > away.length / 2;
  });
}
