"""``cpva plot``: in the terminal, in files, in windows."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from rich.cells import cell_len

from cassandra_pv_archiver import SampleSeries
from cassandra_pv_archiver._plot_figure import panels_of
from cassandra_pv_archiver._plot_traces import trace_of
from cassandra_pv_archiver.cli.plots_axis import time_axis, value_scale
from cassandra_pv_archiver.cli.plots_terminal import Page, picture
from cassandra_pv_archiver.testing import RunningSimulator
from cassandra_pv_archiver.testing.scenes import demo_scene
from cassandra_pv_archiver.testing.simulator import double_sample
from tests.cli.conftest import Cpva
from tests.unit.made_series import decimated, sample, series_of

SECOND = 10**9
MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
NOON = 1_795_521_600 * SECOND  # 2026-11-24 12:00 UTC
UTC_ZONE = ZoneInfo("UTC")
CODES = re.compile(r"\x1b\[([0-9;]*)m")


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningSimulator]:
    """The demo with a channel that drops to 0 and stays there, after its last decimated sample."""
    simulator = demo_scene()
    now = simulator.now_ns // SECOND * SECOND
    samples = [double_sample(now - HOUR * 6 + number * MINUTE, 50.0, units="A") for number in range(340)]
    samples.append(double_sample(now - 4 * MINUTE, 0.0, units="A", level="MAJOR", status="LOLO"))
    simulator.add_channel("MAGNET:CURRENT", decimation_levels={0: 86_400, 900: 0}, samples=samples)
    texts = {"type": "string", "value": ["a", "b"], "status": "", "quality": "Original"}
    arrays = [{"time": now - HOUR, "severity": {"level": "OK", "hasValue": True}, **texts}]
    simulator.add_channel("NAMES", samples=arrays)
    with simulator.serve() as running:
        yield running


def shown(
    *series: SampleSeries, width: int = 80, overlaid: bool = False, colour: bool = False, log: bool = False
) -> list[str]:
    panels = panels_of([trace_of(each) for each in series], overlaid=overlaid)
    return list(picture(panels, Page(width, 24, UTC_ZONE, colour), log=log))


def hourly(*values: object, name: str = "X:Y") -> SampleSeries:
    pairs = [value if isinstance(value, tuple) else (value, "OK") for value in values]
    samples = [sample(NOON + number * HOUR, value, level=level) for number, (value, level) in enumerate(pairs)]
    return series_of(samples, NOON, NOON + len(values) * HOUR, name)


def column_of(lines: list[str], time: str) -> int:
    """The column of the mark of a time."""
    (below,) = (number for number, line in enumerate(lines) if time in line and "┬" in lines[number - 1])
    middle = lines[below].index(time) + len(time) // 2
    return min((m.start() for m in re.finditer("┬", lines[below - 1])), key=lambda mark: abs(mark - middle))


# -- pictures as text --


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_lines_fit_and_axes_say_what_they_show(width: int) -> None:
    many = [
        hourly(*map(float, range(12))),
        hourly(*range(12), name="numbers with a very long name " * 9),
        hourly(*["first", "second text"] * 6, name="texts"),
        hourly(*[[1.0, 2.0]] * 12, name="arrays"),
    ]
    lines = shown(*many, width=width)
    assert max(map(cell_len, lines)) <= width
    assert lines[0].startswith("X:Y  mA")
    assert any(line.startswith("numbers with a very long") for line in lines)
    assert lines[-1].strip() == "2026-11-24 to 2026-11-25, UTC"


def test_a_value_is_drawn_at_its_height_and_time() -> None:
    lines = shown(hourly(0.0, 0.0, 0.0, 10.0, 10.0, 0.0))
    (top,) = (line for line in lines if re.match(r"\s*10┤", line))
    (bottom,) = (line for line in lines if re.match(r"\s*0┤", line))
    for time, row in (("14:00", bottom), ("16:00", top)):
        assert row.ljust(80)[column_of(lines, time)] not in " ┤", time
    assert top.ljust(80)[column_of(lines, "14:00")] == " "


def test_logarithmic_marks_are_the_numbers() -> None:
    def marks(*values: float) -> list[str]:
        lines = shown(hourly(*values), log=True)
        return [line.partition("┤")[0].strip() for line in lines if "┤" in line]

    assert marks(1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 0.0) == ["0.0001", "1e-05", "1e-06", "1e-07", "1e-08", "1e-09"]
    assert {"24.2", "24.4", "24.8"} <= set(marks(24.0, 25.0))
    assert marks(-2.0, 0.0) == [line.partition("┤")[0].strip() for line in shown(hourly(-2.0, 0.0)) if "┤" in line]


def test_the_band_of_decimated_samples() -> None:
    samples = [decimated(NOON + number * HOUR, 5.0, 0.0, 10.0) for number in range(6)]
    lines = shown(series_of(samples, NOON, NOON + 6 * HOUR))
    assert "mean, minimum and maximum of 1 h each" in lines[0]
    assert sum("░░░░░░" in line for line in lines) > 5
    assert not any("░" in line for line in shown(hourly(1.0, 2.0)))


def test_alarms_and_gaps_are_told_without_colours() -> None:
    lines = shown(hourly(1.0, (2.0, "MINOR"), (3.0, "MAJOR"), None, (1.0, "INVALID"), 1.0))
    (row,) = (line for line in lines if re.search("mmm", line))
    assert re.fullmatch(r" +m{10,}M{10,}x{10,}I{10,}", row)
    for time, letter in (("13:00", "m"), ("15:00", "x")):
        assert row[column_of(lines, time) + 1] == letter
    assert lines[-1].strip().split("   ") == ["m MINOR", "M MAJOR", "I INVALID", "x no value"]
    assert not any("\x1b" in line for line in lines)
    assert "MINOR" not in "".join(shown(hourly(1.0)))


def test_alarms_have_colours() -> None:
    lines = shown(hourly(1.0, (2.0, "MINOR"), (3.0, "MAJOR"), (1.0, "INVALID")), colour=True)
    (row,) = (number for number, line in enumerate(lines) if "mmm" in line)
    for part in (lines[:row], lines[row : row + 1], lines[row + 1 :]):
        codes = {code for line in part for code in CODES.findall(line)}
        assert {"38;5;3", "38;5;1", "38;5;5"} <= codes


def test_states_have_a_row_each() -> None:
    samples = [sample(NOON + number * HOUR, value, kind="enum") for number, value in enumerate((2, 0, 1))]
    lines = shown(series_of(samples, NOON, NOON + 3 * HOUR))
    assert [line.partition("┤")[0].strip() for line in lines[1:4]] == ["fault", "on", "off"]
    at = [column_of(lines, time) + 5 for time in ("12:00", "13:00", "14:00")]
    assert [[line.ljust(80)[column] != " " for column in at] for line in lines[1:4]] == [
        [True, False, False],
        [False, False, True],
        [False, True, False],
    ]


def test_texts_begin_where_they_came_into_force() -> None:
    lines = shown(hourly("early shift", None, "two\nlines \x1b[31m", "x" * 99))
    row = lines[1]
    assert row.index("│two") == pytest.approx(column_of(lines, "14:00"), abs=1)
    assert "│early shift" in row
    assert "│two lines \ufffd[31m" in row
    assert row.endswith("…")
    assert "xxxx" in row


def test_arrays_are_shades() -> None:
    lines = shown(hourly([0.0, 5.0, 10.0], None, [10.0, 5.0, 0.0]))
    assert lines[0].rstrip().endswith("· 0 to █ 10")
    rows = {line.partition("┤")[0].strip(): line.partition("┤")[2] for line in lines[1:4]}
    assert {name: re.sub(r"(.)\1+", r"\1", row) for name, row in rows.items()} == {"2": "█ ·", "1": "▒ ▒", "0": "· █"}


def test_lines_that_share_a_panel_have_letters_or_colours() -> None:
    several = [hourly(float(number), float(number), name=f"channel {number}") for number in range(3)]
    plain = shown(*several, overlaid=True)
    assert plain[0].split("   ") == ["a channel 0", "b channel 1", "c channel 2", "mA"]
    assert [letter for letter in "cba" if any(letter * 20 in line for line in plain)] == ["c", "b", "a"]
    coloured = shown(*several, overlaid=True, colour=True)
    assert len(set(CODES.findall(coloured[0]))) == 4


def test_nothing_and_odd_numbers_are_no_failure() -> None:
    assert "no values in this range" in "".join(shown(hourly(None, None)))
    for values in ((1e300, -1e300), (5e-324, 0.0), (float("inf"), 1.0), (1e9 + 1.0, 1e9 + 2.0), (2**62, -(2**63))):
        assert max(map(cell_len, shown(hourly(*values)))) <= 80


def test_marks_of_values_tell_them_apart() -> None:
    for low, high in ((0.0, 10.0), (1e9, 1e9 + 1), (-3e-9, 2e-9), (7.0, 7.0), (0.0, 0.0), (-1e300, 1e300)):
        scale = value_scale(low, high, 16)
        assert scale.low < low <= high < scale.high
        assert len(set(scale.labels)) == len(scale.labels) > 0
        found = [float(label) for label in scale.labels]
        assert np.allclose(found, scale.marks, rtol=1e-12, atol=(high - low) / 100)


@pytest.mark.parametrize(
    ("length", "zone", "labels"),
    [
        (6 * HOUR, "Europe/Berlin", "Europe/Berlin (CET)"),
        (3 * SECOND, "UTC", "UTC"),
        (400 * 24 * HOUR, "Europe/Berlin", "Europe/Berlin (CET)"),
        (200 * 24 * HOUR, "Europe/Berlin", "Europe/Berlin (CET/CEST)"),
        (0, "UTC", "UTC"),
    ],
)
def test_axes_of_time(length: int, zone: str, labels: str) -> None:
    for width in (30, 70, 190):
        line, below, *named = time_axis(NOON, NOON + length, ZoneInfo(zone), 8, width)
        assert ", ".join(part.strip() for part in named).endswith(f", {labels}")
        assert {len(part) for part in named} == {len(line)} == {9 + width}
        assert len(below) <= 9 + width
        assert below.split()
        assert len(below.split()) <= line.count("┬")
        assert line.count("┬") >= (2 if length else 1)


# -- the command --


def test_a_channel_that_drops_to_zero_and_stays_there_shows_it(cpva: Cpva) -> None:
    done = cpva("plot", "MAGNET:CURRENT", "--start", "-6h", "--count", "24")
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    (zero,) = (line for line in lines if re.match(r"\s*0┤", line))
    assert zero.rstrip()[-1] not in "┤ "
    assert any(line.rstrip().endswith("M") for line in lines)
    assert "of 15 min each" in lines[0]


def test_the_width_decides_how_many_samples_are_read(nowhere: Cpva) -> None:
    simulator = demo_scene()
    with simulator.serve() as running:
        for columns in (60, 200):
            done = nowhere(
                "plot", "RING:LIFETIME", "--start", "-6h", "--archive-url", running.archive_url, COLUMNS=str(columns)
            )
            assert done.exit_code == 0
            assert max(map(len, done.stdout.splitlines())) <= columns
            assert any(f"count={2 * columns}" in str(request) for request in simulator.requests)


def test_short_states_are_not_lost_in_silence(cpva: Cpva) -> None:
    done = cpva("plot", "RING:MODE", "--start", "-6h")
    assert "Short states may be missing, as the server has decimated them: RING:MODE. All: --count 0" in done.stderr
    assert not cpva("plot", "RING:MODE", "--start", "-6h", "--count", "0").stderr
    assert not cpva("plot", "RING:CURRENT", "--start", "-1h").stderr


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_files(cpva: Cpva, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"beam.{ending}"
    done = cpva("plot", "RING:CURRENT", "RING:MODE", "--start", "-6h", "-o", str(file), "--dark", "--overlaid")
    assert (done.exit_code, done.stdout) == (0, "")
    assert file.read_bytes().startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending])
    assert "2 channels: " in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == [file.name]


def test_a_file_is_overwritten_only_by_force(cpva: Cpva, tmp_path: Path) -> None:
    file = tmp_path / "beam.svg"
    file.write_text("mine")
    arguments = ("plot", "RING:CURRENT", "--start", "-1h", "-o", str(file))
    done = cpva(*arguments)
    assert (done.exit_code, file.read_text()) == (2, "mine")
    assert done.stderr == f"{file} exists.\nGive another name, or --force to overwrite it.\n"
    assert cpva(*arguments, "--force").exit_code == 0
    assert file.read_text().startswith("<?xml")


def test_one_channel_that_fails_keeps_the_others(cpva: Cpva, tmp_path: Path) -> None:
    names = ("RING:CURRENT", "RING:CURENT", "RING:LASER:ENERGY", "NAMES")
    done = cpva("plot", *names, "--start", "-2h", "--json", "-o", str(tmp_path / "beam.png"))
    assert done.exit_code == 1
    summary = json.loads(done.stdout)
    assert [channel["channel_name"] for channel in summary["channels"]] == ["RING:CURRENT"]
    assert summary["channels"][0]["units"] == "mA"
    assert list(summary["failures"]) == list(names[1:])
    assert "There is no channel 'RING:CURENT'. Did you mean RING:CURRENT?" in done.stderr
    assert "'NAMES' are arrays of texts, which have no picture." in done.stderr
    assert (tmp_path / "beam.png").exists()
    on_screen = cpva("plot", *names[:2], "--start", "-2h")
    assert on_screen.exit_code == 1
    assert on_screen.stdout.startswith("RING:CURRENT  mA")


def test_nothing_to_draw_is_a_failure(cpva: Cpva) -> None:
    done = cpva("plot", "RING:CURENT", "NAMES", "--start", "-2h")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-2:] == ["There is no channel 'RING:CURENT'.", "Did you mean RING:CURRENT?"]
    nothing = cpva("plot", "--match", "NO:*", "--start", "-2h")
    assert nothing.exit_code == 1
    assert "No channel matches 'NO:*'." in nothing.stderr


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("-o", "beam.gif"), "The name beam.gif does not say which kind of picture is wanted."),
        (("-o", "no/such/beam.png"), "There is no folder no/such."),
        (("--json",), "A picture in the terminal is no JSON."),
        (("--dark",), "--dark is for pictures."),
        (("--count", "5", "--spacing", "1s"), "--count and --spacing do not go together."),
        (("--spacing", "0s"), "--spacing 0 does not lead anywhere."),
        (("--spacing", "5"), "--spacing cannot be '5'."),
        (("--end", "-2h"), "The time range is empty"),
    ],
)
def test_wrong_options(nowhere: Cpva, arguments: tuple[str, ...], what: str) -> None:
    done = nowhere("plot", "X", "--start", "-1h", *arguments)
    assert done.exit_code == 2, done.stderr
    assert what in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_too_many_channels(nowhere: Cpva) -> None:
    done = nowhere("plot", *map(str, range(41)), "--start", "-1h")
    assert done.exit_code == 2
    assert done.stderr.startswith("These are 41 channels, of which one picture cannot show more than 40.")


def test_the_future_is_not_drawn(cpva: Cpva) -> None:
    done = cpva("plot", "RING:CURRENT", "--start", "-1h", "--for", "5d")
    assert done.exit_code == 0
    assert done.stderr == "The time range ends in the future; it is shown up to now.\n"
    assert cpva("plot", "RING:CURRENT", "--start", "+1h", "--end", "+2h").exit_code == 2


@pytest.mark.one_interpreter
def test_a_full_disk_leaves_nothing_behind(cpva: Cpva, tmp_path: Path) -> None:
    with mock.patch("matplotlib.figure.Figure.savefig", side_effect=OSError(28, "No space left on device")):
        done = cpva("plot", "RING:CURRENT", "--start", "-1h", "-o", str(tmp_path / "beam.png"))
    assert done.exit_code == 1
    assert "beam.png cannot be written: No space left on device." in done.stderr
    assert list(tmp_path.glob("beam*")) == []


WINDOW = """
from pathlib import Path
from matplotlib.backend_bases import FigureCanvasBase as FigureCanvas, FigureManagerBase

class FigureManager(FigureManagerBase):
    @classmethod
    def pyplot_show(cls, *, block=None):
        from matplotlib import pyplot
        Path("shown").write_text(" ".join(axes.get_title("left") for axes in pyplot.gcf().axes))

FigureCanvas.manager_class = FigureManager
"""


@pytest.mark.one_interpreter
def test_windows(cpva: Cpva, tmp_path: Path) -> None:
    (tmp_path / "window_of_tests.py").write_text(WINDOW)
    cpva.environment |= {"MPLBACKEND": "module://window_of_tests", "PYTHONPATH": str(tmp_path)}
    done = cpva.process("plot", "RING:CURRENT", "RING:MODE", "--start", "-1h", "--show", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert (tmp_path / "shown").read_text() == "RING:CURRENT RING:MODE"
    cpva.environment["MPLBACKEND"] = "agg"
    without = cpva.process("plot", "RING:CURRENT", "--start", "-1h", "--show")
    assert without.returncode == 1
    assert without.stderr.startswith("There is no screen here on which a window could be shown.")


@pytest.mark.one_interpreter
def test_characters_that_the_terminal_lacks(cpva: Cpva) -> None:
    cpva.environment["PYTHONIOENCODING"] = "ascii"
    done = cpva.process("plot", "RING:CURRENT", "--start", "-1h")
    assert done.returncode == 1
    assert done.stderr.startswith("Plots are drawn with characters that ascii lacks.")


@pytest.mark.one_interpreter
@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals of POSIX")
@pytest.mark.parametrize(("columns", "arguments"), [(60, ()), (200, ("--no-color",))])
def test_at_a_terminal(cpva: Cpva, columns: int, arguments: tuple[str, ...]) -> None:
    from tests.cli.terminal import terminal

    with terminal(cpva.complete(), "plot", "RING:CURRENT", "--start", "-6h", *arguments, columns=columns) as screen:
        assert screen.end() == 0
    lines = [line.rpartition("\r")[2] for line in screen.text.splitlines()]
    drawn = [line for line in lines if "│" in line or "┤" in line]
    assert columns * 0.9 < max(map(len, lines)) <= columns
    assert 20 < len(drawn) < 45
    assert ("\x1b[38;5;1m" in screen.raw) == (not arguments)
