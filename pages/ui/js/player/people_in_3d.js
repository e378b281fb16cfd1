// @ts-check
// The people of one frame as traces of the 3D view.

import { boneLine, nowhere } from "../shared/stage.js";
import { handTraces, landmarksBeneath } from "./hands.js";
import { TRAIL_S } from "./people_on_film.js";

/** @typedef {import("../types.d.ts").PlayerData} PlayerData */
/** @typedef {import("../types.d.ts").View} View */
/** @typedef {import("../types.d.ts").Points} Points */
/** @typedef {import("../types.d.ts").Frame} Frame */
/** @typedef {import("./moments.js").Moments} Moments */
/** @typedef {import("../shared/skeleton3d.js").Trace} Trace */

/**
 * @param {PlayerData} data
 * @param {Moments} moments
 * @param {string} layer
 * @param {number} index of the frame
 * @param {View} view
 * @returns {Map<string, Trace>} by uid; empty until the frame has arrived
 */
export function tracesOf(data, moments, layer, index, view) {
  /** @type {Map<string, Trace>} */
  const traces = new Map();
  const frame = moments.frame(layer, index);
  if (!frame) return traces;
  const { bones } = data.skeleton;
  const hands = moments.hands(index);
  const beneath = landmarksBeneath(data, hands);
  data.people.forEach((person, slot) => {
    const points = person.shown ? inSpace(data, frame, slot, view, beneath[slot]) : nowhere(data.header.landmarks);
    const hasTrail = person.shown && view.trail >= 0;
    for (const [kind, thin] of /** @type {const} */ ([["thick", false], ["thin", true]])) {
      const drawn = bones.filter((bone) => bone.thin === thin);
      traces.set(`${kind}_bones_${person.id}`, { ...boneLine(points, drawn), line: { color: boneColors(data, slot, view, drawn) } });
    }
    traces.set(`joints_${person.id}`, { ...points, marker: colors(data, frame, slot, view) });
    traces.set(`path_${person.id}`, hasTrail ? path(data, moments, layer, index, slot, view) : nowhere(1));
  });
  return new Map([...traces, ...handTraces(data, hands, frame, view)]);
}

/**
 * Right, depth and height on the axes of the 3D view.
 * @param {PlayerData} data
 * @param {Frame} frame
 * @param {number} slot
 * @param {View} view
 * @param {Set<number>} [hidden] landmarks
 * @returns {Points}
 */
function inSpace({ header }, frame, slot, { space, threshold }, hidden) {
  const source = space === "world" ? frame.world : frame.picture;
  const down = space === "world" ? -1 : 1; // the image's own axis points down
  const [x, y, z] = Array.from({ length: 3 }, () => Array(header.landmarks).fill(null));
  for (let k = 0; k < header.landmarks; k++) {
    const at = slot * header.landmarks + k;
    if (!(frame.visibility[at] >= threshold) || hidden?.has(k)) continue;
    [x[k], y[k], z[k]] = [source[3 * at], source[3 * at + 2], down * source[3 * at + 1]];
  }
  return { x, y, z };
}

/**
 * Colours of the joints: by visibility, or by person or side.
 * @param {PlayerData} data
 * @param {Frame} frame
 * @param {number} slot
 * @param {View} view
 */
function colors({ header, people, skeleton }, frame, slot, { joints }) {
  if (joints === "visibility") {
    const visibility = frame.visibility.subarray(slot * header.landmarks, (slot + 1) * header.landmarks);
    return { color: Array.from(visibility), coloraxis: "coloraxis" };
  }
  const color = joints === "person" ? people[slot].color : skeleton.landmarks.map(({ page }) => page);
  return { color, coloraxis: undefined };
}

/**
 * Colours of the bones: of several people by person, unless the sides are asked for.
 * @param {PlayerData} data
 * @param {number} slot
 * @param {View} view
 * @param {import("../types.d.ts").Bone[]} bones
 */
function boneColors({ people }, slot, { joints }, bones) {
  if (people.length > 1 && joints !== "side") return people[slot].color;
  return bones.flatMap(({ page }) => [page, page, page]); // two ends and a gap
}

/**
 * The recent path of one landmark.
 * @param {PlayerData} data
 * @param {Moments} moments
 * @param {string} layer
 * @param {number} index
 * @param {number} slot
 * @param {View} view
 * @returns {Points}
 */
function path(data, moments, layer, index, slot, view) {
  /** @type {Points} */
  const way = { x: [], y: [], z: [] };
  for (const one of moments.clock.until(index, TRAIL_S)) {
    const frame = moments.frame(layer, one);
    const points = frame ? inSpace(data, frame, slot, view) : nowhere(data.header.landmarks);
    for (const axis of /** @type {const} */ (["x", "y", "z"])) way[axis].push(points[axis][view.trail]);
  }
  return way;
}
