// @ts-check
// The delay of the live video, from when a frame leaves the camera to when it is on screen. Frames carry no mark that
// could be read here. So now and then the camera's video and the returned one are sampled for some seconds, as coarse
// greyscale images, and compared.

import { make } from "../shared/dom.js";
import { COLUMNS, ROWS, delayBetween } from "./likeness.js";

/** @typedef {import("./likeness.js").Seen} Seen */
/** @typedef {import("./connection.js").Connection} Connection */

const FINE = 4; // each cell is the mean of 4 x 4 pixels, since a browser that shrinks an image skips most pixels
const WATCH_MS = 3500;
const LATER_MS = 500; // do not wait for a stream that has stopped
const REST_MS = 6500;
const RETRY_MS = 1500; // nothing moved

export class Delay {
  constructor() {
    const canvas = make("canvas", { width: COLUMNS * FINE, height: ROWS * FINE });
    this.pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
    /** @type {number | null} */
    this.ms = null;
    this.next = 0;
  }

  /**
   * Start a measurement if one is due; called often.
   * @param {Connection | null} connection
   */
  look(connection) {
    const track = connection?.peer?.getSenders().find((sender) => sender.track?.kind === "video")?.track;
    const video = connection?.video;
    if (!track) this.ms = null;
    if (!track || !video || connection.hold || performance.now() < this.next) return;
    this.next = Infinity;
    this.measure(track, video);
  }

  /**
   * @param {MediaStreamTrack} track
   * @param {HTMLVideoElement} video
   */
  async measure(track, video) {
    const until = performance.now() + WATCH_MS;
    let found = null;
    try {
      const [sent, shown] = await Promise.all([this.watchSent(track, until), this.watchShown(video, until)]);
      found = delayBetween(sent, shown);
    } catch {
      // The stream has ended meanwhile.
    }
    this.ms = found ?? this.ms;
    this.next = performance.now() + (found === null ? RETRY_MS : REST_MS);
  }

  /**
   * @param {MediaStreamTrack} track
   * @param {number} until
   */
  async watchSent(track, until) {
    const Processor = window.MediaStreamTrackProcessor;
    if (!Processor) return this.watchInVideo(track, until);
    /** @type {Seen[]} */
    const seen = [];
    const own = track.clone(); // can be stopped without stopping the camera
    const reader = new Processor({ track: own }).readable.getReader();
    const timer = setTimeout(() => own.stop(), WATCH_MS + LATER_MS);
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      seen.push(this.note(next.value));
      next.value.close();
      if (performance.now() > until) break;
    }
    clearTimeout(timer);
    own.stop();
    reader.cancel();
    return seen;
  }

  /**
   * @param {MediaStreamTrack} track
   * @param {number} until
   */
  async watchInVideo(track, until) {
    const video = make("video", { muted: true, playsInline: true, srcObject: new MediaStream([track]) });
    try {
      await video.play();
      return await this.watchShown(video, until);
    } catch {
      return []; // not allowed to play: the delay stays unknown
    } finally {
      video.srcObject = null;
    }
  }

  /**
   * @param {HTMLVideoElement} video
   * @param {number} until
   * @returns {Promise<Seen[]>}
   */
  watchShown(video, until) {
    /** @type {Seen[]} */
    const seen = [];
    return new Promise((done) => {
      const timer = setTimeout(() => done(seen), WATCH_MS + LATER_MS);
      const next = () => {
        seen.push(this.note(video));
        if (performance.now() < until) return void video.requestVideoFrameCallback(next);
        clearTimeout(timer);
        done(seen);
      };
      video.requestVideoFrameCallback(next);
    });
  }

  /**
   * @param {HTMLVideoElement | VideoFrame} picture
   * @returns {Seen}
   */
  note(picture) {
    const at = performance.now();
    this.pen.drawImage(picture, 0, 0, COLUMNS * FINE, ROWS * FINE);
    const { data } = this.pen.getImageData(0, 0, COLUMNS * FINE, ROWS * FINE);
    const grey = new Float32Array(COLUMNS * ROWS);
    for (let dot = 0; dot < data.length / 4; dot++) {
      const [row, column] = [Math.floor(dot / (COLUMNS * FINE)), dot % (COLUMNS * FINE)];
      const cell = COLUMNS * Math.floor(row / FINE) + Math.floor(column / FINE);
      grey[cell] += (0.3 * data[4 * dot] + 0.6 * data[4 * dot + 1] + 0.1 * data[4 * dot + 2]) / FINE ** 2;
    }
    return { at, grey };
  }
}
