// The numbers of a live picture, about five times a second and never at the picture's cost: what is out of sight is
// not drawn, and a tab that is hidden asks for nothing.

const EVERY_MS = 200;
const CURVE_S = 30;
const MOST_ANGLES = 6;
const ANSWER_MS = 3000;
const LOST = "The connection was lost. It is tried again until it is back; Stop ends that.";
const FAILED = "No connection could be made. Under “The camera does not start?” the connection can be checked.";
const LOADING = "Loading the model: the picture goes on without a skeleton.";
const NO_ANSWER = "The server does not answer at the moment. It is asked again until it does.";
const NO_FRAMES = "No frames arrive from the camera.";
const panels = new WeakMap();

class Panel {
  constructor(root) {
    this.root = root;
    this.page = new Telling(root);
    this.find = (selector) => root.querySelector(selector);
    this.skeleton = new Skeleton(this.find(".lp-skeleton"), {
      onCamera: () => {},
      onDrawn: (number) => (this.find(".lp-skeleton").dataset.frame = number),
      isHurried: () => true,
    });
    this.space = null;
    this.frozen = null;
    this.asksHold = null; // 1 and 0: the server is to stay at a frame, and to go on
    this.curves = new Map();
    this.seen = new WeakMap();
    this.watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) this.seen.set(entry.target, entry.isIntersecting);
    });
    for (const part of [".lp-skeleton", ".lp-table", ".lp-angles"]) this.watcher.observe(this.find(part));
    this.find('[data-do="freeze"]').addEventListener("click", () => this.freeze());
    this.find('[data-set="space"]').addEventListener("change", ({ target }) => this.show3d(target.value));
    this.find('[data-set="angle"]').addEventListener("change", ({ target }) => this.addAngle(target.value));
    this.connection = null;
    this.delay = new Delay();
    this.timer = setTimeout(() => this.tick(), 0);
  }

  update(data, setStateValue) {
    const before = this.data;
    this.page.setStateValue = setStateValue;
    this.data = data;
    if (!before) this.offer();
    if (before?.address === data.address) {
      const same = JSON.stringify(before.stages) === JSON.stringify(data.stages);
      if (!same && this.root.dataset.live !== undefined) this.show3d(this.space);
      return;
    }
    this.find(".lp-idle").textContent = data.address ? "" : data.idle;
    this.find(".lp-idle").hidden = Boolean(data.address);
    this.find(".lp-bar").hidden = !data.address;
    this.newest = this.told = null;
    this.since = -1;
    for (const curve of this.curves.values()) curve.clear();
    this.hold(false);
    this.asksHold = null;
    delete this.root.dataset.live;
    this.find(".lp-strip").textContent = data.address ? "Waiting for the first frame." : "";
    this.find(".lp-problem").hidden = true;
    this.find(".lp-recording").hidden = true;
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
      this.connection = connectionOf();
      this.connection?.restWhileHidden();
      if (this.connection?.resting) this.answeredAt = performance.now();
      else if (this.data?.address) await this.ask();
    } catch {
      // The network failed for a moment, or the picture is over: the page is told of that on its own way.
    }
    this.say();
    this.timer = setTimeout(() => this.tick(), Math.max(50, EVERY_MS - (performance.now() - start)));
  }

  async ask() {
    const asked = this.data.address;
    const from = this.since;
    const names = [...this.curves.keys()];
    const hold = this.asksHold;
    const more = hold === null ? "" : `&hold=${hold}`;
    const response = await fetch(`${asked}?since=${from}&angles=${names.join(",")}${more}`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!response.ok || asked !== this.data.address) return;
    const told = (this.told = await response.json());
    this.answeredAt = performance.now();
    if (this.connection) await this.about(this.connection, told);
    if (told.over || !this.root.isConnected) return;
    this.showStrip(told);
    this.showRecording(told.recording);
    if (from !== this.since) return; // an angle came meanwhile: it is asked for again, from the beginning
    const shallHold = hold === 1 && this.asksHold === 1;
    if (hold === this.asksHold) this.asksHold = null;
    if (told.number < 0 || (this.frozen !== null && !shallHold)) return;
    if (from < 0) for (const curve of this.curves.values()) curve.clear();
    this.since = told.number;
    this.newest = told;
    if (this.root.dataset.live === undefined) {
      this.root.dataset.live = "";
      this.show3d(this.space ?? this.data.space); // not before it is seen: Plotly measures its texts
    }
    this.root.dataset.frame = told.number;
    for (const [place, name] of names.entries()) {
      const values = told.angles.values[name];
      if (values) this.curves.get(name)?.add(told.angles.times, values, place);
    }
    this.draw();
    if (shallHold) this.page.tell("frozen", (this.frozen = told.number));
  }

  async about(connection, told) {
    connection.goesOnUnseen = told.goes_on_unseen;
    if (told.over) connection.press("Stop"); // the page says why
    await connection.figures();
    this.delay.look(connection);
  }

  draw() {
    if (document.hidden) return;
    if (this.seen.get(this.find(".lp-angles"))) for (const curve of this.curves.values()) curve.draw();
    if (this.seen.get(this.find(".lp-skeleton"))) this.draw3d();
    if (this.seen.get(this.find(".lp-table"))) this.drawTable();
  }

  showStrip(told) {
    const { figures } = told;
    const parts = [
      ["In", `${figures.frames_in.toFixed(0)} /s`],
      ["Processed", `${figures.frames_out.toFixed(0)} /s`],
      ["Shown", `${(this.connection?.shown ?? 0).toFixed(0)} /s`],
      ["Estimate", `${figures.estimate_ms.toFixed(0)} ms`],
      ["People", `${told.people?.length ?? 0}`],
    ];
    if (this.data.camera) parts.splice(4, 0, ["Delay", this.delay.ms === null ? "–" : `${this.delay.ms} ms`]);
    const route = this.connection?.route;
    if (route) parts.push(["Route", ROUTES[route] ?? route]);
    const strip = this.find(".lp-strip");
    strip.replaceChildren(
      ...parts.flatMap(([name, value]) => {
        const part = make("span", {});
        part.append(`${name} `, make("b", { textContent: value }));
        return [part, " "];
      }),
    );
  }

  showRecording(recording) {
    const line = this.find(".lp-recording");
    line.hidden = !recording;
    if (!recording) {
      this.recorded = false;
      return;
    }
    const { begins_in_s: wait, seconds, longest_s: longest, over } = recording;
    line.textContent = wait > 0 ? `Recording begins in ${wait} s` : `● Recording: ${seconds} of ${longest} s`;
    if (over && !this.recorded) this.page.tell("recorded", Date.now());
    this.recorded = over;
  }

  // What is wrong, and what helps; said aloud once, not with every answer.
  say() {
    const { problem, loading, advice, figures } = (this.data?.address && this.told) || {};
    const usual = problem ?? (loading ? LOADING : figures?.frames_in === 0 ? NO_FRAMES : (advice ?? ""));
    const silent = figures && performance.now() - this.answeredAt > ANSWER_MS;
    const { lost, failed } = this.connection ?? {};
    const said = lost ? LOST : failed ? FAILED : silent ? NO_ANSWER : usual;
    const notice = this.find(".lp-problem");
    if (notice.textContent !== said) notice.textContent = said;
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
    const scale = Math.min(...this.data.size.map((side, axis) => side / this.newest.size[axis]));
    return { x: pick((k) => scale * xy[k][0]), y: pick((k) => scale * z[k]), z: pick((k) => scale * xy[k][1]), visibility };
  }

  drawTable() {
    const person = this.newest.people?.[0];
    const table = this.find("table");
    if (!table.tHead) this.beginTable(table);
    for (const [k, cells] of this.cells.entries()) {
      const values = person
        ? [person.visibility[k], ...person.xy[k], ...person.world[k]].map((value, place) =>
            value === null ? "–" : rounded(value, place === 0 || place > 2 ? 2 : 0),
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

  // At once for who looks; the server is told with the next question, and says which frame it is.
  freeze() {
    this.hold(this.frozen === null);
    this.asksHold = this.frozen === null ? 0 : 1;
    if (this.frozen === null) this.page.tell("frozen", null);
  }

  hold(on) {
    this.frozen = on && this.newest ? this.newest.number : null;
    const button = this.find('[data-do="freeze"]');
    button.setAttribute("aria-pressed", this.frozen !== null);
    button.textContent = this.frozen === null ? "Freeze" : "Go on";
  }

  end() {
    clearTimeout(this.timer);
    this.page.end();
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

// Never -0.00.
const rounded = (value, digits) => value.toFixed(digits).replace(/^-(?=[0.]+$)/, "");

const make = (kind, properties) => Object.assign(document.createElement(kind), properties);

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".lp");
  const panel = panels.get(root) ?? new Panel(root);
  panels.set(root, panel);
  panel.update(data, setStateValue);
  return () => {
    if (!root.isConnected) panel.end();
  };
}
