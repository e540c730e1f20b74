"""What the administrative client does with whole configurations: reading them and applying plans."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from ._admin_calls import (
    get_cluster_status,
    list_all_channels,
    list_channels_for_server,
    run_archive_configuration_commands,
)
from ._configuration_files import FilePath
from ._path_encoding import parse_server_id
from ._steps import Flow, Pause, Stopwatch
from .commands import ServerId
from .configuration import ArchiveConfiguration, ChannelConfiguration, Plan, PlannedCommand, configuration_of_cluster
from .configuration.applying import Channels, PlanRun, servers_of
from .configuration.applying_reports import ApplyProgressHandler, ApplyReport, PlanInterruptedError, PlanOutdatedError
from .configuration.journal import CommandOutcome, Journal
from .errors import ArchiverError, ConnectionFailedError, InvalidReplyError, NotFoundError, RefusedError
from .limits import check_seconds
from .models import CommandResult, ServerChannelInformation

__all__ = ["PATIENCE", "OnFailure", "apply_plan", "get_configuration", "resume_plan"]

PATIENCE = 120.0
"""Seconds for which a batch is tried again: a channel of a server that has died is unknown to others for a minute."""

OnFailure: TypeAlias = Literal["stop", "continue"]

_READ_AGAIN = 2
_SETTLING = 1.0
"""Seconds before it is looked up what became of commands, because a server may still be busy with them."""


def get_configuration(server_ids: Iterable[ServerId] | None = None) -> Flow[ArchiveConfiguration]:
    """The configuration of all channels of the cluster, or of some servers."""
    wanted = None if server_ids is None else {parse_server_id(each) for each in server_ids}
    for _ in range(_READ_AGAIN):
        try:
            return (yield from _read_configuration(wanted))
        except ValueError:
            continue  # a channel was moved between two replies
    try:
        return (yield from _read_configuration(wanted))
    except ValueError as error:
        raise InvalidReplyError(f"The servers list channels more than once: {error}", "/channels") from error


def _read_configuration(wanted: Collection[UUID] | None) -> Flow[ArchiveConfiguration]:
    status = yield from get_cluster_status()
    if wanted is None:
        channels = yield from list_all_channels()
        wanted = {server.server_id for server in status.servers} | {channel.server_id for channel in channels}
    listed: dict[UUID, list[ServerChannelInformation]] = {}
    for server in sorted(wanted):
        listed[server] = yield from list_channels_for_server(server)
    return configuration_of_cluster(listed, servers=status.servers)


def apply_plan(
    plan: Plan,
    journal: FilePath | None,
    on_failure: OnFailure,
    patience: float,
    progress: ApplyProgressHandler | None,
) -> Flow[ApplyReport]:
    """Does what a plan says."""
    how = _Applying.checked(on_failure, patience, progress)
    with Journal.create(plan, journal) as begun:
        return (yield from _apply(begun, how))


def resume_plan(
    journal: FilePath, on_failure: OnFailure, patience: float, progress: ApplyProgressHandler | None
) -> Flow[ApplyReport]:
    """Does what the plan of an interrupted run says and has not been done."""
    how = _Applying.checked(on_failure, patience, progress)
    with Journal.reopen(journal) as reopened:
        return (yield from _apply(reopened, how))


@dataclass(frozen=True, slots=True)
class _Applying:
    """How a plan is applied.

    Attributes:
        on_failure: Whether a failed command ends the run, or only what depends on it is left out.
        patience: Seconds for which a batch is tried again.
        progress: Is told how far it is.
    """

    on_failure: OnFailure
    patience: float
    progress: ApplyProgressHandler | None

    @classmethod
    def checked(cls, on_failure: OnFailure, patience: float, progress: ApplyProgressHandler | None) -> _Applying:
        if on_failure not in {"stop", "continue"}:
            raise ValueError(f"on_failure is 'stop' or 'continue', not {on_failure!r}.")
        check_seconds("patience", patience)
        return cls(on_failure, patience, progress)

    def tell(self, run: PlanRun, batch: int, pause: float = 0.0) -> None:
        """Tells how far it is."""
        if self.progress is not None:
            self.progress(run.progress(batch, pause))


def _apply(journal: Journal, how: _Applying) -> Flow[ApplyReport]:
    """Does what has not been done, and reads back what has become of it."""
    run = PlanRun(journal)
    try:
        status = yield from get_cluster_status()
        servers = {server.server_id for server in status.servers}
        run.check_cluster(servers)
        yield from _settle(run, [(planned, None) for planned in run.doubtful()])
        run.check((yield from _listed(run)), servers)
        yield from _run_batches(run, how)
        return (yield from _read_back(run))
    except PlanOutdatedError:
        raise
    except ArchiverError as failure:
        raise PlanInterruptedError(str(failure), run.report()) from failure


def _run_batches(run: PlanRun, how: _Applying) -> Flow[None]:
    ended: float | None = None
    for number, batch in enumerate(run.plan.batches):
        due = run.due(batch)
        if not due:
            continue
        now: float = yield Stopwatch()
        pause = batch.pause if ended is None else batch.pause - (now - ended)
        if pause > 0:
            how.tell(run, number, pause)
            yield Pause(pause)
        yield from _run_batch(run, number, due, how)
        ended = yield Stopwatch()
        how.tell(run, number)
        if how.on_failure == "stop" and any(run.outcome(planned) != "done" for planned in batch.commands):
            return


def _run_batch(run: PlanRun, number: int, due: Sequence[PlannedCommand], how: _Applying) -> Flow[None]:
    waited = 0.0
    while due:
        not_done = yield from _send(run, due)
        due = yield from _settle(run, not_done)
        pause = run.pause_after(waited, how.patience)
        if not due or pause is None:
            return
        how.tell(run, number, pause)
        yield Pause(pause)
        waited += pause


_NotDone: TypeAlias = tuple[PlannedCommand, CommandResult | None]


def _send(run: PlanRun, due: Sequence[PlannedCommand]) -> Flow[list[_NotDone]]:
    """Sends commands; gives those that did not succeed, with their results if there are any."""
    run.journal.note_sent([planned.number for planned in due])
    try:
        results = yield from run_archive_configuration_commands([planned.command for planned in due])
    except ArchiverError as failure:
        if _never_ran(failure):
            run.note({planned.number: ("not_tried", None) for planned in due})
            raise
        run.note({planned.number: ("unknown", str(failure)) for planned in due})
        return [(planned, None) for planned in due]
    both = list(zip(due, results, strict=True))
    run.note({planned.number: _outcome(result) for planned, result in both})
    return [(planned, result) for planned, result in both if not result.success]


def _never_ran(failure: ArchiverError) -> bool:
    return isinstance(failure, ConnectionFailedError) or (
        isinstance(failure, RefusedError) and 300 <= failure.status < 500
    )


def _outcome(result: CommandResult) -> tuple[CommandOutcome, str | None]:
    if result.success:
        return "done", None
    return ("failed" if result.outcome == "refused" else "unknown"), result.error_message


def _settle(run: PlanRun, not_done: Sequence[_NotDone]) -> Flow[list[PlannedCommand]]:
    """Looks up what became of commands that did not succeed; gives those that are worth trying again."""
    if not not_done:
        return []
    if any(result is None or result.outcome == "unknown" for _, result in not_done):
        yield Pause(_SETTLING)
    listed = yield from _channels_of(servers_of(planned for planned, _ in not_done))
    again: list[PlannedCommand] = []
    outcomes: dict[int, tuple[CommandOutcome, str | None]] = {}
    for planned, result in not_done:
        message = run.journal.outcomes[planned.number][1]
        is_refused = result is not None and result.outcome == "refused"
        verdict = run.verdict(planned, message, listed, is_refused=is_refused)
        if verdict == "retry":
            again.append(planned)
        outcomes[planned.number] = ("failed" if verdict == "retry" else verdict), message
    run.note(outcomes)
    return again


def _read_back(run: PlanRun) -> Flow[ApplyReport]:
    report = run.report((yield from _listed(run)))
    for _ in range(_READ_AGAIN):
        if not report.differences:
            break
        yield Pause(_SETTLING)  # other servers notice a moment later (section 3.1)
        report = run.report((yield from _listed(run)))
    return report


def _listed(run: PlanRun) -> Flow[Channels]:
    """The channels that the plan is about, wherever they are."""
    names = run.names
    channels = yield from list_all_channels()
    owners = {channel.server_id for channel in channels if channel.channel_name in names}
    listed = yield from _channels_of({*owners, *servers_of(run.plan.commands)})
    return {name: channel for name, channel in listed.items() if name in names}


def _channels_of(servers: Iterable[UUID]) -> Flow[dict[str, ChannelConfiguration]]:
    """The channels of servers by their names, from the servers themselves or from the database."""
    found: dict[str, ChannelConfiguration] = {}
    for server in sorted(servers):
        try:
            channels = yield from list_channels_for_server(server)
        except NotFoundError:
            continue  # it is unknown and has no channels
        for channel in configuration_of_cluster({server: channels}).channels:
            found[channel.name] = channel
    return found
