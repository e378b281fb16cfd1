// @ts-check
// Whether a picture is too dark for people to be found in it.

const ACROSS = 32; // pixels
const DARK = 25; // mean of 0 to 255; a room with a lamp on is three times as bright

/** @type {CanvasRenderingContext2D | null} */
let pen = null;

/** @param {VideoFrame | ImageBitmap} picture */
export function isDark(picture) {
  const canvas = pen?.canvas ?? Object.assign(document.createElement("canvas"), { width: ACROSS, height: ACROSS });
  pen ??= /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  pen.drawImage(picture, 0, 0, ACROSS, ACROSS);
  const { data } = pen.getImageData(0, 0, ACROSS, ACROSS);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += data[at] + data[at + 1] + data[at + 2];
  return sum / (3 * ACROSS * ACROSS) < DARK;
}
