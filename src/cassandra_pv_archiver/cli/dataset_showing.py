"""What ``cpva dataset`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .session import Session
from .times import json_time, show_time

if TYPE_CHECKING:
    from cassandra_pv_archiver import Dataset, DatasetProblem, ExportResult
    from cassandra_pv_archiver.dataset import ChannelPart, Failure

__all__ = ["result_as_json", "show_failures", "show_info", "show_problems", "size_of"]


def size_of(number: float) -> str:
    """A number of bytes as people read it."""
    from rich.filesize import decimal

    return decimal(int(number))


def result_as_json(result: ExportResult) -> dict[str, Any]:
    """What an export has brought."""
    return {**asdict(result), "failures": [_failure_as_json(failure) for failure in result.failures]}


def _failure_as_json(failure: Failure) -> dict[str, Any]:
    times = {name: json_time(getattr(failure, name)) for name in ("begin", "end", "when")}
    return {"channel": failure.channel, "reason": failure.reason, "message": failure.message, **times}


def show_failures(session: Session, failures: Sequence[Failure]) -> None:
    """Lists channels that could not be read."""
    for failure in failures:
        begin, end = (show_time(time, session.zone, digits=0) for time in (failure.begin, failure.end))
        session.output.warn(f"{failure.channel}: {failure.reason}, {begin} to {end}: {failure.message}")


def show_problems(session: Session, problems: Sequence[DatasetProblem]) -> None:
    """Lists what is wrong with a dataset."""
    if problems:
        rows = [(each.kind, each.file or "", "repaired" if each.repaired else "", each.message) for each in problems]
        session.output.table(("Problem", "File", "State", "What"), rows, wrap=("What",))


def show_info(session: Session, dataset: Dataset, *, by_channel: bool) -> None:
    """Shows a dataset as a whole, or each of its channels."""
    parts = _parts(dataset)
    if session.as_json:
        channels = [{"channel": name, **_channel_as_json(dataset, name, own)} for name, own in parts.items()]
        failures = [_failure_as_json(failure) for failure in dataset.failures]
        session.output.json({**_whole(dataset), "channels": channels, "failures": failures})
    elif by_channel:
        rows = [_row(session, dataset, name, own) for name, own in parts.items()]
        titles = ("Channel", "Samples", "From", "To", "State")
        session.output.table(titles, rows, right=("Samples",), optional=("State",))
    else:
        _show_whole(session, dataset, parts)


def _parts(dataset: Dataset) -> dict[str, list[ChannelPart]]:
    parts: dict[str, list[ChannelPart]] = {name: [] for name in dataset.channels}
    for entry in dataset.entries:
        if entry.kind == "samples":
            for name, part in entry.channels.items():
                parts[name].append(part)
    return parts


def _whole(dataset: Dataset) -> dict[str, Any]:
    files = [entry for entry in dataset.entries if entry.file is not None]
    spacing = dataset.info.query.spacing_ns
    return {
        "samples": sum(entry.samples for entry in files),
        "files": len(files),
        "bytes": sum(entry.bytes for entry in files),
        "spacing": None if spacing is None else spacing / 1e9,
        "archive_key": dataset.info.query.archive_key,
        "open_files": sum(entry.open for entry in files),
    }


def _state(parts: Sequence[ChannelPart]) -> str:
    """What is to be said about the samples of a channel: some have expired, or there are none."""
    if any(part.state == "expired" for part in parts):
        return "expired"
    return "complete" if any(part.samples for part in parts) else "empty"


def _channel_as_json(dataset: Dataset, name: str, parts: Sequence[ChannelPart]) -> dict[str, Any]:
    begin, end = dataset.range(name)
    samples = sum(part.samples for part in parts)
    return {"samples": samples, "begin": json_time(begin), "end": json_time(end), "state": _state(parts)}


def _row(session: Session, dataset: Dataset, name: str, parts: Sequence[ChannelPart]) -> tuple[str, ...]:
    begin, end = (show_time(time, session.zone, digits=0) for time in dataset.range(name))
    return name, f"{sum(part.samples for part in parts):,}", begin, end, _state(parts)


def _show_whole(session: Session, dataset: Dataset, parts: dict[str, list[ChannelPart]]) -> None:
    whole = _whole(dataset)
    ranges = [dataset.range(name) for name in parts]
    states = [_state(own) for own in parts.values()]
    begin, end = (min(each[0] for each in ranges), max(each[1] for each in ranges)) if ranges else (None, None)
    session.output.fields(
        {
            "Samples": f"{whole['samples']:,}"
            + ("" if whole["spacing"] is None else f", {whole['spacing']:g} s apart"),
            "Channels": f"{len(parts):,}",
            "Empty": f"{states.count('empty'):,}" if "empty" in states else None,
            "Expired": f"{states.count('expired'):,}" if "expired" in states else None,
            "From": None if begin is None else show_time(begin, session.zone, digits=0),
            "To": None if end is None else show_time(end, session.zone, digits=0),
            "Files": f"{whole['files']:,}, {size_of(whole['bytes'])}",
            "Open": "the end, which the next export reads again" if whole["open_files"] else None,
        }
    )
