// @ts-check
// A video with its words as captions, which the charts of the page can move to a moment.

import { find } from "../shared/dom.js";
import { whenAsked } from "../shared/seeking.js";

/** Addresses: of the video, which another one replaces; and the words in the form of WebVTT. @typedef {{film: string, vtt: string}} Data */

/** @type {WeakMap<HTMLElement, string>} */
const captions = new WeakMap();

/** @param {import("../types.d.ts").Component<Data>} component */
export default function ({ data, parentElement }) {
  const video = /** @type {HTMLVideoElement} */ (find(parentElement, "video"));
  const film = new URL(data.film, document.baseURI).href;
  if (video.src !== film) video.src = film;
  if (captions.get(video) !== data.vtt) {
    captions.set(video, data.vtt);
    const track = /** @type {HTMLTrackElement} */ (find(parentElement, "track"));
    URL.revokeObjectURL(track.src);
    track.src = URL.createObjectURL(new Blob([data.vtt], { type: "text/vtt" }));
    track.track.mode = "showing";
  }
  const end = new AbortController();
  whenAsked(({ time }) => (video.currentTime = time), end.signal);
  return () => end.abort();
}
