// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { colorOf, valuesOf } from "../../pages/ui/js/shared/figure_values.js";

test("numbers in each form that Plotly writes them in", () => {
  assert.deepEqual(Array.from(valuesOf({ dtype: "f8", bdata: "AAAAAAAA8L8AAAAAAADwvwAAAAAAAPh/" })), [-1, -1, NaN]);
  assert.deepEqual(Array.from(valuesOf({ dtype: "u1", bdata: "AQID" })), [1, 2, 3]);
  assert.deepEqual(Array.from(valuesOf([1, null, 2])), [1, null, 2]);
  assert.deepEqual(Array.from(valuesOf(7)), [7]);
  assert.deepEqual(Array.from(valuesOf(undefined)), []);
});

test("the colour of a point: by name, from a list, on a scale of its own, on the scale of the figure", () => {
  const scale = { colorscale: [[0, "#000000"], [0.5, "rgb(100, 0, 0)"], [1, "#ffffff"]], cmin: 0, cmax: 2 };
  assert.equal(colorOf({ color: "red" }, 3, {}), "red");
  assert.equal(colorOf({ color: ["red", "blue"] }, 1, {}), "blue");
  assert.equal(colorOf({ color: [0, 1, 2], ...scale }, 1, {}), "rgb(100, 0, 0)");
  assert.equal(colorOf({ color: [0.5], ...scale }, 0, {}), "rgb(50, 0, 0)");
  assert.equal(colorOf({ color: [9], coloraxis: "coloraxis" }, 0, { coloraxis: scale }), "rgb(255, 255, 255)");
});
