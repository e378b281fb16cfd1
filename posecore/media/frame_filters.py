"""FFmpeg's filters for frames that are not estimated or shown as they are stored: interlaced ones and HDR."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter import Graph
from av.video.reformatter import ColorPrimaries, ColorRange, ColorTrc
from numpy.typing import NDArray

# FFmpeg's deinterlacers need a few rows and columns of chroma.
_SMALLEST_SIDE = 8

# Of frames without timestamps.
_ANY_TIME_BASE = Fraction(1, 1000)

_HDR = (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
# Side of the cube of colours that are computed; those between them are interpolated. 33 is what colourists use.
_CUBE_SIDE = 33
# Luminance in cd/m²: white in SDR (ITU-R BT.1886), and the brightest light of HDR that is kept; more becomes white.
_SDR_WHITE, _HDR_PEAK = 100.0, 1000.0
# Colours up to this share of SDR white keep their luminance; brighter ones are compressed (FFmpeg's "mobius").
_UNCHANGED = 0.5
# From the primaries of BT.2020 to those of BT.709, in linear light (ITU-R BT.2087).
_TO_BT709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
_LUMINANCE = np.array([0.2627, 0.6780, 0.0593])  # of BT.2020's red, green and blue


def deinterlaced(frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """The frames, each showing a single moment: of the two fields of an interlaced frame, the first is kept.

    The missing lines come from FFmpeg's bwdif, which looks at the frames around. Progressive frames stay as they are.
    """
    graph, shape = None, None
    for frame in frames:
        if graph is not None and _shape(frame) != shape:
            yield from _filtered(graph, None)
            graph = None
        if graph is None and frame.interlaced_frame and min(frame.width, frame.height) >= _SMALLEST_SIDE:
            shape = _shape(frame)
            with suppress(av.FFmpegError):  # a rare pixel format: combs are better than no frame
                graph = _chain(frame, ("bwdif", {"mode": "send_frame", "deint": "interlaced"}))
        if graph is None:
            yield frame
        else:
            yield from _filtered(graph, frame)
    if graph is not None:
        yield from _filtered(graph, None)


class ToneMapper:
    """Turns HDR frames (HLG, PQ) into ordinary ones (8-bit 4:2:0, BT.709), and leaves others as they are."""

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._made_for: tuple[object, ...] = ()

    @property
    def used(self) -> bool:
        """Whether there was an HDR frame."""
        return self._graph is not None

    def mapped(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame in ordinary colours."""
        if not is_hdr(frame):
            return frame
        wanted = (*_shape(frame), frame.color_trc)
        if self._graph is None or wanted != self._made_for:
            self._graph, self._made_for = _tone_mapping(frame), wanted
        [ordinary] = _filtered(self._graph, frame)
        ordinary.colorspace, ordinary.color_range = 1, ColorRange.MPEG
        ordinary.color_trc, ordinary.color_primaries = ColorTrc.BT709, ColorPrimaries.BT709
        return ordinary


def is_hdr(frame: av.VideoFrame) -> bool:
    """Whether a frame has the brightness of HDR, as HLG or PQ."""
    return frame.color_trc in _HDR


def _tone_mapping(frame: av.VideoFrame) -> Graph:
    handle, name = tempfile.mkstemp(suffix=".cube")
    os.close(handle)
    try:
        colours = _sdr_colours(ColorTrc(frame.color_trc))
        np.savetxt(name, colours, "%.6f", header=f"LUT_3D_SIZE {_CUBE_SIDE}", comments="")
        return _chain(
            frame,
            ("format", {"pix_fmts": "gbrp10"}),
            ("lut3d", {"file": name}),
            ("scale", {"out_color_matrix": "bt709", "out_range": "tv"}),
            ("format", {"pix_fmts": "yuv420p"}),
        )
    finally:
        Path(name).unlink()


def _sdr_colours(transfer: ColorTrc) -> NDArray[np.float64]:
    """(n, 3) SDR colours 0..1, as a display shows them, of a cube of HDR colours in which red changes fastest."""
    levels = np.linspace(0, 1, _CUBE_SIDE)
    blue, green, red = np.meshgrid(levels, levels, levels, indexing="ij")
    signal = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    light = (_hlg_light if transfer == ColorTrc.ARIB_STD_B67 else _pq_light)(signal) / _SDR_WHITE
    light = np.maximum(light @ _TO_BT709.T, 0)
    brightest = light.max(axis=1, keepdims=True)
    scale = _compressed(np.minimum(brightest, _HDR_PEAK / _SDR_WHITE)) / np.maximum(brightest, 1e-9)
    return np.asarray((light * scale).clip(0, 1) ** (1 / 2.4))  # the inverse of BT.1886


def _compressed(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light in shares of SDR white, compressed so that the brightest comes out as white."""
    knee, peak = _UNCHANGED, _HDR_PEAK / _SDR_WHITE
    a = -(knee**2) * (peak - 1) / (knee**2 - 2 * knee + peak)
    b = (knee**2 - 2 * knee * peak + peak) / (peak - 1)
    curve = (b**2 + 2 * b * knee + knee**2) / (b - a) * (light + a) / (light + b)
    return np.where(light > knee, curve, light)


def _hlg_light(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light (cd/m²) of HLG signals on a display of 1,000 cd/m² (ITU-R BT.2100, table 5)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return np.asarray(1000 * (scene @ _LUMINANCE)[:, None] ** 0.2 * scene)


def _pq_light(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light (cd/m²) of PQ signals (SMPTE ST 2084)."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = signal ** (1 / m2)
    return np.asarray(10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1))


def _shape(frame: av.VideoFrame) -> tuple[int, int, str]:
    return frame.width, frame.height, frame.format.name


def _chain(frame: av.VideoFrame, *filters: tuple[str, dict[str, str]]) -> Graph:
    """A graph for frames like this one."""
    graph = Graph()
    time_base = frame.time_base or _ANY_TIME_BASE
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=time_base)
    added = [graph.add(name, **options) for name, options in filters]
    graph.link_nodes(source, *added, graph.add("buffersink")).configure()
    return graph


def _filtered(graph: Graph, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
    """What comes out after this frame, or after the last one (None)."""
    graph.vpush(frame)
    while True:
        try:
            yield graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return
