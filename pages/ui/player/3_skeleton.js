// The 3D skeleton: one Plotly chart whose points are replaced; its camera is the viewer's.

const PAUSE_PER_DRAWING = 1.5;

class Skeleton {
  constructor(element, { onCamera, onDrawn }) {
    this.element = element;
    this.onCamera = onCamera;
    this.onDrawn = onDrawn;
    this.wanted = null;
    this.busy = false;
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

  // update: {frame, traces: [[uid, {x, y, z, color?}], ...]}, made when there is time to draw it.
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
        // Less than half of the time: film, overlay and curves go first where drawing is slow.
        await pause(PAUSE_PER_DRAWING * (performance.now() - start));
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
    for (const [uid, { x, y, z, color }] of traces) {
      const place = this.traces.get(uid);
      const full = this.element._fullData[place];
      for (const trace of [this.element.data[place], full]) Object.assign(trace, { x, y, z });
      if (color) for (const trace of [this.element.data[place], full]) trace.marker.color = color;
      full._length = x.length;
      scene.traces[uid]?.update(full);
    }
    scene.glplot.redraw();
  }

  end() {
    window.Plotly?.purge(this.element);
  }
}

function themed(layout, element) {
  const style = getComputedStyle(element);
  const color = style.getPropertyValue("--st-text-color") || style.color;
  const family = style.getPropertyValue("--st-font") || style.fontFamily;
  return { paper_bgcolor: "rgba(0,0,0,0)", ...layout, autosize: true, font: { color, family, ...layout.font } };
}

// The library arrives as an element of its own, maybe after this one.
async function plotly() {
  while (!window.Plotly) await pause(50);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const painted = () => new Promise((resolve) => requestAnimationFrame(resolve));
