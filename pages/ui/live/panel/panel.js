// The numbers of a live picture, about five times a second and never at the picture's cost: what is out of sight is
// not drawn, and a tab that is hidden asks for nothing.

const EVERY_MS = 200;
const CURVE_S = 30;
const MOST_ANGLES = 6;
const ROUTES = { host: "direct", srflx: "direct, through a router", prflx: "direct, through a router", relay: "relayed" };
const panels = new WeakMap();

class Panel {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.skeleton = new Skeleton(this.find(".lp-skeleton"), {
      onCamera: () => {},
      onDrawn: (number) => (this.find(".lp-skeleton").dataset.frame = number),
      isHurried: () => true,
    });
    this.space = null;
    this.frozen = null;
    this.curves = new Map();
    this.seen = new WeakMap();
    this.watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) this.seen.set(entry.target, entry.isIntersecting);
    });
    for (const part of [".lp-skeleton", ".lp-table", ".lp-angles"]) this.watcher.observe(this.find(part));
    this.find('[data-do="freeze"]').addEventListener("click", () => this.freeze());
    this.find('[data-set="space"]').addEventListener("change", ({ target }) => this.show3d(target.value));
    this.find('[data-set="angle"]').addEventListener("change", ({ target }) => this.addAngle(target.value));
    this.connection = new Connection();
    this.timer = setTimeout(() => this.tick(), 0);
  }

  update(data, tell) {
    const before = this.data;
    this.tell = tell;
    this.data = data;
    if (!before) this.offer();
    if (before?.address === data.address && JSON.stringify(before.stages) === JSON.stringify(data.stages)) return;
    this.find(".lp-idle").textContent = data.address ? "" : data.idle;
    this.find(".lp-idle").hidden = Boolean(data.address);
    this.find(".lp-bar").hidden = !data.address;
    this.newest = null;
    this.since = -1;
    for (const curve of this.curves.values()) curve.clear();
    this.hold(false);
    delete this.root.dataset.live;
    this.find(".lp-strip").textContent = data.address ? "Waiting for the first frame." : "";
    this.find(".lp-problem").hidden = true;
    if (data.address) this.show3d(this.space ?? data.space);
  }

  offer() {
    const spaces = { world: "Metres", picture: "In the picture" };
    const options = Object.entries(spaces).map(([value, text]) => make("option", { value, textContent: text }));
    this.find('[data-set="space"]').replaceChildren(...options);
    const first = make("option", { value: "", textContent: "Choose" });
    const angles = this.data.angles.map(({ name, title }) => make("option", { value: name, textContent: title }));
    this.find('[data-set="angle"]').replaceChildren(first, ...angles);
    for (const name of this.data.usual) this.addAngle(name);
  }

  async show3d(space) {
    this.space = space;
    this.find('[data-set="space"]').value = space;
    await this.skeleton.begin(this.data.stages[space], this.skeleton.eye());
    this.draw3d();
  }

  addAngle(name) {
    this.find('[data-set="angle"]').value = "";
    const angle = this.data.angles.find((one) => one.name === name);
    if (!angle || this.curves.has(name) || this.curves.size >= MOST_ANGLES) return;
    this.curves.set(name, new Curve(this.find(".lp-angles"), angle.title, () => this.curves.delete(name)));
    this.since = -1; // the last half minute of it, too
  }

  // ---- what comes

  async tick() {
    const start = performance.now();
    if (!this.root.isConnected) return this.end();
    try {
      this.connection.look();
      if (this.data?.address && !document.hidden) await this.ask();
    } catch {
      // The network failed for a moment, or the picture is over: the page is told of that on its own way.
    }
    this.timer = setTimeout(() => this.tick(), Math.max(50, EVERY_MS - (performance.now() - start)));
  }

  async ask() {
    const asked = this.data.address;
    const from = this.since;
    const names = [...this.curves.keys()];
    const response = await fetch(`${asked}?since=${from}&angles=${names.join(",")}`);
    if (!response.ok || asked !== this.data.address) return;
    const told = await response.json();
    const delay = await this.connection.delay(told.figures.server_ms);
    this.showStrip(told, delay);
    if (from !== this.since) return; // an angle came meanwhile: it is asked for again, from the beginning
    if (this.frozen !== null || told.number < 0) return;
    if (from < 0) for (const curve of this.curves.values()) curve.clear();
    this.since = told.number;
    this.newest = told;
    this.root.dataset.live = "";
    this.root.dataset.frame = told.number;
    for (const [place, name] of names.entries()) {
      const values = told.angles.values[name];
      if (values) this.curves.get(name)?.add(told.angles.times, values, place);
    }
    this.draw();
  }

  draw() {
    if (this.seen.get(this.find(".lp-angles"))) for (const curve of this.curves.values()) curve.draw();
    if (this.seen.get(this.find(".lp-skeleton"))) this.draw3d();
    if (this.seen.get(this.find(".lp-table"))) this.drawTable();
  }

  showStrip(told, delay) {
    const { figures, loading, problem } = told;
    const parts = [
      ["In", `${figures.frames_in.toFixed(0)} /s`],
      ["Processed", `${figures.frames_out.toFixed(0)} /s`],
      ["Shown", `${this.connection.shown.toFixed(0)} /s`],
      ["Estimate", `${figures.estimate_ms.toFixed(0)} ms`],
      ["Delay", delay === null ? "–" : `at least ${delay.toFixed(0)} ms`],
      ["People", `${told.people?.length ?? 0}`],
    ];
    if (this.connection.route) parts.push(["Route", ROUTES[this.connection.route] ?? this.connection.route]);
    const strip = this.find(".lp-strip");
    strip.replaceChildren(
      ...parts.flatMap(([name, value]) => {
        const part = make("span", {});
        part.append(`${name} `, make("b", { textContent: value }));
        return [part, " "];
      }),
    );
    const said = problem ?? (loading ? "Loading the model: the picture goes on without a skeleton." : "");
    const notice = this.find(".lp-problem");
    if (notice.textContent !== said) notice.textContent = said; // said aloud once, not with every answer
    notice.hidden = !said;
  }

  // ---- what is drawn

  draw3d() {
    const told = this.newest;
    if (told?.people) this.skeleton.want(() => ({ frame: told.number, traces: this.traces(told) }));
  }

  traces(told) {
    const { bones, people } = this.data;
    return Array.from({ length: people }, (_, slot) => {
      const uids = ["thick_bones", "thin_bones", "joints"].map((kind) => `${kind}_${slot + 1}`);
      const person = told.people[slot];
      const points = person ? this.points(person) : nowhere(this.data.landmarks.length);
      const own = person && people > 1 ? { lines: person.color } : {};
      return [
        [uids[0], { ...ends(points, bones.filter((bone) => !bone.thin)), ...own }],
        [uids[1], { ...ends(points, bones.filter((bone) => bone.thin)), ...own }],
        [uids[2], { ...points, color: points.visibility.map((value) => value ?? 0) }],
      ];
    }).flat();
  }

  points({ xy, z, world, visibility }) {
    const there = (k) => visibility[k] !== null && visibility[k] >= this.data.threshold;
    const pick = (value) => visibility.map((_, k) => (there(k) ? value(k) : null));
    if (this.space === "world") {
      return { x: pick((k) => world[k][0]), y: pick((k) => world[k][2]), z: pick((k) => -world[k][1]), visibility };
    }
    // The axes are those of a picture of the size that the page knows; the camera's may be another.
    const scale = this.data.size[0] / this.newest.size[0];
    return { x: pick((k) => scale * xy[k][0]), y: pick((k) => scale * z[k]), z: pick((k) => scale * xy[k][1]), visibility };
  }

  drawTable() {
    const person = this.newest.people?.[0];
    const table = this.find("table");
    if (!table.tHead) this.beginTable(table);
    for (const [k, cells] of this.cells.entries()) {
      const values = person
        ? [person.visibility[k], ...person.xy[k], ...person.world[k]].map((value, place) =>
            value === null ? "–" : value.toFixed(place === 0 || place > 2 ? 2 : 0),
          )
        : Array(6).fill("–");
      values.forEach((value, place) => {
        if (cells[place].nodeValue !== value) cells[place].nodeValue = value;
      });
    }
  }

  beginTable(table) {
    const head = table.createTHead().insertRow();
    for (const words of ["Landmark", "Visibility", "x (px)", "y (px)", "x (m)", "y (m)", "z (m)"]) {
      head.append(make("th", { textContent: words, scope: "col" }));
    }
    const body = table.createTBody();
    this.cells = this.data.landmarks.map((name) => {
      const row = body.insertRow();
      row.insertCell().textContent = name;
      return Array.from({ length: 6 }, () => row.insertCell().appendChild(document.createTextNode("–")));
    });
  }

  freeze() {
    this.hold(this.frozen === null);
    this.tell(this.frozen);
  }

  hold(on) {
    this.frozen = on && this.newest ? this.newest.number : null;
    const button = this.find('[data-do="freeze"]');
    button.setAttribute("aria-pressed", this.frozen !== null);
    button.textContent = this.frozen === null ? "Freeze" : "Go on";
  }

  end() {
    clearTimeout(this.timer);
    this.watcher.disconnect();
    this.skeleton.end();
  }
}

// One angle: its number, big, and its last half minute.
class Curve {
  constructor(box, title, onRemove) {
    this.card = make("div", { className: "lp-angle" });
    this.number = make("b", { textContent: "–" });
    this.canvas = make("canvas", {});
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", `${title} over the last ${CURVE_S} seconds, 0 to 180 degrees`);
    const close = make("button", { type: "button", textContent: "×", title: `Remove ${title}` });
    close.setAttribute("aria-label", close.title);
    close.addEventListener("click", () => {
      this.card.remove();
      onRemove();
    });
    this.card.append(title, make("small", { textContent: `last ${CURVE_S} s` }), this.number, this.canvas, close);
    box.append(this.card);
    this.clear();
  }

  clear() {
    this.times = [];
    this.values = [];
  }

  add(times, values) {
    this.times.push(...times);
    this.values.push(...values);
    const begin = this.times[this.times.length - 1] - CURVE_S;
    const old = this.times.findIndex((time) => time >= begin);
    if (old > 0) for (const list of [this.times, this.values]) list.splice(0, old);
  }

  draw() {
    const newest = this.values[this.values.length - 1];
    const words = newest === null || newest === undefined ? "–" : `${newest.toFixed(0)}°`;
    if (this.number.textContent !== words) this.number.textContent = words;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const [width, height] = [this.canvas.clientWidth * ratio, this.canvas.clientHeight * ratio];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const pen = this.canvas.getContext("2d", { willReadFrequently: true });
    const style = getComputedStyle(this.card);
    pen.clearRect(0, 0, width, height);
    this.grid(pen, width, height, ratio, style.color);
    pen.strokeStyle = style.getPropertyValue("--st-primary-color");
    pen.lineWidth = 2 * ratio;
    pen.beginPath();
    const last = this.times[this.times.length - 1];
    let on = false;
    this.values.forEach((value, index) => {
      if (value === null) {
        on = false;
        return;
      }
      const x = width * (1 - (last - this.times[index]) / CURVE_S);
      const y = height * (1 - value / 180);
      if (on) pen.lineTo(x, y);
      else pen.moveTo(x, y);
      on = true;
    });
    pen.stroke();
  }

  grid(pen, width, height, ratio, color) {
    pen.globalAlpha = 0.55;
    pen.fillStyle = pen.strokeStyle = color;
    pen.lineWidth = 1;
    pen.font = `${10 * ratio}px system-ui, sans-serif`;
    for (const [value, down] of [[180, 10], [90, 3], [0, -2]]) {
      const y = height * (1 - value / 180);
      pen.fillText(`${value}°`, 0, y + down * ratio);
      pen.globalAlpha = 0.2;
      pen.fillRect(28 * ratio, Math.min(height - 1, y), width, 1);
      pen.globalAlpha = 0.55;
    }
    pen.globalAlpha = 1;
  }
}

// What the browser knows of the stream: it runs in a frame of streamlit-webrtc, which is of this same server.
class Connection {
  constructor() {
    this.shown = 0;
    this.route = null;
    this.before = null;
    this.latest = null;
  }

  frame() {
    return document.querySelector("iframe[title*='webrtc']")?.contentWindow ?? null;
  }

  // Remembers the connection that the frame opens, since only that has the figures.
  look() {
    const inner = this.frame();
    if (!inner?.RTCPeerConnection || inner.posecorePeers) return;
    const peers = (inner.posecorePeers = []);
    const Real = inner.RTCPeerConnection;
    inner.RTCPeerConnection = class extends Real {
      constructor(...given) {
        super(...given);
        peers.push(this);
      }
    };
  }

  // Milliseconds from the camera to the screen that the browser's own figures and the server's tell of; null: not
  // known. What the camera, the server's codecs and the screen take comes on top.
  async delay(serverMs) {
    const peer = this.frame()?.posecorePeers?.at(-1);
    if (!peer || peer.connectionState !== "connected") return null;
    if (this.before && performance.now() - this.before.at < 1000) return this.sum(serverMs);
    const now = { at: performance.now() };
    const stats = new Map([...(await peer.getStats())]);
    for (const one of stats.values()) {
      if (one.type === "outbound-rtp" && one.kind === "video") now.out = one;
      if (one.type === "inbound-rtp" && one.kind === "video") now.in = one;
      if (one.type === "candidate-pair" && one.nominated) now.pair = one;
    }
    this.route = stats.get(now.pair?.localCandidateId)?.candidateType ?? null;
    this.measure(now);
    return this.sum(serverMs);
  }

  measure(now) {
    const before = this.before;
    this.before = now;
    if (!before?.in || !now.in) return;
    const each = (name, count, of, earlier) =>
      of?.[count] > earlier?.[count] ? (1000 * (of[name] - earlier[name])) / (of[count] - earlier[count]) : 0;
    this.shown = (1000 * (now.in.framesDecoded - before.in.framesDecoded)) / (now.at - before.at);
    this.latest =
      each("totalEncodeTime", "framesEncoded", now.out, before.out) +
      each("totalPacketSendDelay", "packetsSent", now.out, before.out) +
      1000 * (now.pair?.currentRoundTripTime ?? 0) +
      each("totalProcessingDelay", "framesDecoded", now.in, before.in);
  }

  sum(serverMs) {
    return this.latest === null ? null : this.latest + serverMs;
  }
}

const make = (kind, properties) => Object.assign(document.createElement(kind), properties);

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".lp");
  const panel = panels.get(root) ?? new Panel(root);
  panels.set(root, panel);
  panel.update(data, (frozen) => setStateValue("frozen", frozen));
  return () => {
    if (!root.isConnected) panel.end();
  };
}
