"""Pictures of channels in files and windows, made with matplotlib."""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cassandra_pv_archiver._optional_libraries import optional_library
from cassandra_pv_archiver.plotting import plot_series

from .failures import Failure, usage

if TYPE_CHECKING:
    from cassandra_pv_archiver import SampleSeries

KINDS = (".png", ".svg", ".pdf")
COUNT = 1200
"""Samples wished for of each channel: about the points that a panel is wide."""
_DOTS_AN_INCH = 150


def check_file(path: Path, *, force: bool) -> None:
    """Looks whether a picture can be written there, before anything is read.

    Raises:
        Failure: It cannot.
    """
    if path.suffix.lower() not in KINDS:
        raise usage(f"The name {path} does not say which kind of picture is wanted.", f"End it in {', '.join(KINDS)}.")
    if path.is_dir():
        raise usage(f"{path} is a folder.", "Give the name of a file with -o.")
    if not path.parent.is_dir():
        raise usage(f"There is no folder {path.parent}.", "Make it, or give a file elsewhere with -o.")
    if path.exists() and not force:
        raise usage(f"{path} exists.", "Give another name, or --force to overwrite it.")


def write_picture(
    path: Path, series: Sequence[SampleSeries], *, overlaid: bool, log: bool, zone: tzinfo, dark: bool, force: bool
) -> None:
    """Draws series into a file, which gets its name when it is complete.

    Raises:
        Failure: It cannot be written.
    """
    with _style(dark=dark):
        figure = optional_library("matplotlib.figure", "plot").Figure(layout="constrained")
        plot_series(series, overlaid=overlaid, log=log, tz=zone, figure=figure)
        partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        try:
            figure.savefig(partial, format=path.suffix[1:].lower(), dpi=_DOTS_AN_INCH)
            check_file(path, force=force)
            partial.replace(path)
        except OSError as error:
            raise Failure(
                f"{path} cannot be written: {error.strerror or error}.",
                "Check the folder and its space, or give a file elsewhere with -o.",
            ) from error
        finally:
            partial.unlink(missing_ok=True)


def check_windows() -> None:
    """Looks whether windows can be shown, before anything is read.

    Raises:
        Failure: They cannot.
    """
    optional_library("matplotlib.pyplot", "plot")
    library: Any = optional_library("matplotlib.backends", "plot")
    current = optional_library("matplotlib", "plot").get_backend()
    windowless = library.backend_registry.list_builtin(library.BackendFilter.NON_INTERACTIVE)
    if current.lower() in windowless:
        raise Failure("There is no screen here on which a window could be shown.", "Write a file with -o plot.png.")


def show_window(series: Sequence[SampleSeries], *, overlaid: bool, log: bool, zone: tzinfo, dark: bool) -> None:
    """Draws series in a window, and waits until it is closed."""
    pyplot: Any = optional_library("matplotlib.pyplot", "plot")
    with _style(dark=dark):
        figure = plot_series(series, overlaid=overlaid, log=log, tz=zone)
        try:
            pyplot.show()
        finally:
            pyplot.close(figure)


@contextmanager
def _style(*, dark: bool) -> Generator[None]:
    style: Any = optional_library("matplotlib.style", "plot")
    with style.context("dark_background" if dark else "default"), warnings.catch_warnings():
        # Letters that no font here has are drawn as boxes; nobody can do anything about it.
        warnings.filterwarnings("ignore", "Glyph ")
        yield
