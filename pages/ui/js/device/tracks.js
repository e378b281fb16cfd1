// @ts-check
// Lasting ids for the people found in each frame: posecore/estimation/tracking.py without the colours of clothes, and
// with the cheapest pairs first. MediaPipe gives no ids, and finds a person twice now and then.

import { PoseSmoothing } from "./one_euro.js";

/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */

const SAME_POSE = 0.5; // two people with at least this likeness are one
const REMEMBERED_S = 2; // how long a person who is out of sight is still expected to return
const REACH_M = 1; // largest distance from the expected position
const REACH_M_PER_S = 2.5; // and for each second out of sight
const MOST_GROWTH = 2; // largest factor by which a body may appear larger or smaller
const EXTRAPOLATED_S = 0.5; // motion is extrapolated for at most this long
const SPEED_OVER_S = 0.15; // time constant for averaging speeds
const POSE_COUNTS_S = 0.3; // time constant after which a person's last pose no longer counts
const REGION_M = 2.2; // width of BlazePose's region around a standing person, the unit of speed for smoothing

const LANDMARKS = 33;
const TORSO = [11, 12, 23, 24]; // shoulders and hips
// The 17 landmarks of COCO and the spread among its annotators, see posecore/estimation/oks.py.
const COCO = [0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28];
const SIGMAS = [0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089];
const FILL = 0.6; // area of a silhouette over that of the box around the keypoints

/**
 * One person as last seen; speed in pixels per second.
 * @typedef {{timeS: number, x: number, y: number, pixelsPerM: number, world: Float32Array, speed: {x: number, y: number},
 *   smoothing: PoseSmoothing | null}} Track
 */

export class Tracks {
  /** @type {Map<number, Track>} */
  tracks = new Map();
  next = 1;

  /** @param {boolean} smooths whether to smooth each person's landmarks over time */
  constructor(smooths) {
    this.smooths = smooths;
  }

  /**
   * The people of the next frame, each once and with an id, sorted by id.
   * @param {DevicePerson[]} found in any order, with any ids
   * @param {number} timeS later than in the previous call
   */
  follow(found, timeS) {
    const people = withoutDuplicates(found);
    const seen = people.map((person) => asSeen(person, timeS));
    for (const [id, track] of this.tracks) if (timeS - track.timeS > REMEMBERED_S) this.tracks.delete(id);
    const ids = this.recognised(seen);
    const fresh = seen.filter((one) => !ids.has(one)).sort((one, other) => one.x - other.x);
    for (const one of fresh) ids.set(one, this.next++);
    const now = people.map((person, at) => ({ ...person, id: /** @type {number} */ (ids.get(seen[at])) }));
    for (const [one, id] of ids) this.tracks.set(id, movedOn(this.tracks.get(id), one));
    for (const track of this.tracks.values()) if (track.timeS < timeS) track.smoothing = null; // begins again after an absence
    return now.map((person) => this.smoothed(person, timeS)).sort((one, other) => one.id - other.id);
  }

  /**
   * Those of the people seen that are known already, with their ids.
   * @param {Track[]} seen
   * @returns {Map<Track, number>}
   */
  recognised(seen) {
    const pairs = [...this.tracks].flatMap(([id, track]) => seen.map((one) => ({ id, one, cost: matchCost(track, one) })));
    pairs.sort((pair, other) => pair.cost - other.cost);
    /** @type {Map<Track, number>} */
    const ids = new Map();
    const taken = new Set();
    for (const { id, one, cost } of pairs) {
      if (cost === Infinity || taken.has(id) || ids.has(one)) continue;
      ids.set(one, id);
      taken.add(id);
    }
    return ids;
  }

  /**
   * @param {DevicePerson} person
   * @param {number} timeS
   */
  smoothed(person, timeS) {
    const track = this.tracks.get(person.id);
    if (!this.smooths || !track) return person;
    track.smoothing ??= new PoseSmoothing();
    return track.smoothing.apply(person, timeS, REGION_M * track.pixelsPerM);
  }
}

/**
 * @param {DevicePerson} person
 * @param {number} timeS
 * @returns {Track}
 */
function asSeen({ xy, world }, timeS) {
  const [x, y] = [0, 1].map((axis) => mean(TORSO.map((landmark) => xy[2 * landmark + axis])));
  const metres = world.filter((_, at) => at % 3 < 2);
  return { timeS, x, y, pixelsPerM: Math.max(spread(xy), 1e-3) / Math.max(spread(metres), 1e-3), world, speed: { x: 0, y: 0 }, smoothing: null };
}

/**
 * @param {Track | undefined} before
 * @param {Track} seen
 * @returns {Track}
 */
function movedOn(before, seen) {
  if (!before) return seen;
  const stepS = seen.timeS - before.timeS;
  const share = 1 - Math.exp(-stepS / SPEED_OVER_S);
  const x = before.speed.x + share * ((seen.x - before.x) / stepS - before.speed.x);
  const y = before.speed.y + share * ((seen.y - before.y) / stepS - before.speed.y);
  return { ...seen, speed: { x, y }, smoothing: before.smoothing };
}

/**
 * Cost of a match, as a distance in metres from what is expected; infinite if it cannot be the same person.
 * @param {Track} track
 * @param {Track} seen
 */
function matchCost(track, seen) {
  const unseenS = seen.timeS - track.timeS;
  const aheadS = Math.min(unseenS, EXTRAPOLATED_S);
  const scale = Math.sqrt(track.pixelsPerM * seen.pixelsPerM);
  const growth = Math.abs(Math.log(seen.pixelsPerM / track.pixelsPerM));
  const away = Math.hypot(seen.x - track.x - track.speed.x * aheadS, seen.y - track.y - track.speed.y * aheadS) / scale;
  if (growth > Math.log(MOST_GROWTH) || away > REACH_M + REACH_M_PER_S * unseenS) return Infinity;
  return away + growth + Math.exp(-unseenS / POSE_COUNTS_S) * poseDistance(track.world, seen.world);
}

/**
 * Mean distance of the landmarks, metres.
 * @param {Float32Array} one
 * @param {Float32Array} other
 */
function poseDistance(one, other) {
  let sum = 0;
  for (let at = 0; at < one.length; at += 3) sum += Math.hypot(one[at] - other[at], one[at + 1] - other[at + 1], one[at + 2] - other[at + 2]);
  return sum / LANDMARKS;
}

/**
 * The people without second detections of the same person; the one that is seen better stays.
 * @param {DevicePerson[]} found
 */
export function withoutDuplicates(found) {
  const best = [...found].sort((one, other) => mean([...other.visibility]) - mean([...one.visibility]));
  /** @type {DevicePerson[]} */
  const kept = [];
  for (const person of best) {
    if (kept.every((other) => likeness(person.xy, other.xy) < SAME_POSE)) kept.push(person);
  }
  return found.filter((person) => kept.includes(person));
}

/**
 * Object keypoint similarity (OKS): 1 for equal poses, 0 for poses far apart.
 * @param {Float32Array} one
 * @param {Float32Array} other
 */
function likeness(one, other) {
  const area = Math.max((areaOf(one) + areaOf(other)) / 2, 1);
  const each = COCO.map((landmark, at) => {
    const [x, y] = [one[2 * landmark] - other[2 * landmark], one[2 * landmark + 1] - other[2 * landmark + 1]];
    return Math.exp(-(x * x + y * y) / (2 * area * (2 * SIGMAS[at]) ** 2));
  });
  return mean(each);
}

/** @param {Float32Array} xy */
function areaOf(xy) {
  const [width, height] = [0, 1].map((axis) => {
    const values = COCO.map((landmark) => xy[2 * landmark + axis]);
    return Math.max(...values) - Math.min(...values);
  });
  return FILL * width * height;
}

/**
 * Root of the summed variances of x and y.
 * @param {Float32Array} xy
 */
function spread(xy) {
  const variances = [0, 1].map((axis) => {
    const values = [...xy].filter((_, at) => at % 2 === axis);
    const middle = mean(values);
    return mean(values.map((value) => (value - middle) ** 2));
  });
  return Math.sqrt(variances[0] + variances[1]);
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
