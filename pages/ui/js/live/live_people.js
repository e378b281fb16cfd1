// @ts-check
// The people of a live frame and their hands as traces of the 3D view and as bodies and hands for the tables.

import { boneLine, coarseLandmarks, handOnWrist, nowhere } from "../shared/stage.js";

/** @typedef {import("../types.d.ts").Answer} Answer */
/** @typedef {import("../types.d.ts").LiveHand} LiveHand */
/** @typedef {import("../types.d.ts").LivePerson} LivePerson */
/** @typedef {import("../types.d.ts").PanelData} PanelData */
/** @typedef {import("../types.d.ts").Points} Points */
/** @typedef {import("../types.d.ts").Space} Space */
/** @typedef {import("../types.d.ts").Vector} Vector */
/** @typedef {import("../shared/skeleton3d.js").Trace} Trace */

/**
 * @param {PanelData} data
 * @param {Answer} answer
 * @param {Space} space
 * @returns {Map<string, Trace>} by uid
 */
export function liveTraces(data, answer, space) {
  // The axes are made for the image size that the page knows; the camera's may differ.
  const scale = Math.min(data.size[0] / answer.size[0], data.size[1] / answer.size[1]);
  /** @type {Map<string, Trace>} */
  const traces = new Map();
  for (let slot = 0; slot < data.people; slot++) {
    const person = answer.people?.[slot];
    const points = person
      ? inSpace(person, space, scale, data.threshold, landmarksBeneath(data, answer, person.id))
      : nowhere(data.landmarks.length);
    const look = person && data.people > 1 ? { line: { color: person.color } } : {};
    traces.set(`thick_bones_${slot + 1}`, { ...boneLine(points, data.bones.filter(({ thin }) => !thin)), ...look });
    traces.set(`thin_bones_${slot + 1}`, { ...boneLine(points, data.bones.filter(({ thin }) => thin)), ...look });
    const color = person ? person.visibility.map((value) => value ?? 0) : Array(data.landmarks.length).fill(0);
    traces.set(`joints_${slot + 1}`, { ...points, marker: { color } });
  }
  return new Map([...traces, ...handTraces(data, answer, space, scale)]);
}

/**
 * The landmarks of a person that are not drawn, as their hands are there in finer detail.
 * @param {PanelData} data
 * @param {Answer} answer
 * @param {number} id of the person
 */
function landmarksBeneath({ hands: look }, { hands }, id) {
  return coarseLandmarks(look, (hands?.found ?? []).filter(({ person }) => person === id).map(({ side }) => side));
}

/**
 * @param {PanelData} data
 * @param {Answer} answer
 * @param {Space} space
 * @param {number} scale
 * @returns {Map<string, Trace>} by uid
 */
function handTraces({ hands: look, people: most }, { people = [], hands }, space, scale) {
  /** @type {Map<string, Trace>} */
  const traces = new Map();
  if (!look) return traces;
  const count = look.landmarks.length;
  const trace = (/** @type {string} */ name, /** @type {Points | null} */ points) => {
    traces.set(`hand_bones_${name}`, boneLine(points ?? nowhere(count), look.bones));
    traces.set(`hand_joints_${name}`, points ?? nowhere(count));
  };
  for (let slot = 0; slot < most; slot++) for (const side of ["left", "right"]) trace(`${slot + 1}_${side}`, null);
  const scaled = (/** @type {Vector} */ { x, y, z }) => ({ x: scale * x, y: scale * y, z: scale * z });
  for (const hand of hands?.found ?? []) {
    const { person, side } = hand;
    // If nobody is found, people are numbered by their hands.
    const slot = people.length ? people.findIndex(({ id }) => id === person) : person - 1;
    if (slot < 0 || slot >= most) continue;
    const { picture, world } = handOf(hand);
    const body = slot < people.length ? bodyOf(people[slot]) : null;
    const wrist = look.wrists[side];
    const points =
      space === "world"
        ? handOnWrist(world, count, body && body.world(wrist), space)
        : handOnWrist((k) => scaled(picture(k)), count, body && scaled(body.picture(wrist)), space);
    trace(`${slot + 1}_${side}`, points);
  }
  return traces;
}

/**
 * @param {LivePerson} person
 * @param {Space} space
 * @param {number} scale
 * @param {number} threshold
 * @param {Set<number>} hidden landmarks
 * @returns {Points}
 */
function inSpace({ xy, z, world, visibility }, space, scale, threshold, hidden) {
  const pick = (/** @type {(k: number) => number | null} */ value) =>
    visibility.map((sure, k) => (sure !== null && sure >= threshold && !hidden.has(k) ? value(k) : null));
  const times = (/** @type {number} */ factor, /** @type {number | null} */ value) => (value === null ? null : factor * value);
  if (space === "world") {
    return { x: pick((k) => world[k][0]), y: pick((k) => world[k][2]), z: pick((k) => times(-1, world[k][1])) };
  }
  return { x: pick((k) => times(scale, xy[k][0])), y: pick((k) => times(scale, z[k])), z: pick((k) => times(scale, xy[k][1])) };
}

/**
 * @param {LivePerson} person
 * @returns {import("../shared/landmark_rows.js").Body}
 */
export function bodyOf({ id, visibility, presence, ...points }) {
  return {
    person: id,
    name: "",
    ...inBothSpaces(points),
    visibility: (k) => visibility[k] ?? NaN,
    presence: (k) => presence[k] ?? NaN,
  };
}

/**
 * @param {LiveHand} hand
 * @returns {import("../shared/landmark_rows.js").Hand}
 */
export function handOf({ person, side, score, ...points }) {
  return { person, name: "", hand: side, score, ...inBothSpaces(points) };
}

/**
 * @param {Pick<LiveHand, "xy" | "z" | "world">} points
 * @returns {Record<Space, (landmark: number) => Vector>}
 */
function inBothSpaces({ xy, z, world }) {
  const there = (/** @type {number | null} */ value) => value ?? NaN;
  return {
    picture: (k) => ({ x: there(xy[k][0]), y: there(xy[k][1]), z: there(z[k]) }),
    world: (k) => ({ x: there(world[k][0]), y: there(world[k][1]), z: there(world[k][2]) }),
  };
}
