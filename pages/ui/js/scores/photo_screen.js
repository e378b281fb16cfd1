// @ts-check
// What is seen of a photo that is being labelled: the picture, the people drawn on it, and the lens beside a finger.

import { find } from "../shared/dom.js";
import { lensPlace } from "../rigid/corners.js";
import { PhotoView } from "./photo_view.js";
import { drawLabels } from "./sheet.js";

/** @typedef {import("../types.d.ts").Place} Place */
/** @typedef {import("./desk_link.js").LoadedPhoto} LoadedPhoto */
/** @typedef {import("./labels.js").Labels} Labels */
/** @typedef {Parameters<typeof drawLabels>[3]} Look */

const LENS_PX = 140;
const LENS_TIMES = 2.5;
const LENS_LEAST = 2; // pixels of the page for one of the photo
const LARGE_PX = 4; // from here on the photo's pixels are seen as squares

export class PhotoScreen {
  /**
   * @param {HTMLElement} root
   * @param {() => {labels: Labels, look: Look} | null} drawn what is drawn on the photo now
   */
  constructor(root, drawn) {
    this.frame = find(root, ".lb-photo");
    this.picture = find(root, ".lb-image");
    this.sheet = /** @type {HTMLCanvasElement} */ (find(root, ".lb-sheet"));
    this.lens = /** @type {HTMLCanvasElement} */ (find(root, ".lb-lens"));
    this.view = new PhotoView();
    this.drawn = drawn;
    /** @type {LoadedPhoto | null} */
    this.photo = null;
    this.drawing = 0;
    this.frame.addEventListener("pointerdown", () => {
      this.hideLens();
      this.focus();
    });
    this.frame.addEventListener("blur", () => this.hideLens());
    const fit = () => this.look(() => this.view.resize([this.frame.clientWidth, this.frame.clientHeight]));
    new ResizeObserver(fit).observe(this.frame);
  }

  /** @param {LoadedPhoto} photo */
  open(photo) {
    this.photo = photo;
    this.picture.replaceChildren(photo.image);
    this.picture.style.width = `${photo.size[0]}px`;
    this.picture.style.height = `${photo.size[1]}px`;
    this.view.open(photo.size);
  }

  /** Nothing is drawn until the next photo is open; the last one's pixels stay, so that nothing flickers. */
  close() {
    this.photo = null;
  }

  /** Show no photo at all. */
  clear() {
    this.picture.replaceChildren();
  }

  /** Keys go to the photo from now on. */
  focus() {
    this.frame.focus({ preventScroll: true });
  }

  get middle() {
    return /** @type {Place} */ (this.view.frame.map((side) => side / 2));
  }

  /** @param {() => void} change of what is seen of the photo */
  look(change) {
    change();
    this.placePicture();
    this.frame.classList.toggle("lb-zoomed", this.view.isZoomed);
    this.hideLens();
    this.draw();
  }

  draw() {
    this.drawing ||= requestAnimationFrame(() => {
      this.drawing = 0;
      this.drawNow();
    });
  }

  drawNow() {
    const { sheet } = this;
    const pen = sheet.getContext("2d");
    if (!pen) return;
    this.placePicture();
    const ratio = window.devicePixelRatio;
    const [width, height] = [Math.round(sheet.clientWidth * ratio), Math.round(sheet.clientHeight * ratio)];
    if (sheet.width !== width || sheet.height !== height) [sheet.width, sheet.height] = [width, height];
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.scale(ratio, ratio);
    const now = this.photo && this.drawn();
    if (now) drawLabels(pen, now.labels, this.view, now.look);
  }

  placePicture() {
    const { scale, origin } = this.view;
    this.picture.style.transform = `translate(${origin[0]}px, ${origin[1]}px) scale(${scale})`;
    const each = this.photo ? (scale * this.photo.size[0]) / this.photo.image.naturalWidth : 1;
    this.picture.classList.toggle("lb-large", each > LARGE_PX);
  }

  hideLens() {
    this.lens.hidden = true;
  }

  /** Whether the photo is shown so small that a lens helps. */
  get isSmall() {
    return this.view.scale < LENS_LEAST;
  }

  /**
   * The photo around a place in it, enlarged, beside the finger.
   * @param {Place | null} place
   */
  showLens(place) {
    this.lens.hidden = !place || !this.photo;
    if (!place || !this.photo) return;
    const at = this.view.toFrame(place);
    const [left, top] = lensPlace(at, this.frame.clientWidth, LENS_PX, this.frame.getBoundingClientRect().top);
    // The frame cuts off what is above it.
    const shown = top >= LENS_PX / 2 ? top : at[1] + LENS_PX / 2 + 40;
    Object.assign(this.lens.style, { left: `${left - LENS_PX / 2}px`, top: `${shown - LENS_PX / 2}px` });
    const pen = this.lens.getContext("2d");
    if (!pen) return;
    const ratio = window.devicePixelRatio;
    this.lens.width = this.lens.height = Math.round(LENS_PX * ratio);
    const { image, size } = this.photo;
    const scale = Math.max(this.view.scale * LENS_TIMES, LENS_LEAST);
    const wide = LENS_PX / scale;
    const each = image.naturalWidth / size[0];
    const source = /** @type {const} */ ([(place[0] - wide / 2) * each, (place[1] - wide / 2) * each, wide * each, wide * each]);
    pen.drawImage(image, ...source, 0, 0, this.lens.width, this.lens.height);
    drawCross(pen, this.lens.width / 2, ratio);
  }
}

/**
 * A cross that leaves its middle free, where the joint is.
 * @param {CanvasRenderingContext2D} pen
 * @param {number} half of the side of the square
 * @param {number} width of the lines
 */
function drawCross(pen, half, width) {
  pen.globalCompositeOperation = "difference";
  pen.strokeStyle = "#fff";
  pen.lineWidth = width;
  pen.beginPath();
  for (const [near, far] of [[-0.6, -0.08], [0.08, 0.6]]) {
    pen.moveTo(half + near * half, half);
    pen.lineTo(half + far * half, half);
    pen.moveTo(half, half + near * half);
    pen.lineTo(half, half + far * half);
  }
  pen.stroke();
}
