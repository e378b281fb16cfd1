import contextlib
import json
import re
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import PureWindowsPath

import numpy as np
import pytest

from posecore import InvalidOption, InvalidPoses, PosecoreError, to_table
from posecore.export import table_file
from posecore.export.formats import FORMATS, export, person_labels, plan_files, safe_name
from posecore.export.json_file import to_json
from posecore.export.saved import load_sequence
from posecore.export.table_file import to_csv

FACTS = {"source": "walk.mp4", "frames": 40}
PER_PERSON = {"trc", "mot", "c3d", "bvh"}


def test_the_catalogue_is_well_formed():
    assert {name for name, form in FORMATS.items() if form.per_person} == PER_PERSON
    for name, form in FORMATS.items():
        assert form.name == name
        assert form.help.endswith(".")
        assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", form.mime)
    suffixes = [suffix for form in FORMATS.values() for suffix in (form.suffix, *form.beside)]
    assert len(set(suffixes)) == len(suffixes)
    assert len({form.title for form in FORMATS.values()}) == len(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_writes_only_its_files(mover, name, tmp_path):
    form = FORMATS[name]
    written = export(mover, name, tmp_path, stem="walk", facts=FACTS)
    whose = ".Grace" if form.per_person else ""  # person 7 is never seen
    assert [path.name for path in written] == [f"walk{whose}{suffix}" for suffix in (form.suffix, *form.beside)]
    assert sorted(written) == sorted(tmp_path.iterdir())
    assert all(path.stat().st_size > 20 for path in written)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("slots", [[], [7]], ids=["no slots", "an empty slot"])
def test_without_people_there_is_a_file_or_a_sentence(mover, name, slots, tmp_path):
    written = []
    with contextlib.suppress(PosecoreError):
        written = export(mover.only(slots), name, tmp_path, stem="walk", facts=FACTS)
    assert sorted(written) == sorted(tmp_path.iterdir())
    if name not in {*PER_PERSON, "glb", "skeleton-mp4", "skeleton-gif"}:
        assert written


def test_a_person_never_seen_has_no_file(mover):
    [planned] = plan_files(mover, ["trc"], stem="walk")
    assert (planned.file_name, planned.title) == ("walk.Grace.trc", "Markers (TRC), Grace")
    [unseen] = plan_files(mover.only([7]), ["trc"], stem="walk")
    with pytest.raises(InvalidPoses, match="Nobody is seen"):
        unseen.make(None)


def test_a_persons_file_holds_only_that_person(mover, tmp_path):
    both = mover.named({3: "left", 7: "right"})
    [path] = export(both, "mot", tmp_path, stem="walk")
    assert path.name == "walk.left.mot"
    [alone] = export(both.only([3]), "mot", tmp_path, stem="alone")
    assert path.read_text().replace("walk.left", "") == alone.read_text().replace("alone.left", "")


def test_an_unknown_format_is_refused_with_the_known_ones(mover, tmp_path):
    with pytest.raises(InvalidOption, match=r"among xlsx, csv.*, but got 'docx'"):
        export(mover, "docx", tmp_path, stem="walk")
    assert len(plan_files(mover, ["csv", "csv"], stem="walk")) == 1


@pytest.mark.parametrize("stem", ["../../x", "/etc/passwd", "CON", "a\\b", "x" * 900, "走" * 300, "half \ud800"])
def test_a_hostile_stem_stays_in_the_folder(mover, stem, tmp_path):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    written = export(mover.named({3: "Z" * 400}), "trc", folder, stem=stem)
    assert list(folder.iterdir()) == written
    assert [path.name for path in tmp_path.rglob("*.trc")] == [written[0].name]


def test_the_table_equals_to_csv_for_any_block_size(mover, tmp_path, monkeypatch):
    monkeypatch.setattr(table_file, "_ROWS", 33 * 2 * 7)  # seven frames at a time
    assert [len(table) for table in table_file.table_blocks(mover)] == [462] * 5 + [330]
    [path] = export(mover, "csv", tmp_path, stem="walk")
    assert path.read_bytes() == to_csv(mover).encode()
    assert path.read_text().count("\n") == len(to_table(mover)) + 1


def test_json_is_written_frame_by_frame(mover, tmp_path):
    index = np.arange(220) % len(mover)
    arrays = {name: getattr(mover, name)[index] for name in ("xy", "z", "world", "visibility", "presence")}
    long = replace(mover, **arrays, times_s=np.arange(len(index)) / 30)
    export(mover, "json", tmp_path, stem="first")  # loads what it needs
    tracemalloc.start()
    [path] = export(long, "json", tmp_path, stem="walk")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.read_text(encoding="utf-8") == to_json(long)
    assert most < path.stat().st_size / 4


def test_the_saved_result_loads_again(mover, tmp_path):
    [path] = export(mover, "result", tmp_path, stem="walk", facts=FACTS)
    again = load_sequence(path)
    np.testing.assert_array_equal(again.sequence.world, mover.world)
    assert (again.facts, again.sequence.names) == (FACTS, {3: "Grace"})


@pytest.mark.parametrize("name", FORMATS)
def test_a_lone_surrogate_breaks_no_format(mover, name, tmp_path):
    written = export(
        mover.at(slice(8)).named({3: "half \ud800"}), name, tmp_path, stem="walk", facts={"source": "half \ud800"}
    )
    assert all(path.exists() for path in written)


def test_the_manifest_holds_the_facts(mover, tmp_path):
    [path] = export(mover, "manifest", tmp_path, stem="walk", facts={"source": "Žofie \ud800"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"source": "Žofie \ud800"}


deep: list = []
for _ in range(50_000):
    deep = [deep]


@pytest.mark.parametrize(
    ("facts", "message"), [({}, "It is not known"), ({"x": object()}, "plain values"), ({"x": deep}, "plain values")]
)
def test_facts_that_make_no_manifest_are_refused(mover, facts, message, tmp_path):
    with pytest.raises(InvalidOption, match=message):
        export(mover, "manifest", tmp_path, stem="walk", facts=facts)
    assert list(tmp_path.iterdir()) == []


def test_the_catalogue_loads_nothing_heavy():
    heavy = {"xarray", "ezc3d", "pyarrow", "plotly", "pandas", "scipy", "av", "mediapipe"}
    code = f"import sys, posecore.export.formats, posecore.export.bundle; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


HOSTILE = [
    ("walk (1)", "walk (1)"),
    ("Žofie 走", "Žofie 走"),
    ("../../x", "x"),
    ("a/b\\c", "a_b_c"),
    ("C:\\x", "C__x"),
    ("CON", "CON_"),
    ("con.txt", "con_txt"),
    ("LPT¹", "LPT¹_"),
    ("console", "console"),
    ("clip. ", "clip"),
    (".hidden", "hidden"),
    ("a\0b\nc\x1b[31m", "a_b_c_[31m"),
    ("right\u202eto left", "right_to left"),
    ("half \ud800 letter", "half _ letter"),
    ("", "other"),
    ("...", "other"),
    ("/", "other"),
]


@pytest.mark.parametrize(("text", "expected"), HOSTILE)
def test_a_name_is_safe_on_every_system(text, expected):
    name = safe_name(text, "other")
    assert name == expected
    assert safe_name(name, "other") == name
    assert PureWindowsPath(name).parts == (name,)


def test_a_long_name_is_cut_between_letters():
    assert safe_name("走" * 1000, "other", 100) == "走" * 33
    assert len(safe_name("x" * 1000, "other")) < 255


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({}, ["person_3", "person_7"]),
        ({3: "Grace  Hopper"}, ["Grace_Hopper", "person_7"]),
        ({3: "Ann", 7: "ann"}, ["Ann_3", "ann_7"]),
        ({3: "../x", 7: "x"}, ["x_3", "x_7"]),
        ({3: "../..", 7: "a.trc"}, ["person_3", "a_trc"]),
        ({3: "person_7"}, ["person_7_3", "person_7_7"]),
        ({3: "x" * 300, 7: "x" * 301}, ["x" * 60 + "_3", "x" * 60 + "_7"]),
    ],
)
def test_people_get_distinct_names(mover, names, expected):
    assert list(person_labels(mover.named(names)).values()) == expected


def test_no_names_are_used_if_they_collide_even_with_ids(mover):
    three = replace(
        mover,
        **{name: getattr(mover, name)[:, [0, 1, 1]] for name in ("xy", "z", "world", "visibility", "presence")},
        person_ids=[3, 7, 9],
        names={3: "x", 7: "x", 9: "X_3"},
    )
    assert list(person_labels(three).values()) == ["person_3", "person_7", "person_9"]
