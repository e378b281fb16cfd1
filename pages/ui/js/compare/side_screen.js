// @ts-check
// One of two videos, or plain ground if there is none, with the skeleton drawn over it.

import { find, mark, write } from "../shared/dom.js";
import { Overlay } from "../player/overlay.js";

/** @typedef {import("../types.d.ts").PairData} PairData */
/** @typedef {import("../types.d.ts").Bone} Bone */

const HIGHEST_REM = 26;
const SURE = 0.5;
const JOINT = { name: "", color: "#fff", page: "#fff", small: true };

export class SideScreen {
  /**
   * @param {HTMLElement} figure
   * @param {() => void} onResize
   */
  constructor(figure, onResize) {
    this.name = find(figure, ".sb-name");
    this.element = find(figure, ".pp-screen");
    this.film = /** @type {HTMLVideoElement} */ (find(figure, ".pp-film"));
    this.overlay = new Overlay(/** @type {HTMLCanvasElement} */ (find(figure, ".pp-overlay")));
    this.box = [0, 0, 1, 1];
    this.sizes = new ResizeObserver(() => {
      this.overlay.fit();
      onResize();
    });
    this.sizes.observe(this.overlay.canvas);
  }

  /**
   * @param {{name: string, film: string | null, side: PairData["header"]["sides"][number], closeUp: boolean}} given
   */
  begin({ name, film, side: { size, box }, closeUp }) {
    write(this.name, name);
    this.element.classList.toggle("sb-plain", !film);
    const [width, height] = size;
    this.box = closeUp ? box : [0, 0, width, height];
    const [left, top, across, down] = this.box;
    const percent = (/** @type {number} */ share) => `${100 * share}%`;
    this.element.style.aspectRatio = `${across} / ${down}`;
    this.element.style.maxWidth = `min(100%, ${across / down} * min(${HIGHEST_REM}rem, 40vh))`;
    Object.assign(this.film.style, {
      left: percent(-left / across),
      top: percent(-top / down),
      width: percent(width / across),
      height: percent(height / down),
    });
    this.overlay.fit();
  }

  /**
   * @param {number} frame
   * @param {{xy: Float32Array, visibility: Float32Array}} landmarks
   * @param {Bone[] | null} bones null: no skeleton
   */
  draw(frame, { xy, visibility }, bones) {
    const [left, top, across] = this.box;
    const { canvas } = this.overlay;
    this.overlay.clear();
    if (bones) {
      const scale = canvas.width / across;
      const points = xy.map((value, place) =>
        visibility[place >> 1] >= SURE ? (value - (place % 2 ? top : left)) * scale : NaN,
      );
      this.overlay.skeleton(points, { bones, joints: Array(visibility.length).fill(JOINT), faint: false });
    }
    mark(canvas, frame);
  }

  end() {
    this.sizes.disconnect();
  }
}
