"""What the app and the command line read from strangers: a sound file of each kind, ways to damage it, and its reader.

Videos have a script of their own, ``benchmarks/mutations.py``.
"""

import io
import json
import random
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.hostile import archives, binary, photos, texts
from benchmarks.hostile.binary import Way
from benchmarks.hostile.raw_photo import dng
from pages.ui.live.device_frames import RefusedFrames, frame_bytes
from pages.ui.live.device_stream import DeviceStream
from posecore import ExerciseSession, HandSequence, PoseSequence
from posecore.errors import PosecoreError
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.label_file import LabelFile
from posecore.evaluation.motion_files.any_file import read_motion
from posecore.evaluation.photo_source import PhotoSource
from posecore.evaluation.results_file import read_results
from posecore.export.bvh_file import write_bvh
from posecore.export.c3d_file import write_c3d
from posecore.export.json_file import write_json
from posecore.export.opensim_file import write_trc
from posecore.export.saved import load_sequence, save_sequence
from posecore.hands import HandSlot
from posecore.media.optics import focal_length_35mm
from posecore.media.pictures import decode_picture, identify_picture
from posecore.media.samples import sample_picture
from posecore.motion.angles import measure_angles
from posecore.motion.exercises.results import Repetition
from posecore.progress import csv_file, excel_file
from posecore.progress.files import read_sessions
from posecore.rigid.camera import Camera
from posecore.rigid.camera_files import load_camera, save_camera
from posecore.signs import sign_file
from posecore.signs.movements import HandMovement
from posecore.signs.taught import SignBook
from posecore.view.overlays.puppet_svg import TEMPLATE, Puppet

_FRAMES, _SIZE = 12, (640, 480)
_NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
Read = Callable[[Path], object]
"""Reads an upload, whose file has the name that a visitor chose."""


@dataclass(frozen=True)
class Door:
    """A kind of upload.

    Attributes:
        sound: makes a file as it should be.
        ways: to damage it.
        read: what the app does with it.
        share: how many of all uploads are of this kind, against 1 for a usual one.
    """

    sound: Callable[[], bytes]
    ways: tuple[Way, ...]
    read: Read
    share: float = 1


def _read_photo(path: Path) -> object:
    data = path.read_bytes()
    identify_picture(path)
    return decode_picture(data, name=path.name), focal_length_35mm(data)


def _read_saved(path: Path) -> object:
    with path.open("rb") as stream:
        saved = load_sequence(stream)
    with tempfile.TemporaryDirectory() as folder:  # and what a page does with it first
        write_json(saved.sequence, Path(folder, "again.json"))
        save_sequence(saved.sequence, Path(folder, "again.npz"), hands=saved.hands)
    measure_angles(saved.sequence)
    return saved


def _read_sessions(path: Path) -> object:
    sessions = read_sessions(path.read_bytes())
    csv_file.write_csv(sessions)
    return sessions


def _read_signs(path: Path) -> object:
    with path.open("rb") as stream:
        book = sign_file.load_signs(stream)
    return sign_file.to_json(book)


def _read_labels(path: Path) -> object:
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "photos.zip")
        archive.write_bytes(_photo_zip())
        return LabelFile.read(PhotoSource(archive), path.read_bytes(), path.name).to_json()


def _read_labelled_zip(path: Path) -> object:
    labelled = read_labelled_set(path)
    source = PhotoSource(path)
    return [decode_picture(source.read(name), name=name) for name in source.files((".jpg", ".png"))[:3]], labelled


def _read_results(path: Path) -> object:
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "photos.zip")
        archive.write_bytes(_photo_zip())
        labels = Path(folder, "labels.json")
        labels.write_bytes(_labels())
        return read_results(path, read_labelled_set(archive, labels))


def _read_motion(path: Path) -> object:
    return read_motion(path, 30)


def _read_puppet(path: Path) -> object:
    return Puppet.read(path.read_bytes(), name=path.name)


def _read_device(path: Path) -> object:
    stream = DeviceStream()
    data = path.read_bytes()
    try:
        stream.begin()
        stream.take(data)
        stream.hear(data.decode("utf-8", "replace"))
    except RefusedFrames as error:
        raise PosecoreError(str(error)) from error  # a browser is told so
    return stream.digest()


@cache
def _sequence() -> PoseSequence:
    """Somebody who stands and breathes."""
    chance = np.random.default_rng(1)
    body = np.array(Image.open(sample_picture().path).size) * chance.uniform(0.2, 0.8, (33, 2))
    xy = np.repeat(body[None, None], _FRAMES, axis=0) + chance.normal(0, 1, (_FRAMES, 1, 33, 2))
    world = np.concatenate([xy / 300 - 1, chance.normal(0, 0.1, (_FRAMES, 1, 33, 1))], axis=-1)
    sure = np.full((_FRAMES, 1, 33), 0.9)
    times = np.arange(_FRAMES) / 30
    return PoseSequence(
        xy=xy,
        z=world[..., 2],
        world=world,
        visibility=sure,
        presence=sure,
        person_ids=[1],
        times_s=times,
        size=_SIZE,
        fps=30,
        names={1: "Ann"},
    )


def _hands() -> HandSequence:
    chance = np.random.default_rng(2)
    arrays = {
        "xy": chance.uniform(0, 400, (_FRAMES, 1, 21, 2)),
        "z": chance.normal(0, 1, (_FRAMES, 1, 21)),
        "world": chance.normal(0, 0.05, (_FRAMES, 1, 21, 3)),
        "score": np.full((_FRAMES, 1), 0.9),
        "right": np.full((_FRAMES, 1), 0.1),
    }
    times = np.arange(_FRAMES) / 30
    return HandSequence(**arrays, slots=(HandSlot(1, "left"),), times_s=times, size=_SIZE, fps=30)


def _written(write: Callable[[Path], object], name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        write(path)
        return path.read_bytes()


def _saved() -> bytes:
    return _written(lambda path: save_sequence(_sequence(), path, hands=_hands(), facts={"source": "a.mp4"}), "a.npz")


def _photo(kind: str) -> bytes:
    target = io.BytesIO()
    image = Image.open(sample_picture().path).convert("RGB").resize((160, 188))
    exif = Image.Exif()
    exif[0x0112] = 1
    if kind == "heic":
        import pillow_heif

        pillow_heif.from_pillow(image).save(target)
    else:
        image.save(target, kind, **({"exif": exif} if kind in ("JPEG", "PNG", "WEBP", "TIFF") else {}))
    return target.getvalue()


def _raw_photo() -> bytes:
    return dng(np.asarray(Image.open(sample_picture().path).convert("RGB").resize((160, 188))))


def _session() -> ExerciseSession:
    one = Repetition(
        1, 2, 3, "both", {"left_knee": 90.0, "right_knee": 91.0}, {"down": 0.8, "hold": 0.3, "up": 0.9}, -1.0, 0
    )
    return ExerciseSession(_NOON, "squat", "video", "a.mp4", ((one, one),))


def _signs() -> bytes:
    chance, book = np.random.default_rng(3), SignBook()
    for text in ("hello", "thanks"):
        book.add(text, HandMovement(chance.uniform(0, 1, (20, 2, 2)), chance.uniform(0, 1, (20, 2, 21, 3))))
    return sign_file.to_json(book)


def _person() -> list[float]:
    points = np.random.default_rng(4).uniform(20, 120, (17, 2))
    return [value for x, y in points.round(1).tolist() for value in (x, y, 2)]


@cache
def _labels() -> bytes:
    images = [{"id": number, "file_name": f"{number}.jpg", "width": 160, "height": 188} for number in (1, 2)]
    labels = [
        {"id": n, "image_id": n, "category_id": 1, "keypoints": _person(), "bbox": [20, 20, 100, 100], "area": 6000}
        for n in (1, 2)
    ]
    category = {"id": 1, "name": "person", "keypoints": list(COCO_17)}
    return json.dumps({"images": images, "annotations": labels, "categories": [category]}).encode()


@cache
def _photo_zip() -> bytes:
    return archives.zipped([(zipfile.ZipInfo(f"{number}.jpg"), _photo("JPEG")) for number in (1, 2)])


def _labelled_zip() -> bytes:
    return archives.zipped([*archives.members_of(_photo_zip()), (zipfile.ZipInfo("labels.json"), _labels())])


def _results() -> bytes:
    return json.dumps(
        [{"image_id": number, "category_id": 1, "keypoints": _person(), "score": 0.9} for number in (1, 2)]
    ).encode()


def _results_zip() -> bytes:
    people = json.dumps([{"keypoints": np.reshape(_person(), (17, 3))[:, :2].tolist(), "keypoint_scores": [0.9] * 17}])
    return archives.zipped([(zipfile.ZipInfo(f"{number}.json"), people.encode()) for number in (1, 2)])


def _openpose() -> bytes:
    frame = json.dumps({"version": 1.3, "people": [{"pose_keypoints_2d": [*_person(), *([1.0] * 24)]}]}).encode()
    return archives.zipped([(zipfile.ZipInfo(f"a_{at:012}_keypoints.json"), frame) for at in range(5)])


def _camera() -> bytes:
    camera = Camera(np.array([[500.0, 0, 320], [0, 500, 240], [0, 0, 1]]), np.zeros(5), _SIZE)
    return _written(lambda path: save_camera(camera, path), "a.yml")


def _camera_json() -> bytes:
    return json.dumps(
        {"cam0": {"camera_model": "pinhole", "intrinsics": [500, 500, 320, 240], "resolution": [640, 480],
                  "distortion_model": "radtan", "distortion_coeffs": [0, 0, 0, 0]}}
    ).encode()  # fmt: skip


def _frame() -> bytes:
    return b"".join(frame_bytes(_sequence().frame(at), at, at / 30) for at in range(3))


def _text_or_bytes(*ways: Way) -> tuple[Way, ...]:
    return (*ways, *binary.WAYS)


def _motion(write: Callable[[PoseSequence, Path, int], object], suffix: str) -> Callable[[], bytes]:
    return lambda: _written(lambda path: write(_sequence(), path, 1), f"a{suffix}")


DOORS: Mapping[str, Door] = {
    **{
        f"photo{suffix}": Door(lambda kind=kind: _photo(kind), photos.WAYS, _read_photo)  # type: ignore[misc]
        for suffix, kind in (
            (".jpg", "JPEG"), (".png", "PNG"), (".webp", "WEBP"), (".heic", "heic"), (".avif", "AVIF"),
            (".tif", "TIFF"), (".gif", "GIF"), (".bmp", "BMP"),
        )
    },
    "photo.dng": Door(_raw_photo, binary.WAYS, _read_photo, 0.2),  # each is developed by a process of its own
    "result.posecore.npz": Door(_saved, archives.WAYS, _read_saved, 4),
    "sessions.csv": Door(lambda: csv_file.write_csv([_session()]), _text_or_bytes(*texts.LINE_WAYS), _read_sessions, 2),
    "sessions.xlsx": Door(lambda: excel_file.write_excel([_session()]), archives.WAYS, _read_sessions, 2),
    "a.signs.json": Door(_signs, _text_or_bytes(*texts.JSON_WAYS), _read_signs, 2),
    "labels.json": Door(_labels, _text_or_bytes(*texts.JSON_WAYS), _read_labels, 2),
    "labelled.zip": Door(_labelled_zip, archives.WAYS, _read_labelled_zip, 2),
    "results.json": Door(_results, _text_or_bytes(*texts.JSON_WAYS), _read_results, 2),
    "results.zip": Door(_results_zip, archives.WAYS, _read_results, 2),
    "movement.c3d": Door(_motion(write_c3d, ".c3d"), binary.WAYS, _read_motion, 2),
    "movement.trc": Door(_motion(write_trc, ".trc"), _text_or_bytes(*texts.LINE_WAYS), _read_motion),
    "movement.bvh": Door(_motion(write_bvh, ".bvh"), _text_or_bytes(*texts.LINE_WAYS), _read_motion),
    "openpose.zip": Door(_openpose, archives.WAYS, _read_motion),
    "puppet.svg": Door(TEMPLATE.read_bytes, _text_or_bytes(*texts.XML_WAYS), _read_puppet, 2),
    "camera.yml": Door(_camera, _text_or_bytes(texts.yaml_bomb, texts.yaml_bomb, *texts.LINE_WAYS), load_camera, 2),
    "camera.json": Door(_camera_json, _text_or_bytes(*texts.JSON_WAYS), load_camera),
    "device.bin": Door(_frame, binary.WAYS, _read_device, 2),
}  # fmt: skip
"""By the name of a file of this kind."""


def damaged(kind: str, chance: random.Random) -> tuple[str, bytes]:
    """A damaged file of a kind: the way, and its content."""
    door = DOORS[kind]
    way = chance.choice(door.ways)
    try:
        return way.__name__, way(chance, _sound(kind))
    except (
        ValueError,
        KeyError,
        OSError,
        IndexError,
        RecursionError,
    ):  # the file has nothing that this way could damage
        return "flip", binary.flip(chance, _sound(kind))


@cache
def _sound(kind: str) -> bytes:
    return DOORS[kind].sound()
