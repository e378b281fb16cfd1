// @ts-check
// Plotly, fetched once in the life of a browser's page, and the look of the page for its figures.

/** @typedef {import("../types.d.ts").Plotly} Plotly */

/** @type {Promise<Plotly> | undefined} */
let plotly;

/**
 * The library, as soon as it is there.
 * @returns {Promise<Plotly>}
 */
export function loadPlotly() {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../plotly.min.js", import.meta.url).href;
    script.addEventListener("load", () => resolve(/** @type {Plotly} */ (window.Plotly)));
    script.addEventListener("error", () => {
      plotly = undefined; // the next figure tries again
      script.remove();
      reject(new Error("Plotly could not be fetched."));
    });
    document.head.append(script);
  });
  return plotly;
}

/**
 * A figure's layout in the colours of the page, where it does not set them.
 * @param {any} layout as Plotly takes it
 * @param {Element} element where it is drawn
 */
export function themed(layout, element) {
  const style = getComputedStyle(element);
  const color = style.getPropertyValue("--st-text-color") || style.color;
  const family = style.getPropertyValue("--st-font") || style.fontFamily;
  return { paper_bgcolor: "rgba(0,0,0,0)", ...layout, autosize: true, font: { color, family, ...layout.font } };
}
