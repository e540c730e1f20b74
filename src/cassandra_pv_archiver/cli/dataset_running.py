"""What the commands of ``cpva dataset`` do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from .dataset_showing import result_as_json, show_failures, show_info, show_problems, size_of
from .failures import Failure, Status, usage
from .lookup import channel_names, find_server
from .session import Session
from .times import read_duration, read_range, read_time

if TYPE_CHECKING:
    from cassandra_pv_archiver import ExportEstimate, ExportProgress, ExportResult

__all__ = ["Wanted", "run_estimate", "run_export", "run_info", "run_verify"]

_LAST = "last"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be exported, as it stands on the command line."""

    session: Session
    path: str
    channels: Sequence[str]
    match: Sequence[str]
    channels_file: Path | None
    every: bool
    server: str | None
    start: str | None
    end: str | None
    duration: str | None
    spacing: str | None

    @property
    def since(self) -> str | None:
        """``'last'`` if only what is new is wanted."""
        return _LAST if self.start == _LAST else None

    def span(self) -> tuple[int | None, int]:
        """Begin (None: that of the dataset) and end, in nanoseconds since 1970-01-01 UTC."""
        if self.since is None:
            return read_range(self.start, self.end, self.duration, self.session.zone)
        if self.duration is not None:
            raise usage("--since last and --for say too much.", "Leave --for out.")
        end = "now" if self.end is None else self.end
        return None, read_time(end, self.session.zone, option="--end")

    def names(self) -> list[str] | None:
        """The channels; None for those that the dataset has."""
        found = [*self.channels, *_matching(self.session, self.match), *self._listed()]
        is_given = found or self.channels_file is not None
        if not is_given and self.since is not None:
            return None
        return channel_names(found, self.channels_file)

    def _listed(self) -> list[str]:
        """The channels of the whole cluster or of one server, if these are wanted."""
        if not self.every and self.server is None:
            return []
        with self.session.progress("Listing channels"), self.session.admin() as admin:
            if self.server is None:
                return [channel.channel_name for channel in admin.list_all_channels()]
            server = find_server(admin, self.server)
            return [channel.channel_name for channel in admin.list_channels_for_server(server.server_id)]


def _matching(session: Session, patterns: Sequence[str]) -> list[str]:
    from .getting import matching

    return matching(session, patterns)


def run_estimate(session: Session, wanted: Wanted, max_concurrency: int) -> None:
    """Says how large an export will be, and how long it will take."""
    from cassandra_pv_archiver import estimate_dataset_async
    from cassandra_pv_archiver.dataset.texts import duration_text

    start, end = wanted.span()
    names = wanted.names()
    if start is None or names is None:
        raise usage("--estimate needs channels and a --start.", "Give them; --since last does not tell them.")

    async def estimate() -> ExportEstimate:
        async with session.asynchronous_archive() as archive:
            return await estimate_dataset_async(
                archive, names, start, end, spacing=wanted.spacing, max_concurrency=max_concurrency
            )

    with session.progress("Estimating"):
        found = asyncio.run(estimate())
    if session.as_json:
        members = ("samples", "bytes", "files", "seconds", "samples_per_second", "bytes_per_sample")
        values: dict[str, Any] = {name: getattr(found, name) for name in members}
        session.output.json({**values, "samples_by_channel": found.samples_by_channel, "failures": found.failures})
    else:
        session.output.fields(
            {
                "Samples": f"{found.samples:,}",
                "Size": f"{size_of(found.bytes)} ({found.bytes_per_sample:.1f} bytes a sample)",
                "Files": f"{found.files:,}",
                "Time": duration_text(found.seconds),
                "Speed": f"{found.samples_per_second:,.0f} samples/s",
            }
        )
        for name, message in found.failures.items():
            session.output.warn(f"{name}: {message}")
    if found.failures:
        raise typer.Exit(Status.PARTIAL)


def run_export(session: Session, wanted: Wanted, max_concurrency: int, max_rate: float | None, patience: str) -> None:
    """Exports samples, and says what was added and what could not be read."""
    from cassandra_pv_archiver import export_dataset_async
    from cassandra_pv_archiver.dataset.texts import duration_text, number_text

    start, end = wanted.span()
    names = wanted.names()
    seconds = read_duration(patience, option="--patience") / 1e9
    told: list[ExportProgress] = []
    with session.progress("Exporting") as bars:

        def tell(progress: ExportProgress) -> None:
            told[:] = [progress]
            bars.whole(progress.share, progress.samples, progress.bytes)

        async def export() -> ExportResult:
            async with session.asynchronous_archive() as archive:
                return await export_dataset_async(
                    archive,
                    names,
                    start,
                    end,
                    wanted.path,
                    spacing=wanted.spacing,
                    since=_LAST if wanted.since is not None else None,
                    max_concurrency=max_concurrency,
                    max_rate=max_rate,
                    patience=seconds,
                    progress=tell,
                )

        try:
            result = asyncio.run(export())
        except KeyboardInterrupt as error:
            files = told[0].files if told else 0
            completed = f"{files:,} {'file was' if files == 1 else 'files were'} completed in {wanted.path}"
            raise Failure(f"Interrupted. {completed}.", "Run it again to go on.", Status.INTERRUPTED) from error
    if session.as_json:
        session.output.json(result_as_json(result))
    else:
        if result.files:
            added = f"{number_text(result.samples, 'sample')} in {number_text(result.files, 'file')}"
            took = duration_text(result.seconds)
            session.output.note(f"{result.path}: added {added}, {size_of(result.bytes)}, in {took}.")
        else:
            session.output.note(f"{result.path}: there was nothing to add.")
        for what, some in (("Without samples", result.empty), ("Partly expired", result.expired)):
            if some:
                session.output.note(f"{what}: {', '.join(some[:10])}{' ...' if len(some) > 10 else ''}")
    if result.failures:
        show_failures(session, result.failures)
        raise typer.Exit(Status.PARTIAL)


def run_verify(
    session: Session, path: str, archive: bool, compare: int, seed: int, repair: bool, max_concurrency: int
) -> None:
    """Verifies a dataset, and says what is wrong."""
    from cassandra_pv_archiver import verify_dataset
    from cassandra_pv_archiver.dataset.texts import number_text

    with session.progress("Verifying"):
        if archive or repair:
            with session.archive() as client:
                result = verify_dataset(
                    path,
                    client,
                    repair=repair,
                    compare=compare if archive else 0,
                    max_concurrency=max_concurrency,
                    seed=seed,
                )
        else:
            result = verify_dataset(path, max_concurrency=max_concurrency)
    if session.as_json:
        problems = [
            {"kind": each.kind, "file": each.file, "message": each.message, "repaired": each.repaired}
            for each in result.problems
        ]
        session.output.json(
            {
                "files": result.files,
                "samples": result.samples,
                "compared": result.compared,
                "probed": result.probed,
                "right": result.is_right,
                "problems": problems,
            }
        )
    else:
        compared = f", {number_text(result.compared, 'part')} compared with the archive" if archive else ""
        looked = f"{number_text(result.files, 'file')}, {number_text(result.samples, 'sample')}{compared}"
        session.output.note(f"{path}: {looked}{': all is right' if result.is_right else ''}.")
        show_problems(session, result.problems)
    if result.failures:
        show_failures(session, result.failures)
    if not result.is_right:
        raise Failure(
            "The dataset is not as it should be.",
            "" if repair else "Repair it with: cpva dataset verify --repair",
            Status.DIFFERENCE,
        )


def run_info(session: Session, path: str, *, by_channel: bool) -> None:
    """Shows what a dataset has."""
    from cassandra_pv_archiver import open_dataset

    dataset = open_dataset(path)
    show_info(session, dataset, by_channel=by_channel)
    if dataset.failures and not session.as_json:
        show_failures(session, dataset.failures)
