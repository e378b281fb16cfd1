// How late the picture is: from when a frame leaves the camera to when it is on the screen. Frames carry no mark that
// could be read here, so what moves in the camera's picture is sought in the picture that came back: both are looked at
// for some seconds, coarse and grey, and the delay is the one at which they are most alike.

const COLUMNS = 16;
const ROWS = 12;
const FINE = 4; // each cell is the mean of so many dots each way, since a browser that shrinks a picture leaves most out
const MOVING = 32; // cells that are looked at: those in which most happens
const LOOK_MS = 3500;
const REST_MS = 6500;
const RETRY_MS = 1500; // nothing moved
const LONGEST_MS = 1500;
const STEP_MS = 5;
const ALIKE = 0.6; // a correlation below this is of noise: nothing moves

class Delay {
  constructor() {
    this.pen = Object.assign(document.createElement("canvas"), {
      width: COLUMNS * FINE,
      height: ROWS * FINE,
    }).getContext("2d", { willReadFrequently: true });
    this.ms = null;
    this.next = 0;
  }

  // Begins to look where it is time; called often.
  look(connection) {
    const track = connection?.peer?.getSenders().find((sender) => sender.track?.kind === "video")?.track;
    const video = connection?.inner.document.querySelector("video");
    if (!track) this.ms = null;
    if (!track || !video || performance.now() < this.next) return;
    this.next = Infinity;
    this.measure(track, video);
  }

  async measure(track, video) {
    const until = performance.now() + LOOK_MS;
    let found = null;
    try {
      const [sent, shown] = await Promise.all([this.watchSent(track, until), this.watchShown(video, until)]);
      found = delayBetween(sent, shown);
    } catch {
      // The stream ended meanwhile.
    }
    this.ms = found ?? this.ms;
    this.next = performance.now() + (found === null ? RETRY_MS : REST_MS);
  }

  async watchSent(track, until) {
    if (!window.MediaStreamTrackProcessor) return this.watchInVideo(track, until);
    const seen = [];
    const own = track.clone(); // can be stopped without stopping the camera
    const reader = new MediaStreamTrackProcessor({ track: own }).readable.getReader();
    const timer = setTimeout(() => own.stop(), LOOK_MS + 500);
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      seen.push(this.note(next.value));
      next.value.close();
      if (performance.now() > until) break;
    }
    clearTimeout(timer);
    own.stop();
    reader.cancel();
    return seen;
  }

  async watchInVideo(track, until) {
    const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
    video.srcObject = new MediaStream([track]);
    try {
      await video.play();
      return await this.watchShown(video, until);
    } catch {
      return []; // not allowed to play: the delay stays unknown
    } finally {
      video.srcObject = null;
    }
  }

  watchShown(video, until) {
    const seen = [];
    return new Promise((done) => {
      if (!video.requestVideoFrameCallback) done(seen);
      const timer = setTimeout(() => done(seen), LOOK_MS + 500);
      const next = () => {
        seen.push(this.note(video));
        if (performance.now() < until) video.requestVideoFrameCallback(next);
        else {
          clearTimeout(timer);
          done(seen);
        }
      };
      video.requestVideoFrameCallback?.(next);
    });
  }

  note(picture) {
    const at = performance.now();
    this.pen.drawImage(picture, 0, 0, COLUMNS * FINE, ROWS * FINE);
    const { data } = this.pen.getImageData(0, 0, COLUMNS * FINE, ROWS * FINE);
    const grey = new Float32Array(COLUMNS * ROWS);
    for (let dot = 0; dot < data.length / 4; dot++) {
      const [row, column] = [Math.floor(dot / (COLUMNS * FINE)), dot % (COLUMNS * FINE)];
      const cell = COLUMNS * Math.floor(row / FINE) + Math.floor(column / FINE);
      grey[cell] += (0.3 * data[4 * dot] + 0.6 * data[4 * dot + 1] + 0.1 * data[4 * dot + 2]) / FINE ** 2;
    }
    return { at, grey };
  }
}

// Milliseconds from the pictures that were sent to the same ones among those shown; null: nothing moves enough.
function delayBetween(sent, shown) {
  if (sent.length < 10 || shown.length < 10) return null;
  const first = sent[0].at + LONGEST_MS;
  const late = changes(shown.filter(({ at }) => at >= first));
  const early = changes(sent);
  const moving = movingCells(early);
  let best = { alike: ALIKE, ms: null };
  for (const turn of [(cell) => cell, mirrored]) {
    for (let ms = 0; ms <= LONGEST_MS; ms += STEP_MS) {
      const alike = likeness(early, late, ms, moving, turn);
      if (alike > best.alike) best = { alike, ms };
    }
  }
  return best.ms;
}

const mirrored = (cell) => cell - (cell % COLUMNS) + COLUMNS - 1 - (cell % COLUMNS);

// What changes: a skeleton, a blurred background or another brightness stay out of it for the most part.
function changes(seen) {
  const mean = new Float32Array(COLUMNS * ROWS);
  for (const { grey } of seen) grey.forEach((value, cell) => (mean[cell] += value / seen.length));
  return seen.map(({ at, grey }) => ({ at, grey: grey.map((value, cell) => value - mean[cell]) }));
}

function movingCells(seen) {
  const energy = new Float32Array(COLUMNS * ROWS);
  for (const { grey } of seen) grey.forEach((value, cell) => (energy[cell] += value * value));
  return [...energy.keys()].sort((a, b) => energy[b] - energy[a]).slice(0, MOVING);
}

function likeness(early, late, ms, moving, turn) {
  let [both, own, other, place] = [0, 0, 0, 0];
  for (const { at, grey } of late) {
    const wanted = at - ms;
    while (place < early.length - 2 && early[place + 1].at <= wanted) place++;
    const [before, after] = [early[place], early[place + 1]];
    const share = Math.min(1, Math.max(0, (wanted - before.at) / (after.at - before.at)));
    for (const from of moving) {
      const now = grey[turn(from)];
      const then = before.grey[from] + share * (after.grey[from] - before.grey[from]);
      both += now * then;
      own += now * now;
      other += then * then;
    }
  }
  return both / Math.sqrt(own * other || 1);
}
