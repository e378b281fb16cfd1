// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { AngleSeries } from "../../pages/ui/js/live/angle_series.js";
import { noCameraText, reasonOf } from "../../pages/ui/js/live/no_camera.js";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0";

test("a camera that does not start has its reason", () => {
  const reasons = {
    NotAllowedError: "refused",
    NotFoundError: "absent",
    NotReadableError: "busy",
    TypeError: "unknown",
  };
  for (const [name, reason] of Object.entries(reasons)) assert.equal(reasonOf({ name, message: "" }), reason);
  assert.equal(reasonOf({ name: "NotAllowedError", message: "Permission denied by system" }), "by_system");
});

test("what to do about a blocked camera depends on the browser", () => {
  assert.match(noCameraText("refused", FIREFOX), /^Camera access was blocked\. Click the crossed-out camera/);
  assert.match(noCameraText("refused", EDGE), /the lock left of the address/);
  assert.match(noCameraText("refused", "Lynx"), /in the settings of your browser\. Then press Start again\.$/);
});

test("an angle is kept for each person for half a minute", () => {
  const series = new AngleSeries("left_knee");
  const person = (/** @type {number} */ id, /** @type {(number | null)[]} */ left_knee) => ({ id, color: `c${id}`, values: { left_knee } });
  series.add([0, 1], [person(1, [170, 160])]);
  series.add([2], [person(1, [150]), person(2, [90])]);
  assert.deepEqual(series.lines.get(2)?.values, [null, null, 90]);
  assert.deepEqual(series.newest([2, 1]).map(({ value }) => value), [90, 150]);
  series.add([20], [person(2, [95])]);
  assert.deepEqual(series.lines.get(1)?.values, [170, 160, 150, null], "who left stays drawn");
  series.add([31.5], [person(2, [null])]);
  assert.deepEqual(series.times, [2, 20, 31.5]);
  series.add([51], [person(2, [80])]);
  assert.deepEqual([...series.lines.keys()], [2], "until the half minute is over");
});
