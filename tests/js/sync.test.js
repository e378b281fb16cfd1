// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Sync, offsetInWords, onFirst } from "../../pages/ui/js/compare/sync.js";

const ALIGNED = { from: [0, 1, 2], to: [5, 7, 9] };

test("the second follows as aligned until a moment of each is chosen", () => {
  const sync = new Sync(ALIGNED, "aligned", 0);
  assert.equal(sync.inSecond(0.5), 6);
  sync.sameMoment(1, 4);
  assert.deepEqual([sync.by, sync.offset, sync.inSecond(0.5), sync.slope(0.5)], ["moment", 3, 3.5, 1]);
  sync.by = "aligned";
  assert.equal(sync.inSecond(0.5), 6);
});

test("what could not be aligned begins by a moment", () => {
  assert.equal(new Sync(null, "aligned", 2).inSecond(1), 3);
});

test("the second's curve lies under the first's cursor, with gaps where it has no such moment", () => {
  const sync = new Sync(null, "moment", 1);
  const values = onFirst([-3, 0, 1, 2, 5], sync, { times: [0, 1, 2, 3], values: [10, 11, 12, 13] });
  assert.deepEqual([...values], [NaN, 11, 12, 13, NaN]);
});

test("an aligned curve ends with the alignment", () => {
  const sync = new Sync(ALIGNED, "aligned", 0);
  assert.deepEqual([...onFirst([-1, 1, 3], sync, { times: [0, 7, 20], values: [1, 2, 3] })], [NaN, 2, NaN]);
});

test("an offset is said in seconds", () => {
  assert.equal(offsetInWords(0.001), "no offset");
  assert.equal(offsetInWords(1.234), "second 1.23 s later in its video");
  assert.equal(offsetInWords(-0.5), "second 0.50 s earlier in its video");
});
