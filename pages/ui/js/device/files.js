// @ts-check
// Files for the runtime, fetched with progress and used only if they are the expected ones.

import { DeviceFailure } from "./failure.js";

/** @typedef {import("../types.d.ts").DeviceFile} DeviceFile */

/**
 * The content of a file. A copy that this browser kept and that is not the expected file is fetched again once.
 * @param {DeviceFile} file
 * @param {(bytes: number) => void} onBytes called with what has arrived since the last call; less than 0: begun again
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 * @throws {DeviceFailure}
 */
export async function verified(file, onBytes) {
  const content = await fetched(file, onBytes, "default");
  if ((await problemOf(file, content)) === null) return content;
  onBytes(-content.length);
  const again = await fetched(file, onBytes, "reload");
  const problem = await problemOf(file, again);
  if (problem) throw new DeviceFailure(problem, `${file.address}: ${again.length} of ${file.size} bytes`);
  return again;
}

/**
 * @param {DeviceFile} file
 * @param {(bytes: number) => void} onBytes
 * @param {RequestCache} cache
 */
async function fetched(file, onBytes, cache) {
  const content = new Uint8Array(file.size);
  let done = 0;
  try {
    const answer = await fetch(file.address, { cache });
    if (!answer.ok || !answer.body) throw new DeviceFailure("unreachable", `${file.address} ${answer.status}`);
    const reader = answer.body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (done + next.value.length > file.size) throw new DeviceFailure("wrong-file", file.address);
      content.set(next.value, done);
      done += next.value.length;
      onBytes(next.value.length);
    }
  } catch (error) {
    throw error instanceof DeviceFailure ? error : await whyNotLoaded(error);
  }
  return content.subarray(0, done);
}

/**
 * @param {DeviceFile} file
 * @param {Uint8Array<ArrayBuffer>} content
 */
async function problemOf(file, content) {
  if (content.length < file.size) return "incomplete";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("") === file.sha256 ? null : "wrong-file";
}

/**
 * Why a file of the app could not be loaded although it is there: the server is away, or this browser does not want it.
 * @param {unknown} error
 */
export async function whyNotLoaded(error) {
  try {
    await fetch(import.meta.url, { cache: "no-store", method: "HEAD" });
  } catch {
    return new DeviceFailure("unreachable", error);
  }
  return new DeviceFailure("blocked", error);
}
