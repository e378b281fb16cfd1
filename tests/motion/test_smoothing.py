import json
import re
from dataclasses import replace

import numpy as np
import pytest

import posecore
from posecore import InvalidOption, PoseSequence
from posecore.motion.gaps import filled
from posecore.motion.smoothing import Smoothing, smooth_sequence

COORDINATES = ("xy", "z", "world")
RATES = (10, 25, 60)
METHODS = ("one-euro", "butterworth", "savitzky-golay")
ZERO_LAG = ("butterworth", "savitzky-golay")


def of_signal(times, signal, *, people: int = 1) -> PoseSequence:
    """Person p's landmark k is the signal, (T,) or (T, people, 33), around a standing figure 400 pixels high."""
    times = np.asarray(times, float)
    signal = np.asarray(signal, float)
    wave = np.broadcast_to(
        signal.reshape(len(times), *signal.shape[1:], *[1] * (3 - signal.ndim)), (len(times), people, 33)
    )
    heights = np.linspace(0, 400, 33)
    return PoseSequence(
        xy=np.stack([600 + wave, np.broadcast_to(heights, wave.shape)], axis=-1),
        z=wave,
        world=np.stack([wave / 200] * 3, axis=-1),
        visibility=np.full(wave.shape, 0.9),
        presence=np.full(wave.shape, 0.99),
        person_ids=np.arange(1, people + 1),
        times_s=times,
        size=(1280, 720),
        fps=30,
    )


def without(sequence: PoseSequence, frames, person: int = 0) -> PoseSequence:
    arrays = {name: getattr(sequence, name).copy() for name in (*COORDINATES, "visibility", "presence")}
    for array in arrays.values():
        array[list(frames), person] = np.nan
    return replace(sequence, **arrays)


def sine(times, hz: float, amplitude: float = 100.0):
    return amplitude * np.sin(2 * np.pi * hz * np.asarray(times))


def passed(smoothing: Smoothing, rate: float, hz: float) -> tuple[float, float]:
    """(share of the amplitude of a sine that is left, its delay in seconds), measured away from the ends."""
    times = np.arange(round(20 * rate)) / rate
    result = smooth_sequence(of_signal(times, sine(times, hz)), smoothing).z[:, 0, 0]
    middle = slice(round(5 * rate), round(15 * rate))  # whole periods
    phasor = 2 * np.mean(result[middle] * np.exp(-2j * np.pi * hz * times[middle])) / 100
    return abs(phasor), -np.angle(phasor * 1j) / (2 * np.pi * hz)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    "options", [{"method": "butterworth", "cutoff_hz": 4}, {"method": "savitzky-golay", "window_s": 0.3}], ids=str
)
def test_slow_movement_passes_without_loss_or_delay(options, rate):
    amplitude, delay = passed(Smoothing(**options), rate, hz=0.8)
    assert amplitude == pytest.approx(1, abs=0.01)
    assert delay == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("order", [2, 4, 6, 8])
@pytest.mark.parametrize(("rate", "cutoff_hz"), [(10, 2.0), (25, 6.0), (30, 6.0), (60, 6.0), (60, 12.0), (30, 14.0)])
def test_both_runs_together_pass_half_the_power_at_the_cutoff(order, rate, cutoff_hz):
    amplitude, delay = passed(Smoothing(cutoff_hz=cutoff_hz, order=order), rate, cutoff_hz)
    assert amplitude == pytest.approx(1 / np.sqrt(2), abs=1e-3)
    assert delay == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("order", [2, 4, 8])
def test_fast_movement_is_attenuated_according_to_the_order(order):
    rate, cutoff, hz = 60, 6.0, 15.0
    ratio = np.tan(np.pi * hz / rate) / np.tan(np.pi * cutoff / rate)
    expected = 1 / (1 + (np.sqrt(2) - 1) * ratio**order)
    assert passed(Smoothing(cutoff_hz=cutoff, order=order), rate, hz)[0] == pytest.approx(expected, rel=0.02)


def test_noise_is_removed_by_the_share_that_a_window_averages():
    noise = np.random.default_rng(1).normal(0, 10, (4000, 1, 33))
    sequence = of_signal(np.arange(4000) / 30, noise)
    result = smooth_sequence(sequence, Smoothing("savitzky-golay", window_s=0.3, polynomial=3))
    # 9 frames: the weight of the middle one, 59/231 (Savitzky & Golay, table I), is also the share of the variance.
    assert result.z.var() / sequence.z.var() == pytest.approx(59 / 231, rel=0.02)


@pytest.mark.parametrize("method", METHODS)
def test_all_coordinates_are_smoothed_and_nothing_else(method):
    noise = np.random.default_rng(2).normal(0, 10, (200, 1, 33))
    sequence = of_signal(np.arange(200) / 30, noise)
    result = smooth_sequence(sequence, Smoothing(method, beta=0.5))
    assert result.xy[..., 0].std() < 0.7 * sequence.xy[..., 0].std()
    assert result.z.std() < 0.7 * sequence.z.std()
    assert result.world.std() < 0.7 * sequence.world.std()
    for name in ("visibility", "presence", "times_s", "person_ids"):
        np.testing.assert_array_equal(getattr(result, name), getattr(sequence, name))


@pytest.mark.parametrize("method", ZERO_LAG)
def test_uneven_times_give_what_even_ones_give(method):
    rng = np.random.default_rng(3)
    uneven = np.cumsum(rng.uniform(0.6, 1.4, 600)) / 30
    even = np.arange(0, uneven[-1], 1 / 30)
    smoothing = Smoothing(method)
    of_uneven = smooth_sequence(of_signal(uneven, sine(uneven, 1)), smoothing).z[30:-30, 0, 0]
    of_even = smooth_sequence(of_signal(even, sine(even, 1)), smoothing).z[:, 0, 0]
    assert np.abs(of_uneven - np.interp(uneven[30:-30], even, of_even)).max() < 1.5  # of an amplitude of 100
    assert np.abs(of_uneven - sine(uneven[30:-30], 1)).max() < 1.5


@pytest.mark.parametrize("method", ZERO_LAG)
def test_uneven_times_keep_the_cutoff(method):
    rng = np.random.default_rng(4)
    times = np.cumsum(rng.uniform(0.6, 1.4, 2000)) / 60
    result = smooth_sequence(of_signal(times, sine(times, 14)), Smoothing(method, window_s=0.2)).z[60:-60]
    assert result.std() < 0.1 * 100 / np.sqrt(2)


@pytest.mark.parametrize("method", ZERO_LAG)
def test_times_in_whole_milliseconds_are_even(method):
    exact = np.arange(300) / 30
    noise = np.random.default_rng(5).normal(0, 10, (300, 1, 33))
    first, second = (smooth_sequence(of_signal(t, noise), Smoothing(method)) for t in (exact, np.round(exact, 3)))
    np.testing.assert_allclose(first.z, second.z, atol=0.01)


@pytest.mark.parametrize("frames", [0, 1, 2, 3, 5, 8])
@pytest.mark.parametrize("method", ["none", *METHODS])
def test_short_clips(method, frames):
    times = np.arange(frames) / 30
    sequence = of_signal(times, 10 * np.arange(frames))
    result = smooth_sequence(sequence, Smoothing(method, fill_gaps_s=0.2))
    assert len(result) == frames
    assert np.isfinite(result.xy).all()
    if method in ZERO_LAG:  # a straight line stays one, to 2% of a step, however short
        np.testing.assert_allclose(result.z, sequence.z, atol=0.2)


@pytest.mark.parametrize("method", ZERO_LAG)
@pytest.mark.parametrize("frames", [1, 2, 3, 4])
def test_a_stretch_too_short_for_the_filter_stays_as_it_is(method, frames):
    noise = np.random.default_rng(6).normal(0, 10, (40, 1, 33))
    sequence = without(of_signal(np.arange(40) / 30, noise), [10, 10 + frames + 1])
    result = smooth_sequence(sequence, Smoothing(method))
    np.testing.assert_array_equal(result.xy[11 : 11 + frames], sequence.xy[11 : 11 + frames])
    assert np.abs(result.z[:10] - sequence.z[:10]).mean() > 1


@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_nan_stays_where_it_is(method, uneven):
    rng = np.random.default_rng(7)
    times = np.cumsum(rng.uniform(0.5, 1.5, 120) if uneven else np.ones(120)) / 30
    sequence = of_signal(times, rng.normal(0, 10, (120, 2, 33)), people=2)
    sequence = without(without(sequence, [0, 1, 30, 50, 51, 53, 119]), [70], person=1)
    xy = sequence.xy.copy()
    xy[90:93, 1, 4] = np.nan
    sequence = replace(sequence, xy=xy)
    result = smooth_sequence(sequence, Smoothing(method))
    for name in (*COORDINATES, "visibility", "presence"):
        np.testing.assert_array_equal(np.isnan(getattr(result, name)), np.isnan(getattr(sequence, name)))


@pytest.mark.parametrize("method", METHODS)
def test_values_before_a_gap_do_not_affect_those_after_it(method):
    rng = np.random.default_rng(8)
    sequence = of_signal(np.arange(100) / 30, rng.normal(0, 10, (100, 1, 33)))
    alone = replace(
        sequence,
        **{name: getattr(sequence, name)[41:] for name in (*COORDINATES, "visibility", "presence")},
        times_s=sequence.times_s[41:],
    )
    behind = smooth_sequence(without(sequence, [40]), Smoothing(method)).xy[41:]
    np.testing.assert_allclose(behind, smooth_sequence(alone, Smoothing(method)).xy, atol=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_a_hole_in_the_clips_times_ends_a_stretch(method):
    times = np.arange(100) / 30
    times[50:] += 3600  # and does not create an hour of frames
    step = np.where(np.arange(100) < 50, 0.0, 300.0)
    result = smooth_sequence(of_signal(times, step), Smoothing(method))
    np.testing.assert_allclose(result.z[:, 0, 0], step, atol=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_people_are_smoothed_separately(method):
    rng = np.random.default_rng(9)
    both = of_signal(np.arange(90) / 30, rng.normal(0, 10, (90, 2, 33)), people=2)
    result = smooth_sequence(without(both, [20], person=0), Smoothing(method))
    np.testing.assert_array_equal(result.xy[:, 1], smooth_sequence(both.only([2]), Smoothing(method)).xy[:, 0])


@pytest.mark.parametrize("method", ["none", *METHODS])
def test_gaps_are_filled_before_the_filter_runs(method):
    times = np.arange(120) / 30
    whole = of_signal(times, sine(times, 0.5))
    result = smooth_sequence(
        without(whole, [0, 40, 41, 42, 80, 81, 82, 83, 84, 85]), Smoothing(method, fill_gaps_s=0.15)
    )
    assert np.flatnonzero(filled(result)[:, 0]).tolist() == [40, 41, 42]
    assert np.flatnonzero(~result.seen[:, 0]).tolist() == [0, *range(80, 86)]
    expected = smooth_sequence(whole, Smoothing(method))
    np.testing.assert_allclose(result.z[10:75], expected.z[10:75], atol=1.0)


def test_nothing_to_do_gives_the_same_object():
    sequence = of_signal(np.arange(9) / 30, np.arange(9))
    assert smooth_sequence(sequence, Smoothing("none")) is sequence


def test_the_sequence_given_is_not_changed():
    rng = np.random.default_rng(10)
    sequence = without(of_signal(np.arange(90) / 30, rng.normal(0, 10, (90, 1, 33))), [20])
    before = {name: getattr(sequence, name).copy() for name in COORDINATES}
    smooth_sequence(sequence, Smoothing(fill_gaps_s=1))
    for name, array in before.items():
        np.testing.assert_array_equal(getattr(sequence, name), array)


def test_one_euro_does_not_treat_a_nearer_person_as_faster():
    rng = np.random.default_rng(11)
    far = of_signal(np.arange(90) / 30, rng.normal(0, 10, (90, 1, 33)))
    near = replace(far, xy=3 * far.xy, z=3 * far.z)
    first, second = (smooth_sequence(sequence, Smoothing("one-euro")) for sequence in (far, near))
    np.testing.assert_allclose(second.xy, 3 * first.xy, rtol=1e-4)
    np.testing.assert_allclose(second.z, 3 * first.z, atol=1e-2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "kalman"}, "('none', 'one-euro', 'butterworth', 'savitzky-golay', 'solid'), but got 'kalman'"),
        ({"cutoff_hz": 0}, "Expected 'cutoff_hz' to be above zero, but got 0."),
        ({"cutoff_hz": float("nan")}, "Expected 'cutoff_hz' to be above zero, but got nan."),
        ({"order": 3}, "Expected 'order' to be one of (2, 4, 6, 8), but got 3."),
        ({"window_s": -1}, "Expected 'window_s' to be above zero, but got -1."),
        ({"polynomial": 0}, "Expected 'polynomial' to be one of (1, 2, 3, 4, 5), but got 0."),
        ({"min_cutoff_hz": 0}, "Expected 'min_cutoff_hz' to be above zero, but got 0."),
        ({"beta": -1}, "Expected 'beta' to be 0 or more, but got -1."),
        ({"fill_gaps_s": -1}, "Expected 'fill_gaps_s' to be 0 or more seconds, but got -1."),
    ],
)
def test_an_option_outside_its_range_is_named(options, message):
    with pytest.raises(InvalidOption, match=re.escape(message)):
        Smoothing(**options)


@pytest.mark.parametrize(
    ("smoothing", "rate", "message"),
    [
        (Smoothing(cutoff_hz=6), 10, "below 5 Hz, half of this clip's 10 frames a second, but got 6 Hz."),
        (Smoothing(cutoff_hz=30), 60, "below 30 Hz, half of this clip's 60 frames a second, but got 30 Hz."),
        (
            Smoothing("savitzky-golay", window_s=0.3),
            5,
            "at least 5 frames of this clip's 5 a second, but got 0.3 s, which spans 3.",
        ),
    ],
)
def test_options_the_clips_rate_does_not_allow(smoothing, rate, message):
    with pytest.raises(InvalidOption, match=re.escape(message)):
        smooth_sequence(of_signal(np.arange(50) / rate, np.arange(50)), smoothing)


@pytest.mark.parametrize(
    ("smoothing", "text", "names"),
    [
        (Smoothing(), "Butterworth, 4th order, 6 Hz, zero lag", {"cutoff_hz", "order"}),
        (Smoothing(order=2, cutoff_hz=4.5), "Butterworth, 2nd order, 4.5 Hz, zero lag", {"cutoff_hz", "order"}),
        (
            Smoothing("savitzky-golay", fill_gaps_s=0.2),
            "Savitzky-Golay, 3rd order, 0.3 s, zero lag, gaps up to 0.2 s filled",
            {"window_s", "polynomial"},
        ),
        (Smoothing("one-euro"), "One-Euro, 0.05 Hz at rest, beta 80", {"min_cutoff_hz", "beta"}),
        (Smoothing("none"), "No smoothing", set()),
    ],
)
def test_texts_for_the_screen(smoothing, text, names):
    assert str(smoothing) == text
    values = smoothing.as_dict()
    assert set(values) == {"method", "fill_gaps_s"} | names
    assert Smoothing.from_dict(json.loads(json.dumps(values))) == smoothing


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"cutoff_hz": 6},
        {"method": "mean"},
        {"method": ["none"]},
        {"method": "none", "cutoff": 6},
        {"method": "butterworth", "cutoff_hz": "6"},
        {"method": "butterworth", "cutoff_hz": float("nan")},
        {"method": "butterworth", "order": True},
        {"method": "one-euro", "beta": None},
        {"method": "none", "fill_gaps_s": -1},
    ],
)
def test_other_values_are_no_smoothing(values):
    with pytest.raises(InvalidOption, match="Expected"):
        Smoothing.from_dict(values)


@pytest.fixture(scope="module")
def clip(small_sample, raw_sample) -> tuple[PoseSequence, PoseSequence]:
    """The sample clip's first seconds, raw and smoothed as a stream."""
    smoothed = posecore.PoseOptions(smoothing=True, engine="fast")
    return raw_sample, posecore.estimate_video(small_sample, smoothed, part=posecore.ClipOptions(end_s=2.5))


def test_one_euro_is_the_filter_of_streams(clip):
    raw, stream = clip
    result = smooth_sequence(raw, Smoothing("one-euro"))
    np.testing.assert_allclose(result.world, stream.world, atol=1e-5)
    away = np.nanmedian(np.abs(result.xy - stream.xy))
    assert away < 0.1 * np.nanmedian(np.abs(raw.xy - stream.xy))


@pytest.mark.parametrize("method", METHODS)
def test_a_real_clip_is_steadier_and_stays_where_it_was(clip, method):
    raw, _ = clip
    result = smooth_sequence(raw, Smoothing(method))
    np.testing.assert_array_equal(result.seen, raw.seen)
    jolts = [np.nanmedian(np.abs(np.diff(sequence.world, 2, axis=0))) for sequence in (raw, result)]
    assert jolts[1] < 0.75 * jolts[0]
    assert np.nanmedian(np.abs(result.xy - raw.xy)) < 5
