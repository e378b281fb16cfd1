// @ts-check
// What the palm detector is shown: the whole picture or, if hands are small in it, the squares at the ends of all arms side
// by side, as the detector scales everything to 192 pixels and misses hands smaller than a tenth of that.

/** @typedef {import("./arms.js").Arm} Arm */
/** @typedef {{x: number, y: number, side: number}} Square of the picture, by its upper left corner, pixels */
/** @typedef {{squares: (Square | null)[], columns: number} | null} View null: the whole picture */

export const CELL = 256; // side of each square, as it is shown
const SQUARE_M = 0.5; // as in posecore/estimation/hands/arms.py
// Squares are used if hands appear so much larger in them; then for as long as this much. (Hands that the whole picture shows
// well enough are followed better in it, as the squares move with the body.)
const [CLOSER, STILL_CLOSER] = [1.8, 1.4];

/**
 * @param {Arm[]} arms both of each person, one person after the other
 * @param {[number, number]} size of the picture, pixels
 * @param {View} before of the frame before
 * @returns {View}
 */
export function viewOf(arms, size, before) {
  const visible = arms.filter(({ isVisible }) => isVisible);
  if (!visible.length) return null;
  const columns = Math.ceil(Math.sqrt(arms.length));
  const largest = Math.max(...visible.map(({ pixelsPerM }) => SQUARE_M * pixelsPerM));
  if (columns * largest * (before ? STILL_CLOSER : CLOSER) > Math.max(...size)) return null;
  const squares = arms.map(({ isVisible, hand: [x, y], pixelsPerM }) => {
    const side = SQUARE_M * pixelsPerM;
    return isVisible ? { x: x - side / 2, y: y - side / 2, side } : null;
  });
  return { squares, columns };
}

/**
 * Width and height of the squares side by side, pixels.
 * @param {NonNullable<View>} view
 * @returns {[number, number]}
 */
export const sizeOfView = ({ squares, columns }) => [CELL * columns, CELL * Math.ceil(squares.length / columns)];

/**
 * @param {OffscreenCanvasRenderingContext2D} pen of a canvas of this size
 * @param {CanvasImageSource} picture
 * @param {NonNullable<View>} view
 */
export function drawView(pen, picture, view) {
  pen.fillRect(0, 0, ...sizeOfView(view)); // black, as beyond the edge of the picture
  view.squares.forEach((square, at) => {
    if (!square) return;
    const [left, top] = [CELL * (at % view.columns), CELL * Math.floor(at / view.columns)];
    pen.drawImage(picture, square.x, square.y, square.side, square.side, left, top, CELL, CELL);
  });
}

/**
 * Where a hand is in the picture: a function for x and y as shares of what was shown, and pixels for z as a share of its
 * width; null if its wrist is in no square.
 * @param {View} view
 * @param {[number, number]} size of the picture
 * @param {{x: number, y: number}} wrist as shares
 * @returns {{place: (point: {x: number, y: number}) => [number, number], depth: number} | null}
 */
export function outOf(view, [width, height], wrist) {
  if (!view) return { place: ({ x, y }) => [x * width, y * height], depth: width };
  const [across, down] = sizeOfView(view).map((pixels) => pixels / CELL);
  const [column, row] = [Math.floor(wrist.x * across), Math.floor(wrist.y * down)];
  const square = column < 0 || column >= across || row < 0 ? null : view.squares[row * view.columns + column];
  if (!square) return null;
  const { x, y, side } = square;
  return { place: (point) => [x + (point.x * across - column) * side, y + (point.y * down - row) * side], depth: across * side };
}
