// @ts-check
// The initial view of a result.

/** @typedef {import("../types.d.ts").PlayerData} PlayerData */
/** @typedef {import("../types.d.ts").View} View */
/** @typedef {ReturnType<import("./link.js").readLink>} Link */

/**
 * @param {PlayerData} data
 * @returns {string[]} the layers of landmarks, and "both" if there are two
 */
export function layersOf({ header }) {
  const names = Object.keys(header.layers);
  return names.length > 1 ? [...names, "both"] : names;
}

/**
 * The layer to show once a result is smoothed differently: the same one, but not the raw landmarks that were all there was.
 * @param {PlayerData} data
 * @param {string} layer shown before
 * @param {Record<string, unknown>} [before] the layers there were; none of the same result
 */
export function nextLayer(data, layer, before) {
  const layers = layersOf(data);
  const isFirstFilter = before && Object.keys(before).length === 1 && layers.length > 1;
  return layers.includes(layer) && !isFirstFilter ? layer : layers[0];
}

/**
 * What joints can be coloured by, the usual first.
 * @param {PlayerData} data
 * @returns {View["joints"][]}
 */
export function colorings({ people }) {
  return people.length > 1 ? ["person", "side", "visibility"] : ["visibility", "side"];
}

/**
 * @param {PlayerData} data
 * @param {Link} link what a link asks for
 * @param {View | null} before of the previous result: its display options are kept
 * @returns {View}
 */
export function firstView(data, link, before) {
  const layers = layersOf(data);
  const joints = colorings(data);
  return {
    layer: link.layer && layers.includes(link.layer) ? link.layer : layers[0],
    space: data.people.length && (link.space === "world" || link.space === "picture") ? link.space : data.defaults.space,
    overlay: true,
    labels: false,
    angles: before?.angles ?? true,
    threshold: before?.threshold ?? 0.5,
    trail: -1,
    joints: before && joints.length === 2 && joints.includes(before.joints) ? before.joints : joints[0],
    speed: before?.speed ?? 1,
    curves: link.curves ?? data.defaults.curves,
  };
}
