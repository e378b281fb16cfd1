// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { readLink, writeLink } from "../../pages/ui/js/player/link.js";

/** @type {import("../../pages/ui/js/types.d.ts").View} */
const VIEW = {
  layer: "both",
  space: "picture",
  overlay: true,
  labels: false,
  angles: true,
  threshold: 0.5,
  trail: -1,
  joints: "visibility",
  speed: 1,
  curves: ["left_knee.angle_3d", "nose.height"],
};

test("a written link can be read again and keeps other parts of the address", () => {
  const eye = { x: 1.25, y: -0.5, z: 0 };
  const link = writeLink(new URL("http://localhost/video?sample=clip&frame=3"), { frame: 123, view: VIEW, eye, file: null });
  assert.equal(link.searchParams.get("sample"), "clip");
  const { curves, layer, space } = VIEW;
  assert.deepEqual(readLink(link.searchParams), { frame: 123, curves, layer, space, eye });
});

test("an empty choice of curves is kept", () => {
  const link = writeLink(new URL("http://localhost/video"), { frame: 0, view: { ...VIEW, curves: [] }, eye: null, file: null });
  assert.deepEqual(readLink(link.searchParams).curves, []);
  assert.equal(readLink(link.searchParams).eye, null);
});

for (const address of ["", "frame=-1&eye=1~2", "frame=x&eye=1~2~NaN", "eye=1~2~3~4", "eye=1~2~1e9"]) {
  test(`an invalid address is ignored: "${address}"`, () => {
    const { frame, eye, curves } = readLink(new URLSearchParams(address));
    assert.deepEqual({ frame, eye, curves }, { frame: null, eye: null, curves: null });
  });
}

test("a link is limited to the curves that can be shown", () => {
  assert.equal(readLink(new URLSearchParams(`curves=${"a~".repeat(99)}`)).curves?.length, 6);
});

test("a link names the visitor's file that it needs, and no other", () => {
  const moment = { frame: 1, view: VIEW, eye: null };
  const link = writeLink(new URL("http://localhost/video"), { ...moment, file: "my walk & run.mp4" });
  assert.equal(new URL(link.href).searchParams.get("file"), "my walk & run.mp4");
  assert.equal(writeLink(link, { ...moment, file: null }).searchParams.get("file"), null);
});
