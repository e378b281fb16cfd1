// @ts-check
// The hands of a frame on a canvas, drawn as posecore/view/hand_drawing.py draws them on the server.

import { RIM, drawTag, placeTag, pointsOf, spreadOf } from "./drawing.js";

/** @typedef {import("../types.d.ts").DeviceHand} DeviceHand */
/** @typedef {import("../types.d.ts").DeviceLook} DeviceLook */
/** @typedef {import("./drawing.js").Tag} Tag */
/** @typedef {CanvasRenderingContext2D} Pen */
/** @typedef {{hand: DeviceHand, points: [number, number][], width: number, rim: number}} Drawn width of a bone and its rim, pixels */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Box pixels */

const [WRIST, KNUCKLE] = [0, 9];

/**
 * @param {Pen} pen of a canvas of the frame's size
 * @param {DeviceHand[]} hands
 * @param {[number, number]} size of the frame
 * @param {DeviceLook["hands"]} look
 * @param {boolean} mirror
 */
export function drawHands(pen, hands, size, look, mirror) {
  const drawn = hands.map((hand) => asDrawn(hand, size, mirror)).sort((one, other) => one.width - other.width);
  for (const hand of drawn) drawHand(pen, hand, look);
  const several = new Set(hands.map(({ person }) => person)).size > 1;
  /** @type {Box[]} */
  const taken = [];
  for (const each of drawn.toReversed()) {
    const { person, side } = each.hand;
    const tags = tagsFor(pen, each, several ? `${person} ${side}` : side, size);
    const isFree = (/** @type {Tag} */ tag) => !covers(boxOf(tag), taken, drawn);
    const tag = tags.find(isFree) ?? tags[0];
    taken.push(boxOf(tag));
    drawTag(pen, tag, look.tags[side], look.inks[side]);
  }
}

/**
 * @param {DeviceHand} hand
 * @param {[number, number]} size
 * @param {boolean} mirror
 * @returns {Drawn}
 */
function asDrawn(hand, size, mirror) {
  const points = pointsOf(hand.xy, size, mirror);
  const diagonal = Math.hypot(...size);
  const least = Math.max(0.9, 0.0011 * diagonal);
  const width = Math.min(Math.max(0.055 * spreadOf(points), least), Math.max(1.5, 0.006 * diagonal));
  return { hand, points, width, rim: Math.max(0.8, 0.3 * width) };
}

/**
 * All outlines come before all colours, so that no outline cuts through a neighbouring bone.
 * @param {Pen} pen
 * @param {Drawn} hand
 * @param {DeviceLook["hands"]} look
 */
function drawHand(pen, { points, width, rim }, { bones, landmarks }) {
  const bars = (/** @type {number} */ thick, /** @type {string | null} */ color) => {
    pen.lineWidth = thick;
    for (const bone of bones) {
      pen.strokeStyle = color ?? bone.color;
      pen.beginPath();
      pen.moveTo(...points[bone.from]);
      pen.lineTo(...points[bone.to]);
      pen.stroke();
    }
  };
  const dots = (/** @type {number} */ radius, /** @type {string | null} */ color) => {
    points.forEach((at, k) => {
      pen.fillStyle = color ?? landmarks[k].color;
      pen.beginPath();
      pen.arc(...at, radius, 0, 2 * Math.PI);
      pen.fill();
    });
  };
  bars(width + 2 * rim, RIM);
  bars(width, null);
  dots(0.9 * width + rim, RIM);
  dots(0.9 * width, null);
}

/**
 * Where the tag of a hand may be, best first: at its fingers' end, as the arm is at the other.
 * @param {Pen} pen
 * @param {Drawn} hand
 * @param {string} text
 * @param {[number, number]} size
 */
function tagsFor(pen, { points, width, rim }, text, size) {
  const reach = width + rim;
  const [across, down] = [0, 1].map((axis) => points.map((point) => point[axis]));
  const [left, right] = [Math.min(...across) - reach, Math.max(...across) + reach];
  const [top, bottom] = [Math.min(...down) - reach, Math.max(...down) + reach];
  const at = (/** @type {number} */ x, /** @type {number} */ foot) => placeTag(pen, text, [x, foot], 1.4 * width, size);
  const above = at((left + right) / 2, top - width);
  const height = 2 * above.radius;
  const below = at((left + right) / 2, bottom + width + height);
  const beside = width + above.half;
  const level = (top + bottom + height) / 2;
  const ends = points[KNUCKLE][1] > points[WRIST][1] ? [below, above] : [above, below];
  return [...ends, at(right + beside, level), at(left - beside, level)];
}

/** @param {Tag} tag */
const boxOf = ({ x, y, half, radius }) => ({ left: x - half, right: x + half, top: y - radius, bottom: y + radius });

/**
 * Whether a box is on another tag or on a joint of a hand.
 * @param {Box} box
 * @param {Box[]} taken
 * @param {Drawn[]} hands
 */
function covers(box, taken, hands) {
  const isOn = (/** @type {Box} */ other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
  return (
    taken.some(isOn) ||
    hands.some(({ points, width: r }) => points.some(([x, y]) => isOn({ left: x - r, right: x + r, top: y - r, bottom: y + r })))
  );
}
