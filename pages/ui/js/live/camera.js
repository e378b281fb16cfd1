// @ts-check
// The live picture and its bar: Start and Stop, Record with its time, Snapshot, Freeze.

import { find, make, write } from "../shared/dom.js";
import { Connection } from "./connection.js";

/** @typedef {import("../types.d.ts").CameraData} CameraData */
/** @typedef {import("../types.d.ts").Component<CameraData>} Component */

const LABELS = { idle: "Start", asking: "Cancel", connecting: "Stop", live: "Stop", lost: "Stop" };
const ASKING = "Your browser is asking: please allow this page to use your camera.";
const CONNECTING = "Connecting.";
const EVERY_MS = 200;

/** @param {number} seconds */
export const clockText = (seconds) => `${Math.floor(seconds / 60)}:${`${Math.floor(seconds % 60)}`.padStart(2, "0")}`;

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
    /** @type {import("../types.d.ts").LiveSource} */
    this.source = new Connection(data, this.video, () => this.show());
    this.video.addEventListener("resize", () => this.fit());
    this.on("start", () => this.startOrStop());
    this.on("record", () => this.recordOrStop());
    this.on("snapshot", () => this.snapshot());
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
    const isNew = data.address !== this.source.data.address;
    if (isNew) this.source.end(""); // another source
    this.data = this.source.data = data;
    this.trigger = trigger;
    this.showSnapshots(data.snapshots);
    this.show();
    if (!data.wanted && (isNew || !this.root.dataset.begun)) this.source.start(); // a video needs no permission
    this.root.dataset.begun = "";
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
    if (recording) this.trigger("recorded", true); // the page keeps it
  }

  async snapshot() {
    const numbers = await this.source.snapshot();
    if (numbers) this.showSnapshots(numbers);
  }

  // ---- what is shown

  show() {
    const { state, hold, problem } = this.source;
    this.root.dataset.state = state;
    if (state === "idle") delete this.root.dataset.picture;
    const start = this.button("start");
    start.disabled = false; // a press before this would be lost
    write(find(start, "span"), LABELS[state]);
    for (const name of ["record", "snapshot", "freeze"]) {
      this.button(name).hidden = !this.data.recording;
      this.button(name).disabled = state !== "live";
    }
    const freeze = this.button("freeze");
    freeze.setAttribute("aria-pressed", `${hold}`);
    write(find(freeze, "span"), hold ? "Resume" : "Freeze");
    find(this.root, ".lc-frozen").hidden = !hold;
    write(find(this.root, ".lc-invitation"), state === "asking" ? ASKING : state === "idle" ? this.data.invitation : CONNECTING);
    const notice = find(this.root, ".lc-problem");
    write(notice, problem);
    notice.hidden = !problem;
    this.showRecording();
    if (state === "live") this.offerDevices();
    if (state === "live" || state === "idle") this.report();
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
    const { videoWidth: width, videoHeight: height } = this.video;
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

  /** @param {number[]} numbers the oldest first */
  showSnapshots(numbers) {
    const list = find(this.root, ".lc-snapshots");
    const before = new Map([...list.children].map((item) => [Number(/** @type {HTMLElement} */ (item).dataset.number), item]));
    if (numbers.length === before.size && numbers.every((number) => before.has(number))) return;
    list.replaceChildren(...numbers.toReversed().map((number) => before.get(number) ?? this.snapshotItem(number)));
    list.hidden = !numbers.length;
  }

  /** @param {number} number */
  snapshotItem(number) {
    const href = `${this.data.address}?picture=${number}`;
    const open = make("button", { type: "button", title: "Open this snapshot on the Image page" }, "Open on Image");
    open.addEventListener("click", () => this.trigger("opened", number));
    const save = make("a", { href, download: `snapshot-${number}.jpg`, title: "Download this snapshot with its skeleton" }, "Save");
    const picture = make("img", { src: href, alt: `Snapshot ${number}` });
    const item = make("li", {}, picture, make("div", {}, save, open));
    item.dataset.number = `${number}`;
    return item;
  }

  end() {
    clearInterval(this.timer);
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
