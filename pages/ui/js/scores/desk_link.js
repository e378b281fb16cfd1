// @ts-check
// What the labelling tool asks the server for: photos, what the model suggests, and to save labels.

/** @typedef {import("../types.d.ts").DeskPhoto} DeskPhoto */
/** @typedef {DeskPhoto & {image: HTMLImageElement}} LoadedPhoto */
/** @typedef {{photo: number, done: boolean, people?: number[][], domain?: string, size?: [number, number]}} Labelled */

const MOST_KEPT = 6;
const AGAIN_AFTER_MS = 3000;

/** What went wrong, in words for the visitor. */
export class DeskProblem extends Error {}

const NO_ANSWER = "The server does not answer.";

/**
 * @param {string} url
 * @param {RequestInit} [how]
 */
async function ask(url, how) {
  const answer = await fetch(url, how).catch(() => {
    throw new DeskProblem(NO_ANSWER);
  });
  if (!answer.ok) throw new DeskProblem(await answer.text());
  return answer;
}

export class DeskLink {
  /**
   * @param {string} address
   * @param {(problem: string) => void} onSaving "" once everything is saved
   */
  constructor(address, onSaving) {
    this.address = address;
    this.onSaving = onSaving;
    /** The last used at the end. @type {Map<number, Promise<LoadedPhoto>>} */
    this.photos = new Map();
    /** What is still to be saved, by photo. @type {Map<number, Labelled>} */
    this.unsaved = new Map();
    this.isSaving = false;
  }

  /**
   * A photo with its labels or suggestions; loaded once, and then at once.
   * @param {number} place
   * @returns {Promise<LoadedPhoto>}
   */
  photo(place) {
    const loading = this.photos.get(place) ?? this.load(place);
    this.photos.delete(place);
    this.photos.set(place, loading);
    loading.catch(() => this.photos.delete(place));
    for (const [other, gone] of this.photos) {
      if (this.photos.size <= MOST_KEPT) break;
      this.photos.delete(other);
      void gone.then(({ image }) => URL.revokeObjectURL(image.src));
    }
    return loading;
  }

  /** @param {number} place @returns {Promise<LoadedPhoto>} */
  async load(place) {
    const [about, picture] = await Promise.all([
      ask(`${this.address}?photo=${place}`).then((answer) => answer.json()),
      ask(`${this.address}?picture=${place}`).then((answer) => answer.blob()),
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
   * @param {number} place
   * @param {number[]} box left, top, width and height
   * @returns {Promise<number[] | null>} 51 numbers; null if it finds nobody
   */
  async personIn(place, box) {
    const answer = await ask(`${this.address}?photo=${place}&box=${box.map(Math.round).join(",")}`);
    return (await answer.json()).person;
  }

  /** Hashes of the photos' bytes. @returns {Promise<(string | null)[]>} */
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
    for (const [place, labelled] of this.unsaved) {
      try {
        const how = { method: "POST", body: JSON.stringify(labelled), headers: { "Content-Type": "application/json" } };
        await ask(this.address, how);
        if (this.unsaved.get(place) === labelled) this.unsaved.delete(place);
      } catch (error) {
        const why = error instanceof DeskProblem ? error.message : `${error}`;
        if (why !== NO_ANSWER) this.unsaved.delete(place); // it would be refused again
        this.onSaving(why);
        if (why === NO_ANSWER) break;
      }
    }
    this.isSaving = false;
    if (this.unsaved.size) setTimeout(() => this.saveAll(), AGAIN_AFTER_MS);
    else this.onSaving("");
  }
}
