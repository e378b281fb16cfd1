"""Figures of many videos side by side."""

from posecore.view.batch_charts import Spread, plot_counts, plot_spreads, shortened


def test_a_bar_is_between_the_percentiles_and_its_line_goes_to_the_extremes():
    sides = {"left": [Spread(10, 20, 50, 90), None], "right": [None, Spread(0, 5, 6, 7)]}
    left, right = plot_spreads(["a.mp4", "b.mp4"], sides, title="Knee").data
    assert (left.y, left.base, left.x) == ((0,), (20,), (30,))
    assert (
        left.base[0] + left.x[0] - left.error_x.arrayminus[0],
        left.base[0] + left.x[0] + left.error_x.array[0],
    ) == (
        10,
        90,
    )
    assert (right.y, right.base, right.x) == ((1,), (5,), (1,))
    assert left.marker.color != right.marker.color


def test_counts_have_whole_ticks_and_unknown_ones_no_bar():
    figure = plot_counts(["a.mp4", "b.mp4"], [3, None], title="Squat", unit="repetitions")
    assert figure.data[0].x == (3, None)
    assert figure.data[0].text == ("3", "")
    assert (figure.layout.xaxis.dtick, figure.layout.xaxis.title.text) == (1, "repetitions")
    assert plot_counts(["a.mp4"], [40], title="Squat", unit="repetitions").layout.xaxis.dtick is None


def test_long_names_keep_their_beginning_and_end():
    [name] = shortened([f"monday__{'long ' * 9}walk.mp4"])
    assert name.startswith("monday__long")
    assert name.endswith("walk.mp4")
    assert len(name) <= 28
