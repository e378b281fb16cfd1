// @ts-check
// A video with its words as captions, and with what is read at each moment beside the hand. The charts of the page can
// move it to a moment.

import { find, write } from "../shared/dom.js";
import { whenAsked } from "../shared/seeking.js";

/** A letter or sign, and when it is read. @typedef {[text: string, startS: number, endS: number]} Read */
/** Where the hand is, in shares of the picture. @typedef {[timeS: number, left: number, right: number, top: number]} Place */
/**
 * Address of the video, which another one replaces; the words in the form of WebVTT; width by height of the video.
 * @typedef {{film: string, vtt: string, aspect: number, read: Read[], places: Place[]}} Data
 */

const GAP = 0.02;
const LOWEST = 0.72; // above captions and controls
const LONG = 3;

/**
 * What is read at a time; "" for nothing.
 * @param {Read[]} read
 * @param {number} time
 */
export function readAt(read, time) {
  return read.findLast(([, start, end]) => start <= time && time < end)?.[0] ?? "";
}

/**
 * The nearest in time; undefined if there is none.
 * @param {Place[]} places in order of time
 * @param {number} time
 */
export function placeAt(places, time) {
  let [low, high] = [0, places.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle][0] + places[middle + 1][0]) / 2 < time) low = middle + 1;
    else high = middle;
  }
  return places[low];
}

/**
 * Left and top of a label beside the hand, in shares of the picture. It stays on its side while it fits there.
 * @param {Place | undefined} place
 * @param {number} width of the label
 * @param {boolean} onLeft whether it was on the hand's left
 */
export function besideHand(place, width, onLeft) {
  if (!place) return { left: GAP, top: GAP, onLeft };
  const [, left, right, top] = place;
  const room = { left: left - GAP - width, right: 1 - right - GAP - width };
  const wanted = onLeft ? room.left : room.right;
  const other = onLeft ? room.right : room.left;
  const side = wanted < 0 && other > wanted ? !onLeft : onLeft;
  const at = side ? left - GAP - width : right + GAP;
  return { left: Math.min(Math.max(at, 0), 1 - width), top: Math.min(Math.max(top, GAP), LOWEST), onLeft: side };
}

class Film {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.video = /** @type {HTMLVideoElement} */ (find(root, "video"));
    this.now = /** @type {HTMLElement} */ (find(root, ".sf-now"));
    this.vtt = "";
    /** @type {Read[]} */
    this.read = [];
    /** @type {Place[]} */
    this.places = [];
    this.onLeft = false;
    for (const event of ["loadeddata", "seeked", "timeupdate", "pause"]) {
      this.video.addEventListener(event, () => this.showNow());
    }
    this.video.addEventListener("play", () => this.follow());
  }

  /** @param {Data} data */
  update(data) {
    find(this.root, ".sf-frame").style.setProperty("--aspect", `${data.aspect}`);
    const film = new URL(data.film, document.baseURI).href;
    if (this.video.src !== film) this.video.src = film;
    if (this.vtt !== data.vtt) {
      this.vtt = data.vtt;
      const track = /** @type {HTMLTrackElement} */ (find(this.root, "track"));
      URL.revokeObjectURL(track.src);
      track.src = URL.createObjectURL(new Blob([data.vtt], { type: "text/vtt" }));
      track.track.mode = "showing";
    }
    this.read = data.read;
    this.places = data.places;
    this.showNow();
  }

  follow() {
    this.showNow();
    if (!this.video.paused && this.root.isConnected) requestAnimationFrame(() => this.follow());
  }

  showNow() {
    const text = readAt(this.read, this.video.currentTime);
    this.now.hidden = !text;
    if (!text) return;
    write(this.now, text);
    this.now.classList.toggle("sf-long", text.length > LONG);
    const width = this.now.offsetWidth / (this.video.clientWidth || 1);
    const { left, top, onLeft } = besideHand(placeAt(this.places, this.video.currentTime), width, this.onLeft);
    this.onLeft = onLeft;
    this.now.style.left = `${100 * left}%`;
    this.now.style.top = `${100 * top}%`;
  }
}

/** @type {WeakMap<HTMLElement, Film>} */
const films = new WeakMap();

/** @param {import("../types.d.ts").Component<Data>} component */
export default function ({ data, parentElement }) {
  const root = find(parentElement, ".sf");
  const film = films.get(root) ?? new Film(root);
  films.set(root, film);
  film.update(data);
  const end = new AbortController();
  whenAsked(({ time }) => (film.video.currentTime = time), end.signal);
  return () => end.abort();
}
