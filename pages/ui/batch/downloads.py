"""The files of a batch: the whole data set as a zip, the summary by itself, and code that reads them."""

from pathlib import Path

import streamlit as st

from pages.ui.batch.batches import Batch
from pages.ui.serving.addresses import address
from pages.ui.shared.explain import plain
from pages.ui.shared.job_progress import show_progress
from pages.ui.shared.problems import show_problem
from pages.ui.shared.started_download import download_link
from posecore.batch.summary import SUMMARY_CSV, SUMMARY_PARQUET

_START_KEY = "batch_zip_start"
_CODE = {
    "pandas": (
        "python",
        """import pandas as pd

table = pd.read_parquet("{folder}/landmarks")
noses = table[table["landmark"] == "nose"].groupby("clip", observed=True)["y"].mean()
summary = pd.read_parquet("{folder}/summary.parquet")
""",
    ),
    "Polars": (
        "python",
        """import polars as pl

rows = pl.scan_parquet("{folder}/landmarks", hive_partitioning=True)  # read only as far as it is needed
wrists = rows.filter(pl.col("landmark") == "left_wrist").group_by("clip").agg(pl.col("y_px").min()).collect()
""",
    ),
    "DuckDB": (
        "sql",
        """SELECT clip, count(DISTINCT frame) AS frames
FROM read_parquet('{folder}/landmarks/*/*.parquet', hive_partitioning = true)
WHERE visibility > 0.5 GROUP BY clip;
""",
    ),
}


def offer_files(batch: Batch) -> None:
    """Offer the data set and the summary."""
    if batch.queue.is_running:
        st.caption("The files are here once the run has ended or is stopped.")
        return
    with st.container(border=True):
        if batch.is_of_machine:
            st.markdown(f"**All results** are in `{_as_code(batch.results)}`: landmarks, results and summary.")
        else:
            st.markdown("**Data set**: landmarks of all videos as one Parquet table, each result, and the summary")
            _offer_zip(batch)
        with st.container(horizontal=True):
            for name, mime in ((SUMMARY_CSV, "text/csv"), (SUMMARY_PARQUET, "application/vnd.apache.parquet")):
                path = batch.results / name
                if path.is_file():
                    st.download_button(
                        f"Summary ({path.suffix.removeprefix('.').capitalize() if path.suffix != '.csv' else 'CSV'})",
                        path.read_bytes,
                        f"posecore-{name}",
                        mime,
                        on_click="ignore",
                        icon=":material/table:",
                        key=f"batch_get_{name}",
                        help="A row for each video, with why the others have no result.",
                    )
    with st.expander("Read the data set", icon=":material/code:"):
        folder = str(batch.results) if batch.is_of_machine else "posecore-batch"
        if not batch.is_of_machine:
            st.caption("Unpack the zip into a folder `posecore-batch` first.")
        for tab, (language, code) in zip(st.tabs(list(_CODE)), _CODE.values(), strict=True):
            tab.code(code.replace("{folder}", folder), language=language)


def _offer_zip(batch: Batch) -> None:
    state = batch.zipping.state
    if batch.zipping.is_running:
        show_progress(batch.zipping)
        return
    if state.error is not None:
        show_problem(state.error)
    if batch.has_zip:
        start = st.session_state.pop(_START_KEY, None) == batch.zip_token
        download_link(
            "posecore-batch.zip", address(batch.zip_token), batch.zip.stat().st_size, start=start, primary=True
        )
    elif st.button("Prepare zip", type="primary", icon=":material/folder_zip:", key="batch_make_zip"):
        batch.start_zip()
        st.session_state[_START_KEY] = batch.zip_token
        st.rerun()


def _as_code(path: Path) -> str:
    return plain(str(path)) if "`" in str(path) else str(path)
