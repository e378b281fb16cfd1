"""The requirement files say exactly what is installed, and name everything that the source imports."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from posecore.system import DEBIAN_PACKAGES

ROOT = Path(__file__).parent.parent
OWN = {"posecore", "pages", "run", "streamlit_app"}


def requirements(name: str) -> list[Requirement]:
    lines = (line.partition("#")[0].split(" --hash")[0].strip() for line in (ROOT / name).read_text().splitlines())
    asked = [Requirement(line) for line in lines if line]
    return [requirement for requirement in asked if requirement.marker is None or requirement.marker.evaluate()]


def pins(*names: str) -> dict[str, str]:
    """Name -> exact version, from requirement files."""
    return {r.name: str(r.specifier).removeprefix("==") for name in names for r in requirements(name)}


ALL_PINS = pins("requirements.txt", "requirements-test.txt", "requirements-test-alone.txt")
DECLARED = [
    Requirement(line) for line in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
]


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-test.txt", "requirements-test-alone.txt", "requirements-samples.txt"]
)
def test_every_requirement_is_one_exact_version(name: str) -> None:
    found = requirements(name)
    assert found
    for requirement in found:
        assert re.fullmatch(r"==[0-9][0-9.]*", str(requirement.specifier)), requirement


def test_no_requirement_is_listed_twice() -> None:
    names = [r.name.lower() for r in requirements("requirements.txt") + requirements("requirements-test.txt")]
    assert sorted(names) == sorted(set(names))


def test_samples_are_pinned_by_hash() -> None:
    text = (ROOT / "requirements-samples.txt").read_text()
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", text)) == len(requirements("requirements-samples.txt"))


@pytest.mark.parametrize("name", sorted(ALL_PINS))
def test_installed_version_is_the_pinned_one(name: str) -> None:
    assert importlib.metadata.version(name) == ALL_PINS[name]


def test_both_opencv_wheels_are_of_one_version() -> None:
    # Both own the folder cv2; of different versions, one would overwrite parts of the other.
    assert ALL_PINS["opencv-python"] == ALL_PINS["opencv-contrib-python"]
    installed = {importlib.metadata.version(name) for name in ("opencv-python", "opencv-contrib-python")}
    assert installed == {ALL_PINS["opencv-python"]}


def test_packages_txt_holds_the_packages_of_the_libraries_and_no_others() -> None:
    lines = (ROOT / "packages.txt").read_text().splitlines()
    assert sorted(lines) == sorted(set(DEBIAN_PACKAGES.values()))


@pytest.mark.parametrize("declared", DECLARED, ids=lambda declared: declared.name)
def test_the_library_accepts_the_version_the_app_pins(declared: Requirement) -> None:
    assert declared.specifier.contains(ALL_PINS[declared.name])


def canonical(name: str) -> str:
    return name.lower().replace("_", "-")


def imports_of(source: Path) -> Iterator[str]:
    """The top-level names of the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).partition(".")[0]


@pytest.mark.parametrize(
    ("sources", "named"),
    [
        (["posecore/**/*.py"], {r.name for r in DECLARED}),
        (["posecore/**/*.py", "pages/**/*.py", "streamlit_app.py"], set(pins("requirements.txt"))),
        (["tests/**/*.py", "benchmarks/**/*.py"], set(ALL_PINS) | {"packaging", "matplotlib"}),
    ],
    ids=["library", "app", "tests"],
)
def test_every_import_has_its_requirement(sources: list[str], named: set[str]) -> None:
    files = [file for pattern in sources for file in ROOT.glob(pattern)]
    assert files
    imported = {name for file in files for name in imports_of(file)} - set(sys.stdlib_module_names) - OWN
    carriers = importlib.metadata.packages_distributions()
    unnamed = {name for name in imported if named.isdisjoint(map(canonical, carriers.get(name, [])))}
    assert not unnamed
