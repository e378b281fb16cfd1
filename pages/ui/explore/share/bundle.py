"""One script made of the modules of ``pages/ui/js``, for a page that has no server to fetch them from.

Each module becomes a function that is called once and returns what it exports. That takes the plain forms of import
and export that our modules have; any other is an error, which the tests would show.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath

SCRIPTS = Path(__file__).parents[2] / "js"

_COMMENT = re.compile(r"/\*\*.*?\*/|^[ \t]*//[^\n]*$", re.DOTALL | re.MULTILINE)
_IMPORT = re.compile(r'^import (?:(\w+)|\{([^}]*)\}) from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_DEFAULT_UNNAMED = re.compile(r"^export default (?=(?:async )?function ?\()", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)
_BLANK = re.compile(r"\n\s*\n+")


class UnknownImport(Exception):
    """A module imports or exports in a form that cannot be put into one script."""


def bundle(entry: str, replaced: Mapping[str, str]) -> str:
    """One script that does what a module does.

    Args:
        entry: path of the module in ``pages/ui/js``.
        replaced: paths of modules, and of those that take their places.

    Raises:
        UnknownImport: if a module imports or exports in a form that is not known here, or imports itself by a detour.
    """
    made = _Bundle(replaced)
    made.add(entry, ())
    return "\n".join(made.parts) + "\n"


class _Bundle:
    def __init__(self, replaced: Mapping[str, str]) -> None:
        self._replaced = replaced
        self._names: dict[str, str] = {}
        self.parts: list[str] = []

    def add(self, path: str, way: tuple[str, ...]) -> str:
        """Add a module after all that it imports; the name of its exports."""
        path = self._replaced.get(path, path)
        if path in way:
            raise UnknownImport(f"Expected no module to import itself, but got {' -> '.join((*way, path))}.")
        if path not in self._names:
            module = _Module(path)
            body = _IMPORT.sub(lambda found: self._imported(path, found, way), module.text)
            name = self._names[path] = f"module{len(self._names)}"
            self.parts.append(module.as_function(name, body))
        return self._names[path]

    def _imported(self, path: str, found: "re.Match[str]", way: tuple[str, ...]) -> str:
        default, names, where = found.groups()
        parts: list[str] = []
        for part in PurePosixPath(path).parent.joinpath(where).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        source = self.add("/".join(parts), (*way, path))
        if default:
            return f"const {default} = {source}.default;"
        return f"const {{{names.replace(' as ', ': ')}}} = {source};"


class _Module:
    def __init__(self, path: str) -> None:
        self._path = path

    @cached_property
    def text(self) -> str:
        """Its source without comments."""
        return _BLANK.sub("\n", _COMMENT.sub("", (SCRIPTS / self._path).read_text(encoding="utf-8"))).strip()

    def as_function(self, name: str, body: str) -> str:
        """Its source, with its imports replaced, as a call whose result has its exports."""
        exported = _EXPORT.findall(body)
        body = _EXPORT.sub("", body)
        if _DEFAULT_UNNAMED.search(body):
            body = _DEFAULT_UNNAMED.sub("const byDefault = ", body)
            exported.append("default: byDefault")
        if left := _LEFT.search(body):
            raise UnknownImport(f"Expected a plain import or export in {self._path}, but got {left.group()!r}.")
        return f"const {name} = (() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})();"
