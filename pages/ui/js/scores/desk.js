// @ts-check
// What is kept of a set of photos while the visitor is on another tab or page.

import { DeskLink } from "./desk_link.js";
import { Pace } from "./pace.js";

/** @typedef {import("../types.d.ts").LabellerData} LabellerData */
/** @typedef {import("./labels.js").Labels} Labels */

/** What was done to a photo in this visit. @typedef {{labels: Labels, domain: string, shown: number}} Work */

/** What is by photo is so by its name. */
export class Desk {
  /** @param {LabellerData} data @param {string} address */
  constructor(data, address) {
    this.key = data.key;
    this.link = new DeskLink(address);
    /** @type {import("../types.d.ts").ListedPhoto[]} */
    this.photos = [];
    /** @type {Map<string, Work>} */
    this.work = new Map();
    /** Place of the photo that is open. */
    this.current = -1;
    /** @type {Record<string, string>} */
    this.hashes = {};
    /** Entered last. @type {string | null} */
    this.domain = null;
    this.pace = new Pace();
    /** How often photos to be labelled first were asked for. */
    this.asked = 0;
    /** Photos that are not labelled, but whose labels this browser keeps. @type {Set<string>} */
    this.kept = new Set();
  }

  /** Take the photos as the page knows them, in which there may be more. @param {LabellerData} data */
  take(data) {
    const name = this.photos[this.current]?.name;
    const states = new Map(this.photos.map((photo) => [photo.name, photo.state]));
    this.photos = data.photos.map((photo) => ({ name: photo.name, state: states.get(photo.name) ?? photo.state }));
    this.current = this.photos.findIndex((photo) => photo.name === name);
  }

  get listed() {
    return this.photos[this.current] ?? null;
  }
}
