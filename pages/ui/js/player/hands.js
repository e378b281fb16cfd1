// @ts-check
// The hands of one frame: drawn over the video, and as traces of the 3D view.

import { pointOf } from "../shared/points.js";
import { boneLine, coarseLandmarks, handOnWrist, nowhere } from "../shared/stage.js";

/** @typedef {import("../types.d.ts").PlayerData} PlayerData */
/** @typedef {import("../types.d.ts").FrameOfHands} FrameOfHands */
/** @typedef {import("../types.d.ts").Frame} Frame */
/** @typedef {import("../types.d.ts").Points} Points */
/** @typedef {import("../types.d.ts").Side} Side */
/** @typedef {import("../types.d.ts").View} View */
/** @typedef {import("./moments.js").Moments} Moments */
/** @typedef {import("./overlay.js").Overlay} Overlay */
/** @typedef {import("../shared/skeleton3d.js").Trace} Trace */
/** @typedef {{person: number, side: Side, slot: number}} Hand */

/**
 * The hands that are shown: not those of hidden people.
 * @param {Pick<PlayerData, "header" | "people">} data
 * @returns {Hand[]}
 */
export function shownHands({ header, people }) {
  const hidden = new Set(people.filter(({ shown }) => !shown).map(({ id }) => id));
  return (header.hands?.slots ?? [])
    .map(({ person, side }, slot) => ({ person, side, slot }))
    .filter(({ person }) => !hidden.has(person));
}

/**
 * The landmarks of each person that are not drawn in a frame, as their hands are there in finer detail.
 * @param {Pick<PlayerData, "header" | "people" | "hands">} data
 * @param {FrameOfHands | null} frame
 * @returns {Set<number>[]} in order of the people
 */
export function landmarksBeneath({ header, people, hands: look }, frame) {
  const { slots = [], landmarks = 0 } = header.hands ?? {};
  const there = slots.filter((_, slot) => frame && !Number.isNaN(frame.picture[3 * slot * landmarks]));
  return people.map(({ id }) => coarseLandmarks(look, there.filter(({ person }) => person === id).map(({ side }) => side)));
}

/**
 * @param {Overlay} overlay
 * @param {PlayerData} data
 * @param {Moments} moments
 * @param {number} index of the frame
 */
export function drawHands(overlay, data, moments, index) {
  const frame = moments.hands(index);
  const { hands: look, header } = data;
  if (!frame || !look || !header.hands) return;
  const scale = overlay.canvas.width / header.size[0];
  // Beside bodies it is plain whose hand it is.
  const named = !data.people.length && new Set(header.hands.slots.map(({ person }) => person)).size > 1;
  for (const { person, side, slot } of shownHands(data)) {
    const points = new Float32Array(2 * header.hands.landmarks);
    for (let k = 0; k < header.hands.landmarks; k++) {
      const at = 3 * (slot * header.hands.landmarks + k);
      points[2 * k] = frame.picture[at] * scale;
      points[2 * k + 1] = frame.picture[at + 1] * scale;
    }
    if (Number.isNaN(points[0])) continue;
    overlay.skeleton(points, { bones: look.bones, joints: look.landmarks, faint: false });
    const top = points.reduce((least, value, place) => (place % 2 ? Math.min(least, value) : least), Infinity);
    const words = [named ? person : "", side, header.hands.words[frame.shows[slot]]].filter(Boolean).join(" ");
    overlay.text(words, points[18] - 4 * words.length, Math.max(16, top - 10), { color: look.tags[side] });
  }
}

/**
 * The traces of the hands: on the wrists of their bodies; in the image also without a body.
 * @param {PlayerData} data
 * @param {FrameOfHands | null} hands
 * @param {Frame | null} bodies in the same frame
 * @param {View} view
 * @returns {Map<string, Trace>} by uid
 */
export function handTraces(data, hands, bodies, view) {
  /** @type {Map<string, Trace>} */
  const traces = new Map();
  const { hands: look, header } = data;
  if (!look || !header.hands || !hands) return traces;
  const shown = new Set(shownHands(data).map(({ slot }) => slot));
  header.hands.slots.forEach(({ person, side }, slot) => {
    const name = `${person}_${side}`.replace("-", "m");
    const points = shown.has(slot) ? placed(data, hands, bodies, view, slot) : null;
    const { landmarks } = look;
    traces.set(`hand_bones_${name}`, boneLine(points ?? nowhere(landmarks.length), look.bones));
    traces.set(`hand_joints_${name}`, points ?? nowhere(landmarks.length));
  });
  return traces;
}

/**
 * One hand on the axes of the 3D view; null if it is absent, or has no wrist to be on.
 * @param {PlayerData} data
 * @param {FrameOfHands} hands
 * @param {Frame | null} bodies
 * @param {View} view
 * @param {number} slot
 * @returns {Points | null}
 */
function placed({ header, hands: look, people }, hands, bodies, { space }, slot) {
  if (!look || !header.hands) return null;
  const { person, side } = header.hands.slots[slot];
  const { landmarks: count } = header.hands;
  const inWorld = space === "world";
  const source = inWorld ? hands.world : hands.picture;
  const body = people.findIndex(({ id }) => id === person);
  const joints = inWorld ? bodies?.world : bodies?.picture;
  const wrist = body < 0 || !joints ? null : pointOf(joints, body * header.landmarks + look.wrists[side]);
  return handOnWrist((k) => pointOf(source, slot * count + k), count, wrist, space);
}
