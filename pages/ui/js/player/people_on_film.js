// @ts-check
// The people of one frame, drawn over the video.

import { drawAngles, marksOf } from "./angles_on_film.js";
import { drawHands, landmarksBeneath } from "./hands.js";

/** @typedef {import("../types.d.ts").PlayerData} PlayerData */
/** @typedef {import("../types.d.ts").View} View */
/** @typedef {import("../types.d.ts").PersonLine} PersonLine */
/** @typedef {import("../types.d.ts").Person & {slot: number}} Shown */
/** @typedef {import("../types.d.ts").Frame} Frame */
/** @typedef {import("./overlay.js").Overlay} Overlay */
/** @typedef {import("./moments.js").Moments} Moments */

export const TRAIL_S = 2;
const HEAD_AND_SHOULDERS = [0, 7, 8, 11, 12]; // a name is drawn above them

export class PeopleOnFilm {
  /**
   * @param {Overlay} overlay
   * @param {PlayerData} data
   */
  constructor(overlay, data) {
    this.overlay = overlay;
    this.data = data;
    this.several = data.people.length > 1;
    /** @type {Map<number, Pick<PlayerData["skeleton"], "bones" | "landmarks">>} */
    this.looks = new Map();
  }

  /**
   * @param {Moments} moments
   * @param {number} index of the frame
   * @param {View} view
   * @param {Shown[]} people
   * @param {PersonLine[]} lines the chosen curves
   */
  draw(moments, index, view, people, lines) {
    if (!view.overlay) return;
    const layer = view.layer === "both" ? "smoothed" : view.layer;
    const frame = moments.frame(layer, index);
    const raw = view.layer === "both" ? moments.frame("raw", index) : null;
    const beneath = landmarksBeneath(this.data, moments.hands(index));
    for (const person of people) {
      const { bones, landmarks: joints } = this.look(person, view);
      if (frame) {
        const points = this.onCanvas(frame, person.slot, view.threshold, beneath[person.slot]);
        this.overlay.skeleton(points, { bones, joints, faint: false });
        if (view.trail >= 0) this.drawTrail(moments, layer, index, view, person);
        if (view.labels) this.drawLabels(points);
        if (this.several) this.drawName(points, person);
      }
      if (raw) {
        const points = this.onCanvas(raw, person.slot, view.threshold, beneath[person.slot]);
        this.overlay.skeleton(points, { bones, joints, faint: true });
      }
    }
    drawHands(this.overlay, this.data, moments, index);
    if (frame && view.angles) {
      drawAngles(this.overlay, people.flatMap((person) => this.marks(frame, index, view, person, lines)));
    }
  }

  /**
   * @param {Frame} frame
   * @param {number} index of the frame
   * @param {View} view
   * @param {Shown} person
   * @param {PersonLine[]} lines
   */
  marks(frame, index, view, { slot, color }, lines) {
    const { landmarks } = this.data.header;
    const own = lines.filter((line) => line.slot === slot && !line.faint);
    const world = frame.world.subarray(3 * slot * landmarks, 3 * (slot + 1) * landmarks);
    const colorOf = (/** @type {number[]} */ used) => (this.several ? color : this.sideColor(used));
    return marksOf(own, index, this.onCanvas(frame, slot, view.threshold), world, { unit: this.overlay.unit, colorOf });
  }

  /**
   * The colour of one side of the body; of landmarks of both, white.
   * @param {number[]} landmarks
   */
  sideColor(landmarks) {
    const colors = new Set(landmarks.map((k) => this.data.skeleton.landmarks[k].color));
    return colors.size === 1 ? [...colors][0] : "#fff";
  }

  /**
   * @param {Frame} frame
   * @param {number} slot
   * @param {number} threshold
   * @param {Set<number>} [hidden] landmarks
   */
  onCanvas({ picture, visibility }, slot, threshold, hidden) {
    const { landmarks, size } = this.data.header;
    const points = new Float32Array(2 * landmarks).fill(NaN);
    const scale = this.overlay.canvas.width / size[0];
    for (let k = 0; k < landmarks; k++) {
      const at = slot * landmarks + k;
      if (!(visibility[at] >= threshold) || hidden?.has(k)) continue;
      points[2 * k] = picture[3 * at] * scale;
      points[2 * k + 1] = picture[3 * at + 1] * scale;
    }
    return points;
  }

  /**
   * Colours distinguish the sides of the body, or the people if there are several, as in 3D.
   * @param {Shown} person
   * @param {View} view
   */
  look({ id, color }, { joints }) {
    const { skeleton } = this.data;
    if (!this.several || joints === "side") return skeleton;
    const look = this.looks.get(id) ?? {
      bones: skeleton.bones.map((bone) => ({ ...bone, color })),
      landmarks: skeleton.landmarks.map((landmark) => ({ ...landmark, color })),
    };
    this.looks.set(id, look);
    return look;
  }

  /**
   * @param {Moments} moments
   * @param {string} layer
   * @param {number} index
   * @param {View} view
   * @param {Shown} person
   */
  drawTrail(moments, layer, index, view, { slot, color }) {
    const places = moments.clock.until(index, TRAIL_S).map((one) => {
      const frame = moments.frame(layer, one);
      if (!frame) return null;
      const points = this.onCanvas(frame, slot, view.threshold);
      const [x, y] = [points[2 * view.trail], points[2 * view.trail + 1]];
      return Number.isNaN(x) ? null : /** @type {[number, number]} */ ([x, y]);
    });
    this.overlay.trail(places, this.several ? color : "#ffffff");
  }

  /** @param {Float32Array} points */
  drawLabels(points) {
    this.data.skeleton.landmarks.forEach(({ name, small }, k) => {
      if (!small && !Number.isNaN(points[2 * k])) this.overlay.text(name, points[2 * k] + 8, points[2 * k + 1] - 6);
    });
  }

  /**
   * @param {Float32Array} points
   * @param {Shown} person
   */
  drawName(points, { name, color }) {
    const seen = HEAD_AND_SHOULDERS.filter((k) => !Number.isNaN(points[2 * k]));
    if (!seen.length) return;
    const top = Math.min(...seen.map((k) => points[2 * k + 1]));
    const middle = seen.reduce((sum, k) => sum + points[2 * k], 0) / seen.length;
    this.overlay.text(name, middle, Math.max(20, top - 18), { color, big: true });
  }
}
