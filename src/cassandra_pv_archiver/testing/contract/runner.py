"""Runs the checks one after the other, and cleans up whatever happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager

import httpx

from .catalogue import all_checks
from .findings import (
    Finding,
    NotApplicableError,
    NotAuthorisedError,
    NotReachableError,
    StopCheckError,
    UnsafeError,
    grouped,
)
from .journal import Journal, default_journal
from .probe import Probe
from .registry import Check
from .report import Baseline, Report, Result, Verdict
from .schemas import Service
from .session import Session
from .settings import Settings
from .wire import BrokenReplyError, Wait, Wire
from .writing import Writer, check_prefix

OnResult = Callable[[Result], None]


class Run:
    """A cluster that is being checked; made by `started`.

    Args:
        session: The cluster.
        writer: What may change it, or None.
    """

    def __init__(self, session: Session, writer: Writer | None) -> None:
        self.session: Session = session
        self.writer: Writer | None = writer
        self.left: list[str] = []

    def make(self, check: Check, baseline: Baseline) -> Result:
        """Makes one check.

        Raises:
            NotReachableError: The services have gone.
        """
        if check.writes and self.writer is None:
            return Result(check, Verdict.NOT_APPLICABLE, reason="nothing may be changed without a prefix")
        probe = Probe(self.session, self.writer)
        try:
            check.body(probe)
        except NotApplicableError as reason:
            if not probe.findings:
                return Result(check, Verdict.NOT_APPLICABLE, reason=str(reason))
        except StopCheckError:
            pass
        except BrokenReplyError as error:
            self.session.check_services()  # gone altogether, or only this reply?
            found = Finding(
                request=error.request, pointer="", expected="an HTTP reply", section=check.section, found=error.what
            )
            probe.findings.append(found)
        return baseline.judged(check, grouped(probe.findings))


@contextmanager
def started(
    settings: Settings, wait: Wait = time.sleep, transports: Mapping[Service, httpx.BaseTransport] | None = None
) -> Generator[Run]:
    """Makes sure that both services answer and that everything asked for is safe; cleans up at the end.

    Args:
        settings: What to check.
        wait: Lets seconds pass.
        transports: What takes the place of sockets.

    Raises:
        NotReachableError: A service does not answer.
        NotAuthorisedError: The credentials are refused.
        UnsafeError: The prefix must not be used.
        ValueError: A URL is none.
    """
    if settings.write_prefix is not None:
        check_prefix(settings.write_prefix)
    urls: dict[Service, str] = {"admin": settings.admin_url, "archive": settings.archive_url}
    wire = Wire(urls, max_rate=settings.max_rate, timeout=settings.timeout, wait=wait, transports=transports)
    try:
        session = Session(wire, wait)
        session.check_services()
        run = Run(session, _writer(session, settings))
        try:
            yield run
        finally:
            _clean(run)
    finally:
        wire.close()


def _writer(session: Session, settings: Settings) -> Writer | None:
    if settings.write_prefix is None:
        return None
    if settings.credentials is None:
        raise NotAuthorisedError("changes need the user name and the password of an administrator")
    path = settings.journal or default_journal(settings.admin_url, settings.write_prefix)
    journal = Journal(path, [server["serverId"] for server in session.servers()])
    writer = Writer(session, settings.write_prefix, settings.credentials, journal)
    try:
        session.channels()
    except NotApplicableError as reason:
        raise UnsafeError(f"Whether the prefix is free cannot be told: {reason}.") from reason
    writer.check_credentials()
    if settings.clean_leftovers:
        left = writer.clean()
        if left:
            raise UnsafeError(f"{len(left)} channels that an earlier run left cannot be removed, such as {left[0]!r}.")
    writer.check_free()
    return writer


def _clean(run: Run) -> None:
    if run.writer is None:
        return
    try:
        run.left = run.writer.clean()
    except (NotReachableError, BrokenReplyError):
        run.left = run.writer.journal.names


def run_checks(
    settings: Settings,
    *,
    baseline: Baseline | None = None,
    checks: Sequence[Check] | None = None,
    on_result: OnResult | None = None,
    wait: Wait = time.sleep,
    transports: Mapping[Service, httpx.BaseTransport] | None = None,
) -> Report:
    """Checks two services against the specifications and the reference.

    Args:
        settings: What to check.
        baseline: Findings that are accepted; None: none.
        checks: The checks to make; None: all.
        on_result: Called with each result as soon as it is there.
        wait: Lets seconds pass.
        transports: What takes the place of sockets.

    Returns:
        A result for each check. If the services go away meanwhile, the report says so, and has what was found.

    Raises:
        NotReachableError: A service does not answer.
        NotAuthorisedError: The credentials are refused.
        UnsafeError: The prefix must not be used.
        ValueError: A URL is none.
    """
    accepted = Baseline() if baseline is None else baseline
    report = Report(settings.admin_url, settings.archive_url, settings.write_prefix)
    with started(settings, wait, transports) as run:
        try:
            for check in all_checks() if checks is None else checks:
                result = run.make(check, accepted)
                report.results.append(result)
                if on_result is not None:
                    on_result(result)
        except NotReachableError as error:
            report.stopped = str(error)
    report.left = run.left
    report.vanished = accepted.vanished(report.results)
    return report
