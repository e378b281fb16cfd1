// @ts-check
// The live picture and its numbers from the visitor's own device: no picture leaves it. Each frame is shown once its people
// are found, with their skeletons on it.

import { openCamera } from "../live/no_camera.js";
import { become } from "../live/source.js";
import { isDark } from "./brightness.js";
import { drawPeople } from "./drawing.js";
import { failureFrom } from "./failure.js";
import { Frames, UnseenFrames, copyOf, sizeOf } from "./frames.js";
import { Link } from "./link.js";
import { OwnCoach } from "./own_coach.js";
import { Pace } from "./pace.js";
import { DevicePose } from "./pose.js";
import { Recording, canRecord } from "./recording.js";
import { Remembered } from "./remembered.js";
import { MeasuredSpeed } from "./remembered_speed.js";
import { adviceFor, awayText, loadingText, STILL_OWES } from "./words.js";

/** @typedef {import("../types.d.ts").Answer} Answer */
/** @typedef {import("../types.d.ts").CameraData} CameraData */
/** @typedef {import("../types.d.ts").DeviceData} DeviceData */
/** @typedef {import("../types.d.ts").DeviceFrame} DeviceFrame */
/** @typedef {import("../types.d.ts").LiveSource} LiveSource */
/** @typedef {import("./frames.js").Picture} Picture */
/** @typedef {import("./link.js").LinkAnswer} LinkAnswer */
/** @typedef {import("./recording.js").KeptRecording} KeptRecording */

const HIDDEN_MS = 2000;
const NOBODY_S = 2;
const OFF = "The camera was unplugged or switched off.";
const UNREAD = "No network: letters and signs are read once it is back.";
const NO_ANSWER = "The server is not answering.";
const RECENT_S = 3; // the server's count is of frames that are no older
const NO_FILM = "Your browser cannot play the sample video here.";

/** @param {DeviceData} device */
const ownCoachOf = ({ coach }) => (coach ? new OwnCoach(coach) : null);

/** @implements {LiveSource} */
export class DeviceSource {
  /**
   * @param {CameraData & {device: DeviceData}} data
   * @param {HTMLCanvasElement} canvas shows the frames
   * @param {() => void} onState
   * @param {(kept: KeptRecording) => void} onRecorded
   */
  constructor(data, canvas, onState, onRecorded) {
    this.given = data;
    this.canvas = canvas;
    this.pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    this.onState = onState;
    this.onRecorded = onRecorded;
    /** @type {LiveSource["state"]} */
    this.state = "idle";
    this.problem = "";
    this.failed = false; // the problem is this device's, so that the server may do
    this.session = 0;
    this.held = false;
    this.resting = false;
    /** @type {number | null} */
    this.hiddenAt = null;
    /** A recording, from the end of its countdown on. @type {{fromMs: number, longest_s: number} | null} */
    this.planned = null;
    /** @type {Recording | null} */
    this.film = null;
    this.device = "";
    this.gone = Promise.resolve();
    /** @type {MediaStream | null} */
    this.media = null;
    /** @type {HTMLVideoElement | null} */
    this.video = null; // plays the camera or the sample out of sight
    /** @type {Frames | null} */
    this.frames = null;
    /** @type {UnseenFrames | null} */
    this.unseen = null;
    /** @type {DevicePose | null} */
    this.pose = null;
    /** @type {Link | null} */
    this.link = null;
    /** Of the stream before, until all is sent. @type {Link | null} */
    this.linkBefore = null;
    /** The frame on screen; people: null before the model is loaded. @type {{picture: Picture, people: DeviceFrame | null} | null} */
    this.shown = null;
    /** The newest frame, while another is being estimated. @type {{picture: Picture, taken: number} | null} */
    this.waiting = null;
    this.taken = 0; // when the newest frame left the camera, ms
    this.busy = false;
    this.opened = false; // the model is loaded
    this.loaded = { done: 0, total: 0 };
    this.pace = new Pace();
    this.speed = new MeasuredSpeed();
    this.remembered = new Remembered();
    /** @type {LinkAnswer | null} */
    this.followed = null; // by the server
    this.own = ownCoachOf(data.device);
    this.countsItself = false; // for the coach
    this.ownOnly = false; // only this device still knows the session
    this.words = ""; // what the hands show, of the frame that is shown
    this.unlinked = ""; // why it does not
    this.look = () => this.restWhileHidden();
    become(this);
    Object.assign(window, { posecoreDevice: this }); // for tests
  }

  /** Forget the last stream. */
  clear() {
    this.shown?.picture.close();
    this.waiting?.picture.close();
    this.shown = this.waiting = this.followed = null;
    this.busy = this.opened = false;
    this.loaded = { done: 0, total: 0 };
    this.pace = new Pace();
    this.speed = new MeasuredSpeed();
    this.remembered = new Remembered();
    this.unlinked = "";
  }

  // ---- the page's choices

  get data() {
    return this.given;
  }

  set data(data) {
    const { options, link, coach } = this.given.device;
    this.given = data;
    if (JSON.stringify(coach) !== JSON.stringify(data.device.coach)) {
      this.own = ownCoachOf(data.device);
      this.ownOnly = false;
    } else if (link !== data.device.link) this.ownOnly ||= this.ownCounts && Boolean(this.own?.begun); // another visit
    if (JSON.stringify(options) !== JSON.stringify(data.device.options)) this.pose?.set(data.device.options);
    if (link !== data.device.link && this.stream) this.openLink();
    if (this.held) this.draw(); // it may be mirrored now
  }

  get hold() {
    return this.held;
  }

  set hold(on) {
    this.held = on;
  }

  get isOn() {
    return this.state !== "idle" && this.state !== "asking";
  }

  get stream() {
    return this.isOn ? `${this.session}` : null;
  }

  get news() {
    if (!this.opened) return loadingText(this.loaded);
    return navigator.onLine ? this.unlinked : UNREAD;
  }

  get records() {
    return canRecord();
  }

  get recording() {
    const { planned, film } = this;
    if (!planned) return null;
    const begins_in_s = Math.max(0, Math.ceil((planned.fromMs - performance.now()) / 1000));
    return { begins_in_s, seconds: Math.round(film?.seconds ?? 0), longest_s: planned.longest_s, over: false };
  }

  get measured() {
    return { displayed: this.pace.figures(performance.now()).frames_out, delay: this.pace.delay, route: null };
  }

  /** @param {LiveSource["state"]} state */
  set(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState();
  }

  // ---- from Start to Stop

  async start() {
    if (this.state !== "idle") return;
    const session = ++this.session;
    this.clear();
    this.problem = "";
    this.failed = false;
    this.set("asking");
    try {
      const media = this.data.wanted && (await openCamera(this.data.wanted, this.device));
      if (session !== this.session) return void media?.getTracks().forEach((track) => track.stop());
      this.set("connecting");
      document.addEventListener("visibilitychange", this.look);
      this.openLink();
      await Promise.all([this.play(media), this.openPose(session)]);
    } catch (error) {
      if (session === this.session) this.end(/** @type {Error} */ (error).message);
    }
  }

  /** @param {MediaStream | null} media null: the sample */
  async play(media) {
    const video = document.createElement("video");
    Object.assign(video, { muted: true, playsInline: true, loop: true });
    this.frames?.end();
    this.seeAgain();
    this.media = media;
    this.video = video;
    this.frames = new Frames(video, (picture, taken) => this.take(picture, taken));
    if (media) {
      const [track] = media.getVideoTracks();
      this.device = track.getSettings().deviceId ?? "";
      track.addEventListener("ended", () => media === this.media && this.end(OFF));
      video.srcObject = media;
    } else {
      video.src = this.data.device.film ?? "";
      video.addEventListener("error", () => video === this.video && this.fail(NO_FILM));
    }
    await video.play().catch((error) => {
      if (video === this.video && error.name !== "AbortError") throw error;
    });
  }

  /** @param {number} session */
  async openPose(session) {
    const { files, options } = this.data.device;
    const pose = new DevicePose(files, options);
    this.pose = pose;
    pose.onFailed = ({ message }) => pose === this.pose && this.fail(message);
    try {
      await pose.open((progress) => (this.loaded = progress));
    } catch (error) {
      if (session === this.session) this.fail(/** @type {Error} */ (error).message);
      return;
    }
    if (session !== this.session) return;
    this.opened = true;
    this.pace = new Pace();
  }

  /** @param {string} problem of this device */
  fail(problem) {
    this.failed = true;
    this.end(problem);
  }

  async stop() {
    this.end("");
  }

  /** @param {string} problem */
  end(problem) {
    this.finishRecording();
    this.session++;
    document.removeEventListener("visibilitychange", this.look);
    this.frames?.end();
    this.seeAgain();
    this.media?.getTracks().forEach((track) => track.stop());
    if (this.video) Object.assign(this.video, { srcObject: null });
    this.video?.removeAttribute("src");
    this.video?.load(); // lets go of the film
    this.pose?.close();
    this.link?.finish();
    this.linkBefore = this.link?.owes ? this.link : null;
    this.frames = this.media = this.video = this.pose = this.link = null;
    this.clear();
    this.problem = problem || (this.linkBefore ? STILL_OWES : "");
    this.held = this.resting = false;
    this.hiddenAt = null;
    this.set("idle");
    this.onState(); // the problem may be new
  }

  /** @param {string} device its id */
  async choose(device) {
    this.device = device;
    if (!this.data.wanted || !this.media) return;
    const session = this.session;
    this.media.getTracks().forEach((track) => track.stop()); // phones open only one camera at a time
    try {
      const media = await openCamera(this.data.wanted, device);
      if (session !== this.session) return media.getTracks().forEach((track) => track.stop());
      await this.play(media);
      this.onState();
    } catch (error) {
      if (session === this.session) this.end(/** @type {Error} */ (error).message);
    }
  }

  // ---- frames

  /**
   * @param {Picture} picture
   * @param {number} taken ms, when it left the camera
   */
  take(picture, taken) {
    if (this.resting || this.state === "idle") return picture.close();
    this.pace.cameIn(performance.now());
    this.taken = taken = Math.max(taken, this.taken + 1); // time goes on, whatever a camera says
    if (!this.opened) return this.show(picture, null);
    this.waiting?.picture.close();
    this.waiting = { picture, taken };
    if (this.busy) return;
    const { session } = this;
    this.estimateNewest().catch((error) => session === this.session && this.fail(failureFrom(error, "crashed").message));
  }

  async estimateNewest() {
    const { pose, session } = this;
    this.busy = true;
    while (this.waiting && pose && session === this.session) {
      const { picture, taken } = this.waiting;
      this.waiting = null;
      const copy = await copyOf(picture);
      const film = this.filmOf(sizeOf(copy));
      film?.addPicture(copy);
      const found = await pose.estimate(picture, taken / 1000);
      if (!found || session !== this.session) {
        copy.close();
        continue;
      }
      film?.addPeople(found);
      if (film?.full) this.finishRecording();
      this.remembered.add(found);
      this.speed.note(found);
      this.own?.add(found);
      this.link?.send(found);
      if (this.held) copy.close();
      else this.show(copy, found);
      this.pace.wentOut(performance.now(), found.ms, performance.now() - taken);
    }
    if (session === this.session) this.busy = false;
  }

  /**
   * @param {Picture} picture
   * @param {DeviceFrame | null} people
   */
  show(picture, people) {
    if (this.held) return picture.close();
    this.shown?.picture.close();
    this.shown = { picture, people };
    this.draw();
    this.set("live");
  }

  draw() {
    if (!this.shown) return;
    const { width, height } = this.canvas;
    this.drawOn(this.canvas, this.pen, this.shown, true);
    if (width !== this.canvas.width || height !== this.canvas.height) this.canvas.dispatchEvent(new Event("resize"));
  }

  /**
   * @param {HTMLCanvasElement | OffscreenCanvas} canvas
   * @param {CanvasRenderingContext2D} pen
   * @param {{picture: Picture, people: DeviceFrame | null}} frame
   * @param {boolean} asShown mirrored and with skeletons, if the visitor chose that
   */
  drawOn(canvas, pen, { picture, people }, asShown) {
    const [width, height] = sizeOf(picture);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const { look, mirror } = this.data.device;
    if (asShown && mirror) pen.setTransform(-1, 0, 0, 1, width, 0);
    pen.drawImage(picture, 0, 0, width, height);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    if (people && asShown) drawPeople(pen, people, look, mirror);
  }

  // ---- what the buttons do

  /** @param {CameraData["recording"]} wanted null: stop recording */
  async record(wanted) {
    if (!wanted) return this.finishRecording();
    this.planned = { fromMs: performance.now() + 1000 * wanted.begin_in_s, longest_s: wanted.longest_s };
  }

  /**
   * The recording that this frame is for, if there is one.
   * @param {[number, number]} size
   */
  filmOf(size) {
    const { planned } = this;
    if (!planned || performance.now() < planned.fromMs) return null;
    this.film ??= new Recording({ size, longestS: planned.longest_s, names: this.data.device });
    return this.film;
  }

  async finishRecording() {
    const { film } = this;
    this.film = this.planned = null;
    const { model, people, smoothing } = this.data.device.options;
    const kept = await film?.finish({ options: { model, people, smoothing, engine: "mediapipe" }, where: "in the visitor's browser" });
    if (kept) this.onRecorded(kept);
  }

  async snapshot() {
    if (!this.shown) return null;
    const canvas = document.createElement("canvas");
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    // Each has the canvas as it is when it is asked for.
    const blob = (/** @type {string} */ type, /** @type {boolean} */ asShown) => {
      if (this.shown) this.drawOn(canvas, pen, this.shown, asShown);
      return new Promise((/** @type {(blob: Blob | null) => void} */ done) => canvas.toBlob(done, type, 0.92));
    };
    const [drawn, plain] = await Promise.all([blob("image/jpeg", true), blob("image/png", false)]);
    return drawn && plain && { drawn, plain };
  }

  // ---- numbers

  /**
   * @param {import("../types.d.ts").Wanted} wanted
   * @returns {Promise<Answer | null>}
   */
  async ask({ since, angles, coach }) {
    const { device } = this.data;
    if (coach) this.askCoach(/** @type {import("../live/coach.js").Wish} */ (coach));
    const now = performance.now();
    const figures = this.pace.figures(now);
    const shown = (this.held ? this.shown?.people : this.remembered.newest) ?? null;
    const chosen = device.angles.filter(({ name }) => angles.includes(name));
    if (!this.held) this.words = this.followed?.words ?? "";
    const report = shown && this.remembered.report(shown, since, chosen, device.look.people.map(({ color }) => color), this.words);
    return {
      figures,
      problem: this.followed?.problem || (navigator.onLine && !this.ownCounts && this.unlinked) || null,
      advice: this.adviceNow(figures),
      loading: false,
      over: null,
      goes_on_unseen: false,
      recording: this.recording,
      coach: this.ownCounts && this.own ? this.own.report(this.isAlone ? "alone" : "away") : (this.followed?.coach ?? null),
      gestures: this.followed?.gestures ?? null,
      stream: 0,
      number: -1,
      time_s: 0,
      size: [1, 1],
      hands: null,
      ...report,
    };
  }

  /** @param {Answer["figures"]} figures */
  adviceNow(figures) {
    if (!this.opened) return loadingText(this.loaded);
    const { link } = this;
    const away = awayText({
      online: navigator.onLine,
      away: link?.isAway && this.own ? this.unlinked || NO_ANSWER : "",
      catchesUp: Boolean(link?.catchesUp && this.ownCounts),
      alone: this.isAlone,
      full: Boolean(link?.kept.full),
      counts: Boolean(this.own),
      needed: Boolean(link),
    });
    if (away) return away;
    const { options, files } = this.data.device;
    const rates = this.pace.ratesForLong(performance.now());
    const slow = adviceFor(rates, figures.estimate_ms, options, Object.keys(files.bundles));
    if (slow || !this.remembered.isEmptySince(NOBODY_S)) return slow;
    return this.shown && isDark(this.shown.picture) ? "No person found: the image is dark. More light helps." : "No person in view.";
  }

  async follow() {}

  openLink() {
    this.link?.close();
    this.followed = this.link = null;
    this.unlinked = "";
    const { linkBefore, data: { device } } = this;
    this.linkBefore = null;
    if (device.link && linkBefore?.owes && linkBefore.goesTo(device.link)) {
      linkBefore.goOn();
      this.link = linkBefore;
      return;
    }
    linkBefore?.close();
    if (!device.link) return;
    const onState = (/** @type {import("./link.js").LinkState} */ state, /** @type {string} */ text) => {
      if (state === "open") this.unlinked = "";
      if (state === "lost" || state === "closed") this.unlinked = text;
      if (state === "closed" && this.linkBefore) this.allIsSent();
    };
    this.link = new Link(device.link, { onMessage: (answer) => this.hear(answer), onState }, Boolean(this.own));
  }

  /** Note that nothing of the stream before waits any more. */
  allIsSent() {
    this.linkBefore = null;
    if (this.problem !== STILL_OWES) return;
    this.problem = "";
    this.onState();
  }

  // ---- the coach

  /** Whether this device counts by itself: until the server knows all again. */
  get ownCounts() {
    const { link, own } = this;
    if (!own || !link) return false;
    const isUpToDate = !link.keeps || own.nowS - link.gotS < RECENT_S;
    if (this.ownOnly || link.isAway) this.countsItself = true;
    else if (link.state === "open" && !link.catchesUp && link.got >= 0 && isUpToDate) this.countsItself = false;
    return this.countsItself;
  }

  /** Whether the server does not know the coach's session any more. */
  get isAlone() {
    return this.ownOnly || (Boolean(this.own) && this.link?.state === "closed");
  }

  /** @param {import("../live/coach.js").Wish} wish */
  askCoach(wish) {
    if (this.ownCounts) this.own?.ask(wish);
    if (wish === "again") this.ownOnly = false;
    if (!this.ownOnly) this.link?.ask(wish);
  }

  /** @param {LinkAnswer} answer */
  hear(answer) {
    const { coach } = answer;
    // It comes once; the panel may look later.
    if (coach?.phase === "done") coach.result ??= this.followed?.coach?.result ?? null;
    this.followed = answer;
    if (coach && !this.ownCounts && this.link) this.own?.hear(coach, this.link.gotS);
  }

  // ---- nothing from a hidden page

  restWhileHidden() {
    if (!document.hidden) {
      this.hiddenAt = null;
      this.resting = false;
      return this.seeAgain();
    }
    const [track] = this.media?.getVideoTracks() ?? [];
    if (track && (this.planned || this.followed?.goes_on_unseen)) {
      this.unseen ??= new UnseenFrames(track, (picture, taken) => this.take(picture, taken));
      return;
    }
    this.hiddenAt ??= performance.now();
    this.resting ||= performance.now() - this.hiddenAt > HIDDEN_MS;
  }

  seeAgain() {
    this.unseen?.end();
    this.unseen = null;
  }
}
