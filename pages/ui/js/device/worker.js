// @ts-check
// The worker that finds people and hands on the visitor's own device with MediaPipe's runtime. The server sends it with a policy by
// which it can reach nothing but the app: by itself the runtime reports its use to Google, see pages/ui/serving/assets.py.

import { DeviceFailure, failureFrom } from "./failure.js";
import { verified, whyNotLoaded } from "./files.js";
import { Hands } from "./hands.js";
import { Tracks } from "./tracks.js";

/** @typedef {import("@mediapipe/tasks-vision").PoseLandmarker} PoseLandmarker */
/** @typedef {import("@mediapipe/tasks-vision").PoseLandmarkerResult} PoseLandmarkerResult */
/** @typedef {import("../types.d.ts").DeviceFiles} DeviceFiles */
/** @typedef {import("../types.d.ts").DeviceOptions} DeviceOptions */
/** @typedef {import("../types.d.ts").DevicePerson} DevicePerson */
/** @typedef {{files: DeviceFiles, options: DeviceOptions, delegate: Delegate}} Opening */
/** @typedef {import("./delegate_trial.js").Delegate} Delegate */
/** @typedef {{pose: PoseLandmarker | null, hands: Hands | null}} Finders */
/** @typedef {{number: number, timeS: number, picture: VideoFrame | ImageBitmap}} GivenFrame */

const LANDMARKS = 33;
const FIRST_MS = 1000; // time of a frame at 0 s, as an empty one comes before

/** What finds people and hands, each null if it is not wanted; null while neither can. @type {Finders | null} */
let finders = null;
/** MediaPipe's scripts and its program. @type {{runtime: Awaited<ReturnType<typeof loadRuntime>>, wasm: WebAssembly.Module}} */
let loaded;
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
  const { size } = files.wasm;
  const onBytes = progress(wantedFiles(options).reduce((sum, file) => sum + (file?.size ?? 0), size));
  const [runtime, wasm, ...bundles] = await Promise.all([
    loadRuntime(),
    verified(files.wasm, onBytes).then((bytes) => WebAssembly.compile(bytes)),
    ...wantedFiles(options).map((file) => file && verified(file, onBytes)),
  ]);
  loaded = { runtime, wasm };
  try {
    finders = await started(bundles);
  } catch (error) {
    if (delegate === "CPU") throw error;
    delegate = "CPU"; // the graphics card was changed, or its driver
    finders = await started(bundles);
  }
  tracks = new Tracks(smoothsItself(options));
  warmUp();
  say({ opened: true });
}

/**
 * The bundles for people and for hands; null if they are not wanted.
 * @param {DeviceOptions} wanted
 */
const wantedFiles = ({ bodies, model, hands }) => [bodies ? poseFile(model) : null, hands ? handFile() : null];

/**
 * @param {(Uint8Array<ArrayBuffer> | null)[]} bundles
 * @returns {Promise<Finders>}
 */
async function started([pose, hand]) {
  return { pose: pose && (await startedPose(pose)), hands: hand && (await startedHands(hand)) };
}

/** @param {Uint8Array<ArrayBuffer>} content */
const startedPose = (content) =>
  loaded.runtime.PoseLandmarker.createFromOptions(inHere(), { ...usual(content), numPoses: options.people });

/** @param {Uint8Array<ArrayBuffer>} content */
async function startedHands(content) {
  const { HandLandmarker } = loaded.runtime;
  const one = await HandLandmarker.createFromOptions(inHere(), { ...usual(content), numHands: 1 });
  const all = await HandLandmarker.createFromOptions(inHere(), { ...usual(content), numHands: options.hands });
  return new Hands({ one, all }, options.hands);
}

/** Where the runtime finds its program: both parts are here already. */
function inHere() {
  Object.assign(self, { ModuleFactory: loaded.runtime.factory, Module: { instantiateWasm: instantiating(loaded.wasm) } });
  return { wasmLoaderPath: "", wasmBinaryPath: files.wasm.address };
}

/**
 * The options that the tasks for bodies and for hands share.
 * @param {Uint8Array<ArrayBuffer>} content of the bundle
 */
function usual(content) {
  const canvas = new OffscreenCanvas(1, 1);
  canvas.addEventListener("webglcontextlost", () => fail(new DeviceFailure("graphics-lost")));
  return { canvas, runningMode: /** @type {const} */ ("VIDEO"), baseOptions: { modelAssetBuffer: content, delegate } };
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
    const [tasks, { default: factory }] = await Promise.all([import(files.runtime), import(files.loader)]);
    return { PoseLandmarker: tasks.PoseLandmarker, HandLandmarker: tasks.HandLandmarker, factory };
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
function poseFile(model) {
  const found = files.bundles[model];
  if (!found) throw new DeviceFailure("unusable", `no bundle ${model}`);
  return found;
}

function handFile() {
  if (!files.hand) throw new DeviceFailure("unusable", "no bundle for hands");
  return files.hand;
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
  finders?.pose?.detectForVideo(picture, lastMs);
  finders?.hands?.warmUp(picture, lastMs);
  picture.close();
}

/**
 * Use other options; with the same bundles or until the new ones are there, people are found as before.
 * @param {DeviceOptions} wanted
 */
async function change(wanted) {
  const before = options;
  const isModel = wanted.bodies && (wanted.model !== before.model || !before.bodies);
  const [pose, hand] = await Promise.all([
    isModel ? verified(poseFile(wanted.model), () => {}) : null,
    wanted.hands && !before.hands ? verified(handFile(), () => {}) : null,
  ]);
  options = wanted;
  tracks.smooths = smoothsItself(wanted);
  const running = finders;
  const isSame = !isModel && wanted.people === before.people && wanted.bodies === before.bodies && wanted.hands === before.hands;
  if (!running || isSame) return;
  finders = null; // frames are skipped meanwhile
  finders = { pose: await changedPose(running.pose, pose), hands: await changedHands(running.hands, hand) };
  warmUp();
}

/**
 * @param {PoseLandmarker | null} running
 * @param {Uint8Array<ArrayBuffer> | null} content of another bundle
 */
async function changedPose(running, content) {
  if (!options.bodies) {
    running?.close();
    return null;
  }
  if (!running) return startedPose(/** @type {Uint8Array<ArrayBuffer>} */ (content));
  const base = content ? { baseOptions: { modelAssetBuffer: content, delegate } } : {};
  await running.setOptions({ numPoses: options.people, ...base });
  return running;
}

/**
 * @param {Hands | null} running
 * @param {Uint8Array<ArrayBuffer> | null} content of its bundle, if it was not running
 */
async function changedHands(running, content) {
  if (!options.hands) {
    running?.close();
    return null;
  }
  if (!running) return startedHands(/** @type {Uint8Array<ArrayBuffer>} */ (content));
  await running.change(options.hands);
  return running;
}

/** Frees the models, for which the runtime tries to report its use once more, and is refused. */
function close() {
  finders?.pose?.close();
  finders?.hands?.close();
  finders = null;
  setTimeout(() => say({ closed: true })); // after what was refused
}

function takeNewest() {
  const frame = waiting;
  waiting = null;
  if (!frame) return;
  if (!finders) return skip(frame);
  try {
    estimate(finders, frame);
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
 * @param {Finders} running
 * @param {GivenFrame} frame
 */
function estimate({ pose, hands: finder }, { number, timeS, picture }) {
  const begun = performance.now();
  const size = /** @type {[number, number]} */ (
    "displayWidth" in picture ? [picture.displayWidth, picture.displayHeight] : [picture.width, picture.height]
  );
  lastMs = Math.max(FIRST_MS + Math.round(1000 * timeS), lastMs + 1);
  const found = pose?.detectForVideo(picture, lastMs);
  const everybody = found ? tracks.follow(peopleOf(found, size[0], size[1]), timeS) : [];
  const { people, hands } = finder?.find(picture, size, everybody, timeS, lastMs) ?? { people: everybody, hands: null };
  say({ frame: { number, timeS, size, people, hands, ms: performance.now() - begun, model: options.model, delegate } });
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
  finders = null;
  say({ failed: { code, detail } });
}
