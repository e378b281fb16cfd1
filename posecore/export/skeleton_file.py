"""Only the skeletons and hands of a video, moving on a plain page: a video (MP4) or an animation (GIF).

They are drawn as on the original, in its own coordinates, so the page has the shape of its frames. Frames without
people are empty pages. Frames are drawn one by one: a long video needs no more memory than a short one.
"""

import os
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from posecore.errors import InvalidPoses
from posecore.hands import HandSequence
from posecore.media.films import FilmWriter
from posecore.poses import PoseSequence
from posecore.system import whole_file
from posecore.view.drawing import Overlay
from posecore.view.hand_drawing import HandOverlay, people_beside, without_coarse_hands
from posecore.view.palette import INK, PEOPLE, SIDES, WHITE, Color

FILM_SIDE = 720
"""Longer side of the video in pixels: lines and dots gain nothing from a larger one."""
GIF_SIDE = 480
GIF_FRAMES_PER_S = 15
GIF_FRAMES = 150

_PAPER: Color = (244, 245, 247)

_TICKS_PER_S = 100  # ticks per second of a GIF's clock
_SHORTEST_TICKS = 2  # browsers show anything shorter for a tenth of a second
_MOST_TICKS = 65_535  # of one image in a GIF; Pillow joins identical images


def write_skeleton_film(
    sequence: PoseSequence, path: str | os.PathLike[str], *, hands: HandSequence | None = None
) -> None:
    """Write all frames as an MP4 (H.264), each at its own time; the file appears whole or not at all.

    Its longer side is ``FILM_SIDE`` pixels. Colours distinguish the sides of the body, or the people if there are
    several; landmarks with a visibility below 0.5 are left out.

    Args:
        sequence: of any number of people; if there are several, each has its name or id above it.
        path: path of the file.
        hands: in the same frames, drawn on the bodies.

    Raises:
        InvalidPoses: if there is no frame.
        OSError: if the file cannot be written.
    """
    _check_frames(sequence)
    size = _page_size(sequence.size, FILM_SIDE)
    # Duration of the last frame; an absurd rate would break the video's clock.
    rate = float(np.clip(sequence.fps, 0.1, 1000))
    with FilmWriter(path, size, fps_hint=rate, quality="small") as film:
        for time_s, page in zip(
            sequence.times_s.tolist(), _pages(sequence, hands, range(len(sequence)), size), strict=True
        ):
            film.write(page, time_s)


def write_skeleton_gif(
    sequence: PoseSequence, path: str | os.PathLike[str], *, hands: HandSequence | None = None
) -> None:
    """Write an endlessly repeated animation as a GIF; the file appears whole or not at all.

    If a video has more than ``GIF_FRAMES_PER_S`` frames per second, or more than ``GIF_FRAMES`` in all, evenly spaced
    frames are chosen; the file's comment says how many. Each is shown until the time of the next one, to the hundredth
    of a second. A video longer than 655 s is played faster: the format cannot show an unchanged image for longer.
    Colours and names are as in the video; the longer side is ``GIF_SIDE``.

    Args:
        sequence: of any number of people.
        path: path of the file.
        hands: in the same frames, drawn on the bodies.

    Raises:
        InvalidPoses: if there is no frame.
        OSError: if the file cannot be written.
    """
    _check_frames(sequence)
    chosen = _chosen_frames(sequence.times_s)
    size = _page_size(sequence.size, GIF_SIDE)
    palette = _palette()
    # One palette for all and no dithering: what does not move does not change, and takes no space.
    pictures = (
        Image.fromarray(page).quantize(palette=palette, dither=Image.Dither.NONE)
        for page in _pages(sequence, hands, chosen.tolist(), size)
    )
    with whole_file(path) as part:
        next(pictures).save(
            part,
            format="GIF",
            save_all=True,
            append_images=pictures,
            duration=_durations_ms(sequence.times_s[chosen], sequence.fps),
            loop=0,
            comment=f"{len(chosen)} of the {len(sequence)} frames of the video, evenly chosen".encode(),
        )


def _check_frames(sequence: PoseSequence) -> None:
    if len(sequence) == 0:
        raise InvalidPoses("This video has no frames, so there is nothing to draw.")


def _page_size(size: tuple[int, int], longer: int) -> tuple[int, int]:
    """Width and height in the shape of the original; even numbers, as a video needs them."""
    scale = longer / max(size)
    width, height = (max(2, 2 * round(side * scale / 2)) for side in size)
    return width, height


def _pages(
    sequence: PoseSequence, hands: HandSequence | None, frames: range | list[int], size: tuple[int, int]
) -> Iterator[np.ndarray]:
    """(H, W, 3) uint8 for each of the frames, good until the next one is asked for."""
    # Colours and tags are chosen for the whole video: they must not change when a second person comes or goes.
    several = np.count_nonzero(sequence.seen.any(axis=0)) > 1
    people = people_beside(sequence, hands)
    page = np.full((size[1], size[0], 3), _PAPER, np.uint8)
    for frame in frames:
        poses = sequence.frame(frame).resized(size)
        overlays: list[Overlay | HandOverlay] = []
        if hands is not None:
            there = hands.frame(frame).resized(size)
            poses = without_coarse_hands(poses, there)
            overlays.append(HandOverlay(there, people=people))
        overlays.insert(0, Overlay(poses, color_by="person" if several else "side"))
        for overlay in overlays:
            overlay.draw_on(page)
        yield page
        for place in (place for overlay in overlays for place in overlay.places):
            page[place] = _PAPER


def _chosen_frames(times_s: NDArray[np.float64]) -> NDArray[np.intp]:
    """Indices of the frames nearest to evenly spaced times, each once."""
    length_s = times_s[-1] - times_s[0]
    count = min(len(times_s), GIF_FRAMES, int(length_s * GIF_FRAMES_PER_S) + 1)
    wanted = np.linspace(times_s[0], times_s[-1], count)
    between = (times_s[1:] + times_s[:-1]) / 2
    return np.unique(np.searchsorted(between, wanted))


def _durations_ms(times_s: NDArray[np.float64], fps: float) -> list[int]:
    """Duration of each frame; the last one is shown for the usual time."""
    usual_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 1 / fps
    passed = np.append(times_s, times_s[-1] + usual_s) - times_s[0]
    # Rounded times, not rounded durations: their errors would add up.
    ticks = np.rint(passed * min(_TICKS_PER_S, _MOST_TICKS / passed[-1])).astype(int)
    shown = np.diff(ticks).clip(_SHORTEST_TICKS, _MOST_TICKS)
    return [1000 // _TICKS_PER_S * int(duration) for duration in shown]


def _palette() -> Image.Image:
    """The colours of the drawing, and their blends with adjoining colours."""
    colors = [*SIDES.values(), *PEOPLE]
    ramps = [(_PAPER, INK), *((INK, color) for color in colors), *((WHITE, color) for color in colors)]
    blends = [np.linspace(start, end, 14) for start, end in ramps]
    picture = Image.new("P", (1, 1))
    picture.putpalette(np.rint(np.concatenate(blends)).astype(np.uint8).tobytes())
    return picture
