// The 3D skeleton: one Plotly chart whose points are replaced; its camera is the viewer's.

const PAUSE_PER_DRAWING = 1;
const HURRIED_MS = 100; // from one drawing to the next while the film loses frames
const NEARER = 0.99995; // of the depth: a dot is in front of the bones that end in it, not in front of another limb

class Skeleton {
  constructor(element, { onCamera, onDrawn, isHurried }) {
    this.element = element;
    this.onCamera = onCamera;
    this.onDrawn = onDrawn;
    this.isHurried = isHurried;
    this.wanted = null;
    this.busy = false;
    // While nobody points at it, what is under the mouse was not kept up (see replace). It is needed at once.
    element.addEventListener("pointerenter", () => {
      this.scene()?.glplot.update({});
      this.scene()?.glplot.redraw();
    });
  }

  // stage: the figure without points; camera: eye of the viewer, or null for the usual one.
  async begin(stage, camera) {
    const { data, layout } = JSON.parse(stage);
    if (camera) layout.scene.camera.eye = camera;
    // Plotly would draw twice as many pixels each way as the screen has.
    const config = { responsive: true, displayModeBar: false, plotGlPixelRatio: Math.min(2, window.devicePixelRatio) };
    await plotly();
    await window.Plotly.react(this.element, data, themed(layout, this.element), config);
    this.traces = new Map(data.map((trace, index) => [trace.uid, index]));
    if (!this.listens) this.element.on("plotly_relayout", () => this.onCamera(this.eye()));
    this.listens = true;
    this.ready = true;
    if (this.wanted) this.draw();
  }

  eye() {
    return this.scene()?.getCamera().eye ?? null;
  }

  scene() {
    return this.element._fullLayout?.scene?._scene;
  }

  // update: {frame, traces: [[uid, {x, y, z, color?, lines?}], ...]}, made when there is time to draw it.
  want(update) {
    this.wanted = update;
    if (this.ready && !this.busy) this.draw();
  }

  async draw() {
    this.busy = true;
    try {
      while (this.wanted) {
        const update = this.wanted();
        this.wanted = null;
        const start = performance.now();
        this.keepCamera();
        this.replace(update.traces);
        this.onDrawn(update.frame);
        await painted();
        // Half of the time at most, and less where that is not enough: film, overlay and curves go first.
        const took = performance.now() - start;
        await pause(Math.max(PAUSE_PER_DRAWING * took, this.isHurried() ? HURRIED_MS - took : 0));
      }
    } finally {
      this.busy = false;
    }
  }

  // A redraw in the middle of a turn goes on from where the hand has turned it to.
  keepCamera() {
    const camera = this.scene()?.getCamera();
    if (camera) this.element.layout.scene.camera = camera;
  }

  // Plotly.restyle works out defaults, ticks and picking anew each time, which takes four times as long as to put
  // new points into what is drawn already.
  replace(traces) {
    const scene = this.scene();
    for (const [uid, { x, y, z, color, lines }] of traces) {
      const place = this.traces.get(uid);
      const full = this.element._fullData[place];
      for (const trace of [this.element.data[place], full]) Object.assign(trace, { x, y, z });
      if (color) for (const trace of [this.element.data[place], full]) trace.marker.color = color;
      if (lines) for (const trace of [this.element.data[place], full]) trace.line.color = lines;
      full._length = x.length;
      scene.traces[uid]?.update(full);
      letThrough(scene.traces[uid]);
    }
    for (const object of scene.glplot.objects) {
      inOnePass(object, scene.glplot.gl);
      // What is under the mouse is worked out by a second drawing, which is read back: only where there is a mouse.
      if (!this.element.matches(":hover")) object.dirty = false;
    }
    scene.glplot.redraw();
  }

  end() {
    this.ready = false; // what is still on its way comes too late
    this.wanted = null;
    window.Plotly?.purge(this.element);
  }
}

// Dots are a little transparent so that Plotly draws them over the bones. It draws all others twice for that, into a
// picture aside; one pass in which the dots are a little nearer looks the same and takes half as long.
function inOnePass(object, gl) {
  if (!object.hasAlpha) return;
  object.hasAlpha = false; // until its points are replaced
  if (Object.hasOwn(object, "draw")) return;
  const draw = object.draw;
  object.draw = (camera) => {
    gl.depthRange(0, NEARER);
    draw.call(object, camera);
    gl.depthRange(0, 1);
  };
}

// Bones have no name: under the mouse they are not in front of the joint that they end in.
function letThrough(trace) {
  if (trace?.linePlot) trace.linePlot.drawPick = () => {};
}

// Points of somebody who is not there. Plotly fails at a line without any points.
function nowhere(landmarks) {
  const none = Array(landmarks).fill(null);
  return { x: none, y: none, z: none, visibility: Array(landmarks).fill(0) };
}

// Bones as lines with gaps between them.
function ends({ x, y, z }, bones) {
  const line = { x: [], y: [], z: [] };
  for (const { from, to } of bones) {
    const there = x[from] !== null && x[to] !== null;
    for (const [axis, values] of [["x", x], ["y", y], ["z", z]]) {
      line[axis].push(there ? values[from] : null, there ? values[to] : null, null);
    }
  }
  return line;
}

function themed(layout, element) {
  const style = getComputedStyle(element);
  const color = style.getPropertyValue("--st-text-color") || style.color;
  const family = style.getPropertyValue("--st-font") || style.fontFamily;
  return { paper_bgcolor: "rgba(0,0,0,0)", ...layout, autosize: true, font: { color, family, ...layout.font } };
}

async function plotly() {
  await (await shared).loadPlotly();
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const painted = () => new Promise((resolve) => requestAnimationFrame(resolve));
