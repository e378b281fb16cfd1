// @ts-check
// Lengths, angles and scales in a picture, in its pixels.

/** @typedef {import("../types.d.ts").Place} Place */
/** @typedef {import("../types.d.ts").Handle} Handle */
/** @typedef {import("../types.d.ts").Measure} Measure */
/** @typedef {import("../types.d.ts").MeasuredPerson} MeasuredPerson */
/** @typedef {import("../types.d.ts").Scale} Scale */
/** @typedef {import("../types.d.ts").Measured} Measured */

/**
 * Where a handle is in this frame; null if it follows a landmark that is not shown.
 * @param {Handle} handle
 * @param {MeasuredPerson[]} people
 * @returns {Place | null}
 */
export function placeOf({ at, follows }, people) {
  if (!follows) return at;
  const person = people.find(({ id }) => id === follows.person);
  return person ? landmarkPlace(person, follows.landmark) : null;
}

/**
 * @param {MeasuredPerson} person
 * @param {number} landmark
 * @returns {Place | null}
 */
function landmarkPlace({ points }, landmark) {
  const [x, y] = [points[2 * landmark], points[2 * landmark + 1]];
  return Number.isFinite(x) && Number.isFinite(y) ? [x, y] : null;
}

/** @param {Place} a @param {Place} b */
export function distance(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/**
 * The angle at a corner between two arms, 0 to 180 degrees; NaN if an arm has no length.
 * @param {Place} one
 * @param {Place} corner
 * @param {Place} other
 */
export function angleAt(one, corner, other) {
  const [a, b] = [one, other].map(([x, y]) => [x - corner[0], y - corner[1]]);
  if (!(Math.hypot(...a) > 0 && Math.hypot(...b) > 0)) return NaN;
  return (Math.atan2(Math.abs(a[0] * b[1] - a[1] * b[0]), a[0] * b[0] + a[1] * b[1]) * 180) / Math.PI;
}

/**
 * The nearest landmark that is shown, within reach; null if there is none.
 * @param {Place} place
 * @param {MeasuredPerson[]} people
 * @param {number} reach in pixels of the picture
 * @returns {NonNullable<Handle["follows"]> | null}
 */
export function nearestLandmark(place, people, reach) {
  /** @type {NonNullable<Handle["follows"]> | null} */
  let best = null;
  let least = reach;
  for (const person of people) {
    for (let landmark = 0; landmark < person.points.length / 2; landmark++) {
      const there = landmarkPlace(person, landmark);
      const far = there ? distance(place, there) : Infinity;
      if (far > least) continue;
      least = far;
      best = { person: person.id, landmark };
    }
  }
  return best;
}

/**
 * Pixels of the picture per metre where a person stands: the spread of the body's landmarks in both.
 * @param {MeasuredPerson} person
 * @returns {number | null} null if fewer than two landmarks are shown
 */
export function pixelsPerMetre({ points, world }) {
  const shown = [];
  for (let k = 0; k < points.length / 2; k++) {
    if (Number.isFinite(points[2 * k]) && Number.isFinite(world[3 * k])) shown.push(k);
  }
  const inPicture = spread(shown.map((k) => [points[2 * k], points[2 * k + 1]]));
  const inMetres = spread(shown.map((k) => [world[3 * k], world[3 * k + 1]]));
  return inMetres > 0 && inPicture > 0 ? inPicture / inMetres : null;
}

/** @param {number[][]} places */
function spread(places) {
  const middle = [0, 1].map((axis) => places.reduce((sum, place) => sum + place[axis], 0) / places.length);
  return Math.sqrt(places.reduce((sum, [x, y]) => sum + (x - middle[0]) ** 2 + (y - middle[1]) ** 2, 0));
}

/**
 * How many pixels a metre has at a line: by its own known length, else by that of the newest other line, else by the
 * given height of the person whom it follows or who is nearest to it.
 * @param {Measure} line
 * @param {Place[]} places of its ends
 * @param {Measure[]} measures all of them, from the oldest
 * @param {MeasuredPerson[]} people
 * @returns {Scale | null}
 */
export function scaleAt(line, places, measures, people) {
  for (const known of [line, ...[...measures].reverse()]) {
    const ends = known.metres ? endsOf(known, people) : null;
    if (ends && known.metres) return { pxPerMetre: distance(ends[0], ends[1]) / known.metres, line: known.id };
  }
  const person = whose(line, places, people.filter(({ height }) => height !== null));
  const pxPerMetre = person && pixelsPerMetre(person);
  return pxPerMetre ? { pxPerMetre, person: person.id } : null;
}

/**
 * @param {Measure} measure
 * @param {MeasuredPerson[]} people
 * @returns {Place[] | null} null if one is not in view, or the ends of a line are the same
 */
function endsOf(measure, people) {
  const places = measure.handles.map((handle) => placeOf(handle, people));
  const there = places.filter((place) => place !== null);
  if (there.length < places.length) return null;
  return measure.kind === "line" && distance(there[0], there[1]) === 0 ? null : there;
}

/**
 * @param {Measure} line
 * @param {Place[]} places
 * @param {MeasuredPerson[]} people
 * @returns {MeasuredPerson | null}
 */
function whose({ handles }, places, people) {
  const followed = people.find(({ id }) => handles.some(({ follows }) => follows?.person === id));
  if (followed) return followed;
  /** @type {Place} */
  const middle = [(places[0][0] + places[1][0]) / 2, (places[0][1] + places[1][1]) / 2];
  const nearest = nearestLandmark(middle, people, Infinity);
  return people.find(({ id }) => id === nearest?.person) ?? null;
}

/**
 * What a measure is in this frame; its places are null where they are not in view, and so are its values then.
 * @param {Measure} measure
 * @param {Measure[]} measures all of them, from the oldest
 * @param {MeasuredPerson[]} people
 * @returns {Measured}
 */
export function measured(measure, measures, people) {
  const places = measure.handles.map((handle) => placeOf(handle, people));
  const ends = endsOf(measure, people);
  /** @type {Measured} */
  const nothing = { places, px: null, metres: null, degrees: null, scale: null };
  if (!ends) return nothing;
  if (measure.kind === "angle") {
    const degrees = angleAt(ends[0], ends[1], ends[2]);
    return Number.isNaN(degrees) ? nothing : { ...nothing, degrees };
  }
  const px = distance(ends[0], ends[1]);
  const scale = scaleAt(measure, ends, measures, people);
  return { ...nothing, px, scale, metres: scale && px / scale.pxPerMetre };
}
