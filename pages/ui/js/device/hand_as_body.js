// @ts-check
// People that are hands: posecore/motion/hand_as_body.py. A hand that fills the picture can be taken for a person.

/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */

const WITHIN = 0.9;
const SURE = 0.5;

/**
 * Whether the visible landmarks of a body lie within a hand's box, widened by a quarter on all sides.
 * @param {Pick<DevicePerson, "xy" | "visibility">} person
 * @param {{xy: Float32Array}} hand
 */
export function isBodyInHand({ xy, visibility }, hand) {
  const [across, down] = [0, 1].map((axis) => {
    const values = hand.xy.filter((_, at) => at % 2 === axis);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return [low - (high - low) / 4, high + (high - low) / 4];
  });
  const visible = [...visibility.keys()].filter((k) => visibility[k] >= SURE);
  const isInside = (/** @type {number} */ k) =>
    xy[2 * k] >= across[0] && xy[2 * k] <= across[1] && xy[2 * k + 1] >= down[0] && xy[2 * k + 1] <= down[1];
  return visible.length > 0 && visible.filter(isInside).length >= WITHIN * visible.length;
}
