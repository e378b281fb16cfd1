// @ts-check
// Whether the graphics card runs the networks faster than the processor: measured on frames with people, as a card can also
// be slower.

/** @typedef {"CPU" | "GPU"} Delegate */

const SKIPPED = 10; // the first frames, for which programs are compiled
const COUNTED = 30;
const FIRST = 5; // if the card is slower in each of these, it is not tried longer
const FAST_MS = 12; // the processor is fast enough, whatever the card can do
const WORTH = 0.8; // of the processor's time

export class DelegateTrial {
  /** ms by what ran the networks. @type {Record<Delegate, number[]>} */
  times = { CPU: [], GPU: [] };
  /** The faster one; null: not known yet. @type {Delegate | null} */
  faster = null;

  /** Whether the card is to be tried now. */
  get wantsCard() {
    return this.faster === null && this.times.CPU.length >= SKIPPED + COUNTED;
  }

  /**
   * Note how long a frame with people took.
   * @param {Delegate} delegate
   * @param {number} ms
   */
  note(delegate, ms) {
    const times = this.times[delegate];
    if (this.faster || times.length >= SKIPPED + COUNTED) return;
    times.push(ms);
    const cpuMs = median(this.times.CPU);
    const isHopeless = delegate === "GPU" && times.length === SKIPPED + FIRST && Math.min(...times.slice(SKIPPED)) > cpuMs;
    if (isHopeless) this.faster = "CPU";
    if (times.length < SKIPPED + COUNTED) return;
    if (delegate === "GPU") this.faster = median(times) < WORTH * cpuMs ? "GPU" : "CPU";
    else if (cpuMs < FAST_MS) this.faster = "CPU";
  }

  /** The card does not work. */
  giveUp() {
    this.faster ??= "CPU";
  }
}

/** @param {number[]} times */
const median = (times) => times.slice(SKIPPED).sort((one, other) => one - other)[COUNTED >> 1] ?? Infinity;
