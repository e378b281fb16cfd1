"""Files for all visitors: at addresses of their content, for good, and in the ranges that players ask for."""

from starlette.applications import Starlette

from pages.ui.serving import public_files


def test_a_file_is_served_under_its_content_and_cached_for_good(serving, fetch, tmp_path, monkeypatch):
    monkeypatch.setattr(public_files, "_mounted", False)  # afterwards again, so that other tests make nothing to serve
    path = tmp_path / "moving.mp4"
    path.write_bytes(b"0123456789")
    with serving(Starlette(routes=public_files.routes())) as url:
        address = public_files.publish(path)
        assert address == public_files.publish(path)
        status, headers, content = fetch(f"{url}/{address}")
        assert (status, content, headers["Content-Type"]) == (200, b"0123456789", "video/mp4")
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert fetch(f"{url}/{address}", Range="bytes=2-4")[::2] == (206, b"234")
        status, headers, content = fetch(f"{url}/{public_files.publish_content(b'picture', '.jpg')}")
        assert (status, content, headers["Content-Type"]) == (200, b"picture", "image/jpeg")
        path.write_bytes(b"another content")
        assert public_files.publish(path) != address
        path.unlink()
        assert fetch(f"{url}/{address}")[0] == 404
        assert fetch(f"{url}/made/unknown.mp4")[0] == 404
