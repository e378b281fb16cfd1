// @ts-check
// The numbers of a live stream, about five times a second and never at the expense of the video: what is out of sight
// is not drawn, and a hidden tab requests nothing.

import { BodyAndHands } from "../shared/body_and_hands.js";
import { find, make, mark, write } from "../shared/dom.js";
import { rowsOf, rowsOfHands } from "../shared/landmark_rows.js";
import { Skeleton3d } from "../shared/skeleton3d.js";
import { AngleCurve } from "./angle_curve.js";
import { coachWish, showCoach } from "./coach.js";
import { showGestures } from "./gesture_buttons.js";
import { bodyOf, handOf, liveTraces } from "./live_people.js";
import { SeenFrom } from "./seen_from.js";
import { sourceOf } from "./source.js";
import { figuresOf, problemText, recordingText, showFigures } from "./status.js";

/** @typedef {import("../types.d.ts").Answer} Answer */
/** @typedef {import("../types.d.ts").LiveSource} LiveSource */
/** @typedef {import("../types.d.ts").PanelData} PanelData */
/** @typedef {import("../types.d.ts").Component<PanelData>} Component */

const EVERY_MS = 200;
const ANSWER_MS = 3000;
const AGAIN_MS = 10_000;
const KEPT = "posecore.live.angles"; // in the browser, for the next visit
const NARROW = "(max-width: 640px)";
const SPACES = { world: "Metres", picture: "Image" };

class Panel {
  /**
   * @param {HTMLElement} root
   * @param {PanelData} data
   */
  constructor(root, data) {
    this.root = root;
    this.data = data;
    /** @type {Component["setTriggerValue"]} */
    this.trigger = () => {};
    this.space = data.space;
    /** @type {Map<string, AngleCurve>} */
    this.curves = new Map();
    this.seenFrom = new SeenFrom(data.views);
    /** @type {Answer | null} */
    this.answer = null; // the newest
    /** @type {Answer | null} */
    this.frame = null; // the newest that is shown
    this.since = -1; // number of the last frame whose angles are known
    /** @type {number | null} */
    this.frozen = null;
    /** @type {0 | 1 | null} */
    this.asksHold = null; // 1: ask the server to hold a frame; 0: to resume
    this.answeredAt = 0;
    this.asksAgainAt = 0; // for a run of the page that keeps a recording
    /** @type {string | null} */
    this.session = null; // which connection and stream the numbers are of; null: none
    this.parts = { angles: find(root, ".lp-angles"), skeleton: find(root, ".lp-skeleton"), table: find(root, ".lp-table") };
    this.skeleton = new Skeleton3d(this.parts.skeleton, {
      onDrawn: (number) => mark(this.parts.skeleton, number),
      isHurried: () => true,
    });
    this.tables = new BodyAndHands(this.parts.table, "live");
    /** @type {LiveSource | null} */
    this.source = null;
    /** @type {WeakMap<Element, boolean>} */
    this.seen = new WeakMap();
    this.watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) this.seen.set(entry.target, entry.isIntersecting);
      this.draw(); // also while frozen
    });
    for (const part of Object.values(this.parts)) this.watcher.observe(part);
    this.listen();
    this.offer();
    this.begin(null);
    this.showTab(window.matchMedia(NARROW).matches ? "angles" : "skeleton");
    this.timer = setTimeout(() => this.tick());
  }

  listen() {
    find(this.root, '[data-set="space"]').addEventListener("change", ({ target }) => {
      this.show3d(/** @type {any} */ (target).value);
    });
    find(this.root, '[data-set="angle"]').addEventListener("change", ({ target }) => {
      this.showAngles([...this.curves.keys(), /** @type {any} */ (target).value]);
    });
    for (const tab of this.root.querySelectorAll("[data-tab-of]")) {
      tab.addEventListener("click", () => this.showTab(/** @type {HTMLElement} */ (tab).dataset.tabOf ?? ""));
    }
  }

  offer() {
    const spaces = Object.entries(SPACES).map(([value, text]) => make("option", { value }, text));
    find(this.root, '[data-set="space"]').replaceChildren(...spaces);
    const angles = this.data.angles.map(({ name, title }) => make("option", { value: name }, title));
    find(this.root, '[data-set="angle"]').replaceChildren(make("option", { value: "" }, "Add an angle"), ...angles);
    const sets = Object.entries(this.data.sets).map(([title, names]) => {
      const button = make("button", { type: "button", title: `Show the angles: ${title.toLowerCase()}` }, title);
      button.addEventListener("click", () => this.showAngles(names));
      return button;
    });
    find(this.root, ".lp-sets").replaceChildren(...sets);
    this.showAngles(keptAngles() ?? Object.values(this.data.sets)[0]);
    this.offerTables();
  }

  offerTables() {
    this.tables.begin(this.data.table, this.data.hands?.table, true);
  }

  // ---- data from the server

  /**
   * @param {PanelData} data
   * @param {Component["setTriggerValue"]} trigger
   */
  update(data, trigger) {
    const before = this.data;
    this.data = data;
    this.trigger = trigger;
    if (Boolean(before.hands) !== Boolean(data.hands)) this.offerTables();
    if (JSON.stringify(before.stages) !== JSON.stringify(data.stages) && this.isLive) this.show3d(this.space);
  }

  /**
   * Begin with another stream, or with none.
   * @param {string | null} session
   */
  begin(session) {
    this.session = session;
    this.answer = this.frame = this.frozen = this.asksHold = null;
    this.since = -1;
    this.answeredAt = performance.now();
    this.asksAgainAt = 0;
    for (const curve of this.curves.values()) curve.clear();
    this.seenFrom.clear();
    delete this.root.dataset.live;
    delete this.root.dataset.frame;
    const idle = find(this.root, ".lp-idle");
    write(idle, session ? "" : this.data.idle);
    idle.hidden = Boolean(session);
    find(this.root, ".lp-strip").textContent = session ? "Waiting for the first frame." : "";
    find(this.root, ".lp-problem").hidden = find(this.root, ".lp-recording").hidden = true;
    find(this.root, ".lp-hands").hidden = true;
  }

  get isLive() {
    return this.root.dataset.live !== undefined;
  }

  async tick() {
    const start = performance.now();
    if (!this.root.isConnected) return this.end();
    try {
      this.source = sourceOf();
      const session = this.source?.stream ?? null;
      if (session !== (this.session?.split(" ")[0] ?? null)) this.begin(session);
      this.source?.restWhileHidden();
      if (this.source?.resting) this.answeredAt = performance.now();
      else if (this.source && session) await this.ask(this.source, session);
    } catch {
      // The network failed for a moment, or the stream is over; the page itself reports that.
    }
    this.showProblem();
    this.timer = setTimeout(() => this.tick(), Math.max(50, EVERY_MS - (performance.now() - start)));
  }

  /**
   * @param {LiveSource} source
   * @param {string} session
   */
  async ask(source, session) {
    if (source.hold !== (this.frozen !== null || this.asksHold === 1)) this.freeze(source.hold);
    const { since, asksHold: hold } = this;
    const wish = coachWish();
    const answer = await source.ask({ since, angles: [...this.curves.keys()], hold, coach: wish });
    const isLate = () => !this.root.isConnected || source !== sourceOf() || session !== source.stream;
    if (!answer || isLate()) return; // another stream, or none, began meanwhile
    const stream = `${session} ${answer.stream}`;
    if (this.session !== stream) {
      const isFirst = this.session === session;
      if (!isFirst) this.begin(stream); // the connection was restarted
      this.session = stream;
      if (!isFirst) return;
    }
    this.answer = answer;
    this.answeredAt = performance.now();
    showCoach(answer.coach, wish);
    showGestures(answer.gestures);
    await source.follow(answer);
    if (answer.over || isLate()) return;
    this.showStatus(answer);
    if (since !== this.since) return; // an angle was added meanwhile: its past is requested next
    const begins = hold === 1 && this.asksHold === 1;
    if (hold === this.asksHold) this.asksHold = null;
    if (answer.number < 0 || (this.frozen !== null && !begins)) return;
    if (begins) this.frozen = answer.number;
    this.showFrame(answer);
  }

  /** @param {Answer} answer */
  showFrame(answer) {
    if (this.since < 0) for (const curve of this.curves.values()) curve.clear();
    this.since = answer.number;
    this.frame = answer;
    this.seenFrom.add(answer);
    if (!this.isLive) {
      this.root.dataset.live = "";
      this.showTab(this.root.dataset.tab ?? "");
    }
    this.root.dataset.frame = `${answer.number}`;
    write(find(this.root, ".lp-hands"), answer.hands?.words || "No hands in view.");
    find(this.root, ".lp-hands").hidden = !answer.hands;
    const { times, people } = answer.angles ?? { times: [], people: [] };
    for (const curve of this.curves.values()) curve.add(times, people);
    this.draw();
  }

  // ---- display

  draw() {
    if (document.hidden) return;
    if (this.seen.get(this.parts.angles)) for (const curve of this.curves.values()) curve.draw(this.data.people > 1);
    if (this.seen.get(this.parts.skeleton)) this.draw3d();
    if (this.seen.get(this.parts.table) || this.frozen !== null) this.drawTable();
  }

  /** @param {import("../types.d.ts").Space} space */
  async show3d(space) {
    this.space = space;
    /** @type {HTMLSelectElement} */ (find(this.root, '[data-set="space"]')).value = space;
    await this.skeleton.begin(this.data.stages[space], null, this.drawing3d);
  }

  draw3d() {
    if (this.drawing3d) this.skeleton.want(this.drawing3d);
  }

  get drawing3d() {
    const frame = this.frame;
    return frame && (() => ({ frame: frame.number, traces: liveTraces(this.data, frame, this.space) }));
  }

  drawTable() {
    const { frame, data } = this;
    if (!frame) return;
    const which = this.frozen === null ? "newest frame" : `frozen frame, at ${frame.time_s.toFixed(2)} s`;
    const columns = { people: data.people > 1, names: false };
    const bodies = rowsOf((frame.people ?? []).map(bodyOf), data.landmarks, ...frame.size);
    this.tables.body.show(bodies, { title: `Landmarks of the ${which}`, ...columns });
    if (!data.hands) return;
    const names = data.hands.landmarks.map(({ name }) => name);
    const hands = rowsOfHands((frame.hands?.found ?? []).map(handOf), names, ...frame.size);
    this.tables.hands?.show(hands, { title: `Hands of the ${which}`, ...columns });
  }

  /** @param {Answer} answer */
  showStatus(answer) {
    if (this.source) showFigures(find(this.root, ".lp-strip"), figuresOf(answer, this.source.measured));
    const line = find(this.root, ".lp-recording");
    write(line, recordingText(answer.recording));
    line.hidden = !answer.recording;
    const over = answer.recording?.over ?? false;
    if (over && performance.now() > this.asksAgainAt) {
      this.asksAgainAt = performance.now() + AGAIN_MS;
      this.trigger("recorded", true); // a run of the page keeps it
    }
  }

  /** Update the text only if it changes, so that screen readers read it once. */
  showProblem() {
    const lost = this.source?.state === "lost";
    const silent = performance.now() - this.answeredAt > ANSWER_MS;
    const text = problemText(this.session ? this.answer : null, { lost, silent });
    const notice = find(this.root, ".lp-problem");
    write(notice, text);
    notice.hidden = !text;
  }

  // ---- the viewer's choices

  /**
   * Show these angles, and remember them.
   * @param {string[]} names
   */
  showAngles(names) {
    /** @type {HTMLSelectElement} */ (find(this.root, '[data-set="angle"]')).value = "";
    const known = new Map(this.data.angles.map((angle) => [angle.name, angle]));
    const wanted = [...new Set(names)].filter((name) => known.has(name));
    const isGone = (/** @type {string} */ name) => !wanted.includes(name);
    for (const name of [...this.curves.keys()].filter(isGone)) this.removeAngle(name);
    for (const name of wanted) {
      const angle = known.get(name);
      if (!angle || this.curves.has(name)) continue;
      const remove = () => this.showAngles([...this.curves.keys()].filter((other) => other !== name));
      this.curves.set(name, new AngleCurve(this.parts.angles, angle, remove, this.seenFrom));
    }
    // In the order of the choice, and with the last half minute of the new ones, too.
    this.curves = new Map(wanted.map((name) => [name, /** @type {AngleCurve} */ (this.curves.get(name))]));
    this.parts.angles.append(...[...this.curves.values()].map(({ card }) => card));
    this.since = -1;
    keepAngles(wanted);
    for (const button of find(this.root, ".lp-sets").children) {
      const set = this.data.sets[button.textContent ?? ""] ?? [];
      button.setAttribute("aria-pressed", `${set.length === wanted.length && set.every((name) => wanted.includes(name))}`);
    }
  }

  /** @param {string} name */
  removeAngle(name) {
    this.curves.get(name)?.remove();
    this.curves.delete(name);
  }

  /** @param {string} name of the part that a phone shows, or that is below the angles on a wide screen */
  showTab(name) {
    this.root.dataset.tab = name;
    for (const tab of this.root.querySelectorAll("[data-tab-of]")) {
      tab.setAttribute("aria-pressed", `${/** @type {HTMLElement} */ (tab).dataset.tabOf === name}`);
    }
    if (name === "skeleton" && this.isLive) this.show3d(this.space); // only once it is visible, as Plotly measures its texts
    else this.draw();
  }

  /**
   * Takes effect here at once; the server learns it with the next request, and returns the frame it holds.
   * @param {boolean} on
   */
  freeze(on) {
    this.frozen = on && this.frame ? this.frame.number : null;
    this.asksHold = on ? 1 : 0;
    this.drawTable(); // even out of sight: its title names the frame
  }

  end() {
    clearTimeout(this.timer);
    this.watcher.disconnect();
    this.skeleton.end();
    this.tables.end();
  }
}

/** @returns {string[] | null} the names that were chosen last in this browser; null if it knows none */
function keptAngles() {
  try {
    const names = JSON.parse(window.localStorage.getItem(KEPT) ?? "null");
    return Array.isArray(names) && names.length ? names : null;
  } catch {
    return null; // storage is off, or holds something else
  }
}

/** @param {string[]} names */
function keepAngles(names) {
  try {
    window.localStorage.setItem(KEPT, JSON.stringify(names));
  } catch {
    // The choice is then for this page only.
  }
}

/** @type {WeakMap<HTMLElement, Panel>} */
const panels = new WeakMap();

/** @param {Component} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = find(parentElement, ".lp");
  const panel = panels.get(root) ?? new Panel(root, data);
  panels.set(root, panel);
  panel.update(data, setTriggerValue);
  return () => {
    if (!root.isConnected) panel.end();
  };
}
