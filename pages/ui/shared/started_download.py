"""Links to files that were made on request, whose download starts by itself the first time."""

import streamlit as st

# A file is fetched once, however often its element is drawn: a run of the page may be cut short by the next one.
_SCRIPT = """
export default function ({ data }) {
  const started = (window.startedDownloads ??= new Set());
  if (started.has(data.address)) return;
  started.add(data.address);
  const link = document.createElement("a");
  link.href = data.address;
  link.download = "";
  link.click();
}
"""

_start = st.components.v2.component("started_download", js=_SCRIPT)


def download_link(name: str, address: str | None, size: int, *, start: bool, primary: bool = False) -> None:
    """Show the link to a file.

    Args:
        name: of the file.
        address: as ``pages.ui.serving.addresses.address`` returns it; None: it is not served.
        size: bytes.
        start: whether the browser starts to download it by itself, which it does once.
        primary: whether it is the main thing to do.
    """
    st.link_button(
        f"Download {name} ({size_in_words(size)})",
        f"{address}?download",
        icon=":material/download:",
        type="primary" if primary else "secondary",
    )
    if start and address is not None:
        _start(data={"address": f"{address}?download"}, key=f"start_{address}", height=0)


def size_in_words(size: int) -> str:
    """A size in bytes as people read it: "86 KB", "3.2 MB"."""
    return f"{max(1, round(size / 1000)):,} KB" if size < 1_000_000 else f"{size / 1e6:.1f} MB"
