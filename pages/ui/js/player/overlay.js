// @ts-check
// A canvas over the video, as large as the video on screen, with methods to draw people.

/** @typedef {import("../types.d.ts").Bone} Bone */
/** @typedef {import("../types.d.ts").Landmark} Landmark */

const MOST_PIXELS = 1600; // across: more makes no visible difference and takes long to draw
const RIM = "rgba(18, 20, 26, 0.9)";

export class Overlay {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    // Drawn by the CPU, as there are few lines.
    this.pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
    this.ratio = 1; // pixels of the canvas for each of the page
  }

  fit() {
    const { clientWidth, clientHeight } = this.canvas;
    if (!clientWidth) return;
    this.ratio = Math.min(window.devicePixelRatio || 1, MOST_PIXELS / clientWidth);
    const [width, height] = [clientWidth, clientHeight].map((length) => Math.round(length * this.ratio));
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
  }

  /** Pixels that suit a thin line. */
  get unit() {
    return Math.max(1.5, Math.min(this.canvas.width, this.canvas.height) / 260);
  }

  clear() {
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /**
   * @param {Float32Array} points of one person, (landmarks x 2) pixels of the canvas, NaN where not shown
   * @param {{bones: Bone[], joints: Landmark[], faint: boolean}} look faint: thin and white, behind another skeleton
   */
  skeleton(points, { bones, joints, faint }) {
    const { pen, unit } = this;
    pen.lineCap = "round";
    pen.globalAlpha = faint ? 0.55 : 1;
    if (!faint) this.lines(points, bones, 2.6 * unit, () => "rgba(18, 20, 26, 0.85)");
    this.lines(points, bones, faint ? unit : 1.5 * unit, (bone) => (faint ? "#fff" : bone.color));
    if (!faint) this.dots(points, joints, unit);
    pen.globalAlpha = 1;
  }

  /**
   * @param {Float32Array} points
   * @param {Bone[]} bones
   * @param {number} width
   * @param {(bone: Bone) => string} color
   */
  lines(points, bones, width, color) {
    const pen = this.pen;
    for (const bone of bones) {
      const [a, b] = [2 * bone.from, 2 * bone.to];
      if (Number.isNaN(points[a]) || Number.isNaN(points[b])) continue;
      pen.lineWidth = bone.thin ? width * 0.6 : width;
      pen.strokeStyle = color(bone);
      pen.beginPath();
      pen.moveTo(points[a], points[a + 1]);
      pen.lineTo(points[b], points[b + 1]);
      pen.stroke();
    }
  }

  /**
   * @param {Float32Array} points
   * @param {Landmark[]} joints
   * @param {number} unit
   */
  dots(points, joints, unit) {
    const pen = this.pen;
    pen.lineWidth = 0.6 * unit;
    pen.strokeStyle = RIM;
    joints.forEach(({ color, small }, k) => {
      if (Number.isNaN(points[2 * k])) return;
      pen.fillStyle = color;
      pen.beginPath();
      pen.arc(points[2 * k], points[2 * k + 1], (small ? 0.9 : 1.7) * unit, 0, 7);
      pen.fill();
      pen.stroke();
    });
  }

  /**
   * @param {string} words
   * @param {number} x
   * @param {number} y
   */
  text(words, x, y, { color = "#fff", big = false } = {}) {
    const pen = this.pen;
    const size = Math.max((big ? 13 : 11) * this.ratio, this.canvas.height / (big ? 32 : 44));
    pen.font = `${size}px system-ui, sans-serif`;
    pen.lineWidth = Math.max(4, size / 4);
    pen.lineJoin = "round";
    pen.strokeStyle = RIM;
    pen.strokeText(words, x, y);
    pen.fillStyle = color;
    pen.fillText(words, x, y);
  }

  /**
   * @param {([number, number] | null)[]} places from the oldest to the newest
   * @param {string} color
   */
  trail(places, color) {
    const pen = this.pen;
    pen.strokeStyle = color;
    pen.lineWidth = Math.max(2, this.canvas.height / 220);
    for (let step = 1; step < places.length; step++) {
      const [from, to] = [places[step - 1], places[step]];
      if (!from || !to) continue;
      pen.globalAlpha = 0.15 + (0.85 * step) / places.length;
      pen.beginPath();
      pen.moveTo(...from);
      pen.lineTo(...to);
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }
}
