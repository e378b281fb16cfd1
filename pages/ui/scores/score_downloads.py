"""The scores as files, each made when it is asked for."""

import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from pages.ui.scores.score_run import Scored
from pages.ui.shared.results import offer_download, written
from posecore.evaluation.evaluation import Evaluation
from posecore.export.scores_file import write_coco_results, write_metrics, write_people_csv
from posecore.export.scores_report import write_scores_report

_NOT_IN_NAMES = str.maketrans({" ": "_", ",": "", "/": "_", "\\": "_"})


def offer_downloads(scored: Scored, evaluation: Evaluation) -> None:
    """Offer the report, the figures, a table of people, and what our cases found."""
    files: list[tuple[str, str, Callable[[Path], None]]] = [
        ("report.html", "text/html", lambda path: write_scores_report(evaluation, path)),
        ("metrics.json", "application/json", lambda path: write_metrics(evaluation, path)),
        ("people.csv", "text/csv", lambda path: write_people_csv(evaluation, path)),
    ]
    if scored.found:
        files.append(("estimates.zip", "application/zip", lambda path: _write_estimates(scored, path)))
    with st.container(horizontal=True):
        for name, mime, write in files:
            offer_download(name, partial(written, write), name, mime)
    st.caption(
        "Report: one page for any browser, with the worst photos in it. Metrics: all figures. People: a row for each "
        "person and case. Estimates: what was found, as COCO results for other programs."
    )


def _write_estimates(scored: Scored, path: Path) -> None:
    """A zip with a file of COCO results for each of our cases."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, found in scored.found.items():
            part = path.with_name("results.json")
            write_coco_results(found, part)
            archive.write(part, f"{str(name).translate(_NOT_IN_NAMES)}.results.json")
