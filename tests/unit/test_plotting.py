"""Pictures of series, by what their axes say."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.dates import num2date
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from cassandra_pv_archiver import MissingExtraError, SampleSeries, plot_series
from tests.unit.made_series import NUMERIC, STATES, decimated, sample, series_of

SECOND = 10**9
NOON = 1_795_521_600 * SECOND  # 2026-11-24 12:00 UTC
MINUTE = 60 * SECOND
ALARM_COLOURS = {"MINOR": "#d08700", "MAJOR": "#e0393e", "INVALID": "#b04fd6"}


@pytest.fixture(autouse=True)
def agg() -> Iterator[None]:
    pyplot.switch_backend("agg")
    yield
    pyplot.close("all")


def minutes(*values: Any, end: float | None = None, name: str = "a channel") -> SampleSeries:
    """A value each minute from noon on; a pair is a value with its severity."""
    pairs = [value if isinstance(value, tuple) else (value, "OK") for value in values]
    samples = [sample(NOON + number * MINUTE, value, level=level) for number, (value, level) in enumerate(pairs)]
    return series_of(samples, NOON, NOON + int((len(values) if end is None else end) * MINUTE), name)


def steps(axes: Axes, line: int = 0) -> list[tuple[float, float, float]]:
    """What a line shows: value, and the minutes after noon between which it is drawn."""
    x, y = (np.asarray(data, np.float64) for data in axes.lines[line].get_data())
    after_noon = (x * 86_400 - NOON / SECOND) / 60
    return [
        (float(value), round(float(begin), 3), round(float(end), 3))
        for value, begin, end in zip(y[::3], after_noon[::3], after_noon[1::3], strict=True)
        if not np.isnan(value)
    ]


def drawn(figure: Figure, kind: str = "png") -> bytes:
    target = io.BytesIO()
    figure.savefig(target, format=kind)
    return target.getvalue()


def texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def alarms(axes: Axes) -> dict[str, list[tuple[float, float, float]]]:
    """What the lines of each severity show."""
    return {
        str(line.get_gid()): steps(axes, number) for number, line in enumerate(axes.lines) if line.get_gid() is not None
    }


def test_a_value_is_drawn_while_it_is_in_force() -> None:
    axes = minutes(1.0, 1.5, 1.5, 4.0, end=5).plot()
    assert steps(axes) == [(1.0, 0, 1), (1.5, 1, 3), (4.0, 3, 5)]
    assert axes.get_ylabel() == "mA"
    assert axes.get_title("left") == "a channel"
    assert axes.get_xlabel() == "2026-11-24 12:00:00 to 12:05:00, UTC"
    left, right = (num2date(edge).strftime("%H:%M:%S") for edge in axes.get_xlim())
    assert (left, right) == ("12:00:00", "12:05:00")


def test_neighbours_outside_of_the_range_are_not_drawn_there() -> None:
    samples = [sample(NOON - 600 * MINUTE, 1.0), sample(NOON + MINUTE, 2.0), sample(NOON + 90 * MINUTE, 99.0)]
    axes = series_of(samples, NOON, NOON + 3 * MINUTE).plot()
    assert steps(axes) == [(1.0, 0, 1), (2.0, 1, 3)]
    assert axes.get_ylim()[1] < 3


def test_gaps_stay_empty_and_say_why() -> None:
    axes = minutes(1.0, None, 2.0, float("nan"), 3.0).plot()
    assert steps(axes) == [(1.0, 0, 1), (2.0, 2, 3), (3.0, 4, 5)]
    y = np.asarray(axes.lines[0].get_ydata(), np.float64)
    assert np.isnan(y).any(), "a line would be drawn over the gap"
    (hatched,) = [patch for patch in axes.patches if patch.get_hatch()]
    begin, end = (hatched.get_x() * 1440, (hatched.get_x() + hatched.get_width()) * 1440)  # pyright: ignore[reportAttributeAccessIssue]
    assert np.allclose([begin, end], [NOON / MINUTE + 1, NOON / MINUTE + 2])
    assert texts(axes) == ["Disconnected"]
    assert "no value" in legend_of(axes.figure)


def legend_of(figure: Any) -> list[str]:
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def test_a_gap_that_has_not_ended_reaches_to_the_end() -> None:
    axes = minutes(1.0, None, end=10).plot()
    (hatched,) = [patch for patch in axes.patches if patch.get_hatch()]
    assert np.isclose((hatched.get_x() + hatched.get_width()) * 1440, NOON / MINUTE + 10)  # pyright: ignore[reportAttributeAccessIssue]


def test_decimated_samples_have_a_band_and_last_for_their_period() -> None:
    samples = [decimated(NOON + number * MINUTE, 5.0 + number, 1.0, 10.0 + number) for number in range(3)]
    axes = series_of(samples, NOON, NOON + 10 * MINUTE).plot()
    assert steps(axes) == [(5.0, 0, 1), (6.0, 1, 2), (7.0, 2, 3)]
    (band,) = axes.collections
    corners = np.concatenate([path.vertices for path in band.get_paths()])
    assert (corners[:, 1].min(), corners[:, 1].max()) == (1.0, 12.0)
    assert axes.get_title("right") == "mean with minimum and maximum of 1 min each"


def test_raw_samples_after_the_decimated_ones_show_the_last_step() -> None:
    samples = [decimated(NOON + number * 15 * MINUTE, 5.0, 4.0, 6.0) for number in range(3)]
    tail = [sample(NOON + 45 * MINUTE, 5.0), sample(NOON + 46 * MINUTE, 0.0, level="MAJOR")]
    axes = series_of([*samples, *tail], NOON, NOON + 60 * MINUTE).plot()
    assert steps(axes)[-1] == (0.0, 46, 60)
    assert alarms(axes) == {"MAJOR": [(0.0, 46, 60)]}


def test_alarms_have_their_colours() -> None:
    axes = minutes(1.0, (2.0, "MINOR"), (3.0, "MINOR"), (9.0, "MAJOR"), (4.0, "INVALID"), (1.0, "BAD")).plot()
    assert alarms(axes) == {
        "MINOR": [(2.0, 1, 2), (3.0, 2, 3)],
        "MAJOR": [(9.0, 3, 4)],
        "INVALID": [(4.0, 4, 5), (1.0, 5, 6)],  # what is not known is at least as bad
    }
    assert {line.get_gid(): to_hex(line.get_color()) for line in axes.lines if line.get_gid()} == ALARM_COLOURS
    assert legend_of(axes.figure) == ["MINOR", "MAJOR", "INVALID"]
    assert not legend_of(minutes(1.0, 2.0).plot().figure)
    assert not legend_of(plot_series([minutes(1.0, None), minutes(2.0)], overlaid=True)), "nothing is hatched"


def test_states_are_steps_between_labels() -> None:
    samples = [sample(NOON + number * MINUTE, value, kind="enum") for number, value in enumerate((2, 2, 0, 7))]
    axes = series_of(samples, NOON, NOON + 4 * MINUTE).plot()
    assert [label.get_text() for label in axes.get_yticklabels()] == [STATES[0], STATES[2], "7"]
    assert steps(axes) == [(1, 0, 2), (0, 2, 3), (2, 3, 4)]
    assert axes.get_ylabel() == ""


def test_texts_stand_where_they_were_in_force() -> None:
    axes = minutes("early shift", "early shift", "a very long text that nobody has room for" * 9, "x" * 300).plot()
    spans = [patch for patch in axes.patches if not patch.get_hatch()]
    assert len(spans) == 3
    first, second, _ = texts(axes)
    assert first == "early shift"
    assert second.startswith("a very long text")
    assert second.endswith("…")
    assert not axes.get_yticks().size


def test_texts_fit_their_spans() -> None:
    axes = minutes("some words", None, "two words " * 20, end=9).plot()
    renderer = axes.figure.canvas.get_renderer()  # pyright: ignore[reportAttributeAccessIssue]
    drawn(axes.figure)  # pyright: ignore[reportArgumentType]
    spans = [patch.get_window_extent(renderer) for patch in axes.patches if not patch.get_hatch()]
    for text in [text for text in axes.texts if isinstance(text, Annotation)]:
        box = text.get_window_extent(renderer)
        assert any(span.x0 <= box.x0 and box.x1 <= span.x1 for span in spans), text.get_text()


def test_arrays_are_an_image() -> None:
    axes = minutes([1.0, 2.0, 3.0], None, [4.0, 5.0, 6.0]).plot()
    (image,) = axes.images
    cells = np.ma.filled(image.get_array(), np.nan)  # pyright: ignore[reportArgumentType]
    assert cells.shape[0] == 3
    third = cells.shape[1] // 3
    assert cells[:, 0].tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(cells[:, third + third // 2]).all()
    assert cells[:, -1].tolist() == [4.0, 5.0, 6.0]
    assert axes.get_ylabel() == "element"
    assert [child.get_ylabel() for child in axes.child_axes] == ["mA"]


def test_arrays_of_different_lengths_are_an_image_with_holes() -> None:
    (image,) = minutes([1.0], [1.0, 2.0], [3.0, 4.0]).plot().images
    cells = np.ma.filled(image.get_array(), np.nan)  # pyright: ignore[reportArgumentType]
    assert cells[0, 0] == 1.0
    assert np.isnan(cells[1, 0])
    assert cells[:, -1].tolist() == [3.0, 4.0]


def test_long_arrays_make_an_image_of_bounded_size() -> None:
    (image,) = minutes([float(number) for number in range(5000)]).plot().images
    rows, _ = np.shape(image.get_array())
    assert 400 <= rows <= 600
    assert image.get_extent()[2:] == [-0.5, 4999.5]


def test_arrays_of_texts_are_refused() -> None:
    with pytest.raises(ValueError, match="'a channel' are arrays of texts"):
        minutes(["one", "two"]).plot()


def test_nothing_says_that_it_is_nothing() -> None:
    for series in (series_of([], NOON, NOON + MINUTE), minutes(None, end=2)):
        assert "no values in this range" in texts(series.plot())
    with pytest.raises(ValueError, match="no series"):
        plot_series([])


def test_channels_are_stacked_in_one_range_of_time() -> None:
    one = minutes(1.0, 2.0, name="one")
    two = minutes(5, 6, 7, 8, name="two")
    figure = plot_series({"one": one, "two": two}, tz="Europe/Berlin")
    assert [axes.get_title("left") for axes in figure.axes] == ["one", "two"]
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "",
        "2026-11-24 13:00:00 to 13:04:00, Europe/Berlin (CET)",
    ]
    drawn(figure)
    labels = [label.get_text() for label in figure.axes[1].get_xticklabels()]
    assert "13:00" in labels, "noon in UTC"
    height = figure.get_figheight()
    assert plot_series([one, two, one, two]).get_figheight() > height


def test_numbers_of_equal_units_share_a_panel() -> None:
    enum = series_of([sample(NOON, 1, kind="enum")], NOON, NOON + MINUTE, "state")
    other = series_of([sample(NOON, 1.0, metaData={**NUMERIC_IN_K})], NOON, NOON + MINUTE, "temperature")
    several = [minutes(1.0, name="$(P)_1$"), enum, minutes(2.0, name="_hidden"), other]
    figure = plot_series(several, overlaid=True)
    first, second, third = figure.axes
    legend = first.get_legend()
    assert legend is not None
    assert [text.get_text().lstrip("\u200b") for text in legend.get_texts()] == [r"\$(P)_1\$", "_hidden"]
    assert len({to_rgb(line.get_color()) for line in first.lines}) == 2
    assert (first.get_ylabel(), second.get_title("left"), third.get_ylabel()) == ("mA", "state", "K")


NUMERIC_IN_K = {
    **dict.fromkeys(("displayLow", "displayHigh", "warnLow", "warnHigh", "alarmLow", "alarmHigh"), "NaN"),
    "type": "numeric",
    "precision": 1,
    "units": "K",
}


def test_names_of_a_legend_are_read_row_by_row() -> None:
    names = [f"channel {number}" for number in range(4)]
    figure = plot_series([minutes(float(n), name=name) for n, name in enumerate(names)], overlaid=True)
    legend = figure.axes[0].get_legend()
    assert legend is not None
    drawn(figure)
    boxes = {text.get_text(): text.get_window_extent() for text in legend.get_texts()}
    assert sorted(boxes, key=lambda name: (-round(boxes[name].y0), boxes[name].x0)) == names


def test_axes_of_ones_own_keep_what_they_have() -> None:
    figure = Figure()
    axes = figure.subplots()
    assert minutes(1.0, 2.0, name="one").plot(axes) is axes
    later = series_of([sample(NOON + 60 * MINUTE, 5.0)], NOON + 60 * MINUTE, NOON + 90 * MINUTE, "later")
    later.plot(axes, tz="Asia/Tokyo")
    assert [line.get_label() for line in axes.lines] == ["one", "later"]
    assert np.allclose((np.array(axes.get_xlim()) - NOON / SECOND / 86_400) * 1440, [0, 90], atol=1e-3)
    assert axes.get_xlabel() == "2026-11-24, Asia/Tokyo (JST)"
    assert axes.get_title("left") == "", "the name of one would be wrong for both"


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_files_of_all_formats(kind: str) -> None:
    figure = Figure(layout="constrained")
    names = ("$(P):x$", "_y", "a\x00b\nc & <d>")
    series = [minutes((1.0, "MINOR"), None, 2.0, name=name) for name in names] + [minutes("<a>", "b\x1b[31m")]
    assert plot_series(series, figure=figure) is figure
    assert len(drawn(figure, kind)) > 1000


def test_many_samples_are_thinned_and_keep_every_extreme() -> None:
    values = [float(number % 2) for number in range(60_000)]
    values[31_234], values[41_234] = 77.0, -55.0
    levels = ["OK"] * len(values)
    levels[20_001] = "MAJOR"
    samples = [
        sample(NOON + number * SECOND, value, level=level)
        for number, (value, level) in enumerate(zip(values, levels, strict=True))
    ]
    axes = series_of(samples, NOON, NOON + 60_000 * SECOND).plot()
    shown = steps(axes)
    assert len(shown) < 25_000
    assert max(value for value, *_ in shown) == 77.0
    assert min(value for value, *_ in shown) == -55.0
    assert all(end == begin for (*_, end), (_, begin, _) in itertools.pairwise(shown))
    assert list(alarms(axes)) == ["MAJOR"]


numbers = st.one_of(st.floats(), st.integers(-(2**63), 2**63 - 1), st.sampled_from(["", "text", "$x", "_", "\x07"]))


@settings(max_examples=15, deadline=None)
@given(
    values=st.lists(st.one_of(st.none(), numbers, st.lists(st.floats(), min_size=2, max_size=3)), max_size=6),
    gap=st.sampled_from([1, 1000, MINUTE, 400 * 86_400 * SECOND]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia"]),
)
def test_whatever_samples_there_are_make_a_picture(values: list[Any], gap: int, zone: str) -> None:
    pyplot.close("all")
    samples = [sample(NOON + number * gap, value) for number, value in enumerate(values)]
    series = series_of(samples, NOON, NOON + len(values) * gap)
    if any(isinstance(value, list) for value in values) and any(isinstance(value, str) for value in values):
        with pytest.raises(ValueError, match="no picture"):
            series.plot()
        return
    drawn(series.plot(tz=zone).figure, "svg")  # pyright: ignore[reportArgumentType]


def test_arguments_that_cannot_be_right() -> None:
    with pytest.raises(ValueError, match="no time zone 'Mars'"):
        minutes(1.0).plot(tz="Mars")


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingExtraError, match=r"cassandra-pv-archiver-client\[plot\]"):
        minutes(1.0).plot()


def limits(axes: Axes) -> list[tuple[float, str]]:
    """The values at which dashed lines from side to side stand, and their colours."""
    lines = [line for line in axes.lines if line.get_linestyle() == "--"]
    return [(float(np.asarray(line.get_ydata())[0]), to_hex(line.get_color())) for line in lines]


def limited(*values: float, **members: Any) -> SampleSeries:
    """A value each minute, whose metadata has these limits."""
    meta_data = {**NUMERIC, **members}
    samples = [sample(NOON + number * MINUTE, value, metaData=meta_data) for number, value in enumerate(values)]
    return series_of(samples, NOON, NOON + len(values) * MINUTE)


def test_limits_of_alarms_are_lines_that_move_no_axis() -> None:
    members = {"warnLow": 2.0, "warnHigh": 8.0, "alarmLow": "NaN", "alarmHigh": 500.0}
    axes = limited(1.0, 9.0, **members).plot()
    assert limits(axes) == [
        (2.0, ALARM_COLOURS["MINOR"]),
        (8.0, ALARM_COLOURS["MINOR"]),
        (500.0, ALARM_COLOURS["MAJOR"]),
    ]
    assert axes.get_ylim() == limited(1.0, 9.0).plot().get_ylim()
    assert drawn(plot_series([limited(1.0, 9.0, **members)], log=True))


@pytest.mark.parametrize("value", [0.0, "NaN"])
def test_limits_that_are_not_set_are_not_drawn(value: object) -> None:
    names = ("warnLow", "warnHigh", "alarmLow", "alarmHigh")
    assert not limits(limited(-1.0, 1.0, **dict.fromkeys(names, value)).plot())


def test_limits_are_for_one_channel() -> None:
    series = limited(1.0, 9.0, warnLow=2.0, warnHigh=8.0)
    (panel,) = plot_series([series, series], overlaid=True).axes
    assert not limits(panel)
    axes = series.plot()
    series.plot(axes)
    assert len(limits(axes)) == 2


def test_a_logarithmic_axis() -> None:
    pressure, mode = minutes(1e-9, 3e-7, 0.0), minutes("early", "late")
    below, near = minutes(-1.0, 0.0), minutes(24.0, 25.0)
    figure = plot_series([pressure, mode, below, near], log=True)
    assert [axes.get_yscale() for axes in figure.axes] == ["log", "linear", "linear", "log"]
    assert drawn(figure)
    assert figure.axes[0].get_ylim()[0] > 1e-10
    shown = [label.get_text() for label in figure.axes[3].get_yticklabels()]
    assert {"24.25", "24.75"} <= set(shown) or {"24.2", "24.8"} <= set(shown)
