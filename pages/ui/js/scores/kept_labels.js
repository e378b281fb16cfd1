// @ts-check
// Labels kept in this browser, by a hash of each photo's bytes, so that they survive a reload. Photos are not kept.

/** @typedef {import("../types.d.ts").KeptLabels} KeptLabels */

const PREFIX = "posecore.labels.";
const MOST = 500;
const LONGEST = 200_000; // characters of one photo's

/** @param {Storage} storage @returns {string[]} hashes of the photos, those kept last at the end */
function known(storage) {
  /** @type {[number, string][]} */
  const found = [];
  for (let place = 0; place < storage.length; place++) {
    const key = storage.key(place);
    if (!key?.startsWith(PREFIX)) continue;
    const hash = key.slice(PREFIX.length);
    found.push([read(storage, hash)?.at ?? 0, hash]);
  }
  return found.sort(([one], [other]) => one - other).map(([, hash]) => hash);
}

/** @param {Storage} storage @param {string} hash @returns {KeptLabels | null} */
export function read(storage, hash) {
  try {
    const kept = JSON.parse(storage.getItem(PREFIX + hash) ?? "null");
    const isWhole = kept && Array.isArray(kept.people) && Array.isArray(kept.size) && typeof kept.domain === "string";
    return isWhole ? kept : null;
  } catch {
    return null;
  }
}

/**
 * Keep a photo's labels. If there is no room, the oldest go.
 * @param {Storage} storage
 * @param {string} hash
 * @param {KeptLabels} labels
 * @returns {boolean} false if this browser keeps nothing
 */
export function keep(storage, hash, labels) {
  const text = JSON.stringify(labels);
  if (text.length > LONGEST) return false;
  const others = known(storage).filter((other) => other !== hash);
  while (others.length >= MOST) storage.removeItem(PREFIX + others.shift());
  for (;;) {
    try {
      storage.setItem(PREFIX + hash, text);
      return true;
    } catch {
      const oldest = others.shift();
      if (oldest === undefined) return false;
      storage.removeItem(PREFIX + oldest);
    }
  }
}

/** @param {Storage} storage @param {string} hash */
export function forget(storage, hash) {
  storage.removeItem(PREFIX + hash);
}

/** This browser's storage; null if it keeps nothing, such as with cookies blocked. @returns {Storage | null} */
export function browserStorage() {
  try {
    const storage = window.localStorage;
    storage.getItem(PREFIX);
    return storage;
  } catch {
    return null;
  }
}
