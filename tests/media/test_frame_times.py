"""Containers without presentation timestamps give the times of those that have them."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext

from posecore.media.clips import open_clip


def encode(path: Path, codec: str, times: list[int], **options: str) -> Path:
    """A clip with a moving bar, at times in 30ths of a second."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream(codec, rate=30, options=options)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for index, time in enumerate(times):
            rgb = np.full((64, 96, 3), 60, np.uint8)
            rgb[:, 2 * index : 2 * index + 6] = 220
            frame = av.VideoFrame.from_ndarray(rgb)
            frame.pts, frame.time_base = time, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def remux(source: Path, target: Path, change: Callable[["av.Packet[Any]"], None] = lambda _: None) -> Path:
    """The same packets in another container."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = old.streams.video[0]
        copy = new.add_stream_from_template(stream)
        to_avi = stream.codec_context.name == "h264" and target.suffix == ".avi"
        bits = BitStreamFilterContext("h264_mp4toannexb", stream, copy) if to_avi else None
        for packet in old.demux(stream):
            if packet.dts is None:
                continue
            change(packet)
            for ready in bits.filter(packet) if bits else [packet]:
                ready.stream = copy
                new.mux(ready)
    return target


def times_of(path: Path) -> list[float]:
    with open_clip(path) as clip:
        return [frame.time_s for frame in clip]


def decoding_only(packet: "av.Packet[Any]") -> None:
    packet.dts += round(Fraction(1, 3) / packet.time_base)  # none is negative, which would hide frames in a MOV
    packet.pts = packet.dts


EVEN = list(range(40))


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("libx264", {"bf": "3", "b-pyramid": "normal"}),
        ("libx264", {"bf": "1"}),
        ("libx264", {"bf": "0"}),
        ("mpeg4", {"bf": "2"}),
        ("mpeg4", {"bf": "0"}),
    ],
)
def test_an_avi_has_the_times_of_the_mp4(tmp_path, codec, options):
    mp4 = encode(tmp_path / "clip.mp4", codec, EVEN, **options)
    assert times_of(remux(mp4, tmp_path / "clip.avi")) == pytest.approx(times_of(mp4))


@pytest.mark.parametrize("ending", ["mkv", "flv", "mov"])
def test_decoding_timestamps_in_place_of_presentation_timestamps(tmp_path, ending):
    mp4 = encode(tmp_path / "clip.mp4", "libx264", EVEN, bf="3", g="20")
    wrong = times_of(remux(mp4, tmp_path / f"wrong.{ending}", decoding_only))
    np.testing.assert_allclose(np.diff(wrong), 1 / 30, atol=0.0011)
    right = times_of(remux(mp4, tmp_path / f"right.{ending}"))
    assert right == pytest.approx(times_of(mp4), abs=0.0011)


@pytest.mark.parametrize("options", [{"bf": "3", "b-pyramid": "normal"}, {"bf": "0"}])
def test_uneven_times_are_kept(tmp_path, options):
    uneven = np.cumsum(np.random.default_rng(3).integers(1, 6, 40))
    mp4 = encode(tmp_path / "clip.mp4", "libx264", uneven.tolist(), **options)
    assert times_of(mp4) == pytest.approx((uneven - uneven[0]) / 30)


@pytest.mark.parametrize("skipped", [0, 7, 20])
def test_a_cut_without_encoding_is_whole(tmp_path, skipped):
    mp4 = encode(tmp_path / "clip.mp4", "libx264", EVEN, bf="2", g="40")

    def later(packet: "av.Packet[Any]") -> None:
        frames = round(skipped / 30 / packet.time_base)
        packet.pts, packet.dts = packet.pts - frames, packet.dts - frames

    cut = remux(mp4, tmp_path / "cut.mp4", later)  # the edit list hides the first frames
    with open_clip(cut) as clip:
        frames = list(clip)
        assert (len(frames), clip.info.frame_count) == (40 - skipped, 40 - skipped)
        assert (clip.damaged_packets, clip.broke_off) == (0, False)


def test_a_video_that_ends_early_is_damaged(tmp_path):
    mp4 = encode(tmp_path / "clip.mp4", "libx264", EVEN)
    data = mp4.read_bytes()
    with av.open(str(mp4)) as container:
        end = [packet.pos for packet in container.demux(video=0) if packet.size][30]
    mp4.write_bytes(data[:end])
    with open_clip(mp4) as clip:
        assert len(list(clip)) <= 31
        assert clip.broke_off
