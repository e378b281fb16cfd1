// @ts-check
// What drives the playback: the video element or, if there is no video, a clock of its own.

/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {{onShown: (index: number, settled: boolean) => void, onEnd: () => void, onFail: () => void}} Listener */

const LATELY_MS = 2000;

export class FilmPlayback {
  /**
   * @param {HTMLVideoElement} film
   * @param {string} address
   * @param {Clock} clock
   * @param {Listener} listener onShown: a frame is on screen; settled: no other is being sought
   */
  constructor(film, address, clock, listener) {
    this.film = film;
    this.clock = clock;
    this.ended = new AbortController();
    /** @type {number | null} */
    this.target = null;
    this.seeking = false;
    this.lost = 0;
    this.lostAt = -Infinity;
    const { signal } = this.ended;
    film.addEventListener("ended", () => listener.onEnd(), { signal });
    film.addEventListener("error", () => listener.onFail(), { signal });
    film.src = address;
    const next = (/** @type {number} */ _now, /** @type {VideoFrameCallbackMetadata} */ { mediaTime }) => {
      if (signal.aborted) return;
      film.requestVideoFrameCallback(next);
      this.seeking = false;
      const settled = this.target === null;
      if (!settled) this.seekFilm();
      listener.onShown(this.clock.at(mediaTime), settled);
    };
    film.requestVideoFrameCallback(next);
  }

  /** @param {number} speed */
  play(speed) {
    this.film.playbackRate = speed;
    return this.film.play();
  }

  pause() {
    this.film.pause();
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.film.playbackRate = speed;
  }

  /**
   * Seek one frame at a time; of the requests made meanwhile, only the last counts.
   * @param {number} index
   */
  seek(index) {
    this.target = index;
    if (!this.seeking) this.seekFilm();
  }

  seekFilm() {
    if (this.target === null) return;
    const time = this.clock.filmTime(this.target);
    this.target = null;
    if (Math.abs(this.film.currentTime - time) < 1e-6) return;
    this.seeking = true;
    this.film.currentTime = time;
  }

  /** Whether the video shows the frame that it was last said to show. */
  get isSettled() {
    return !this.seeking && this.target === null;
  }

  /** Seconds from the first frame. */
  get now() {
    return this.film.currentTime;
  }

  /** Whether the browser dropped frames of the video recently: the machine has too much to draw. */
  get isHurried() {
    const lost = this.film.getVideoPlaybackQuality().droppedVideoFrames;
    if (lost > this.lost) this.lostAt = performance.now();
    this.lost = lost;
    return performance.now() - this.lostAt < LATELY_MS;
  }

  end() {
    this.ended.abort();
    this.film.pause();
    this.film.removeAttribute("src");
    this.film.load();
  }
}

export class FilmlessPlayback {
  isHurried = false;
  isSettled = true;

  /**
   * @param {Clock} clock
   * @param {Listener} listener
   */
  constructor(clock, listener) {
    this.clock = clock;
    this.listener = listener;
    this.time = 0;
    this.speed = 1;
    this.timer = 0;
  }

  /** Seconds from the first frame. */
  get now() {
    return this.time;
  }

  /** @param {number} speed */
  async play(speed) {
    this.speed = speed;
    let last = performance.now();
    const step = (/** @type {number} */ now) => {
      this.timer = requestAnimationFrame(step);
      this.time += (Math.max(0, now - last) / 1000) * this.speed;
      last = now;
      const index = this.clock.at(this.time);
      this.listener.onShown(index, true);
      if (index === this.clock.count - 1) this.listener.onEnd();
    };
    cancelAnimationFrame(this.timer);
    this.timer = requestAnimationFrame(step);
  }

  pause() {
    cancelAnimationFrame(this.timer);
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.speed = speed;
  }

  /** @param {number} index */
  seek(index) {
    this.time = this.clock.filmTime(index);
  }

  end() {
    this.pause();
  }
}
