// @ts-check
// The coach on the visitor's own device, while the server cannot be reached: it counts on from where the server was, in sets
// and rests as pages/ui/live/sets.py has them, and says nothing about form.

import { OwnCount, OwnHold } from "./own_count.js";

/** @typedef {import("../types.d.ts").Coaching} Coaching */
/** @typedef {import("../types.d.ts").OwnExercise} OwnExercise */
/** @typedef {import("../live/coach.js").Wish} Wish */
/** @typedef {import("./own_window.js").Moment} Moment */

const COUNTDOWN_S = 3;
const GO_S = 1.5;
const PATIENCE_S = 4;
const LAST_S = 5;
const ROUNDING_S = 1e-6;

export class OwnCoach {
  /** @type {Coaching["phase"]} */
  phase = "wait";
  sinceS = -Infinity; // when the phase began
  /** Sets. */
  begun = 0;
  finished = 0;
  totalBefore = 0; // what was done in the sets before
  before = 0; // what the server counted in this set,
  fromS = -Infinity; // until then
  shownCount = 0; // of the last set

  /** @param {OwnExercise} exercise */
  constructor(exercise) {
    this.exercise = exercise;
    this.watched = exercise.held ? new OwnHold(exercise) : new OwnCount(exercise);
  }

  startOver() {
    Object.assign(this, new OwnCoach(this.exercise));
  }

  /** @param {Moment} frame */
  add(frame) {
    this.watched.add(frame);
  }

  /**
   * Take over what the server knows.
   * @param {Coaching} coaching
   * @param {number} timeS of the newest frame that it is of
   */
  hear({ phase, count, set, total, finished, seconds }, timeS) {
    const isComing = phase === "wait" || phase === "countdown";
    if (isComing && set === 1 && this.begun) this.startOver(); // somebody started over
    if (phase !== this.phase) {
      this.phase = phase;
      this.sinceS = timeS - (seconds === null ? 0 : this.lengthS - seconds);
    }
    if (phase !== "wait") this.watched.begin();
    this.begun = isComing ? set - 1 : set;
    this.finished = finished;
    this.before = phase === "work" ? count : 0;
    this.totalBefore = phase === "work" ? total - count : total;
    this.shownCount = count;
    this.fromS = timeS;
  }

  /** Of a countdown or a rest, in seconds. */
  get lengthS() {
    return this.phase === "countdown" ? COUNTDOWN_S : this.exercise.restS;
  }

  /** Repetitions, or whole seconds, of the current set. */
  get count() {
    if (this.phase !== "work") return this.shownCount;
    const { watched, before, fromS, sinceS } = this;
    const counted = before + this.countedSince(fromS);
    // The server told whole seconds.
    const amount = watched instanceof OwnHold ? Math.max(counted, this.countedSince(sinceS)) : counted;
    return Math.min(this.exercise.target, Math.floor(amount + ROUNDING_S));
  }

  /**
   * What it has counted of this set by itself since then.
   * @param {number} fromS
   */
  countedSince(fromS) {
    const { watched, sinceS } = this;
    if (watched instanceof OwnCount) return watched.repetitions.filter((one) => one.knownS > fromS && one.extremeS > sinceS).length;
    return watched.held.reduce((sum, { startS, endS }) => sum + Math.max(0, endS - Math.max(startS, fromS, sinceS)), 0);
  }

  /**
   * Act on a button.
   * @param {Wish} wish
   */
  ask(wish) {
    if (wish === "again") this.startOver();
    if (wish === "begin" && ["wait", "countdown", "rest"].includes(this.phase)) this.beginSet();
    if (wish === "end" && this.phase !== "done") this.endSet("done");
  }

  /**
   * Count what has come.
   * @param {Coaching["own"]} [own]
   * @returns {Coaching}
   */
  report(own = "away") {
    this.watched.count();
    this.goOn();
    const { exercise, phase, begun, nowS } = this;
    const isComing = phase === "wait" || phase === "countdown";
    const isTimed = phase === "countdown" || phase === "rest";
    return {
      exercise: exercise.title,
      held: exercise.held,
      phase,
      count: this.count,
      target: exercise.target,
      set: Math.min(begun + (isComing ? 1 : 0), exercise.sets),
      sets: exercise.sets,
      progress: phase === "work" ? this.progress : null,
      cue: this.cue(),
      seconds: isTimed ? Math.max(0, Math.ceil(this.sinceS + this.lengthS - nowS)) : null,
      total: this.totalBefore + (phase === "work" ? this.count : 0),
      finished: this.finished,
      result: null,
      own,
    };
  }

  get nowS() {
    return this.watched.nowS;
  }

  /** Whether all that it needs is in view. */
  get isReady() {
    return this.watched.missing?.length === 0;
  }

  /** Go through the phases. */
  goOn() {
    const { phase, nowS, exercise } = this;
    const isOver = nowS >= this.sinceS + this.lengthS;
    if (phase === "wait" && this.isReady) {
      this.enter("countdown");
      this.watched.begin();
    } else if (phase === "countdown" && !this.isReady) this.enter("wait");
    else if (phase === "countdown" && isOver) this.beginSet();
    else if (phase === "rest" && isOver) {
      if (this.isReady) this.beginSet();
      else this.enter("wait");
    } else if (phase === "work" && this.count >= exercise.target) {
      this.finished++;
      this.endSet(this.begun < exercise.sets ? "rest" : "done");
    }
  }

  beginSet() {
    this.watched.begin();
    this.begun++;
    this.before = this.shownCount = 0;
    this.enter("work");
    this.fromS = this.sinceS;
  }

  /** @param {"rest" | "done"} phase */
  endSet(phase) {
    if (this.phase === "work") {
      this.shownCount = this.count;
      this.totalBefore += this.shownCount;
    }
    this.enter(phase);
  }

  /** @param {Coaching["phase"]} phase */
  enter(phase) {
    [this.phase, this.sinceS] = [phase, this.nowS];
  }

  /** Percent. */
  get progress() {
    const { watched, exercise } = this;
    if (watched instanceof OwnHold) return Math.round((100 * this.count) / exercise.target);
    return watched.progress === null ? null : Math.round(100 * watched.progress);
  }

  /** The one thing to do now; empty if it is to go on. */
  cue() {
    const { phase, exercise, watched, nowS, sinceS } = this;
    const lately = nowS - sinceS < GO_S;
    const missing = watched.missing;
    if (phase === "done") return this.finished === exercise.sets ? "Well done! All sets finished" : "Finished early";
    if (phase === "rest") return lately ? "Set done" : "Rest";
    if (phase === "countdown") return "Get ready";
    if (phase === "wait") return whereTo(missing) || "Get ready";
    if (lately) return "Go";
    if (watched instanceof OwnHold) {
      if (!watched.holding) return this.count ? "Get back into position" : "Get into position";
      return exercise.target - this.count <= Math.min(LAST_S, exercise.target / 4) ? "Almost done" : "Hold";
    }
    const lastS = Math.max(sinceS, watched.repetitions.at(-1)?.knownS ?? -Infinity);
    if (nowS - lastS > PATIENCE_S && !this.isReady) return whereTo(missing);
    return this.count === exercise.target - 1 && this.count ? "One more" : "";
  }
}

/**
 * Where to go; empty if everything is in view.
 * @param {string[] | null} missing
 */
function whereTo(missing) {
  if (missing === null) return "Step into view";
  if (!missing.length) return "";
  const parts = [missing.slice(0, -1).join(", "), missing[missing.length - 1]].filter(Boolean).join(" and ");
  const isOne = missing.length === 1 && /^(left|right) /.test(missing[0]);
  return `Step back: your ${parts} ${isOne ? "is" : "are"} not in view`;
}
