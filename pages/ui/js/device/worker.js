// @ts-check
// The worker that finds poses on the visitor's own device with MediaPipe's runtime. The server sends it with a policy by
// which it can reach nothing but the app: by itself the runtime reports its use to Google, see pages/ui/shared/assets.py.

import { DeviceFailure, failureFrom } from "./failure.js";
import { verified, whyNotLoaded } from "./files.js";
import { Tracks } from "./tracks.js";

/** @typedef {import("@mediapipe/tasks-vision").PoseLandmarker} PoseLandmarker */
/** @typedef {import("@mediapipe/tasks-vision").PoseLandmarkerResult} PoseLandmarkerResult */
/** @typedef {import("../types.d.ts").DeviceFiles} DeviceFiles */
/** @typedef {import("../types.d.ts").DeviceOptions} DeviceOptions */
/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */
/** @typedef {{files: DeviceFiles, options: DeviceOptions, delegate: Delegate}} Opening */
/** @typedef {import("./delegate_trial.js").Delegate} Delegate */
/** @typedef {{number: number, timeS: number, picture: VideoFrame | ImageBitmap}} GivenFrame */

const LANDMARKS = 33;
const FIRST_MS = 1000; // time of a frame at 0 s, as an empty one comes before

/** @type {PoseLandmarker | null} */
let landmarker = null;
/** @type {DeviceFiles} */
let files;
/** @type {DeviceOptions} */
let options;
let tracks = new Tracks(false);
/** What runs the networks. @type {Delegate} */
let delegate = "CPU";
let lastMs = 0;
/** The newest frame that waits, and the call that takes it once no newer one is there. @type {GivenFrame | null} */
let waiting = null;
const turn = new MessageChannel();
turn.port1.onmessage = takeNewest;

const say = (/** @type {object} */ message) => self.postMessage(message);

// Frames that came while one was estimated are all handed over before the turn, so the newest of them is taken.
self.onmessage = ({ data }) => {
  if (!data.picture) return void handle(data);
  if (waiting) skip(waiting);
  else turn.port2.postMessage(null);
  waiting = data;
};

self.addEventListener("securitypolicyviolation", ({ blockedURI }) => say({ refused: blockedURI }));

/** Requests are handled one after the other. @type {Promise<void>} */
let last = Promise.resolve();

/** @param {{open?: Opening, options?: DeviceOptions, close?: true}} request */
function handle(request) {
  last = last.then(async () => {
    try {
      if (request.open) await open(request.open);
      else if (request.options) await change(request.options);
      else close();
    } catch (error) {
      fail(failureFrom(error, "unusable"));
    }
  });
}

/** @param {Opening} opening */
async function open(opening) {
  ({ files, options, delegate } = opening);
  await checkPolicy();
  const onBytes = progress(files.wasm.size + bundle(options.model).size);
  const [runtime, wasm, model] = await Promise.all([
    loadRuntime(),
    verified(files.wasm, onBytes).then((bytes) => WebAssembly.compile(bytes)),
    verified(bundle(options.model), onBytes),
  ]);
  try {
    landmarker = await started(runtime, wasm, model);
  } catch (error) {
    if (delegate === "CPU") throw error;
    delegate = "CPU"; // the graphics card was changed, or its driver
    landmarker = await started(runtime, wasm, model);
  }
  tracks = new Tracks(smoothsItself(options));
  warmUp();
  say({ opened: true });
}

/**
 * @param {Awaited<ReturnType<typeof loadRuntime>>} runtime
 * @param {WebAssembly.Module} wasm
 * @param {Uint8Array<ArrayBuffer>} model
 */
function started({ PoseLandmarker, factory }, wasm, model) {
  const canvas = new OffscreenCanvas(1, 1);
  canvas.addEventListener("webglcontextlost", () => fail(new DeviceFailure("graphics-lost")));
  Object.assign(self, { ModuleFactory: factory, Module: { instantiateWasm: instantiating(wasm) } });
  return PoseLandmarker.createFromOptions(
    { wasmLoaderPath: "", wasmBinaryPath: files.wasm.address }, // both are here already
    { canvas, runningMode: "VIDEO", numPoses: options.people, baseOptions: { modelAssetBuffer: model, delegate } },
  );
}

/** Refuse to run if something on the way has removed the policy that this worker was sent with. */
async function checkPolicy() {
  let answer;
  try {
    answer = await fetch(import.meta.url, { cache: "force-cache" });
  } catch (error) {
    throw await whyNotLoaded(error);
  }
  const policy = answer.headers.get("Content-Security-Policy") ?? "";
  if (!policy.includes("default-src 'none'")) throw new DeviceFailure("no-policy", policy);
}

/** MediaPipe's own two scripts. */
async function loadRuntime() {
  try {
    const [{ PoseLandmarker }, { default: factory }] = await Promise.all([import(files.runtime), import(files.loader)]);
    return { PoseLandmarker, factory };
  } catch (error) {
    throw await whyNotLoaded(error);
  }
}

/**
 * How the runtime's script gets what was compiled already.
 * @param {WebAssembly.Module} wasm
 */
function instantiating(wasm) {
  return (/** @type {WebAssembly.Imports} */ imports, /** @type {(instance: WebAssembly.Instance) => void} */ done) => {
    done(new WebAssembly.Instance(wasm, imports));
    return {};
  };
}

/** @param {string} model */
function bundle(model) {
  const found = files.bundles[model];
  if (!found) throw new DeviceFailure("unusable", `no bundle ${model}`);
  return found;
}

/** @param {number} total bytes */
function progress(total) {
  let done = 0;
  return (/** @type {number} */ bytes) => say({ progress: { done: (done += bytes), total } });
}

/** Whether people are smoothed here: the runtime smooths only one, and always. @param {DeviceOptions} wanted */
const smoothsItself = ({ smoothing, people }) => smoothing && people > 1;

/** Have the runtime prepare what the first frame would wait for, with an empty one. */
function warmUp() {
  const blank = new OffscreenCanvas(64, 64);
  blank.getContext("2d");
  const picture = blank.transferToImageBitmap();
  lastMs = Math.max(lastMs + 1, FIRST_MS - 1);
  landmarker?.detectForVideo(picture, lastMs);
  picture.close();
}

/**
 * Use other options; with the same model or until the new one is there, people are found as before.
 * @param {DeviceOptions} wanted
 */
async function change(wanted) {
  const isModel = wanted.model !== options.model;
  const content = isModel ? await verified(bundle(wanted.model), () => {}) : null;
  const isNew = isModel || wanted.people !== options.people;
  options = wanted;
  tracks.smooths = smoothsItself(wanted);
  const running = landmarker;
  if (!running || !isNew) return;
  landmarker = null; // frames are skipped meanwhile
  const base = content ? { baseOptions: { modelAssetBuffer: content, delegate } } : {};
  await running.setOptions({ numPoses: wanted.people, ...base });
  landmarker = running;
  warmUp();
}

/** Frees the model, for which the runtime tries to report its use once more, and is refused. */
function close() {
  landmarker?.close();
  landmarker = null;
  setTimeout(() => say({ closed: true })); // after what was refused
}

function takeNewest() {
  const frame = waiting;
  waiting = null;
  if (!frame) return;
  if (!landmarker) return skip(frame);
  try {
    estimate(landmarker, frame);
  } catch (error) {
    fail(failureFrom(error, "crashed"));
  } finally {
    frame.picture.close();
  }
}

/** @param {GivenFrame} frame */
function skip({ number, picture }) {
  picture.close();
  say({ skipped: number });
}

/**
 * @param {PoseLandmarker} running
 * @param {GivenFrame} frame
 */
function estimate(running, { number, timeS, picture }) {
  const begun = performance.now();
  const size = /** @type {[number, number]} */ (
    "displayWidth" in picture ? [picture.displayWidth, picture.displayHeight] : [picture.width, picture.height]
  );
  lastMs = Math.max(FIRST_MS + Math.round(1000 * timeS), lastMs + 1);
  const found = running.detectForVideo(picture, lastMs);
  const people = tracks.follow(peopleOf(found, size[0], size[1]), timeS);
  say({ frame: { number, timeS, size, people, ms: performance.now() - begun, model: options.model, delegate } });
}

/**
 * MediaPipe gives x and y as shares of width and height, and z on the scale of the width.
 * @param {PoseLandmarkerResult} found
 * @param {number} width
 * @param {number} height
 * @returns {DevicePerson[]}
 */
function peopleOf({ landmarks, worldLandmarks }, width, height) {
  return landmarks.map((points, number) => {
    const person = {
      id: 0,
      xy: new Float32Array(2 * LANDMARKS),
      z: Float32Array.from(points, ({ z }) => z * width),
      world: new Float32Array(3 * LANDMARKS),
      visibility: Float32Array.from(points, ({ visibility }) => visibility),
      presence: Float32Array.from(points, ({ presence }) => presence ?? NaN),
    };
    points.forEach(({ x, y }, at) => person.xy.set([x * width, y * height], 2 * at));
    worldLandmarks[number].forEach(({ x, y, z }, at) => person.world.set([x, y, z], 3 * at));
    return person;
  });
}

/** @param {DeviceFailure} failure */
function fail({ code, detail }) {
  landmarker = null;
  say({ failed: { code, detail } });
}
