"""Scripts and the front end as a browser receives them: over a real connection."""

import gzip
import re
from pathlib import Path

import pytest
import zstandard
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pages.ui.serving import assets
from pages.ui.serving.compression import CompressFrontEnd
from pages.ui.shared.module_component import module_component

SCRIPTS = Path(assets.__file__).parents[1] / "js"
DECODERS = {"gzip": gzip.decompress, "zstd": zstandard.decompress}
LONG = "export const text = 'over and over';\n" * 1000
FOR_GOOD = {"Cache-Control": "public, immutable, max-age=31536000"}


def answering(path: str, kind: str, *, status: int = 200, **headers: str) -> Route:
    async def answer(_request):
        return Response(LONG, status, {name.replace("_", "-"): value for name, value in headers.items()}, kind)

    return Route(path, answer)


FRONT_END = [
    Route("/", lambda request: HTMLResponse(LONG)),
    answering("/static/js/index.DormvYxC.js", "text/javascript", **FOR_GOOD),
    answering("/static/media/font.woff2", "font/woff2", **FOR_GOOD),
    answering("/static/js/done.js", "text/javascript", **FOR_GOOD, Content_Encoding="br"),
    answering("/static/js/missing.js", "text/javascript", status=404, **FOR_GOOD),
    answering("/component/streamlit_webrtc.x/assets/index-rcVU95cS.js", "text/javascript", Cache_Control="public"),
    answering("/component/streamlit_webrtc.x/index.js", "text/javascript", Cache_Control="public"),
    answering("/private/numbers", "application/json", Cache_Control="private, no-store"),
]


@pytest.fixture(scope="module")
def url(serving):
    middleware = [Middleware(CompressFrontEnd)]
    with serving(Starlette(routes=[*assets.routes(), *FRONT_END], middleware=middleware)) as there:
        yield there


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, deflate", "gzip"), ("gzip, deflate, br, zstd", "zstd")])
@pytest.mark.parametrize("name", ["plotly.min.js", "shared/plotly.js", "live/route.js"])
def test_an_asset_is_compressed_and_cached_permanently(url, fetch, name, accepted, encoding):
    status, headers, plain = fetch(f"{url}/{assets.asset(name)}")
    assert (status, headers["Content-Encoding"]) == (200, None)
    status, headers, content = fetch(f"{url}/{assets.asset(name)}", Accept_Encoding=accepted)
    assert (status, headers["Content-Encoding"], headers["Vary"]) == (200, encoding, "Accept-Encoding")
    assert DECODERS[encoding](content) == plain
    assert len(content) == int(headers["Content-Length"]) < 0.6 * len(plain)
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"].startswith("text/javascript")


def test_every_script_is_served_unchanged(url, fetch):
    for path in SCRIPTS.rglob("*.js"):
        assert fetch(f"{url}/{assets.asset(path.relative_to(SCRIPTS).as_posix())}")[2] == path.read_bytes()


def test_a_script_is_listed_with_all_that_it_imports_directly_or_not():
    listed = assets.with_imports("player/player.js")
    assert listed[0] == assets.asset("player/player.js")
    folder = listed[0].removesuffix("player/player.js")
    names = {address.removeprefix(folder) for address in listed}
    assert len(names) == len(listed)
    needed = {f'"{name.rpartition("/")[2]}' for name in names}
    for name in names:
        imported = re.findall(r'^import .*?("[^"]+)";$', (SCRIPTS / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert {f'"{path.rpartition("/")[2]}' for path in imported} <= needed
    assert {"measuring/geometry.js", "shared/dom.js"} <= names  # one is only imported by another
    assert "live/camera.js" not in names


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nothing.js",
        "../shared/assets.py",
        "..%2fshared%2fassets.py",
        "live/../../shared/assets.py",
        "%2e%2e/shared/assets.py",
        "//etc/passwd",
        "live",
        "live/route.js%00",
    ],
)
def test_nothing_else_is_served(url, fetch, name):
    folder = assets.asset("plotly.min.js").removesuffix("plotly.min.js")
    assert fetch(f"{url}/{folder}{name}")[0] == 404


def test_another_version_is_not_served(url, fetch):
    assert fetch(f"{url}/{re.sub('/[0-9a-f]+/', '/0000/', assets.asset('live/route.js'))}")[0] == 404


def test_a_missing_module_is_reported_at_once():
    with pytest.raises(KeyError, match=r"live/nothing\.js"):
        module_component("nothing", html="<p></p>", css="p {\n}", module="live/nothing.js")


@pytest.mark.parametrize(
    ("path", "encoding", "lasts"),
    [
        ("/", "gzip", None),
        ("/static/js/index.DormvYxC.js", "gzip", FOR_GOOD["Cache-Control"]),
        ("/static/media/font.woff2", None, FOR_GOOD["Cache-Control"]),
        ("/static/js/done.js", "br", FOR_GOOD["Cache-Control"]),
        ("/static/js/missing.js", None, FOR_GOOD["Cache-Control"]),
        ("/component/streamlit_webrtc.x/assets/index-rcVU95cS.js", "gzip", "public, max-age=31536000, immutable"),
        ("/component/streamlit_webrtc.x/index.js", None, "public"),
        ("/private/numbers", None, "private, no-store"),
    ],
)
def test_front_end_text_is_compressed_and_other_responses_are_left_as_is(url, fetch, path, encoding, lasts):
    _, headers, content = fetch(url + path, Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == encoding
    assert headers["Cache-Control"] == lasts
    assert (gzip.decompress(content) if encoding == "gzip" else content) == LONG.encode()
    assert fetch(url + path)[2] == LONG.encode()
