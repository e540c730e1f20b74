"""Puts a channel of a scene file into a simulator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from cassandra_pv_archiver.testing.simulator import Simulator, marker_sample
from cassandra_pv_archiver.times import RelativeTime, resolve_time

from .members import SECOND
from .models import Channel, Gap, Listed, Recorded, Signal
from .signals import Regular, SignalValues
from .values import ALARMS, Alarm, Column, SampleValues

Times: TypeAlias = NDArray[np.int64]
Recordings: TypeAlias = dict[str, list[dict[str, Any]]]
"""The samples of recorded files, by the names of the files in the scene file."""


def number_of_samples(source: Signal, now: int) -> int:
    """How many samples a signal has until now."""
    last = now if source.end is None else min(resolve_time(source.end, now), now)
    return max((last - _begin(source, now)) // source.spacing + 1, 0)


def _begin(source: Signal, now: int) -> int:
    start = resolve_time(source.start, now)
    return start // source.spacing * source.spacing if isinstance(source.start, RelativeTime) else start


def fill(simulator: Simulator, channel: Channel, server: int | UUID, recordings: Recordings) -> None:
    """Adds a channel and its samples.

    Args:
        simulator: Where to.
        channel: The channel.
        server: The server that owns it: its position or its ID.
        recordings: The samples of recorded files.
    """
    simulator.add_channel(
        channel.name,
        server=server,
        control_system_type=channel.control_system_type,
        decimation_levels=channel.decimation_levels,
        enabled=channel.enabled,
        options=channel.options,
        state=channel.state,
        error_message=channel.error_message,
        channel_data_id=channel.channel_data_id,
        samples_written=channel.samples_written,
        samples_dropped=channel.samples_dropped,
        samples_skipped_back=channel.samples_skipped_back,
    )
    now = simulator.now_ns
    for number, source in enumerate(channel.samples):
        match source:
            case Listed():
                _Filling(simulator, channel, now).add_listed(source)
            case Recorded():
                simulator.add_samples(channel.name, recordings[source.file], level=source.level or None)
            case _:
                _Filling(simulator, channel, now).add_signal(source, SignalValues(source, f"{channel.name} {number}"))


class _Filling:
    def __init__(self, simulator: Simulator, channel: Channel, now: int) -> None:
        self._simulator = simulator
        self._name = channel.name
        self._values = SampleValues(channel)
        self._now = now

    def add_listed(self, source: Listed) -> None:
        for sample in source.samples:
            time = resolve_time(sample.time, self._now)
            if sample.marker is not None:
                self._simulator.add_samples(self._name, [marker_sample(time, sample.marker)])
                continue
            column = self._values.column([sample.value])
            alarm = ALARMS[int(self._values.alarms(column)[0])]
            self._add([time], column, Alarm(sample.severity or alarm.severity, sample.status or alarm.status))

    def add_signal(self, source: Regular, signal: SignalValues) -> None:
        now, begin = self._now, _begin(source, self._now)
        places = np.arange(number_of_samples(source, now))
        places = places[~self._in_gaps(source.gaps, begin + places * source.spacing)]
        times, column = begin + places * source.spacing, self._values.column(signal.at(places))
        alarms = self._values.alarms(column)
        for number, alarm in enumerate(ALARMS):
            chosen = np.flatnonzero(alarms == number)
            if len(chosen):
                self._add(times[chosen], _taken(column, chosen), alarm)
        markers = [(resolve_time(gap.start, now), gap.marker) for gap in source.gaps if gap.marker != "none"]
        self._simulator.add_samples(self._name, [marker_sample(time, marker) for time, marker in markers])
        if source.end is None or resolve_time(source.end, now) > now:
            self._go_on(source, signal)

    def _go_on(self, source: Regular, signal: SignalValues) -> None:
        """Lets samples arrive as time passes, those of each alarm by themselves, as they have it in common."""
        begin = _begin(source, self._now)

        def value_if(alarm: int) -> Callable[[float], Any]:
            def value(seconds: float) -> Any:
                place = np.array([round((seconds - begin / SECOND) * SECOND / source.spacing)])
                if self._in_gaps(source.gaps, begin + place * source.spacing)[0]:
                    return None
                column = self._values.column(signal.at(place))
                return column[0] if self._values.alarms(column)[0] == alarm else None

            return value

        for number in range(len(ALARMS) if self._values.has_limits else 1):
            self._simulator.add_samples(
                self._name,
                signal=value_if(number),
                period=source.spacing / SECOND,
                start=begin + number_of_samples(source, self._now) * source.spacing,
                end=None if source.end is None else resolve_time(source.end, self._now),
                type=self._values.type,
                severity=ALARMS[number].severity,
                status=ALARMS[number].status,
                meta_data=self._values.meta_data,
            )

    def _add(self, times: Times | list[int], values: Column, alarm: Alarm) -> None:
        self._simulator.add_samples(
            self._name,
            times=times,
            values=values,
            type=self._values.type,
            severity=alarm.severity,
            status=alarm.status,
            meta_data=self._values.meta_data,
        )

    def _in_gaps(self, gaps: Sequence[Gap], times: Times) -> NDArray[np.bool_]:
        within = np.zeros(len(times), np.bool_)
        for gap in gaps:
            begun = times >= resolve_time(gap.start, self._now)
            within |= begun if gap.end is None else begun & (times < resolve_time(gap.end, self._now))
        return within


def _taken(column: Column, places: NDArray[np.intp]) -> Column:
    return column[places] if isinstance(column, np.ndarray) else [column[place] for place in places.tolist()]
