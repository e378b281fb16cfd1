// @ts-check
// The player in a page that stands alone: all that it shows is in the page.

import { find, write } from "../shared/dom.js";
import player from "../player/player.js";
import { bytesOf, unpack } from "./packed_moments.js";

/** @param {string} id of an element */
const textOf = (id) => document.getElementById(id)?.textContent ?? "";

async function show() {
  if (!("DecompressionStream" in window)) throw new Error("This page needs a browser of 2023 or later.");
  /** @type {import("../types.d.ts").PlayerData} */
  const data = JSON.parse(textOf("data"));
  await unpack(bytesOf(textOf("numbers")), data.header);
  const film = textOf("film");
  data.film = film && URL.createObjectURL(new Blob([bytesOf(film)], { type: "video/mp4" }));
  player({ data, parentElement: find(document.body, "main"), setTriggerValue() {}, setStateValue() {} });
}

show().catch((error) => write(find(document.body, ".share-problem"), `${error.message}`));
