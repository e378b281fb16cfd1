"""Components whose script is a module of ``pages/ui/js``, which can import other modules."""

import json

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from pages.ui.serving.assets import with_imports

# Streamlit turns a script into a blob, which has no address that imports could be relative to. So it gets this script,
# which fetches the module from the app, and at the same time all that it imports. The addresses are the same from all
# pages, as they are in one folder.
_LOADER = """
const newest = new WeakMap();
const modules = %s.map((module) => new URL(module, document.baseURI).href);
for (const href of modules) {
  document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href }));
}

export default async function (component) {
  const { parentElement } = component;
  newest.set(parentElement, component);
  const module = await import(modules[0]);
  // Meanwhile there may be newer data, or no such element on the page any more.
  if (newest.get(parentElement) !== component || !parentElement.isConnected) return;
  return module.default(component);
}
"""


def module_component(name: str, *, html: str, css: str, module: str) -> ComponentRenderer:
    """Register a component; to be called only once for each name.

    Args:
        name: unique in the app.
        html: content of the element before the script runs.
        css: its rules, which apply to the whole page.
        module: path of its script in ``pages/ui/js``, such as ``"player/player.js"``. Its default export is called as
            Streamlit calls that of an inline script, and may return a function to call at the end.

    Raises:
        KeyError: if there is no such script.
    """
    return st.components.v2.component(
        name, html=html, css=css, js=_LOADER % json.dumps(with_imports(module)), isolate_styles=False
    )


_ahead = module_component(
    "posecore_ahead", html="", css=".st-key-fetched_ahead { display: none; }", module="shared/ahead.js"
)


def fetch_ahead(*modules: str) -> None:
    """Have the browser fetch modules of components that a result will be shown with, while it has nothing else to do.

    Raises:
        KeyError: if there is no such script.
    """
    with st.container(key="fetched_ahead"):
        _ahead(data={"modules": [address for module in modules for address in with_imports(module)]})
