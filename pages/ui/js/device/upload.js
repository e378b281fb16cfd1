// @ts-check
// A recording on its way to the server, with progress.

/** @typedef {import("./recording.js").KeptRecording} KeptRecording */

const LOST = "The server could not be reached. The recording is still here: try again, or save it.";

/**
 * Send the film, then its people.
 * @param {string} address
 * @param {KeptRecording} recording
 * @param {(share: number) => void} onProgress 0 to 1
 * @param {AbortSignal} signal
 * @throws {Error} whose message is for the visitor; an AbortError if the signal ended it
 */
export async function upload(address, { film, result }, onProgress, signal) {
  const total = film.size + result.size;
  await post(`${address}?part=film`, film, (bytes) => onProgress(bytes / total), signal);
  await post(`${address}?part=people`, result, (bytes) => onProgress((film.size + bytes) / total), signal);
}

/**
 * @param {string} address
 * @param {Blob} body
 * @param {(bytes: number) => void} onBytes
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function post(address, body, onBytes, signal) {
  const request = new XMLHttpRequest(); // fetch does not say how much has been sent
  return new Promise((done, failed) => {
    signal.addEventListener("abort", () => request.abort());
    request.upload.addEventListener("progress", ({ loaded }) => onBytes(loaded));
    request.addEventListener("abort", () => failed(new DOMException("Stopped", "AbortError")));
    request.addEventListener("error", () => failed(new Error(LOST)));
    request.addEventListener("load", () => (request.status < 300 ? done() : failed(new Error(request.responseText || LOST))));
    request.open("POST", address);
    request.send(body);
  });
}
