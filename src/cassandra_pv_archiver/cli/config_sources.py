"""What ``cpva config apply`` can do: files, a plan that was saved, and the journal of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from .config_files import completed, number_of, read_cluster, read_files, unusable, with_places
from .config_showing import server_names
from .failures import Failure, usage
from .session import Session

if TYPE_CHECKING:
    from cassandra_pv_archiver import AdminClient
    from cassandra_pv_archiver.configuration import ConfigurationFile, Journal, Plan, PlannedCommand, PlanPolicy

_PLAN = ".json"


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done.

    Attributes:
        plan: The plan.
        commands: Those of its commands that are still to be done.
        names: What servers are called.
        again: How to go on after an interruption if there is no journal.
    """

    plan: Plan
    commands: Sequence[PlannedCommand]
    names: Mapping[UUID, str]
    again: str


@dataclass(frozen=True, slots=True)
class Desired:
    """What files on a command line, and the options about them, say."""

    files: list[Path]
    server: str | None
    own: tuple[str, ...]
    accept_wrong_options: bool

    def read(self, session: Session) -> ConfigurationFile:
        """Reads the files."""
        for file in self.files:
            if is_plan([file]):
                raise usage(f"{file} is a plan, it seems, not a configuration file.", f"See: cpva config apply {file}")
        return read_files(session, self.files, accept_wrong_options=self.accept_wrong_options)

    def plan(
        self, session: Session, admin: AdminClient, read: ConfigurationFile, policy: PlanPolicy
    ) -> tuple[Plan, dict[UUID, str]]:
        """The plan, and what servers are called.

        Raises:
            Failure: Channels would be given to no server, or to one that is not there.
        """
        from cassandra_pv_archiver.configuration import InvalidConfigurationError
        from cassandra_pv_archiver.configuration import plan as make_plan

        desired = completed(admin, read.configuration, self.server, self.own)
        current = read_cluster(session, admin)
        try:
            made = make_plan(desired, current, policy)
        except InvalidConfigurationError as error:
            advice = "Say it in the file, or give --server ID|NAME."
            raise unusable(session, with_places(error.problems, read), advice) from error
        _check_servers(admin, made)
        return made, server_names(read.configuration, current)

    def work(self, session: Session, admin: AdminClient, policy: PlanPolicy) -> Work:
        """What is to be done so that the cluster archives it."""
        made, names = self.plan(session, admin, self.read(session), policy)
        again = "Apply the files again: what was done is not repeated."
        if policy.rename_in_circles:
            again = "Look at the names, and plan again without --allow-exchanged-names: cpva config plan FILE"
        return Work(made, made.commands, names, again)


def _check_servers(admin: AdminClient, plan: Plan) -> None:
    """The servers themselves would take channels for a server that does not exist."""
    from cassandra_pv_archiver.configuration.applying import given_to

    servers = admin.get_cluster_status().servers
    unknown = Counter(server for planned in plan.commands for server in given_to(planned))
    for server in servers:
        unknown.pop(server.server_id, None)
    for server, channels in unknown.items():
        known = ", ".join(f"{each.server_name} ({each.server_id})" for each in servers)
        raise usage(
            f"The cluster has no server {server}, which {number_of(channels, 'channel')} would be given to.",
            f"There are: {known}",
        )


def check_use(files: Sequence[Path], journal: Path | None, resume: Path | None, undo: Path | None) -> None:
    """Checks that a command line names one thing to do.

    Raises:
        Failure: It names none, or several.
    """
    what = [name for name, given in (("FILE", files), ("--resume", resume), ("--undo", undo)) if given]
    if not what:
        raise usage("Nothing says what to apply.", "Give configuration files, a plan, --resume or --undo.")
    if len(what) > 1:
        raise usage(f"{' and '.join(what)} do not go together.", "Give one of them.")
    if any(is_plan([file]) for file in files) and len(files) > 1:
        raise usage("A plan is applied alone.", "Give one plan, or configuration files.")
    if journal is not None and resume is not None:
        raise usage("--journal and --resume do not go together.", "A run goes on in the journal that it had.")
    if journal is not None and journal.exists():
        raise usage(
            f"{journal} exists; it may tell of a run that was interrupted.",
            f"Go on with that one by --resume {journal}, or name another.",
        )


def is_plan(files: Sequence[Path]) -> bool:
    """Whether what is named is a plan that was saved."""
    return [file.suffix.lower() for file in files] == [_PLAN]


def saved(admin: AdminClient, file: Path) -> Work:
    """What a plan that was saved says.

    Raises:
        Failure: It cannot be used.
    """
    from cassandra_pv_archiver.configuration import Plan

    try:
        plan = Plan.load(file)
    except OSError as error:
        raise usage(f"{file} cannot be read: {error.strerror}.", "Give a plan of: cpva config plan -o FILE") from error
    except ValueError as error:
        raise usage(
            f"{file} is no plan, or was changed by hand.", "Make a new one: cpva config plan -o FILE"
        ) from error
    return Work(plan, plan.commands, _names(admin), "Make a new plan of the same files, and apply that.")


def left_of(admin: AdminClient, file: Path) -> Work:
    """What is left of the plan of an interrupted run.

    Raises:
        Failure: The journal cannot be used.
    """
    journal = _journal(file)
    done = {number for number, (outcome, _) in journal.outcomes.items() if outcome == "done"}
    left = [planned for planned in journal.plan.commands if planned.number not in done]
    return Work(journal.plan, left, _names(admin), "")


def undoing(session: Session, admin: AdminClient, file: Path, policy: PlanPolicy) -> Work:
    """What is to be done so that channels are as they were before a run.

    Raises:
        Failure: The journal cannot be used.
    """
    from cassandra_pv_archiver.configuration import undo

    journal = _journal(file)
    plan = undo(journal, read_cluster(session, admin), policy)
    return Work(plan, plan.commands, _names(admin), f"Undo it again: cpva config apply --undo {file}")


def _journal(file: Path) -> Journal:
    from cassandra_pv_archiver.configuration import Journal

    try:
        return Journal.read(file)
    except BlockingIOError as error:
        raise in_use(file) from error
    except OSError as error:
        raise usage(f"{file} cannot be read: {error.strerror}.", "Give the file that --journal named.") from error
    except ValueError as error:
        raise usage(str(error), "Give the file that --journal named, or plan again: cpva config plan FILE") from error


def in_use(journal: Path) -> Failure:
    """The failure for a journal that another run is writing."""
    return Failure(f"{journal}: another run is writing this journal.", "Wait until it has ended, or end it.")


def _names(admin: AdminClient) -> dict[UUID, str]:
    servers = admin.get_cluster_status().servers
    times = Counter(server.server_name for server in servers)
    return {server.server_id: server.server_name for server in servers if times[server.server_name] == 1}
