// @ts-check
// One cursor through video, overlay, 3D skeleton, curves and tables. They share only the current frame.

import { find, mark, write } from "../shared/dom.js";
import { whenAsked } from "../shared/seeking.js";
import { Skeleton3d } from "../shared/skeleton3d.js";
import { MeasuringTool } from "../measuring/tool.js";
import { Controls, SPEEDS } from "./controls.js";
import { Curves } from "./curves.js";
import { numbersOf } from "./curve_numbers.js";
import { Cuts, nearestCut } from "./cuts.js";
import { FilmScreen } from "./film_screen.js";
import { FrameLandmarks } from "./frame_landmarks.js";
import { savePicture } from "./frame_picture.js";
import { actionOf, playsFromAfar } from "./keys.js";
import { linesOf } from "./lines.js";
import { readLink, writeLink } from "./link.js";
import { withEnd, withStart } from "./loop.js";
import { measuredFrame } from "./measured_people.js";
import { Moments } from "./moments.js";
import { tracesOf } from "./people_in_3d.js";
import { FilmPlayback, FilmlessPlayback } from "./playback.js";
import { Readings } from "./readings.js";
import { recall, remember } from "./remembered.js";
import { Tabs } from "./tabs.js";
import { meanError } from "./usual_error.js";
import { firstView, nextLayer } from "./view.js";

/** @typedef {import("../types.d.ts").PlayerData} PlayerData */
/** @typedef {import("../types.d.ts").View} View */
/** @typedef {import("../types.d.ts").Vector} Vector */

const SETTLED_MS = 350;

class Player {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.screen = new FilmScreen(root, () => this.drawOverlay());
    this.measuring = new MeasuringTool(this.screen.element, find(root, ".pp-measuring"), {
      onBegin: () => this.playing && this.pause(),
    });
    const skeleton = find(root, ".pp-skeleton");
    this.skeleton = new Skeleton3d(skeleton, {
      onTurned: () => this.settleSoon(),
      onDrawn: (frame) => mark(skeleton, frame),
      isHurried: () => this.playback?.isHurried ?? false,
    });
    this.cursor = find(root, ".pp-cursor");
    this.curves = new Curves(find(root, ".pp-curves"), (time) => this.seekTime(time), { fills: true });
    this.readings = new Readings(root, {
      onSeek: (index) => this.seek(index),
      onChoose: (names) => this.chooseCurves(names),
    });
    this.cuts = new Cuts(root, (index) => this.seek(index));
    this.landmarks = new FrameLandmarks(find(root, ".pp-landmarks"));
    this.tabs = new Tabs(root);
    this.controls = new Controls(root, (name) => this.viewChanged(name));
    /** @type {View | null} */
    this.view = null;
    /** @type {Vector | null} */
    this.eye = null; // from a link
    /** @type {import("../types.d.ts").PersonLine[]} */
    this.lines = []; // the chosen curves
    this.index = 0;
    this.playing = false;
    this.pictureWanted = false;
    /** @type {import("./loop.js").Loop | null} */
    this.loop = null;
    /** @type {import("../types.d.ts").Component<PlayerData>["setTriggerValue"] | null} */
    this.ask = null; // the page, for what it does on the server
    this.gone = false;
    this.tabbed = false;
    this.asked = new AbortController();
    this.listen();
  }

  listen() {
    this.root.addEventListener("keydown", (event) => {
      const action = this.moments && actionOf(event);
      if (!action) return;
      event.preventDefault();
      this.actions[action[0]](action[1]);
    });
    this.root.addEventListener("click", ({ target }) => {
      const button = /** @type {Element} */ (target).closest("[data-do]");
      const { do: name, far } = /** @type {HTMLElement | null} */ (button)?.dataset ?? {};
      if (name && this.moments) this.actions[/** @type {keyof Player["actions"]} */ (name)](Number(far ?? 0));
    });
    this.screen.element.addEventListener("click", () => this.toggle());
    const { signal } = this.asked;
    document.addEventListener("pointerdown", () => (this.tabbed = false), { signal });
    document.addEventListener("keydown", (event) => this.keyFromAfar(event), { signal });
    whenAsked((asked) => this.showTime(asked), signal);
  }

  /** @param {KeyboardEvent} event anywhere on the page */
  keyFromAfar(event) {
    if (event.key === "Tab") this.tabbed = true;
    if (!this.moments || !this.root.isConnected || this.root.contains(/** @type {Node} */ (event.target))) return;
    if (!playsFromAfar(event, this.tabbed)) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (event.target).blur(); // or Firefox presses it when the key is let go
    this.toggle();
  }

  actions = {
    toggle: () => this.toggle(),
    step: (/** @type {number} */ frames) => this.step(frames),
    loopStart: () => this.setLoop(withStart(this.loop, this.index, this.last)),
    loopEnd: () => this.setLoop(withEnd(this.loop, this.index)),
    noLoop: () => this.setLoop(null),
    faster: (/** @type {number} */ steps) => this.faster(steps),
    cut: (/** @type {number} */ way) => this.goToCut(way),
    link: () => this.copyLink(),
    share: () => this.share(),
    sound: () => this.mute(),
    picture: () => this.wantPicture(),
  };

  // ---- data from the server

  /** @param {PlayerData} data */
  async update(data) {
    const before = this.data;
    this.data = data;
    const same = (/** @type {(keyof PlayerData)[]} */ ...names) =>
      before && names.every((name) => JSON.stringify(before[name]) === JSON.stringify(data[name]));
    if (!same("key")) this.beginClip(data, !before);
    if (!same("key", "film", "people")) this.screen.begin(data);
    find(this.root, ".pp-measuring").hidden = !data.film;
    if (!same("moments")) await this.beginMoments(data, !same("film"));
    else if (!same("film")) this.beginPlayback(data);
    else if (!same("people")) this.peopleChanged(data);
    this.writeAddress();
  }

  /**
   * @param {PlayerData} data
   * @param {boolean} first whether this is the first video, which a link may describe
   */
  beginClip(data, first) {
    const asked = data.link ?? window.location.search;
    const link = readLink(new URLSearchParams(first ? asked : ""));
    this.view = firstView(data, link, this.view);
    this.eye = link.eye;
    this.index = link.frame === null ? data.defaults.index : Math.round(link.frame / data.header.step);
    this.loop = null;
    this.landmarks.begin(data);
    this.tabs.offer(data.people.length > 0, Boolean(data.film));
    if (link.frame === null) this.resume(data);
    find(this.root, '[data-do="link"]').hidden = Boolean(data.file); // it would open nothing for anybody else
    this.measuring.start(data.key, data.header.size, data.stem || "video");
  }

  /**
   * Go on where the visitor was before they turned to another page.
   * @param {PlayerData} data
   */
  resume(data) {
    const left = recall(data.key);
    if (!left) return;
    Object.assign(this, { view: { ...this.view, ...left.view }, index: left.index, loop: left.loop, eye: left.eye });
    this.tabs.choose(left.tab);
  }

  remember() {
    if (!this.moments || !this.data) return;
    const { index, currentView: view, loop } = this;
    const eye = this.skeleton.isTurned ? (this.skeleton.camera?.eye ?? null) : null;
    remember(this.data.key, { index, view, loop, eye, tab: this.tabs.wanted });
  }

  /**
   * @param {PlayerData} data
   * @param {boolean} isNewFilm
   */
  async beginMoments(data, isNewFilm) {
    const moments = Moments.of(data.moments, data.header, () => this.arrived());
    await moments.loadTimes();
    if (this.gone || data.moments !== this.data?.moments) return; // another result came meanwhile
    const before = isNewFilm ? undefined : this.moments?.header.layers;
    this.moments = moments;
    this.lines = [];
    if (this.view) this.view.layer = nextLayer(data, this.view.layer, before);
    this.readings.begin(moments);
    this.cuts.begin(moments);
    if (isNewFilm || !this.playback) this.beginPlayback(data);
    else this.playback.clock = moments.clock;
    this.controls.offer(data, this.currentView);
    this.icons();
    this.seek(this.index);
    this.showCurves();
    await this.skeleton.begin(data.stages[this.currentView.space], this.eye, () => this.drawing3d());
  }

  /** @param {PlayerData} data */
  beginPlayback({ film }) {
    if (!this.moments) return;
    this.playback?.end();
    this.playing = false;
    this.screen.index = -1;
    const listener = {
      onShown: (/** @type {number} */ index, /** @type {boolean} */ settled) => this.frameShown(index, settled),
      onEnd: () => this.clipEnded(),
      onFail: () => this.readings.say("This browser cannot play the video."),
    };
    this.playback = film
      ? new FilmPlayback(this.screen.film, film, this.moments.clock, listener)
      : new FilmlessPlayback(this.moments.clock, listener);
    this.seek(this.index);
  }

  /** @param {PlayerData} data */
  peopleChanged(data) {
    this.controls.offer(data, this.currentView);
    this.showCurves();
    this.arrived();
    this.showLandmarks();
  }

  /** Redraw when requested landmarks have arrived. */
  arrived() {
    this.drawOverlay();
    this.drawSkeleton();
    if (!this.playing) this.showLandmarks();
  }

  get currentView() {
    if (!this.view) throw new Error("The player has no result yet.");
    return this.view;
  }

  get last() {
    return this.moments ? this.moments.count - 1 : 0;
  }

  /** The layer that curves, table and 3D view show. */
  get layer() {
    return this.currentView.layer === "both" ? "smoothed" : this.currentView.layer;
  }

  get shown() {
    return (this.data?.people ?? []).map((person, slot) => ({ ...person, slot })).filter(({ shown }) => shown);
  }

  // ---- time

  /**
   * @param {number} index
   * @param {boolean} settled whether no other frame is being sought
   */
  frameShown(index, settled) {
    this.screen.index = index;
    if (this.playing && settled && index !== this.index) {
      if (this.loop && index >= this.loop[1]) this.seek(this.loop[0]);
      else this.go(index);
    }
    this.drawOverlay();
  }

  clipEnded() {
    if (!this.playing) return;
    if (!this.loop) return this.pause();
    this.seek(this.loop[0]);
    this.playback?.play(this.currentView.speed);
  }

  /** @param {number} time of the frames, in seconds */
  seekTime(time) {
    if (this.moments) this.seek(this.moments.clock.nearest(time));
  }

  /** @param {import("../shared/seeking.js").Asked} asked what another part of the page asks for */
  showTime({ time, loop }) {
    if (this.playing) this.pause();
    if (loop !== undefined) this.loopTimes(loop);
    this.seekTime(time);
    if (loop) this.play();
    this.root.scrollIntoView({ block: "start", behavior: "smooth" });
  }

  /** @param {number} index */
  seek(index) {
    const wanted = Math.max(0, Math.min(index, this.last));
    this.playback?.seek(wanted);
    this.go(wanted);
  }

  /** @param {number} index */
  go(index) {
    this.index = index;
    if (!this.moments) return;
    this.curves.go(this.moments.time(index));
    mark(this.cursor, index);
    this.drawSkeleton();
    this.readings.go(index, this.playing);
    this.settleSoon();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (!this.playback) return;
    if (this.index === this.last) this.seek(this.loop ? this.loop[0] : 0);
    this.playing = true;
    this.playback.play(this.currentView.speed).catch(() => this.pause());
    this.icons();
  }

  pause() {
    this.playing = false;
    this.playback?.pause();
    this.icons();
    this.seek(this.index);
  }

  /** @param {number} frames */
  step(frames) {
    if (this.playing) this.pause();
    this.seek(this.index + frames);
  }

  /** @param {number} way 1: to the next cut, -1: to the one before */
  goToCut(way) {
    if (this.playing) this.pause();
    this.seek(nearestCut(this.moments?.header.cuts ?? [], this.index, way, this.last));
  }

  /** @param {number} steps */
  faster(steps) {
    const place = SPEEDS.indexOf(this.currentView.speed) + steps;
    this.currentView.speed = SPEEDS[Math.max(0, Math.min(place, SPEEDS.length - 1))];
    this.controls.write();
    this.viewChanged("speed");
  }

  /** @param {[number, number] | null} times of the frames, in seconds */
  loopTimes(times) {
    const { moments } = this;
    if (moments) this.setLoop(times && [moments.clock.nearest(times[0]), moments.clock.nearest(times[1])]);
  }

  /** @param {import("./loop.js").Loop | null} loop */
  setLoop(loop) {
    this.loop = loop;
    this.icons();
    this.showCurves();
  }

  mute() {
    this.screen.film.muted = !this.screen.film.muted;
    this.icons();
  }

  icons() {
    this.controls.icons({ playing: this.playing, muted: this.screen.film.muted, loops: this.loop !== null });
  }

  // ---- drawing

  drawOverlay() {
    if (!this.moments) return;
    this.screen.draw(this.moments, this.currentView, this.shown, this.lines);
    this.measuring.show(() => this.measuredFrame);
    if (this.pictureWanted) this.savePicture(this.moments);
  }

  /** What can be measured in the frame that the video shows. */
  get measuredFrame() {
    const { data, moments, layer } = this;
    if (!data || !moments) throw new Error("The player has no result yet.");
    const index = Math.max(0, this.screen.index);
    return measuredFrame(data, moments, layer, index, this.currentView.threshold, this.shown);
  }

  /** Save the present frame, once the video shows it and its landmarks have arrived. */
  wantPicture() {
    if (!this.data?.film) return;
    if (this.playing) this.pause();
    this.pictureWanted = true;
    this.drawOverlay();
  }

  /** @param {Moments} moments */
  savePicture(moments) {
    const isThere = this.screen.index === this.index && this.playback?.isSettled;
    if (!isThere || !moments.frame(this.layer, this.index)) return; // this is tried again when they arrive
    this.pictureWanted = false;
    const number = moments.number(this.index);
    const last = moments.number(this.last);
    this.screen
      .picture(moments, this.currentView, this.shown, this.lines, (pen, ratio) => this.measuring.drawOn(pen, ratio))
      .then((picture) => savePicture(picture, this.data?.stem, number, last))
      .catch((error) => this.readings.say(error.message));
  }

  drawSkeleton() {
    this.skeleton.want(() => this.drawing3d());
  }

  drawing3d() {
    const { data, moments, index } = this;
    const traces = data && moments ? tracesOf(data, moments, this.layer, index, this.currentView) : new Map();
    const scale = this.currentView.joints === "visibility" && Boolean(data?.people.length);
    return { frame: index, traces, scale };
  }

  async showCurves() {
    const { moments } = this;
    if (!moments) return;
    const view = this.currentView;
    const lines = await linesOf(moments, view, this.shown);
    if (moments !== this.moments) return; // another result came meanwhile
    this.lines = lines;
    this.drawOverlay();
    this.readings.show(moments, view.curves, lines);
    this.readings.go(this.index, this.playing);
    const label = `Over time: ${lines.map((line) => line.title).join(", ")}`;
    const loop = this.loop && this.loop.map((index) => moments.time(index));
    const cuts = moments.header.cuts.map((index) => moments.time(index));
    const numbered = lines
      .filter((line) => !line.faint)
      .map((line) => ({ line, numbers: numbersOf(line, view.threshold, moments.header.cuts), error: meanError(line, view.threshold) }));
    this.readings.showNumbers(numbered);
    this.curves.show(lines, { threshold: view.threshold, loop, cuts, label }, numbered);
  }

  showLandmarks() {
    if (this.moments) this.landmarks.show(this.moments, this.layer, this.index, this.shown);
  }

  // ---- the viewer's choices

  /** @param {keyof View} name of the changed part */
  async viewChanged(name) {
    const { data, moments, currentView: view } = this;
    if (!data || !moments) return;
    if (name === "speed") this.playback?.setSpeed(view.speed);
    if (name === "layer" || name === "threshold") this.showCurves();
    if (name === "layer" && !this.playing) this.showLandmarks();
    if (name === "space") await this.skeleton.begin(data.stages[view.space], null, () => this.drawing3d());
    else this.drawSkeleton();
    this.drawOverlay();
    this.settleSoon();
  }

  /** @param {string[]} names */
  chooseCurves(names) {
    this.currentView.curves = names;
    this.showCurves();
    this.settleSoon();
  }

  // ---- when it is paused

  settleSoon() {
    clearTimeout(this.settling);
    if (this.playing) return;
    this.settling = setTimeout(() => {
      if (this.playing || this.gone) return;
      this.writeAddress();
      this.showLandmarks();
    }, SETTLED_MS);
  }

  writeAddress() {
    if (!this.moments || !this.view || this.gone || typeof this.data?.link === "string") return;
    window.history.replaceState(window.history.state, "", this.linkFrom(new URL(window.location.href)));
  }

  /** Ask the page to share the moment that is shown. */
  share() {
    if (this.playing) this.pause();
    this.ask?.("share", this.linkFrom(new URL("/", window.location.href)).search);
  }

  /** @param {URL} address */
  linkFrom(address) {
    const frame = this.moments?.number(this.index) ?? 0;
    const eye = this.skeleton.camera?.eye ?? null;
    return writeLink(address, { frame, view: this.currentView, eye, file: this.data?.file ?? null });
  }

  async copyLink() {
    this.writeAddress();
    const button = find(this.root, '[data-do="link"]');
    try {
      await navigator.clipboard.writeText(window.location.href);
      write(button, "Copied");
    } catch {
      window.prompt("Copy this link", window.location.href);
    }
    setTimeout(() => write(button, "Copy link"), 2000);
  }

  end() {
    this.remember();
    this.gone = true;
    this.playing = false;
    this.asked.abort();
    clearTimeout(this.settling);
    const { playback, screen, measuring, skeleton, curves, readings, landmarks, tabs } = this;
    for (const part of [playback, screen, measuring, skeleton, curves, readings, landmarks, tabs]) part?.end();
  }
}

/** @type {WeakMap<HTMLElement, Player>} */
const players = new WeakMap();

/** @param {import("../types.d.ts").Component<PlayerData>} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = find(parentElement, ".pp");
  const player = players.get(root) ?? new Player(root);
  player.ask = setTriggerValue;
  players.set(root, player);
  player.update(data).catch((error) => player.readings.say(`${error.message}`));
  return () => {
    if (root.isConnected) return;
    player.end();
    players.delete(root);
  };
}
