"""What every report's page is made of: its frame, its looks, its script, and tables.

The page asks nobody for anything: what it needs is in it, and its content security policy forbids the rest.
"""

from collections.abc import Iterable, Sequence
from html import escape

_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"

_LOOKS = """
:root { color-scheme: light dark; --ink: #1d2026; --soft: #5b616b; --line: #d9dce2; --paper: #fff; --panel: #f4f5f7; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ec; --soft: #a4abb6; --line: #3a3f48; --paper: #14161a; --panel: #1d2026; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem clamp(.75rem, 3vw, 2rem) 3rem; max-width: 64rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 1rem 0; }
h2 { font-size: 1.35rem; margin: 2.5rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 2rem 0 .25rem; }
p { margin: .5rem 0; max-width: 45rem; }
.soft, figcaption { color: var(--soft); font-size: .9rem; }
.verdict { background: var(--panel); border-radius: .5rem; padding: .75rem 1rem; font-weight: 600; max-width: none; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); font-size: .9rem; padding-bottom: .35rem; }
th, td { text-align: left; padding: .3rem 1.25rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 500; overflow-wrap: normal; }
td.number, th.number { text-align: right; white-space: nowrap; }
figure { margin: 0; }
.plot { width: 100%; }
.steps { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
.steps input { flex: 1 1 10rem; min-width: 0; accent-color: #0a84c6; }
.steps button { font: inherit; min-width: 5.5rem; padding: .35rem .9rem; border: 1px solid var(--line);
  border-radius: .4rem; background: var(--panel); color: var(--ink); cursor: pointer; }
.steps output { min-width: 11rem; font-variant-numeric: tabular-nums; }
@media (max-width: 30rem) { th, td { padding-right: .6rem; } table { font-size: .85rem; } }
@media print {
  :root { --ink: #000; --soft: #444; --line: #ccc; --paper: #fff; --panel: #f4f5f7; }
  body { max-width: none; padding: 0; }
  figure, tr, .verdict { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .steps button, .steps input { display: none; }
}
"""

# Figures stand in the page as JSON. Plotly writes its colours into what it draws, so they are changed where the page
# turns dark or light, and for the time of printing, when the paper also is narrower than the screen.
_SCRIPT = """
"use strict";
const PRINTED_PX = 680, STEP_MS = 120, DOT_M = 0.02;
const dark = matchMedia("(prefers-color-scheme: dark)");
const config = {displaylogo: false, responsive: true, plotlyServerURL: "", modeBarButtonsToRemove:
  ["select2d", "lasso2d", "autoScale2d", "hoverClosest3d", "resetCameraLastSave3d"]};
const valueOf = name => JSON.parse(document.getElementById(name).textContent);

function colorsFor(layout, isDark) {
  const [ink, line, panel] = isDark ? ["#e6e8ec", "#3a3f48", "#1d2026"] : ["#1d2026", "#d9dce2", "#fff"];
  const update = {"font.color": ink, "hoverlabel.bgcolor": panel, "hoverlabel.font.color": ink,
    "modebar.color": "#858b95", "modebar.activecolor": ink, "modebar.bgcolor": "rgba(0, 0, 0, 0)"};
  for (const axis of Object.keys(layout).filter(name => /^[xy]axis/.test(name)))
    Object.assign(update, {[axis + ".gridcolor"]: line, [axis + ".zerolinecolor"]: line});
  for (const axis of layout.scene ? "xyz" : "") update[`scene.${axis}axis.color`] = ink;
  return update;
}

function paint(isDark, more) {
  for (const plot of document.querySelectorAll(".plot"))
    Plotly.relayout(plot, {...colorsFor(plot.layout, isDark), ...more});
}

function places(points, pairs) {
  // Each bone is two ends and a gap. It ends inside the dots of its joints, so that it does not hide them.
  const axes = [[], [], []], at = joint => points.slice(3 * joint, 3 * joint + 3);
  for (const [start, end] of pairs.map(pair => pair.map(at))) {
    const along = end.map((value, i) => value - start[i]);
    const share = Math.min(DOT_M / (Math.hypot(...along) || 1), 1 / 3);
    const known = [...start, ...end].every(value => value !== null);
    axes.forEach((axis, i) => axis.push(
      ...(known ? [start[i] + share * along[i], end[i] - share * along[i]] : [null, null]), null));
  }
  return axes;
}

function showStep(plot, data, step) {
  const points = data.points[step].map(value => value === null ? null : value / 1000);
  const joints = [0, 1, 2].map(axis => points.filter((_, i) => i % 3 === axis));
  const [x, y, z] = [0, 1, 2].map(axis => [...data.bones.map(pairs => places(points, pairs)[axis]), joints[axis]]);
  Plotly.restyle(plot, {x, y, z}, [1, 2, 3]);
  Plotly.restyle(plot, {"marker.color": [data.visibility[step].map(value => value / 100)]}, [3]);
}

function connectSteps(box) {
  const data = valueOf(box.dataset.steps), plot = document.getElementById(box.dataset.plot);
  const [button, slider, told] = ["button", "input", "output"].map(name => box.querySelector(name));
  let timer = 0;
  const show = () => {
    const step = slider.valueAsNumber;
    told.textContent = `${data.times_s[step].toFixed(2)} s, frame ${data.frames[step]}`;
    slider.setAttribute("aria-valuetext", told.textContent);
    showStep(plot, data, step);
  };
  const stop = () => { clearInterval(timer); timer = 0; button.textContent = "Play"; };
  button.addEventListener("click", () => {
    if (timer) return stop();
    button.textContent = "Stop";
    timer = setInterval(() => { slider.value = (slider.valueAsNumber + 1) % data.frames.length; show(); }, STEP_MS);
  });
  slider.addEventListener("input", () => { stop(); show(); });
  show();
}

(async () => {
  for (const plot of document.querySelectorAll(".plot")) {
    const figure = valueOf(plot.dataset.figure);
    figure.layout.font = {family: "system-ui, sans-serif", size: 12};
    await Plotly.newPlot(plot, figure.data, figure.layout, config);
    await Plotly.relayout(plot, colorsFor(plot.layout, dark.matches));
  }
  document.querySelectorAll(".steps").forEach(connectSteps);
  dark.addEventListener("change", () => paint(dark.matches, {}));
  addEventListener("beforeprint", () => paint(false, {width: PRINTED_PX}));
  addEventListener("afterprint", () => paint(dark.matches, {width: null, autosize: true}));
  document.documentElement.dataset.ready = "";
})();
"""


def page(title: str, body: Iterable[str], library: str) -> str:
    """The whole page.

    Args:
        title: plain text.
        body: HTML.
        library: the script that draws figures; may be empty where there are none.
    """
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>\n<style>{_LOOKS}</style>\n</head>\n<body>\n<main>",
            *body,
            "</main>",
            *([f"<script>{library}</script>\n<script>{_SCRIPT}</script>"] if library else []),
            "</body>\n</html>\n",
        ]
    )


def facts_table(caption: str, rows: Iterable[tuple[str, str]]) -> str:
    """A table of names and what they are, both plain text."""
    cells = (f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows)
    return f"<table><caption>{escape(caption)}</caption><tbody>{''.join(cells)}</tbody></table>"


def number_table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of which the first column names the row and the others are numbers; all plain text."""
    first, *others = columns
    head = f'<th scope="col">{escape(first)}</th>' + "".join(
        f'<th scope="col" class="number">{escape(name)}</th>' for name in others
    )
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f'<td class="number">{escape(value)}</td>' for value in values)
        + "</tr>"
        for name, *values in rows
    )
    table = f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    # What can be scrolled must be reached by the keyboard, too.
    return f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}">{table}</div>'


def figure(name: str, caption: str, values: str, *, height: int, controls: str = "") -> str:
    """A figure that the page's script draws.

    Args:
        name: an id of the page, of letters, digits and "-".
        caption: plain text.
        values: the figure as JSON, safe in a script.
        height: pixels, kept free until it is drawn.
        controls: HTML beneath it.
    """
    return (
        f'<figure aria-labelledby="{name}-caption"><figcaption id="{name}-caption">{escape(caption)}</figcaption>'
        f'<div class="plot" id="{name}" data-figure="{name}-figure" style="min-height: {height}px"></div>{controls}'
        f"</figure>{_json(f'{name}-figure', values)}"
    )


def step_controls(plot: str, values: str, count: int) -> str:
    """Button and slider that put a person's ``Steps`` into a figure.

    Args:
        plot: id of the figure.
        values: the steps as JSON, safe in a script.
        count: how many there are.
    """
    return (
        f'<div class="steps" data-plot="{plot}" data-steps="{plot}-steps"><button type="button">Play</button>'
        f'<input type="range" min="0" max="{count - 1}" value="0" aria-label="Moment of the clip"><output></output>'
        f"</div>{_json(f'{plot}-steps', values)}"
    )


def _json(name: str, values: str) -> str:
    return f'<script type="application/json" id="{name}">{values}</script>'
