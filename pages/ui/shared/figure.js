// Draws the figure in data.figure with one Plotly chart for the life of the element.

const CONFIG = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["resetCameraLastSave3d"] };
const charts = new WeakMap();

export default function ({ data, parentElement }) {
  const element = parentElement.querySelector(".posecore-figure");
  const chart = charts.get(element) ?? begin(element);
  chart.newest = data;
  draw(element, chart);
  return () => {
    if (!element.isConnected) end(element);
  };
}

function begin(element) {
  const chart = { newest: null, busy: false, held: false };
  charts.set(element, chart);
  // While the figure is being turned, a redraw would take it out of the hand.
  element.addEventListener("pointerdown", () => (chart.held = true));
  chart.release = () => {
    chart.held = false;
    draw(element, chart);
  };
  window.addEventListener("pointerup", chart.release);
  return chart;
}

function end(element) {
  const chart = charts.get(element);
  if (!chart) return;
  window.removeEventListener("pointerup", chart.release);
  charts.delete(element);
  window.Plotly?.purge(element);
}

// Only the newest figure is ever waited for.
async function draw(element, chart) {
  if (chart.busy || chart.held || !chart.newest) return;
  chart.busy = true;
  try {
    await plotly();
    while (chart.newest && !chart.held) {
      const { figure, height, label } = chart.newest;
      chart.newest = null;
      const { data, layout } = JSON.parse(figure);
      element.style.height = `${height}px`;
      element.setAttribute("role", "figure");
      element.setAttribute("aria-label", label);
      const start = performance.now();
      await window.Plotly.react(element, data, themed(layout, element), CONFIG);
      await painted();
      // Half of the time at most: where drawing is slow, the live picture beside must not wait for it.
      await pause(performance.now() - start);
    }
  } finally {
    chart.busy = false;
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

const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
