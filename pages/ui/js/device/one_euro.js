// @ts-check
// Smoothing of one person over time: posecore/motion/one_euro.py and posecore/estimation/blazepose/filters.py.

/** Exponential smoothing with a fixed weight of the new value. */
class LowPass {
  /** @param {number} share weight of the new value in the result, 0..1 */
  constructor(share) {
    this.share = share;
    /** @type {Float32Array | null} */
    this.value = null;
  }

  /**
   * The smoothed values; the first ones pass unchanged.
   * @param {Float32Array} values
   */
  apply(values) {
    const before = this.value;
    this.value = before ? values.map((value, at) => before[at] + this.share * (value - before[at])) : values;
    return this.value;
  }
}

const SPEED_CUTOFF = 1;

/** The 1 Euro filter: the slower a value moves, the more it is smoothed. Casiez, Roussel, Vogel: 1 Euro Filter, CHI 2012. */
class OneEuro {
  /**
   * @param {number} minCutoff cutoff for a value at rest, Hz; lower is steadier
   * @param {number} beta how much the cutoff rises with speed; higher lags less
   */
  constructor(minCutoff, beta) {
    this.minCutoff = minCutoff;
    this.beta = beta;
    /** @type {{timeS: number, values: Float32Array, smooth: Float32Array, speed: Float32Array} | null} */
    this.last = null;
  }

  /**
   * The smoothed values; the first ones pass unchanged.
   * @param {Float32Array} values as many in each call
   * @param {number} timeS later than in the previous call
   * @param {number} scale unit of speed: the size of the person
   */
  apply(values, timeS, scale) {
    const { last } = this;
    if (!last) {
      this.last = { timeS, values, smooth: values, speed: new Float32Array(values.length) };
      return values;
    }
    const stepS = timeS - last.timeS;
    const ofSpeed = shareAt(SPEED_CUTOFF, stepS);
    const speed = last.speed.map((before, at) => {
      return before + ofSpeed * ((values[at] - last.values[at]) / (scale * stepS) - before);
    });
    const smooth = last.smooth.map((before, at) => {
      return before + shareAt(this.minCutoff + this.beta * Math.abs(speed[at]), stepS) * (values[at] - before);
    });
    this.last = { timeS, values, smooth, speed };
    return smooth;
  }
}

/**
 * Weight of the new value in a first-order low pass.
 * @param {number} cutoff Hz
 * @param {number} stepS
 */
function shareAt(cutoff, stepS) {
  const turns = 2 * Math.PI * stepS * cutoff;
  return turns / (turns + 1);
}

/** Smooths one person in one stream, with MediaPipe's settings. */
export class PoseSmoothing {
  constructor() {
    this.visibility = new LowPass(0.1);
    this.xy = new OneEuro(0.05, 80);
    this.z = new OneEuro(0.05, 80);
    this.world = new OneEuro(0.1, 40);
  }

  /**
   * @param {import("../types.d.ts").DevicePerson} person
   * @param {number} timeS later than in the previous call
   * @param {number} scale side of the person's region in pixels, so that a nearer person does not count as faster
   * @returns {import("../types.d.ts").DevicePerson}
   */
  apply(person, timeS, scale) {
    return {
      ...person,
      xy: this.xy.apply(person.xy, timeS, scale),
      z: this.z.apply(person.z, timeS, scale),
      world: this.world.apply(person.world, timeS, 1),
      visibility: this.visibility.apply(person.visibility),
    };
  }
}
