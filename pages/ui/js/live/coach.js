// @ts-check
// The live coach: a count that can be read from afar, the current cue, a voice, and the result as files.

import { find, make, write } from "../shared/dom.js";
import { save } from "../shared/saving.js";
import { canSpeak, say } from "../shared/voice.js";

/** @typedef {import("../types.d.ts").Coaching} Coaching */
/** @typedef {import("../types.d.ts").CoachResult} CoachResult */
/** @typedef {"begin" | "end" | "again" | "result"} Wish */

const TEMPO = ["down", "hold", "up"];
const SAID_EVERY_S = 10;

/**
 * What the board shows.
 * @param {Coaching} coaching
 * @returns {{number: string, unit: string, title: string, cue: string}}
 */
export function boardText({ exercise, held, phase, count, target, set, sets, cue, seconds, total, finished }) {
  const unit = held ? " s" : "";
  const title = `${exercise} · set ${set} of ${sets}`;
  if (seconds !== null) return { number: `${seconds}`, unit: "s", title, cue };
  if (phase !== "done") return { number: `${count}`, unit: `of ${target}${unit}`, title, cue };
  return { number: `${total}`, unit: held ? "s in all" : "in all", title: `${exercise} · ${finished} of ${sets} sets finished`, cue };
}

/**
 * That the device counts by itself; empty if the server does.
 * @param {Coaching} coaching
 */
export function ownText({ own, phase }) {
  if (!own) return "";
  if (own === "alone") return "Counted on this device only: the server has forgotten this session.";
  return `Counted on this device. ${phase === "done" ? "The result comes" : "Form cues come back"} with the connection.`;
}

/**
 * What changed, for the ears; empty if nothing that is worth saying did.
 * @param {Coaching | null} before
 * @param {Coaching} now
 * @returns {string}
 */
export function spoken(before, now) {
  if (before === null) return now.cue;
  /** @type {string[]} */
  const words = [];
  if (now.phase === "work" && isWorthSaying(before, now)) words.push(saidCount(now));
  if (now.phase === "rest" && before.phase === "work") return `${saidCount(now)}. Set done. Rest ${now.seconds} seconds`;
  if (now.phase === "done" && before.phase !== "done") return now.cue;
  if (now.phase === "countdown" || (now.phase === "rest" && (now.seconds ?? 9) <= 3)) {
    if (now.phase !== before.phase && now.phase === "countdown") words.push(now.cue);
    else if (now.seconds !== before.seconds && now.seconds) words.push(`${now.seconds}`);
  } else if (now.phase !== "rest" && now.cue && now.cue !== before.cue) words.push(now.cue);
  return words.join(". ");
}

/**
 * Whether the count is to be said: every repetition, and every ten seconds of what is held.
 * @param {Coaching} before
 * @param {Coaching} now
 */
function isWorthSaying(before, now) {
  if (!now.held) return now.count > 0 && now.count !== before.count;
  return Math.floor(now.count / SAID_EVERY_S) > Math.floor(before.count / SAID_EVERY_S);
}

/** @param {Coaching} now */
function saidCount({ held, count }) {
  return held ? `${count} seconds` : `${count}`;
}

/**
 * One row for each repetition, or for each time that a position was held.
 * @param {CoachResult} result
 */
export function resultCsv({ exercise, sets }) {
  return table(sets.some(({ held }) => held) ? heldRows(exercise, sets) : repetitionRows(exercise, sets));
}

/**
 * @param {string} exercise
 * @param {CoachResult["sets"]} sets
 */
function heldRows(exercise, sets) {
  const rows = sets.flatMap(({ set, held = [] }) =>
    held.map((one, place) => [exercise, set, place + 1, one.start_s, one.end_s, one.held_s]),
  );
  return [["exercise", "set", "hold", "start_s", "end_s", "held_s"], ...rows];
}

/**
 * @param {string} exercise
 * @param {CoachResult["sets"]} sets
 */
function repetitionRows(exercise, sets) {
  const head = ["exercise", "set", "repetition", "start_s", "end_s", "side", ...TEMPO.map((phase) => `${phase}_s`)];
  const rows = sets.flatMap(({ set, repetitions = [] }) =>
    repetitions.map((one, place) => {
      const tempo = TEMPO.map((phase) => one.tempo_s[phase]);
      return [exercise, set, place + 1, one.start_s, one.end_s, one.side, ...tempo];
    }),
  );
  return [head, ...rows];
}

/** @param {(string | number)[][]} rows */
function table(rows) {
  return rows.map((row) => `${row.join(",")}\r\n`).join("");
}

class Board {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Coaching | null} */
    this.shown = null;
    /** @type {CoachResult | null} */
    this.result = null;
    this.voice = false;
    this.over = false;
    /** @type {import("../types.d.ts").Component<object>["setTriggerValue"]} */
    this.trigger = () => {};
    for (const wish of /** @type {Wish[]} */ (["begin", "end", "again"])) {
      this.button(wish).addEventListener("click", () => (wanted = wish));
    }
    this.button("voice").hidden = !canSpeak();
    this.button("voice").addEventListener("click", () => this.speak(!this.voice));
    this.button("json").addEventListener("click", () => {
      if (this.result) save(JSON.stringify(this.result, null, 2), "application/json", "exercise.json");
    });
    this.button("csv").addEventListener("click", () => {
      if (this.result) save(resultCsv(this.result), "text/csv", "exercise.csv");
    });
  }

  /** @param {string} what */
  button(what) {
    return find(this.root, `[data-do="${what}"]`);
  }

  /** @param {Coaching} coaching */
  show(coaching) {
    const { number, unit, title, cue } = boardText(coaching);
    const { phase, progress } = coaching;
    this.root.dataset.phase = phase;
    this.root.classList.toggle("co-cheers", coaching.finished === coaching.sets);
    write(find(this.root, ".co-number"), number);
    write(find(this.root, ".co-unit"), unit);
    write(find(this.root, ".co-title"), title);
    write(find(this.root, ".co-cue"), cue);
    const own = find(this.root, ".co-own");
    write(own, ownText(coaching));
    own.hidden = !coaching.own;
    find(this.root, ".co-bar i").style.width = `${progress ?? 0}%`;
    this.button("begin").hidden = !["wait", "countdown", "rest"].includes(phase);
    this.button("end").hidden = phase === "done";
    this.button("again").hidden = phase !== "done";
    this.showResult(coaching);
    if (!coaching.own) this.tellPage(phase === "done"); // the server knows of it
    const words = spoken(this.shown, coaching);
    this.shown = coaching;
    if (!words) return;
    write(find(this.root, ".co-said"), words);
    if (this.voice) say(words); // and no more of what was said before: what is said late is wrong
  }

  /** @param {Coaching} coaching */
  showResult({ phase, result }) {
    if (phase !== "done") this.result = null;
    else if (result) find(this.root, ".co-result").replaceChildren(tableOf((this.result = result)));
    else if (!this.result) wanted ??= "result";
    const hidden = !this.result;
    for (const part of [find(this.root, ".co-result"), this.button("json"), this.button("csv")]) part.hidden = hidden;
  }

  /**
   * Have the page run again, as it shows more once the session is over.
   * @param {boolean} over
   */
  tellPage(over) {
    if (over === this.over) return;
    this.over = over;
    this.trigger("over", over);
  }

  /** @param {boolean} on */
  speak(on) {
    this.voice = on;
    this.button("voice").setAttribute("aria-pressed", `${on}`);
    if (on) say("Voice on"); // also lets the browser speak later, which it allows only after a click
    else window.speechSynthesis.cancel();
  }
}

/** @param {CoachResult} result */
function tableOf({ sets }) {
  const row = (/** @type {"th" | "td"} */ kind, /** @type {string[]} */ cells) =>
    make("tr", {}, ...cells.map((text) => make(kind, {}, text)));
  const seconds = (/** @type {number | undefined} */ value) => (value === undefined ? "–" : `${value.toFixed(1)} s`);
  if (sets.some(({ held }) => held)) {
    const held = sets.map(({ set, held_s: total, count, length_s: length }) =>
      row("td", [`${set}`, seconds(total), `${count}`, seconds(length)]),
    );
    return make("table", {}, row("th", ["Set", "Held", "Times", "With breaks"]), ...held);
  }
  const rows = sets.map(({ set, count, length_s: length, tempo_s: tempo = {} }) =>
    row("td", [`${set}`, `${count}`, seconds(length), ...TEMPO.map((phase) => seconds(tempo[phase]))]),
  );
  return make("table", {}, row("th", ["Set", "Repetitions", "Time", "Down", "Hold", "Up"]), ...rows);
}

/** @type {Map<HTMLElement, Board>} */
const boards = new Map();
/** @type {Wish | null} */
let wanted = null;

/** What the viewer asked of the coach and the server does not know yet. */
export function coachWish() {
  return wanted;
}

/**
 * Show what the server answered, on the board if there is one.
 * @param {Coaching | null} coaching
 * @param {Wish | null} told the wish that it knows now
 */
export function showCoach(coaching, told) {
  if (told === wanted) wanted = null;
  for (const [root, board] of boards) {
    if (!root.isConnected) boards.delete(root);
    else if (coaching) board.show(coaching);
  }
}

/** @param {import("../types.d.ts").Component<object>} component */
export default function ({ parentElement, setTriggerValue }) {
  const root = find(parentElement, ".co");
  const board = boards.get(root) ?? new Board(root);
  boards.set(root, board);
  board.trigger = setTriggerValue;
}
