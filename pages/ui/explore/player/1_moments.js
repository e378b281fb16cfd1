// The landmarks and curves of a clip, fetched in pieces from one file when they are about to be shown.

const MISSING = -32768; // of a coordinate that is not there
const PER_LANDMARK = 13; // bytes: x, y, z in the picture and three metres as int16, visibility as uint8

class Moments {
  constructor(address, header, onArrival) {
    this.address = address;
    this.header = header;
    this.onArrival = onArrival;
    this.pieces = new Map();
    this.curves = new Map();
    this.perFrame = header.people.length * header.landmarks;
  }

  get count() {
    return this.header.frames;
  }

  async loadTimes() {
    this.times = new Float64Array(await this.read(this.header.times_at, 8 * this.count));
    this.begin = this.times[0];
  }

  // The frame that is on the screen at a time of the film, in seconds.
  at(filmTime) {
    const time = filmTime + this.begin + 5e-5; // a film's clock is as fine as 1/90000 s
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.times[middle] <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // A time of the film, in seconds, at which the frame is on the screen.
  filmTime(frame) {
    const time = this.times[frame] - this.begin;
    const next = frame + 1 < this.count ? this.times[frame + 1] - this.begin : time + 0.01;
    return time + Math.min(0.005, (next - time) / 4);
  }

  // All people in one frame, or null while its piece is on the way.
  frame(layer, index) {
    const size = this.header.piece_frames;
    const number = Math.floor(index / size);
    if ((index % size) * 2 > size) this.piece(layer, number + 1);
    const piece = this.piece(layer, number);
    if (!piece) return null;
    const from = (index % size) * this.perFrame;
    const to = from + this.perFrame;
    return {
      picture: piece.picture.subarray(3 * from, 3 * to),
      world: piece.world.subarray(3 * from, 3 * to),
      visibility: piece.visibility.subarray(from, to),
    };
  }

  piece(layer, number) {
    const key = `${layer} ${number}`;
    if (!this.pieces.has(key)) this.fetchPiece(layer, number, key);
    return this.pieces.get(key);
  }

  async fetchPiece(layer, number, key) {
    const size = this.header.piece_frames;
    const first = number * size;
    if (first >= this.count) return;
    this.pieces.set(key, null);
    const landmarks = Math.min(size, this.count - first) * this.perFrame;
    const start = this.header.layers[layer].landmarks_at + first * this.perFrame * PER_LANDMARK;
    const buffer = await this.read(start, landmarks * PER_LANDMARK);
    this.pieces.set(key, {
      picture: new Int16Array(buffer, 0, 3 * landmarks),
      world: new Int16Array(buffer, 6 * landmarks, 3 * landmarks),
      visibility: new Uint8Array(buffer, 12 * landmarks, landmarks),
    });
    this.onArrival();
  }

  // A curve of all people, (frames x people), and how sure the landmarks are that it is made of, 0 to 255.
  curve(layer, name) {
    const key = `${layer} ${name}`;
    if (!this.curves.has(key)) this.curves.set(key, this.fetchCurve(layer, name));
    return this.curves.get(key);
  }

  async fetchCurve(layer, name) {
    const place = this.header.curves.findIndex((curve) => curve.name === name);
    const values = this.count * this.header.people.length;
    const [numbers, confidence] = await Promise.all([
      this.read(this.header.layers[layer].curves_at + 4 * place * values, 4 * values),
      this.read(this.header.confidence_at + place * values, values),
    ]);
    return { values: new Float32Array(numbers), confidence: new Uint8Array(confidence) };
  }

  async read(start, length) {
    const range = { headers: { Range: `bytes=${start}-${start + length - 1}` } };
    const answer = await fetch(this.address, range);
    if (answer.status !== 206) throw new Error((await answer.text()).slice(0, 200));
    return answer.arrayBuffer();
  }
}
