// @ts-check
// A frame of the player as the measuring tool needs it.

/** @typedef {import("../types.d.ts").PlayerData} PlayerData */
/** @typedef {import("../types.d.ts").MeasuredFrame} MeasuredFrame */
/** @typedef {import("./moments.js").Moments} Moments */
/** @typedef {import("./people_on_film.js").Shown} Shown */

/**
 * @param {PlayerData} data
 * @param {Moments} moments
 * @param {string} layer
 * @param {number} index of the frame
 * @param {number} threshold points of less visibility are not shown
 * @param {Shown[]} people
 * @returns {MeasuredFrame}
 */
export function measuredFrame({ skeleton }, moments, layer, index, threshold, people) {
  const frame = moments.frame(layer, index);
  const count = moments.header.landmarks;
  return {
    number: moments.number(index),
    time: moments.time(index),
    landmarks: skeleton.landmarks.map(({ name }) => name),
    people: frame
      ? people.map(({ id, name, height, slot }) => {
          const [from, to] = [slot * count, (slot + 1) * count];
          const points = new Float32Array(2 * count).fill(NaN);
          for (let k = 0; k < count; k++) {
            if (!(frame.visibility[from + k] >= threshold)) continue;
            points.set(frame.picture.subarray(3 * (from + k), 3 * (from + k) + 2), 2 * k);
          }
          return { id, name, height, points, world: frame.world.subarray(3 * from, 3 * to) };
        })
      : [],
  };
}
