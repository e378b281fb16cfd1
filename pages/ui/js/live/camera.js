// @ts-check
// The live picture and its bar: Start and Stop, Record with its time, Snapshot, Freeze.

import { find, make, write } from "../shared/dom.js";
import { choose, onChoice, placeFor } from "../device/place.js";
import { DeviceSource } from "../device/source.js";
import { Connection } from "./connection.js";
import { OwnRecording } from "./own_recording.js";

/** @typedef {import("../types.d.ts").CameraData} CameraData */
/** @typedef {import("../types.d.ts").OwnSnapshot} OwnSnapshot */
/** @typedef {import("../types.d.ts").Where} Where */
/** @typedef {import("../types.d.ts").Component<CameraData>} Component */

const LABELS = { idle: "Start", asking: "Cancel", connecting: "Stop", live: "Stop", lost: "Stop" };
const ASKING = "Your browser is asking: please allow this page to use your camera.";
const CONNECTING = "Connecting.";
const EVERY_MS = 200;
const MOST_SNAPSHOTS = 6;
const PRESS_START = "From now on the server finds people. Press Start to send it the camera's picture.";
/** @type {Record<Where, string>} */
const INSTEAD = { device: "Use this device instead", server: "Use the server instead" };

/** @param {number} seconds */
export const clockText = (seconds) => `${Math.floor(seconds / 60)}:${`${Math.floor(seconds % 60)}`.padStart(2, "0")}`;

/** Snapshots of this device, by number; they outlast a turn to another page of the app. @type {Map<number, OwnSnapshot & {href: string}>} */
const own = new Map();
let taken = 0; // of them

class Camera {
  /**
   * @param {HTMLElement} root
   * @param {CameraData} data
   */
  constructor(root, data) {
    this.root = root;
    this.data = data;
    /** @type {Component["setTriggerValue"]} */
    this.trigger = () => {};
    this.wasOn = false;
    this.starting = false; // a recording; or stopping one
    this.video = /** @type {HTMLVideoElement} */ (find(root, "video"));
    this.canvas = /** @type {HTMLCanvasElement} */ (find(root, "canvas"));
    /** @type {Where} */
    this.where = "server";
    /** @type {import("../types.d.ts").LiveSource} */
    this.source = new Connection(data, this.video, () => this.show());
    /** The other way, if it can be offered. @type {Where | null} */
    this.other = null;
    this.recorded = new OwnRecording(find(root, ".lc-recorded"), {
      address: () => this.data.device?.uploads ?? null,
      onSent: () => this.trigger("uploaded", true),
    });
    for (const picture of [this.video, this.canvas]) picture.addEventListener("resize", () => this.fit());
    this.forget = onChoice(() => this.settle());
    this.on("start", () => this.startOrStop());
    this.on("record", () => this.recordOrStop());
    this.on("snapshot", () => this.snapshot());
    this.on("instead", () => {
      if (this.other) choose(this.other, false);
      this.settle(true);
    });
    this.on("freeze", () => {
      this.source.hold = !this.source.hold;
      this.show();
    });
    this.devices = /** @type {HTMLSelectElement} */ (find(root, '[data-set="device"]'));
    this.devices.addEventListener("change", () => this.source.choose(this.devices.value));
    this.timer = setInterval(() => this.showRecording(), EVERY_MS);
  }

  /**
   * @param {string} name
   * @returns {HTMLButtonElement}
   */
  button(name) {
    return find(this.root, `[data-do="${name}"]`);
  }

  /**
   * @param {string} name
   * @param {() => void} act
   */
  on(name, act) {
    this.button(name).addEventListener("click", act);
  }

  /**
   * @param {CameraData} data
   * @param {Component["setTriggerValue"]} trigger
   */
  update(data, trigger) {
    this.data = data;
    this.trigger = trigger;
    this.settle();
  }

  /**
   * Take the source that the visitor wants and the browser can, and go on with it if the other one was on.
   * @param {boolean} [starts]
   */
  async settle(starts = false) {
    const { data } = this;
    const place = data.place && (await placeFor(data.place));
    if (data !== this.data) return; // newer ones came meanwhile
    const where = place?.where === "device" && data.device ? "device" : "server";
    this.other = place?.free ? (where === "device" ? "server" : "device") : null;
    const isNew = data.address !== this.source.data.address; // another camera, or a video in its place
    const isMoved = where !== this.where;
    const isOn = this.source.stream !== null;
    if (isNew || isMoved) this.source.end("");
    if (isMoved) this.source = this.sourceAt(where);
    // No picture goes to the server before the visitor wants that.
    if (isMoved && isOn && where === "server" && !place?.free) this.source.problem = PRESS_START;
    else starts ||= isMoved && isOn;
    this.source.data = data;
    this.showSnapshots(data.snapshots);
    this.show();
    starts ||= !data.wanted && (isNew || this.root.dataset.begun === undefined); // a video needs no permission
    this.root.dataset.begun = "";
    if (starts) this.source.start();
  }

  /** @param {Where} where */
  sourceAt(where) {
    this.where = where;
    const onState = () => this.show();
    const { device } = this.data;
    if (where === "device" && device) {
      return new DeviceSource({ ...this.data, device }, this.canvas, onState, (kept) => this.recorded.keep(kept));
    }
    return new Connection(this.data, this.video, onState);
  }

  // ---- what the buttons do

  async startOrStop() {
    if (this.source.state === "idle") await this.source.start();
    else await this.source.stop();
    if (this.source.problem) this.trigger("changed", false); // the page may know more about it
  }

  async recordOrStop() {
    const { recording } = this.source;
    this.starting = true;
    this.show();
    await this.source.record(recording ? null : this.data.recording);
    this.starting = false;
    this.show();
    if (recording && this.where === "server") this.trigger("recorded", true); // the page keeps it
  }

  async snapshot() {
    const snapshot = await this.source.snapshot();
    if (Array.isArray(snapshot)) return this.showSnapshots(snapshot);
    if (!snapshot) return;
    own.set(++taken, { ...snapshot, href: URL.createObjectURL(snapshot.drawn) });
    const [[oldest, { href }]] = own;
    if (own.size > MOST_SNAPSHOTS) {
      URL.revokeObjectURL(href);
      own.delete(oldest);
    }
    this.showSnapshots(this.data.snapshots);
  }

  /**
   * Send a snapshot of this device to the server, which the visitor wants by opening it.
   * @param {OwnSnapshot} snapshot
   */
  async openOwn({ plain }) {
    const sent = { method: "POST", headers: { "Content-Type": plain.type }, body: plain };
    const answer = await fetch(this.data.address, sent).catch(() => null);
    if (answer?.ok) this.trigger("opened", (await answer.json()).snapshots.at(-1));
    else this.say((await answer?.text()) || "The server cannot be reached, so the snapshot was not opened. It is still here.");
  }

  // ---- what is shown

  show() {
    const { state, hold, problem } = this.source;
    this.root.dataset.state = state;
    this.root.dataset.where = this.where;
    if (state === "idle") delete this.root.dataset.picture;
    else this.fit();
    const start = this.button("start");
    start.disabled = false; // a press before this would be lost
    write(find(start, "span"), LABELS[state]);
    for (const name of ["record", "snapshot", "freeze"]) {
      this.button(name).hidden = !this.data.recording || (name === "record" && !this.source.records);
      this.button(name).disabled = state !== "live";
    }
    const freeze = this.button("freeze");
    freeze.setAttribute("aria-pressed", `${hold}`);
    write(find(freeze, "span"), hold ? "Resume" : "Freeze");
    find(this.root, ".lc-frozen").hidden = !hold;
    write(find(this.root, ".lc-invitation"), state === "asking" ? ASKING : state === "idle" ? this.data.invitation : CONNECTING);
    this.say(problem);
    this.showRecording();
    if (state === "live") this.offerDevices();
    if (state === "live" || state === "idle") this.report();
  }

  /** @param {string} problem empty: none */
  say(problem) {
    const notice = find(this.root, ".lc-problem");
    write(find(notice, "span"), problem);
    notice.hidden = !problem;
    const instead = this.button("instead");
    instead.hidden = !this.other || !this.source.failed;
    write(instead, this.other ? INSTEAD[this.other] : "");
  }

  /** Run the page again if the camera is on and was not, or the other way round. */
  async report() {
    const isOn = this.source.state === "live";
    if (isOn === this.wasOn) return;
    this.wasOn = isOn;
    await this.source.gone; // the page asks the server
    if (this.wasOn === isOn) this.trigger("changed", isOn);
  }

  /** The recording's time in its button, and the countdown large enough to be read from afar. */
  showRecording() {
    const { recording } = this.source;
    const button = this.button("record");
    button.disabled = this.source.state !== "live" || this.starting;
    button.setAttribute("aria-pressed", `${Boolean(recording)}`);
    const wait = recording?.begins_in_s ?? 0;
    const label = recording ? (wait > 0 ? `In ${wait} s` : clockText(recording.seconds)) : "Record";
    write(find(button, "span"), label);
    button.setAttribute("aria-label", recording ? "Stop recording" : "Record");
    button.title = recording ? `Stop recording, at the latest after ${clockText(recording.longest_s)}` : "Record; the camera goes on afterwards";
    const countdown = find(this.root, ".lc-countdown");
    write(countdown, `${wait}`);
    countdown.hidden = wait <= 0;
  }

  /** Give the box the shape of the picture. */
  fit() {
    const isCanvas = this.where === "device";
    if (isCanvas && this.source.state !== "live") return; // it has the size of the last one
    const { videoWidth: width, videoHeight: height } = isCanvas ? { videoWidth: this.canvas.width, videoHeight: this.canvas.height } : this.video;
    if (!width || !height) return;
    this.root.dataset.picture = "";
    this.root.style.setProperty("--lc-shape", `${width} / ${height}`);
    this.root.style.setProperty("--lc-width", `${width / height}`);
  }

  async offerDevices() {
    const all = this.data.wanted ? await navigator.mediaDevices.enumerateDevices() : [];
    const cameras = all.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId);
    this.devices.hidden = cameras.length < 2;
    const options = cameras.map(({ deviceId, label }, k) => make("option", { value: deviceId }, label || `Camera ${k + 1}`));
    this.devices.replaceChildren(...options);
    this.devices.value = this.source.device;
  }

  /** @param {number[]} numbers of those on the server, the oldest first */
  showSnapshots(numbers) {
    const list = find(this.root, ".lc-snapshots");
    const wanted = [...numbers.map((number) => `${number}`), ...[...own.keys()].map((number) => `device ${number}`)];
    const before = new Map([...list.children].map((item) => [/** @type {HTMLElement} */ (item).dataset.number ?? "", item]));
    if (wanted.length === before.size && wanted.every((name) => before.has(name))) return;
    list.replaceChildren(...wanted.toReversed().map((name) => before.get(name) ?? this.snapshotItem(name)));
    list.hidden = !wanted.length;
  }

  /** @param {string} name of it: its number, after "device" if the server does not have it */
  snapshotItem(name) {
    const number = Number(name.replace("device ", ""));
    const kept = name === `${number}` ? null : own.get(number);
    const href = kept?.href ?? `${this.data.address}?picture=${number}`;
    const sends = kept ? "; this sends it to the server" : "";
    const open = make("button", { type: "button", title: `Open this snapshot on the Image page${sends}` }, "Open on Image");
    open.addEventListener("click", () => (kept ? this.openOwn(kept) : this.trigger("opened", number)));
    const save = make("a", { href, download: `snapshot-${number}.jpg`, title: "Download this snapshot with its skeleton" }, "Save");
    const picture = make("img", { src: href, alt: `Snapshot ${number}` });
    const item = make("li", {}, picture, make("div", {}, save, open));
    item.dataset.number = name;
    return item;
  }

  end() {
    clearInterval(this.timer);
    this.forget();
    this.source.stop();
  }
}

/** @type {WeakMap<HTMLElement, Camera>} */
const cameras = new WeakMap();

/** @param {Component} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = find(parentElement, ".lc");
  const camera = cameras.get(root) ?? new Camera(root, data);
  cameras.set(root, camera);
  camera.update(data, setTriggerValue);
  return () => {
    if (!root.isConnected) camera.end();
  };
}
