"""Entry point of the app: the server's setup, the page configuration and the navigation, nothing else."""

import streamlit as st


def show_app() -> None:
    """Run the page at the current address."""
    from pages.ui.serving.idle import note_use
    from pages.ui.serving.visits import current_visit
    from pages.ui.shared.navigation import route
    from pages.ui.shared.problems import problems_shown
    from pages.ui.shared.raw_turns import develop_in_turn
    from pages.ui.shared.style import ICON, NAME, apply_style
    from pages.ui.shared.taken_uploads import say_refused

    note_use()
    current_visit()
    page = route()
    st.set_page_config(page_title=f"{page.title} · {NAME}", page_icon=str(ICON), layout="wide")
    apply_style()
    say_refused()
    develop_in_turn()
    with problems_shown():  # a page without its system libraries cannot even be imported
        page.run()


# Streamlit runs this file as a script for every visitor. Before that, its server imports it once for ``app``.
if __name__ == "__main__":
    show_app()
else:
    from starlette.middleware import Middleware

    from pages.ui.explore.share import links
    from pages.ui.live import places
    from pages.ui.serving import addresses, assets, metrics, public_files, sockets
    from pages.ui.serving.compression import CompressFrontEnd
    from pages.ui.serving.response_headers import AddSecurityHeaders
    from pages.ui.serving.server import lifespan
    from pages.ui.serving.uploads import LimitUploads

    routes = [
        *assets.routes(),
        *addresses.routes(),
        *links.routes(),
        *metrics.routes(places.taken),
        *public_files.routes(),
        *sockets.routes(),
    ]
    middleware = [Middleware(AddSecurityHeaders), Middleware(CompressFrontEnd), Middleware(LimitUploads)]
    app = st.App(__file__, routes=routes, middleware=middleware, lifespan=lifespan)
