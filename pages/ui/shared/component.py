"""Components whose script is a module of ``pages/ui/js``, which can import others."""

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from pages.ui.shared.assets import asset

# Streamlit makes a blob of what it is given, and a blob has no address for imports to be relative to. So it is given
# this, which fetches the module from the app. All pages are beside each other, hence the address relative to any.
_LOADER = """
const newest = new WeakMap();

export default async function (component) {
  const { parentElement } = component;
  newest.set(parentElement, component);
  const module = await import(new URL("%s", document.baseURI).href);
  // Meanwhile there may be newer data, or no such element on the page any more.
  if (newest.get(parentElement) !== component || !parentElement.isConnected) return;
  return module.default(component);
}
"""


def module_component(name: str, *, html: str, css: str, module: str) -> ComponentRenderer:
    """Register a component, to be called once for each name.

    Args:
        name: unique in the app.
        html: what is in the element before the script begins.
        css: rules for it; they apply to the whole page.
        module: path of its script in ``pages/ui/js``, as ``"player/player.js"``. Its default export is called as
            Streamlit calls that of an inline script, and may give back a function that is called at the end.

    Raises:
        KeyError: there is no such script.
    """
    return st.components.v2.component(name, html=html, css=css, js=_LOADER % asset(module), isolate_styles=False)
