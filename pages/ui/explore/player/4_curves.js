// Curves over time, one panel for each unit, with a cursor; click or drag to go somewhere.

const MOST_POINTS = 1500; // of a curve that are drawn: the least and the most of each stretch
const MOST_SHADED = 150;
const PANEL_PX = 130;
const MARGIN = { l: 62, r: 12, t: 8, b: 38 };

class Curves {
  constructor(element, { onSeek }) {
    this.plot = element.querySelector(".pp-plot");
    this.cursor = element.querySelector(".pp-cursor");
    this.note = element.nextElementSibling;
    this.element = element;
    this.onSeek = onSeek;
    this.time = 0;
    element.addEventListener("pointerdown", (event) => this.press(event));
    element.addEventListener("pointermove", (event) => this.held && this.seek(event));
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => (this.held = false));
  }

  // curves: [{title, unit, times, values, confidence, color, dash, faint}], loop: [from, to] seconds or null.
  async show(curves, { threshold, loop, label }) {
    await plotly();
    this.element.hidden = this.note.hidden = !curves.length;
    if (!curves.length) return;
    const units = [...new Set(curves.map((curve) => curve.unit))];
    const layout = this.layout(units, curves[0].times);
    layout.shapes = [
      ...curves.filter((curve) => !curve.faint).flatMap((curve) => shaded(curve, units.indexOf(curve.unit), threshold)),
    ].slice(0, MOST_SHADED);
    if (loop) layout.shapes.push(stretch(loop, "paper", 0.18));
    const data = curves.map((curve) => trace(curve, units.indexOf(curve.unit)));
    this.plot.style.height = `${MARGIN.t + MARGIN.b + PANEL_PX * units.length}px`;
    this.plot.setAttribute("role", "figure");
    this.plot.setAttribute("aria-label", label);
    const config = { responsive: true, displayModeBar: false, doubleClick: false };
    await window.Plotly.react(this.plot, data, themed(layout, this.plot), config);
    if (!this.listens) this.plot.on("plotly_afterplot", () => this.place());
    this.listens = true;
    this.place();
  }

  layout(units, times) {
    const gap = 0.06;
    const height = (1 - gap * (units.length - 1)) / units.length;
    const grid = "rgba(138, 143, 152, 0.3)";
    const layout = {
      margin: MARGIN,
      showlegend: false,
      dragmode: false,
      hovermode: "x",
      plot_bgcolor: "rgba(0,0,0,0)",
      xaxis: {
        title: { text: "Time (s)", standoff: 6 },
        range: [times[0], times[times.length - 1]],
        anchor: units.length > 1 ? `y${units.length}` : "y",
        gridcolor: grid,
        zeroline: false,
        fixedrange: true,
      },
    };
    units.forEach((unit, row) => {
      const top = 1 - row * (height + gap);
      layout[row ? `yaxis${row + 1}` : "yaxis"] = {
        title: { text: unit, font: { size: 12 } },
        domain: [Math.max(0, top - height), top],
        gridcolor: grid,
        zerolinecolor: grid,
        fixedrange: true,
        nticks: 5,
      };
    });
    return layout;
  }

  go(time) {
    this.time = time;
    this.place();
  }

  place() {
    const full = this.plot._fullLayout;
    if (!full?.xaxis) return;
    const x = full._size.l + full.xaxis.l2p(this.time);
    this.cursor.style.height = `${full._size.h + full._size.t}px`;
    this.cursor.style.transform = `translateX(${x}px)`;
  }

  press(event) {
    const full = this.plot._fullLayout;
    if (!full || event.button) return;
    this.held = true;
    this.element.setPointerCapture(event.pointerId);
    this.seek(event);
  }

  seek(event) {
    const full = this.plot._fullLayout;
    const x = event.clientX - this.plot.getBoundingClientRect().left - full._size.l;
    this.onSeek(full.xaxis.p2l(Math.max(0, Math.min(full._size.w, x))));
  }

  end() {
    window.Plotly?.purge(this.plot);
  }
}

function trace(curve, row) {
  const { x, y } = thinned(curve.times, curve.values);
  return {
    type: "scatter",
    mode: "lines",
    name: curve.title,
    x,
    y,
    yaxis: row ? `y${row + 1}` : "y",
    line: { color: curve.color, width: curve.faint ? 1 : 2, dash: curve.dash },
    opacity: curve.faint ? 0.55 : 1,
    connectgaps: false,
    hovertemplate: `%{y:.4g} ${curve.unit}`,
    hoverinfo: curve.faint ? "skip" : undefined,
  };
}

// Of each stretch the least and the most, in their order: no peak is lost. A stretch with a gap keeps the gap.
function thinned(times, values) {
  const step = Math.ceil((2 * values.length) / MOST_POINTS);
  if (step <= 2) return { x: Array.from(times), y: Array.from(values, finite) };
  const [x, y] = [[], []];
  for (let first = 0; first < values.length; first += step) {
    const last = Math.min(first + step, values.length);
    let [least, most, gap] = [-1, -1, -1];
    for (let index = first; index < last; index++) {
      if (Number.isNaN(values[index])) gap = index;
      else {
        if (least < 0 || values[index] < values[least]) least = index;
        if (most < 0 || values[index] > values[most]) most = index;
      }
    }
    for (const index of [...new Set([least, most, gap])].filter((index) => index >= 0).sort((a, b) => a - b)) {
      x.push(times[index]);
      y.push(finite(values[index]));
    }
  }
  return { x, y };
}

const finite = (value) => (Number.isNaN(value) ? null : value);

function shaded({ times, values, confidence }, row, threshold) {
  const least = 255 * threshold;
  const shapes = [];
  let begin = -1;
  for (let index = 0; index <= values.length; index++) {
    const unsure = index < values.length && !Number.isNaN(values[index]) && confidence[index] < least;
    if (unsure && begin < 0) begin = index;
    if (!unsure && begin >= 0) {
      shapes.push(stretch([times[begin], times[Math.min(index, values.length - 1)]], row, 0.22));
      begin = -1;
    }
  }
  return shapes.sort((a, b) => b.x1 - b.x0 - (a.x1 - a.x0));
}

function stretch([from, to], row, opacity) {
  const yref = row === "paper" ? "paper" : `${row ? `y${row + 1}` : "y"} domain`;
  const fillcolor = row === "paper" ? "#17868f" : "#8a8f98";
  return { type: "rect", xref: "x", yref, x0: from, x1: to, y0: 0, y1: 1, fillcolor, opacity, line: { width: 0 }, layer: "below" };
}
