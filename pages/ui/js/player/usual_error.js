// @ts-check
// The usual errors of curves, as posecore.motion.usual_error has them: by how a person is turned to the camera.

const [LEAST, LARGEST] = [0, 180]; // of an angle, which alone has such an error

/**
 * @param {ArrayLike<number>} kinds places among the errors; -1: nobody is seen
 * @param {number[]} errors
 */
export function errorsOf(kinds, errors) {
  return Float32Array.from(kinds, (kind) => errors[kind] ?? NaN);
}

/**
 * As " ±12", behind a number; "" if it is not known.
 * @param {ArrayLike<number> | null | undefined} errors
 * @param {number} index of the frame
 */
export function plusMinus(errors, index) {
  return errors && !Number.isNaN(errors[index]) ? ` ±${Math.round(errors[index])}` : "";
}

/**
 * The mean of a line's usual errors over the frames in which it is known; null if it has none.
 * @param {{values: ArrayLike<number>, errors?: ArrayLike<number> | null, confidence: ArrayLike<number>}} line
 * @param {number} threshold 0 to 1: values that need a landmark below it count as unknown
 */
export function meanError({ values, errors, confidence }, threshold) {
  let [sum, count] = [0, 0];
  for (let index = 0; errors && index < values.length; index++) {
    if (Number.isNaN(values[index]) || confidence[index] < 255 * threshold || Number.isNaN(errors[index])) continue;
    sum += errors[index];
    count++;
  }
  return count ? sum / count : null;
}

/**
 * The edges of the band around a line, cut apart where it is not known; none if it has no usual errors.
 * @param {{times: ArrayLike<number>, values: ArrayLike<number>, errors?: ArrayLike<number> | null}} line
 * @param {number[]} cuts times of frames at which a new shot begins
 * @param {number} most points of a stretch: of more, every second (third, ...) one counts
 * @returns {{times: number[], low: number[], high: number[]}[]}
 */
export function bandsOf({ times, values, errors }, cuts, most) {
  const starts = new Set(cuts);
  /** @type {{times: number[], low: number[], high: number[]}[]} */
  const bands = [];
  const step = Math.max(1, Math.ceil(values.length / most));
  let open = false;
  for (let index = 0; errors && index < values.length; index++) {
    const known = !Number.isNaN(values[index]) && !Number.isNaN(errors[index]);
    if (!known || starts.has(times[index])) open = false;
    if (!known || (open && index % step)) continue;
    if (!open) bands.push({ times: [], low: [], high: [] });
    open = true;
    const band = bands[bands.length - 1];
    band.times.push(times[index]);
    band.low.push(Math.max(LEAST, values[index] - errors[index]));
    band.high.push(Math.min(LARGEST, values[index] + errors[index]));
  }
  return bands;
}
