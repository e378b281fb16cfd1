// @ts-check
// The moving picture: it plays by itself unless the visitor prefers less motion, and can always be paused.

import { find } from "../shared/dom.js";

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** @param {{ parentElement: HTMLElement, data: { alt: string, film?: string, still?: string } }} component */
export default function show({ parentElement, data }) {
  const film = /** @type {HTMLVideoElement} */ (find(parentElement, ".mp-film"));
  const button = /** @type {HTMLButtonElement} */ (find(parentElement, ".mp-pause"));
  const drawn = find(parentElement, ".mp-drawn");
  film.setAttribute("aria-label", data.alt);
  drawn.setAttribute("aria-label", data.alt);
  drawn.setAttribute("role", "img");
  drawn.removeAttribute("aria-hidden");
  if (!data.film || !data.still || film.src) return;

  function name() {
    button.toggleAttribute("data-paused", film.paused);
    button.setAttribute("aria-label", film.paused ? "Play the moving picture" : "Pause the moving picture");
  }
  film.poster = new URL(data.still, document.baseURI).href;
  film.src = new URL(data.film, document.baseURI).href;
  film.muted = true;
  film.addEventListener("play", name);
  film.addEventListener("pause", name);
  button.addEventListener("click", () => (film.paused ? film.play() : film.pause()));
  film.hidden = button.hidden = false;
  name();
  if (!STILL.matches) film.play().catch(() => {}); // a browser that saves power leaves it to the visitor
}
