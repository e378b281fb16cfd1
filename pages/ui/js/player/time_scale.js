// @ts-check
// From times to pixels across a plot, and back.

export class TimeScale {
  /**
   * @param {number[]} ends the first and the last time, in seconds
   * @param {number} left pixel of the first time
   * @param {number} right pixel of the last
   */
  constructor([first, last], left, right) {
    this.first = first;
    this.left = left;
    this.seconds = last - first || 1;
    this.width = Math.max(1, right - left);
  }

  /** @param {number} time */
  pixel(time) {
    return this.left + (this.width * (time - this.first)) / this.seconds;
  }

  /**
   * The time at a pixel, limited to the first and the last time.
   * @param {number} pixel
   */
  time(pixel) {
    const share = Math.max(0, Math.min(1, (pixel - this.left) / this.width));
    return this.first + share * this.seconds;
  }
}
