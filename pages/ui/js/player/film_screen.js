// @ts-check
// The video on the page, with the people drawn over the frame that it shows.

import { find, mark } from "../shared/dom.js";
import { pictureOf } from "./frame_picture.js";
import { Overlay } from "./overlay.js";
import { PeopleOnFilm } from "./people_on_film.js";

/** @typedef {import("../types.d.ts").PlayerData} PlayerData */
/** @typedef {import("../types.d.ts").View} View */
/** @typedef {import("../types.d.ts").PersonLine} PersonLine */
/** @typedef {import("./moments.js").Moments} Moments */
/** @typedef {import("./people_on_film.js").Shown} Shown */

export class FilmScreen {
  /**
   * @param {HTMLElement} root whose layout follows the shape of the video
   * @param {() => void} onResize
   */
  constructor(root, onResize) {
    this.root = root;
    this.place = find(root, ".pp-place");
    this.element = find(root, ".pp-screen");
    this.film = /** @type {HTMLVideoElement} */ (find(root, ".pp-film"));
    this.overlay = new Overlay(/** @type {HTMLCanvasElement} */ (find(root, ".pp-overlay")));
    this.index = -1; // of the frame that the video shows; -1: none yet
    this.sizes = new ResizeObserver(() => {
      this.overlay.fit();
      onResize();
    });
    this.sizes.observe(this.overlay.canvas);
  }

  /** @param {PlayerData} data */
  begin(data) {
    const [width, height] = data.header.size;
    this.data = data;
    this.people = new PeopleOnFilm(this.overlay, data);
    this.place.hidden = !data.film;
    this.root.style.setProperty("--pp-aspect", `${width / height}`);
    this.root.classList.toggle("pp-alone", !data.film);
    this.root.classList.toggle("pp-upright", Boolean(data.film) && height > width);
    this.overlay.fit();
  }

  /**
   * @param {Moments} moments
   * @param {View} view
   * @param {Shown[]} people
   * @param {PersonLine[]} lines the chosen curves
   */
  draw(moments, view, people, lines) {
    this.overlay.clear();
    if (this.place.hidden || this.index < 0) return;
    this.people?.draw(moments, this.index, view, people, lines);
    mark(this.overlay.canvas, this.index);
  }

  /**
   * The frame with its drawing, as a PNG picture in the resolution of the video; options as for ``draw``.
   * @param {Moments} moments
   * @param {View} view
   * @param {Shown[]} people
   * @param {PersonLine[]} lines
   * @param {(pen: CanvasRenderingContext2D, ratio: number) => void} drawMore on top; ratio as of ``Overlay``
   */
  picture(moments, view, people, lines, drawMore) {
    const { data, index } = this;
    return pictureOf(this.film, (overlay) => {
      if (data) new PeopleOnFilm(overlay, data).draw(moments, index, view, people, lines);
      drawMore(overlay.pen, overlay.ratio);
    });
  }

  end() {
    this.sizes.disconnect();
  }
}
