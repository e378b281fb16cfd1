// @ts-check
// The chosen curves of the people shown, as lines to draw.

/** @typedef {import("../types.d.ts").PersonLine} PersonLine */
/** @typedef {import("../types.d.ts").View} View */
/** @typedef {import("./moments.js").Moments} Moments */
/** @typedef {import("./people_on_film.js").Shown} Shown */

const COLORS = ["#0b8a94", "#d55e00", "#cc79a7", "#a68a00", "#0072b2", "#8a8f98"];
const DASHES = ["solid", "dash", "dot", "dashdot"];

/**
 * The lines of each curve begin with the largest person. Colours distinguish the curves; with several people, colours distinguish the people and dashes the curves.
 * @param {Moments} moments
 * @param {View} view
 * @param {Shown[]} people
 * @returns {Promise<PersonLine[]>}
 */
export async function linesOf(moments, view, people) {
  const { header, clock } = moments;
  const all = header.people.length;
  const ranked = [...people].sort((one, other) => one.rank - other.rank);
  const layers = view.layer === "both" ? ["raw", "smoothed"] : [view.layer];
  const chosen = view.curves.flatMap((name) => header.curves.filter((curve) => curve.name === name));
  const wanted = chosen.flatMap((curve, place) => layers.map((layer) => ({ curve, place, layer })));
  const lines = await Promise.all(
    wanted.map(async ({ curve: { name, title, unit, angle }, place, layer }) => {
      const [{ values, confidence }, errors] = await Promise.all([moments.curve(layer, name), moments.errors(layer, name)]);
      return ranked.map((person) => ({
        name,
        unit,
        angle,
        slot: person.slot,
        person: all > 1 ? person.name : null,
        title: all > 1 ? `${title}, ${person.name}` : title,
        times: clock.times,
        values: values.filter((_, at) => at % all === person.slot),
        confidence: confidence.filter((_, at) => at % all === person.slot),
        errors: errors && errors.filter((_, at) => at % all === person.slot),
        color: all > 1 ? person.color : COLORS[place % COLORS.length],
        dash: all > 1 ? DASHES[place % DASHES.length] : "solid",
        faint: layer !== layers[layers.length - 1],
      }));
    }),
  );
  return lines.flat();
}
