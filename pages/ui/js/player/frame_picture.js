// @ts-check
// The present frame as a picture file, with what is drawn on it, in the resolution of the video.

import { make } from "../shared/dom.js";
import { save } from "../shared/saving.js";
import { Overlay } from "./overlay.js";

const USUAL_WIDTH = 800; // at which pictures are seen, in pixels of the page: sets the size of letters

/**
 * The frame that a video shows, with a drawing on it, as PNG.
 * @param {HTMLVideoElement} film
 * @param {(overlay: Overlay) => void} draw on a canvas of the size of the video
 * @returns {Promise<Blob>}
 */
export async function pictureOf(film, draw) {
  const { videoWidth: width, videoHeight: height } = film;
  const overlay = new Overlay(make("canvas", { width, height }));
  overlay.ratio = Math.max(1, width / USUAL_WIDTH);
  overlay.pen.drawImage(film, 0, 0, width, height);
  draw(overlay);
  const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ done) => overlay.canvas.toBlob(done));
  if (!blob) throw new Error("This browser cannot make a picture of this size. Try a smaller video.");
  return blob;
}

/**
 * @param {Blob} picture
 * @param {string | null | undefined} stem of the video's name; null: unknown
 * @param {number} number of the frame in the video
 * @param {number} last number
 */
export function savePicture(picture, stem, number, last) {
  save(picture, picture.type, pictureName(stem, number, last));
}

/**
 * The name of the file: with as many digits for every frame, so that files are listed in order.
 * @param {string | null | undefined} stem
 * @param {number} number
 * @param {number} last
 */
export function pictureName(stem, number, last) {
  return `${stem || "video"}.frame-${`${number}`.padStart(`${last}`.length, "0")}.png`;
}
