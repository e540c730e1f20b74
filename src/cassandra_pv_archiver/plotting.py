"""Pictures of series over time, made with matplotlib (extra ``plot``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, cast

from ._plot_figure import draw_on_figure
from .series import SampleSeries
from .times import parse_time_zone

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_series"]


def plot_series(
    series: Iterable[SampleSeries] | Mapping[str, SampleSeries],
    *,
    overlaid: bool = False,
    log: bool = False,
    tz: str | tzinfo = "UTC",
    figure: Figure | None = None,
) -> Figure:
    """Draws series over one axis of time, each in a panel of its own.

    - Numbers are steps: a value is drawn for as long as it was in force, at most to the end of the range that was
      asked for. Of decimated samples the mean is drawn, with a band from minimum to maximum.
    - States of an enum are steps between their labels. Texts stand in the time in which they were in force. Arrays
      are an image with an element a row.
    - Where there is no value, nothing is drawn. What markers tell (``gaps``) is hatched.
    - Alarms have the colours of MINOR (orange), MAJOR (red) and INVALID (violet). The limits of MINOR and MAJOR alarms
      that the last sample tells are dashed lines in these colours, where they lie between the values and the panel has
      one channel.

    Very many samples are thinned to those that can be seen, among them every extreme.

    Args:
        series: The series, such as those of ``get_samples_for``.
        overlaid: Whether numbers of the same units share a panel.
        log: Whether axes of numbers are logarithmic. What is not above 0 lies at their lower edge; where nothing is
            above 0, they stay linear.
        tz: The zone of the axis: an IANA name or a ``tzinfo``.
        figure: An empty figure to draw on, whose size is changed. None: a new one of ``matplotlib.pyplot``, which
            notebooks and ``pyplot.show()`` show; close it with ``pyplot.close`` if you make many.

    Returns:
        The figure, with axes for each panel from top to bottom.

    Raises:
        MissingExtraError: matplotlib is not installed.
        ValueError: There is no series, no zone has this name, or the samples are arrays of texts.
    """
    several: Iterable[SampleSeries] = cast("Any", series).values() if isinstance(series, Mapping) else series
    listed = list(several)
    if not listed:
        raise ValueError("There is no series to draw.")
    return draw_on_figure(figure, listed, overlaid=overlaid, zone=parse_time_zone(tz), log=log)
