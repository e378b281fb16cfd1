// @ts-check
// The landmarks of one frame as rows: filtered, sorted, and as CSV.

/** @typedef {import("../types.d.ts").Row} Row */

/**
 * @typedef {object} Body one person in one frame; missing numbers are NaN
 * @property {number} person
 * @property {string} name given to them; may be empty
 * @property {(landmark: number) => {x: number, y: number, z: number}} picture pixels
 * @property {(landmark: number) => {x: number, y: number, z: number}} world metres
 * @property {(landmark: number) => number} visibility
 * @property {(landmark: number) => number} presence
 */

/**
 * A row for each person and landmark, with the columns of posecore/tables.py.
 * @param {Body[]} bodies
 * @param {string[]} landmarks names
 * @param {number} width of the image
 * @param {number} height
 * @returns {Row[]}
 */
export function rowsOf(bodies, landmarks, width, height) {
  return bodies.flatMap(({ person, name, picture, world, visibility, presence }) =>
    landmarks.map((landmark, k) => {
      const [px, m] = [picture(k), world(k)];
      return {
        index: k,
        person,
        name,
        landmark,
        x: px.x / width,
        y: px.y / height,
        z: px.z / width,
        x_px: px.x,
        y_px: px.y,
        x_m: m.x,
        y_m: m.y,
        z_m: m.z,
        visibility: visibility(k),
        presence: presence(k),
      };
    }),
  );
}

/**
 * @typedef {object} Hand in one frame; missing numbers are NaN
 * @property {number} person
 * @property {string} name given to them; may be empty
 * @property {string} hand left or right
 * @property {number} score
 * @property {Body["picture"]} picture pixels
 * @property {Body["world"]} world metres
 */

/**
 * A row for each hand and landmark, with the columns of hands in posecore/tables.py.
 * @param {Hand[]} hands
 * @param {string[]} landmarks names
 * @param {number} width of the image
 * @param {number} height
 * @returns {Row[]}
 */
export function rowsOfHands(hands, landmarks, width, height) {
  return hands.flatMap(({ person, name, hand, score, picture, world }) =>
    rowsOf([{ person, name, picture, world, visibility: () => NaN, presence: () => NaN }], landmarks, width, height).map(
      (row) => ({ ...row, hand, score }),
    ),
  );
}

/**
 * @typedef {object} Filter
 * @property {string[]} parts of the body; empty: all
 * @property {number} least visibility or score
 * @property {string} search in names
 */

/**
 * @param {Row[]} rows
 * @param {Filter} filter
 * @param {Record<string, number[]>} members landmarks of each part
 * @param {string} of column of the least value
 */
export function filtered(rows, { parts, least, search }, members, of = "visibility") {
  const wanted = new Set(parts.flatMap((part) => members[part]));
  const words = search.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (!parts.length || wanted.has(Number(row.index))) &&
      !(Number(row[of]) < least) &&
      (least === 0 || !Number.isNaN(row[of])) &&
      (!words || `${row.landmark} ${row.name}`.toLowerCase().includes(words)),
  );
}

/**
 * Sort rows; missing values come last in either direction.
 * @param {Row[]} rows
 * @param {{name: string, falls: boolean} | null} by column
 */
export function sorted(rows, by) {
  if (!by) return rows;
  const { name, falls } = by;
  const isMissing = (/** @type {string | number} */ value) => Number.isNaN(value);
  return [...rows].sort((one, other) => {
    const [a, b] = [one[name], other[name]];
    if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b));
    const order = typeof a === "string" ? a.localeCompare(`${b}`) : a - Number(b);
    return falls ? -order : order;
  });
}

/**
 * @param {Row[]} rows
 * @param {string[]} names of the columns
 */
export function toCsv(rows, names) {
  const cell = (/** @type {string | number} */ value) => {
    if (typeof value === "number") return Number.isNaN(value) ? "" : `${Number(value.toPrecision(7))}`;
    return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  };
  return [names, ...rows.map((row) => names.map((name) => cell(row[name])))].map((line) => `${line.join(",")}\n`).join("");
}
