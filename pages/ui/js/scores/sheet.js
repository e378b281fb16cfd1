// @ts-check
// Draws labelled people on a canvas above the photo: sharp at any zoom.

import { BONES, JOINTS, SIDES, sideOfBone } from "./joints.js";
import { ABSENT, HIDDEN, STATES } from "./labels.js";

/** @typedef {import("../types.d.ts").Place} Place */
/** @typedef {import("./labels.js").Labels} Labels */
/** @typedef {import("./labels.js").Person} Person */
/** @typedef {import("./photo_view.js").PhotoView} PhotoView */
/** @typedef {Record<import("./joints.js").Side, string>} Colors */
/** @typedef {{colors: Colors, hovered: {person: number, joint: number} | null, dragged: boolean,
 *   box: [number, number, number, number] | null}} Look */

const RIM = "rgba(0, 0, 0, 0.7)";
const LARGEST_PX = 6;
const SMALLEST_PX = 2.5;
const SHARE_OF_PERSON = 0.012;
const FONT = "600 13px system-ui, sans-serif";

/**
 * @param {CanvasRenderingContext2D} pen in pixels of the page
 * @param {Labels} labels
 * @param {PhotoView} view
 * @param {Look} look
 */
export function drawLabels(pen, labels, view, look) {
  const order = labels.people.map((_, person) => person).filter((person) => person !== labels.person);
  if (labels.person !== null && labels.chosenPerson) order.push(labels.person);
  for (const person of order) drawPerson(pen, labels, person, view, look);
  if (labels.people.length > 1) for (const person of order) nameNumber(pen, labels, person, view);
  if (look.box) drawBox(pen, look.box, view);
  const { chosen } = labels;
  if (chosen?.at && chosen.state !== ABSENT) drawChosen(pen, view.toFrame(chosen.at), look.dragged);
  const named = look.dragged ? null : look.hovered;
  const joint = named && labels.people[named.person]?.[named.joint];
  if (named && joint?.at && joint.state !== ABSENT) {
    const words = joint.state === HIDDEN ? `${JOINTS[named.joint]}, ${STATES[HIDDEN]}` : JOINTS[named.joint];
    nameAt(pen, view.toFrame(joint.at), words, view.frame);
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Labels} labels
 * @param {number} number
 * @param {PhotoView} view
 * @param {Look} look
 */
function drawPerson(pen, labels, number, view, look) {
  const person = labels.people[number];
  const isChosen = number === labels.person;
  const places = person.map(({ at, state }) => (at && state !== ABSENT ? view.toFrame(at) : null));
  const radius = radiusOf(places);
  pen.save();
  pen.lineCap = "round";
  pen.globalAlpha = isChosen ? 1 : 0.6;
  const thickness = Math.max(1.2, Math.min(2.5, radius / 2)) * (isChosen ? 1 : 0.7);
  for (const bone of BONES) {
    const [from, to] = bone.map((joint) => places[joint]);
    if (!from || !to) continue;
    const side = sideOfBone(bone);
    const faint = bone.some((joint) => person[joint].state === HIDDEN);
    // Left and right differ without colours, too: lines of the right are dashed.
    stroke(pen, from, to, look.colors[side], thickness, side === "right" ? [3 * thickness, 2.2 * thickness] : [], faint);
  }
  for (const [joint, place] of places.entries()) {
    if (!place) continue;
    const isMoved = look.dragged && isChosen && joint === labels.joint;
    if (!isMoved) drawJoint(pen, place, joint, person[joint].state, radius, look.colors);
  }
  pen.restore();
}

/** @param {(Place | null)[]} places */
function radiusOf(places) {
  const known = places.filter((place) => place !== null);
  const heights = known.map(([, y]) => y);
  const widths = known.map(([x]) => x);
  const long = Math.max(Math.max(...heights) - Math.min(...heights), Math.max(...widths) - Math.min(...widths));
  return Math.min(Math.max(SHARE_OF_PERSON * (long || 0), SMALLEST_PX), LARGEST_PX);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Place} from
 * @param {Place} to
 * @param {string} color
 * @param {number} thickness
 * @param {number[]} dashes
 * @param {boolean} faint
 */
function stroke(pen, from, to, color, thickness, dashes, faint) {
  const before = pen.globalAlpha;
  if (faint) pen.globalAlpha *= 0.65;
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.setLineDash([]);
  pen.lineWidth = thickness + 2;
  pen.strokeStyle = RIM;
  pen.stroke();
  pen.setLineDash(dashes);
  pen.lineWidth = thickness;
  pen.strokeStyle = color;
  pen.stroke();
  pen.setLineDash([]);
  pen.globalAlpha = before;
}

/**
 * Round on the left and in the middle, square on the right; hollow if hidden.
 * @param {CanvasRenderingContext2D} pen
 * @param {Place} place
 * @param {number} joint
 * @param {number} state
 * @param {number} radius
 * @param {Colors} colors
 */
function drawJoint(pen, [x, y], joint, state, radius, colors) {
  const side = SIDES[joint];
  pen.beginPath();
  if (side === "right") pen.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8);
  else pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.strokeStyle = RIM;
  pen.lineWidth = state === HIDDEN ? 5 : 3;
  pen.stroke();
  if (state === HIDDEN) {
    pen.fillStyle = "rgba(0, 0, 0, 0.45)";
    pen.fill();
    pen.strokeStyle = colors[side];
    pen.lineWidth = 2;
    pen.stroke();
  } else {
    pen.fillStyle = colors[side];
    pen.fill();
  }
}

/** @param {CanvasRenderingContext2D} pen @param {Place} place @param {boolean} dragged */
function drawChosen(pen, [x, y], dragged) {
  const [near, far] = dragged ? [5, 16] : [12, 18];
  for (const [color, width] of /** @type {[string, number][]} */ ([[RIM, 4], ["#fff", 1.5]])) {
    pen.strokeStyle = color;
    pen.lineWidth = width;
    pen.beginPath();
    if (!dragged) pen.arc(x, y, near, 0, 2 * Math.PI);
    for (const [right, down] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      pen.moveTo(x + near * right, y + near * down);
      pen.lineTo(x + far * right, y + far * down);
    }
    pen.stroke();
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {[number, number, number, number]} box
 * @param {PhotoView} view
 */
function drawBox(pen, [left, top, width, height], view) {
  const [x, y] = view.toFrame([left, top]);
  pen.setLineDash([6, 4]);
  for (const [color, thick] of /** @type {[string, number][]} */ ([[RIM, 4], ["#fff", 2]])) {
    pen.strokeStyle = color;
    pen.lineWidth = thick;
    pen.strokeRect(x, y, width * view.scale, height * view.scale);
  }
  pen.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} pen @param {Labels} labels @param {number} number @param {PhotoView} view */
function nameNumber(pen, labels, number, view) {
  const there = labels.people[number].filter(({ at, state }) => at && state !== ABSENT);
  if (!there.length) return;
  const places = there.map(({ at }) => view.toFrame(/** @type {Place} */ (at)));
  const top = Math.min(...places.map(([, y]) => y));
  const [x] = places.find(([, y]) => y === top) ?? [0];
  pill(pen, [x, top - 20], `${number + 1}`, number === labels.person ? "#fff" : "rgba(0, 0, 0, 0.7)");
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Place} place
 * @param {string} words
 * @param {[number, number]} frame
 */
function nameAt(pen, [x, y], words, [width]) {
  pen.font = FONT;
  const half = pen.measureText(words).width / 2 + 8;
  pill(pen, [Math.min(Math.max(x, half), width - half), y < 40 ? y + 28 : y - 26], words, "rgba(0, 0, 0, 0.8)");
}

/** @param {CanvasRenderingContext2D} pen @param {Place} middle @param {string} words @param {string} ground */
function pill(pen, [x, y], words, ground) {
  pen.font = FONT;
  const width = pen.measureText(words).width + 14;
  pen.fillStyle = ground;
  pen.beginPath();
  pen.roundRect(x - width / 2, y - 11, width, 22, 11);
  pen.fill();
  pen.fillStyle = ground === "#fff" ? "#000" : "#fff";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(words, x, y + 1);
}
