// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { arrayMember, crc32, zipOf } from "../../pages/ui/js/device/archive.js";
import { nameOf } from "../../pages/ui/js/device/recording.js";
import { rateOf } from "../../pages/ui/js/device/saved_result.js";

test("the check sum is the one of zip files", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926); // the usual test value
  assert.equal(crc32(new Uint8Array()), 0);
});

test("an array begins on a multiple of 64 bytes, as NumPy writes it", () => {
  const { name, bytes } = arrayMember("times_s", "<f8", [3], new Float64Array([0, 0.5, 1]));
  assert.equal(name, "times_s.npy");
  assert.equal(bytes.length, 128 + 24);
  assert.deepEqual([...bytes.subarray(0, 10)], [0x93, ...Buffer.from("NUMPY"), 1, 0, 118, 0]);
  assert.match(new TextDecoder().decode(bytes.subarray(10, 128)), /^\{'descr': '<f8', .* 'shape': \(3,\), \} +\n$/);
});

test("an empty zip is its end alone", async () => {
  assert.equal(zipOf([]).size, 22);
});

test("a file's name has no letters that a system forbids, and sorts by time", () => {
  assert.equal(nameOf(new Date(2026, 2, 4, 5, 6, 7)), "recording 2026-03-04 05.06.07");
});

test("a rate is that of the usual step", () => {
  assert.equal(rateOf(Float64Array.of(0, 0.04, 0.08, 0.12, 5)), 25);
  assert.equal(rateOf(Float64Array.of(0)), 30);
});
