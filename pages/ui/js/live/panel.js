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
import { connectionOf } from "./connection.js";
import { Delay } from "./delay.js";
import { bodyOf, handOf, liveTraces } from "./live_people.js";
import { figuresOf, problemText, recordingText, showFigures } from "./status.js";

/** @typedef {import("../types.d.ts").Answer} Answer */
/** @typedef {import("../types.d.ts").PanelData} PanelData */
/** @typedef {import("../types.d.ts").Component<PanelData>} Component */

const EVERY_MS = 200;
const ANSWER_MS = 3000;
const MOST_ANGLES = 6;
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
    this.recorded = false; // the recording has ended
    this.parts = { angles: find(root, ".lp-angles"), skeleton: find(root, ".lp-skeleton"), table: find(root, ".lp-table") };
    this.skeleton = new Skeleton3d(this.parts.skeleton, {
      onDrawn: (number) => mark(this.parts.skeleton, number),
      isHurried: () => true,
    });
    this.tables = new BodyAndHands(this.parts.table, "live");
    this.delay = new Delay();
    /** @type {import("./connection.js").Connection | null} */
    this.connection = null;
    /** @type {WeakMap<Element, boolean>} */
    this.seen = new WeakMap();
    this.watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) this.seen.set(entry.target, entry.isIntersecting);
      this.draw(); // also while frozen
    });
    for (const part of Object.values(this.parts)) this.watcher.observe(part);
    this.listen();
    this.offer();
    this.begin();
    this.timer = setTimeout(() => this.tick());
  }

  listen() {
    find(this.root, '[data-do="freeze"]').addEventListener("click", () => this.freeze(this.frozen === null));
    find(this.root, '[data-set="space"]').addEventListener("change", ({ target }) => {
      this.show3d(/** @type {any} */ (target).value);
    });
    find(this.root, '[data-set="angle"]').addEventListener("change", ({ target }) => {
      this.addAngle(/** @type {any} */ (target).value);
    });
  }

  offer() {
    const spaces = Object.entries(SPACES).map(([value, text]) => make("option", { value }, text));
    find(this.root, '[data-set="space"]').replaceChildren(...spaces);
    const angles = this.data.angles.map(({ name, title }) => make("option", { value: name }, title));
    find(this.root, '[data-set="angle"]').replaceChildren(make("option", { value: "" }, "Choose"), ...angles);
    for (const name of this.data.usual) this.addAngle(name);
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
    if (before.address !== data.address) this.begin();
    else if (JSON.stringify(before.stages) !== JSON.stringify(data.stages) && this.isLive) this.show3d(this.space);
  }

  /** Begin with another stream, or with none. */
  begin() {
    const { address, idle } = this.data;
    this.answer = this.frame = this.frozen = this.asksHold = null;
    this.since = -1;
    this.answeredAt = performance.now();
    this.recorded = false;
    for (const curve of this.curves.values()) curve.clear();
    delete this.root.dataset.live;
    write(find(this.root, ".lp-idle"), address ? "" : idle);
    find(this.root, ".lp-idle").hidden = Boolean(address);
    find(this.root, ".lp-bar").hidden = !address;
    find(this.root, ".lp-strip").textContent = address ? "Waiting for the first frame." : "";
    find(this.root, ".lp-problem").hidden = find(this.root, ".lp-recording").hidden = true;
    find(this.root, ".lp-hands").hidden = true;
    this.showFreeze();
  }

  get isLive() {
    return this.root.dataset.live !== undefined;
  }

  async tick() {
    const start = performance.now();
    if (!this.root.isConnected) return this.end();
    try {
      this.connection = connectionOf();
      this.connection?.restWhileHidden();
      if (this.connection?.resting) this.answeredAt = performance.now();
      else if (this.data.address) await this.ask(this.data.address);
    } catch {
      // The network failed for a moment, or the stream is over; the page itself reports that.
    }
    this.showProblem();
    this.timer = setTimeout(() => this.tick(), Math.max(50, EVERY_MS - (performance.now() - start)));
  }

  /** @param {string} address */
  async ask(address) {
    const { since, asksHold: hold } = this;
    const names = [...this.curves.keys()];
    const wish = coachWish();
    const wishes = `${hold === null ? "" : `&hold=${hold}`}${wish ? `&coach=${wish}` : ""}`;
    const asked = `${address}?since=${since}&angles=${names.join(",")}${wishes}`;
    const response = await fetch(asked, { signal: AbortSignal.timeout(ANSWER_MS) });
    if (!response.ok) return;
    /** @type {Answer} */
    const answer = await response.json();
    if (address !== this.data.address) return; // another stream, or none, began meanwhile
    this.answer = answer;
    this.answeredAt = performance.now();
    showCoach(answer.coach, wish);
    showGestures(answer.gestures);
    if (this.connection) await this.follow(this.connection, answer);
    if (answer.over || address !== this.data.address || !this.root.isConnected) return;
    this.showStatus(answer);
    if (since !== this.since) return; // an angle was added meanwhile: its past is requested next
    const begins = hold === 1 && this.asksHold === 1;
    if (hold === this.asksHold) this.asksHold = null;
    if (answer.number < 0 || (this.frozen !== null && !begins)) return;
    if (begins) this.frozen = answer.number;
    this.showFrame(answer, names);
  }

  /**
   * @param {import("./connection.js").Connection} connection
   * @param {Answer} answer
   */
  async follow(connection, answer) {
    connection.goesOnUnseen = answer.goes_on_unseen;
    if (answer.over) connection.press("Stop"); // the page reports why
    await connection.readFigures();
    this.delay.look(connection);
  }

  /**
   * @param {Answer} answer
   * @param {string[]} names of the angles in it
   */
  showFrame(answer, names) {
    if (this.since < 0) for (const curve of this.curves.values()) curve.clear();
    this.since = answer.number;
    this.frame = answer;
    if (!this.isLive) {
      this.root.dataset.live = "";
      this.show3d(this.space); // only once it is visible, as Plotly measures its texts
    }
    this.root.dataset.frame = `${answer.number}`;
    write(find(this.root, ".lp-hands"), answer.hands?.words || "No hands in view.");
    find(this.root, ".lp-hands").hidden = !answer.hands;
    for (const name of names) {
      const values = answer.angles.values[name];
      if (values) this.curves.get(name)?.add(answer.angles.times, values);
    }
    this.draw();
  }

  // ---- display

  draw() {
    if (document.hidden) return;
    if (this.seen.get(this.parts.angles)) for (const curve of this.curves.values()) curve.draw();
    if (this.seen.get(this.parts.skeleton)) this.draw3d();
    if (this.seen.get(this.parts.table) || this.frozen !== null) this.drawTable();
  }

  /** @param {import("../types.d.ts").Space} space */
  async show3d(space) {
    this.space = space;
    /** @type {HTMLSelectElement} */ (find(this.root, '[data-set="space"]')).value = space;
    await this.skeleton.begin(this.data.stages[space], null);
    this.draw3d();
  }

  draw3d() {
    const frame = this.frame;
    if (frame) this.skeleton.want(() => ({ frame: frame.number, traces: liveTraces(this.data, frame, this.space) }));
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
    const { shown: displayed = 0, route = null } = this.connection ?? {};
    const delay = this.data.camera ? this.delay.ms : undefined;
    showFigures(find(this.root, ".lp-strip"), figuresOf(answer, { displayed, delay, route }));
    const line = find(this.root, ".lp-recording");
    write(line, recordingText(answer.recording));
    line.hidden = !answer.recording;
    const over = answer.recording?.over ?? false;
    if (over && !this.recorded) this.trigger("recorded", true); // a rerun of the page opens it
    this.recorded = over;
  }

  /** Update the text only if it changes, so that screen readers read it once. */
  showProblem() {
    const { lost = false, failed = false } = this.connection ?? {};
    const silent = performance.now() - this.answeredAt > ANSWER_MS;
    const text = problemText(this.data.address ? this.answer : null, { lost, failed, silent });
    const notice = find(this.root, ".lp-problem");
    write(notice, text);
    notice.hidden = !text;
  }

  // ---- the viewer's choices

  /** @param {string} name */
  addAngle(name) {
    /** @type {HTMLSelectElement} */ (find(this.root, '[data-set="angle"]')).value = "";
    const angle = this.data.angles.find((one) => one.name === name);
    if (!angle || this.curves.has(name) || this.curves.size >= MOST_ANGLES) return;
    this.curves.set(name, new AngleCurve(this.parts.angles, angle.title, () => this.curves.delete(name)));
    this.since = -1; // fetches the new angle's last half minute, too
  }

  /**
   * Takes effect here at once; the server learns it with the next request, and returns the frame it holds.
   * @param {boolean} on
   */
  freeze(on) {
    this.frozen = on && this.frame ? this.frame.number : null;
    this.asksHold = this.frozen === null ? 0 : 1;
    this.showFreeze();
    this.drawTable(); // even out of sight: its title names the frame
  }

  showFreeze() {
    const button = find(this.root, '[data-do="freeze"]');
    button.setAttribute("aria-pressed", `${this.frozen !== null}`);
    write(button, this.frozen === null ? "Freeze" : "Resume");
  }

  end() {
    clearTimeout(this.timer);
    this.watcher.disconnect();
    this.skeleton.end();
    this.tables.end();
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
