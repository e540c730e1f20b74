"""``cpva`` at a terminal: widths, colours, progress, questions, Ctrl-C."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from cassandra_pv_archiver.cli.failures import Failure
from cassandra_pv_archiver.cli.frame import Command, Root
from cassandra_pv_archiver.cli.session import Session
from tests.cli.conftest import Cpva

pytestmark = [
    pytest.mark.one_interpreter,
    pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals of POSIX"),
]


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_tables_fit_the_terminal_and_names_stay_whole(cpva: Cpva, columns: int) -> None:
    from tests.cli.terminal import terminal

    with terminal(cpva.complete(), "channels", columns=columns) as shown:
        assert shown.end() == 0
    lines = [line.rpartition("\r")[2] for line in shown.text.splitlines()]
    assert max(map(len, lines)) <= columns
    assert any(line.startswith("RING:S01:VAC:PRESSURE  ok") for line in lines)
    assert ("Left out, as the terminal is narrow" in shown.text) == (columns < 200)


@pytest.mark.parametrize(("arguments", "coloured"), [((), True), (("--no-color",), False)])
def test_colours_are_for_terminals_and_can_be_switched_off(
    cpva: Cpva, arguments: tuple[str, ...], coloured: bool
) -> None:
    from tests.cli.terminal import terminal

    with terminal(cpva.complete(), "status", *arguments) as shown:
        assert shown.end() == 0
    assert ("\x1b[31m" in shown.raw) == coloured
    assert "\x1b" not in cpva("status").stdout


def test_progress_appears_after_a_second_and_goes_away_with_control_c(nowhere: Cpva) -> None:
    from tests.cli.terminal import terminal

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with terminal(nowhere.complete(), "search", "x", "--archive-url", url) as shown:
            shown.wait_for("Searching")
            assert shown.end_by_interrupt() == 130
    assert shown.text.rstrip().endswith("Interrupted.")


_IGNORED = """
import signal, time, weakref
import cassandra_pv_archiver.cli.app as application
from cassandra_pv_archiver.cli import main

class Thing:
    pass

def app():
    thing = Thing()
    reference = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    del thing  # the interpreter ignores what is raised meanwhile
    time.sleep(50)

application.app = app
main()
"""


def test_an_interrupt_that_the_interpreter_ignores_is_heard(cpva: Cpva) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IGNORED], capture_output=True, text=True, timeout=40, env=cpva.complete(), check=False
    )
    assert (done.returncode, done.stderr) == (130, "")


def test_an_interrupt_that_comes_as_another_error_is_one() -> None:
    application = typer.Typer(cls=Root, pretty_exceptions_enable=False)

    @application.callback()
    def root() -> None:
        """Makes the other one a command of its own."""

    @application.command(cls=Command)
    def act() -> None:
        """As the interpreter does while it makes a class."""
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            raise RuntimeError("Error calling __set_name__ on 'Field' instance") from error

    done = CliRunner().invoke(application, ["act"])
    assert (done.exit_code, done.stderr) == (130, "\nInterrupted.\n")


def test_without_a_terminal_nothing_is_confirmed() -> None:
    with pytest.raises(Failure, match="no terminal to ask at") as caught:
        Session().confirm("Remove it?")
    assert caught.value.advice == "Add --yes if you are sure."
    Session().confirm("Remove it?", yes=True)


@pytest.mark.parametrize(("answer", "agreed"), [(True, True), (False, False), (typer.Abort, False)])
def test_an_answer_is_yes_or_nothing_happens(monkeypatch: pytest.MonkeyPatch, answer: object, agreed: bool) -> None:
    def confirm(question: str, *, err: bool) -> object:
        if answer is typer.Abort:
            raise typer.Abort
        return answer

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "confirm", confirm)
    if agreed:
        Session().confirm("Remove it?")
    else:
        with pytest.raises(Failure, match="Nothing was changed"):
            Session().confirm("Remove it?")
