// @ts-check
// The repetitions of one person by the person's own range, as posecore/motion/exercises/movements.py finds them.

import { findCycles, findTurns, usualSize } from "./turning_points.js";

/** @typedef {import("../types.d.ts").OwnCondition} OwnCondition */
/** @typedef {import("../types.d.ts").OwnWay} OwnWay */
/** @typedef {import("./own_body.js").OwnBody} OwnBody */
/** @typedef {import("./turning_points.js").Cycle} Cycle */
/** @typedef {{body: OwnBody, side: string, cycle: Cycle}} Movement */

const WHOLE = 0.55; // a repetition is at least this share of the person's usual one
export const LEAST = 0.35; // and the usual one of what the exercise declares as whole
const BRIEF = 0.25;
const TRAVEL_M = 0.7;
const SEEN = 0.25;
const SIDES = ["left", "right"];

/**
 * The movements that count, in order of time, and the progress of each side that moves.
 * @param {OwnBody[]} bodies
 * @param {OwnWay} way
 * @returns {{counted: Movement[], curves: Map<string, Float64Array[]>}}
 */
export function findMovements(bodies, way) {
  const curves = new Map(movingSides(bodies, way).map((side) => [side, bodies.map((body) => progress(body, way, side))]));
  const usual = usualSize([...curves.values()].flatMap(sizesOf));
  if (usual < LEAST) return { counted: [], curves };
  const counted = bodies.flatMap((body, place) => {
    const found = [...curves].flatMap(([side, parts]) => findCycles(parts[place], WHOLE * usual).map((cycle) => ({ body, side, cycle })));
    return merged(found).filter((movement) => isWhole(movement, way));
  });
  const lengths = counted.map(lengthS).sort((one, other) => one - other);
  const usualS = lengths.length ? (lengths[(lengths.length - 1) >> 1] + lengths[lengths.length >> 1]) / 2 : 0;
  return { counted: counted.filter((movement) => lengthS(movement) >= BRIEF * usualS), curves };
}

/** @param {Movement} movement */
export const startS = ({ body, cycle }) => body.timesS[cycle.start];
/** @param {Movement} movement */
export const extremeS = ({ body, cycle }) => body.timesS[cycle.extreme];
/** @param {Movement} movement */
export const endS = ({ body, cycle }) => body.timesS[cycle.end];
/** @param {Movement} movement */
const lengthS = (movement) => endS(movement) - startS(movement);

/**
 * About 0 at rest and 1 at the extreme, plus a constant. Each signal weighs as much as its landmarks are seen.
 * @param {OwnBody} body
 * @param {OwnWay} way
 * @param {string} side
 */
export function progress(body, { signals, paired }, side) {
  const parts = signals.map(({ measure, full, weight }) => {
    const name = ofSide(measure, side, paired);
    return { curve: body.measure(name), full, weight: weight * body.weight(name) + 1e-6 };
  });
  const all = parts.reduce((sum, { weight }) => sum + weight, 0);
  return body.timesS.map((_, at) => parts.reduce((sum, { curve, full, weight }) => sum + (weight * curve[at]) / full, 0) / all);
}

/**
 * @param {string} measure
 * @param {string} side
 * @param {string[]} paired
 */
const ofSide = (measure, side, paired) => (SIDES.includes(side) && paired.includes(measure) ? `${side}_${measure}` : measure);

/** @param {Float64Array[]} parts */
const sizesOf = (parts) =>
  parts.flatMap((part) => {
    const turns = findTurns(part, WHOLE * LEAST);
    return turns.slice(1).map((turn, at) => Math.abs(part[turn] - part[turns[at]]));
  });

/**
 * Both sides together, the only one that moves, or each for itself.
 * @param {OwnBody[]} bodies
 * @param {OwnWay} way
 */
function movingSides(bodies, way) {
  if (way.sides !== "each" || !bodies.length) return ["both"];
  const parts = SIDES.map((side) => bodies.map((body) => progress(body, way, side)));
  const first = way.signals[0].measure;
  const sizes = SIDES.map((side, at) => {
    const weights = bodies.map((body) => body.weight(ofSide(first, side, way.paired)));
    return (usualSize(sizesOf(parts[at])) * weights.reduce((sum, weight) => sum + weight, 0)) / weights.length;
  });
  if (Math.max(...sizes) === 0) return ["both"];
  if (Math.min(...sizes) < 0.5 * Math.max(...sizes)) return [SIDES[sizes[0] >= sizes[1] ? 0 : 1]];
  const [left, right] = parts.map((each) => each.flatMap((part) => [...part]));
  return correlation(left, right) > 0.3 ? ["both"] : SIDES;
}

/**
 * @param {number[]} one
 * @param {number[]} other
 */
function correlation(one, other) {
  const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(one), mean(other)];
  const along = one.reduce((sum, value, at) => sum + (value - a) * (other[at] - b), 0);
  const size = (/** @type {number[]} */ values, /** @type {number} */ middle) => Math.hypot(...values.map((value) => value - middle));
  return along / (size(one, a) * size(other, b));
}

/**
 * In order of time; what both sides do at once is one movement.
 * @param {Movement[]} movements
 */
function merged(movements) {
  /** @type {Movement[]} */
  const kept = [];
  for (const movement of movements.sort((one, other) => one.cycle.extreme - other.cycle.extreme)) {
    const before = kept.at(-1);
    if (before && areAtOnce(before, movement)) kept[kept.length - 1] = { ...before, side: "both" };
    else kept.push(movement);
  }
  return kept;
}

/**
 * @param {Movement} one
 * @param {Movement} other
 */
function areAtOnce(one, other) {
  const shorter = Math.min(...[one, other].map(({ cycle }) => cycle.end - cycle.start));
  return one.side !== other.side && other.cycle.extreme - one.cycle.extreme < shorter / 4;
}

/**
 * @param {Movement} movement
 * @param {OwnWay} way
 */
function isWhole(movement, way) {
  const { body, side, cycle } = movement;
  const weightOf = (/** @type {string} */ measure) => body.weight(ofSide(measure, side, way.paired));
  if (!cycle.whole && !(cycle.start === 0 && way.fromExtreme)) return false;
  if (way.signals.every(({ measure }) => weightOf(measure) < SEEN)) return false;
  if (lengthS(movement) < way.shortestS || lengthS(movement) > way.longestS) return false;
  if (way.inPlace && Math.abs(body.measure("across")[cycle.end] - body.measure("across")[cycle.start]) > TRAVEL_M) return false;
  return way.must.every((condition) => {
    const value = valueOf(condition, body.measure(ofSide(condition.measure, side, way.paired)), cycle);
    return weightOf(condition.measure) < SEEN || isWithin(condition, value);
  });
}

/**
 * @param {OwnCondition} condition
 * @param {number} value
 */
export const isWithin = ({ least, most }, value) => value >= (least ?? -Infinity) && value <= (most ?? Infinity);

/**
 * @param {OwnCondition} condition
 * @param {Float64Array} curve
 * @param {Cycle} cycle
 */
function valueOf({ when }, curve, { start, extreme, end }) {
  if (when === "extreme") return curve[extreme];
  if (when === "rest") return (curve[start] + curve[end]) / 2;
  const within = curve.subarray(start, end + 1);
  return Math.max(...within) - Math.min(...within);
}
