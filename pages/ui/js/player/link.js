// @ts-check
// A moment and its view in the page's address.

/** @typedef {import("../types.d.ts").Vector} Vector */
/** @typedef {import("../types.d.ts").View} View */

export const MOST_CURVES = 6;
const FARTHEST = 20;

/**
 * What an address asks for. Anyone can write one, so nothing in it is trusted.
 * @param {URLSearchParams} asked
 */
export function readLink(asked) {
  const frame = Number.parseInt(asked.get("frame") ?? "", 10);
  const [x, y, z, ...more] = (asked.get("eye") ?? "").split("~").map(Number.parseFloat);
  const isEye = !more.length && [x, y, z].every((value) => Math.abs(value) < FARTHEST);
  return {
    frame: frame >= 0 ? frame : null,
    curves: asked.has("curves") ? (asked.get("curves") ?? "").split("~").filter(Boolean).slice(0, MOST_CURVES) : null,
    layer: asked.get("layer"),
    space: asked.get("space"),
    eye: isEye ? { x, y, z } : null,
  };
}

/**
 * The address of a moment. Without the visitor's file it shows nothing elsewhere, so it names the file it needs.
 * @param {URL} address of the page
 * @param {{frame: number, view: View, eye: Vector | null, file: string | null}} moment
 */
export function writeLink(address, { frame, view, eye, file }) {
  const link = new URL(address);
  if (file) link.searchParams.set("file", file);
  else link.searchParams.delete("file");
  link.searchParams.set("frame", `${frame}`);
  link.searchParams.set("curves", view.curves.join("~"));
  link.searchParams.set("layer", view.layer);
  link.searchParams.set("space", view.space);
  if (eye) link.searchParams.set("eye", [eye.x, eye.y, eye.z].map((value) => value.toFixed(2)).join("~"));
  return link;
}
