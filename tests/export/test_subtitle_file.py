"""Subtitles as other programs read them: FFmpeg, and a WebVTT library."""

import av
import pytest
import webvtt

from posecore.errors import InvalidOption
from posecore.export.subtitle_file import LINE, to_srt, to_vtt, write_subtitles

TEXTS = [
    ("hello", 1.0, 2.5),
    ("I need help & <b>milk</b>", 3600.25, 3602.0),
    ("Grüße, 世界 {\\an8} --> 3 < 4", 7322.0, 7324),
]


def read_by_ffmpeg(path):
    """(text, start_s, end_s) of each subtitle."""
    with av.open(str(path)) as container:
        stream = container.streams.subtitles[0]
        return [
            (
                " ".join(part.dialogue.decode() for part in packet.decode()).replace("\\N", "\n"),
                float(packet.pts * stream.time_base),
                float((packet.pts + packet.duration) * stream.time_base),
            )
            for packet in container.demux(stream)
            if packet.pts is not None
        ]


@pytest.mark.parametrize("ending", ["srt", "vtt"])
def test_ffmpeg_reads_texts_and_times(tmp_path, ending):
    path = tmp_path / f"video.{ending}"
    write_subtitles(TEXTS, path)
    read = [(text.replace("\u2060", ""), *times) for text, *times in read_by_ffmpeg(path)]
    assert [times for _, *times in read] == [[1.0, 2.5], [3600.25, 3602.0], [7322.0, 7324.0]]
    assert [text for text, *_ in read[:2]] == [text for text, *_ in TEXTS[:2]]
    assert "Grüße, 世界" in read[2][0]
    assert "--> 3 < 4" in read[2][0]


@pytest.mark.parametrize(("ending", "read"), [("srt", webvtt.from_srt), ("vtt", webvtt.read)])
def test_a_library_reads_texts_and_times(tmp_path, ending, read):
    path = tmp_path / f"video.{ending}"
    write_subtitles([("no", 0.1234, 1.5), ("one\n\ntwo", 5.0, 6.9996)], path)
    first, second = read(str(path)).captions
    assert (first.start, first.end, first.text) == ("00:00:00.123", "00:00:01.500", "no")
    assert (second.start, second.end, second.text) == ("00:00:05.000", "00:00:07.000", "one\ntwo")


def test_the_forms():
    assert (
        to_srt([("A", 0, 1), ("B", 2, 3)])
        == "1\n00:00:00,000 --> 00:00:01,000\nA\n\n2\n00:00:02,000 --> 00:00:03,000\nB\n"
    )
    assert to_vtt([("A & <i>", 360_000, 360_001)]) == "WEBVTT\n\n100:00:00.000 --> 100:00:01.000\nA &amp; &lt;i&gt;\n"
    assert to_srt([]) == ""
    assert to_vtt([]) == "WEBVTT\n"


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        ([("b", 3, 5), ("a", 1, 4)], [("a", 1, 3), ("b", 3, 5)]),  # in order, one after the other
        ([("a", 1, 2), ("b", 1, 5)], [("a\nb", 1, 5)]),
        ([("a", 1, 1.1)], [("a", 1, 2)]),  # long enough to be read
        ([("a", 1, 1.1), ("b", 1.5, 3)], [("a", 1, 1.5), ("b", 1.5, 3)]),
        ([("", 1, 2), (" \n", 2, 3), ("\x00x\x1b", 4, 5)], [("x", 4, 5)]),
    ],
)
def test_times_and_texts(tmp_path, texts, shown):
    path = tmp_path / "video.vtt"
    write_subtitles(texts, path)
    captions = webvtt.read(str(path)).captions
    assert [(each.text, each.start_in_seconds, each.end_in_seconds) for each in captions] == [
        (text, *(int(second) for second in times)) for text, *times in shown
    ]


def test_long_lines_are_wrapped():
    lines = to_srt([("word " * 30 + "x" * 100, 0, 1)]).splitlines()[2:]
    assert max(map(len, lines)) <= LINE
    assert "".join(lines).replace(" ", "") == "word" * 30 + "x" * 100


@pytest.mark.parametrize("times", [(-1, 2), (3, 2), (float("nan"), 2), (0, float("nan")), (0, float("inf"))])
def test_times_that_cannot_be(times):
    with pytest.raises(InvalidOption, match="start <= end"):
        to_vtt([("a", *times)])


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(InvalidOption, match=r"'\.srt', '\.vtt', but got '\.txt'"):
        write_subtitles([], tmp_path / "video.txt")
