// @ts-check
// People and hands before a live camera, found on the visitor's own device: a worker of the page runs MediaPipe's runtime for browsers.
//
//   const pose = new DevicePose(files, { model: "full", people: 1, bodies: true, hands: 0, smoothing: true });
//   pose.onFailed = (failure) => ...; // from then on nothing comes; failure.code and failure.message say why
//   await pose.open(({ done, total }) => ...);
//   const found = await pose.estimate(videoFrame, timeS); // null if a newer frame came meanwhile, or it has ended
//   pose.close();

import { webgl } from "../shared/webgl.js";
import { DelegateTrial } from "./delegate_trial.js";
import { DeviceFailure, failureFrom } from "./failure.js";
import { whyNotLoaded } from "./files.js";

/** @typedef {import("../types.d.ts").DeviceFiles} DeviceFiles */
/** @typedef {import("../types.d.ts").DeviceFrame} DeviceFrame */
/** @typedef {import("../types.d.ts").DeviceOptions} DeviceOptions */
/** @typedef {import("./delegate_trial.js").Delegate} Delegate */
/** @typedef {import("./failure.js").Code} Code */
/** @typedef {{done: number, total: number}} Progress */

const STALLED_S = 20;
const CLOSING_MS = 1000;
const TRIED = "posecore.device.delegate"; // in the browser: what runs the networks faster on this device
// A module with one instruction that only engines with SIMD know.
const SIMD = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);

/** Why this browser cannot find poses itself, as a sentence; null if it can. */
export async function whyNot() {
  if (!window.isSecureContext || !window.crypto?.subtle) return new DeviceFailure("insecure").message;
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(SIMD)) return new DeviceFailure("no-simd").message;
  if (!window.Worker || !window.OffscreenCanvas) return new DeviceFailure("no-worker").message;
  const context = new OffscreenCanvas(1, 1).getContext("webgl2");
  if (!context) return new DeviceFailure("no-webgl").message;
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return null;
}

/** The trial of the graphics card that is going on. @type {DevicePose | null} */
let trying = null;

export class DevicePose {
  /** Called once if it ends by itself after it was opened. @type {(failure: DeviceFailure) => void} */
  onFailed = () => {};
  /** Addresses that the runtime asked for and was not let to. @type {Set<string>} */
  refused = new Set();
  /** @type {Worker | null} */
  worker = null;
  /** Of the frames handed over, by number: how to answer. @type {Map<number, (found: DeviceFrame | null) => void>} */
  asked = new Map();
  number = 0;
  silentS = 0;
  loads = true; // files are still arriving
  /** @type {ReturnType<typeof setInterval> | undefined} */
  watch;
  /** While it opens, and while it closes. @type {{done: () => void, failed: (failure: DeviceFailure) => void} | null} */
  opening = null;
  /** @type {() => void} */
  onClosed = () => {};
  /** A frame with people for the trial; null if it could not be copied. @type {Promise<ImageBitmap | null> | null} */
  sample = null;

  /**
   * @param {DeviceFiles} files
   * @param {DeviceOptions} options
   * @param {Delegate | null} delegate what runs the networks; null: the processor, and the graphics card is tried at the end
   */
  constructor(files, options, delegate = triedDelegate()) {
    this.files = withWholeAddresses(files);
    this.options = options;
    this.delegate = delegate ?? "CPU";
    this.trial = delegate ? null : new DelegateTrial();
  }

  /**
   * Load the runtime and the model, as often as once.
   * @param {(progress: Progress) => void} [onProgress] bytes of the files that have arrived
   * @returns {Promise<void>}
   * @throws {DeviceFailure}
   */
  open(onProgress = () => {}) {
    this.onProgress = onProgress;
    trying?.close();
    return new Promise((done, failed) => {
      this.opening = { done, failed };
      try {
        this.worker = new Worker(this.files.worker, { type: "module", name: "poses" });
      } catch (error) {
        return this.fail(new DeviceFailure("blocked", error)); // by the policy of the page
      }
      this.worker.onmessage = ({ data }) => this.take(data);
      this.worker.onerror = (event) => this.broken(event);
      this.watch = setInterval(() => this.lookForStall(), 1000);
      this.worker.postMessage({ open: { files: this.files, options: this.options, delegate: this.delegate } });
    });
  }

  /**
   * Find the people in a frame. Only the newest of the frames that wait is ever looked at.
   * @param {VideoFrame | ImageBitmap} picture is handed over to the worker, which closes it
   * @param {number} timeS later than in the call before
   * @returns {Promise<DeviceFrame | null>} null if a newer frame took its place, or if it has ended
   */
  estimate(picture, timeS) {
    const { worker } = this;
    if (!worker) {
      picture.close();
      return Promise.resolve(null);
    }
    const number = this.number++;
    if (this.trial?.wantsCard) this.sample ??= createImageBitmap(picture).catch(() => null);
    return new Promise((answer) => {
      this.asked.set(number, answer);
      worker.postMessage({ number, timeS, picture }, [picture]);
    });
  }

  /**
   * Use other options from now on; a new model as soon as it is there.
   * @param {Partial<DeviceOptions>} options
   */
  set(options) {
    this.options = { ...this.options, ...options };
    this.worker?.postMessage({ options: this.options });
  }

  /** End it, and free what it holds. Calling it again does nothing. */
  async close() {
    const { worker } = this;
    if (!worker) return;
    const closed = new Promise((done) => {
      this.onClosed = () => done(undefined);
      setTimeout(done, CLOSING_MS);
    });
    worker.postMessage({ close: true });
    this.worker = null;
    clearInterval(this.watch);
    this.answerAll();
    await closed;
    worker.terminate();
    const sample = await this.sample;
    if (this.trial && sample) tryCard(this.files, this.options, this.trial, sample);
  }

  /**
   * @param {{progress?: Progress, opened?: true, frame?: DeviceFrame, skipped?: number, refused?: string, closed?: true,
   *   failed?: {code: Code, detail: string}}} message of the worker
   */
  take({ progress, opened, frame, skipped, refused, closed, failed }) {
    this.silentS = 0;
    if (progress) this.arrived(progress);
    if (refused) this.refused.add(refused);
    if (frame) this.answer(frame.number, frame);
    if (frame && isFull(frame)) this.trial?.note("CPU", frame.ms);
    if (skipped !== undefined) this.answer(skipped, null);
    if (failed) this.fail(new DeviceFailure(failed.code, failed.detail));
    if (closed) this.onClosed();
    if (!opened) return;
    this.opening?.done();
    this.opening = null;
  }

  /**
   * @param {number} number
   * @param {DeviceFrame | null} found
   */
  answer(number, found) {
    this.asked.get(number)?.(found);
    this.asked.delete(number);
  }

  answerAll() {
    for (const number of this.asked.keys()) this.answer(number, null);
  }

  /**
   * An error that the worker did not catch, or its script could not be loaded; the event of the latter says nothing.
   * @param {ErrorEvent} event
   */
  async broken(event) {
    event.preventDefault();
    this.fail(event.message ? failureFrom(event.message, "crashed") : await whyNotLoaded("the worker's script"));
  }

  /** @param {Progress} progress */
  arrived(progress) {
    this.loads = progress.done < progress.total;
    this.onProgress?.(progress);
  }

  /** Seconds are counted, not measured: while a device sleeps, the worker sleeps too. */
  lookForStall() {
    this.silentS = this.opening || this.asked.size ? this.silentS + 1 : 0;
    if (this.silentS > STALLED_S) this.fail(new DeviceFailure(this.opening && this.loads ? "unreachable" : "stalled"));
  }

  /** @param {DeviceFailure} failure */
  fail(failure) {
    const { worker, opening } = this;
    if (!worker && !opening) return; // closed, or failed before
    if (this.delegate === "GPU") rememberDelegate("CPU"); // which may do, the next time
    worker?.terminate();
    [this.worker, this.opening] = [null, null];
    clearInterval(this.watch);
    this.answerAll();
    if (opening) opening.failed(failure);
    else this.onFailed(failure);
  }
}

/**
 * The same files with addresses that mean the same in a worker, which is at another place.
 * @param {DeviceFiles} files
 * @returns {DeviceFiles}
 */
function withWholeAddresses({ worker, runtime, loader, wasm, bundles, hand }) {
  const whole = (/** @type {string} */ address) => new URL(address, document.baseURI).href;
  const named = Object.entries(bundles).map(([name, file]) => [name, { ...file, address: whole(file.address) }]);
  return {
    worker: whole(worker),
    runtime: whole(runtime),
    loader: whole(loader),
    wasm: { ...wasm, address: whole(wasm.address) },
    bundles: Object.fromEntries(named),
    hand: hand && { ...hand, address: whole(hand.address) },
  };
}

/**
 * Measure how long the graphics card takes, and remember what is faster for the next start. It is done after a live
 * picture has ended: preparing the card can take seconds, in which it does nothing else.
 * @param {DeviceFiles} files
 * @param {DeviceOptions} options
 * @param {DelegateTrial} trial
 * @param {ImageBitmap} sample
 */
async function tryCard(files, options, trial, sample) {
  const card = new DevicePose(files, options, "GPU");
  card.onFailed = () => trial.giveUp();
  try {
    const opened = card.open();
    trying = card;
    await opened;
    for (let number = 0; card.worker && !trial.faster; number++) {
      const found = await card.estimate(await createImageBitmap(sample), number / 30);
      if (found?.delegate === "GPU" && isFull(found)) trial.note("GPU", found.ms);
      else if (card.worker) trial.giveUp();
    }
  } catch {
    trial.giveUp();
  }
  sample.close();
  trying = null;
  card.close();
  if (trial.faster) rememberDelegate(trial.faster); // otherwise a new live picture has begun
}

/** Whether there is somebody, or a hand, so that all networks had to run. @param {DeviceFrame} frame */
const isFull = ({ people, hands }) => people.length > 0 || Boolean(hands?.length);

/** What runs the networks on this device; null if that is to be tried. @returns {Delegate | null} */
export function triedDelegate() {
  if (webgl() !== "fast") return "CPU"; // without a graphics card its work is done by the processor, ten times slower
  try {
    const tried = window.localStorage.getItem(TRIED);
    return tried === "CPU" || tried === "GPU" ? tried : null;
  } catch {
    return null; // storage is off
  }
}

/** @param {Delegate} delegate */
function rememberDelegate(delegate) {
  try {
    window.localStorage.setItem(TRIED, delegate);
  } catch {
    // It is tried again in the next visit.
  }
}
