// @ts-check
// One angle of several people over the last half minute.

/** @typedef {import("../types.d.ts").PersonAngles} PersonAngles */
/** @typedef {{color: string, values: (number | null)[]}} Line */

export const SECONDS = 30;

export class AngleSeries {
  /** @param {string} name of the angle */
  constructor(name) {
    this.name = name;
    /** @type {number[]} */
    this.times = [];
    /** By person; each as long as the times, null where the person was away or the angle not seen. @type {Map<number, Line>} */
    this.lines = new Map();
  }

  clear() {
    this.times = [];
    this.lines.clear();
  }

  /**
   * @param {number[]} times
   * @param {PersonAngles[]} people those that are in view now
   */
  add(times, people) {
    const fresh = new Map(people.map((person) => [person.id, person]));
    for (const { id, color } of people) {
      if (!this.lines.has(id)) this.lines.set(id, { color, values: Array(this.times.length).fill(null) });
    }
    this.times.push(...times);
    const begin = this.times[this.times.length - 1] - SECONDS;
    const old = Math.max(0, this.times.findIndex((time) => time >= begin));
    this.times.splice(0, old);
    for (const [id, { values }] of this.lines) {
      values.push(...(fresh.get(id)?.values[this.name] ?? Array(times.length).fill(null)));
      values.splice(0, old);
      if (!fresh.has(id) && values.every((value) => value === null)) this.lines.delete(id);
    }
  }

  /**
   * The newest values of these people.
   * @param {number[]} people
   * @returns {{id: number, color: string, value: number | null}[]}
   */
  newest(people) {
    return people.map((id) => {
      const line = this.lines.get(id);
      return { id, color: line?.color ?? "", value: line?.values[line.values.length - 1] ?? null };
    });
  }
}
