// @ts-check
// The browser's end of a live stream, from its camera to the picture that comes back. The connection is kept through
// short network losses, restarted after long ones, and paused while the page is hidden.

import { Delay } from "./delay.js";
import { openCamera } from "./no_camera.js";
import { become } from "./source.js";

const RETRY_MS = 2000;
const HIDDEN_MS = 2000;
const GATHER_MS = 6000;
const CONNECTING_MS = 15000;
const ANSWER_MS = 20000;
const NUMBERS_MS = 3000;
const MOST_TRIES = 30;
const FIGURES_MS = 1000;
const FAILED = "The connection failed. Check it under “Camera not starting?”.";
const OUTDATED = "This page is out of date. Reload it, and press Start again.";

/** @typedef {import("../types.d.ts").Answer} Answer */
/** @typedef {import("../types.d.ts").CameraData} CameraData */
/** @typedef {import("../types.d.ts").LiveSource} LiveSource */
/** @typedef {LiveSource["state"]} State */
/** @typedef {import("../types.d.ts").Wanted} Wanted */

/** @implements {LiveSource} */
export class Connection {
  /**
   * @param {CameraData} data
   * @param {HTMLVideoElement} video shows what comes back
   * @param {() => void} onState
   */
  constructor(data, video, onState) {
    this.data = data;
    this.video = video;
    this.onState = onState;
    /** @type {State} */
    this.state = "idle";
    this.problem = ""; // why it is not live
    this.failed = false; // that is the connection's fault
    this.session = 0; // grows with each start
    this.joined = false; // the server has a stream for this session; before, it answers for the one that is over
    this.patienceMs = 8000; // a connection that recovers within this time continues as before
    /** @type {MediaStream | null} */
    this.media = null; // the camera
    this.device = "";
    /** @type {RTCPeerConnection | null} */
    this.peer = null;
    this.delay = new Delay();
    this.hold = false; // picture and numbers are frozen
    /** @type {import("../types.d.ts").Answer["recording"]} */
    this.recording = null;
    this.shown = 0; // frames per second on screen
    /** @type {string | null} */
    this.route = null;
    this.goesOnUnseen = false;
    this.resting = false;
    /** @type {number | null} */
    this.hiddenAt = null;
    /** @type {{at: number, decoded: number | null} | null} */
    this.before = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.triesLeft = MOST_TRIES;
    /** @type {Promise<unknown>} */
    this.gone = Promise.resolve(); // once the server knows of the last end
    this.leave = () => this.tell({ do: "end" }).catch(() => {});
    this.look = () => this.restWhileHidden();
    become(this);
    Object.assign(window, { posecoreConnection: this }); // for tests
  }

  get isOn() {
    return this.state !== "idle" && this.state !== "asking";
  }

  get stream() {
    return this.isOn && this.joined ? `${this.session}` : null;
  }

  /** @param {State} state */
  set(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState();
  }

  // ---- from Start to Stop

  async start() {
    if (this.state !== "idle") return;
    const session = ++this.session;
    this.joined = false;
    this.problem = "";
    this.failed = false;
    this.triesLeft = MOST_TRIES;
    this.set("asking");
    try {
      const media = this.data.wanted && (await openCamera(this.data.wanted, this.device));
      if (session !== this.session) return void media?.getTracks().forEach((track) => track.stop());
      this.media = media;
      this.device = media?.getVideoTracks()[0]?.getSettings().deviceId ?? "";
      media?.getVideoTracks()[0]?.addEventListener("ended", () => this.end("The camera was unplugged or switched off."));
      window.addEventListener("pagehide", this.leave);
      document.addEventListener("visibilitychange", this.look);
      this.set("connecting");
      await this.connect();
    } catch (error) {
      if (session === this.session) this.end(/** @type {Error} */ (error).message);
    }
  }

  /** Stop; the server learns it at once. */
  async stop() {
    this.end("");
    await this.gone;
  }

  /** @param {string} problem */
  end(problem) {
    this.session++;
    if (this.isOn) this.gone = this.leave();
    clearTimeout(this.timer);
    window.removeEventListener("pagehide", this.leave);
    document.removeEventListener("visibilitychange", this.look);
    this.close();
    this.media?.getTracks().forEach((track) => track.stop());
    this.media = null;
    this.problem = problem;
    this.hold = this.resting = this.goesOnUnseen = false;
    this.recording = null;
    this.video.srcObject = null;
    this.set("idle");
    this.onState(); // the problem may be new
  }

  close() {
    const peer = this.peer;
    this.peer = null;
    peer?.close();
    this.before = null;
    this.route = null;
    this.shown = 0;
  }

  async connect() {
    const peer = new RTCPeerConnection(this.data.connection);
    this.close();
    this.peer = peer;
    peer.addEventListener("track", ({ track }) => this.play(new MediaStream([track])));
    peer.addEventListener("connectionstatechange", () => this.changed(peer));
    if (this.media) for (const track of this.media.getTracks()) peer.addTrack(track, this.media);
    else peer.addTransceiver("video", { direction: "recvonly" });
    await peer.setLocalDescription();
    await gathered(peer);
    if (peer !== this.peer) return;
    const { sdp, type } = /** @type {RTCSessionDescription} */ (peer.localDescription);
    const answer = await this.tell({ sdp, type });
    if (peer !== this.peer) return;
    this.joined = true;
    await peer.setRemoteDescription(answer);
    // With no address to try, a browser never reports a failure.
    clearTimeout(this.timer);
    this.timer = setTimeout(() => peer === this.peer && this.broken(), CONNECTING_MS);
  }

  /** @param {RTCPeerConnection} peer */
  changed(peer) {
    if (peer !== this.peer) return;
    if (peer.connectionState === "connected") {
      clearTimeout(this.timer);
      this.triesLeft = MOST_TRIES;
      this.set("live");
    } else if (peer.connectionState === "disconnected") {
      this.set("lost");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.renew(), this.patienceMs);
      this.endIfOver().catch(() => {}); // the server cannot be reached
    } else if (peer.connectionState === "failed" || peer.connectionState === "closed") this.broken();
  }

  fail() {
    this.failed = true;
    this.end(FAILED);
  }

  broken() {
    clearTimeout(this.timer);
    if (this.state === "connecting") return this.fail();
    this.set("lost");
    this.timer = setTimeout(() => this.renew(), RETRY_MS);
  }

  /** Connect again, with the same camera. */
  async renew() {
    const session = this.session;
    if (this.triesLeft-- === 0) return this.fail();
    try {
      if (await this.endIfOver()) return;
      if (session === this.session) await this.connect();
    } catch (error) {
      if (session !== this.session) return;
      if (error instanceof Refused) return this.end(error.message);
      this.timer = setTimeout(() => this.renew(), RETRY_MS);
    }
  }

  /** Stop if the server has ended the stream, as when its time is over; the page then says why. */
  async endIfOver() {
    const session = this.session;
    const response = await fetch(this.data.address, { signal: AbortSignal.timeout(RETRY_MS) });
    const over = response.ok && Boolean((await response.json()).over);
    if (over && session === this.session) this.end("");
    return over;
  }

  /**
   * Tell the server something; its answer.
   * @param {object} what
   * @throws {Refused} if it does not want to
   */
  async tell(what) {
    const sent = { method: "POST", body: JSON.stringify(what), signal: AbortSignal.timeout(ANSWER_MS), keepalive: true };
    const response = await fetch(this.data.address, sent);
    if (response.ok) return response.json();
    throw new Refused(response.status === 404 ? OUTDATED : await response.text());
  }

  /** @param {MediaStream} picture */
  play(picture) {
    this.video.srcObject = picture;
    this.video.play().catch(() => {}); // it is muted; if a browser still refuses, its poster has a button
  }

  // ---- what the buttons do

  get news() {
    return ""; // the server says it with the letters
  }

  get records() {
    return true;
  }

  /** @param {CameraData["recording"]} wanted null: stop recording */
  async record(wanted) {
    await this.tell(wanted ? { do: "record", ...wanted } : { do: "stop" }).catch(() => {}); // the page reports a lost server
    this.recording = null; // until the server says it again
  }

  /** @returns {Promise<number[] | null>} numbers of the visit's snapshots; null if the server cannot be reached */
  async snapshot() {
    const answer = await this.tell({ do: "snapshot" }).catch(() => null);
    return answer?.snapshots ?? null;
  }

  // ---- numbers

  /**
   * @param {Wanted} wanted
   * @returns {Promise<Answer | null>} null if the server has none now
   */
  async ask({ since, angles, hold, coach }) {
    const wishes = `${hold === null ? "" : `&hold=${hold}`}${coach ? `&coach=${coach}` : ""}`;
    const asked = `${this.data.address}?since=${since}&angles=${angles.join(",")}${wishes}`;
    const response = await fetch(asked, { signal: AbortSignal.timeout(NUMBERS_MS) });
    return response.ok ? response.json() : null;
  }

  /** @param {Answer} answer */
  async follow(answer) {
    this.goesOnUnseen = answer.goes_on_unseen;
    this.recording = answer.recording;
    if (answer.over) await this.stop(); // the page reports why
    await this.readFigures();
    this.delay.look(this);
  }

  get measured() {
    return { displayed: this.shown, delay: this.data.wanted ? this.delay.ms : undefined, route: this.route };
  }

  // ---- the choice of a camera

  /** @param {string} device its id */
  async choose(device) {
    this.device = device;
    const wanted = this.data.wanted;
    if (!wanted || !this.media) return;
    const old = this.media;
    const session = this.session;
    old.getTracks().forEach((track) => track.stop()); // phones open only one camera at a time
    try {
      const media = await openCamera(wanted, device);
      if (session !== this.session) return media.getTracks().forEach((track) => track.stop());
      const [track] = media.getVideoTracks();
      this.media = media;
      track.addEventListener("ended", () => this.end("The camera was unplugged or switched off."));
      for (const sender of this.peer?.getSenders() ?? []) await sender.replaceTrack(track);
      this.onState();
    } catch (error) {
      if (session === this.session) this.end(/** @type {Error} */ (error).message);
    }
  }

  // ---- no video from a hidden page

  /** Wait before pausing: whether the server needs the frames anyway is only known from its last answer. */
  restWhileHidden() {
    if (!document.hidden) {
      this.hiddenAt = null;
      if (this.resting) this.send(this.media?.getVideoTracks()[0] ?? null);
      this.resting = false;
      return;
    }
    this.hiddenAt ??= performance.now();
    const long = performance.now() - this.hiddenAt > HIDDEN_MS;
    if (!long || this.resting || this.goesOnUnseen) return;
    this.resting = true;
    this.send(null);
  }

  /** @param {MediaStreamTrack | null} track */
  send(track) {
    if (!this.media) return;
    for (const sender of this.peer?.getSenders() ?? []) sender.replaceTrack(track);
  }

  // ---- statistics

  async readFigures() {
    const peer = this.peer;
    if (!peer || peer.connectionState !== "connected") return;
    const at = performance.now();
    if (this.before && at - this.before.at < FIGURES_MS) return;
    /** @type {Map<string, any>} */
    const stats = new Map();
    (await peer.getStats()).forEach((one, id) => stats.set(id, one));
    const all = [...stats.values()];
    const pair = all.find(({ type, nominated }) => type === "candidate-pair" && nominated);
    const decoded = all.find(({ type, kind }) => type === "inbound-rtp" && kind === "video")?.framesDecoded ?? null;
    this.route = stats.get(pair?.localCandidateId)?.candidateType ?? null;
    if (this.before && this.before.decoded !== null && decoded !== null) {
      this.shown = (1000 * (decoded - this.before.decoded)) / (at - this.before.at);
    }
    this.before = { at, decoded };
  }
}

/** What the server says in place of an answer. */
class Refused extends Error {}

/**
 * Wait until the browser knows its own addresses, as the offer has them all.
 * @param {RTCPeerConnection} peer
 * @returns {Promise<void>}
 */
function gathered(peer) {
  return new Promise((done) => {
    const look = () => peer.iceGatheringState === "complete" && done();
    peer.addEventListener("icegatheringstatechange", look);
    setTimeout(done, GATHER_MS);
    look();
  });
}
