// @ts-check
// A person whose landmarks are known in each frame, for tests of what a page makes of them.

/** @typedef {import("../../pages/ui/js/types.d.ts").DevicePerson} DevicePerson */

/**
 * A person of about 340 px and 1.7 m whose landmarks swing, as in tests/pages/test_device.py.
 * @param {number} number
 * @param {number} frame
 * @returns {DevicePerson}
 */
export function person(number, frame) {
  const swing = (/** @type {number} */ landmark, /** @type {number} */ axis) =>
    Math.sin(3.1 * landmark + 1.7 * axis + 0.9 * number + (0.2 + 0.05 * landmark) * frame);
  const [xy, z, world] = [new Float32Array(66), new Float32Array(33), new Float32Array(99)];
  for (let landmark = 0; landmark < 33; landmark++) {
    const height = landmark / 32;
    world.set([0.3 * swing(landmark, 0), 1.7 * height - 0.9 + 0.1 * swing(landmark, 1), 0.2 * swing(landmark, 2)], 3 * landmark);
    xy.set([200 + 260 * number + 6 * frame + 60 * swing(landmark, 0), 60 + 340 * height + 20 * swing(landmark, 1)], 2 * landmark);
    z[landmark] = 40 * swing(landmark, 2);
  }
  const visibility = Float32Array.from({ length: 33 }, (_, landmark) => 0.5 + 0.5 * swing(landmark, 3));
  return { id: 2 - number, xy, z, world, visibility, presence: new Float32Array(33) };
}
