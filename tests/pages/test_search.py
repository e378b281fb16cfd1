"""The thorough search, chosen under Settings."""

import pytest


def upload_three_men(app, shared_data):
    """Open the photo of three men on the Image page."""
    path = shared_data / "people" / "three_people.jpg"
    app.session_state["image_tabs"] = "Landmarks"
    app.file_uploader[0].set_value((path.name, path.read_bytes(), "image/jpeg")).run()
    return app


@pytest.fixture
def three_men(shared_data, open_page):
    """The Image page with the photo of three men and the maximum number of people."""
    app = open_page("image")
    app.number_input(key="people").set_value(20).run()
    return upload_three_men(app, shared_data)


def people_in_table(app) -> int:
    [table] = [shown.value for shown in app.dataframe if "landmark" in shown.value]
    return len(table) // 33


def test_presets_set_people_and_search_and_are_marked_only_while_they_are_true(open_page, shared_data):
    app = open_page("image")

    def state() -> tuple[int, str, list[str]]:
        buttons = [button for button in app.button if (button.key or "").startswith("preset_")]
        marked = [button.label for button in buttons if button.proto.type == "primary"]
        return app.number_input(key="people").value, app.radio(key="search").value, marked

    app.number_input(key="people").set_value(20).run()
    assert state() == (20, "fast", [])
    app.button(key="preset_Small or far away").click().run()
    assert state() == (1, "thorough", ["Small or far away"])
    app.number_input(key="people").set_value(2).run()
    assert state() == (2, "thorough", [])
    app.button(key="preset_One person").click().run()
    assert state() == (1, "fast", ["One person"])
    app.button(key="preset_A group").click().run()
    assert state() == (10, "thorough", ["A group"])
    assert people_in_table(upload_three_men(app, shared_data)) == 3


def test_everyone_is_found_and_people_beyond_the_maximum_are_reported(three_men):
    assert people_in_table(three_men) == 3
    assert not [words for words in three_men.markdown if "Maximum people" in words.value]
    three_men.number_input(key="people").set_value(2).run()
    assert people_in_table(three_men) == 2
    said = {words.value for words in three_men.markdown if "Maximum people" in words.value}
    assert [words for words in said if "1 more" in words] == [*said]
    three_men.button(key="image_everybody").click().run()
    assert people_in_table(three_men) == 3


def test_several_people_can_be_named_and_hidden_but_one_cannot(three_men):
    three_men.session_state["image_tabs"] = "People"
    three_men.run()
    [people] = [shown.value for shown in three_men.dataframe if "show" in shown.value]
    assert people["person"].tolist() == [1, 2, 3]
    assert people["show"].all()
    assert people["color"].is_unique
    three_men.number_input(key="people").set_value(1).run()
    assert not [shown for shown in three_men.dataframe if "show" in shown.value]


def test_the_background_can_be_blurred(three_men):
    three_men.button_group(key="image_background").set_value("blur").run()
    assert not three_men.exception
    assert not three_men.error
    assert [button for button in three_men.get("download_button") if "Cut-out" in button.proto.label]


def test_the_thorough_search_is_unavailable_with_mediapipe(open_page, shared_data):
    app = open_page("image")
    app.radio(key="search").set_value("thorough").run()
    app.radio(key="engine").set_value("mediapipe").run()
    assert app.radio(key="search").disabled
    assert people_in_table(upload_three_men(app, shared_data)) >= 1
    assert not app.exception
