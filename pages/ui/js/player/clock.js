// @ts-check
// From frames to the times at which the video shows them, and back.

const FILM_TICK_S = 5e-5; // a video's clock is as fine as 1/90000 s
const INSIDE_S = 0.005; // from the beginning of a frame to a time at which it is certainly shown

export class Clock {
  /** @param {Float64Array} times of the frames in seconds, increasing */
  constructor(times) {
    this.times = times;
  }

  get count() {
    return this.times.length;
  }

  /**
   * The frame that is shown at a time of the video.
   * @param {number} filmTime seconds from the first frame
   */
  at(filmTime) {
    const time = filmTime + this.times[0] + FILM_TICK_S;
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.times[middle] <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /**
   * The frame nearest to a time of the frames.
   * @param {number} time in seconds
   */
  nearest(time) {
    const before = this.at(time - this.times[0]);
    const after = Math.min(before + 1, this.count - 1);
    return this.times[after] - time < time - this.times[before] ? after : before;
  }

  /**
   * A time of the video at which a frame is shown, in seconds from the first frame.
   * @param {number} frame
   */
  filmTime(frame) {
    const time = this.times[frame] - this.times[0];
    const next = frame + 1 < this.count ? this.times[frame + 1] - this.times[0] : time + 0.01;
    return time + Math.min(INSIDE_S, (next - time) / 4);
  }

  /**
   * The frames of the last seconds up to a frame.
   * @param {number} frame
   * @param {number} seconds
   */
  until(frame, seconds) {
    let first = frame;
    while (first > 0 && this.times[first - 1] >= this.times[frame] - seconds) first--;
    return Array.from({ length: frame - first + 1 }, (_, step) => first + step);
  }
}
