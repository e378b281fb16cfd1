// @ts-check
// Numbers and colours of a figure in Plotly's JSON.

/** @type {Record<string, (content: ArrayBuffer) => ArrayLike<number>>} */
const ARRAYS = {
  f8: (content) => new Float64Array(content),
  f4: (content) => new Float32Array(content),
  i4: (content) => new Int32Array(content),
  i2: (content) => new Int16Array(content),
  i1: (content) => new Int8Array(content),
  u4: (content) => new Uint32Array(content),
  u2: (content) => new Uint16Array(content),
  u1: (content) => new Uint8Array(content),
};

/**
 * A list of numbers: as such, as one number, or as base64 with its type, as Plotly's Python library writes arrays.
 * @param {any} given
 * @returns {ArrayLike<number | null>}
 */
export function valuesOf(given) {
  if (given === undefined || given === null) return [];
  if (typeof given === "number") return [given];
  if (typeof given.bdata !== "string") return given;
  return ARRAYS[given.dtype](Uint8Array.from(atob(given.bdata), (letter) => letter.charCodeAt(0)).buffer);
}

/**
 * The colour of one point of a line or a marker, for a canvas.
 * @param {any} style of the line or marker
 * @param {number} index
 * @param {any} layout
 * @returns {string}
 */
export function colorOf(style, index, layout) {
  const given = style?.color;
  if (typeof given === "string") return given;
  if (Array.isArray(given) && typeof given[0] === "string") return given[index];
  const value = valuesOf(given)[index];
  const { colorscale, cmin, cmax } = style?.coloraxis ? layout[style.coloraxis] : (style ?? {});
  if (!Array.isArray(colorscale) || typeof value !== "number") return "#8a8f98";
  return between(colorscale, (value - cmin) / (cmax - cmin || 1));
}

/**
 * A colour of a scale.
 * @param {[number, string][]} scale from 0 to 1
 * @param {number} share outside 0..1, it is limited to that
 */
export function between(scale, share) {
  const at = Math.max(0, Math.min(1, share));
  const above = Math.max(1, scale.findIndex(([place]) => place >= at));
  const [[from, one], [to, other]] = [scale[above - 1], scale[above]];
  const weight = (at - from) / (to - from || 1);
  const [first, second] = [rgb(one), rgb(other)];
  return `rgb(${first.map((part, place) => Math.round(part + weight * (second[place] - part))).join(", ")})`;
}

/** @param {string} color as #rrggbb or rgb(r, g, b) */
function rgb(color) {
  if (color.startsWith("#")) return [1, 3, 5].map((place) => Number.parseInt(color.slice(place, place + 2), 16));
  return (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}
