"""What a dataset is meant to have, as far as exports were asked for it, whether or not they have come to their end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import TypeAdapter, ValidationError

from .coverage import Coverage, Span
from .layout import WANTED
from .manifest import DatasetError
from .storage import Storage

__all__ = ["merged", "missing_spans", "remember_wanted", "wanted_ranges"]

_form: TypeAdapter[dict[str, list[Span]]] = TypeAdapter(dict[str, list[Span]])


def wanted_ranges(storage: Storage) -> dict[str, list[Span]]:
    """The ranges of each channel that exports were asked for, in their order; they neither touch nor overlap.

    Raises:
        DatasetError: What is there cannot be read.
    """
    content = storage.read(WANTED)
    if content is None:
        return {}
    try:
        return _form.validate_json(content)
    except ValidationError as error:
        raise DatasetError(f"{storage}: {WANTED} is not what was written there: {error}") from error


def remember_wanted(storage: Storage, wanted: Mapping[str, Iterable[Span]], now: int) -> None:
    """Records what is about to be exported, so that a later export or repair knows what is missing.

    Args:
        storage: Where the dataset is.
        wanted: The ranges of each channel.
        now: The time, in nanoseconds since 1970-01-01 UTC; what comes after it cannot be had.
    """
    before = wanted_ranges(storage)
    together = dict(before)
    for channel, spans in wanted.items():
        limited = [(begin, min(end, now)) for begin, end in spans]
        together[channel] = merged([*before.get(channel, ()), *(span for span in limited if span[0] < span[1])])
    if together != before:
        storage.write(WANTED, _form.dump_json(dict(sorted(together.items()))))


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same ranges in their order, those that touch or overlap as one."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((begin, end))
    return found


def missing_spans(wanted: Mapping[str, Iterable[Span]], coverage: Coverage) -> dict[str, list[Span]]:
    """What a dataset does not have of these ranges, by channel."""
    found = {
        channel: [gap for begin, end in spans for gap in coverage.gaps(channel, begin, end)]
        for channel, spans in wanted.items()
    }
    return {channel: gaps for channel, gaps in found.items() if gaps}
