"""What must come out of reads: computed from undisturbed replies, in the plainest way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cassandra_pv_archiver.testing import Simulator
from tests.flows.layouts import Pairs, samples_of

LATEST = 2**63 - 1


@dataclass(frozen=True)
class Wanted:
    """What a read asks for.

    Attributes:
        start: The beginning of the range.
        end: Its end.
        count: The ``count``, 0 for raw samples.
        spacing: The spacing in nanoseconds instead of a ``count``, or 0.
        fill_tail: Whether raw samples follow the decimated ones.
    """

    start: int
    end: int
    count: int = 0
    spacing: int = 0
    fill_tail: bool = False

    @property
    def is_raw(self) -> bool:
        return not self.count and not self.spacing


@dataclass(frozen=True)
class Snapshot:
    """What is in a channel at some moment.

    Attributes:
        raw: All raw samples.
        decimated: What a read with ``count`` or spacing gives, without a tail.
        ends_raw: Whether the last of these is a raw sample.
        reaches_back: Whether there are decimated samples before the range that are older than all raw ones.
    """

    raw: Pairs
    decimated: Pairs
    ends_raw: bool
    reaches_back: bool


def snapshot(simulator: Simulator, name: str, wanted: Wanted) -> Snapshot:
    raw = _pairs(samples_of(simulator, 0, LATEST, 0, name))
    if wanted.is_raw:
        first = raw[0][0] if raw else LATEST
        instant = samples_of(simulator, wanted.start, wanted.start, 1, name)
        earlier = [sample for sample in instant if sample["quality"] != "Original" and sample["time"] < first]
        return Snapshot(raw, [], False, bool(earlier))
    count, end = wanted.count, wanted.end
    if wanted.spacing:
        count = max(-(-(wanted.end - wanted.start) // wanted.spacing), 1)
        end = wanted.start + count * wanted.spacing
    reply = samples_of(simulator, wanted.start, end, count, name)
    places = [place for place in range(1, len(reply)) if reply[place]["time"] < reply[place - 1]["time"]]
    latest, earlier = (reply[: places[0]], reply[places[0] :]) if places else (reply, [])
    inside = [sample for sample in latest if sample["time"] <= wanted.end]
    if not inside or inside[-1]["time"] < wanted.end:
        inside += latest[len(inside) : len(inside) + 1]
    whole = sorted([*inside, *earlier], key=lambda sample: sample["time"])
    return Snapshot(raw, _pairs(whole), bool(whole) and whole[-1]["quality"] == "Original", False)


def _pairs(samples: list[dict[str, Any]]) -> Pairs:
    return [(sample["time"], sample["value"][0]) for sample in samples]


def select(samples: Pairs, low: int, high: int) -> Pairs:
    """Section 7.1, with a neighbour behind the range."""
    before = [pair for pair in samples if pair[0] <= low]
    inside = [pair for pair in samples if low < pair[0] <= high]
    chosen = before[-1:] + inside
    if not chosen or chosen[-1][0] < high:
        chosen += [pair for pair in samples if pair[0] > high][:1]
    return chosen


def with_tail(wanted: Wanted, decimated: Snapshot, later: Snapshot) -> tuple[Pairs, int | None]:
    """What a read with a tail gives, and where that begins, if the tail is read some time after the rest."""
    found = decimated.decimated
    last = found[-1][0] if found else -1
    if found and (decimated.ends_raw or last >= wanted.end):
        return found, None
    tail = [pair for pair in select(later.raw, max(last, wanted.start), wanted.end) if pair[0] > last]
    together = found + tail
    superfluous = max(sum(time <= wanted.start for time, _ in together) - 1, 0)
    return together[superfluous:], tail[0][0] if tail else None
