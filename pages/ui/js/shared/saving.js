// @ts-check
// Files that the browser saves.

import { make } from "./dom.js";

/**
 * @param {BlobPart} content
 * @param {string} type
 * @param {string} name
 */
export function save(content, type, name) {
  const href = URL.createObjectURL(new Blob([content], { type }));
  make("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
