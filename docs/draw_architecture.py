"""Draw docs/architecture.svg: the rooms of the source and which of them import which.

    python -m docs.draw_architecture          draw it again (needs Graphviz: apt-get install graphviz)
    python -m docs.draw_architecture --check  only say whether the picture is up to date

The rooms are those of tests/test_architecture.py; the arrows are the imports found in the source. An arrow that other
arrows already imply is left out: `runs` imports `poses`, but the way from `runs` by `export` to `poses` shows that.
"""

import html
import re
import subprocess
import sys
from functools import cache
from itertools import pairwise

from tests.test_architecture import PAGES, ROOT, ROWS, SOURCES, imports_of, module_of, room_of

PICTURE = ROOT / "docs" / "architecture.svg"
ROOMS = [*PAGES, *(room for row in ROWS for room in row)]

# The picture has no background, so its greys are readable on white and on black.
HEAD = """
digraph {
  graph [bgcolor=transparent, newrank=true, nodesep=0.35, ranksep=0.45, pad=0.1]
  node [shape=box, style="filled,rounded", color="#6b8087", fontcolor="#17262b", fontname="Helvetica,Arial,sans-serif",
        fontsize=13, height=0.4, margin="0.15,0.05"]
  edge [color="#6b8087", arrowsize=0.7]
"""


@cache
def edges() -> set[tuple[str, str]]:
    """(importer, imported) for each arrow of the picture."""
    imports: dict[str, set[str]] = {}
    for path in SOURCES:
        room = room_of(module_of(path), ROOMS)
        if room:  # posecore/__init__.py, which imports all of the library, is in none
            others = {room_of(name, ROOMS) for name in imports_of(path)} - {room, None}
            imports.setdefault(room, set()).update(other for other in others if other)

    @cache
    def beyond(room: str) -> frozenset[str]:
        nearest = imports.get(room, set())
        return frozenset(nearest).union(*map(beyond, nearest))

    return {
        (room, other)
        for room, others in imports.items()
        for other in others
        if not any(other in beyond(between) for between in others - {other})
    }


def edges_drawn() -> set[tuple[str, str]]:
    """The arrows of the committed picture, whose titles Graphviz writes as ``importer->imported``."""
    titles = re.findall("<title>(.+)</title>", PICTURE.read_text(encoding="utf-8"))
    return {(room, other) for room, arrow, other in (html.unescape(title).partition("->") for title in titles) if arrow}


def as_dot() -> str:
    """The picture in Graphviz's language."""
    arrows = edges()
    there = {room for arrow in arrows for room in arrow}
    rows = [row for row in ([room for room in rooms if room in there] for rooms in (PAGES, *ROWS)) if row]
    lines = [HEAD]
    for row in rows:
        color = "#fde9c9" if row[0] in PAGES else "#d5ecee"
        rooms = "; ".join(f'"{room}" [label="{_label(room)}"]' for room in row)
        lines.append(f'  {{ rank=same; node [fillcolor="{color}"]; {rooms} }}')
    # Each row stands below the one before, also where no arrow says so.
    lines += [f'  "{above[0]}" -> "{row[0]}" [style=invis]' for above, row in pairwise(rows)]
    lines += [f'  "{room}" -> "{other}"' for room, other in sorted(arrows)]
    return "\n".join([*lines, "}"])


def _label(room: str) -> str:
    path = ROOT.joinpath(*room.split("."))
    return "/".join(path.relative_to(ROOT).parts) + ("/" if path.is_dir() else ".py")


def main() -> int:
    """Draw or check, and return the exit code."""
    if "--check" not in sys.argv[1:]:
        drawn = subprocess.run(["dot", "-Tsvg"], input=as_dot(), capture_output=True, text=True, check=True).stdout
        PICTURE.write_text(drawn, encoding="utf-8")
    elif edges_drawn() != edges():
        changed = sorted(" -> ".join(arrow) for arrow in edges_drawn() ^ edges())
        print(f"{PICTURE.name} is out of date: {', '.join(changed)}. Run: python -m docs.draw_architecture")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
