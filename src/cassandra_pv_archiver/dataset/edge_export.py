"""The export of the samples next to what was exported."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cassandra_pv_archiver.series import SampleSeries

from .coverage import Span
from .edge_files import drop_edges, write_edges
from .edges import Edge, KnownSamples, Side, dangling_edges, edges_of, wanted_edges
from .manifest import Entry, Manifest
from .storage import Storage
from .windows import ChannelFailedError, WindowReader

__all__ = ["EdgeExport"]

_AT_ONCE = 1000
_SIDES: tuple[Side, ...] = ("before", "after")


@dataclass(slots=True)
class EdgeExport:
    """Sees to the edges of one run.

    Attributes:
        storage: Where the dataset is.
        manifest: Its manifest.
        reader: Reads samples.
        server: Where they are read, for the manifest.
        aside: Does what takes time.
        entries: What was recorded.
        failures: Edges that could not be read.
    """

    storage: Storage
    manifest: Manifest
    reader: WindowReader
    server: str
    aside: Callable[[Callable[[], Any]], Awaitable[Any]]
    entries: list[Entry] = field(default_factory=list[Entry])
    failures: list[tuple[Edge, ChannelFailedError]] = field(default_factory=list[tuple[Edge, ChannelFailedError]])

    async def begin(self, planned: Mapping[str, Span]) -> None:
        """Reads the samples before what will be exported, which are the first that retention takes.

        Args:
            planned: What will be exported of each channel.
        """
        entries: list[Entry] = await self.aside(self.manifest.entries)
        own = {edge for edge in wanted_edges(entries, planned) if edge.side == "before" and edge.channel in planned}
        await self._export(own - _told(entries), KnownSamples.of(entries))

    async def finish(self, left_out: Collection[str]) -> None:
        """Reads what is still missing, and takes out what is no edge any more.

        Args:
            left_out: Channels that cannot be read.
        """
        entries: list[Entry] = await self.aside(self.manifest.entries)
        wanted = wanted_edges(entries)
        stale = {edge for edge in _told(entries) - wanted if edge.channel not in left_out}
        known = KnownSamples.of(entries, frozenset(stale))
        lost = {edge for edge in dangling_edges(entries, known) if edge.channel not in left_out}
        missing = {edge for edge in wanted - _told(entries) if edge.channel not in left_out}
        await self._export(missing | (lost & wanted), known, stale, lost)
        failed = {edge.channel for edge, _ in self.failures}
        rest = {edge for edge in stale if edge.channel not in failed}
        await self.aside(partial(drop_edges, self.storage, self.manifest, rest))

    async def _export(
        self,
        edges: Iterable[Edge],
        known: KnownSamples,
        stale: Collection[Edge] = (),
        lost: Collection[Edge] = (),
    ) -> None:
        for side in _SIDES:
            own = sorted(edge for edge in edges if edge.side == side)
            for first in range(0, len(own), _AT_ONCE):
                await self._some(own[first : first + _AT_ONCE], known, stale, lost)

    async def _some(
        self, edges: Sequence[Edge], known: KnownSamples, stale: Collection[Edge], lost: Collection[Edge]
    ) -> None:
        outcomes = await asyncio.gather(*map(self._read, edges), return_exceptions=True)
        found: dict[Edge, SampleSeries | None] = {}
        for edge, outcome in zip(edges, outcomes, strict=True):
            if isinstance(outcome, ChannelFailedError):
                self.failures.append((edge, outcome))
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                found[edge] = outcome
        channels = {edge.channel for edge in found}
        # What is lost is replaced together with its successor; that of the other side may have been already.
        old = {edge for edge in stale if edge.channel in channels} | (found.keys() & lost)

        def write() -> list[Entry]:
            drop_edges(self.storage, self.manifest, old)
            return write_edges(self.storage, self.manifest, self.reader.query, self.server, found, known)

        self.entries += await self.aside(write)

    async def _read(self, edge: Edge) -> SampleSeries | None:
        series = await self.reader.around(edge.channel, edge.at, (0,))
        if edge.side == "after":
            found = series[series.times >= edge.at][:1]
        elif (series.times == edge.at).any():
            return None  # it is in force at the begin, and in the range
        else:
            found = series[series.times < edge.at][-1:]
        return found if len(found) else None


def _told(entries: Iterable[Entry]) -> set[Edge]:
    return {edge for entry in entries for edge in edges_of(entry)}
