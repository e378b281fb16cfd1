"""MediaPipe's object detector in place of BlazePose's own; no package here contains its model."""

from types import SimpleNamespace

import numpy as np
import pytest

from posecore import BlazePose, ModelNotFound, ModelUnusable, PoseOptions, decode_picture, estimate_image, find_model
from posecore.estimation import object_detector
from posecore.estimation.blazepose.search import Search
from posecore.estimation.object_detector import FILE_NAMES, ObjectDetector, find_object_detector, region_of
from posecore.estimation.oks import oks_between


def test_a_box_becomes_the_region_of_the_person_in_it():
    region = region_of(left=100, top=40, width=60, height=200, score=0.8)
    assert (region.x, region.y, region.size, region.rotation, region.score) == (130, 140, 300, 0, 0.8)


def test_it_is_found_in_the_model_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("POSECORE_MODEL_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert find_object_detector() is None
    for name in reversed(FILE_NAMES):
        (tmp_path / name).write_bytes(b"")
        assert find_object_detector() == tmp_path / name


def test_a_missing_file_is_reported(portrait, tmp_path):
    with pytest.raises(ModelNotFound, match=r"no object detector at .*nowhere\.tflite"):
        estimate_image(portrait, PoseOptions(search="thorough", object_detector=tmp_path / "nowhere.tflite"))


def test_a_file_that_is_not_a_detector_is_reported(tmp_path):
    rubbish = tmp_path / "rubbish.tflite"
    rubbish.write_bytes(b"not a model")
    for file in (rubbish, find_model("full")):
        with pytest.raises(ModelUnusable, match="cannot be used as an object detector that knows people"):
            ObjectDetector(file)


class TestLooks:
    """With boxes defined by hand, because the network is not available."""

    @pytest.fixture
    def shown(self) -> list[np.ndarray]:
        return []

    @pytest.fixture
    def candidates(self, shown, tmp_path, monkeypatch) -> ObjectDetector:
        """Sees one person where the picture's red is above 250."""

        def detect(image):
            pixels = image.numpy_view()
            shown.append(pixels.copy())
            rows, columns = np.nonzero(pixels[..., 0] > 250)
            if not len(rows):
                return SimpleNamespace(detections=[])
            box = SimpleNamespace(
                origin_x=columns.min(), origin_y=rows.min(), width=np.ptp(columns) + 1, height=np.ptp(rows) + 1
            )
            return SimpleNamespace(
                detections=[SimpleNamespace(bounding_box=box, categories=[SimpleNamespace(score=0.9)])]
            )

        monkeypatch.setattr(object_detector, "_create", lambda file: SimpleNamespace(detect=detect))
        (tmp_path / "model.tflite").write_bytes(b"")
        return ObjectDetector(tmp_path / "model.tflite")

    def test_detections_in_a_part_are_in_coordinates_of_the_whole(self, candidates, shown):
        picture = np.zeros((300, 600, 3), np.uint8)
        picture[100:180, 500:540, 0] = 255
        regions = [region for look in candidates(picture) for region in look()]
        assert len(shown) > 1
        assert shown[0].shape == picture.shape
        assert len(regions) >= 2
        assert all((region.x, region.y, region.size) == (520, 140, 120) for region in regions)

    @pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (40, 30)])
    def test_pictures_of_any_shape(self, candidates, shown, shape):
        assert [region for look in candidates(np.zeros((*shape, 3), np.uint8)) for region in look()] == []
        assert min(part.size for part in shown) > 0

    def test_a_search_confirms_its_candidates(self, candidates, shared_data):
        """A distant person whom the fast search misses."""
        picture = decode_picture(shared_data / "people" / "000000040083.jpg")
        everybody = estimate_image(picture, PoseOptions(people=2, search="thorough"))
        xy = everybody.xy[0]
        marked = picture.copy()
        marked[..., 0] = np.minimum(marked[..., 0], 250)
        for x, y in (xy.min(axis=0), xy.max(axis=0)):
            marked[int(y), int(x)] = (255, 0, 0)
        [pose] = Search(BlazePose(), candidates, patient=True).people(marked)
        assert oks_between(pose.points[:, :2], xy) >= 0.6
