// @ts-check
// From where live people are seen, for the usual errors of their angles, as posecore.motion.facing has it.

/** @typedef {import("../types.d.ts").Answer} Answer */
/** @typedef {import("../types.d.ts").LivePerson} LivePerson */
/** @typedef {import("../types.d.ts").ViewLook} ViewLook */

export class SeenFrom {
  /** @param {ViewLook} look */
  constructor(look) {
    this.look = look;
    /** Degrees in the last moments, by person. @type {Map<number, {time_s: number, turn: number}[]>} */
    this.turns = new Map();
  }

  clear() {
    this.turns.clear();
  }

  /** @param {Pick<Answer, "people" | "time_s">} answer of the next frame */
  add({ people = [], time_s }) {
    const before = this.turns;
    this.turns = new Map();
    for (const { id, world } of people) {
      const turns = (before.get(id) ?? []).filter((each) => time_s - each.time_s < this.look.steady_s);
      const turn = turnOf(world, this.look);
      if (!Number.isNaN(turn)) turns.push({ time_s, turn });
      this.turns.set(id, turns);
    }
  }

  /**
   * As "±12"; "" if the person is not in view.
   * @param {number} id of the person
   * @param {number[]} errors degrees for each view
   */
  plusMinus(id, errors) {
    const turns = this.turns.get(id)?.map(({ turn }) => turn).sort((one, other) => one - other);
    if (!turns) return "";
    const middle = turns.length >> 1;
    const turn = turns.length % 2 ? turns[middle] : (turns[middle - 1] + turns[middle]) / 2;
    const view = turns.length ? this.look.ends_deg.findIndex((end) => turn < end) : this.look.unknown;
    return `±${errors[view < 0 ? errors.length - 1 : view]}`;
  }
}

/**
 * Degrees between where a body faces and the camera: 0 from the front; NaN if shoulders or hips have no place.
 * @param {LivePerson["world"]} world
 * @param {Pick<ViewLook, "shoulders" | "hips">} look
 */
export function turnOf(world, { shoulders, hips }) {
  const at = (/** @type {number} */ landmark) => world[landmark].map((value) => value ?? NaN);
  const [[left, right], [leftHip, rightHip]] = [shoulders, hips].map((pair) => pair.map(at));
  const [lines, trunk] = [[0, 0, 0], [0, 0, 0]];
  const [acrossShoulders, acrossHips] = [unit(minus(left, right)), unit(minus(leftHip, rightHip))];
  for (let axis = 0; axis < 3; axis++) {
    lines[axis] = acrossShoulders[axis] + acrossHips[axis];
    trunk[axis] = left[axis] + right[axis] - leftHip[axis] - rightHip[axis];
  }
  const across = unit(lines);
  const facesZ = across[0] * trunk[1] - across[1] * trunk[0];
  const along = (Math.asin(Math.min(1, Math.abs(across[2]))) * 180) / Math.PI;
  return facesZ <= 0 ? along : 180 - along;
}

/**
 * @param {number[]} one
 * @param {number[]} other
 */
function minus(one, other) {
  return one.map((value, axis) => value - other[axis]);
}

/** @param {number[]} vector */
function unit(vector) {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
