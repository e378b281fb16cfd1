// @ts-check
// Plotly, fetched once per loaded page, and figures in the colours of the page.

/** @typedef {import("../types.d.ts").Plotly} Plotly */

/** @type {Promise<Plotly> | undefined} */
let plotly;

/** @type {(value?: undefined) => void} */
let tell;

/** Resolves once a figure has loaded the library. */
export const plotlyLoaded = new Promise((resolve) => (tell = resolve));

/**
 * The library, once it has loaded.
 * @returns {Promise<Plotly>}
 */
export function loadPlotly() {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../plotly.min.js", import.meta.url).href;
    script.addEventListener("load", () => {
      tell();
      resolve(/** @type {Plotly} */ (window.Plotly));
    });
    script.addEventListener("error", () => {
      plotly = undefined; // the next figure tries again
      script.remove();
      reject(new Error("Plotly could not be loaded."));
    });
    document.head.append(script);
  });
  return plotly;
}

/**
 * A figure's layout with the page's colours and font, unless it sets its own.
 * @param {any} layout as Plotly takes it
 * @param {Element} element in which it is drawn
 */
export function themed(layout, element) {
  const style = getComputedStyle(element);
  const color = style.getPropertyValue("--st-text-color") || style.color;
  const family = style.getPropertyValue("--st-font") || style.fontFamily;
  return { paper_bgcolor: "rgba(0,0,0,0)", ...layout, autosize: true, font: { color, family, ...layout.font } };
}
