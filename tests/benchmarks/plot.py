"""The figure of the documentation: what a read costs against how much is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

__all__ = ["plot_sizes"]

_LABELS = {
    "predecessor": "predecessor: list of dictionaries",
    "series": "get_samples: one series",
    "batches": "iter_batches: batches of 100,000",
}
# Distinct also without colours, on white and on nearly black.
_STYLES: dict[str, dict[str, Any]] = {
    "predecessor": {"color": "#d08700", "marker": "s", "linestyle": ":"},
    "series": {"color": "#2f7ed8", "marker": "o", "linestyle": "-"},
    "batches": {"color": "#2a9d6f", "marker": "^", "linestyle": "--"},
}
_INK = "#808080"


def plot_sizes(points: Sequence[dict[str, Any]], file: Path) -> None:
    """Draws seconds and memory against the number of samples."""
    with mpl.rc_context({"svg.hashsalt": "sizes", "svg.fonttype": "none", "text.color": _INK, "axes.edgecolor": _INK}):
        figure = Figure(figsize=(9, 3.6), layout="constrained")
        time_axes, memory_axes = figure.subplots(1, 2)
        _draw(time_axes, points, "seconds", "Seconds")
        _draw(memory_axes, [point for point in points if point["peak"] >= 1], "peak", "MiB beyond those before")
        time_axes.legend(frameon=False, fontsize="small")
        figure.savefig(file, transparent=True, metadata={"Date": None})
    lines = file.read_text("utf-8").splitlines()
    file.write_text("".join(f"{line.rstrip()}\n" for line in lines), "utf-8")


def _draw(axes: Any, points: Sequence[dict[str, Any]], member: str, label: str) -> None:
    for read, style in _STYLES.items():
        own = [point for point in points if point["read"] == read]
        axes.loglog([p["samples"] for p in own], [p[member] for p in own], label=_LABELS[read], **style)
    axes.set_xlabel("samples", color=_INK)
    axes.set_title(label, fontsize="medium")
    axes.tick_params(colors=_INK, which="both")
    axes.grid(visible=True, alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
