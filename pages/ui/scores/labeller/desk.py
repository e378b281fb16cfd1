"""What the labelling tool in the visitor's browser asks for: photos, what the model suggests, and to save labels."""

import asyncio
import hashlib
import json
import shutil
import threading
import weakref
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response

from pages.ui.scores.photo_set import PhotoSet
from pages.ui.serving.addresses import address, offer, withdraw
from posecore import PosecoreError, PoseOptions, estimate_image
from posecore.errors import UnreadableLabels
from posecore.evaluation.coco_labels import domain_of
from posecore.evaluation.label_file import LabelFile, PersonLabel, PhotoLabels, suggested_people
from posecore.media.pictures import decode_picture, encode_jpeg, fit_picture, picture_size

_SHOWN_PX = 2000
_PICTURES_KEPT = 6
_MOST_BYTES = 1_000_000
_MOST_WAITING = 20
_LABELS = "labels.json"
# A person in a box that a visitor drew reaches beyond it a little.
_AROUND_BOX = 0.2
_LEAST_BOX_PX = 16

# The same for all photos and visitors: loading a model takes longer than using it.
_IN_A_PHOTO = PoseOptions(people=10, search="thorough")
_IN_A_BOX = PoseOptions()  # the visitor waits, and there is one person

Rectangle = tuple[int, int, int, int]
Result = TypeVar("Result")


@dataclass(frozen=True)
class _Suggestion:
    """What is suggested for one photo."""

    size: tuple[int, int]
    people: tuple[PersonLabel, ...]
    note: str


class _Opened(NamedTuple):
    rgb: np.ndarray
    size: tuple[int, int]
    jpeg: bytes


class LabelDesk:
    """Photos of one visit and their labels, for the labelling tool.

    Photos are decoded, searched for people and encoded by one thread, and the next ones by another while one is
    labelled. Labels are saved, and people added, by two more: neither waits for a photo.

    Attributes:
        photo_set: as given.
        labels: of its photos.
        key: another file of labels has another one.
        asked_for: names of photos to be labelled first; there may be none of such a name.
        times_asked: how often photos were asked for.
    """

    def __init__(self, photo_set: PhotoSet) -> None:
        self.photo_set = photo_set
        self._saved = photo_set.labels
        self.labels = LabelFile()
        if self._saved is not None:
            self.labels = LabelFile.read(photo_set.source(), self._saved, _LABELS)
        self._suggestions: dict[str, _Suggestion] = {}
        self._pictures: OrderedDict[str, bytes] = OrderedDict()
        self._hashes: dict[str, str] = {}
        self._changing = threading.Lock()  # of the pictures
        self._opening = ThreadPoolExecutor(1, "label-photo")
        self._ahead = ThreadPoolExecutor(1, "label-ahead")
        self._adding = ThreadPoolExecutor(1, "label-people")
        self._saving = ThreadPoolExecutor(1, "label-files")
        self._waiting = 0
        # A weak reference, so that requests from browsers do not keep what a finished visit had.
        self._token = offer(partial(_answer, weakref.ref(self)), "POST")
        self.key = hashlib.sha256(self._token.encode()).hexdigest()[:16]
        self.closed = False
        self.asked_for: tuple[str, ...] = ()
        self.times_asked = 0

    def ask_for(self, names: Sequence[str]) -> None:
        """Have these photos labelled first, also again; if there are none, nothing changes."""
        if names:
            self.asked_for = tuple(names)
            self.times_asked += 1

    def close(self) -> None:
        """Answer no more."""
        self.closed = True
        withdraw(self._token)
        for thread in (self._opening, self._ahead, self._adding, self._saving):
            thread.shutdown(wait=False, cancel_futures=True)

    @property
    def address(self) -> str | None:
        """Where the browser reaches it; None: not on this server."""
        return address(self._token)

    def is_of(self, photo_set: PhotoSet) -> bool:
        """Whether it is at work on these photos and their labels as they are now."""
        return not self.closed and self.photo_set is photo_set and photo_set.labels == self._saved

    def listed(self) -> list[dict[str, str]]:
        """The photos as ``ListedPhoto`` of ``pages/ui/js/types.d.ts``."""
        return [
            {"name": name, "state": "done" if name in self.labels.done else "unknown"} for name in self.photo_set.photos
        ]

    def domains(self) -> list[str]:
        """The kinds of photos that are known."""
        labelled = {photo.domain for photo in self.labels.done.values()}
        return sorted((labelled | {domain_of({}, name) for name in self.photo_set.photos}) - {""})

    # In the threads of photos

    def about(self, name: str) -> dict[str, Any]:
        """One photo as ``DeskPhoto`` of ``pages/ui/js/types.d.ts``.

        Raises:
            PosecoreError: if the photo cannot be used.
        """
        done = self.labels.done.get(name)
        suggestion = self._suggestions.get(name)
        if done is not None and suggestion is None:
            # It need not be searched for people.
            opened = self._open(name)
            if done.size in (opened.size, (0, 0)):
                return _described(opened.size, done.domain, True, done.people, "")
        if suggestion is None:
            suggestion = self._suggest(name)
        if done is not None and done.size in (suggestion.size, (0, 0)):
            return _described(suggestion.size, done.domain, True, done.people, "")
        note = suggestion.note
        if done is not None:
            note = f"Its labels are for {done.size[0]} x {done.size[1]} pixels, but the photo has {suggestion.size[0]} "
            note += f"x {suggestion.size[1]}: label it again."
        return _described(suggestion.size, domain_of({}, name), False, suggestion.people, note)

    def picture(self, name: str) -> bytes:
        """The photo as a JPEG file that is no larger than a screen needs.

        Raises:
            PosecoreError: if it cannot be used.
        """
        known = self._pictures.get(name)
        return self._open(name).jpeg if known is None else known

    def person_in(self, name: str, box: Rectangle) -> PersonLabel | None:
        """The person whom the model finds in a box of a photo: left, top, width, height; None: nobody.

        Raises:
            PosecoreError: if the photo cannot be used.
        """
        rgb = decode_picture(self.photo_set.source().read(name), name=name)
        size = (rgb.shape[1], rgb.shape[0])
        x, y, width, height = box
        margin = round(_AROUND_BOX * max(width, height))
        left, top = max(x - margin, 0), max(y - margin, 0)
        part = rgb[top : y + height + margin, left : x + width + margin]
        if min(part.shape[:2]) < _LEAST_BOX_PX:
            return None
        people = suggested_people(estimate_image(np.ascontiguousarray(part), _IN_A_BOX))
        wanted = np.array([x, y, x + width, y + height], float) - [left, top, left, top]
        best = max(people, key=lambda person: _overlap(person, wanted), default=None)
        if best is None:
            return None
        return PersonLabel(np.clip(best.points + np.array([left, top]), 0, size), best.hidden)

    def _open(self, name: str) -> _Opened:
        """Decode a photo, and keep it encoded for the browser."""
        rgb = decode_picture(self.photo_set.source().read(name), name=name)
        jpeg = self._pictures.get(name) or encode_jpeg(fit_picture(rgb, _SHOWN_PX))
        with self._changing:
            self._pictures[name] = jpeg
            while len(self._pictures) > _PICTURES_KEPT:
                self._pictures.popitem(last=False)
        return _Opened(rgb, (rgb.shape[1], rgb.shape[0]), jpeg)

    def _suggest(self, name: str) -> _Suggestion:
        rgb, size, _ = self._open(name)
        people: tuple[PersonLabel, ...] = ()
        note = ""
        try:
            people = suggested_people(estimate_image(rgb, _IN_A_PHOTO))
        except PosecoreError as error:  # people can be added by hand
            note = f"Nobody can be suggested: {error}"
        suggestion = self._suggestions[name] = _Suggestion(size, people, note)
        return suggestion

    # In the thread that saves

    def save(self, message: dict[str, Any]) -> int:
        """Save the labels of one photo that a browser sends, and return how many photos are labelled.

        Raises:
            UnreadableLabels: if the message has something else.
            PosecoreError: if the photo cannot be used.
        """
        name = message["photo"]
        if message.get("done"):
            size = self._size_of(name)
            if message.get("size", list(size)) != list(size):
                raise UnreadableLabels(f"{name} has another size than the photo that was labelled.")
            self.labels.confirm(PhotoLabels.from_message(message, name, size))
        else:
            self.labels.take_back(name)
        saved = self.labels.to_json()
        self.photo_set.keep_labels(saved)
        self._saved = saved
        return len(self.labels.done)

    def _size_of(self, name: str) -> tuple[int, int]:
        suggestion = self._suggestions.get(name)
        return suggestion.size if suggestion else picture_size(self.photo_set.source().read(name), name=name)

    def hashes(self) -> dict[str, str]:
        """SHA-256 of each photo's bytes, by name; without photos that cannot be read."""
        for name in self.photo_set.photos:
            if name not in self._hashes and not self.closed:
                try:
                    self._hashes[name] = hashlib.sha256(self.photo_set.source().read(name)).hexdigest()
                except UnreadableLabels:
                    continue
        return self._hashes

    def labelled_zip(self) -> Path:
        """A zip of all photos with the labels made so far, and no other file of labels."""
        target = self.photo_set.folder.path / "labelled.zip"
        labels = self.labels.to_json()
        if not self.photo_set.source().files(".json"):
            shutil.copyfile(self.photo_set.archive, target)
            with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(_LABELS, labels)
            return target
        with zipfile.ZipFile(target, "w") as archive:  # photos are small already
            for name in self.photo_set.photos:
                archive.writestr(name, self.photo_set.source().read(name))
            archive.writestr(_LABELS, labels, zipfile.ZIP_DEFLATED)
        return target

    # On the server's event loop

    async def answer(self, request: Request) -> Response | None:
        """Answer the browser, see ``pages/ui/js/scores/desk_link.js``."""
        if self.photo_set.closed:
            return None
        if self._waiting >= _MOST_WAITING:
            return PlainTextResponse("Too much is asked at once.", 429)
        self._waiting += 1
        try:
            return await (self._answer_post(request) if request.method == "POST" else self._answer_get(request))
        except PosecoreError as error:
            return PlainTextResponse(str(error), 422)
        except (OSError, RuntimeError, asyncio.CancelledError):  # the visit may have ended meanwhile
            if self.photo_set.closed or self.closed:
                return None
            raise
        finally:
            self._waiting -= 1

    async def _answer_get(self, request: Request) -> Response:
        asked = request.query_params
        if "hashes" in asked:
            return JSONResponse(await _done(self._saving.submit(self.hashes)))
        if "labels" in asked:
            content = await _done(self._saving.submit(self.labels.to_json))
            return Response(content, media_type="application/json", headers=_as_file(_LABELS))
        if "zip" in asked:
            path = await _done(self._saving.submit(self.labelled_zip))
            return FileResponse(path, media_type="application/zip", filename="photos-with-labels.zip")
        name = asked.get("photo") or asked.get("picture") or ""
        if name not in self.photo_set.photos:
            raise UnreadableLabels("There is no such photo.")
        photos = self._ahead if "ahead" in asked else self._opening
        if "picture" in asked:
            return Response(await _done(photos.submit(self.picture, name)), media_type="image/jpeg")
        if "box" in asked:
            found = await _done(self._adding.submit(self.person_in, name, _rectangle(asked["box"])))
            return JSONResponse({"person": None if found is None else found.flat})
        return JSONResponse(await _done(photos.submit(self.about, name)))

    async def _answer_post(self, request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BYTES:
                raise UnreadableLabels(f"Expected at most {_MOST_BYTES:,} bytes.")
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict) or message.get("photo") not in self.photo_set.photos:
            raise UnreadableLabels("Expected the labels of one photo.")
        return JSONResponse({"done": await _done(self._saving.submit(self.save, message))})


async def _done(job: Future[Result]) -> Result:
    return await asyncio.wrap_future(job)


async def _answer(there: Callable[[], LabelDesk | None], request: Request) -> Response | None:
    desk = there()
    return None if desk is None else await desk.answer(request)


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _described(
    size: tuple[int, int], domain: str, done: bool, people: tuple[PersonLabel, ...], note: str
) -> dict[str, Any]:
    flat = [person.flat for person in people]
    return {"size": list(size), "domain": domain, "done": done, "people": flat, "note": note}


def _rectangle(text: str) -> Rectangle:
    parts = text.split(",")
    if len(parts) != 4 or not all(part.isdecimal() and len(part) < 6 for part in parts):
        raise UnreadableLabels("Expected a box as four whole numbers.")
    x, y, width, height = map(int, parts)
    return x, y, width, height


def _overlap(person: PersonLabel, box: np.ndarray) -> float:
    """Share of the person's joints in a box (left, top, right, bottom) times their spread: the one it was drawn for."""
    known = person.points[np.isfinite(person.points).all(axis=-1)]
    inside = ((known >= box[:2]) & (known <= box[2:])).all(axis=-1)
    return float(inside.mean() * np.sqrt(person.area))
