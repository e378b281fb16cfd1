// @ts-check
// The 3D figure of one moment, as posecore/view/plots.py makes it. The camera stays where the viewer put it.

import { find } from "./dom.js";
import { valuesOf } from "./figure_values.js";
import { Skeleton3d } from "./skeleton3d.js";

/** @typedef {{key: string, figure: string, label: string}} Data key: of the axes; figure: Plotly's JSON */

class Solid {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.key = "";
    this.view = new Skeleton3d(element, { onDrawn: () => {}, isHurried: () => false }, { isStill: true });
  }

  /** @param {Data} data */
  async show({ key, figure, label }) {
    this.element.setAttribute("role", "figure");
    this.element.setAttribute("aria-label", label);
    if (key !== this.key) this.view.isTurned = false;
    this.key = key;
    const { data, layout } = JSON.parse(figure);
    const scale = Boolean(layout.coloraxis?.showscale);
    const stage = JSON.stringify({ data: data.map(plain), layout });
    await this.view.begin(stage, null, () => ({ frame: 0, traces: new Map(), scale }));
  }
}

/**
 * A trace with its numbers as lists.
 * @param {any} trace
 */
function plain(trace) {
  const read = (/** @type {any} */ given) => (given?.bdata ? Array.from(valuesOf(given), (value) => (Number.isNaN(value) ? null : value)) : given);
  const { marker, line } = trace;
  const axes = Object.fromEntries(["x", "y", "z", "customdata"].map((name) => [name, read(trace[name])]));
  return {
    ...trace,
    ...axes,
    ...(marker ? { marker: { ...marker, size: read(marker.size), color: read(marker.color) } } : {}),
    ...(line ? { line: { ...line, color: read(line.color) } } : {}),
  };
}

/** @type {WeakMap<HTMLElement, Solid>} */
const solids = new WeakMap();

/** @param {import("../types.d.ts").Component<Data>} component */
export default function ({ data, parentElement }) {
  const element = find(parentElement, ".posecore-solid");
  const solid = solids.get(element) ?? new Solid(element);
  solids.set(element, solid);
  solid.show(data);
  return () => {
    if (element.isConnected) return;
    solids.delete(element);
    solid.view.end();
  };
}
