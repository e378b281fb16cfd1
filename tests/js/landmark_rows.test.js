// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { filtered, rowsOf, sorted, toCsv } from "../../pages/ui/js/shared/landmark_rows.js";

const NAMES = ["nose", "left knee", "right knee"];
const PARTS = { face: [0], legs: [1, 2] };
const ALL = { parts: [], least: 0, search: "" };

/**
 * @param {number} person
 * @param {string} name
 * @param {number[]} visibility
 */
const body = (person, name, visibility) => ({
  person,
  name,
  picture: (/** @type {number} */ k) => ({ x: 100 * (k + 1), y: 50, z: -20 }),
  world: (/** @type {number} */ k) => ({ x: k / 10, y: -0.5, z: 0.25 }),
  visibility: (/** @type {number} */ k) => visibility[k],
  presence: () => 1,
});
const rows = rowsOf([body(1, "Ada", [0.9, 0.2, NaN]), body(4, "", [0.5, 0.6, 0.7])], NAMES, 1000, 500);

test("one row per person and landmark, with coordinates as fractions of the frame", () => {
  assert.equal(rows.length, 6);
  const { index, ...row } = rows[1];
  assert.equal(index, 1);
  assert.deepEqual(row, {
    person: 1,
    name: "Ada",
    landmark: "left knee",
    x: 0.2,
    y: 0.1,
    z: -0.02,
    x_px: 200,
    y_px: 50,
    x_m: 0.1,
    y_m: -0.5,
    z_m: 0.25,
    visibility: 0.2,
    presence: 1,
  });
});

/** @type {[import("../../pages/ui/js/shared/landmark_rows.js").Filter, number[]][]} */
const FILTERS = [
  [ALL, [0.9, 0.2, NaN, 0.5, 0.6, 0.7]],
  [{ ...ALL, parts: ["legs"] }, [0.2, NaN, 0.6, 0.7]],
  [{ ...ALL, parts: ["legs", "face"], least: 0.5 }, [0.9, 0.5, 0.6, 0.7]],
  [{ ...ALL, search: " KNEE " }, [0.2, NaN, 0.6, 0.7]],
  [{ ...ALL, search: "ada" }, [0.9, 0.2, NaN]],
  [{ ...ALL, search: "elbow" }, []],
];
for (const [filter, visibility] of FILTERS) {
  test(`shown with ${JSON.stringify(filter)}`, () => {
    assert.deepEqual(filtered(rows, filter, PARTS).map((row) => row.visibility), visibility);
  });
}

test("rows sort by number or text, in either direction, with missing values last", () => {
  const by = (/** @type {string} */ name, falls = false) => sorted(rows, { name, falls });
  assert.deepEqual(by("visibility").map((row) => row.visibility), [0.2, 0.5, 0.6, 0.7, 0.9, NaN]);
  assert.deepEqual(by("visibility", true).map((row) => row.visibility), [0.9, 0.7, 0.6, 0.5, 0.2, NaN]);
  assert.deepEqual(by("landmark").map((row) => row.landmark).slice(0, 4), ["left knee", "left knee", "nose", "nose"]);
  assert.equal(sorted(rows, null), rows);
});

test("CSV has column names, empty cells for missing values, and quotes where needed", () => {
  const quoted = [{ ...rows[2], name: 'A "B", C', x_px: 1 / 3 }];
  assert.equal(toCsv(quoted, ["name", "landmark", "x_px", "visibility"]), 'name,landmark,x_px,visibility\n"A ""B"", C",right knee,0.3333333,\n');
});
