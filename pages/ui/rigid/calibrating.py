"""Calibrating the visitor's camera: a board to print, its photos, and how good the camera is that they give."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import PurePath

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray
from streamlit.typing import UploadedFile

from pages.ui.shared.clips import VIDEO_TYPES, Clip
from pages.ui.shared.explain import plain
from pages.ui.shared.figure import show_figure
from pages.ui.shared.problems import show_problem
from pages.ui.shared.results import offer_download, written
from pages.ui.shared.taken_uploads import to_disk
from posecore import PosecoreError, decode_picture
from posecore.errors import CannotCalibrate
from posecore.media.pictures import PICTURE_SUFFIXES
from posecore.rigid.board import Board
from posecore.rigid.calibration import MIN_PHOTOS, Calibration, calibrate_from_corners, frames_of_video, lack_of
from posecore.rigid.camera import Camera
from posecore.rigid.camera_files import save_camera
from posecore.rigid.sheets import write_board_sheet
from posecore.view.coverage_plot import plot_coverage

PAPERS = {"a4": "A4", "letter": "Letter"}
"""Sizes of paper that printers at home have, by their names in ``posecore.rigid.sheets``."""

_GOOD_PHOTOS = 10
_BOARD = Board()
_STATE_KEY, _CAMERA_KEY, _ROUND_KEY = "calibration", "calibrated_camera", "calibration_round"
_FILES, _CAMERA = "Photos or a video", "This device's camera"


@dataclass(frozen=True, eq=False)
class _Photo:
    """What was seen of the board in a photo, which is not kept itself."""

    name: str
    key: str
    size: tuple[int, int]
    corners: NDArray[np.float64]


@dataclass
class _Photos:
    """All that the visitor gave so far, and what could not be used at all."""

    seen: list[_Photo] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def calibrated_camera() -> Camera | None:
    """The camera that the visitor calibrated and chose to use in this visit; None if there is none."""
    camera: Camera | None = st.session_state.get(_CAMERA_KEY)
    return camera


def offer_calibration() -> None:
    """Offer the board, take its photos, and show the camera that they give."""
    st.markdown(
        "1. Print the board and glue it to something flat. Its size on the paper does not matter for the camera.  \n"
        f"2. Take {_GOOD_PHOTOS} or more sharp photos of it with the same zoom and focus, always holding the camera "
        "the same way up: tilt the board by 30 to 45 degrees, each way, and hold it into the corners of the image, "
        "too. A slow video does as well.  \n"
        "3. Upload them here, or take them with the camera of this device if it is that one.  \n"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        paper = st.segmented_control(
            "Paper",
            list(PAPERS),
            default="a4",
            required=True,
            format_func=lambda name: PAPERS[name],
            key="calibration_paper",
            persist_state="session",
        )
        offer_download(
            "Board to print (PDF)",
            lambda: written(lambda path: write_board_sheet(path, _BOARD, page=paper)),
            f"board_{paper}.pdf",
            "application/pdf",
        )
    photos = st.session_state.setdefault(_STATE_KEY, _Photos())
    _take_photos(photos)
    for problem in photos.problems:
        show_problem(problem)
    if photos.seen or photos.problems:
        st.button("Start again", icon=":material/restart_alt:", key="calibration_again", on_click=_start_again)
    if photos.seen:
        _show_result(photos.seen)


def _start_again() -> None:
    st.session_state.pop(_STATE_KEY, None)
    st.session_state[_ROUND_KEY] = st.session_state.get(_ROUND_KEY, 0) + 1


def _take_photos(photos: _Photos) -> None:
    """Look for the board in what the visitor gives, and forget the files."""
    round_number = st.session_state.setdefault(_ROUND_KEY, 0)
    source = st.segmented_control(
        "Photos from", [_FILES, _CAMERA], default=_FILES, required=True, key="calibration_source"
    )
    if source == _CAMERA:
        snapshot = st.camera_input(
            f"Take {_GOOD_PHOTOS} or more photos of the board",
            key=f"calibration_snapshot_{round_number}",
            width=480,
            help="Your browser asks for permission. Each photo is added to those before.",
        )
        if snapshot is not None:
            _look_at([snapshot], photos)
        return
    files = st.file_uploader(
        "Photos of the board, or a video",
        type=list(dict.fromkeys([*(suffix.removeprefix(".") for suffix in PICTURE_SUFFIXES), *VIDEO_TYPES])),
        accept_multiple_files=True,
        key=f"calibration_files_{round_number}",
        help="All from one camera. They are not stored: only the places of the board's corners are kept.",
    )
    if files:
        _look_at(files, photos)
        st.session_state[_ROUND_KEY] += 1  # an empty uploader
        st.rerun()


def _look_at(files: list[UploadedFile], photos: _Photos) -> None:
    """Find the board in files that were not looked at yet. If the run is interrupted, the next one goes on here."""
    keys = [hashlib.sha256(file.getbuffer()).hexdigest() for file in files]
    waiting = [(file, key) for file, key in zip(files, keys, strict=True) if key not in photos.keys]
    if not waiting:
        return
    progress = st.progress(0.0, "Looking for the board")
    for index, (file, key) in enumerate(waiting):
        progress.progress(index / len(waiting), f"Looking for the board in {plain(file.name)}")
        try:
            found = [
                _Photo(_numbered(name, photos), f"{key}{number}", (rgb.shape[1], rgb.shape[0]), _BOARD.find(rgb))
                for number, (name, rgb) in enumerate(_pictures(file))
            ]
        except PosecoreError as error:
            photos.problems.append(str(error))
        else:
            photos.seen.extend(found)
        photos.keys.add(key)
    progress.empty()


def _numbered(name: str, photos: _Photos) -> str:
    """A name that no photo before has: those of a camera in the browser all have the same."""
    same = sum(photo.name == name or photo.name.startswith(f"{name} (") for photo in photos.seen)
    return f"{name} ({same + 1})" if same else name


def _pictures(file: UploadedFile) -> Iterator[tuple[str, np.ndarray]]:
    """The photo with its name, or frames of the video with theirs."""
    if PurePath(file.name).suffix.lower() in PICTURE_SUFFIXES:
        yield file.name, decode_picture(file.getvalue(), name=file.name)
        return
    with closing(to_disk(file, Clip)) as clip:
        for number, rgb in enumerate(frames_of_video(clip.path), 1):
            yield f"{file.name}, frame {number}", rgb


def _show_result(photos: list[_Photo]) -> None:
    size = Counter(photo.size for photo in photos).most_common(1)[0][0]
    of_size = [photo for photo in photos if photo.size == size]
    try:
        found = _calibrated(tuple(photo.key for photo in of_size), [photo.corners for photo in of_size], size)
    except CannotCalibrate as error:
        if len(of_size) < MIN_PHOTOS:
            st.info(
                f"{len(of_size)} photo{'s' if len(of_size) != 1 else ''} so far. {MIN_PHOTOS} are the least, "
                f"{_GOOD_PHOTOS} and more give a good camera.",
                icon=":material/photo_camera:",
            )
        else:
            show_problem(str(error))
        _show_photos(photos, of_size, None)
        return
    _show_camera(found)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        st.markdown("**Where the board's corners were seen**")
        used = [of_size[index].corners for index in found.used]
        others = [of_size[index].corners for index in found.left_out]
        show_figure(
            plot_coverage(used, others, size),
            height=300,
            label=f"Corners of the board in all photos; {found.coverage:.0%} of the image is covered",
            key="calibration_coverage",
        )
        st.caption("The lens is not known in cells without points.")
    with right:
        _show_photos(photos, of_size, found)


# Photos are added one by one, and each time it is another calibration; only the newest is of use.
@st.cache_resource(scope="session", max_entries=2, show_spinner="Calibrating the camera")
def _calibrated(keys: tuple[str, ...], _seen: list[NDArray[np.float64]], size: tuple[int, int]) -> Calibration:
    return calibrate_from_corners(_seen, _BOARD, size)


def _show_camera(found: Calibration) -> None:
    camera = found.camera
    with st.container(horizontal=True, gap="large"):
        st.metric("Error", f"{found.error_px:.2f} px", width="content", help="Below 0.5 px is good.")
        st.metric(
            "Field of view",
            f"{camera.fov_deg:.1f}°",
            width="content",
            help="Across the longer side of the image.",
        )
        st.metric(
            "Focal length",
            f"{camera.matrix[0, 0]:.0f} px ± {found.focal_error:.1%}",
            width="content",
            help="With its standard deviation. Distances are off by as much; below 1% is good.",
        )
        st.metric("Image covered", f"{found.coverage:.0%}", width="content")
    few = len(found.used) < _GOOD_PHOTOS
    advice = [*found.advice, *([f"Add photos: {_GOOD_PHOTOS} and more are good."] if few else [])]
    if advice:
        st.warning("  \n".join(advice), icon=":material/lightbulb:")
    else:
        st.success("This is a good calibration.", icon=":material/check_circle:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Use this camera",
            icon=":material/photo_camera:",
            type="primary",
            key="calibration_use",
            on_click=st.session_state.update,
            args=({_CAMERA_KEY: camera},),
        )
        offer_download(
            "camera.yml",
            lambda: written(lambda path: save_camera(camera, path, error_px=found.error_px)),
            "camera.yml",
            "application/yaml",
        )
        if calibrated_camera() is camera:
            width, height = camera.size
            st.markdown(f":material/check: In use for images of {width} × {height} px and their shape, in this visit.")


def _show_photos(photos: list[_Photo], of_size: list[_Photo], found: Calibration | None) -> None:
    """A row for each photo: what was seen in it, its error, or why it was not used; those come first."""
    size = of_size[0].size
    places = {photo.key: index for index, photo in enumerate(of_size)}
    errors = dict(zip(found.used, found.errors_px, strict=True)) if found else {}
    used = {photo.key for index, photo in enumerate(of_size) if index in errors}
    rows = []
    for photo in sorted(photos, key=lambda photo: photo.key in used):
        corners = int(np.isfinite(photo.corners).all(axis=1).sum())
        error = np.nan
        if photo.size != size:
            note = (
                f"It has {photo.size[0]} x {photo.size[1]} pixels, and most have {size[0]} x {size[1]}: one camera, "
                "held the same way up, is needed."
            )
        elif found is None:
            note = lack_of(photo.corners, _BOARD) or ""
        else:
            note = found.left_out.get(places[photo.key], "")
            error = errors.get(places[photo.key], np.nan)
        rows.append((photo.name, f"{corners} of {len(photo.corners)}", error, note))
    table = pd.DataFrame(rows, columns=["Photo", "Corners", "Error (px)", "Not used because"])
    st.dataframe(
        table,
        hide_index=True,
        height=min(36 * (len(table) + 1) + 2, 340),
        column_config={"Error (px)": st.column_config.NumberColumn(format="%.2f")},
        placeholder="",
    )
