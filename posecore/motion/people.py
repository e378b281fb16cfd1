"""Which slot of a sequence a person is."""

from posecore.errors import InvalidOption, InvalidPoses
from posecore.poses import PoseSequence


def person_slot(sequence: PoseSequence, person_id: int) -> int:
    """Place on the P axis of a person who is seen in at least one frame.

    Raises:
        InvalidOption: where nobody has this id.
        InvalidPoses: where the person is seen in no frame.
    """
    ids = sequence.person_ids.tolist()
    if person_id not in ids:
        there = ", ".join(map(str, ids)) or "none"
        raise InvalidOption(f"Expected 'person_id' to be one of this clip's ({there}), but got {person_id}.")
    slot = ids.index(person_id)
    if not sequence.seen[:, slot].any():
        raise InvalidPoses(f"Person {person_id} is seen in no frame of this clip, so there is no movement of theirs.")
    return slot
