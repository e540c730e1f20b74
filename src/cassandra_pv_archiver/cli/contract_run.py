"""``cpva contract``: runs the checks, shows the report, ends with a status."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cassandra_pv_archiver.testing.contract import (
    Baseline,
    Credentials,
    Finding,
    NotAuthorisedError,
    NotReachableError,
    Report,
    Result,
    Settings,
    UnsafeError,
    Verdict,
    run_checks,
)
from cassandra_pv_archiver.testing.contract.junit import as_junit

NOT_REACHABLE = 3
"""Exit status if a service does not answer."""
NOT_AUTHORISED = 4
"""Exit status if credentials are refused."""
DEVIATIONS = 10
"""Exit status if the server deviates, or channels could not be removed."""
WRONG_USAGE = 2
"""Exit status if something was asked for that cannot or must not be done."""
INTERRUPTED = 130
"""Exit status after Ctrl-C."""

_LABELS = {
    Verdict.CONFIRMED: ("confirmed", "green"),
    Verdict.DEVIATES: ("DEVIATES", "bold red"),
    Verdict.NOT_APPLICABLE: ("n/a", "dim"),
}
_INDENT = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What is made of the report.

    Attributes:
        as_json: Whether it is printed as JSON.
        junit: Where it is written as JUnit XML, if at all.
        baseline: The file of findings that are accepted, if there is one.
        write_baseline: Where a baseline of all findings is written, if at all.
    """

    as_json: bool
    junit: Path | None
    baseline: Path | None
    write_baseline: Path | None


def check_servers(
    *,
    admin_url: str,
    archive_url: str,
    write_prefix: str | None,
    username: str,
    password: Callable[[], str],
    clean_leftovers: bool,
    journal: Path | None,
    max_rate: float | None,
    timeout: float,
    console: Console | None,
    outputs: Outputs,
) -> None:
    """Checks the servers, shows the report, and ends with the exit status.

    Results are shown on the console as they come, or not at all if there is none. The password is asked for only if
    something may be changed.
    """
    known = _read_baseline(outputs.baseline)
    _check_folders(outputs)
    shown = Console(quiet=True) if console is None else console
    settings = Settings(
        admin_url=admin_url,
        archive_url=archive_url,
        write_prefix=write_prefix,
        credentials=None if write_prefix is None else Credentials(username, password()),
        journal=journal,
        clean_leftovers=clean_leftovers,
        max_rate=max_rate,
        timeout=timeout,
    )
    report = _checked(settings, known, partial(_show, shown, write_prefix is not None))
    if outputs.junit is not None:
        outputs.junit.write_text(as_junit(report), "utf-8")
    if outputs.write_baseline is not None:
        Baseline.write(outputs.write_baseline, report.results)
    if outputs.as_json:
        typer.echo(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
    else:
        _summarise(shown, report)
    if report.stopped is not None:
        _end(NOT_REACHABLE, f"The check ended early: {report.stopped}")
    if report.deviates:
        raise typer.Exit(DEVIATIONS)


def _checked(settings: Settings, known: Baseline, on_result: Callable[[Result], None]) -> Report:
    try:
        with _terminated_like_interrupted():
            return run_checks(settings, baseline=known, on_result=on_result)
    except NotReachableError as error:
        _end(NOT_REACHABLE, f"Not reachable: {error}")
    except NotAuthorisedError as error:
        _end(NOT_AUTHORISED, f"Not authorised: {error}")
    except (UnsafeError, ValueError) as error:
        _end(WRONG_USAGE, str(error))
    except KeyboardInterrupt:
        _end(INTERRUPTED, "Interrupted. Channels that were created have been removed, or are noted in the journal.")


def _read_baseline(path: Path | None) -> Baseline:
    if path is None:
        return Baseline()
    try:
        return Baseline.read(path)
    except ValueError as error:
        _end(WRONG_USAGE, f"The baseline cannot be read: {error}")


def _check_folders(outputs: Outputs) -> None:
    """A run takes long, and what it has found shall not be lost at its end."""
    for file in (outputs.junit, outputs.write_baseline):
        if file is not None and (file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK)):
            _end(WRONG_USAGE, f"{file} cannot be written: check the path and its permissions.")


def _end(status: int, text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(status)


@contextmanager
def _terminated_like_interrupted() -> Generator[None]:
    """Lets SIGTERM do what Ctrl-C does, so that everything is cleaned up."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 -- given by the system
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _show(console: Console, writes: bool, result: Result) -> None:
    if result.check.writes and not writes:
        return
    label, style = _LABELS[result.verdict]
    console.print(Text(f"{label:<{_INDENT}}", style).append(result.check.name, "default"))
    if result.verdict is not Verdict.CONFIRMED:
        console.print(Padding(Text(result.reason or result.check.title, "dim"), (0, 0, 0, _INDENT)))
    for finding in result.findings:
        console.print(Padding(_told(finding), (0, 0, 0, _INDENT)))
    if result.accepted:
        accepted = f"{len(result.accepted)} accepted by the baseline"
        console.print(Padding(Text(accepted, "dim"), (0, 0, 0, _INDENT)))


def _told(finding: Finding) -> Text:
    more = f" and {finding.places - 1} more" if finding.places > 1 else ""
    text = Text(f"{finding.request}\n", "cyan")
    text.append(f"at {finding.pointer or 'the reply as a whole'}{more}\n", "default")
    text.append(f"expected (section {finding.section}): {finding.expected}\n", "default")
    return text.append(f"found: {finding.found}", "default")


def _summarise(console: Console, report: Report) -> None:
    for known in report.vanished:
        console.print(Text(f"vanished   {known.check} at {known.pointer or 'the reply as a whole'}", "yellow"))
    for name in report.left:
        console.print(Text(f"LEFT       {name!r} could not be removed; use --clean-leftovers later", "bold red"))
    confirmed, deviate, other = map(report.count, Verdict)
    console.print(Text(f"{confirmed} confirmed, {deviate} deviate, {other} not applicable", "bold"))
    unwritten = sum(result.check.writes for result in report.results) if report.write_prefix is None else 0
    if unwritten:
        console.print(Text(f"{unwritten} of them need leave to create channels: --write-prefix", "dim"))
