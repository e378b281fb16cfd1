"""The files of a photo's result: the people, and their hands if they were looked for."""

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePath

import numpy as np
import streamlit as st

from pages.ui.image.photo import Look, Photo
from pages.ui.shared.results import offer_download, written
from posecore import FrameHands, FramePoses, HandSequence, OverlayArtist, PoseOptions, PoseSequence
from posecore.export.json_file import to_json
from posecore.export.saved import SUFFIX, save_sequence
from posecore.export.table_file import to_angles_csv, to_csv, write_parquet
from posecore.media.pictures import encode_png
from posecore.motion.height import GivenHeight, height_facts
from posecore.view.silhouettes import cut_out

_CSV, _JSON, _PARQUET = "text/csv", "application/json", "application/vnd.apache.parquet"


def offer_files(
    photo: Photo,
    rgb: np.ndarray,
    options: PoseOptions,
    poses: FramePoses,
    look: Look,
    hands: FrameHands | None,
    given: Sequence[GivenHeight] = (),
    seen_by_deg: float | None = None,
) -> None:
    """Offer the annotated photo and the results as files. Each is made when its button is pressed.

    Args:
        photo: as it was given.
        rgb: with what was found drawn on it.
        options: that found the people.
        poses: the people shown; files of nobody are not offered.
        look: what was drawn; an overlay is offered by itself too.
        hands: their hands; None if they were not looked for.
        given: heights to which the people are scaled.
        seen_by_deg: field of view of the camera in whose axes metres are; None: as the model gives them.
    """
    stem = PurePath(photo.name).stem
    with st.container(horizontal=True):
        offer_download("Annotated photo (PNG)", lambda: encode_png(rgb), f"{stem}.annotated.png", "image/png")
        if look.overlay and (len(poses) or look.overlay.needs_frames):
            alone = partial(OverlayArtist(look.overlay).draw_alone, poses, photo.rgb)
            offer_download("Overlay alone (PNG)", lambda: encode_png(alone()), f"{stem}.overlay.png", "image/png")
        if poses.masks:
            cut = partial(cut_out, photo.rgb, poses)
            offer_download("Cut-out (PNG)", lambda: encode_png(cut()), f"{stem}.cutout.png", "image/png")
        if len(poses):
            offer_download("Table (CSV)", partial(to_csv, poses), f"{stem}.landmarks.csv", _CSV)
            parquet = partial(written, partial(write_parquet, poses))
            offer_download("Table (Parquet)", parquet, f"{stem}.landmarks.parquet", _PARQUET)
            angles = partial(to_angles_csv, poses)
            offer_download("Angles (CSV)", angles, f"{stem}.angles.csv", _CSV)
            offer_download("Landmarks (JSON)", partial(to_json, poses), f"{stem}.landmarks.json", _JSON)
        if hands:
            offer_download("Hands (CSV)", partial(to_csv, hands), f"{stem}.hands.csv", _CSV)
            parquet = partial(written, partial(write_parquet, hands))
            offer_download("Hands (Parquet)", parquet, f"{stem}.hands.parquet", _PARQUET)
            offer_download("Hands (JSON)", partial(to_json, hands), f"{stem}.hands.json", _JSON)
        saved = partial(_save, photo, options, poses, hands, given, seen_by_deg)
        offer_download("Saved result", partial(written, saved), f"{stem}{SUFFIX}", "application/octet-stream")


def _save(
    photo: Photo,
    options: PoseOptions,
    poses: FramePoses,
    hands: FrameHands | None,
    given: Sequence[GivenHeight],
    seen_by_deg: float | None,
    path: str | os.PathLike[str],
) -> None:
    """Save the result as that of a video of one frame."""
    facts = {
        "source": photo.name,
        "options": replace(options, smoothing=False).as_dict(),
        "smoothing_afterwards": None,
        **height_facts(given, poses),
        **({} if seen_by_deg is None else {"camera_axes": {"field_of_view_deg": round(seen_by_deg, 2)}}),
    }
    save_sequence(
        PoseSequence.from_frames([poses], size=poses.size, fps=1),
        path,
        facts=facts,
        hands=None if hands is None else HandSequence.from_frames([hands], size=hands.size, fps=1),
    )
