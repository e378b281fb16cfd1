// @ts-check
// A photo on which distances and angles are measured.

import { MeasuringTool } from "../measuring/tool.js";
import { find, make } from "../shared/dom.js";
import { save } from "../shared/saving.js";

/** @typedef {import("../types.d.ts").MeasuredPhotoData} MeasuredPhotoData */
/** @typedef {import("../types.d.ts").MeasuredFrame} MeasuredFrame */

const USUAL_WIDTH = 800; // at which pictures are seen, in pixels of the page

class MeasuredPhoto {
  /** @param {HTMLElement} root */
  constructor(root) {
    const screen = find(root, ".mp-screen");
    this.screen = screen;
    this.image = /** @type {HTMLImageElement} */ (find(root, "img"));
    this.tool = new MeasuringTool(screen, find(root, ".mp-tools"));
    find(root, ".mp-save").addEventListener("click", () => this.save());
  }

  /** @param {MeasuredPhotoData} data */
  show(data) {
    this.data = data;
    const [width, height] = data.size;
    this.screen.style.setProperty("--shape", `${width / height}`);
    this.screen.style.aspectRatio = `${width} / ${height}`;
    this.image.alt = `${data.stem} with the landmarks`;
    if (data.picture && this.image.getAttribute("src") !== data.picture) this.image.src = data.picture;
    const frame = frameOf(data);
    this.tool.start(data.key, data.size, data.stem);
    this.tool.show(() => frame);
  }

  save() {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    const canvas = make("canvas", { width, height });
    const pen = canvas.getContext("2d");
    if (!pen || !width) return;
    pen.drawImage(this.image, 0, 0);
    this.tool.drawOn(pen, Math.max(1, width / USUAL_WIDTH));
    canvas.toBlob((blob) => blob && save(blob, "image/png", `${this.data?.stem}.measures.png`));
  }
}

/**
 * @param {MeasuredPhotoData} data
 * @returns {MeasuredFrame}
 */
function frameOf({ people, landmarks }) {
  const numbers = (/** @type {(number | null)[]} */ values) => Float32Array.from(values, (value) => value ?? NaN);
  return {
    number: null,
    time: null,
    landmarks,
    people: people.map(({ points, world, ...person }) => ({ ...person, points: numbers(points), world: numbers(world) })),
  };
}

/** @type {WeakMap<HTMLElement, MeasuredPhoto>} */
const photos = new WeakMap();

/** @param {import("../types.d.ts").Component<MeasuredPhotoData>} component */
export default function ({ data, parentElement }) {
  const root = find(parentElement, ".mp");
  const photo = photos.get(root) ?? new MeasuredPhoto(root);
  photos.set(root, photo);
  photo.show(data);
  return () => {
    if (root.isConnected) return;
    photo.tool.end();
    photos.delete(root);
  };
}
