"""The folders are the architecture: imports go one way, and heavy libraries stay in their room."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "posecore").rglob("*.py"))

# Each layer may import itself and those after it. (Errors, limits and the like are below everything.)
LAYERS = [
    ["__main__", "commands_export", "console", "samples"],
    ["pipeline"],
    ["runs"],
    ["annotation"],
    ["export", "broadcast"],
    ["view", "estimation", "evaluation"],
    ["motion"],
    ["tables"],
    ["poses", "oks"],
    ["skeletons", "masks"],
    ["downloads", "overlap", "system", "limits", "errors"],
]
OF_MEDIA = {"media", "limits", "errors", "system"}
ROOMS = {
    "streamlit": None,
    "mediapipe": "estimation",
    "plotly": "view",
    "pythonosc": "broadcast",
    "websockets": "broadcast",
}


def imports_of(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return names


def room_of(path: Path) -> str:
    first = path.relative_to(ROOT / "posecore").parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path):
    room = room_of(path)
    if room == "__init__":
        return
    inner = {name.split(".")[1] for name in imports_of(path) if name.startswith("posecore.")}
    if room == "media":
        assert inner <= OF_MEDIA
        return
    depth = next(index for index, layer in enumerate(LAYERS) if room in layer)
    allowed = {name for layer in LAYERS[depth:] for name in layer} | {"media"}
    assert inner <= allowed


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_libraries_stay_in_their_room(path):
    for library, room in ROOMS.items():
        if library in {name.split(".")[0] for name in imports_of(path)}:
            assert room_of(path) == room, f"{library} is imported in {path.name}"


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda path: path.name)
def test_a_page_never_imports_a_page(path):
    from_pages = [name for name in imports_of(path) if name.split(".")[0] == "pages"]
    assert all(name.startswith("pages.ui") for name in from_pages)


def test_importing_posecore_loads_nothing_heavy():
    code = (
        "import sys, posecore; "
        "print(sorted({'streamlit', 'mediapipe', 'cv2', 'plotly', 'pandas', 'numpy', 'pythonosc', 'websockets'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_every_public_name_loads():
    import posecore

    for name in posecore.__all__:
        assert getattr(posecore, name) is not None
