// @ts-check
// Landmarks to the server, and what it makes of them back. Only the newest frames are ever waited for: a slow network
// loses frames and delays nothing. Frames travel five times a second, as often as the server answers, or each at once
// while other programs get them. If the connection is lost while a coach counts, they are kept, and sent once it is back.

import { bytesOf, joined } from "./frame_bytes.js";
import { KeptFrames, LONGEST_S } from "./kept_frames.js";

/** @typedef {import("./kept_frames.js").SentBytes} SentBytes */
/** @typedef {import("./frame_bytes.js").SentFrame} SentFrame */
/** @typedef {"connecting" | "open" | "lost" | "resting" | "closed"} LinkState */
/**
 * What the server makes of the landmarks, with the keys that the live panel knows.
 * @typedef {object} LinkAnswer
 * @property {import("../types.d.ts").Coaching | null} coach
 * @property {import("../types.d.ts").GestureState | null} gestures
 * @property {boolean} goes_on_unseen whether frames are needed even if the page is hidden
 * @property {string | null} problem
 * @property {string | null} words what the hands show; null if nobody asks
 * @property {Wish | null} told the wish of the coach that it knows now
 * @property {boolean} keeps whether frames are wanted later if they cannot be sent
 * @property {number} got number of the newest frame that it has
 */
/** @typedef {import("../live/coach.js").Wish} Wish */

const PROTOCOL = "posecore.landmarks.v2";
const EVERY_MS = 200;
/** Of waiting frames, and of what the socket has not sent yet; a message may have 64 KB. */
const MOST_BYTES = 60_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const FULL_WAIT_MS = 10_000;
const LASTED_MS = 5000; // a connection that ends sooner is not a success
const QUIET_MS = 4000; // the server says every two seconds what it has got
const SILENT_MS = 10_000; // then the connection is given up
const MOMENT_MS = 1500; // of a connection that is lost, before anything is said
const LOST = 1006; // as browsers call it
const MOST_UNSURE = 600; // frames that the server may not have got
const RESTS = 4002;
const FULL = 1013;
/** After these there is no use in trying again. */
const FINAL = [1008, 1009, 4001, 4003];

/**
 * How long to wait before the nth attempt to connect again, from 0.
 * @param {number} attempt
 * @param {number} chance 0 to 1, so that not all browsers come back at once
 */
export function waitMs(attempt, chance) {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt) * (0.75 + 0.5 * chance);
}

/**
 * What the end of a connection means.
 * @param {number} code
 * @param {string} reason
 * @returns {{state: LinkState, text: string}}
 */
export function meaningOf(code, reason) {
  if (FINAL.includes(code)) return { state: "closed", text: reason || "The server does not take landmarks from this page." };
  if (code === RESTS) return { state: "resting", text: reason };
  if (code === FULL) return { state: "lost", text: `${reason || "The server is full."} This page tries again.` };
  return { state: "lost", text: "The connection to the server was lost. This page tries again." };
}

/** @param {string} address */
function urlOf(address) {
  const url = new URL(address, globalThis.location?.href);
  url.protocol = url.protocol.replace("http", "ws");
  return url;
}

export class Link {
  /**
   * @param {string} address relative to the page, or a whole one
   * @param {object} listeners
   * @param {(answer: LinkAnswer) => void} [listeners.onMessage]
   * @param {(state: LinkState, text: string) => void} [listeners.onState]
   * @param {boolean} [keeps] whether frames are wanted later if they cannot be sent; the server says so, too
   */
  constructor(address, { onMessage = () => {}, onState = () => {} } = {}, keeps = false) {
    this.url = urlOf(address);
    this.onMessage = onMessage;
    this.onState = onState;
    /** @type {LinkState} */
    this.state = "connecting";
    /** @type {SentBytes[]} */
    this.waiting = [];
    this.waitingBytes = 0;
    /** How many frames were given up because they were too old. */
    this.dropped = 0;
    this.number = -1; // of the newest frame, and its time; the server refuses what does not grow
    this.timeS = -Infinity;
    this.sentAt = -Infinity;
    this.frameAt = -Infinity;
    this.eachAtOnce = false;
    this.keeps = keeps;
    this.kept = new KeptFrames();
    /** What was sent, until the server says that it has got it. @type {(SentBytes | {wish: Wish})[]} */
    this.unsure = [];
    this.keptNumber = this.got = -1; // newest frames that were kept, and that the server has
    this.gotS = -Infinity; // on the clock of the frames
    this.lostAt = Infinity;
    this.silentSince = Infinity; // ms: when something was sent, or a connection begun, to which nothing has come
    /** @type {Wish | null} */
    this.wish = null; // the server does not know it yet
    this.attempt = 0;
    this.openedAt = Infinity;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.flushTimer = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.againTimer = undefined;
    /** Runs once no more frames come. @type {ReturnType<typeof setTimeout> | undefined} */
    this.lastTimer = undefined;
    this.onOnline = () => this.state === "lost" && this.connect();
    this.onOffline = () => this.state === "open" && this.drop();
    globalThis.addEventListener?.("online", this.onOnline);
    globalThis.addEventListener?.("offline", this.onOffline);
    this.connect();
  }

  /** Whether the server does not know all yet that was kept for it. */
  get catchesUp() {
    return this.state === "open" && (!this.kept.empty || this.keptNumber > this.got);
  }

  /** Whether it has not been reached for longer than a moment, or never will. */
  get isAway() {
    if (this.state === "closed" || performance.now() - this.lostAt > MOMENT_MS) return true;
    return this.keeps && this.frameAt - this.silentSince > QUIET_MS; // without frames there are no answers
  }

  /**
   * Send a frame soon, or give up older ones for it; never waits.
   * @param {SentFrame} frame later than those before; its number may begin anew with another model
   */
  send(frame) {
    if (this.state === "closed" || !(frame.timeS > this.timeS)) return;
    const now = performance.now();
    if (now - this.frameAt > QUIET_MS) this.silentSince = Infinity; // the page was hidden: nothing was to be answered
    this.frameAt = now;
    if (this.state === "resting") this.connect();
    this.timeS = frame.timeS;
    this.number = Math.max(this.number + 1, frame.number);
    const { number, timeS } = this;
    const sent = { bytes: bytesOf({ ...frame, number }), number, timeS, atMs: now };
    if (this.keepsNow) this.kept.add(sent);
    else this.wait(sent);
    if (this.keeps && now - this.silentSince > SILENT_MS) return this.drop();
    const wait = this.eachAtOnce && this.kept.empty ? 0 : this.sentAt + EVERY_MS - now;
    if (wait <= 0) this.flush();
    else this.flushTimer ??= setTimeout(() => this.flush(), wait);
  }

  /** Whether frames are kept: until the connection is back, and those before them have been sent. */
  get keepsNow() {
    return !this.kept.empty || (this.keeps && this.state !== "open");
  }

  /** @param {SentBytes} sent */
  wait(sent) {
    this.waiting.push(sent);
    this.waitingBytes += sent.bytes.length;
    while (this.waitingBytes > MOST_BYTES && this.waiting.length > 1) {
      this.waitingBytes -= /** @type {SentBytes} */ (this.waiting.shift()).bytes.length;
      this.dropped++;
    }
  }

  /**
   * Tell the coach a wish; it is told again until the server knows it.
   * @param {Wish} wish
   */
  ask(wish) {
    if (wish === this.wish) return;
    this.wish = wish;
    if (this.keepsNow) this.kept.ask(wish);
    else this.tell();
  }

  /** End the connection once the server has what is kept for it, or two minutes later. No more frames come. */
  finish() {
    const isSending = this.state === "open" && this.kept.empty; // what is on its way arrives
    if (this.keeps && this.owes && !isSending) this.lastTimer = setTimeout(() => this.close(), 1000 * LONGEST_S);
    else this.close();
  }

  /** @param {string} address as it was given */
  goesTo(address) {
    return this.url.href === urlOf(address).href;
  }

  /** After all, more frames come. */
  goOn() {
    clearTimeout(this.lastTimer);
    this.lastTimer = undefined;
  }

  /** Whether the server may lack something. */
  get owes() {
    return this.state !== "closed" && !(this.kept.empty && this.unsure.length === 0);
  }

  /** End the connection for good. */
  close() {
    this.enter("closed", "");
    this.socket?.close(1000);
    this.forget();
  }

  connect() {
    clearTimeout(this.againTimer);
    if (globalThis.navigator?.onLine === false) {
      this.lostAt = Math.min(this.lostAt, performance.now());
      return this.enter("lost", meaningOf(LOST, "").text);
    }
    this.enter("connecting", "Connecting to the server.");
    this.silentSince = performance.now();
    const socket = new WebSocket(this.url, PROTOCOL);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      if (socket !== this.socket) return;
      this.openedAt = performance.now();
      this.silentSince = this.lostAt = Infinity;
      this.enter("open", "");
      if (this.kept.empty) this.tell();
      this.flush();
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.socket && this.state !== "closed") this.take(data);
    });
    socket.addEventListener("close", ({ code, reason }) => {
      if (socket === this.socket && this.state !== "closed") this.lose(code, reason);
    });
  }

  /** @param {string} text */
  take(text) {
    /** @type {LinkAnswer} */
    const answer = JSON.parse(text);
    this.silentSince = Infinity;
    this.eachAtOnce = answer.goes_on_unseen;
    this.keeps = answer.keeps;
    this.got = answer.got;
    for (const each of this.unsure) if ("bytes" in each && each.number <= answer.got) this.gotS = each.timeS;
    if (answer.told === this.wish) this.wish = null;
    const isThere = (/** @type {SentBytes | {wish: Wish}} */ each) =>
      "wish" in each ? each.wish === answer.told : each.number <= answer.got;
    this.unsure = this.unsure.filter((each) => !isThere(each));
    this.onMessage(answer);
    if (this.lastTimer && !this.owes) this.close();
  }

  /** Take the connection for lost, which the browser may find out only much later. */
  drop() {
    const { socket } = this;
    this.socket = null;
    socket?.close();
    this.lose(LOST, "");
  }

  keep() {
    this.kept.putBack(this.unsure);
    for (const each of this.waiting) this.kept.add(each);
    [this.unsure, this.waiting] = [[], []];
    this.waitingBytes = 0;
    if (this.wish) this.kept.ask(this.wish);
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  lose(code, reason) {
    if (performance.now() - this.openedAt > LASTED_MS) this.attempt = 0;
    this.openedAt = this.silentSince = Infinity;
    const { state, text } = meaningOf(code, reason);
    this.enter(state, text);
    if (state === "closed") this.forget();
    if (state !== "lost") return;
    this.lostAt = Math.min(this.lostAt, performance.now());
    if (this.keeps) this.keep();
    const wait = code === FULL ? FULL_WAIT_MS : waitMs(this.attempt++, Math.random());
    this.againTimer = setTimeout(() => this.connect(), wait);
  }

  tell() {
    if (this.wish && this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ coach: this.wish }));
  }

  flush() {
    clearTimeout(this.flushTimer);
    this.flushTimer = undefined;
    if (!(this.waiting.length || !this.kept.empty) || this.socket?.readyState !== WebSocket.OPEN || this.socket.bufferedAmount > MOST_BYTES) return;
    this.sentAt = performance.now();
    this.silentSince = Math.min(this.silentSince, this.sentAt);
    if (!this.kept.empty) return this.sendKept(this.kept.next(this.sentAt));
    this.socket.send(joined(this.waiting.map(({ bytes }) => bytes)));
    if (this.keeps) this.noteUnsure(...this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
  }

  /** @param {SentBytes[] | Wish} next */
  sendKept(next) {
    this.flushTimer = setTimeout(() => this.flush(), EVERY_MS);
    if (typeof next === "string") {
      this.socket?.send(JSON.stringify({ coach: next }));
      return this.noteUnsure({ wish: next });
    }
    this.socket?.send(joined(next.map(({ bytes }) => bytes)));
    this.keptNumber = next[next.length - 1].number;
    this.noteUnsure(...next);
  }

  /** @param {(SentBytes | {wish: Wish})[]} sent */
  noteUnsure(...sent) {
    this.unsure.push(...sent);
    this.unsure.splice(0, this.unsure.length - MOST_UNSURE);
  }

  forget() {
    globalThis.removeEventListener?.("online", this.onOnline);
    globalThis.removeEventListener?.("offline", this.onOffline);
    this.kept.forget();
    this.unsure = [];
    for (const timer of [this.flushTimer, this.againTimer, this.lastTimer]) clearTimeout(timer);
    this.waiting = [];
    this.waitingBytes = 0;
  }

  /**
   * @param {LinkState} state
   * @param {string} text for the visitor; empty if there is nothing to say
   */
  enter(state, text) {
    if (state === this.state && state !== "connecting" && state !== "lost") return;
    this.state = state;
    this.onState(state, text);
  }
}
