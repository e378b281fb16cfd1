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

const HIGHEST_REM = 30;

export class FilmScreen {
  /**
   * @param {HTMLElement} views holds the screen and, beside or below it, the 3D view
   * @param {() => void} onResize
   */
  constructor(views, onResize) {
    this.views = views;
    this.element = find(views, ".pp-screen");
    this.film = /** @type {HTMLVideoElement} */ (find(views, ".pp-film"));
    this.overlay = new Overlay(/** @type {HTMLCanvasElement} */ (find(views, ".pp-overlay")));
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
    this.element.hidden = !data.film;
    this.element.style.aspectRatio = `${width} / ${height}`;
    this.element.style.maxWidth = `min(100%, ${Math.round((HIGHEST_REM * width) / height)}rem)`;
    this.views.classList.toggle("pp-alone", !data.film);
    this.views.classList.toggle("pp-upright", height > width);
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
    if (this.element.hidden || this.index < 0) return;
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
