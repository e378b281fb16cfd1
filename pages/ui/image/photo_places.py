"""Where the parts of a photo's result are on its page: a line of words, the photo, and the rest in tabs beside it."""

import streamlit as st

from pages.ui.shared.result_head import ResultTabs, place_line

_TABS = {
    "solid": "3D",
    "angles": "Angles",
    "landmarks": "Landmarks",
    "people": "People",
    "display": "Display",
    "measure": "Measure",
    "files": "Files",
    "help": "Help",
}
# The sizes follow the height of the window and the shape of the photo, which are known before anything has arrived, so
# that nothing jumps. In a narrow window the photo comes first, and the tabs below it.
_STYLE = """
<style>
[data-testid="stMainBlockContainer"]:has(.st-key-image_result) { padding-bottom: 0.75rem; }
.st-key-image_result { --room: max(27rem, 100dvh - 10.2rem); --solid: calc(var(--room) - 6.4rem);
  --photo: calc(var(--room) - 1.9rem); --measured: calc(var(--room) - 11rem); }
.st-key-image_photo img { width: min(100%%, var(--photo) * %(aspect).4f) !important; height: auto !important;
  aspect-ratio: %(aspect).4f; margin: 0 auto; }
.st-key-image_photo .mp-screen { width: min(100%%, var(--measured) * %(aspect).4f); margin: 0 auto; }
.st-key-image_photo [data-testid="stCaptionContainer"] p { font-size: 0.8rem; }
.st-key-image_result [data-testid="stTabPanel"], .st-key-image_result [role="tabpanel"] { padding-top: 0.6rem; }
@media (min-width: 641px) {
  .st-key-image_result [role="tabpanel"] { max-height: calc(var(--room) - 2.7rem); overflow: auto; }
}
@media (max-width: 640px) {
  .st-key-image_result { --photo: 38dvh; --measured: 38dvh; --solid: max(15rem, 62dvh - 16.5rem); }
  [data-testid="stHorizontalBlock"]:has(.st-key-image_photo) { gap: 0; }
  .st-key-image_result [role="tablist"] { gap: 0.6rem; }
  .st-key-image_result [role="tab"] p { font-size: 0.75rem; }
}
</style>
"""
_LEAST_SHARE, _MOST_SHARE = 0.3, 0.58


class PhotoPlaces(ResultTabs):
    """Places of a page that shows a photo's result.

    Attributes:
        line: one line: what to know first.
        details: behind a button in it.
        photo: the photo.
    """

    def __init__(self, size: tuple[int, int], *, leave_out: set[str]) -> None:
        """Place the parts.

        Args:
            size: width and height of the photo.
            leave_out: names of the tabs that make no sense for this result.
        """
        aspect = size[0] / size[1]
        self.line, self.details = place_line()
        names = [name for name in _TABS if name not in leave_out]
        key = "image_tabs" if "solid" in names else "image_tabs_of_nobody"
        if st.session_state.get(key) not in [_TABS[name] for name in names]:
            st.session_state.pop(key, None)  # it was chosen for another photo
        with st.container(key="image_result", gap=None):
            st.html(_STYLE % {"aspect": aspect})
            share = min(_MOST_SHARE, max(_LEAST_SHARE, 0.42 * aspect))
            left, right = st.columns([share, 1 - share], gap="medium")
            self.photo = left.container(key="image_photo", gap="xsmall")
            with right:
                super().__init__({name: _TABS[name] for name in names}, key=key)
