// @ts-check
// What the viewer of a clip begins with.

/** @typedef {import("../types.d.ts").PlayerData} PlayerData */
/** @typedef {import("../types.d.ts").View} View */
/** @typedef {ReturnType<import("./link.js").readLink>} Link */

/**
 * @param {PlayerData} data
 * @returns {string[]} the landmarks there are, and both of two
 */
export function layersOf({ header }) {
  const names = Object.keys(header.layers);
  return names.length > 1 ? [...names, "both"] : names;
}

/**
 * @param {PlayerData} data
 * @param {Link} link what a link asks for
 * @param {View | null} before of another clip: how things are shown stays
 * @returns {View}
 */
export function firstView(data, link, before) {
  const layers = layersOf(data);
  return {
    layer: link.layer && layers.includes(link.layer) ? link.layer : layers[0],
    space: link.space === "world" || link.space === "picture" ? link.space : data.defaults.space,
    overlay: true,
    labels: false,
    threshold: before?.threshold ?? 0.5,
    trail: -1,
    joints: before?.joints ?? "visibility",
    speed: before?.speed ?? 1,
    curves: link.curves ?? data.defaults.curves,
  };
}
