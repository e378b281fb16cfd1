// @ts-check
// In place of shared/webgl.js: a page that stands alone has no Plotly, so 3D is drawn on a plain canvas.

export function webgl() {
  return "none";
}
