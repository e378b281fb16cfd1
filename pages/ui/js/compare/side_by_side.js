// @ts-check
// Two movements beside each other. The first plays by its own clock, and the second follows it through the alignment.

import { Curves } from "../player/curves.js";
import { SPEEDS, drawIcon } from "../player/controls.js";
import { actionOf } from "../player/keys.js";
import { FilmPlayback, FilmlessPlayback } from "../player/playback.js";
import { find, make, mark, write } from "../shared/dom.js";
import { between } from "../shared/figure_values.js";
import { fixed } from "../shared/numbers.js";
import { whenAsked } from "../shared/seeking.js";
import { BothCurves, COLORS } from "./both_curves.js";
import { follow } from "./following.js";
import { Pair } from "./pair.js";
import { SideScreen } from "./side_screen.js";
import { SyncBar } from "./sync_bar.js";

/** @typedef {import("../types.d.ts").PairData} PairData */
/** @typedef {import("../types.d.ts").Bone} Bone */

const LINES = [
  { name: "score", title: "Likeness", unit: "likeness", color: "#8a8f98" },
  { name: "behind", title: "Second behind", unit: "s behind", color: "#8a8f98" },
];
const TOGETHER_S = 0.15; // by less nobody sees who is ahead

class SideBySide {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.screens = [...root.querySelectorAll(".sb-side")].map(
      (figure) => new SideScreen(/** @type {HTMLElement} */ (figure), () => this.draw()),
    );
    this.scrub = /** @type {HTMLInputElement} */ (find(root, ".pp-scrub"));
    this.speeds = /** @type {HTMLSelectElement} */ (find(root, ".sb-speed"));
    this.skeletons = /** @type {HTMLInputElement} */ (find(root, ".sb-skeletons"));
    this.closeUp = /** @type {HTMLInputElement} */ (find(root, ".sb-close"));
    this.cursor = find(root, ".pp-cursor");
    this.curves = new Curves(find(root, ".pp-curves"), (time) => this.seekTime(time));
    this.both = new BothCurves(
      /** @type {HTMLSelectElement} */ (find(root, ".sb-curve")),
      find(root, ".sb-legend"),
      () => this.showCurves(),
    );
    this.bar = new SyncBar(root, { onBy: (by) => this.follows(by), onSecond: (frame) => this.seekSecond(frame) });
    this.index = 0; // frame of the first
    this.second = 0; // frame of the second that is wanted
    this.shown = [0, 0]; // frames that both show
    this.playing = false;
    this.gone = false;
    this.ticking = 0;
    this.ended = new AbortController();
    this.speeds.replaceChildren(...SPEEDS.map((value) => make("option", { value }, `${value} ×`)));
    this.speeds.value = "1";
    this.listen();
    this.icons();
  }

  listen() {
    const { root } = this;
    root.addEventListener("keydown", (event) => {
      const action = this.pair && actionOf(event);
      if (!action || !this.does(...action)) return;
      event.preventDefault();
    });
    root.addEventListener("click", ({ target }) => {
      const element = /** @type {Element} */ (target);
      const { do: name, far } = /** @type {HTMLElement | null} */ (element.closest("[data-do]"))?.dataset ?? {};
      if (name) this.does(name, Number(far ?? 0));
      else if (element.closest(".pp-screen")) this.toggle();
    });
    this.scrub.addEventListener("input", () => this.seek(Number(this.scrub.value)));
    this.speeds.addEventListener("change", () => this.playbacks?.[0].setSpeed(this.speed));
    this.skeletons.addEventListener("change", () => this.draw());
    this.closeUp.addEventListener("change", () => this.layOut());
    whenAsked(({ time }) => {
      this.seekTime(time);
      root.scrollIntoView({ block: "start", behavior: "smooth" });
    }, this.ended.signal);
  }

  /**
   * @param {string} name of an action
   * @param {number} far
   * @returns {boolean} whether there is such an action
   */
  does(name, far) {
    if (name === "toggle") this.toggle();
    else if (name === "step") this.step(far);
    else if (name === "faster") this.faster(far);
    else if (name === "sound") this.mute();
    else if (name === "same") this.setMoment();
    else if (name === "linked") this.follows(this.pair?.sync.by ?? "moment");
    else return false;
    return true;
  }

  get speed() {
    return Number(this.speeds.value);
  }

  get last() {
    return this.pair ? this.pair.sides[0].clock.count - 1 : 0;
  }

  /** The time of the first, in seconds. */
  get time() {
    return this.pair?.sides[0].clock.times[this.index] ?? 0;
  }

  // ---- data from the server

  /** @param {PairData} data */
  async update(data) {
    const before = this.data;
    this.data = data;
    if (before?.pair === data.pair) return;
    const pair = await Pair.fetch(data.pair, data.header);
    if (this.gone || this.data !== data) return; // another pair came meanwhile
    this.pair = pair;
    this.index = 0;
    this.scrub.max = `${this.last}`;
    this.say("");
    find(this.root, '[data-do="sound"]').hidden = !data.films[0];
    find(this.root, ".sb-scale i").style.background = `linear-gradient(to right, ${data.colors.scale.join(", ")})`;
    this.layOut();
    this.both.begin(pair);
    this.beginPlayback(data, pair);
    this.index = pair.sides[0].clock.nearest(pair.first[0] ?? 0);
    this.synchronised(pair);
  }

  layOut() {
    const { data } = this;
    if (!data) return;
    this.screens.forEach((screen, side) => {
      const name = data.names[side];
      screen.begin({ name, film: data.films[side], side: data.header.sides[side], closeUp: this.closeUp.checked });
    });
    this.draw();
  }

  /**
   * @param {PairData} data
   * @param {Pair} pair
   */
  beginPlayback({ films }, { sides }) {
    this.playing = false;
    for (const playback of this.playbacks ?? []) playback?.end();
    const onFail = () => this.say("This browser cannot play one of the videos.");
    /** @param {number} side */
    const playbackOf = (side) => {
      const listener = {
        onShown: (/** @type {number} */ frame, /** @type {boolean} */ settled) => this.frameShown(side, frame, settled),
        onEnd: () => side === 0 && this.playing && this.pause(),
        onFail,
      };
      const { clock } = sides[side];
      const film = films[side];
      return film ? new FilmPlayback(this.screens[side].film, film, clock, listener) : new FilmlessPlayback(clock, listener);
    };
    this.playbacks = [playbackOf(0), playbackOf(1)];
    this.icons();
  }

  async showCurves() {
    const { pair } = this;
    if (!pair) return;
    const lines = [...this.both.of(pair), ...(pair.sync.by === "aligned" ? this.likeness(pair) : [])];
    const label = `${lines.map(({ title }) => title).join(", ")}, over time`;
    this.curves.show(lines, { threshold: 0, loop: null, cuts: [], label });
    this.curves.go(this.time);
    this.both.go(this.time);
  }

  /** @param {Pair} pair */
  likeness(pair) {
    const { times } = pair.sides[0].clock;
    // To the ends of the first video, as the cursor goes there too.
    const ends = [times[0], times[times.length - 1]];
    const at = Float64Array.of(Math.min(ends[0], pair.first[0]), ...pair.first, ends[1]);
    const values = { score: pair.scores, behind: pair.behind };
    return LINES.map((line) => ({
      ...line,
      times: at,
      values: Float32Array.of(NaN, ...values[/** @type {keyof values} */ (line.name)], NaN),
      confidence: new Uint8Array(at.length).fill(255),
      dash: "solid",
      faint: false,
    }));
  }

  // ---- time

  /**
   * @param {number} side
   * @param {number} frame
   * @param {boolean} settled whether no other frame is being sought
   */
  frameShown(side, frame, settled) {
    this.shown[side] = frame;
    if (side === 0 && this.playing && settled && frame !== this.index) this.go(frame);
    else this.drawSide(side);
  }

  /** @param {number} time of the first, in seconds */
  seekTime(time) {
    if (this.pair) this.seek(this.pair.sides[0].clock.nearest(time));
  }

  /** @param {number} index frame of the first */
  seek(index) {
    const { pair, playbacks } = this;
    if (!pair || !playbacks) return;
    const wanted = Math.max(0, Math.min(index, this.last));
    playbacks[0].seek(wanted);
    this.shows(0, wanted);
    const { clock } = pair.sides[1];
    if (!pair.sync.apart) this.seekSecond(clock.nearest(pair.sync.inSecond(pair.sides[0].clock.times[wanted])));
    this.go(wanted);
  }

  /** @param {number} frame of the second */
  seekSecond(frame) {
    this.second = frame;
    this.playbacks?.[1].seek(frame);
    this.bar.go(frame);
    this.shows(1, frame);
    this.drawSide(1);
  }

  /**
   * Take note of the frame that a side shows without a video; a video says so itself.
   * @param {number} side
   * @param {number} frame
   */
  shows(side, frame) {
    if (!this.data?.films[side]) this.shown[side] = frame;
  }

  // ---- which moments are the same

  /** @param {import("./sync.js").By} by */
  follows(by) {
    const { pair } = this;
    if (!pair) return;
    pair.sync.by = by;
    pair.sync.apart = false;
    this.synchronised(pair);
  }

  /** Let the viewer move each by itself, or else take what both show for the same moment. */
  setMoment() {
    const { pair } = this;
    if (!pair) return;
    if (this.playing) this.pause();
    if (pair.sync.apart) pair.sync.sameMoment(this.time, pair.sides[1].clock.times[this.second]);
    else pair.sync.apart = true;
    this.synchronised(pair);
  }

  /** @param {Pair} pair */
  synchronised(pair) {
    this.bar.show(pair);
    find(this.root, ".sb-scale").hidden = pair.sync.by === "moment"; // limbs then have the colour of their side
    this.seek(this.index);
    this.showCurves();
  }

  // ---- time, continued

  /** @param {number} index frame of the first */
  go(index) {
    const { pair } = this;
    this.index = index;
    if (!pair) return;
    this.scrub.value = `${index}`;
    this.curves.go(this.time);
    this.both.go(this.time);
    mark(this.cursor, index);
    this.tell(pair);
    this.draw();
  }

  /** @param {Pair} pair */
  tell(pair) {
    const first = `First ${fixed(this.time, 2)} s`;
    const other = pair.sync.apart ? pair.sides[1].clock.times[this.second] : pair.sync.inSecond(this.time);
    const times = `${first} · second ${fixed(other, 2)} s`;
    const clock = find(this.root, ".sb-clock");
    if (pair.sync.by === "moment" || pair.sync.apart) return write(clock, times);
    const { score, behind } = pair.at(this.time);
    const word = behind > 0 ? "behind" : "ahead";
    const timing = Math.abs(behind) < TOGETHER_S ? "together" : `second ${fixed(Math.abs(behind), 1)} s ${word}`;
    write(clock, `${times} · likeness ${fixed(score, 0)} · ${timing}`);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    const { playbacks } = this;
    if (!playbacks || !this.pair) return;
    if (this.pair.sync.apart) this.follows(this.pair.sync.by); // what was not confirmed is not kept
    if (this.index === this.last) this.seek(0);
    this.playing = true;
    playbacks[0].play(this.speed).catch(() => this.pause());
    const tick = () => {
      if (!this.playing) return;
      this.letSecondFollow();
      this.ticking = requestAnimationFrame(tick);
    };
    cancelAnimationFrame(this.ticking);
    this.ticking = requestAnimationFrame(tick);
    this.icons();
  }

  letSecondFollow() {
    const { pair, playbacks } = this;
    if (!pair || !playbacks) return;
    const [first, second] = playbacks;
    const time = pair.sides[0].clock.times[0] + first.now;
    const { clock } = pair.sides[1];
    const asked = pair.sync.inSecond(time);
    const ends = [clock.times[0], clock.times[clock.count - 1]];
    const wanted = Math.max(ends[0], Math.min(asked, ends[1])); // it waits at its ends
    if (second instanceof FilmlessPlayback) {
      const frame = clock.nearest(wanted);
      if (frame !== this.shown[1]) this.frameShown(1, frame, true);
      return;
    }
    const state = { wanted, now: clock.times[0] + second.now, slope: asked === wanted ? pair.sync.slope(time) : 0, speed: this.speed };
    const { seek, rate } = follow(state);
    if (seek && !second.seeking) second.seek(clock.nearest(wanted));
    if (!rate) second.pause();
    else if (second.film.paused) second.play(rate).catch(() => {}); // interrupted by the next pause
    else second.setSpeed(rate);
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.ticking);
    for (const playback of this.playbacks ?? []) playback.pause();
    this.icons();
    this.seek(this.index);
  }

  /** @param {number} frames */
  step(frames) {
    if (this.playing) this.pause();
    this.seek(this.index + frames);
  }

  /** @param {number} steps */
  faster(steps) {
    const place = SPEEDS.indexOf(this.speed) + steps;
    this.speeds.value = `${SPEEDS[Math.max(0, Math.min(place, SPEEDS.length - 1))]}`;
    this.playbacks?.[0].setSpeed(this.speed);
  }

  mute() {
    const { film } = this.screens[0];
    film.muted = !film.muted;
    this.icons();
  }

  icons() {
    const { muted } = this.screens[0].film;
    drawIcon(this.root, "back", "back");
    drawIcon(this.root, "on", "on");
    drawIcon(this.root, "play", this.playing ? "pause" : "play", this.playing ? "Pause (space)" : "Play (space)");
    drawIcon(this.root, "sound", muted ? "mute" : "sound");
    this.root.dataset.playing = `${this.playing}`;
  }

  // ---- drawing

  draw() {
    this.drawSide(0);
    this.drawSide(1);
  }

  /** @param {number} side */
  drawSide(side) {
    const { pair, data } = this;
    if (!pair || !data) return;
    const frame = this.shown[side];
    this.screens[side].draw(frame, pair.landmarks(side, frame), this.skeletons.checked ? this.bones(side, pair, data) : null);
  }

  /**
   * The bones of a side in the colours of the moment.
   * @param {number} side
   * @param {Pair} pair
   * @param {PairData} data
   * @returns {Bone[]}
   */
  bones(side, pair, { bones, colors, header }) {
    if (pair.sync.by === "moment") return bones.map((bone) => ({ ...bone, color: COLORS[side] }));
    const { limbs } = pair.at(this.time);
    /** @type {[number, string][]} */
    const scale = colors.scale.map((color, place) => [place / (colors.scale.length - 1), color]);
    return bones.map((bone, place) => {
      const score = limbs[header.limb_of_bone[side][place]] ?? NaN;
      return { ...bone, color: Number.isNaN(score) ? colors.unknown : between(scale, score / 100) };
    });
  }

  /** @param {string} problem */
  say(problem) {
    write(find(this.root, ".sb-problem"), problem);
  }

  end() {
    this.gone = true;
    this.playing = false;
    this.ended.abort();
    for (const part of [...(this.playbacks ?? []), ...this.screens, this.curves]) part.end();
  }
}

/** @type {WeakMap<HTMLElement, SideBySide>} */
const players = new WeakMap();

/** @param {import("../types.d.ts").Component<PairData>} component */
export default function ({ data, parentElement }) {
  const root = find(parentElement, ".sb");
  const player = players.get(root) ?? new SideBySide(root);
  players.set(root, player);
  player.update(data).catch((error) => player.say(`${error.message}`));
  return () => {
    if (root.isConnected) return;
    player.end();
    players.delete(root);
  };
}
