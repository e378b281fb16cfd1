// @ts-check
// Why poses are not estimated on the visitor's own device: a code for the page, a sentence for the visitor.

/** @typedef {keyof typeof SENTENCES} Code */

const SENTENCES = {
  "no-simd": "This browser has no WebAssembly with SIMD.",
  "no-worker": "This browser has no workers with modules and a canvas of their own.",
  "no-webgl": "This browser gives workers no WebGL 2, which pictures are passed on with.",
  insecure: "This page was not opened over https, so the browser lets it check no files.",
  unreachable: "The files for this device could not be loaded: the connection to the server broke off.",
  blocked: "The files for this device were not loaded: a policy or an extension of this browser blocks them.",
  incomplete: "A file for this device arrived incomplete.",
  "wrong-file": "A file for this device arrived, but it is not the expected one.",
  "no-policy":
    "The server's answer lacks the policy that keeps the runtime from contacting others, so it was not started. " +
    "Something between this browser and the server removes it.",
  unusable: "The runtime or the model could not be started in this browser.",
  memory: "This device has not enough memory left for the model.",
  "graphics-lost": "The browser took back the graphics memory that pictures are passed on with.",
  stalled: "The estimation on this device no longer answers.",
  crashed: "The estimation on this device ended unexpectedly.",
};

export class DeviceFailure extends Error {
  /**
   * @param {Code} code
   * @param {unknown} [cause] what the browser or the runtime said
   */
  constructor(code, cause) {
    super(SENTENCES[code]);
    this.name = "DeviceFailure";
    this.code = code;
    /** For the console and reports of errors; not in the visitor's words. */
    this.detail = cause === undefined ? "" : `${cause}`;
  }
}

/**
 * What an error while estimating, or while starting the runtime, comes from.
 * @param {unknown} error
 * @param {Code} otherwise
 * @returns {DeviceFailure}
 */
export function failureFrom(error, otherwise) {
  if (error instanceof DeviceFailure) return error;
  const isMemory = error instanceof RangeError || /out of memory|\bOOM\b|could not allocate|enlarge memory/i.test(`${error}`);
  return new DeviceFailure(isMemory ? "memory" : otherwise, error);
}
