"""Sound stays in sync with the video, in any format."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.sound import Sound

RATE = 48_000
BEEP_S = 1.0
SIZE = (64, 48)


def make_clip(path: Path, codec: str, *, video: str = "libx264", start_s: float = 0.0) -> Path:
    """Two seconds: the picture turns white, and a tone begins, one second after the first frame."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream(video, rate=10)
        picture.width, picture.height, picture.pix_fmt = *SIZE, "yuv420p"
        picture.codec_context.time_base = Fraction(1, 1000)
        sound = container.add_stream(codec, rate=RATE, layout="mono")
        for index in range(20):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 255 * (index >= 10), np.uint8), format="rgb24")
            frame.pts, frame.time_base = round(1000 * (start_s + index / 10)), Fraction(1, 1000)
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        times = np.arange(round((start_s + 2) * RATE)) / RATE - start_s
        tone = np.where(times >= BEEP_S, 0.5 * np.sin(2 * np.pi * 1000 * times), 0).astype(np.float32)
        for at in range(0, len(tone), 960):
            piece = av.AudioFrame.from_ndarray(tone[None, at : at + 960], format="fltp", layout="mono")
            piece.sample_rate, piece.pts, piece.time_base = RATE, at, Fraction(1, RATE)
            container.mux(sound.encode(piece))
        container.mux(sound.encode(None))
    return path


def make_film(clip: Path, film: Path, frames: int = 1000) -> Sound:
    with (
        open_clip(clip, for_film=True) as reader,
        Sound(clip, reader.info.start_s) as sound,
        FilmWriter(film, reader.info.size, fps_hint=10, colors=reader.info.colors, sound=sound) as writer,
    ):
        for frame in reader:
            writer.write_yuv(frame.yuv, frame.time_s)
            if frame.index + 1 == frames:
                break
    return sound


def heard(film: Path) -> tuple[np.ndarray, np.ndarray]:
    """Times in seconds and samples of the film's soundtrack."""
    with av.open(str(film)) as container:
        pieces = [(frame.time, frame.to_ndarray()[0]) for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].codec_context.sample_rate
    times = np.concatenate([time + np.arange(len(piece)) / rate for time, piece in pieces])
    return times, np.concatenate([piece for _, piece in pieces])


@pytest.mark.parametrize(
    ("name", "codec", "video", "kept"),
    [
        ("clip.mp4", "aac", "libx264", "copied"),
        ("clip.ts", "aac", "libx264", "copied"),
        ("clip.mkv", "libmp3lame", "libx264", "copied"),
        ("clip.webm", "libopus", "libvpx-vp9", "made AAC"),
        ("clip.avi", "pcm_s16le", "mpeg4", "made AAC"),
        ("clip.mkv", "flac", "libx264", "made AAC"),
    ],
)
@pytest.mark.parametrize("start_s", [0.0, 0.7])
def test_the_tone_begins_when_the_picture_turns_white(tmp_path, name, codec, video, kept, start_s):
    if name.endswith("avi") and start_s:
        pytest.skip("AVI has no stamps: its clips begin at 0")
    clip, film = make_clip(tmp_path / name, codec, video=video, start_s=start_s), tmp_path / "film.mp4"
    sound = make_film(clip, film)
    assert (sound.kept, sound.broke_off) == (kept, False)
    times, samples = heard(film)
    assert times[np.abs(samples) > 0.2][0] == pytest.approx(BEEP_S, abs=0.05)
    assert times[-1] == pytest.approx(2.0, abs=0.1)
    with av.open(str(film)) as container:
        assert container.streams.audio[0].codec_context.name in ("aac", "mp3", "mp3float")


def test_a_shortened_film_has_no_more_sound_than_video(tmp_path):
    clip, film = make_clip(tmp_path / "clip.mp4", "aac"), tmp_path / "film.mp4"
    make_film(clip, film, frames=12)
    times, _ = heard(film)
    assert times[-1] == pytest.approx(1.2, abs=0.1)


def test_a_silent_clip_makes_a_silent_film(tmp_path):
    silent, film = tmp_path / "silent.mp4", tmp_path / "film.mp4"
    with FilmWriter(silent, SIZE) as writer:
        writer.write(np.zeros((48, 64, 3), np.uint8), 0.0)
    assert make_film(silent, film).kept is None
    with av.open(str(film)) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_damaged_sound_ends_early_and_the_film_is_complete(tmp_path):
    clip, film = make_clip(tmp_path / "clip.mkv", "flac"), tmp_path / "film.mp4"
    body = bytearray(clip.read_bytes())
    body[len(body) // 2 :: 97] = bytes(len(body[len(body) // 2 :: 97]))
    clip.write_bytes(body)
    make_film(clip, film)
    with open_clip(film) as reader:
        assert len(list(reader)) >= 1


def test_sound_and_picture_lie_side_by_side_in_the_file(tmp_path):
    clip, film = make_clip(tmp_path / "clip.mp4", "aac"), tmp_path / "film.mp4"
    make_film(clip, film)
    with av.open(str(film)) as container:
        at = [
            (packet.pos, float(packet.pts * packet.time_base)) for packet in container.demux() if packet.pts is not None
        ]
    times = [time for _, time in sorted(at)]
    assert max(np.maximum.accumulate(times) - times) < 0.5
