// One cursor through film, overlay, 3D skeleton, curves and rows. The frame it is at is all that they share.

const SPEEDS = [0.1, 0.25, 0.5, 1, 1.5, 2];
const TRAIL_S = 2;
const MOST_CURVES = 6;
const LATELY_MS = 2000;
const READ_EVERY_MS = 250;
const TELL_AFTER_MS = 350;
const CURVE_COLORS = ["#0b8a94", "#d55e00", "#cc79a7", "#a68a00", "#0072b2", "#8a8f98"];
const DASHES = ["solid", "dash", "dot", "dashdot"];
const ICONS = {
  back: "M6 5h2v14H6zM19 5v14L9 12z",
  play: "M8 5v14l11-7z",
  pause: "M7 5h3v14H7zM14 5h3v14h-3z",
  on: "M16 5h2v14h-2zM5 5v14l10-7z",
  sound: "M4 9v6h4l5 5V4L8 9zM16 8a5 5 0 0 1 0 8z",
  mute: "M4 9v6h4l5 5V4L8 9zM15 9l2-1 5 8-2 1zM20 8l2 1-5 8-2-1z",
};
const players = new WeakMap();

class Player {
  constructor(root) {
    this.root = root;
    this.page = new Telling(root);
    this.find = (selector) => root.querySelector(selector);
    this.film = this.find(".pp-film");
    this.scrub = this.find(".pp-scrub");
    this.overlay = new Overlay(this.find(".pp-overlay"));
    this.skeleton = new Skeleton(this.find(".pp-skeleton"), {
      onCamera: () => this.tellAddress(),
      onDrawn: (frame) => mark(this.find(".pp-skeleton"), frame),
      isHurried: () => this.losesFrames(),
    });
    this.curves = new Curves(this.find(".pp-curves"), { onSeek: (time) => this.seek(this.moments.at(time - this.moments.begin)) });
    this.rows = new Rows(this.find(".pp-rows"), { onSeek: (frame) => this.seek(frame) });
    this.index = 0;
    this.playing = false;
    this.loop = null;
    this.values = {};
    this.listen();
  }

  listen() {
    const on = (target, kind, action) => target.addEventListener(kind, action);
    on(this.root, "keydown", (event) => this.key(event));
    on(this.root, "click", (event) => this.press(event.target.closest("[data-do]")?.dataset.do));
    on(this.root, "input", (event) => this.set(event.target));
    on(this.find(".pp-screen"), "click", () => this.toggle());
    on(this.scrub, "input", () => this.seek(Number(this.scrub.value)));
    on(this.film, "ended", () => this.atEnd());
    on(this.film, "error", () => this.say("This browser cannot play the film."));
    this.sizes = new ResizeObserver(() => {
      this.overlay.fit();
      if (this.moments?.times) this.drawOverlay();
    });
    this.sizes.observe(this.find(".pp-overlay"));
  }

  // ---- what is given

  async update(data, setStateValue) {
    this.page.setStateValue = setStateValue;
    const before = this.data;
    this.data = data;
    const same = (name) => before && JSON.stringify(before[name]) === JSON.stringify(data[name]);
    if (!same("key")) this.beginClip(before === undefined);
    if (!same("film")) this.beginFilm();
    if (!same("moments")) await this.beginMoments();
    else if (!same("people")) this.everythingAgain();
    this.writeAddress();
  }

  beginClip(first) {
    const given = first ? addressed() : {};
    const { defaults, layers } = this.data;
    this.view = {
      layer: this.layerNames().includes(given.layer) ? given.layer : layers[0],
      space: given.space in this.data.stages ? given.space : defaults.space,
      overlay: true,
      labels: false,
      threshold: 0.5,
      trail: -1,
      joints: "confidence",
      speed: 1,
      curves: given.curves ?? defaults.curves,
      ...(this.view ? { threshold: this.view.threshold, joints: this.view.joints, speed: this.view.speed } : {}),
    };
    this.eye = given.eye ?? null;
    this.index = given.frame ?? defaults.frame;
    if (first) this.told = this.data.header.first_frame + defaults.frame * this.data.header.step; // the server's own
    this.loop = null;
    this.offer();
  }

  layerNames() {
    const names = this.data.layers;
    return names.length > 1 ? [...names, "both"] : names;
  }

  beginFilm() {
    const screen = this.find(".pp-screen");
    const { film, header } = this.data;
    const [width, height] = header.size;
    screen.hidden = !film;
    screen.style.aspectRatio = `${width} / ${height}`;
    screen.style.maxWidth = `min(100%, ${Math.round((30 * width) / height)}rem)`;
    this.find(".pp-views").classList.toggle("pp-alone", !film);
    this.find(".pp-views").classList.toggle("pp-upright", height > width);
    this.find('[data-do="sound"]').hidden = !film;
    this.pause();
    this.film.src = film ?? "";
    if (!film) this.film.removeAttribute("src");
    else this.followFilm();
  }

  async beginMoments() {
    const { moments: address, header, stages } = this.data;
    const moments = new Moments(address, header, () => {
      this.redraw();
      this.drawOverlay();
    });
    await moments.loadTimes();
    if (address !== this.data.moments) return; // another came meanwhile
    this.moments = moments;
    this.scrub.max = header.frames - 1;
    this.overlay.fit();
    this.seek(Math.max(0, Math.min(this.index, header.frames - 1)));
    this.showCurves();
    await this.skeleton.begin(stages[this.view.space], this.skeleton.eye() ?? this.eye);
    this.drawSkeleton();
  }

  // ---- time

  followFilm() {
    const next = (_, { mediaTime }) => {
      if (this.gone || !this.data.film) return;
      this.film.requestVideoFrameCallback(next);
      if (!this.moments) return;
      this.filmIndex = this.moments.at(mediaTime);
      this.seeking = false;
      if (this.target !== undefined) this.seekFilm();
      else if (this.playing) this.arrive(this.filmIndex);
      this.drawOverlay();
    };
    this.film.requestVideoFrameCallback(next);
  }

  // Whether the browser left out frames of the film lately: the machine has too much to draw.
  losesFrames() {
    const lost = this.film.getVideoPlaybackQuality().droppedVideoFrames;
    if (lost > (this.lost ?? 0)) this.lostAt = performance.now();
    this.lost = lost;
    return performance.now() - this.lostAt < LATELY_MS;
  }

  runWithoutFilm() {
    let last = performance.now();
    let time = this.moments.filmTime(this.index);
    const step = (now) => {
      if (!this.playing || this.gone || this.data.film) return;
      if (this.jumped) [time, this.jumped] = [this.moments.filmTime(this.index), false];
      time += ((now - last) / 1000) * this.view.speed;
      last = now;
      const index = this.moments.at(time);
      if (index === this.moments.count - 1) this.atEnd();
      else if (index !== this.index) this.arrive(index);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  // While it plays: the next frame is on the screen.
  arrive(index) {
    if (this.loop && index >= this.loop[1]) return this.seek(this.loop[0]);
    this.go(index);
  }

  atEnd() {
    if (this.loop) this.seek(this.loop[0]);
    else this.pause();
    if (this.playing && this.data.film) this.film.play();
  }

  seek(index) {
    index = Math.max(0, Math.min(index, this.moments.count - 1));
    this.jumped = true;
    this.target = index;
    if (this.data.film && !this.seeking) this.seekFilm();
    else if (!this.data.film) this.target = undefined;
    this.go(index);
  }

  // One jump of the film at a time; of those asked for meanwhile only the last counts.
  seekFilm() {
    const time = this.moments.filmTime(this.target);
    this.target = undefined;
    if (Math.abs(this.film.currentTime - time) < 1e-6) return;
    this.seeking = true;
    this.film.currentTime = time;
  }

  go(index) {
    this.index = index;
    this.redraw();
    this.tellSoon();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (!this.moments) return;
    if (this.index === this.moments.count - 1) this.seek(this.loop ? this.loop[0] : 0);
    this.playing = true;
    this.film.playbackRate = this.view.speed;
    if (this.data.film) this.film.play().catch(() => this.pause());
    else this.runWithoutFilm();
    this.icons();
  }

  pause() {
    if (!this.film.paused) this.film.pause();
    this.playing = false;
    this.icons();
    if (this.moments) this.seek(this.index);
  }

  // ---- what is shown

  redraw() {
    if (!this.moments?.times) return;
    const { index, moments } = this;
    if (!this.data.film) this.drawOverlay();
    this.curves.go(moments.times[index]);
    mark(this.find(".pp-cursor"), index);
    this.drawSkeleton();
    this.tellNumbers();
  }

  // What is read need not change faster than anybody reads: each change is a page to paint.
  tellNumbers() {
    const wait = this.playing ? READ_EVERY_MS - (performance.now() - (this.toldAt ?? 0)) : 0;
    clearTimeout(this.later);
    if (wait > 0) {
      this.later = setTimeout(() => this.tellNumbers(), wait);
      return;
    }
    this.toldAt = performance.now();
    const { index, moments } = this;
    this.scrub.value = index;
    const number = moments.header.first_frame + index * moments.header.step;
    const last = moments.header.first_frame + (moments.count - 1) * moments.header.step;
    const words = `Frame ${number} of ${last} · ${moments.times[index].toFixed(3)} s`;
    this.scrub.setAttribute("aria-valuetext", words);
    this.find(".pp-clock").textContent = words;
    this.readings();
    this.rows.go(index);
    mark(this.find(".pp-rows"), index);
  }

  shown() {
    return this.data.people.map((person, slot) => ({ ...person, slot })).filter((person) => person.shown);
  }

  drawOverlay() {
    const canvas = this.overlay.canvas;
    this.overlay.clear();
    const index = this.filmIndex;
    if (!this.data.film || index === undefined || !this.moments) return;
    if (this.view.overlay) {
      this.drawPeople(this.layer(), index, false);
      if (this.view.layer === "both") this.drawPeople("raw", index, true); // thin, so that both are seen
    }
    mark(canvas, index);
  }

  layer() {
    return this.view.layer === "both" ? "smoothed" : this.view.layer;
  }

  drawPeople(layer, index, faint) {
    const frame = this.moments.frame(layer, index);
    if (!frame) return;
    for (const person of this.shown()) {
      const points = this.onCanvas(frame, person.slot);
      const colors = this.colors(person);
      this.overlay.skeleton(points, { ...colors, faint });
      if (faint) continue;
      if (this.view.trail >= 0) this.drawTrail(layer, index, person);
      if (this.view.labels) this.drawLabels(points);
      if (this.data.people.length > 1) this.drawName(points, person);
    }
  }

  onCanvas(frame, slot) {
    const count = this.data.header.landmarks;
    const points = new Float32Array(2 * count);
    const scale = (this.data.header.pixel * this.overlay.canvas.width) / this.data.header.size[0];
    for (let k = 0; k < count; k++) {
      const at = slot * count + k;
      const there = frame.picture[3 * at] !== MISSING && frame.visibility[at] >= 255 * this.view.threshold;
      points[2 * k] = there ? frame.picture[3 * at] * scale : NaN;
      points[2 * k + 1] = there ? frame.picture[3 * at + 1] * scale : NaN;
    }
    return points;
  }

  colors(person) {
    const { bones, landmarks } = this.data.skeleton;
    if (this.data.people.length === 1) return { bones, joints: landmarks };
    this.painted ??= new Map();
    if (!this.painted.has(person.color)) {
      const own = (part) => ({ ...part, color: person.color });
      this.painted.set(person.color, { bones: bones.map(own), joints: landmarks.map(own) });
    }
    return this.painted.get(person.color);
  }

  drawTrail(layer, index, person) {
    const places = [];
    const begin = this.moments.times[index] - TRAIL_S;
    for (let frame = index; frame >= 0 && this.moments.times[frame] >= begin; frame--) {
      const points = this.moments.frame(layer, frame);
      const at = points && this.onCanvas(points, person.slot).subarray(2 * this.view.trail, 2 * this.view.trail + 2);
      places.unshift(at && !Number.isNaN(at[0]) ? [...at] : null);
    }
    this.overlay.trail(places, this.data.people.length > 1 ? person.color : "#ffffff");
  }

  drawLabels(points) {
    this.data.skeleton.landmarks.forEach((landmark, k) => {
      if (landmark.small || Number.isNaN(points[2 * k])) return;
      this.overlay.text(landmark.name, points[2 * k] + 8, points[2 * k + 1] - 6);
    });
  }

  drawName(points, person) {
    const tops = [0, 7, 8, 11, 12].filter((k) => !Number.isNaN(points[2 * k]));
    if (!tops.length) return;
    const y = Math.min(...tops.map((k) => points[2 * k + 1]));
    const x = tops.reduce((sum, k) => sum + points[2 * k], 0) / tops.length;
    this.overlay.text(person.name, x, Math.max(20, y - 18), { color: person.color, big: true });
  }

  drawSkeleton() {
    if (this.moments?.times) this.skeleton.want(() => ({ frame: this.index, traces: this.traces() }));
  }

  traces() {
    const frame = this.moments.frame(this.layer(), this.index);
    const traces = this.data.people.flatMap((person, slot) => {
      const uids = ["thick_bones", "thin_bones", "joints", "path"].map((kind) => `${kind}_${person.id}`);
      if (!frame) return [];
      const points = person.shown ? this.inSpace(frame, slot) : nowhere(this.data.header.landmarks);
      const bones = (thin) => this.data.skeleton.bones.filter((bone) => bone.thin === thin);
      return [
        [uids[0], ends(points, bones(false))],
        [uids[1], ends(points, bones(true))],
        [uids[2], { ...points, ...(this.view.joints === "confidence" ? { color: points.visibility } : {}) }],
        ...(this.view.trail >= 0 || this.hadTrail ? [[uids[3], person.shown ? this.path(slot) : nowhere(1)]] : []),
      ];
    });
    this.hadTrail = this.view.trail >= 0; // without one, nothing is drawn each time for nothing
    return traces;
  }

  // Right, depth and height on the axes of the 3D view, null where not shown.
  inSpace(frame, slot) {
    const count = this.data.header.landmarks;
    const world = this.view.space === "world";
    const source = world ? frame.world : frame.picture;
    const unit = world ? this.data.header.metre : this.data.header.pixel;
    const points = { x: [], y: [], z: [], visibility: [] };
    for (let k = 0; k < count; k++) {
      const at = slot * count + k;
      const there = source[3 * at] !== MISSING && frame.visibility[at] >= 255 * this.view.threshold;
      points.x.push(there ? source[3 * at] * unit : null);
      points.y.push(there ? source[3 * at + 2] * unit : null);
      points.z.push(there ? source[3 * at + 1] * (world ? -unit : unit) : null);
      points.visibility.push(frame.visibility[at] / 255);
    }
    return points;
  }

  path(slot) {
    if (this.view.trail < 0) return nowhere(1);
    const way = { x: [], y: [], z: [] };
    const begin = this.moments.times[this.index] - TRAIL_S;
    for (let frame = this.index; frame >= 0 && this.moments.times[frame] >= begin; frame--) {
      const there = this.moments.frame(this.layer(), frame);
      if (!there) break;
      const points = this.inSpace(there, slot);
      for (const axis of ["x", "y", "z"]) way[axis].push(points[axis][this.view.trail]);
    }
    return way.x.length ? way : nowhere(1);
  }

  async showCurves() {
    const { moments, view } = this;
    const people = this.shown();
    const layers = view.layer === "both" ? ["raw", "smoothed"] : [view.layer];
    const chosen = view.curves.filter((name) => moments.header.curves.some((curve) => curve.name === name));
    const lines = [];
    for (const [place, name] of chosen.entries()) {
      const { title, unit } = moments.header.curves.find((curve) => curve.name === name);
      for (const layer of layers) {
        const { values, confidence } = await moments.curve(layer, name);
        people.forEach((person, order) => {
          const own = { values: column(values, person.slot, this.data.people.length) };
          own.confidence = column(confidence, person.slot, this.data.people.length);
          const several = this.data.people.length > 1;
          lines.push({
            ...own,
            name,
            unit,
            title: several ? `${title}, ${person.name}` : title,
            times: moments.times,
            color: several ? person.color : CURVE_COLORS[place % CURVE_COLORS.length],
            dash: several ? DASHES[place % DASHES.length] : "solid",
            faint: layer !== layers[layers.length - 1],
          });
        });
      }
    }
    if (moments !== this.moments) return; // another clip came meanwhile
    this.lines = lines;
    const label = lines.length ? `Over time: ${lines.map((line) => line.title).join(", ")}` : "";
    const loop = this.loop && this.loop.map((frame) => moments.times[frame]);
    await this.curves.show(lines, { threshold: view.threshold, loop, label });
    this.chips();
    this.rows.show(this.columns(), moments.count);
    this.redraw();
  }

  columns() {
    const { header, times } = this.moments;
    return [
      { heading: "Frame", text: (index) => header.first_frame + index * header.step },
      { heading: "Time (s)", text: (index) => times[index].toFixed(3) },
      ...this.lines
        .filter((line) => !line.faint)
        .map((line) => ({ heading: `${line.title} (${line.unit})`, text: (index) => number(line.values[index]) })),
    ];
  }

  chips() {
    const { header } = this.moments;
    const box = this.find(".pp-chosen");
    const chips = [...new Set(this.lines.map((line) => line.name))].map((name) => {
      const curve = header.curves.find((one) => one.name === name);
      const line = this.lines.find((one) => one.name === name && !one.faint);
      const chip = make("span", { className: "pp-chip" });
      const sample = make("i", {});
      sample.style.borderTopColor = this.data.people.length > 1 ? "currentColor" : line.color;
      sample.style.borderTopStyle = { solid: "solid", dash: "dashed" }[line.dash] ?? "dotted";
      const close = make("button", { type: "button", textContent: "×", title: `Remove ${curve.title}` });
      close.setAttribute("aria-label", close.title);
      close.addEventListener("click", () => this.chooseCurves(this.view.curves.filter((one) => one !== name)));
      chip.append(sample, curve.title, make("b", {}), close);
      chip.dataset.curve = name;
      return chip;
    });
    const add = make("select", {});
    add.setAttribute("aria-label", "Add a curve");
    add.append(make("option", { value: "", textContent: chips.length ? "Add a curve" : "Choose a curve" }));
    for (const group of new Set(header.curves.map((curve) => curve.group))) {
      const options = header.curves.filter((curve) => curve.group === group && !this.view.curves.includes(curve.name));
      const section = make("optgroup", { label: group });
      section.append(...options.map(({ name, title }) => make("option", { value: name, textContent: title })));
      add.append(section);
    }
    add.disabled = this.view.curves.length >= MOST_CURVES;
    add.addEventListener("change", () => add.value && this.chooseCurves([...this.view.curves, add.value]));
    box.replaceChildren(...chips, add);
  }

  readings() {
    const first = this.shown()[0];
    for (const chip of this.root.querySelectorAll(".pp-chip")) {
      const line = this.lines?.find((one) => one.name === chip.dataset.curve && !one.faint);
      if (line && first) chip.querySelector("b").textContent = `${number(line.values[this.index])} ${line.unit}`;
    }
  }

  chooseCurves(names) {
    this.view.curves = names;
    this.showCurves();
    this.tellAddress();
  }

  everythingAgain() {
    if (!this.moments?.times) return;
    this.offer();
    this.showCurves();
    this.drawOverlay();
    this.drawSkeleton();
  }

  // ---- what the viewer does

  offer() {
    const { skeleton, people } = this.data;
    const titles = { smoothed: "Smoothed", raw: "Raw", both: "Both" };
    if (!this.layerNames().includes(this.view.layer)) this.view.layer = this.layerNames()[0];
    const lists = {
      layer: this.layerNames().map((name) => [name, titles[name]]),
      speed: SPEEDS.map((speed) => [speed, `${speed} ×`]),
      trail: [[-1, "nothing"], ...skeleton.landmarks.map(({ name }, index) => [index, name])],
      space: [["world", "Metres"], ["picture", "In the picture"]],
      joints: [["confidence", "Visibility"], ["own", people.length > 1 ? "Person" : "Side"]],
    };
    for (const [name, options] of Object.entries(lists)) {
      const select = this.find(`[data-set="${name}"]`);
      select.replaceChildren(...options.map(([value, text]) => make("option", { value, textContent: text })));
      select.value = this.view[name];
      select.closest("label").hidden = options.length < 2;
    }
    for (const name of ["overlay", "labels"]) {
      this.find(`[data-set="${name}"]`).checked = this.view[name];
      this.find(`[data-set="${name}"]`).closest("label").hidden = !this.data.film;
    }
    this.find('[data-set="threshold"]').value = this.view.threshold;
    this.find(".pp-field output").textContent = this.view.threshold.toFixed(2);
    this.icons();
  }

  async set(control) {
    const name = control.dataset?.set;
    if (!name || !this.moments) return;
    const { value, type, checked } = control;
    if (type === "checkbox") this.view[name] = checked;
    else this.view[name] = ["speed", "threshold", "trail"].includes(name) ? Number(value) : value;
    if (name === "speed") this.film.playbackRate = this.view.speed;
    if (name === "threshold") this.find(".pp-field output").textContent = this.view.threshold.toFixed(2);
    if (name === "layer" || name === "threshold") this.showCurves();
    if (name === "space") await this.skeleton.begin(this.data.stages[this.view.space], this.skeleton.eye());
    if (name === "joints") this.paintJoints();
    this.drawOverlay();
    this.drawSkeleton();
    this.tellAddress();
  }

  paintJoints() {
    const own = this.view.joints === "own";
    const { people, skeleton } = this.data;
    for (const person of people) {
      const place = this.skeleton.traces.get(`joints_${person.id}`);
      const colors = people.length > 1 ? person.color : skeleton.landmarks.map((landmark) => landmark.page);
      const change = own ? { "marker.coloraxis": null, "marker.color": [colors] } : { "marker.coloraxis": "coloraxis" };
      window.Plotly.restyle(this.skeleton.element, change, [place]);
    }
    window.Plotly.relayout(this.skeleton.element, { "coloraxis.showscale": !own });
  }

  press(name) {
    const actions = {
      play: () => this.toggle(),
      back: () => this.step(-1),
      on: () => this.step(1),
      loopFrom: () => this.setLoop(0),
      loopTo: () => this.setLoop(1),
      noLoop: () => this.endLoop(),
      link: () => this.copyLink(),
      sound: () => this.mute(),
    };
    if (this.moments) actions[name]?.();
  }

  key(event) {
    const typing = event.target.closest("select, input:not(.pp-scrub)");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !this.moments) return;
    if (event.key === " " && event.target.closest("button")) return; // it presses that
    const far = event.shiftKey ? 10 : 1;
    const actions = {
      " ": () => this.toggle(),
      ArrowLeft: () => this.step(-far),
      ArrowRight: () => this.step(far),
      Home: () => this.step(-this.moments.count),
      End: () => this.step(this.moments.count),
      "[": () => this.setLoop(0),
      "]": () => this.setLoop(1),
      "\\": () => this.endLoop(),
      "<": () => this.faster(-1),
      ">": () => this.faster(1),
      m: () => this.mute(),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  step(frames) {
    if (this.playing) this.pause();
    this.seek(this.index + frames);
  }

  faster(steps) {
    const place = SPEEDS.indexOf(this.view.speed) + steps;
    this.view.speed = SPEEDS[Math.max(0, Math.min(place, SPEEDS.length - 1))];
    this.film.playbackRate = this.view.speed;
    this.find('[data-set="speed"]').value = this.view.speed;
  }

  setLoop(end) {
    const loop = this.loop ?? [0, this.moments.count - 1];
    loop[end] = this.index;
    if (loop[0] >= loop[1]) loop[1 - end] = end ? 0 : this.moments.count - 1;
    this.loop = loop;
    this.icons();
    this.showCurves();
  }

  endLoop() {
    this.loop = null;
    this.icons();
    this.showCurves();
  }

  mute() {
    this.film.muted = !this.film.muted;
    this.icons();
  }

  icons() {
    const draw = (name, icon, words) => {
      const button = this.find(`[data-do="${name}"]`);
      button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS[icon]}"/></svg>`;
      if (words) button.title = words;
      button.setAttribute("aria-label", button.title);
    };
    draw("back", "back");
    draw("on", "on");
    draw("play", this.playing ? "pause" : "play", this.playing ? "Pause (space)" : "Play (space)");
    draw("sound", this.film.muted ? "mute" : "sound");
    this.find('[data-do="noLoop"]').hidden = !this.loop;
    this.root.dataset.playing = this.playing;
  }

  // ---- what others are told

  tellSoon() {
    clearTimeout(this.telling);
    if (this.playing) return;
    this.telling = setTimeout(() => this.tellFrame(), TELL_AFTER_MS);
  }

  tellFrame() {
    if (this.playing || this.gone) return;
    this.writeAddress();
    const frame = this.moments.header.first_frame + this.index * this.moments.header.step;
    if (frame === this.told) return;
    this.told = frame;
    this.page.tell("frame", frame);
  }

  tellAddress() {
    clearTimeout(this.addressing);
    this.addressing = setTimeout(() => this.writeAddress(), TELL_AFTER_MS);
  }

  writeAddress() {
    if (!this.moments || this.gone) return;
    const address = new URL(window.location);
    const eye = this.skeleton.eye();
    const set = {
      frame: this.index * this.moments.header.step,
      curves: this.view.curves.join("~"),
      layer: this.view.layer,
      space: this.view.space,
      ...(eye ? { eye: [eye.x, eye.y, eye.z].map((value) => value.toFixed(2)).join("~") } : {}),
    };
    for (const [name, value] of Object.entries(set)) address.searchParams.set(name, value);
    window.history.replaceState(window.history.state, "", address);
  }

  async copyLink() {
    this.writeAddress();
    const button = this.find('[data-do="link"]');
    try {
      await navigator.clipboard.writeText(window.location.href);
      button.textContent = "Copied";
    } catch {
      window.prompt("Copy this link", window.location.href);
    }
    setTimeout(() => (button.textContent = "Copy link"), 2000);
  }

  say(words) {
    this.find(".pp-clock").textContent = words;
  }

  end() {
    this.gone = true;
    this.page.end();
    this.pause();
    this.sizes.disconnect();
    this.skeleton.end();
    this.curves.end();
    this.film.removeAttribute("src");
    this.film.load();
  }
}

// The view that a link asks for.
function addressed() {
  const asked = new URL(window.location).searchParams;
  const given = {};
  const frame = Number.parseInt(asked.get("frame"), 10);
  if (frame >= 0) given.frame = frame;
  if (asked.has("curves")) given.curves = asked.get("curves").split("~").filter(Boolean).slice(0, MOST_CURVES);
  const eye = (asked.get("eye") ?? "").split("~").map(Number.parseFloat);
  if (eye.length === 3 && eye.every((value) => Math.abs(value) < 20)) given.eye = { x: eye[0], y: eye[1], z: eye[2] };
  for (const name of ["layer", "space"]) given[name] = asked.get(name);
  return given;
}

// What was drawn last, and how often: for whoever measures.
function mark(element, frame) {
  element.dataset.frame = frame;
  element.dataset.drawn = Number(element.dataset.drawn ?? 0) + 1;
}

function make(kind, properties) {
  return Object.assign(document.createElement(kind), properties);
}

function number(value) {
  if (value === undefined || Number.isNaN(value)) return "–";
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

function column(values, slot, people) {
  if (people === 1) return values;
  return values.filter((_, place) => place % people === slot);
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".pp");
  const player = players.get(root) ?? new Player(root);
  players.set(root, player);
  player.update(data, setStateValue).catch((error) => player.say(`${error.message}`));
  return () => {
    if (root.isConnected) return;
    player.end();
    players.delete(root);
  };
}
