"""What strangers write is shown as they wrote it."""

from streamlit.testing.v1 import AppTest

from posecore.errors import UnreadableMedia

HOSTILE = "![](https://outside.example/x.png) [here](https://outside.example) <b>$x$</b> `x`"
AS_TEXT = r"!\[\](https://outside.example/x.png) \[here\](https://outside.example) \<b\>\$x\$\</b\> \`x\`"


def test_the_words_of_a_file_in_an_error_are_only_text() -> None:
    def page(text: str) -> None:
        from pages.ui.shared.problems import problems_shown
        from posecore.errors import UnreadableMedia

        with problems_shown():
            raise UnreadableMedia(f"{text} is damaged.\nSave it again.")

    app = AppTest.from_function(page, kwargs={"text": f"{HOSTILE}\u202e\x1b"}, default_timeout=120).run()
    assert app.error[0].value == f"{AS_TEXT}\ufffd\ufffd is damaged.  \nSave it again."
    assert len(str(UnreadableMedia("x" * 10_000))) == 1_000


def test_the_words_of_a_link_are_only_text() -> None:
    def page() -> None:
        import streamlit as st

        from pages.ui.shared import sources

        st.query_params["sample"] = "[here](https://outside.example)"
        sources.choose_source("Source", ["Upload", "Sample"], sample="Sample", address="clip", key="source")

    app = AppTest.from_function(page, default_timeout=120).run()
    assert r"'\[here\]\(https+\:\/\/outside\.example\)'".replace("+", "\N{WORD JOINER}") in app.warning[0].value
