"""NetCDF: the rigid bodies of a video as arrays over time."""

import os

import numpy as np
import xarray as xr

from posecore.export.netcdf_file import write_dataset
from posecore.rigid.pose import EULER_ORDER, RigidSequence
from posecore.system import VERSION


def write_rigid_netcdf(sequence: RigidSequence, path: str | os.PathLike[str]) -> None:
    """Write ``rigid_dataset`` as netCDF 4, packed; the file appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    write_dataset(rigid_dataset(sequence), path)


def rigid_dataset(sequence: RigidSequence) -> xr.Dataset:
    """A sequence as a dataset.

    Its variables, for B bodies, NaN = not seen:
        translation: (T, 3, B) metres in the camera's frame: x to the image's right, y down, z away from the camera.
        rotation: (T, 3, 3, B) from the axes of the body (``axis``) to those of the camera (``space``).
        euler: (T, 3, B) degrees, along the dimension ``angle``.
        error: (T, B) pixels.
        uncertain: (T, B) 0 or 1.

    Bodies are called ``head_1`` and so on; ``kind`` and ``id`` hold the two parts of that. ``time`` is that of the
    video, in seconds; ``shot`` holds the number of each frame's shot, from 1.
    """
    variables = {
        "translation": (("time", "space", "bodies"), np.moveaxis(sequence.translation_m, 1, -1), "m"),
        "rotation": (("time", "space", "axis", "bodies"), np.moveaxis(sequence.rotation, 1, -1), "1"),
        "euler": (("time", "angle", "bodies"), np.moveaxis(sequence.euler_deg, 1, -1), "degree"),
        "error": (("time", "bodies"), sequence.error_px, "pixel"),
        "uncertain": (("time", "bodies"), sequence.uncertain.astype(np.int8), "1"),
    }
    return xr.Dataset(
        {name: (dims, values, {"units": unit}) for name, (dims, values, unit) in variables.items()},
        coords={
            "time": sequence.times_s,
            "space": ["x", "y", "z"],
            "axis": ["x", "y", "z"],
            "angle": ["yaw", "pitch", "roll"],
            "bodies": np.array([f"{slot.kind}_{slot.id}" for slot in sequence.slots], np.str_),
            "kind": ("bodies", np.array([slot.kind for slot in sequence.slots], np.str_)),
            "id": ("bodies", np.array([slot.id for slot in sequence.slots], np.int64)),
            "shot": ("time", sequence.shot_numbers),
        },
        attrs={
            "source_software": "posecore",
            "source_version": VERSION,
            "euler_order": EULER_ORDER,
            "fps": sequence.fps,
            "time_unit": "seconds",
            "picture_width": sequence.size[0],
            "picture_height": sequence.size[1],
        },
    )
