// @ts-check
// A line of text that is spelled and typed: edited, spoken, remembered and saved.

import { find, make, write } from "../shared/dom.js";
import { save } from "../shared/saving.js";
import { canSpeak, say } from "../shared/voice.js";
import { Undo, finishedWord, withTaken, withWord, wordAt } from "./line.js";

/** @typedef {import("../types.d.ts").LineData} LineData */
/** @typedef {import("../types.d.ts").Component<LineData>["setTriggerValue"]} Trigger */

const SUGGEST_AFTER_MS = 250;
const MOST_REMEMBERED = 30;
const NO_VOICES = "This browser has no voices, so nothing can be spoken. They come with the system's language settings.";
const NOT_REACHED = "The server did not answer. Try again.";

/** What the visitor chose about the voice, for all lines of the visit. */
const voice = { name: "", lang: "", rate: 1, eachWord: false };

/** Lines of this visit that were spoken or cleared, the newest first. @type {string[]} */
const history = [];

/** @param {string} text */
function remember(text) {
  const line = text.trim();
  if (!line || history[0] === line) return;
  history.unshift(line);
  history.length = Math.min(history.length, MOST_REMEMBERED);
}

class Line {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.field = /** @type {HTMLTextAreaElement} */ (find(root, ".tl-text"));
    /** @type {LineData} */
    this.data = { key: "", text: "", stem: "text", help: null, timed: false };
    /** @type {Trigger} */
    this.trigger = () => {};
    this.undo = new Undo();
    this.text = "";
    this.waiting = 0;
    this.field.addEventListener("input", () => this.change(this.field.value, { typed: true }));
    this.field.addEventListener("keydown", (event) => this.onKey(event));
    for (const name of /** @type {const} */ (["keyup", "click"])) {
      this.field.addEventListener(name, () => this.suggestSoon());
    }
    const actions = {
      space: () => this.take(" "),
      delete: () => this.change(this.text.slice(0, -1)),
      clear: () => this.clear(),
      undo: () => this.goBack(),
      copy: () => this.copy(),
      speak: () => this.speak(),
      txt: () => save(`${this.text.trim()}\n`, "text/plain", `${this.data.stem}.txt`),
      srt: () => this.fetchFile("srt", "application/x-subrip"),
      vtt: () => this.fetchFile("vtt", "text/vtt"),
      film: () => this.trigger("film", this.text),
    };
    for (const [name, act] of Object.entries(actions)) this.button(name).addEventListener("click", act);
    this.listenToChoices();
    this.showHistory();
    this.field.disabled = false; // what was typed before would be lost
  }

  /** @param {string} what @returns {HTMLButtonElement} */
  button(what) {
    return find(this.root, `[data-do="${what}"]`);
  }

  /** @param {LineData} data */
  show(data) {
    const isNew = data.key !== this.data.key;
    this.data = data;
    for (const name of ["srt", "vtt", "film"]) this.button(name).hidden = !data.timed;
    if (!isNew) return;
    remember(this.text);
    this.showHistory();
    this.undo = new Undo();
    this.write(texts.get(data.key) ?? data.text);
  }

  /**
   * @param {string} text
   * @param {{typed?: boolean, place?: number}} [how]
   */
  change(text, { typed = false, place = text.length } = {}) {
    if (text === this.text) return;
    this.undo.keep(this.text, typed);
    this.write(text, typed ? null : place);
  }

  /**
   * @param {string} text
   * @param {number | null} place of the caret; null: as it is
   */
  write(text, place = text.length) {
    this.text = text;
    texts.set(this.data.key, text);
    if (this.field.value !== text) this.field.value = text;
    if (place !== null) this.field.setSelectionRange(place, place);
    this.field.scrollTop = this.field.scrollHeight;
    for (const name of ["delete", "clear", "copy", "speak", "txt", "srt", "vtt", "film"]) {
      this.button(name).disabled = !text.trim() && name !== "delete";
    }
    this.button("delete").disabled = !text;
    this.button("undo").disabled = !this.undo.before.length;
    this.suggestSoon();
  }

  /** @param {string} what a letter, a word, a space or a deletion */
  take(what) {
    this.change(withTaken(this.text, what));
    const word = what === " " ? finishedWord(this.text) : "";
    if (word && voice.eachWord) this.sayAloud(word, { waits: true });
  }

  goBack() {
    const text = this.undo.back();
    if (text !== undefined) this.write(text);
  }

  clear() {
    remember(this.text);
    this.showHistory();
    this.change("");
    this.tell("Cleared. Undo brings it back.");
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
      event.preventDefault();
      this.goBack();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.speak();
    }
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.text.trim());
      this.tell("Copied.");
    } catch {
      this.field.select(); // where the page may not write to the clipboard, such as without HTTPS
      this.tell("Copying is not allowed here. The text is selected: press Ctrl+C.");
    }
  }

  speak() {
    const line = this.text.trim();
    if (!line) return;
    remember(line);
    this.showHistory();
    this.sayAloud(line);
  }

  /**
   * @param {string} words
   * @param {{waits?: boolean}} [how]
   */
  sayAloud(words, { waits = false } = {}) {
    if (!voices().length) {
      this.tell(NO_VOICES);
      return;
    }
    const chosen = voices().find(({ name }) => name === voice.name) ?? null;
    // Capital letters are often read one by one.
    say(words.toLowerCase(), { voice: chosen, lang: voice.lang || "en", rate: voice.rate, waits });
    this.tell(`Spoken: ${words}`);
  }

  /** @param {string} words for screen readers, and for those who cannot hear */
  tell(words) {
    write(find(this.root, ".tl-said"), words);
  }

  /**
   * @param {string} kind
   * @param {string} type
   */
  async fetchFile(kind, type) {
    const answer = await this.ask({ file: kind, text: this.text });
    if (answer) save(await answer.text(), type, `${this.data.stem}.${kind}`);
    else this.tell(NOT_REACHED);
  }

  /** @param {Record<string, string>} body */
  async ask(body) {
    if (this.data.help === null) return null;
    try {
      const url = new URL(this.data.help, document.baseURI);
      const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
      return answer.ok ? answer : null;
    } catch {
      return null;
    }
  }

  suggestSoon() {
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => this.suggest(), SUGGEST_AFTER_MS);
  }

  async suggest() {
    const { word } = wordAt(this.text, this.field.selectionStart);
    const answer = word ? await this.ask({ suggest: word }) : null;
    const found = /** @type {string[]} */ (answer ? await answer.json() : []);
    const words = word === word.toUpperCase() ? found : found.map((one) => one.toLowerCase());
    if (wordAt(this.text, this.field.selectionStart).word !== word) return; // typed on meanwhile
    const buttons = words.map((one) => {
      const button = make("button", { type: "button" }, one);
      button.addEventListener("click", () => this.complete(one));
      return button;
    });
    const row = find(this.root, ".tl-suggested");
    row.replaceChildren(...buttons);
    row.dataset.empty = `${!buttons.length}`;
  }

  /** @param {string} word */
  complete(word) {
    const { text, place } = withWord(this.text, this.field.selectionStart, word);
    this.change(text, { place });
    this.field.focus();
    if (voice.eachWord) this.sayAloud(word, { waits: true });
  }

  listenToChoices() {
    const each = /** @type {HTMLInputElement} */ (find(this.root, ".tl-each"));
    const rate = /** @type {HTMLInputElement} */ (find(this.root, ".tl-rate"));
    const lang = /** @type {HTMLSelectElement} */ (find(this.root, ".tl-lang"));
    const name = /** @type {HTMLSelectElement} */ (find(this.root, ".tl-name"));
    [each.checked, rate.value] = [voice.eachWord, `${voice.rate}`];
    each.addEventListener("change", () => {
      voice.eachWord = each.checked;
      if (each.checked) this.sayAloud("Voice on"); // browsers speak later only if they did so after a click
      else if (canSpeak()) window.speechSynthesis.cancel();
    });
    const showRate = () => write(find(this.root, ".tl-rate-shown"), `${voice.rate.toFixed(1)} ×`);
    showRate();
    rate.addEventListener("input", () => {
      voice.rate = Number(rate.value);
      showRate();
    });
    lang.addEventListener("change", () => {
      [voice.lang, voice.name] = [lang.value, ""];
      this.showVoices();
    });
    name.addEventListener("change", () => (voice.name = name.value));
    this.showVoices();
    // Many browsers know their voices only some time after the page is there.
    if (canSpeak()) window.speechSynthesis.addEventListener?.("voiceschanged", () => this.showVoices());
  }

  showVoices() {
    const all = voices();
    find(this.root, ".tl-no-voices").hidden = all.length > 0;
    find(this.root, ".tl-choices").hidden = all.length === 0;
    const languages = [...new Set(all.map(({ lang }) => lang.split(/[-_]/)[0]))].sort();
    if (!voice.lang) voice.lang = languages.includes("en") ? "en" : (languages[0] ?? "");
    fill(find(this.root, ".tl-lang"), languages.map((code) => [code, languageName(code)]), voice.lang);
    const fitting = all.filter(({ lang }) => lang.split(/[-_]/)[0] === voice.lang);
    voice.name ||= (fitting.find((one) => one.default) ?? fitting[0])?.name ?? "";
    fill(find(this.root, ".tl-name"), fitting.map(({ name }) => [name, name]), voice.name);
  }

  showHistory() {
    const items = history.map((line) => {
      const button = make("button", { type: "button", title: "Put this line back" }, line);
      button.addEventListener("click", () => this.change(line));
      return make("li", {}, button);
    });
    find(this.root, ".tl-history ol").replaceChildren(...items);
    find(this.root, ".tl-history").hidden = !items.length;
  }
}

/** @returns {SpeechSynthesisVoice[]} */
function voices() {
  return canSpeak() ? window.speechSynthesis.getVoices() : [];
}

/** @param {string} code */
function languageName(code) {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/**
 * @param {HTMLElement} select
 * @param {string[][]} choices values and labels
 * @param {string} chosen
 */
function fill(select, choices, chosen) {
  select.replaceChildren(...choices.map(([value, text]) => make("option", { value, selected: value === chosen }, text)));
}

/** The texts as they were left, by the key of their line, for the visit. @type {Map<string, string>} */
const texts = new Map();
/** @type {Map<HTMLElement, Line>} */
const lines = new Map();

/**
 * Add what was spelled to the line on the page, if there is one.
 * @param {string[]} taken letters, words, spaces and deletions
 */
export function addToLine(taken) {
  for (const [root, line] of lines) {
    if (!root.isConnected) lines.delete(root);
    else for (const what of taken) line.take(what);
  }
}

/** @param {import("../types.d.ts").Component<LineData>} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = find(parentElement, ".tl");
  const line = lines.get(root) ?? new Line(root);
  lines.set(root, line);
  line.trigger = setTriggerValue;
  line.show(data);
}
