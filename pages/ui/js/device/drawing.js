// @ts-check
// The people of a frame on a canvas, drawn as posecore/view/drawing.py draws them on the server.

/** @typedef {import("../types.d.ts").DeviceFrame} DeviceFrame */
/** @typedef {import("../types.d.ts").DeviceLook} DeviceLook */
/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */
/** @typedef {CanvasRenderingContext2D} Pen */
/** @typedef {{id: number, look: {color: string, ink: string}, points: [number, number][], shown: boolean[], width: number}} Figure */

const SURE = 0.5;
const RIM = "rgb(18, 20, 26)";
const HEAD = 11; // landmarks before this are the head's

/**
 * @param {Pen} pen of a canvas of the frame's size
 * @param {DeviceFrame} frame
 * @param {DeviceLook} look
 * @param {boolean} mirror
 */
export function drawPeople(pen, { people, size }, look, mirror) {
  const figures = people.map((person) => figureOf(person, size, look, mirror)).sort((a, b) => a.width - b.width);
  pen.lineCap = "round";
  for (const figure of figures) {
    if (look.skeletons) drawBones(pen, figure, look);
    drawJoints(pen, figure, look);
  }
  if (look.byPerson) for (const figure of figures) drawTag(pen, figure, size);
}

/**
 * @param {DevicePerson} person
 * @param {[number, number]} size
 * @param {DeviceLook} look
 * @param {boolean} mirror
 * @returns {Figure}
 */
function figureOf({ id, xy, visibility }, size, look, mirror) {
  const points = Array.from(visibility, (_, k) => /** @type {[number, number]} */ ([mirror ? size[0] - xy[2 * k] : xy[2 * k], xy[2 * k + 1]]));
  const found = points.filter(([x, y]) => Number.isFinite(x + y));
  const shown = points.map(([x, y], k) => Number.isFinite(x + y) && visibility[k] >= SURE);
  return { id, look: look.people[(id - 1) % look.people.length], points, shown, width: boneWidth(found, size) };
}

/**
 * Proportional to the person, within bounds proportional to the picture. Pixels.
 * @param {[number, number][]} points
 * @param {[number, number]} size
 */
export function boneWidth(points, size) {
  const spread = Math.sqrt(variance(points.map(([x]) => x)) + variance(points.map(([, y]) => y)));
  const diagonal = Math.hypot(...size);
  return Math.min(Math.max(0.034 * spread, 1, 0.0014 * diagonal), Math.max(1.5, 0.0075 * diagonal));
}

/** @param {number[]} values */
function variance(values) {
  if (!values.length) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** @param {Figure} figure */
const outline = ({ width }) => Math.max(0.8, 0.25 * width);

/**
 * All outlines come before all colours, so that no outline cuts through a neighbouring bone.
 * @param {Pen} pen
 * @param {Figure} figure
 * @param {DeviceLook} look
 */
function drawBones(pen, figure, { bones, byPerson }) {
  const drawn = bones.filter(({ from, to }) => figure.shown[from] && figure.shown[to]);
  const stroke = (/** @type {DeviceLook["bones"][number]} */ { from, to }, /** @type {number} */ width, /** @type {string} */ color) => {
    pen.lineWidth = width;
    pen.strokeStyle = color;
    pen.beginPath();
    pen.moveTo(...figure.points[from]);
    pen.lineTo(...figure.points[to]);
    pen.stroke();
  };
  for (const bone of drawn) stroke(bone, figure.width * bone.fineness + 2 * outline(figure), RIM);
  for (const bone of drawn) stroke(bone, figure.width * bone.fineness, byPerson ? figure.look.color : bone.color);
}

/**
 * @param {Pen} pen
 * @param {Figure} figure
 * @param {DeviceLook} look
 */
function drawJoints(pen, figure, { joints }) {
  const drawn = joints.map((joint, k) => ({ ...joint, at: figure.points[k] })).filter((_, k) => figure.shown[k]);
  const disc = (/** @type {[number, number]} */ at, /** @type {number} */ radius, /** @type {string} */ color) => {
    pen.fillStyle = color;
    pen.beginPath();
    pen.arc(...at, radius, 0, 2 * Math.PI);
    pen.fill();
  };
  const radius = (/** @type {number} */ fineness) => 0.85 * figure.width * fineness;
  for (const { at, fineness } of drawn) disc(at, radius(fineness) + outline(figure), RIM);
  for (const { at, fineness, color } of drawn) disc(at, radius(fineness), color);
}

/**
 * The person's number, above the head and within the picture.
 * @param {Pen} pen
 * @param {Figure} figure
 * @param {[number, number]} size
 */
function drawTag(pen, { id, look: { color, ink }, points, shown, width }, [right, bottom]) {
  const seen = points.filter((_, k) => shown[k]);
  if (!seen.length) return;
  const head = points.filter((_, k) => k < HEAD && shown[k]);
  const from = head.length ? head : seen;
  const largest = 1.25 * Math.min(60, Math.max(11, 0.0145 * Math.hypot(right, bottom)));
  const letters = Math.min(Math.max(2.6 * width, 0.6 * largest, 9), largest);
  pen.font = `bold ${letters}px sans-serif`;
  const radius = 0.8 * letters;
  const half = Math.max(radius, pen.measureText(`${id}`).width / 2 + 0.45 * letters);
  const within = (/** @type {number} */ value, /** @type {number} */ edge, /** @type {number} */ end) =>
    Math.min(Math.max(value, edge + 2), end - edge - 2);
  const x = within(from.reduce((sum, [each]) => sum + each, 0) / from.length, half, right);
  const y = within(Math.min(...from.map(([, each]) => each)) - 6 * width - radius, radius, bottom);
  const rim = Math.max(1, 0.1 * letters);
  for (const [more, fill] of /** @type {[number, string][]} */ ([[rim, RIM], [0, color]])) {
    pen.fillStyle = fill;
    pen.beginPath();
    pen.roundRect(x - half - more, y - radius - more, 2 * (half + more), 2 * (radius + more), radius + more);
    pen.fill();
  }
  pen.textAlign = "center";
  pen.textBaseline = "alphabetic";
  pen.fillStyle = ink;
  pen.fillText(`${id}`, x, y + 0.36 * letters);
}
