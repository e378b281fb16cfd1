"""The folders are the architecture: imports go one way, and heavy libraries stay in their room."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(path for folder in ("posecore", "pages") for path in (ROOT / folder).rglob("*.py"))

# A room may import itself, the rooms in its row and those below. No room here knows of the app.
ROWS = [
    ["posecore.cli", "posecore.__main__"],
    ["posecore.batch"],
    ["posecore.pipeline", "posecore.live", "posecore.rigid_pipeline"],
    ["posecore.runs"],
    ["posecore.export", "posecore.broadcast", "posecore.progress"],
    ["posecore.view", "posecore.estimation", "posecore.evaluation", "posecore.signs", "posecore.rigid"],
    ["posecore.motion"],
    ["posecore.tables"],
    ["posecore.poses", "posecore.hands"],
    ["posecore.skeletons", "posecore.values", "posecore.media"],
    ["posecore.downloads", "posecore.system", "posecore.limits"],
    ["posecore.errors"],
]
# Each of these may import itself, those listed after it, and all of posecore.
PAGES = [
    "pages",
    "pages.ui.home",
    "pages.ui.batch",
    "pages.ui.scores",
    "pages.ui.rigid",
    "pages.ui.signs",
    "pages.ui.compare",
    "pages.ui.image",
    "pages.ui.live",
    "pages.ui.video",
    "pages.ui.explore",
    "pages.ui.progress",
    "pages.ui.shared",
    "pages.ui.serving",
]
HOMES = {
    "streamlit": "pages",
    "mediapipe": "posecore.estimation",
    "openvino": "posecore.estimation",
    "plotly": "posecore.view",
    "pythonosc": "posecore.broadcast",
    "websockets": "posecore.broadcast",
    "sqlalchemy": "posecore.progress",
    "alembic": "posecore.progress",
    "openpyxl": "posecore.progress",
    "yaml": "posecore.rigid",
    "reportlab": "posecore.rigid",
    "resvg_py": "posecore.view",
    "pycocotools": "posecore.evaluation",
    "fsspec": "posecore.batch",
}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports_of(path: Path) -> tuple[str, ...]:
    """Each module that a file imports, at the top or inside a function, in any form of import."""
    return tuple(_imports_of(path))


def _imports_of(path: Path) -> Iterator[str]:
    package = module_of(path).split(".") if path.name == "__init__.py" else module_of(path).split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*above, *([node.module] if node.module else [])])
            submodules = [alias.name for alias in node.names if _is_module(f"{name}.{alias.name}")]
            yield from (f"{name}.{submodule}" for submodule in submodules)
            if len(submodules) < len(node.names):
                yield name


@cache
def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def room_of(module: str, rooms: list[str]) -> str | None:
    """The room of a module: its longest matching prefix."""
    there = [room for room in rooms if module == room or module.startswith(f"{room}.")]
    return max(there, key=len, default=None)


def test_imports_go_one_way_in_the_library():
    rooms = [room for row in ROWS for room in row]
    depth = {room: index for index, row in enumerate(ROWS) for room in row}
    wrong = []
    for path in SOURCES:
        module = module_of(path)
        if not module.startswith("posecore."):
            continue
        room = room_of(module, rooms)
        assert room, f"{module} is in no room: add it above"
        for name in imports_of(path):
            if name.split(".")[0] == "pages":
                wrong.append(f"{module} imports {name}")
            elif name.split(".")[0] == "posecore":
                other = room_of(name, rooms)  # None: the package itself, which imports all of them
                if other is None or depth[other] < depth[room]:
                    wrong.append(f"{module} imports {name}")
    assert wrong == []


def test_imports_go_one_way_in_the_pages():
    wrong = []
    for path in SOURCES:
        module = module_of(path)
        if not module.startswith("pages."):
            continue
        room = room_of(module, PAGES)
        for name in imports_of(path):
            other = room_of(name, PAGES)
            if other is None:
                continue
            a_page = other == "pages" and name != "pages.ui"
            if a_page or PAGES.index(other) < PAGES.index(room):
                wrong.append(f"{module} imports {name}")
    assert wrong == []


def test_there_are_no_circular_imports():
    graph = {module_of(path): set(imports_of(path)) for path in SOURCES}
    graph.pop("posecore")  # its names are loaded on first use
    done: set[str] = set()

    def follow(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join([*way[way.index(module) :], module])
        if module not in done:
            for other in sorted(graph.get(module, ())):
                follow(other, (*way, module))
            done.add(module)

    for module in sorted(graph):
        follow(module, ())


def test_heavy_libraries_are_imported_only_in_their_room():
    wrong = [
        f"{module_of(path)} imports {name}"
        for path in SOURCES
        for name in imports_of(path)
        for library, home in HOMES.items()
        if name.split(".")[0] == library
        if not (module_of(path).startswith(f"{home}.") or module_of(path).startswith("pages."))
    ]
    assert wrong == []


def test_importing_posecore_loads_nothing_heavy_and_a_worker_only_what_it_needs():
    of_none = {"streamlit", "mediapipe", "cv2", "plotly", "pandas", "numpy", "pythonosc", "websockets", "sqlalchemy"}
    of_no_worker = {"streamlit", "mediapipe", "plotly", "pandas", "scipy.spatial", "scipy.ndimage", "scipy.optimize"}
    code = (
        f"import sys, posecore; print(sorted({of_none!r} & set(sys.modules))); "
        f"import posecore.runs.worker; print(sorted({of_no_worker!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines() == ["[]", "[]"]


def test_every_public_name_loads():
    import posecore

    for name in posecore.__all__:
        assert getattr(posecore, name) is not None
