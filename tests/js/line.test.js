// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { DELETE, Undo, finishedWord, withTaken, withWord, wordAt } from "../../pages/ui/js/signs/line.js";

test("the word at the caret ends at the caret's side, and with the word in the text", () => {
  assert.deepEqual(wordAt("HELLO WORL", 10), { start: 6, end: 10, word: "WORL" });
  assert.deepEqual(wordAt("HELO YOU", 3), { start: 0, end: 4, word: "HEL" });
  assert.deepEqual(wordAt("HELLO ", 6), { start: 6, end: 6, word: "" });
  assert.deepEqual(wordAt("", 0), { start: 0, end: 0, word: "" });
});

test("a suggested word takes the place of the word at the caret, with one space after it", () => {
  assert.deepEqual(withWord("HELLO WORL", 10, "WORLD"), { text: "HELLO WORLD ", place: 12 });
  assert.deepEqual(withWord("HELO YOU", 4, "HELLO"), { text: "HELLO YOU", place: 6 });
});

test("letters, spaces and deletions go to the end of the line", () => {
  const text = ["H", "I", " ", " ", "Y", "X", DELETE, "OU"].reduce(withTaken, "");
  assert.equal(text, "HI YOU");
  assert.equal(withTaken("", " "), "");
  assert.equal(withTaken("", DELETE), "");
  assert.equal(withTaken("A".repeat(10_000), "B").length, 10_000);
});

test("a word is finished by the space after it", () => {
  assert.equal(finishedWord("HELLO YOU "), "YOU");
  assert.equal(finishedWord("HELLO YOU"), "");
  assert.equal(finishedWord(""), "");
});

test("keys typed in a row are brought back in one step", () => {
  const undo = new Undo();
  undo.keep("", true);
  undo.keep("H", true);
  undo.keep("HI", false);
  assert.equal(undo.back(), "HI");
  assert.equal(undo.back(), "");
  assert.equal(undo.back(), undefined);
});
