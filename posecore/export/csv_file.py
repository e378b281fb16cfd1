"""CSV: the one table form as text."""

from posecore.poses import FramePoses, PoseSequence
from posecore.tables import to_table


def to_csv(poses: FramePoses | PoseSequence) -> str:
    """The table of ``posecore.tables.to_table`` as CSV with a header line; NaN is an empty field."""
    return to_table(poses).to_csv(index=False, lineterminator="\n")
