"""``cpva get`` and ``cpva follow`` at a terminal, and what they refuse."""

from __future__ import annotations

import sys

import pytest

from tests.cli.conftest import Cpva

pytestmark = pytest.mark.one_interpreter
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals of POSIX")


def shown(cpva: Cpva, *arguments: str, columns: int = 80) -> tuple[list[str], str]:
    """The lines on the terminal, and everything with its colours."""
    from tests.cli.terminal import terminal

    with terminal(cpva.complete(), *arguments, columns=columns) as run:
        assert run.end() == 0
    return [line.rpartition("\r")[2] for line in run.text.splitlines()], run.raw


@POSIX
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_tables_fit(cpva: Cpva, columns: int) -> None:
    lines, _ = shown(
        cpva, "get", "RING:CURRENT", "RING:LIFETIME", "--start", "-5min", "--spacing", "1min", columns=columns
    )
    rows = [line for line in lines if "RING:" in line]
    assert len(rows) >= 4
    assert all(len(row) <= columns for row in rows if "MINOR" not in row)
    header = next(line for line in lines if line.startswith("Time (UTC)"))
    assert header.split()[2:4] == ["Channel", "Value"]
    assert ("Maximum" in header) == (columns == 200)
    assert ("Unit" in header) == (columns >= 80)
    assert any("Left out, as the terminal is narrow" in line for line in lines) == (columns < 200)


@POSIX
@pytest.mark.parametrize("columns", [60, 200])
def test_wide_tables_leave_out_channels_that_do_not_fit(cpva: Cpva, columns: int) -> None:
    lines, _ = shown(cpva, "get", "--match", "RING:S0?:TEMP", "--start", "-5min", "--step", "1min", columns=columns)
    header = next(line for line in lines if line.startswith("Time (UTC)"))
    assert header.split()[2:] == [f"RING:S0{number}:TEMP" for number in range(1, 3 if columns == 60 else 5)]
    assert any("RING:S03:TEMP, RING:S04:TEMP. -o FILE writes all." in line for line in lines) == (columns == 60)


@POSIX
def test_alarms_are_coloured_and_one_channel_is_not_repeated(cpva: Cpva) -> None:
    lines, raw = shown(cpva, "get", "RING:CURRENT", "--start", "-2h55min", "--for", "20s")
    assert lines[0].split() == ["Time", "(UTC)", "Value", "Unit", "Alarm"]
    assert all(line.endswith("0  mA    MAJOR LOLO") for line in lines[1:])
    assert "\x1b[31m" in raw
    plain = shown(cpva, "get", "RING:CURRENT", "--start", "-2h55min", "--for", "20s", "--no-color")[1]
    assert "\x1b[31m" not in plain


@POSIX
def test_follow_says_that_it_waits(cpva: Cpva) -> None:
    from tests.cli.terminal import terminal

    with terminal(cpva.complete(), "follow", "RING:CURRENT", "RING:MODE") as run:
        run.wait_for("RING:MODE  ")
        assert run.end_by_interrupt() == 130
    assert "Waiting for samples; Ctrl-C ends it." in run.text
    assert run.text.rstrip().endswith("Interrupted after 2 rows.")


@POSIX
def test_binary_formats_are_not_for_terminals(cpva: Cpva) -> None:
    from tests.cli.terminal import terminal

    with terminal(cpva.complete(), "get", "RING:CURRENT", "--start", "-1min", "--format", "parquet") as run:
        assert run.end() == 2
    assert "Parquet is not for terminals." in run.text


@pytest.mark.parametrize(
    ("arguments", "what", "advice"),
    [
        (("A",), "Nothing says where the time range begins.", "Give --start, such as"),
        ((), "No channel is named.", "Give names"),
        (("A", "--count", "5", "--spacing", "1s"), "--count and --spacing do not go together.", "Leave one"),
        (("A", "--at", "now", "--end", "now"), "--at and --end do not go together.", "Leave one"),
        (("A", "--at", "now", "--step", "1s"), "--at and --step do not go together.", "Leave one"),
        (("A", "--step", "1s", "--changes"), "--step and --changes do not go together.", "Leave one"),
        (("A", "--align", "previous"), "--align needs the time from row to row.", "Give --step"),
        (("A", "--align", "cubic", "--step", "1s"), "--align: 'cubic' is not known.", "Give one of: previous"),
        (("A", "--step", "0s"), "--step 0 does not lead anywhere.", "Give a length"),
        (("A", "--step", "soon"), "--step cannot be 'soon'.", "Write"),
        (("A", "--spacing", "0s"), "", ""),
        (("A", "--severity", "bad"), "--severity: 'BAD' is not known.", "Give one of: OK, MINOR"),
        (("A", "--time-format", "unix"), "--time-format: 'unix' is not known.", "Give one of: iso"),
        (("A", "--fill-tail"), "--fill-tail is for decimated samples.", "Give --spacing"),
        (("A", "--format", "xlsx"), "There is no format 'xlsx'.", "Give one of: table, csv"),
        (("A", "--format", "csv", "--json"), "--json and --format csv contradict", "Leave one"),
        (("A", "-o", "x.xlsx"), "The name x.xlsx does not say which format is wanted.", "End it in .txt"),
        (("A", "-o", "."), "The name . does not say", "End it in"),
        (("A", "-o", ".", "--format", "csv"), ". is a folder.", "Give the name of a file"),
        (("RING:MODE", "-o", "no/x.csv"), "no/x.csv cannot be written: No such file", "Give another file"),
        (("A", "-o", "x.arrow", "--time-format", "ns"), "Times in arrow files are always", "Leave out"),
        (("--match", "nothing*"), "No channel matches 'nothing*'.", "Look for names"),
        (("RING:CURENT",), "There is no channel 'RING:CURENT'.", "Did you mean RING:CURRENT?"),
        (("A", "--channels-file", "nowhere.txt"), "nowhere.txt cannot be read", "Give a file"),
    ],
)
def test_what_cannot_be_done_is_said_in_two_lines(
    cpva: Cpva, arguments: tuple[str, ...], what: str, advice: str
) -> None:
    given = set(arguments)
    range_ = () if arguments == ("A",) or "--at" in given else ("--start", "-1min")
    done = cpva("get", *arguments, *range_)
    assert done.exit_code in {1, 2}
    first, *rest = done.stderr.splitlines()
    assert first.startswith(what)
    assert len(rest) <= 1
    assert "".join(rest).startswith(advice)
    assert not done.stdout
