"""How samples are analysed unless the visitor chose otherwise."""

from dataclasses import replace

from posecore import PoseOptions


def for_sample(options: PoseOptions, people: int | None) -> PoseOptions:
    """The options for a sample with so many people: all of them are looked for, unless Settings were changed in that.

    Args:
        options: of the page.
        people: in view; None: it is no sample, and nothing is changed.
    """
    usual = PoseOptions()
    if people in (None, usual.people) or (options.people, options.search) != (usual.people, usual.search):
        return options
    assert people is not None
    return replace(options, people=people, search="fast" if options.engine == "mediapipe" else "thorough")


def is_usual(options: PoseOptions, people: int | None) -> bool:
    """Whether these are the options of a sample in a visit that changed none."""
    return people is not None and options == for_sample(PoseOptions(), people)
