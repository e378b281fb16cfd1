// @ts-check
// Repetitions and held seconds as the device itself counts them while the server cannot, by the rules of
// posecore/motion/exercises/live.py and live_hold.py without those of form.

import { LEAST, endS, extremeS, findMovements, isWithin, startS } from "./own_movements.js";
import { OwnWindow } from "./own_window.js";

/** @typedef {import("../types.d.ts").OwnExercise} OwnExercise */
/** @typedef {import("../types.d.ts").OwnWay} OwnWay */
/** @typedef {import("./own_body.js").OwnBody} OwnBody */
/** @typedef {import("./own_movements.js").Movement} Movement */
/** @typedef {{extremeS: number, knownS: number}} Repetition knownS: when it counts */
/** @typedef {{startS: number, endS: number}} Held */

const SETTLED_S = 0.3;
const HOLD_SETTLED_S = 1.2;
const HELD_S = 2;
const WOBBLE_S = 0.5;
const SEEN = 0.25;

export class OwnCount extends OwnWindow {
  /** @param {OwnExercise} exercise whose repetitions are counted */
  constructor(exercise) {
    super(exercise);
    /** @type {Repetition[]} */
    this.repetitions = [];
    /** Of a repetition, 0 to 1; null if nobody is seen. @type {number | null} */
    this.progress = null;
    this.afterS = -Infinity;
    this.ways = exercise.ways;
  }

  /** Count what has come. */
  count() {
    const found = this.ways.map((way) => ({ way, bodies: this.bodies(way.shortestS) })).map(({ way, bodies }) => ({ way, bodies, ...findMovements(bodies, way) }));
    const best = found.reduce((one, other) => (isLikelier(other, one) ? other : one));
    for (const movement of best.counted) {
      if (startS(movement) <= this.afterS || endS(movement) > this.nowS - SETTLED_S) continue;
      this.repetitions.push({ extremeS: extremeS(movement), knownS: endS(movement) + SETTLED_S });
      this.afterS = extremeS(movement);
      this.ways = [best.way];
    }
    const last = best.bodies.at(-1);
    this.progress = last && this.nowS - last.timesS[last.timesS.length - 1] < 1 ? shareOf(best) : null;
  }
}

/**
 * Whether one direction has more repetitions, or begins where the person stays longer.
 * @param {{counted: Movement[], curves: Map<string, Float64Array[]>}} one
 * @param {{counted: Movement[], curves: Map<string, Float64Array[]>}} other
 */
function isLikelier(one, other) {
  if (one.counted.length !== other.counted.length) return one.counted.length > other.counted.length;
  return restShare(one.curves) > restShare(other.curves);
}

/** @param {Map<string, Float64Array[]>} curves */
function restShare(curves) {
  const [first = []] = curves.values();
  const all = first.flatMap((part) => [...part]);
  const middle = (Math.min(...all) + Math.max(...all)) / 2;
  return all.filter((value) => value < middle).length / all.length;
}

/**
 * Where the curves end between rest and the extreme: of the side that is farther on.
 * @param {{counted: Movement[], curves: Map<string, Float64Array[]>}} found
 */
function shareOf({ counted, curves }) {
  const shares = [...curves.values()].map((parts) => {
    const curve = parts[parts.length - 1];
    const rest = Math.min(...curve);
    const size = Math.max(Math.max(...curve) - rest, counted.length ? LEAST : 2 * LEAST);
    return (curve[curve.length - 1] - rest) / size;
  });
  return Math.min(1, Math.max(0, ...shares));
}

export class OwnHold extends OwnWindow {
  /** @param {OwnExercise} exercise that is held */
  constructor(exercise) {
    super(exercise);
    /** Each time, the current one included. @type {Held[]} */
    this.held = [];
    this.holding = false;
    /** @type {Held[]} */
    this.final = [];
    this.settledS = -Infinity;
  }

  count() {
    const untilS = this.nowS - HOLD_SETTLED_S;
    const bodies = this.bodies(HELD_S);
    for (const body of bodies) {
      const here = body.timesS.filter((timeS) => timeS > this.settledS && timeS <= untilS);
      if (!here.length) continue;
      this.final = this.with(this.final, body, (timeS) => timeS > this.settledS && timeS <= untilS);
      this.settledS = here[here.length - 1];
    }
    const goesOn = (/** @type {Held} */ each) => each === this.final.at(-1) && this.settledS - each.endS <= WOBBLE_S;
    this.final = this.final.filter((each) => each.endS - each.startS >= HELD_S || goesOn(each));
    const shown = bodies.reduce((held, body) => this.with(held, body, (timeS) => timeS > this.settledS), this.final);
    this.held = shown.filter((each) => each.endS - each.startS >= HELD_S);
    this.holding = shown.length > 0 && this.nowS - shown[shown.length - 1].endS <= WOBBLE_S;
  }

  /**
   * @param {Held[]} known
   * @param {OwnBody} body
   * @param {(timeS: number) => boolean} isHere
   */
  with(known, body, isHere) {
    const held = [...known];
    for (const [fromS, toS] of this.runs(body, isHere)) {
      const last = held.at(-1);
      const goesOn = last && body.timesS[0] <= last.endS && fromS - last.endS <= WOBBLE_S;
      if (goesOn) held[held.length - 1] = { startS: last.startS, endS: toS };
      else held.push({ startS: fromS, endS: toS });
    }
    return held;
  }

  /**
   * @param {OwnBody} body
   * @param {(timeS: number) => boolean} isHere
   */
  runs(body, isHere) {
    const judged = this.exercise.within.filter(({ measure }) => body.weight(measure) >= SEEN);
    const curves = judged.map((condition) => ({ condition, curve: body.measure(condition.measure) }));
    /** @type {[number, number][]} */
    const runs = [];
    body.timesS.forEach((timeS, at) => {
      if (!isHere(timeS) || !curves.length || !curves.every(({ condition, curve }) => isWithin(condition, curve[at]))) return;
      const last = runs.at(-1);
      if (last && timeS - last[1] <= WOBBLE_S) last[1] = timeS;
      else runs.push([timeS, timeS]);
    });
    return runs;
  }
}
