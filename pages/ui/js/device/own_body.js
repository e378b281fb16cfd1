// @ts-check
// What exercises are declared in, measured on the device as by posecore/motion/exercises/body.py: on even times, smoothed.

import { between } from "./angles.js";

/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */
/** @typedef {import("../types.d.ts").OwnMeasure} OwnMeasure */
/** @typedef {import("./angles.js").Place} Place */
/** @typedef {{timeS: number, person: DevicePerson}} Seen */

const RATE_HZ = 30;
const MOST_PER_STEP = 8; // but at most so many even times from frame to frame
const SIZED = 100; // as many frames show how large a person is
const FROM_SHOULDERS = 11;
const LANDMARKS = 33;
const SIDES = ["left", "right"];

/**
 * @param {OwnMeasure} measure
 * @param {Pick<DevicePerson, "xy" | "world">} person
 * @returns {number} degrees, metres, or of a place pixels; NaN if a landmark is missing
 */
export function measured({ kind, points, inPicture, flexed }, person) {
  const places = points.map((landmarks) => middleOf(person, landmarks, inPicture));
  const [start, middle] = places;
  if (kind === "across") return start[0];
  if (kind === "height") return -start[1];
  if (kind === "rise") return start[1] - middle[1];
  if (kind === "joint") {
    const angle = between(minus(start, middle), minus(places[2], middle));
    return flexed ? 180 - angle : angle;
  }
  const fromUp = between(minus(middle, start), [0, -1, 0]);
  return kind === "tilt" ? Math.abs(90 - fromUp) : fromUp;
}

/**
 * @param {Pick<DevicePerson, "xy" | "world">} person
 * @param {number[]} landmarks
 * @param {boolean} inPicture
 * @returns {Place}
 */
function middleOf({ xy, world }, landmarks, inPicture) {
  const [values, width] = inPicture ? [xy, 2] : [world, 3];
  const mean = (/** @type {number} */ axis) => landmarks.reduce((sum, k) => sum + values[width * k + axis], 0) / landmarks.length;
  return [mean(0), mean(1), inPicture ? 0 : mean(2)];
}

/**
 * @param {Place} to
 * @param {Place} from
 * @returns {Place}
 */
const minus = (to, from) => [to[0] - from[0], to[1] - from[1], to[2] - from[2]];

/** One person in one stretch of frames without a long gap. */
export class OwnBody {
  /**
   * @param {Seen[]} seen at least two frames
   * @param {Record<string, OwnMeasure>} measures
   * @param {number} shortestS duration of the fastest movement of interest
   */
  constructor(seen, measures, shortestS) {
    this.seen = seen;
    this.measures = measures;
    this.shortestS = shortestS;
    const [firstS, lastS] = [seen[0].timeS, seen[seen.length - 1].timeS];
    const steps = seen.slice(1).map(({ timeS }, at) => timeS - seen[at].timeS);
    this.rateHz = Math.min(RATE_HZ, MOST_PER_STEP / middleValue(steps));
    const count = Math.round((lastS - firstS) * this.rateHz) + 1;
    this.timesS = Float64Array.from({ length: count }, (_, at) => firstS + ((lastS - firstS) * at) / Math.max(1, count - 1));
    /** @type {Map<string, Float64Array>} */
    this.curves = new Map();
    /** @type {Map<string, number>} */
    this.weights = new Map();
    /** @type {number | null} */
    this.perM = null;
  }

  /** Pixels of the picture per metre of 3D: the body's spread around its middle in both. */
  get pxPerM() {
    const every = 1 + Math.floor(this.seen.length / SIZED);
    const some = this.seen.filter((_, at) => at % every === 0);
    this.perM ??= Math.max(1e-6, middleValue(some.map(({ person }) => spread(person.xy, 2) / Math.max(spread(person.world, 3), 1e-6))));
    return this.perM;
  }

  /**
   * A measure on the even times, smoothed; of a name without a side, of both sides.
   * @param {string} name
   */
  measure(name) {
    let curve = this.curves.get(name);
    if (!curve) this.curves.set(name, (curve = this.smooth(this.values(name))));
    return curve;
  }

  /**
   * How well a measure is seen, 0 to 1; of two sides, the better one.
   * @param {string} name
   * @returns {number}
   */
  weight(name) {
    let weight = this.weights.get(name);
    if (weight === undefined) {
      const measure = this.measures[name];
      weight = measure ? this.visibility(measure.points.flat()) : Math.max(...SIDES.map((side) => this.weight(`${side}_${name}`)));
      this.weights.set(name, weight);
    }
    return weight;
  }

  /** @param {number[]} landmarks */
  visibility(landmarks) {
    const sum = this.seen.reduce((all, { person }) => all + landmarks.reduce((some, k) => some + (person.visibility[k] || 0), 0), 0);
    return sum / (landmarks.length * this.seen.length);
  }

  /**
   * @param {string} name
   * @returns {number[]} in each frame
   */
  values(name) {
    const measure = this.measures[name];
    if (measure) {
      const unit = measure.kind === "height" || measure.kind === "across" ? this.pxPerM : 1;
      return this.seen.map(({ person }) => measured(measure, person) / unit);
    }
    const names = SIDES.map((side) => `${side}_${name}`);
    const [left, right] = names.map((side) => this.values(side));
    const [ofLeft, ofRight] = names.map((side) => this.weight(side) ** 2 + 1e-6); // of a hidden side too little is guessed
    return left.map((value, at) => (ofLeft * value + ofRight * right[at]) / (ofLeft + ofRight));
  }

  /**
   * @param {number[]} values
   * @returns {Float64Array}
   */
  smooth(values) {
    const even = this.evenly(values);
    const half = Math.round((this.shortestS / 8) * this.rateHz);
    return blurred(withoutSpikes(even, half), (this.shortestS / 10) * this.rateHz);
  }

  /** @param {number[]} values */
  evenly(values) {
    const known = values.flatMap((value, at) => (Number.isFinite(value) ? [at] : []));
    const even = new Float64Array(this.timesS.length);
    if (!known.length) return even;
    let place = 0;
    for (let at = 0; at < even.length; at++) {
      const timeS = this.timesS[at];
      while (place < known.length - 1 && this.seen[known[place + 1]].timeS <= timeS) place++;
      const [one, next] = [known[place], known[Math.min(place + 1, known.length - 1)]];
      const [fromS, toS] = [this.seen[one].timeS, this.seen[next].timeS];
      const share = toS > fromS ? Math.min(1, Math.max(0, (timeS - fromS) / (toS - fromS))) : 0;
      even[at] = values[one] + share * (values[next] - values[one]);
    }
    return even;
  }
}

/**
 * @param {Float32Array} places
 * @param {number} width of a place
 */
function spread(places, width) {
  let sum = 0;
  for (let axis = 0; axis < 2; axis++) {
    const there = [];
    for (let k = FROM_SHOULDERS; k < LANDMARKS; k++) if (Number.isFinite(places[width * k + axis])) there.push(places[width * k + axis]);
    const mean = there.reduce((all, value) => all + value, 0) / Math.max(1, there.length);
    for (const value of there) sum += (value - mean) ** 2;
  }
  return Math.sqrt(sum);
}

/** @param {number[]} values */
export function middleValue(values) {
  const sorted = [...values].sort((one, other) => one - other);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/**
 * The median of a window around each value; at the ends, the last values go on.
 * @param {Float64Array} values
 * @param {number} half of the window
 */
function withoutSpikes(values, half) {
  if (!half) return values;
  return values.map((_, at) => {
    const around = [];
    for (let k = at - half; k <= at + half; k++) around.push(values[Math.min(values.length - 1, Math.max(0, k))]);
    return around.sort((one, other) => one - other)[half];
  });
}

/**
 * @param {Float64Array} values
 * @param {number} deviation of the Gaussian, in values
 */
function blurred(values, deviation) {
  const reach = Math.floor(4 * deviation + 0.5);
  const shares = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-((k - reach) ** 2) / (2 * deviation ** 2)));
  const all = shares.reduce((sum, share) => sum + share, 0);
  return values.map((_, at) =>
    shares.reduce((sum, share, k) => sum + (share / all) * values[Math.min(values.length - 1, Math.max(0, at + k - reach))], 0),
  );
}
