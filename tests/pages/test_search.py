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
    [table] = app.dataframe
    return len(table.value) // 33


def test_thorough_finds_all(three_men):
    three_men.radio(key="search").set_value("thorough").run()
    assert not three_men.exception
    assert people_in_table(three_men) == 3


def test_where_as_many_are_found_as_were_asked_for_there_may_be_more(three_men):
    three_men.radio(key="search").set_value("thorough").run()
    assert not [info for info in three_men.info if "may be more" in info.value]
    three_men.number_input(key="people").set_value(2).run()
    assert people_in_table(three_men) == 2
    [info] = [info for info in three_men.info if "may be more" in info.value]
    assert "2 people" in info.value


def test_with_mediapipes_engine_it_cannot_be_chosen(three_men):
    three_men.radio(key="search").set_value("thorough").run()
    three_men.radio(key="engine").set_value("mediapipe").run()
    assert not three_men.exception
    assert three_men.radio(key="search").disabled
    assert people_in_table(three_men) >= 1
