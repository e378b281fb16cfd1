"""Styles that the theme in .streamlit/config.toml cannot express."""

import base64
from pathlib import Path

import streamlit as st

from pages.ui.serving.assets import asset

NAME = "Pose explorer"
ICON = Path(__file__).parent / "icon.svg"

_CSS = """
<style>
/* Streamlit leaves 6rem above a page for a header of 3rem. */
[data-testid="stMainBlockContainer"] { padding: 3.9rem 2rem 3rem; }
@media (max-width: 900px) { [data-testid="stMainBlockContainer"] { padding: 3.9rem 1rem 3rem; } }
/* The titles of all pages are at one height. */
[data-testid="stHeadingWithActionElements"] h1 { padding-top: 0; }
/* The head of a page with a result, and the words below it: a line each, so that the result is always at one height. */
[data-testid="stLayoutWrapper"]:has(> :is(.st-key-head_style, .st-key-app_style)) { display: none; }
.st-key-head_line h1 { padding: 0; white-space: nowrap; }
.st-key-head_facts p, .st-key-result_words p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.st-key-head_facts, .st-key-result_words { min-width: 0; overflow: hidden; }
.st-key-result_words p { font-size: 0.875rem; }
.st-key-result_words > :has(button) { flex: none; width: max-content; max-width: 100%; }
.st-key-result_line { margin-top: -0.75rem; min-height: 2rem; }
.st-key-head_line button, .st-key-result_line button { min-height: 2rem; padding: 0.1rem 0.6rem; }
@media (max-width: 900px) {
  .st-key-head_line [data-testid="stMarkdownContainer"] p:not(.st-key-head_facts p) {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
}
/* Streamlit writes what is chosen in the primary colour. No colour that carries white letters is bright enough for that
   on a dark page (4.5:1); border and ground show it as well. */
[data-testid="stButtonGroup"] button[data-selected]:not([data-disabled]), [data-testid="stTab"][aria-selected="true"],
[data-testid="stSlider"] [data-testid="stSliderThumbValue"] { color: inherit; }
/* Streamlit's own grey is 4.16:1 on the light page. */
[data-testid="stCaptionContainer"] { color: inherit; opacity: 0.8; }
/* Why a file was refused, until another one was taken. */
[data-testid="stFileChip"][data-reason] { max-width: none; width: auto; height: auto; flex-wrap: wrap; }
[data-testid="stFileChip"][data-reason]::after { content: attr(data-reason); flex-basis: 100%; font-size: 0.875rem;
  padding: 0 0.25rem 0.25rem; }
[data-testid="stFileChips"]:has([data-reason]) { max-height: none; }
[data-testid="stFileUploaderDropzone"]:has(input:not([multiple])) [data-testid="stFileChips"]
  div:has(> * > [aria-invalid]):has(~ div [data-testid="stFileChip"]:not([aria-invalid])) { display: none; }
</style>
"""


def svg_address(svg: bytes) -> str:
    """An address that is the picture itself; Streamlit takes SVG elements out of HTML."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


def apply_style() -> None:
    """Start the page right below the navigation, with legible captions and named uploaders."""
    with st.container(key="app_style"):
        st.html(_CSS)
        # Not the script itself: the pages' content security policy allows none inside a page.
        st.html(f'<script src="{asset("shared/mending.js")}"></script>', unsafe_allow_javascript=True)
