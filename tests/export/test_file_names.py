from dataclasses import replace
from pathlib import PureWindowsPath

import pytest

from posecore.export.file_names import person_labels, safe_name

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


def test_one_that_is_too_long_is_cut_between_letters():
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
def test_people_are_told_apart(mover, names, expected):
    assert list(person_labels(mover.named(names)).values()) == expected


def test_where_names_with_ids_are_alike_nobody_has_one(mover):
    three = replace(
        mover,
        **{name: getattr(mover, name)[:, [0, 1, 1]] for name in ("xy", "z", "world", "visibility", "presence")},
        person_ids=[3, 7, 9],
        names={3: "x", 7: "x", 9: "X_3"},
    )
    assert list(person_labels(three).values()) == ["person_3", "person_7", "person_9"]
