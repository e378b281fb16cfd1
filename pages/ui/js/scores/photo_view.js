// @ts-check
// Which part of a photo is shown, and how large.

/** @typedef {import("../types.d.ts").Place} Place */

const MOST_CSS_PX = 24; // of the page for one pixel of the photo
const MOST_TIMES = 8; // the whole photo's width, for photos that are small
const AROUND = 0.15; // of a box that is shown

export class PhotoView {
  constructor() {
    /** Size of the photo. @type {[number, number]} */
    this.photo = [1, 1];
    /** Size of its frame on the page. @type {[number, number]} */
    this.frame = [1, 1];
    /** Pixels of the page for one of the photo. */
    this.scale = 1;
    /** Where the photo's upper left corner is in the frame. @type {Place} */
    this.origin = [0, 0];
  }

  /** @param {[number, number]} photo shown whole */
  open(photo) {
    this.photo = photo;
    this.fit();
  }

  /** @param {[number, number]} frame what was in its middle stays there */
  resize(frame) {
    if (frame[0] === this.frame[0] && frame[1] === this.frame[1]) return;
    const whole = !this.isZoomed;
    const middle = this.toPhoto([this.frame[0] / 2, this.frame[1] / 2]);
    this.frame = frame;
    if (whole) {
      this.fit();
      return;
    }
    this.scale = Math.max(this.scale, this.least);
    this.origin = [frame[0] / 2 - middle[0] * this.scale, frame[1] / 2 - middle[1] * this.scale];
    this.#settle();
  }

  /** Scale at which the whole photo is shown. */
  get least() {
    return Math.min(this.frame[0] / this.photo[0], this.frame[1] / this.photo[1]);
  }

  get most() {
    return Math.max(MOST_CSS_PX, MOST_TIMES * this.least);
  }

  get isZoomed() {
    return this.scale > this.least * 1.001;
  }

  fit() {
    this.scale = this.least;
    this.#settle();
  }

  /** @param {Place} at of the frame, which stays on the same place of the photo @param {number} factor */
  zoom(at, factor) {
    const place = this.toPhoto(at);
    this.scale = Math.min(Math.max(this.scale * factor, this.least), this.most);
    this.origin = [at[0] - place[0] * this.scale, at[1] - place[1] * this.scale];
    this.#settle();
  }

  /** @param {number} right @param {number} down pixels of the page */
  pan(right, down) {
    this.origin = [this.origin[0] + right, this.origin[1] + down];
    this.#settle();
  }

  /** Show a box of the photo. @param {[number, number, number, number]} box left, top, width, height */
  showBox([left, top, width, height]) {
    const room = AROUND * Math.max(width, height, 20);
    const scale = Math.min(this.frame[0] / (width + 2 * room), this.frame[1] / (height + 2 * room));
    this.scale = Math.min(Math.max(scale, this.least), this.most);
    const [x, y] = [left + width / 2, top + height / 2];
    this.origin = [this.frame[0] / 2 - x * this.scale, this.frame[1] / 2 - y * this.scale];
    this.#settle();
  }

  /** Move the photo so that a place of it is in the frame. @param {Place} place */
  reveal(place) {
    const at = this.toFrame(place);
    const [right, down] = at.map((value, axis) => {
      const margin = Math.min(40, this.frame[axis] / 4);
      return Math.max(margin - value, 0) + Math.min(this.frame[axis] - margin - value, 0);
    });
    if (right || down) this.pan(right, down);
  }

  /** @param {Place} at of the frame @returns {Place} of the photo */
  toPhoto([x, y]) {
    return [(x - this.origin[0]) / this.scale, (y - this.origin[1]) / this.scale];
  }

  /** @param {Place} place of the photo @returns {Place} of the frame */
  toFrame([x, y]) {
    return [x * this.scale + this.origin[0], y * this.scale + this.origin[1]];
  }

  /** The photo fills the frame, or is in its middle. */
  #settle() {
    this.origin = /** @type {Place} */ (
      this.origin.map((value, axis) => {
        const room = this.frame[axis] - this.photo[axis] * this.scale;
        return room >= 0 ? room / 2 : Math.min(Math.max(value, room), 0);
      })
    );
  }
}
