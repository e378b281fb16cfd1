"""Downloads of rigid bodies: tables and the picture with axes."""

import json
from functools import partial
from pathlib import PurePath

import numpy as np
import streamlit as st

from pages.ui.shared.results import offer_download, written
from posecore import Camera, FrameRigid, RigidSequence
from posecore.export.formats import safe_name
from posecore.export.rigid_file import rigid_as_dict, write_rigid
from posecore.export.rigid_netcdf_file import write_rigid_netcdf
from posecore.media.pictures import encode_png


def offer_downloads(found: FrameRigid | RigidSequence, camera: Camera, name: str, drawn: np.ndarray | None) -> None:
    """Show the download buttons.

    Args:
        found: in a photo or a video.
        camera: that took it.
        name: of the visitor's file.
        drawn: the photo, or the frame that is shown, with the axes; None: there is none.
    """
    stem = safe_name(PurePath(name).stem, "rigid")
    is_video = isinstance(found, RigidSequence)
    with st.container(horizontal=True):
        if drawn is not None:
            label = "This frame (PNG)" if is_video else "Photo (PNG)"
            offer_download(label, lambda: encode_png(drawn), f"{stem}.rigid.png", "image/png")
        offer_download("Table (CSV)", lambda: written(partial(write_rigid, found)), f"{stem}.rigid.csv", "text/csv")
        offer_download(
            "Numbers (JSON)",
            lambda: json.dumps(rigid_as_dict(found, camera)),
            f"{stem}.rigid.json",
            "application/json",
        )
        if isinstance(found, RigidSequence):
            offer_download(
                "Arrays (NetCDF)",
                lambda: written(partial(write_rigid_netcdf, found)),
                f"{stem}.rigid.nc",
                "application/x-netcdf",
            )
