"""Which videos a batch has, and their names."""

import fsspec
import pytest

from posecore.batch.listing import list_sources
from posecore.errors import InvalidOption


@pytest.fixture
def folder(tmp_path):
    """A folder of files that are videos by their names."""

    def make(*paths: str):
        for path in paths:
            file = tmp_path / "videos" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"x")
        return tmp_path / "videos"

    return make


def clips(given, **options) -> list[str]:
    return [source.clip for source in list_sources(str(given), **options)]


def test_videos_in_all_folders_are_listed_by_their_paths(folder):
    given = folder("b.MOV", "a.mp4", "monday/a.mp4", "notes.txt", ".hidden.mp4", ".part-x/a.mp4", "out/clips/a/a.mp4")
    found = list_sources(str(given), apart_from=str(given / "out"))
    assert [source.clip for source in found] == ["a.mp4", "b.MOV", "monday__a.mp4"]
    assert found[2].address == str(given / "monday" / "a.mp4")


def test_links_to_folders_are_not_followed(folder):
    given = folder("a.mp4")
    (given / "round").symlink_to(given, target_is_directory=True)
    assert clips(given) == ["a.mp4"]


@pytest.mark.parametrize("name", ["50%20=half.mp4", 'a"<b>.mp4', "con.mp4", "x" * 200 + ".mp4", "a__b.mp4"])
def test_a_name_that_does_not_say_all_gets_a_hash(name, folder):
    given = folder(name, "a/b.mp4")
    found = clips(given)
    assert "a__b.mp4" in found
    other = next(clip for clip in found if clip != "a__b.mp4")
    assert other[-9] == "-"
    assert not set('=%/\\"<>') & set(other)
    assert len(other.encode()) <= 120


def test_a_name_depends_on_no_other_video(folder):
    assert set(clips(folder("a.mp4", "b c.mp4"))) <= set(clips(folder("a.mov", "b_c.mp4", "d/a.mp4")))


def test_names_that_differ_only_in_case_get_a_hash(folder):
    found = clips(folder("walk.mp4", "Walk.mp4"))
    assert len({clip.casefold() for clip in found}) == 2


def test_a_list_has_paths_and_urls(folder, tmp_path):
    given = folder("a.mp4", "deep/b.mp4")
    names = ["# ours", "a.mp4", "", "deep/b.mp4", "a.mp4", "../elsewhere/c.mp4", "/d.mp4", "s3://bucket/e.mp4"]
    (given / "list.txt").write_text("\n".join(names), encoding="utf-8-sig")
    found = list_sources(str(given / "list.txt"))
    assert [source.clip.rpartition("-")[0] or source.clip for source in found] == [
        "a.mp4",
        "deep__b.mp4",
        "c.mp4",
        "d.mp4",
        "e.mp4",
    ]
    assert [source.address for source in found[2:]] == [
        str(tmp_path / "elsewhere" / "c.mp4"),
        "/d.mp4",
        "s3://bucket/e.mp4",
    ]


def test_urls_are_listed_as_folders_are():
    system = fsspec.filesystem("memory")
    for path in ("a.mp4", "deep/b.mp4", "out/clips/a/a.mp4", "notes.txt"):
        system.pipe_file(f"/listing/{path}", b"x")
    assert clips("memory://listing", apart_from="memory://listing/out") == ["a.mp4", "deep__b.mp4"]
    assert clips("memory://listing/*.mp4") == ["a.mp4"]
    assert clips("memory://listing/**/b.mp4") == ["deep__b.mp4"]
    assert clips("memory://listing/a.mp4") == ["a.mp4"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("missing", "there is no"),
        ("", "there is none"),
        ("photo.png", "list of videos in UTF-8"),
        ("unknown://x", "fsspec"),
        ("hdfs://", "cannot be used|fsspec"),
    ],
)
def test_what_has_no_videos_is_said(given, words, tmp_path):
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(InvalidOption, match=words):
        list_sources(given if "://" in given else str(tmp_path / given))
