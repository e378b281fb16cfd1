// @ts-check
// A recording on the visitor's own device: the browser keeps the film, the page its landmarks. Nothing travels.

import { savedResult, SUFFIX } from "./saved_result.js";

/** @typedef {import("../types.d.ts").DeviceFrame} DeviceFrame */
/** @typedef {import("./saved_result.js").Names} Names */

const KINDS = ["video/mp4;codecs=avc1.42E01F", "video/webm;codecs=vp8", "video/webm"];
const BITS_PER_SECOND = 4_000_000;
const PIECE_MS = 1000; // what a crash of the browser's encoder could lose

/**
 * A recording that is over: film, landmarks as a saved result, and their names as files.
 * @typedef {{film: Blob, filmName: string, result: Blob, resultName: string, seconds: number, problem: string}} KeptRecording
 */

/** Whether this browser can record. */
export const canRecord = () => kindOfFilm() !== undefined && "captureStream" in HTMLCanvasElement.prototype;

const kindOfFilm = () => ("MediaRecorder" in globalThis ? KINDS.find((kind) => MediaRecorder.isTypeSupported(kind)) : undefined);

/**
 * The name of a recording that begins now, which a file may have on any system.
 * @param {Date} now
 */
export function nameOf(now) {
  const two = (/** @type {number} */ number) => `${number}`.padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `recording ${day} ${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(".")}`;
}

export class Recording {
  /**
   * The recorder gets exactly the frames that are estimated, each at its time, so that film and landmarks agree.
   * @param {{size: [number, number], longestS: number, names: Names}} options size of the film in pixels; names of landmarks
   */
  constructor({ size: [width, height], longestS, names }) {
    this.name = nameOf(new Date());
    this.longestS = longestS;
    this.names = names;
    /** @type {DeviceFrame[]} */
    this.frames = [];
    /** When the film got its first and its newest picture, seconds. */
    this.startS = this.pictureS = NaN;
    /** Why the film broke off. */
    this.problem = "";
    this.canvas = Object.assign(document.createElement("canvas"), { width, height });
    this.painter = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", { alpha: false }));
    const stream = this.canvas.captureStream(0);
    this.track = /** @type {CanvasCaptureMediaStreamTrack} */ (stream.getVideoTracks()[0]);
    /** Who takes in what the canvas shows: Firefox has this method only on the stream. @type {{requestFrame(): void}} */
    this.taker = "requestFrame" in this.track ? this.track : /** @type {any} */ (stream);
    /** @type {Blob[]} */
    this.pieces = [];
    this.recorder = new MediaRecorder(new MediaStream([this.track]), {
      mimeType: kindOfFilm(),
      videoBitsPerSecond: BITS_PER_SECOND,
    });
    this.recorder.addEventListener("dataavailable", ({ data }) => this.pieces.push(data));
    this.recorder.addEventListener("error", ({ error }) => {
      this.problem = `The browser could not go on recording (${error?.message ?? "no reason given"}).`;
    });
    this.ended = new Promise((resolve) => this.recorder.addEventListener("stop", resolve, { once: true }));
    this.recorder.start(PIECE_MS);
  }

  get seconds() {
    return (this.frames.at(-1)?.timeS ?? this.startS) - this.startS || 0;
  }

  get full() {
    return this.seconds >= this.longestS;
  }

  get active() {
    return this.recorder.state === "recording" && !this.full;
  }

  /**
   * Keep a frame's picture, before it is estimated.
   * @param {CanvasImageSource} picture is scaled to the film's size
   */
  addPicture(picture) {
    if (!this.active) return;
    this.painter.drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    this.pictureS = performance.now() / 1000;
    if (Number.isNaN(this.startS)) this.startS = this.pictureS;
    this.taker.requestFrame();
  }

  /**
   * Keep what was found in the newest picture, at its time in the film: a frame may have waited since it was taken.
   * @param {DeviceFrame} frame
   */
  addPeople(frame) {
    if (this.pictureS !== this.frames.at(-1)?.timeS) this.frames.push({ ...frame, timeS: this.pictureS });
  }

  /**
   * End it; null if nothing was recorded.
   * @param {object} facts plain values about how people were found
   * @returns {Promise<KeptRecording | null>}
   */
  async finish(facts) {
    if (this.recorder.state !== "inactive") this.recorder.stop();
    await this.ended;
    this.track.stop();
    const film = new Blob(this.pieces, { type: this.recorder.mimeType });
    if (!this.frames.length || !film.size) return null;
    const filmName = `${this.name}.${film.type.startsWith("video/mp4") ? "mp4" : "webm"}`;
    const result = savedResult(this.frames, this.names, this.startS, { source: filmName, ...facts });
    return { film, filmName, result, resultName: `${this.name}${SUFFIX}`, seconds: this.seconds, problem: this.problem };
  }
}
