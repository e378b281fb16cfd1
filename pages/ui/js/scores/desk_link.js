// @ts-check
// What the labelling tool asks the server for: photos, what the model suggests, and to save labels.

import { pause } from "../shared/timing.js";

/** @typedef {import("../types.d.ts").DeskPhoto} DeskPhoto */
/** @typedef {DeskPhoto & {image: HTMLImageElement}} LoadedPhoto */
/** @typedef {{photo: string, done: boolean, people?: number[][], domain?: string, size?: [number, number]}} Labelled */

const MOST_KEPT = 6;
const AGAIN_AFTER_MS = 3000;

/** What the server says against it, in words for the visitor. */
export class DeskProblem extends Error {}

/** There is no connection, so the same may work later. */
export class NoAnswer extends Error {
  constructor() {
    super("The server does not answer.");
  }
}

/**
 * @param {string} url
 * @param {RequestInit} [how]
 */
async function ask(url, how) {
  const answer = await fetch(url, how).catch(() => {
    throw new NoAnswer();
  });
  if (!answer.ok) throw new DeskProblem(await answer.text());
  return answer;
}

export class DeskLink {
  /** @param {string} address */
  constructor(address) {
    this.address = address;
    /** Called once everything is saved. */
    this.onSaved = () => {};
    /**
     * Called if labels are not saved yet, or are refused and so given up.
     * @type {(name: string, problem: Error, isRefused: boolean) => void}
     */
    this.onUnsaved = () => {};
    /** The last used at the end. @type {Map<string, Promise<LoadedPhoto>>} */
    this.photos = new Map();
    /** What is still to be saved, by photo. @type {Map<string, Labelled>} */
    this.unsaved = new Map();
    this.isSaving = false;
  }

  /**
   * A photo with its labels or suggestions; loaded once, and then at once.
   * @param {string} name
   * @param {boolean} [isAhead] whether the visitor does not wait for it yet
   * @returns {Promise<LoadedPhoto>}
   */
  photo(name, isAhead = false) {
    const loading = this.photos.get(name) ?? this.load(name, isAhead);
    this.photos.delete(name);
    this.photos.set(name, loading);
    loading.catch(() => this.photos.delete(name));
    for (const [other, gone] of this.photos) {
      if (this.photos.size <= MOST_KEPT) break;
      this.photos.delete(other);
      gone.then(({ image }) => URL.revokeObjectURL(image.src)).catch(() => {});
    }
    return loading;
  }

  /** @param {string} name @param {boolean} isAhead @returns {Promise<LoadedPhoto>} */
  async load(name, isAhead) {
    const which = `${encodeURIComponent(name)}${isAhead ? "&ahead" : ""}`;
    const [about, picture] = await Promise.all([
      ask(`${this.address}?photo=${which}`).then((answer) => answer.json()),
      ask(`${this.address}?picture=${which}`).then((answer) => answer.blob()),
    ]);
    const image = new Image();
    image.alt = "";
    image.draggable = false;
    image.src = URL.createObjectURL(picture);
    await image.decode();
    return { ...about, image };
  }

  /**
   * The person that the model finds in a part of a photo.
   * @param {string} name
   * @param {number[]} box left, top, width and height
   * @returns {Promise<number[] | null>} 51 numbers; null if it finds nobody
   */
  async personIn(name, box) {
    const answer = await ask(`${this.address}?photo=${encodeURIComponent(name)}&box=${box.map(Math.round).join(",")}`);
    return (await answer.json()).person;
  }

  /** Hashes of the photos' bytes, by name. @returns {Promise<Record<string, string>>} */
  async hashes() {
    return (await ask(`${this.address}?hashes`)).json();
  }

  /** Save a photo's labels, again and again until the server has them. @param {Labelled} labelled */
  save(labelled) {
    this.unsaved.set(labelled.photo, labelled);
    if (!this.isSaving) void this.saveAll();
  }

  async saveAll() {
    this.isSaving = true;
    while (this.unsaved.size) {
      const [[name, labelled]] = this.unsaved;
      try {
        const how = { method: "POST", body: JSON.stringify(labelled), headers: { "Content-Type": "application/json" } };
        await ask(this.address, how);
        if (this.unsaved.get(name) === labelled) this.unsaved.delete(name);
        if (!this.unsaved.size) this.onSaved();
      } catch (error) {
        const isRefused = !(error instanceof NoAnswer);
        if (isRefused) this.unsaved.delete(name); // it would be refused again
        this.onUnsaved(name, /** @type {Error} */ (error), isRefused);
        if (!isRefused) await pause(AGAIN_AFTER_MS);
      }
    }
    this.isSaving = false;
  }
}
