"""The results of a batch: a row for each video, figures of all of them, and opening one on another page."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.ui.batch.batches import Batch
from pages.ui.batch.downloads import offer_files
from pages.ui.batch.opening import open_on_explore, open_on_video
from pages.ui.shared.exercise_titles import title_of
from pages.ui.shared.explain import plain
from pages.ui.shared.figure import show_figure
from pages.ui.shared.result_head import ResultTabs
from posecore.batch.analysis import JOINT_ANGLES
from posecore.motion.angles import ANGLES
from posecore.view.batch_charts import Spread, plot_counts, plot_spreads

_TABS = {
    "summary": ":material/table_rows: Summary",
    "angles": ":material/stacked_bar_chart: Angles",
    "repetitions": ":material/fitness_center: Repetitions",
    "files": ":material/download: Files",
    "help": ":material/help: Help",
}
_ANGLE_VALUES = {
    "range_deg": "Range",
    "least_deg": "Smallest",
    "low_deg": "5th percentile",
    "high_deg": "95th percentile",
    "largest_deg": "Largest",
}
_JOINTS = {
    joint: (joint.capitalize(), [f"{side}_{joint}" for side in ("left", "right") if f"{side}_{joint}" in JOINT_ANGLES])
    for joint in ("knee", "hip", "ankle", "shoulder", "elbow", "wrist")
} | {"neck": (ANGLES["neck"].title, ["neck"])}
_MOST_BARS = 40
_HEAD_PX, _ROW_PX, _VIDEO_PX, _NUMBER_PX = 110, 35, 34, 125

HELP = """
- **People**: everybody found in a video, each with a number; those who leave and come back count again.
- **Seen**: the share of frames in which a person was found.
- **Reliable?** and all angles are of the person who is in most frames. The verdicts are those of the Video page.
- **Angles** are in 3D, in degrees: 180 is straight for knees and elbows. The range is from the 5th to the 95th
  percentile, so that single bad frames do not count; smallest and largest are of all frames.
- **Repetitions** are those of the exercise that you chose, of everybody in view, as under Repetitions on Video.
"""


def show_results(batch: Batch) -> None:
    """Show all results, and bring them up to date while a run goes on."""
    rows = batch.queue.rows
    if not rows:
        return
    exercise = batch.queue.analysis.exercise if batch.queue.analysis is not None else None
    left_out = {"repetitions"} if exercise is None else set()
    tabs = ResultTabs({name: title for name, title in _TABS.items() if name not in left_out}, key="batch_tabs")
    every_s = 3.0 if batch.queue.is_running else None
    with tabs.tab("summary"):
        st.fragment(_show_summary, run_every=every_s)(batch, exercise)
    if tabs.is_open("angles"):
        with tabs.tab("angles"):
            st.fragment(_show_angles, run_every=every_s)(batch)
    if exercise is not None and tabs.is_open("repetitions"):
        with tabs.tab("repetitions"):
            st.fragment(_show_repetitions, run_every=every_s)(batch, exercise)
    with tabs.tab("files"):
        offer_files(batch)
    tabs.tab("help").markdown(HELP)


def _show_summary(batch: Batch, exercise: str | None) -> None:
    rows = batch.queue.rows
    value = st.segmented_control(
        "Angles",
        list(_ANGLE_VALUES),
        default="range_deg",
        required=True,
        format_func=lambda name: _ANGLE_VALUES[name],
        key="batch_angle_value",
        persist_state="session",
        help="What the columns of the angles show.",
    )
    event = st.dataframe(
        pd.DataFrame([_cells(row, value, exercise) for row in rows]),
        hide_index=True,
        column_config=_columns(value, exercise),
        placeholder="",
        on_select="rerun",
        selection_mode="single-row",
        height=_ROW_PX * (min(len(rows), 12) + 1) + 3,
        # A run adds rows at any place, by which another one would be chosen.
        key=f"batch_summary_{batch.key}_{hash(tuple(row['clip'] for row in rows))}",
    )
    chosen = _chosen(rows, event["selection"]["rows"])
    if chosen is not None:
        _offer_opening(batch, chosen)
    else:
        st.caption("Tick a row to open its video. Click a heading to sort.")


def _chosen(rows: list[dict[str, Any]], numbers: list[int]) -> dict[str, Any] | None:
    """The row that the visitor ticked; None if there is none."""
    return rows[numbers[0]] if numbers and numbers[0] < len(rows) else None


def _offer_opening(batch: Batch, row: dict[str, Any]) -> None:
    clip = str(row["clip"])
    with st.container(border=True, key="batch_chosen"):
        st.markdown(f"**{plain(clip)}**" + (f" · {plain(row['trust'])}" if row.get("trust") else " · No person found."))
        if row.get("notes"):
            st.caption(plain(row["notes"]))
        with st.container(horizontal=True):
            if st.button(
                "Open on Video",
                icon=":material/movie:",
                type="primary",
                key="batch_open_video",
                help="With its video, in the player. Nothing is analysed again.",
            ):
                open_on_video(batch, clip)
            if st.button(
                "Open on Explore",
                icon=":material/timeline:",
                key="batch_open_explore",
                help="Without its video, at once.",
            ):
                open_on_explore(batch, clip)


def _cells(row: dict[str, Any], value: str, exercise: str | None) -> dict[str, Any]:
    frames = row.get("frames") or 0
    return {
        "clip": row["clip"],
        "seconds": row.get("seconds"),
        "people": row.get("people"),
        "seen": 100 * (row.get("frames_with_person") or 0) / frames if frames else None,
        **({} if exercise is None else {"repetitions": row.get("repetitions")}),
        "trust": row.get("trust") or "No person found.",
        **{name: row.get(f"{name}_{value}") for name in _in_pairs()},
        "frames": frames,
        "fps": row.get("fps"),
        "size": f"{row.get('width')} × {row.get('height')}",
        "seconds_taken": row.get("seconds_taken"),
        "notes": row.get("notes"),
    }


def _in_pairs() -> list[str]:
    """The angles with left and right of each joint together."""
    return [name for _, names in _JOINTS.values() for name in names]


def _columns(value: str, exercise: str | None) -> dict[str, Any]:
    column = st.column_config
    what = _ANGLE_VALUES[value].lower()
    angles = {
        name: column.NumberColumn(
            f"{ANGLES[name].title} (°)",
            format="%.0f",
            help=f"{ANGLES[name].title}: {what}, degrees.",
            width=_NUMBER_PX,
        )
        for name in _in_pairs()
    }
    title = "Repetitions" if exercise is None else title_of(exercise)
    return {
        "clip": column.TextColumn("Video", pinned=True, width="medium"),
        "seconds": column.NumberColumn("Length (s)", format="%.1f", width="small"),
        "people": column.NumberColumn("People", width="small", help="People found, each with a number of their own."),
        "seen": column.ProgressColumn(
            "Seen (% of frames)", format="%.0f%%", min_value=0, max_value=100, help="Frames with a person."
        ),
        "repetitions": column.NumberColumn("Repetitions", width=_NUMBER_PX, help=f"{title}, of everybody in view."),
        "trust": column.TextColumn("Reliable?", width="large", help="Of the person who is in most frames."),
        **angles,
        "frames": column.NumberColumn("Frames", format="localized", width="small"),
        "fps": column.NumberColumn("fps", format="%.4g", width="small", help="Frames per second."),
        "size": column.TextColumn("Size (px)", width="small"),
        "seconds_taken": column.NumberColumn("Took (s)", format="%.1f", width="small", help="Processing time."),
        "notes": column.TextColumn("Notes", width="large"),
    }


def _show_angles(batch: Batch) -> None:
    rows = batch.queue.rows
    joint = st.segmented_control(
        "Joint",
        list(_JOINTS),
        default="knee",
        required=True,
        format_func=lambda name: _JOINTS[name][0],
        key="batch_joint",
        persist_state="session",
    )
    title, angles = _JOINTS[joint]
    shown = rows[:_MOST_BARS]
    sides = {
        name.partition("_")[0] if len(angles) > 1 else "middle": [_spread(row, name) for row in shown]
        for name in angles
    }
    figure = plot_spreads([str(row["clip"]) for row in shown], sides, title=f"{title} angle by video")
    show_figure(
        figure,
        height=_HEAD_PX + _VIDEO_PX * max(2, len(shown)),
        label=f"{title} angle of {len(shown)} videos: {_in_words(shown, angles)}",
        key=f"batch_angles_{batch.key}",
    )
    st.caption(
        "Bar: 5th to 95th percentile. Line: smallest to largest. Of the person who is in most frames."
        + (f" The first {_MOST_BARS} videos are shown; all are in the summary." if len(rows) > _MOST_BARS else "")
    )


def _spread(row: dict[str, Any], angle: str) -> Spread | None:
    columns = [f"{angle}_{name}_deg" for name in ("least", "low", "high", "largest")]
    return Spread(*(row[name] for name in columns)) if all(row.get(name) is not None for name in columns) else None


def _in_words(rows: list[dict[str, Any]], angles: list[str]) -> str:
    """For screen readers, of the first videos."""
    said = []
    for row in rows[:5]:
        ranges = [
            f"{ANGLES[name].title.lower()} {row[f'{name}_range_deg']:.0f}°"
            for name in angles
            if row.get(f"{name}_range_deg") is not None
        ]
        said.append(f"{row['clip']} {', '.join(ranges) or 'not known'}")
    return "ranges " + "; ".join(said)


def _show_repetitions(batch: Batch, exercise: str) -> None:
    rows = batch.queue.rows
    shown = rows[:_MOST_BARS]
    counts = [row.get("repetitions") for row in shown]
    figure = plot_counts(
        [str(row["clip"]) for row in shown], counts, title=f"{title_of(exercise)} by video", unit="repetitions"
    )
    total = sum(row.get("repetitions") or 0 for row in rows)
    st.markdown(f"**{total:,}** repetitions in {len(rows):,} video{'s' * (len(rows) != 1)}.")
    show_figure(
        figure,
        height=_HEAD_PX + _VIDEO_PX * max(2, len(shown)),
        label=f"Repetitions of {len(shown)} videos, {total} in all",
        key=f"batch_repetitions_{batch.key}",
    )
