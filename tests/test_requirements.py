"""The requirement files pin exactly what is installed and list everything that the source imports."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from posecore.system import DEBIAN_PACKAGES

ROOT = Path(__file__).parent.parent
OWN = {"posecore", "pages", "run", "streamlit_app", "docs", "tests", "benchmarks", "training", "hosting"}


def requirements(name: str) -> list[Requirement]:
    lines = (line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    asked = [Requirement(line) for line in lines if line]
    return [requirement for requirement in asked if requirement.marker is None or requirement.marker.evaluate()]


def pins(*names: str) -> dict[str, str]:
    """Name -> exact version, from requirement files."""
    return {r.name: str(r.specifier).removeprefix("==") for name in names for r in requirements(name)}


FILES = ["requirements.txt", "requirements-test.txt"]
ALL_PINS = pins(*FILES)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DECLARED = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = {
    extra: [Requirement(line) for line in lines if not line.startswith("posecore[")]
    for extra, lines in PROJECT["optional-dependencies"].items()
}
FOR_THE_LIBRARY = DECLARED + EXTRAS["progress"]
FOR_THE_APP = FOR_THE_LIBRARY + EXTRAS["app"]


@pytest.mark.parametrize("name", FILES)
def test_each_line_pins_one_version_and_says_what_it_is_for(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text().splitlines() if not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.fullmatch(r"[\w-]+==[0-9][0-9.]*(; [^#]+)? +# \S.*", line), line


def test_no_requirement_is_listed_twice() -> None:
    names = [r.name.lower() for r in requirements("requirements.txt") + requirements("requirements-test.txt")]
    assert sorted(names) == sorted(set(names))


def test_installed_versions_are_the_pinned_ones() -> None:
    assert {name: importlib.metadata.version(name) for name in ALL_PINS} == ALL_PINS


def test_the_requirements_of_test_tools_are_installed() -> None:
    # requirements-test.txt is installed without dependencies, and deliberately omits those of movement.
    for name in sorted(set(pins("requirements-test.txt")) - {"movement"}):
        for line in importlib.metadata.requires(name) or []:
            required = Requirement(line)
            if required.marker is None or required.marker.evaluate({"extra": ""}):
                installed = importlib.metadata.version(required.name)
                assert required.specifier.contains(installed), f"{name} requires {required}"


def test_both_opencv_wheels_have_the_same_version() -> None:
    # Both install the folder cv2; different versions would overwrite parts of each other.
    assert ALL_PINS["opencv-python"] == ALL_PINS["opencv-contrib-python"]
    installed = {importlib.metadata.version(name) for name in ("opencv-python", "opencv-contrib-python")}
    assert installed == {ALL_PINS["opencv-python"]}


def test_packages_txt_lists_exactly_the_packages_of_the_libraries() -> None:
    lines = (ROOT / "packages.txt").read_text().splitlines()
    assert sorted(lines) == sorted(set(DEBIAN_PACKAGES.values()))


def test_the_library_accepts_the_versions_the_app_pins() -> None:
    assert FOR_THE_APP
    assert [declared for declared in FOR_THE_APP if not declared.specifier.contains(ALL_PINS[declared.name])] == []


def canonical(name: str) -> str:
    return name.lower().replace("_", "-")


def statements_in(block: ast.AST) -> Iterator[ast.AST]:
    """The statements within one, at any depth; those of a module are few beside all nodes of their expressions."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        for statement in getattr(block, name, ()):
            yield statement
            yield from statements_in(statement)


@cache
def imports_of(source: Path) -> frozenset[str]:
    """The top-level names of the modules imported anywhere in a file."""
    nodes = list(statements_in(ast.parse(source.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0]
    return frozenset(name.partition(".")[0] for name in names)


carriers_of_modules = cache(importlib.metadata.packages_distributions)


@pytest.mark.parametrize(
    ("sources", "named"),
    [
        (["posecore/**/*.py"], {r.name for r in FOR_THE_LIBRARY}),
        (["posecore/**/*.py", "pages/**/*.py", "streamlit_app.py"], set(pins("requirements.txt"))),
        (["pages/**/*.py", "streamlit_app.py"], {r.name for r in FOR_THE_APP}),
        (["tests/**/*.py", "benchmarks/**/*.py", "hosting/**/*.py"], set(ALL_PINS) | {"packaging", "matplotlib"}),
    ],
    ids=["library", "app", "app extra", "tests"],
)
def test_every_import_has_a_requirement(sources: list[str], named: set[str]) -> None:
    files = [file for pattern in sources for file in ROOT.glob(pattern)]
    assert files
    imported = {name for file in files for name in imports_of(file)} - set(sys.stdlib_module_names) - OWN
    carriers = carriers_of_modules()
    unnamed = {name for name in imported if named.isdisjoint(map(canonical, carriers.get(name, [])))}
    assert not unnamed
