"""The thorough search, chosen under Settings."""

import pytest


@pytest.fixture
def three_men(shared_data, open_page):
    """The Image page with the photograph of three men, asked for as many people as may be."""
    path = shared_data / "people" / "three_people.jpg"
    app = open_page("image")
    app.number_input(key="people").set_value(20).run()
    app.file_uploader[0].set_value((path.name, path.read_bytes(), "image/jpeg")).run()
    return app


def people_in_table(app) -> int:
    [table] = [shown.value for shown in app.dataframe if "landmark" in shown.value]
    return len(table) // 33


def test_thorough_finds_all(three_men):
    three_men.radio(key="search").set_value("thorough").run()
    assert not three_men.exception
    assert people_in_table(three_men) == 3


@pytest.mark.parametrize("search", ["fast", "thorough"])
def test_more_than_were_asked_for_are_told_of(three_men, search):
    three_men.radio(key="search").set_value(search).run()
    assert not [info for info in three_men.info if "Maximum people" in info.value]
    three_men.number_input(key="people").set_value(2).run()
    assert people_in_table(three_men) == 2
    [info] = [info for info in three_men.info if "Maximum people" in info.value]
    assert "1 more" in info.value


def test_several_can_be_named_and_hidden_and_one_cannot(three_men):
    [people] = [shown.value for shown in three_men.dataframe if "show" in shown.value]
    assert people["person"].tolist() == [1, 2, 3]
    assert people["show"].all()
    assert people["color"].is_unique
    three_men.number_input(key="people").set_value(1).run()
    assert not [shown for shown in three_men.dataframe if "show" in shown.value]


def test_behind_the_people_it_may_be_blurred(three_men):
    three_men.button_group(key="image_background").set_value("blur").run()
    assert not three_men.exception
    assert not three_men.error
    assert [button for button in three_men.get("download_button") if "Cut-out" in button.proto.label]


def test_with_mediapipes_engine_it_cannot_be_chosen(three_men):
    three_men.radio(key="search").set_value("thorough").run()
    three_men.radio(key="engine").set_value("mediapipe").run()
    assert not three_men.exception
    assert three_men.radio(key="search").disabled
    assert people_in_table(three_men) >= 1
