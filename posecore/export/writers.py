"""How each format is written, by functions of one signature: the sequence, the path, and what is known of the result.

Of a format that is per person the sequence is of one person. Each file appears whole or not at all. What a format needs
is imported where it is written: some of it takes seconds to load.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from posecore.errors import InvalidOption
from posecore.poses import PoseSequence
from posecore.system import whole_file

if TYPE_CHECKING:
    from posecore.export.coco_file import Keypoints

Facts = Mapping[str, Any]
"""What is known of a result, as ``posecore.export.manifest`` makes it: plain values."""


def csv(sequence: PoseSequence, path: Path, _facts: Facts) -> None:
    """Write the table of landmarks, some frames at a time."""
    from posecore.export.blocks import table_blocks

    with whole_file(path) as part, open(part, "w", encoding="utf-8", newline="") as stream:
        for index, table in enumerate(table_blocks(sequence)):
            table.to_csv(stream, index=False, lineterminator="\n", header=index == 0)


def parquet(sequence: PoseSequence, path: Path, _facts: Facts) -> None:
    """Write the table of landmarks in columns."""
    from posecore.export.parquet_file import write_parquet

    write_parquet(sequence, path)


def json_text(sequence: PoseSequence, path: Path, _facts: Facts) -> None:
    """Write the landmarks frame by frame."""
    from posecore.export.json_file import json_pieces

    with whole_file(path) as part, open(part, "w", encoding="utf-8", newline="") as stream:
        stream.writelines(json_pieces(sequence))


def coco(sequence: PoseSequence, path: Path, _facts: Facts, *, keypoints: "Keypoints") -> None:
    """Write COCO keypoint results."""
    from posecore.export.coco_file import write_coco_results

    write_coco_results(sequence, path, keypoints=keypoints)


def coco_frames(sequence: PoseSequence, path: Path, _facts: Facts, *, keypoints: "Keypoints") -> None:
    """Write the COCO dataset that the results are of."""
    from posecore.export.coco_file import write_coco_dataset

    write_coco_dataset(sequence, path, keypoints=keypoints)


def angles(sequence: PoseSequence, path: Path, _facts: Facts) -> None:
    """Write the table of joint angles, measured in 3D."""
    from posecore.motion.angles import angles_table

    with whole_file(path) as part:
        angles_table(sequence).to_csv(part, index=False, lineterminator="\n")


def trc(sequence: PoseSequence, path: Path, _facts: Facts) -> None:
    """Write one person's landmarks as markers."""
    from posecore.export.trc_file import write_trc

    write_trc(sequence, path, _only_one(sequence))


def mot(sequence: PoseSequence, path: Path, _facts: Facts) -> None:
    """Write one person's joint angles."""
    from posecore.export.mot_file import write_mot

    write_mot(sequence, path, _only_one(sequence))


def c3d(sequence: PoseSequence, path: Path, _facts: Facts) -> None:
    """Write one person's landmarks as points."""
    from posecore.export.c3d_file import write_c3d

    write_c3d(sequence, path, _only_one(sequence))


def bvh(sequence: PoseSequence, path: Path, _facts: Facts) -> None:
    """Write one person's moving skeleton."""
    from posecore.export.bvh_file import write_bvh

    write_bvh(sequence, path, _only_one(sequence))


def netcdf(sequence: PoseSequence, path: Path, _facts: Facts) -> None:
    """Write the dataset of the package ``movement``."""
    from posecore.export.netcdf_file import write_netcdf

    write_netcdf(sequence, path)


def film(sequence: PoseSequence, path: Path, _facts: Facts) -> None:
    """Write a film of the skeletons alone."""
    from posecore.export.skeleton_file import write_skeleton_film

    write_skeleton_film(sequence, path)


def gif(sequence: PoseSequence, path: Path, _facts: Facts) -> None:
    """Write an animation of the skeletons alone."""
    from posecore.export.skeleton_file import write_skeleton_gif

    write_skeleton_gif(sequence, path)


def report(sequence: PoseSequence, path: Path, facts: Facts) -> None:
    """Write a page for browsers, called as the file is."""
    from posecore.export.html_file import write_report

    write_report(sequence, path, title=path.name.removesuffix(".report.html"), facts=facts)


def result(sequence: PoseSequence, path: Path, facts: Facts) -> None:
    """Write what opens again."""
    from posecore.export.saved import save_sequence

    save_sequence(sequence, path, facts=facts)


def manifest(_sequence: PoseSequence, path: Path, facts: Facts) -> None:
    """Write what is known of the result.

    Raises:
        InvalidOption: where nothing is, or it is not for JSON.
    """
    if not facts:
        raise InvalidOption("Nothing is known of how this result was made, so there is no manifest.")
    try:
        text = json.dumps(dict(facts), indent=2, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidOption(
            f"Expected facts to be plain values that JSON can hold, but got others: {error}."
        ) from error
    with whole_file(path) as part:
        # Half a letter becomes its number, as JSON writes it.
        part.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


def _only_one(sequence: PoseSequence) -> int:
    [person] = sequence.person_ids.tolist()
    return int(person)
