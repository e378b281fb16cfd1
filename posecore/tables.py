"""Converting poses and hands to a table and back: one row per frame, person (and hand) and landmark."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from posecore.errors import InvalidHands, InvalidPoses
from posecore.hands import SIDES, FrameHands, HandSequence, HandSlot
from posecore.poses import FramePoses, PoseSequence
from posecore.skeletons import BLAZEPOSE_33, HAND_21

# Column -> its meaning, in the order of the columns on screen and in every file.
COLUMNS: Mapping[str, str] = {
    "frame": "number of the frame, from 0",
    "time_s": "seconds since the first frame",
    "person": "id of the person",
    "landmark": "name of the landmark; left and right are the person's own",
    "x": "position across the image: 0 is its left edge, 1 its right edge",
    "y": "position down the image: 0 is its top edge, 1 its bottom edge",
    "z": "relative depth on the scale of x: 0 at the middle of the hips, smaller is nearer to the camera",
    "x_px": "pixels from the left edge",
    "y_px": "pixels from the top edge",
    "x_m": "metres from the middle of the hips, towards the image's right",
    "y_m": "metres from the middle of the hips, down",
    "z_m": "metres from the middle of the hips, away from the camera",
    "visibility": "0 to 1: the model's estimate that the landmark is in view and not hidden",
    "presence": "0 to 1: the model's estimate that the landmark is inside the image",
}

# Extra column after the id, if any person has a name.
NAME = "name"

# The same for hands. A score and a side belong to a hand: they are equal in all of its rows.
HAND_COLUMNS: Mapping[str, str] = {
    "frame": COLUMNS["frame"],
    "time_s": COLUMNS["time_s"],
    "person": COLUMNS["person"],
    "hand": "left or right, the person's own",
    "landmark": "name of the landmark",
    "x": COLUMNS["x"],
    "y": COLUMNS["y"],
    "z": "relative depth on the scale of x: 0 at the wrist, smaller is nearer to the camera",
    "x_px": COLUMNS["x_px"],
    "y_px": COLUMNS["y_px"],
    "x_m": "metres from the hand's own centre, towards the image's right",
    "y_m": "metres from the hand's own centre, down",
    "z_m": "metres from the hand's own centre, away from the camera",
    "score": "0 to 1: the model's estimate that a hand is there",
    "right": "0 to 1: the model's estimate that it is a right hand, from its shape only",
}

# A spreadsheet takes text that begins like this for a formula and runs it; the last are the same in full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - they are meant


def defused(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before what looks like one."""
    return f"'{text}" if text.startswith((*_FORMULA, "'")) else text


def as_written(text: str) -> str:
    """The text before it was defused."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*_FORMULA, "'")) else text


def to_table(poses: FramePoses | PoseSequence) -> pd.DataFrame:
    """Table with one row per frame, person and landmark, and the columns of ``COLUMNS`` in that order.

    Coordinates are float32; NaN where the person is not in that frame. The metres are centred on the hips: a walking
    person does not move in them. A single frame without people gives no rows. If any person has a name, the column
    ``NAME`` follows that of the id; it is empty for people without one.
    """
    lead = poses.visibility.shape if isinstance(poses, PoseSequence) else (1, *poses.visibility.shape)
    frames, people, landmarks = lead
    times = poses.times_s if isinstance(poses, PoseSequence) else np.array([poses.time_s])
    width, height = poses.size
    x_px, y_px = poses.xy.reshape(-1, 2).T
    x_m, y_m, z_m = poses.world.reshape(-1, 3).T
    names = pd.Categorical.from_codes(
        np.tile(np.arange(landmarks, dtype=np.int8), frames * people), list(BLAZEPOSE_33.landmarks)
    )
    columns = {
        "frame": np.repeat(np.arange(frames), people * landmarks),
        "time_s": np.repeat(times, people * landmarks),
        "person": np.tile(np.repeat(poses.person_ids, landmarks), frames),
        "landmark": names,
        "x": x_px / np.float32(width),
        "y": y_px / np.float32(height),
        "z": poses.z.ravel() / np.float32(width),
        "x_px": x_px,
        "y_px": y_px,
        "x_m": x_m,
        "y_m": y_m,
        "z_m": z_m,
        "visibility": poses.visibility.ravel(),
        "presence": poses.presence.ravel(),
    }
    table = pd.DataFrame(columns, columns=list(COLUMNS))
    if poses.names:
        given = [poses.names.get(person, "") for person in poses.person_ids.tolist()]
        table.insert(3, NAME, np.tile(np.repeat(np.array(given, object), landmarks), frames))
    return table


def from_table(table: pd.DataFrame, *, size: tuple[int, int], fps: float) -> PoseSequence:
    """Restore the sequence a table was made from. Rows may be in any order.

    Args:
        table: with the columns of ``COLUMNS`` and optionally ``NAME`` (others are ignored), from ``to_table`` or a CSV.
        size: (width, height) of the picture in pixels, which the table does not contain.
        fps: nominal frames per second, which the table does not contain.

    Raises:
        InvalidPoses: if columns or rows are missing, or a row occurs twice.
    """
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise InvalidPoses(f"Expected the table to have the columns {list(COLUMNS)}, but got none named {missing}.")
    ids = np.unique(table["person"].to_numpy())
    frames = np.unique(table["frame"].to_numpy())
    shape = (len(frames), len(ids), len(BLAZEPOSE_33))
    order = pd.Index(BLAZEPOSE_33.landmarks).get_indexer(table["landmark"].astype(str))
    is_twice = table.duplicated(["frame", "person", "landmark"]).any()
    if len(table) != np.prod(shape) or is_twice or (order < 0).any():
        raise InvalidPoses(
            f"Expected one row for each of {shape[0]} frames, {shape[1]} people and {shape[2]} landmarks, "
            f"but got {len(table)} rows, some twice, or of other landmarks."
        )
    rows = table.assign(landmark=order).sort_values(["frame", "person", "landmark"])

    def block(*names: str) -> np.ndarray:
        return rows[list(names)].to_numpy(np.float32).reshape(*shape, len(names))

    return PoseSequence(
        xy=block("x_px", "y_px"),
        z=block("z")[..., 0] * np.float32(size[0]),
        world=block("x_m", "y_m", "z_m"),
        visibility=block("visibility")[..., 0],
        presence=block("presence")[..., 0],
        person_ids=ids,
        times_s=rows["time_s"].to_numpy(np.float64)[:: max(1, shape[1]) * shape[2]],
        size=size,
        fps=fps,
        names=_names(table),
    )


def hands_to_table(hands: FrameHands | HandSequence) -> pd.DataFrame:
    """Table with one row per frame, hand and landmark, and the columns of ``HAND_COLUMNS`` in that order.

    Coordinates are float32; NaN where the hand is not seen in that frame. The metres are centred on each hand: a hand
    that moves does not move in them. A single frame without hands gives no rows.
    """
    lead = hands.score.shape if isinstance(hands, HandSequence) else (1, *hands.score.shape)
    frames, count = lead
    landmarks = len(HAND_21)
    times = hands.times_s if isinstance(hands, HandSequence) else np.array([hands.time_s])
    width, height = hands.size
    x_px, y_px = hands.xy.reshape(-1, 2).T
    x_m, y_m, z_m = hands.world.reshape(-1, 3).T
    people = np.array([slot.person for slot in hands.slots], np.int64)
    sides = np.array([SIDES.index(slot.side) for slot in hands.slots], np.int8)
    names = np.tile(np.arange(landmarks, dtype=np.int8), frames * count)
    columns = {
        "frame": np.repeat(np.arange(frames), count * landmarks),
        "time_s": np.repeat(times, count * landmarks),
        "person": np.tile(np.repeat(people, landmarks), frames),
        "hand": pd.Categorical.from_codes(np.tile(np.repeat(sides, landmarks), frames), list(SIDES)),
        "landmark": pd.Categorical.from_codes(names, list(HAND_21.landmarks)),
        "x": x_px / np.float32(width),
        "y": y_px / np.float32(height),
        "z": hands.z.ravel() / np.float32(width),
        "x_px": x_px,
        "y_px": y_px,
        "x_m": x_m,
        "y_m": y_m,
        "z_m": z_m,
        "score": np.repeat(hands.score.ravel(), landmarks),
        "right": np.repeat(hands.right.ravel(), landmarks),
    }
    return pd.DataFrame(columns, columns=list(HAND_COLUMNS))


def hands_from_table(table: pd.DataFrame, *, size: tuple[int, int], fps: float) -> HandSequence:
    """Restore the sequence a table was made from. Rows may be in any order.

    Args:
        table: with the columns of ``HAND_COLUMNS`` (others are ignored), from ``hands_to_table`` or a CSV.
        size: (width, height) of the picture in pixels, which the table does not contain.
        fps: nominal frames per second, which the table does not contain.

    Raises:
        InvalidHands: if columns or rows are missing, a row occurs twice, or a hand is neither left nor right.
    """
    missing = [name for name in HAND_COLUMNS if name not in table.columns]
    if missing:
        raise InvalidHands(
            f"Expected the table to have the columns {list(HAND_COLUMNS)}, but got none named {missing}."
        )
    pairs = table[["person", "hand"]].drop_duplicates()
    slots = sorted(HandSlot(person, side) for person, side in pairs.itertuples(index=False))
    frames = np.unique(table["frame"].to_numpy())
    shape = (len(frames), len(slots), len(HAND_21))
    order = pd.Index(HAND_21.landmarks).get_indexer(table["landmark"].astype(str))
    is_twice = table.duplicated(["frame", "person", "hand", "landmark"]).any()
    if len(table) != np.prod(shape) or is_twice or (order < 0).any():
        raise InvalidHands(
            f"Expected one row for each of {shape[0]} frames, {shape[1]} hands and {shape[2]} landmarks, "
            f"but got {len(table)} rows, some twice, or of other landmarks."
        )
    sides = pd.Index(SIDES).get_indexer(table["hand"].astype(str))
    rows = table.assign(landmark=order, hand=sides).sort_values(["frame", "person", "hand", "landmark"])

    def block(*names: str) -> np.ndarray:
        return rows[list(names)].to_numpy(np.float32).reshape(*shape, len(names))

    return HandSequence(
        xy=block("x_px", "y_px"),
        z=block("z")[..., 0] * np.float32(size[0]),
        world=block("x_m", "y_m", "z_m"),
        score=block("score")[..., 0, 0],
        right=block("right")[..., 0, 0],
        slots=tuple(slots),
        times_s=rows["time_s"].to_numpy(np.float64)[:: max(1, shape[1]) * shape[2]],
        size=size,
        fps=fps,
    )


def _names(table: pd.DataFrame) -> dict[int, str]:
    if NAME not in table.columns:
        return {}
    given = table[table[NAME].astype(str).str.len() > 0].dropna(subset=[NAME])
    return {int(person): as_written(str(name)) for person, name in zip(given["person"], given[NAME], strict=True)}
