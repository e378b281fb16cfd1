"""The camera that took what is shown: by its field of view, or from a calibration."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.ui.rigid.calibrating import calibrated_camera, offer_calibration
from pages.ui.shared.problems import show_problem
from pages.ui.shared.taken_uploads import free_memory, offer_upload, show_taken
from posecore import Camera, PosecoreError
from posecore.rigid.camera_files import cameras_in
from posecore.rigid.kinds import ASSUMED_FOV_DEG

VIEW, FILE, CALIBRATE = "Field of view", "Calibration file", "Calibrate"
_LEAST_DEG, _MOST_DEG = 5.0, 150.0
_FILE_KEY = "rigid_camera_kept"
_MEGABYTES = 2


@dataclass(frozen=True)
class _File:
    name: str
    content: bytes


@dataclass(frozen=True)
class Known:
    """What is known of a camera without a calibration.

    Attributes:
        camera: by that.
        why: how it is known, in a sentence.
    """

    camera: Camera
    why: str


def known_camera(size: tuple[int, int], focal_mm: float | None) -> Known:
    """The camera of an image by the focal length of its EXIF data, in 35 mm equivalent; an assumed one without it."""
    if focal_mm is not None:
        camera = Camera.from_focal_35mm(size, focal_mm)
        return Known(camera, f"From the photo's EXIF data ({focal_mm:.0f} mm). If it was cropped since, set it wider.")
    return Known(
        Camera.from_fov(size, ASSUMED_FOV_DEG),
        f"Nothing is known of this camera, so {ASSUMED_FOV_DEG:g} degrees are assumed: distances may be off by a "
        "third, angles less.",
    )


def choose_camera(known: Known, *, key: str) -> Camera | None:
    """Offer the ways to say which camera it was; None, with a message, while there is none.

    Args:
        known: what is known of it.
        key: identifies the photo or video.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = st.segmented_control(
            "Camera",
            [VIEW, FILE, CALIBRATE],
            default=VIEW,
            required=True,
            key="rigid_camera",
            persist_state="session",
            help="Distances are as good as what is known of the camera; angles suffer less.",
        )
        by_view = _by_view(known, key) if way == VIEW else known
    if way == VIEW:
        st.caption(by_view.why)
        return by_view.camera
    return _calibrated(known.camera.size) if way == CALIBRATE else _from_file(known.camera.size)


def _by_view(known: Known, key: str) -> Known:
    stated = round(min(max(known.camera.fov_deg, _LEAST_DEG), _MOST_DEG), 1)
    chosen = st.slider(
        "Field of view (degrees)",
        _LEAST_DEG,
        _MOST_DEG,
        stated,
        0.5,
        format="%.1f",
        key=f"rigid_fov_{key}",
        width=320,
        help="The angle that the camera sees across the longer side of its image. Phones have 65 to 70 degrees, "
        "webcams 55 to 75, a portrait lens 25.",
    )
    if chosen == stated:
        return known
    return Known(Camera.from_fov(known.camera.size, chosen), f"Set by hand; it was {stated:g} degrees before.")


def _calibrated(size: tuple[int, int]) -> Camera | None:
    camera = calibrated_camera()
    with st.expander("Calibrate the camera", icon=":material/grid_on:", expanded=camera is None):
        offer_calibration()
    if camera is None:
        st.info("Calibrate the camera and use it, or set the field of view.", icon=":material/photo_camera:")
        return None
    try:
        camera = camera.scaled(size)
    except PosecoreError as error:
        show_problem(str(error))
        return None
    st.caption(f"The calibrated camera: {camera.fov_deg:.1f} degrees across the longer side.")
    return camera


def _from_file(size: tuple[int, int]) -> Camera | None:
    file = offer_upload(
        "A calibration of this camera",
        types=["yml", "yaml", "json", "txt"],
        help="YAML or JSON as OpenCV, ROS or Kalibr write it, for images of this size or shape.",
        key="rigid_camera",
        megabytes=_MEGABYTES,
    )
    if file is not None:
        st.session_state[_FILE_KEY] = _File(file.name, file.getvalue())
        free_memory(file)
    kept: _File | None = st.session_state.get(_FILE_KEY)
    if kept is None:
        st.info("Choose the file with the calibration, or set the field of view.", icon=":material/photo_camera:")
        return None
    show_taken(kept.name, key="rigid_camera", forget=_forget)
    try:
        cameras = read_cameras(kept.name, kept.content, size)
        name = next(iter(cameras))
        if len(cameras) > 1:
            fitting = [each for each, camera in cameras.items() if camera.size == size]
            index = list(cameras).index(fitting[0]) if fitting else 0
            name = st.selectbox("Which camera of the file", list(cameras), index=index, key="rigid_camera_name")
        camera = cameras[name].scaled(size)
    except PosecoreError as error:
        show_problem(str(error))
        return None
    st.caption(f"{camera.fov_deg:.1f} degrees across the longer side.")
    return camera


def _forget() -> None:
    st.session_state.pop(_FILE_KEY, None)


def read_cameras(name: str, content: bytes, size: tuple[int, int]) -> dict[str, Camera]:
    """The cameras in an uploaded file by the names of their sections.

    Raises:
        UnreadableCamera, InvalidCamera: if there are none.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calibration.yml"
        path.write_bytes(content)
        try:
            return cameras_in(path, size=size)
        except PosecoreError as error:
            raise type(error)(str(error).replace(path.name, name)) from error
