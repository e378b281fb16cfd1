"""As much of S3 as a batch needs, in memory: objects are put, also in parts, read, listed and deleted."""

import hashlib
import re
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_WHEN = "Sun, 29 Nov 2026 12:00:00 GMT"
_WHEN_ISO = "2026-11-29T12:00:00.000Z"


class S3StandIn:
    """A server of one account.

    Attributes:
        objects: content by "bucket/key".
        app: the application to serve.
    """

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self._uploads: dict[str, dict[int, bytes]] = {}
        self.app = Starlette(
            routes=[Route("/{path:path}", self._answer, methods=["GET", "HEAD", "PUT", "POST", "DELETE"])]
        )

    async def _answer(self, request: Request) -> Response:
        path, query = request.path_params["path"].rstrip("/"), request.query_params
        body = _without_chunks(await request.body(), request.headers.get("content-encoding", ""))
        if "/" not in path:
            return self._on_bucket(request.method, path, query, body)
        if request.method == "POST" and "uploads" in query:
            upload = str(len(self._uploads))
            self._uploads[upload] = {}
            return _xml("InitiateMultipartUploadResult", f"<UploadId>{upload}</UploadId>")
        if request.method == "POST":
            parts = self._uploads.pop(query["uploadId"])
            self.objects[path] = b"".join(parts[number] for number in sorted(parts))
            return _xml("CompleteMultipartUploadResult", f"<ETag>{_tag(self.objects[path])}</ETag>")
        if request.method == "PUT" and "uploadId" in query:
            self._uploads[query["uploadId"]][int(query["partNumber"])] = body
            return Response(headers={"ETag": _tag(body)})
        if request.method == "PUT":
            self.objects[path] = body
            return Response(headers={"ETag": _tag(body)})
        if request.method == "DELETE":
            self.objects.pop(path, None)
            return Response(status_code=204)
        return self._read(request, path)

    def _read(self, request: Request, path: str) -> Response:
        if path not in self.objects:
            return Response(status_code=404)
        content = self.objects[path]
        headers = {"ETag": _tag(content), "Last-Modified": _WHEN, "Accept-Ranges": "bytes"}
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
        if asked is None:
            return Response(content, headers=headers)
        first, last = int(asked[1]), min(int(asked[2] or len(content)), len(content) - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        return Response(content[first : last + 1], 206, headers)

    def _on_bucket(self, method: str, bucket: str, query: "dict[str, str]", body: bytes) -> Response:
        if method == "POST" and "delete" in query:
            for key in ElementTree.fromstring(body).iter():
                if key.tag.endswith("Key"):
                    self.objects.pop(f"{bucket}/{key.text}", None)
            return _xml("DeleteResult", "")
        if method != "GET":
            return Response()
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        keys = [
            name.removeprefix(f"{bucket}/") for name in sorted(self.objects) if name.startswith(f"{bucket}/{prefix}")
        ]
        is_deeper = [bool(delimiter) and delimiter in key[len(prefix) :] for key in keys]
        folders = dict.fromkeys(
            prefix + key[len(prefix) :].partition(delimiter)[0] + delimiter
            for key, deeper in zip(keys, is_deeper, strict=True)
            if deeper
        )
        listed = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{_WHEN_ISO}</LastModified>"
            f"<Size>{len(self.objects[f'{bucket}/{key}'])}</Size></Contents>"
            for key, deeper in zip(keys, is_deeper, strict=True)
            if not deeper
        )
        listed += "".join(f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>" for name in folders)
        count = len(keys) - sum(is_deeper) + len(folders)
        return _xml("ListBucketResult", f"<KeyCount>{count}</KeyCount><IsTruncated>false</IsTruncated>{listed}")


def _xml(root: str, content: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?><{root}>{content}</{root}>', media_type="application/xml")


def _tag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def _without_chunks(body: bytes, encoding: str) -> bytes:
    """The content of a body that is sent in chunks, each after a line with its length, with a checksum at the end."""
    if "aws-chunked" not in encoding:
        return body
    content = b""
    while body:
        line, _, body = body.partition(b"\r\n")
        length = int(line.partition(b";")[0], 16)
        if length == 0:
            break
        content, body = content + body[:length], body[length + 2 :]
    return content
