"""A video with its words as captions, and with what is read at each moment beside the hand."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from pages.ui.shared.module_component import module_component
from posecore import HandSequence
from posecore.export.subtitle_file import to_vtt
from posecore.hands import HandSlot

_HERE = Path(__file__).parent
_PLACES_PER_S = 10  # between them the browser takes the nearest

_film = module_component(
    "posecore_sign_film",
    html=(_HERE / "film.html").read_text(encoding="utf-8"),
    css=(_HERE / "film.css").read_text(encoding="utf-8"),
    module="signs/film.js",
)


def show_film(
    film: str,
    words: Iterable[tuple[str, float, float]],
    *,
    size: tuple[int, int],
    read: Iterable[tuple[str, float, float]],
    places: Sequence[Sequence[float]],
    key: str,
) -> None:
    """Show the video, no higher than leaves its text in view; a click in a chart that seeks moves it.

    Args:
        film: its address.
        words: (text, start_s, end_s) of each caption.
        size: width and height of its frames.
        read: (text, start_s, end_s) of each letter or sign. It is shown beside the hand in this time; of several at a
            time, the last in this order.
        places: of the hand, as ``hand_places`` returns them.
        key: identifies this place on the page.
    """
    shown = [[text, round(start_s, 3), round(end_s, 3)] for text, start_s, end_s in read]
    data = {"film": film, "vtt": to_vtt(words), "aspect": size[0] / size[1], "read": shown, "places": places}
    _film(key=key, data=data)


def hand_places(hands: HandSequence, chosen: Sequence[HandSlot | None] | None = None) -> list[list[float]]:
    """Where the hand is whose letters or signs are read, some times per second.

    Args:
        hands: of a video.
        chosen: the hand in each frame, None if it is not seen; without these, the highest hand in view.

    Returns:
        (time_s, left, right, top) of each moment in which it is seen; edges in shares of the picture.
    """
    places: list[list[float]] = []
    if not hands.slots:
        return places
    for index, time_s in enumerate(hands.times_s.tolist()):
        if places and time_s < places[-1][0] + 1 / _PLACES_PER_S:
            continue
        points = hands.xy[index] / hands.size
        tops = np.where(np.isfinite(points).all(axis=(1, 2)), points[..., 1].min(axis=1), np.inf)
        slot = hands.slots[int(tops.argmin())] if chosen is None else chosen[index]
        if slot is None or not np.isfinite(tops[hands.slots.index(slot)]):
            continue
        x, y = points[hands.slots.index(slot)].T
        places.append([round(float(each), 3) for each in (time_s, x.min(), x.max(), y.min())])
    return places
