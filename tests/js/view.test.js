// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { readLink } from "../../pages/ui/js/player/link.js";
import { firstView, layersOf, nextLayer } from "../../pages/ui/js/player/view.js";

const NOTHING = readLink(new URLSearchParams());

/** @param {string[]} layers */
function clip(...layers) {
  const header = { layers: Object.fromEntries(layers.map((name) => [name, { landmarks_at: 0, curves_at: 0 }])) };
  const defaults = { index: 0, curves: ["left_knee.angle_3d"], space: "world" };
  return /** @type {import("../../pages/ui/js/types.d.ts").PlayerData} */ (/** @type {unknown} */ ({ header, people: [{ id: 1 }], defaults }));
}

test("both layers can be shown together if there are two", () => {
  assert.deepEqual(layersOf(clip("smoothed", "raw")), ["smoothed", "raw", "both"]);
  assert.deepEqual(layersOf(clip("raw")), ["raw"]);
});

test("a filter that is chosen is shown, and what was chosen of two stays", () => {
  const both = clip("smoothed", "raw");
  assert.equal(nextLayer(both, "raw", { raw: {} }), "smoothed");
  assert.equal(nextLayer(both, "raw", { smoothed: {}, raw: {} }), "raw");
  assert.equal(nextLayer(both, "raw"), "raw");
  assert.equal(nextLayer(clip("raw"), "both", { smoothed: {}, raw: {} }), "raw");
});

test("without a link, a video starts with the server's defaults", () => {
  const { layer, space, curves, threshold } = firstView(clip("smoothed", "raw"), NOTHING, null);
  assert.deepEqual({ layer, space, curves, threshold }, { layer: "smoothed", space: "world", curves: ["left_knee.angle_3d"], threshold: 0.5 });
});

test("a link sets what is shown, as far as the video has it", () => {
  const link = readLink(new URLSearchParams("layer=both&space=picture&curves=a~b"));
  const { layer, space, curves } = firstView(clip("smoothed", "raw"), link, null);
  assert.deepEqual({ layer, space, curves }, { layer: "both", space: "picture", curves: ["a", "b"] });
  assert.equal(firstView(clip("raw"), link, null).layer, "raw");
  assert.equal(firstView(clip("raw"), { ...link, space: "moon" }, null).space, "world");
});

test("hands without bodies are only in the image, where there are no metres to be on a wrist in", () => {
  const data = clip("raw");
  const hands = { ...data, people: [], defaults: { ...data.defaults, space: /** @type {const} */ ("picture") } };
  assert.equal(firstView(hands, readLink(new URLSearchParams("space=world")), null).space, "picture");
});

test("several people are told apart by colour, one by how visible the joints are", () => {
  const data = clip("raw");
  const two = { ...data, people: [...data.people, ...data.people] };
  const [alone, group] = [firstView(data, NOTHING, null), firstView(two, NOTHING, null)];
  assert.deepEqual([alone.joints, group.joints, firstView(two, NOTHING, alone).joints], ["visibility", "person", "person"]);
  assert.equal(firstView(data, NOTHING, group).joints, "visibility");
  assert.equal(firstView(data, NOTHING, { ...alone, joints: "side" }).joints, "side");
});

test("display options carry over to the next video, chosen content does not", () => {
  const before = { ...firstView(clip("raw"), NOTHING, null), threshold: 0.2, speed: 0.25, trail: 15, curves: [] };
  const { threshold, speed, trail, curves } = firstView(clip("raw"), NOTHING, before);
  assert.deepEqual({ threshold, speed, trail, curves }, { threshold: 0.2, speed: 0.25, trail: -1, curves: ["left_knee.angle_3d"] });
});
