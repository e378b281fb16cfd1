import io
import json

import cv2
import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from posecore.errors import InvalidCamera, UnreadableCamera
from posecore.media.optics import focal_length_35mm
from posecore.rigid.camera import Camera
from posecore.rigid.camera_files import camera_of_photo, load_camera, save_camera

MATRIX = [[500.5, 0, 320.25], [0, 501.5, 240.75], [0, 0, 1]]
BENT = [-0.1, 1e-5, 0.001, -0.002, 0.01]
FLAT = [number for row in MATRIX for number in row]


def write_by_opencv(path):
    storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_WRITE)
    for name, value in (("image_width", 640), ("image_height", 480), ("camera_matrix", np.array(MATRIX)),
                        ("distortion_coefficients", np.array([BENT]))):  # fmt: skip
        storage.write(name, value)
    storage.release()


@pytest.mark.parametrize("ending", ["yml", "yaml", "json"])
def test_what_opencv_writes(tmp_path, ending):
    path = tmp_path / f"camera.{ending}"
    write_by_opencv(path)
    camera = load_camera(path)
    np.testing.assert_allclose(camera.matrix, MATRIX)
    np.testing.assert_allclose(camera.distortion, BENT)
    assert camera.size == (640, 480)


def test_what_old_versions_of_opencv_wrote(tmp_path):
    path = tmp_path / "camera.yml"
    write_by_opencv(path)
    path.write_text(path.read_text().replace("%YAML 1.2", "%YAML:1.0"))
    np.testing.assert_allclose(load_camera(path).matrix, MATRIX)


@pytest.mark.parametrize(
    "content",
    [
        {"image_width": 640, "image_height": 480, "camera_matrix": {"rows": 3, "cols": 3, "data": FLAT},
         "distortion_model": "plumb_bob", "distortion_coefficients": {"rows": 1, "cols": 5, "data": BENT}},
        {"cam0": {"camera_model": "pinhole", "intrinsics": [500.5, 501.5, 320.25, 240.75], "resolution": [640, 480],
                  "distortion_model": "radtan", "distortion_coeffs": BENT}},
        {"K": MATRIX, "dist": [BENT], "size": {"width": 640, "height": 480}},
        {"mtx": MATRIX, "D": BENT, "width": 640, "height": 480},
    ],
    ids=["ros", "kalibr", "lists", "short names"],
)  # fmt: skip
def test_what_others_write(tmp_path, content):
    path = tmp_path / "camera.json"
    path.write_text(json.dumps(content))
    camera = load_camera(path)
    np.testing.assert_allclose(camera.matrix, MATRIX)
    np.testing.assert_allclose(camera.distortion, BENT)
    assert camera.size == (640, 480)


def test_a_camera_comes_back_and_opencv_reads_it_too(tmp_path):
    path = tmp_path / "camera.yml"
    save_camera(Camera(MATRIX, BENT, (640, 480)), path, error_px=0.25)
    again = load_camera(path, size=(320, 240))
    np.testing.assert_allclose(again.matrix, Camera(MATRIX, BENT, (640, 480)).scaled((320, 240)).matrix)
    storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_READ)
    np.testing.assert_allclose(storage.getNode("camera_matrix").mat(), MATRIX)
    assert storage.getNode("avg_reprojection_error").real() == 0.25


def test_of_several_cameras_the_one_of_the_name_or_the_size(tmp_path):
    path = tmp_path / "cameras.yaml"
    path.write_text(
        json.dumps({name: {"K": FLAT, "width": w, "height": h} for name, w, h in (("a", 64, 48), ("b", 64, 36))})
    )
    assert load_camera(path, size=(64, 36)).size == (64, 36)
    assert load_camera(f"{path}#a", size=(640, 480)).size == (640, 480)
    with pytest.raises(UnreadableCamera, match=r"\(a, b\)"):
        load_camera(path)
    with pytest.raises(UnreadableCamera, match="got c"):
        load_camera(f"{path}#c")


def test_a_matrix_without_a_size_is_for_the_image(tmp_path):
    path = tmp_path / "camera.yaml"
    path.write_text(f"K: {FLAT}")
    assert load_camera(path, size=(640, 480)).size == (640, 480)
    with pytest.raises(UnreadableCamera, match="image_width"):
        load_camera(path)


def many_in_many() -> bytes:
    """A thousand times a thousand times a thousand sections, in a few kilobytes."""
    parts = [", ".join(f"k{key}: *m{level}" for key in range(1000)) for level in range(3)]
    return "\n".join(
        ["m0: &m0 {}", *(f"m{level + 1}: &m{level + 1} {{{part}}}" for level, part in enumerate(parts))]
    ).encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no camera"),
        (b"hello", "holds no camera"),
        (b"a: [1, 2", "neither YAML nor JSON"),
        (b"\xff\xfe\x00", "not a text"),
        (b"!!python/object/apply:os.system ['true']", "neither YAML nor JSON"),
        (b"cam0: {intrinsics: [1, 1, 1, 1], distortion_model: equidistant}", "equidistant"),
        (b"[" * 1500, "at most 20 lists"),
        (b"- " * 1500, "neither YAML nor JSON"),
        (many_in_many(), "at most 1,000 sections"),
    ],
)
def test_what_is_no_camera_is_refused(tmp_path, content, message):
    path = tmp_path / "camera.yaml"
    path.write_bytes(content)
    with pytest.raises(UnreadableCamera, match=message):
        load_camera(path)


@pytest.mark.parametrize("side", [".nan", ".inf", "1" + "0" * 400])
def test_a_size_without_an_end_is_refused(tmp_path, side):
    path = tmp_path / "camera.yaml"
    path.write_text(f"K: [1, 0, 1, 0, 1, 1, 0, 0, 1]\nwidth: 640\nheight: {side}")
    with pytest.raises((InvalidCamera, UnreadableCamera), match=r"size of images in pixels|image_width"):
        load_camera(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UnreadableCamera, match="cannot be read"):
        load_camera(tmp_path / "none.yaml")


def test_a_camera_of_another_shape_is_refused(tmp_path):
    path = tmp_path / "camera.yaml"
    write_by_opencv(path)
    with pytest.raises(InvalidCamera, match="same shape"):
        load_camera(path, size=(480, 640))


def test_all_cameras_of_a_real_file_by_name(shared_data):
    path = shared_data / "apriltag" / "test_info.yaml"
    assert load_camera(path, size=(1056, 792)).matrix[0, 0] == pytest.approx(329.873, abs=1e-3)
    assert load_camera(f"{path}#sample_test").matrix[0, 2] == pytest.approx(333.358, abs=1e-3)
    with pytest.raises(UnreadableCamera, match="multiple_tags_test"):
        load_camera(path, size=(640, 480))


def photo(form="JPEG", **tags):
    exif = Image.Exif()
    fractions = {name: IFDRational(value) if isinstance(value, float) else value for name, value in tags.items()}
    exif.get_ifd(34665).update({int(name[1:]): value for name, value in fractions.items()})
    file = io.BytesIO()
    Image.new("RGB", (40, 30)).save(file, form, exif=exif.tobytes())
    return file.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_the_focal_length_of_a_photo(form):
    assert focal_length_35mm(photo(form, _41989=26)) == 26


def test_the_camera_of_a_photo_whichever_way_it_is_held():
    for size in ((4000, 3000), (3000, 4000)):
        assert camera_of_photo(photo(_41989=26), size).matrix[0, 0] == pytest.approx(5000 * 26 / 43.2666, rel=1e-5)
    assert camera_of_photo(photo(), (40, 30)) is None
    assert camera_of_photo(b"nothing", (40, 30)) is None


def test_the_focal_length_from_the_size_of_the_sensor():
    # 6000 x 4000 pixels on 36 x 24 mm: 6000 / 3.6 pixels per centimetre.
    sensor = {"_37386": 50.0, "_41486": 6000 / 3.6, "_41487": 6000 / 3.6, "_41488": 3, "_40962": 6000, "_40963": 4000}
    assert focal_length_35mm(photo(**sensor)) == pytest.approx(50, rel=1e-4)
    assert focal_length_35mm(photo(**{**sensor, "_41989": 0})) == pytest.approx(50, rel=1e-4)
    assert focal_length_35mm(photo(**{**sensor, "_41486": 0.0})) is None
    assert focal_length_35mm(photo(_37386=50.0)) is None


def test_only_decoders_of_photos_are_tried(monkeypatch):
    tried = []
    monkeypatch.setitem(Image.OPEN, "SPY", (lambda *_: tried.append("SPY"), lambda head: head.startswith(b"spy")))
    monkeypatch.setattr(Image, "ID", [*Image.ID, "SPY"])
    with pytest.raises(AttributeError):  # Pillow itself would use it, and fail as it returns nothing
        Image.open(io.BytesIO(b"spy" * 10))
    assert tried == ["SPY"]
    assert focal_length_35mm(b"spy" * 10) is None
    assert tried == ["SPY"]


def test_real_photos_without_a_focal_length_have_no_camera(shared_data):
    assert camera_of_photo(shared_data / "exif" / "Portrait_6.jpg", (1200, 1800)) is None
