"""Options of a clip and their effects."""

import pytest

from posecore import ClipOptions, InvalidOption


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"start_s": -0.1}, "'start_s' to be 0 or more seconds, but got -0.1"),
        ({"start_s": float("nan")}, "'start_s' to be 0 or more seconds"),
        ({"start_s": 2.0, "end_s": 2.0}, r"'end_s' to be later than 2\.0 s, but got 2\.0"),
        ({"end_s": float("inf")}, "'end_s' to be later than"),
        ({"every": 0}, "'every' to be a whole number from 1, but got 0"),
        ({"every": 1.5}, "'every' to be a whole number from 1, but got 1.5"),
        ({"film_side": 63}, "'film_side' to be a whole number from 64, but got 63"),
        ({"film_quality": "best"}, "'film_quality' to be one of .* but got 'best'"),
    ],
)
def test_values_outside_their_range_are_refused(given, message):
    with pytest.raises(InvalidOption, match=message):
        ClipOptions(**given)


@pytest.mark.parametrize(
    ("side", "size", "expected"),
    [
        (None, (1768, 994), (1768, 994)),
        (640, (1768, 994), (640, 360)),
        (640, (1080, 1920), (360, 640)),
        (1920, (640, 480), (640, 480)),
        (64, (2000, 3), (64, 1)),
    ],
)
def test_the_film_is_never_larger_than_the_clip(side, size, expected):
    assert ClipOptions(film_side=side).film_size(size) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (ClipOptions(), 300),
        (ClipOptions(every=7), 43),
        (ClipOptions(start_s=4), 180),
        (ClipOptions(start_s=4, end_s=5), 30),
        (ClipOptions(start_s=4, end_s=99, every=2), 90),
        (ClipOptions(start_s=99), 0),
    ],
)
def test_frames_are_counted(options, expected):
    assert options.frames_of(300, 30.0) == expected
    assert options.frames_of(None, 30.0) is None
