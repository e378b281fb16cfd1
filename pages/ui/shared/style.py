"""Styles that the theme in .streamlit/config.toml cannot express."""

import streamlit as st

_CSS = """
<style>
.st-key-app_style { display: none; }
/* Streamlit leaves 6rem above a page for a header of 3rem. */
[data-testid="stMainBlockContainer"] { padding-top: 4rem; padding-bottom: 3rem; }
/* What is still loading must not move what is below it: the click of a quick visitor would miss. */
.st-key-missing_camera:not(:has(.posecore-camera:not([hidden]))) { display: none; }
.st-key-live_stream { min-height: 160px; }
/* Streamlit writes what is chosen in the primary colour. No colour that carries white letters is bright enough for that
   on a dark page (4.5:1); border and ground show it as well. */
[data-testid="stButtonGroup"] button[data-selected]:not([data-disabled]),
[data-testid="stSlider"] [data-testid="stSliderThumbValue"] { color: inherit; }
/* Streamlit's own grey is 4.16:1 on the light page. */
[data-testid="stCaptionContainer"] { color: inherit; opacity: 0.8; }
</style>
"""

# Streamlit gives the named, clickable area of an uploader the role "presentation", which says that it has no meaning,
# and puts the section of a menu, with items of its own, directly into a list.
_ROLES = """
<script>
if (!window.posecoreRoles) {
  const mend = () => {
    for (const area of document.querySelectorAll('section[role="presentation"][aria-label]')) area.role = "group";
    for (const section of document.querySelectorAll("ul > div")) {
      section.role = "listitem";
      for (const item of section.querySelectorAll(":scope > li")) item.role = "none";
    }
  };
  window.posecoreRoles = new MutationObserver(mend);
  window.posecoreRoles.observe(document.body, { childList: true, subtree: true });
  mend();
}
</script>
"""


def apply_style() -> None:
    """Start the page right below the navigation, with legible captions and named uploaders."""
    with st.container(key="app_style"):
        st.html(_CSS)
        st.html(_ROLES, unsafe_allow_javascript=True)
