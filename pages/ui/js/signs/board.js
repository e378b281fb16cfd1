// @ts-check
// What a camera sees of a hand, several times per second: letters and signs go to the line of text.

import { sourceOf } from "../live/source.js";
import { find, write } from "../shared/dom.js";
import { addToLine } from "./text_line.js";

/** @typedef {import("../types.d.ts").SignAnswer} SignAnswer */
/** @typedef {import("../types.d.ts").Practice} Practice */
/** @typedef {{address: string | null, idle: string}} Data */
/** @typedef {import("../types.d.ts").Component<Data>["setTriggerValue"]} Trigger */

const EVERY_MS = 120;
const ANSWER_MS = 3000;
const SURE = [
  [0.85, "clear"],
  [0.6, "likely"],
  [0, "unsure"],
];

/**
 * What the board says of the letter or sign that is shown now.
 * @param {SignAnswer} answer
 */
export function stateText({ letter, score, state }) {
  if (state) return state;
  if (!letter) return "No letter";
  const sure = SURE.find(([least]) => score >= Number(least)) ?? ["", "unsure"];
  return `${letter.length > 1 ? `Gesture for ${letter}` : `Letter ${letter}`}: ${sure[1]}`;
}

/**
 * Verdict and score of a practice.
 * @param {Practice} practice
 */
export function practiceText({ asked, wrong, right, done, at_once: atOnce, skipped, mean_s: mean, missed }) {
  let verdict = right ? "Right!" : "";
  if (wrong) verdict = `That was read as ${wrong}. Try ${asked} again.`;
  if (!done) return { verdict, score: "Hold the letter shown until the ring is full." };
  const parts = [`${atOnce} of ${done} at the first try`];
  if (skipped) parts.push(`${skipped} skipped`);
  if (mean !== null) parts.push(`${mean.toFixed(1)} s per letter`);
  if (missed.length) parts.push(`to practise: ${missed.join(", ")}`);
  return { verdict, score: `${parts.join(", ")}.` };
}

class SignBoard {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Data} */
    this.data = { address: null, idle: "" };
    /** @type {Trigger} */
    this.trigger = () => {};
    /** Number of the last taken letter that is known; -1: none yet, and those before are not wanted. */
    this.since = -1;
    this.wish = "";
    this.over = 0;
    this.isOn = false; // there is a live picture
    /** Of the hands of letters. @type {Map<string, string>} */
    this.pictures = new Map();
    for (const wish of ["skip", "again", "record", "stop"]) {
      find(root, `[data-do="${wish}"]`).addEventListener("click", () => (this.wish = wish));
    }
    this.timer = setTimeout(() => this.tick());
  }

  /**
   * @param {Data} data
   * @param {Trigger} trigger
   */
  update(data, trigger) {
    const isNew = data.address !== this.data.address;
    this.data = data;
    this.trigger = trigger;
    if (isNew) this.since = -1;
    if (!data.address || !this.isOn) this.showIdle();
  }

  showIdle() {
    this.root.dataset.live = "";
    write(find(this.root, ".sb-state"), this.data.idle);
    for (const part of [".sb-letter", ".sb-gesture", ".sb-hint"]) write(find(this.root, part), "");
    this.showHeld(0);
    find(this.root, ".sb-reference").hidden = true;
    find(this.root, ".sb-practice").hidden = true;
    this.showLesson(undefined);
  }

  async tick() {
    if (!this.root.isConnected) return;
    const start = performance.now();
    const isOn = Boolean(this.data.address && sourceOf()?.stream);
    if (this.isOn && !isOn) this.showIdle();
    this.isOn = isOn;
    if (this.data.address && isOn && !document.hidden) await this.ask(this.data.address).catch(() => {}); // the page says why
    this.timer = setTimeout(() => this.tick(), Math.max(40, EVERY_MS - (performance.now() - start)));
  }

  /** @param {string} address */
  async ask(address) {
    const url = new URL(address, document.baseURI);
    const wish = this.wish;
    url.search = new URLSearchParams({ since: `${this.since}`, wish, has: [...this.pictures.keys()].join("") }).toString();
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    if (!response.ok) return;
    /** @type {SignAnswer} */
    const answer = await response.json();
    if (address !== this.data.address) return; // the camera was stopped meanwhile
    if (wish === this.wish) this.wish = "";
    this.show(answer);
  }

  /** @param {SignAnswer} answer */
  show(answer) {
    this.root.dataset.live = "yes";
    if (this.since >= 0 && answer.taken.length) addToLine(answer.taken);
    this.since = answer.number;
    const letter = find(this.root, ".sb-letter");
    write(letter, answer.letter);
    letter.classList.toggle("sb-long", answer.letter.length > 2);
    write(find(this.root, ".sb-state"), sourceOf()?.news || stateText(answer));
    write(find(this.root, ".sb-gesture"), answer.gesture ? `Gesture: ${answer.gesture}` : "");
    write(find(this.root, ".sb-hint"), answer.hint);
    this.showReference(answer);
    this.showHeld(answer.progress);
    this.showPractice(answer.practice);
    this.showLesson(answer.lesson);
    if (answer.over !== this.over) {
      this.over = answer.over;
      this.trigger("over", answer.over);
    }
  }

  /** @param {SignAnswer} answer */
  showReference({ letter, picture, practice }) {
    if (picture) this.pictures.set(letter, picture);
    const reference = /** @type {HTMLImageElement} */ (find(this.root, ".sb-reference"));
    const shown = this.pictures.get(letter);
    reference.hidden = practice !== null; // there, the hand of the letter that is asked is shown
    reference.style.visibility = shown ? "visible" : "hidden"; // what is beside it must not move
    if (shown && reference.src !== shown) reference.src = shown;
    reference.alt = shown ? `Hand of the letter ${letter}` : "";
  }

  /** @param {SignAnswer["lesson"]} lesson */
  showLesson(lesson) {
    find(this.root, ".sb-lesson").hidden = !lesson;
    const record = /** @type {HTMLButtonElement} */ (find(this.root, '[data-do="record"]'));
    record.disabled = lesson !== "ready";
    find(this.root, '[data-do="stop"]').hidden = lesson !== "recording";
  }

  /** @param {number} share */
  showHeld(share) {
    /** @type {SVGElement} */ (find(this.root, ".sb-held")).style.strokeDasharray = `${100 * share} 100`;
  }

  /** @param {Practice | null} practice */
  showPractice(practice) {
    find(this.root, ".sb-practice").hidden = !practice;
    if (!practice) return;
    const picture = /** @type {HTMLImageElement} */ (find(this.root, ".sb-picture"));
    if (picture.src !== practice.picture) picture.src = practice.picture;
    picture.alt = `Hand of the letter ${practice.asked}`;
    write(find(this.root, ".sb-asked"), `Show ${practice.asked}`);
    const { verdict, score } = practiceText(practice);
    write(find(this.root, ".sb-verdict"), verdict);
    write(find(this.root, ".sb-score"), score);
  }
}

/** @type {WeakMap<HTMLElement, SignBoard>} */
const boards = new WeakMap();

/** @param {import("../types.d.ts").Component<Data>} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = find(parentElement, ".sb");
  const board = boards.get(root) ?? new SignBoard(root);
  boards.set(root, board);
  board.update(data, setTriggerValue);
}
