// @ts-check
// The text of a line and what happens to it, without the page.

/** What the server reports for a hand that deletes; letters and the space stand for themselves. */
export const DELETE = "\b";
const MOST = 10_000;

/**
 * Where the word before a place in a text begins and ends.
 * @param {string} text
 * @param {number} place
 */
export function wordAt(text, place) {
  const before = text.slice(0, place);
  const start = before.search(/\S*$/);
  return { start, end: place + text.slice(place).search(/\s|$/), word: before.slice(start) };
}

/**
 * A text with the word at a place replaced, with one space after it; and the place behind that.
 * @param {string} text
 * @param {number} place
 * @param {string} word
 */
export function withWord(text, place, word) {
  const { start, end } = wordAt(text, place);
  const after = text.slice(end).replace(/^ /, "");
  return { text: `${text.slice(0, start)}${word} ${after}`.slice(0, MOST), place: start + word.length + 1 };
}

/**
 * A text with a letter, space or deletion at its end.
 * @param {string} text
 * @param {string} what
 */
export function withTaken(text, what) {
  if (what === DELETE) return text.slice(0, -1);
  if (what === " " && (text === "" || text.endsWith(" "))) return text;
  return `${text}${what}`.slice(0, MOST);
}

/**
 * The last finished word of a text that has just got a space; "" if there is none.
 * @param {string} text
 */
export function finishedWord(text) {
  return /(\S+)\s$/.exec(text)?.[1] ?? "";
}

/** Texts that can be brought back, one step at a time; keys typed in a row are one step. */
export class Undo {
  constructor() {
    /** @type {string[]} */
    this.before = [];
    this.typing = false;
  }

  /**
   * @param {string} text before a change
   * @param {boolean} typed
   */
  keep(text, typed) {
    if (typed && this.typing) return;
    this.typing = typed;
    this.before.push(text);
    if (this.before.length > 100) this.before.shift();
  }

  /** @returns {string | undefined} */
  back() {
    this.typing = false;
    return this.before.pop();
  }
}
