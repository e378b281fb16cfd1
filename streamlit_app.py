"""Entry of the app: page configuration and the way to the pages, nothing else."""

import streamlit as st

from pages.ui.navigation import route
from pages.ui.problems import problems_shown
from pages.ui.style import use_less_room

page = route()
st.set_page_config(page_title=f"{page.title} · Pose explorer", page_icon="pages/ui/icon.svg", layout="wide")
use_less_room()
with problems_shown():  # a page without its system libraries cannot even be imported
    page.run()
