// @ts-check
// Whether this browser can draw with WebGL, and whether a graphics card does it.

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** @type {"none" | "slow" | "fast" | undefined} */
let kind;

/** None, slow (computed by the processor) or fast; found out once. */
export function webgl() {
  kind ??= examine();
  return kind;
}

function examine() {
  const context = document.createElement("canvas").getContext("webgl");
  if (!context) return "none";
  const info = context.getExtension("WEBGL_debug_renderer_info");
  const renderer = `${context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER)}`;
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return SOFTWARE.test(renderer) ? "slow" : "fast";
}
