"""What tests put into a simulated cluster: channels, samples, users."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import index
from typing import Any, TypeAlias, cast, overload
from uuid import UUID

from numpy.typing import NDArray

from .channels import STATES, Channel
from .clock import SECOND
from .cluster import Cluster
from .given_samples import column_of_values, context_of, double_sample, sampled, times_of, type_of_all
from .sample_archive import Signal
from .servers import SimulatedServer
from .users import User

WhichServer: TypeAlias = int | str | UUID | SimulatedServer
"""A server of the cluster, by its position, by its ID or as an object."""


class Contents:
    """A cluster that can be filled."""

    _cluster: Cluster
    _order: list[SimulatedServer]
    _lock: threading.RLock

    def add_user(self, name: str, password: str, *, administrator: bool = True) -> None:
        """Adds somebody who may log in, or changes the password.

        Args:
            name: The user name.
            password: The password.
            administrator: Whether changes are allowed.
        """
        self._cluster.users[name] = User(password, administrator)

    def add_channel(
        self,
        name: str,
        *,
        server: WhichServer = 0,
        control_system_type: str = "channel_access",
        decimation_levels: Mapping[int, int] | Iterable[int] = (),
        enabled: bool = True,
        options: Mapping[str, str] | None = None,
        state: str | None = None,
        error_message: str | None = None,
        channel_data_id: str | UUID | None = None,
        samples_written: int = 0,
        samples_dropped: int = 0,
        samples_skipped_back: int = 0,
        samples: int | str | bytes | Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Adds a channel, as it is some time after an administrator did.

        Args:
            name: Its name.
            server: The server that owns it: its position, or its ID, which need not be one of a known server.
            control_system_type: Its control-system support; only ``channel_access`` is installed.
            decimation_levels: Decimation periods in seconds, or a mapping from them to retention periods.
            enabled: Whether samples are archived.
            options: Options of the control-system support.
            state: Its state, until it is initialised again; None: what follows from the settings.
            error_message: What is wrong, for the state ``error``.
            channel_data_id: Its identity; None for any.
            samples_written: The counter of written samples.
            samples_dropped: The counter of samples that were lost.
            samples_skipped_back: The counter of samples that were refused because they were older than others.
            samples: Samples as in `add_samples`, or a number of ``double`` samples, one per nanosecond from 1 on.

        Raises:
            IndexError: There is no server at that position.
            TypeError: A level or retention period is no integer, or an option no text.
            ValueError: There is a channel of that name, the name is empty, a level or retention period is negative or
                does not fit into 32 bits, the state is none, or the ID of the server.
        """
        if not name:
            raise ValueError("The name of a channel is not empty.")
        if state is not None and state not in STATES:
            raise ValueError(f"There is no state {state!r}, only {', '.join(STATES)}.")
        _check_options(options or {})
        retention = _retention(decimation_levels)
        owner = self._at(server).server_id if isinstance(server, int) else server_id_of(server)
        channel = Channel(name, owner, control_system_type, retention, enabled, dict(options or {}))
        channel.given_state = None if state is None else (state, error_message)
        channel.data_id = channel.data_id if channel_data_id is None else UUID(str(channel_data_id))
        channel.written, channel.dropped = samples_written, samples_dropped
        channel.skipped_back = samples_skipped_back
        if isinstance(samples, int):
            samples = [double_sample(time, float(time)) for time in range(1, samples + 1)]
        channel.archive.add_json(0, _from_text(samples))
        with self._lock:
            if name in self._cluster.channels:
                raise ValueError(f"There is a channel {name!r} already.")
            self._cluster.channels[name] = channel

    @overload
    def add_samples(
        self, channel: str, samples: str | bytes | Iterable[Mapping[str, Any]], *, level: int | None = None
    ) -> None: ...

    @overload
    def add_samples(
        self,
        channel: str,
        *,
        times: Sequence[int] | NDArray[Any],
        values: Sequence[Any] | NDArray[Any],
        type: str | None = None,
        severity: str = "OK",
        status: str = "NO_ALARM",
        meta_data: Mapping[str, Any] | None = None,
        level: int | None = None,
    ) -> None: ...

    @overload
    def add_samples(
        self,
        channel: str,
        *,
        signal: Callable[[float], Any],
        period: float,
        start: int | None = None,
        end: int | None = None,
        type: str | None = None,
        severity: str = "OK",
        status: str = "NO_ALARM",
        meta_data: Mapping[str, Any] | None = None,
    ) -> None: ...

    def add_samples(
        self,
        channel: str,
        samples: str | bytes | Iterable[Mapping[str, Any]] | None = None,
        *,
        times: Sequence[int] | NDArray[Any] | None = None,
        values: Sequence[Any] | NDArray[Any] = (),
        signal: Callable[[float], Any] | None = None,
        period: float = 1.0,
        start: int | None = None,
        end: int | None = None,
        type: str | None = None,  # noqa: A002 -- the name in JSON
        severity: str = "OK",
        status: str = "NO_ALARM",
        meta_data: Mapping[str, Any] | None = None,
        level: int | None = None,
    ) -> None:
        """Adds samples to a channel: in the form of the service's JSON, as arrays, or as a function of time.

        Args:
            channel: Its name.
            samples: Samples as in the service's JSON (objects or text); floats may be used for numbers that JSON
                lacks.
            times: Times in nanoseconds since 1970-01-01 UTC.
            values: As many values: numbers, texts, or sequences of them.
            signal: Gives the value at a time in seconds since 1970-01-01 UTC, or None for no sample. Its samples
                until now are there at once; later ones are archived as the simulator's time goes by, while the channel
                is ``ok``, its server runs and the database is up.
            period: Seconds between two samples of the signal.
            start: The time of its first sample, in nanoseconds since 1970-01-01 UTC. None: now.
            end: The time after which there are no more. None: never.
            type: The type of the samples. None: what fits the values (``double`` for integers and floats together);
                with a signal, what fits each value.
            severity: The level of their severity.
            status: Their alarm status.
            meta_data: Their metadata by the names in JSON, of which members may be missing.
            level: The decimation level they belong to. A level that is given samples has those and no others; all
                other levels follow from the raw samples. None: they are raw.

        Raises:
            KeyError: There is no such channel.
            TypeError: Not exactly one of ``samples``, ``times`` and ``signal`` is given, the times are no integers, or
                the values are not all numbers or all texts.
            ValueError: The channel has no such level, there are not as many values as times, or a time, a value or
                metadata are not as the service can send them.
        """
        if sum(given is not None for given in (samples, times, signal)) != 1:
            raise TypeError("Samples are given either as `samples`, or as `times` and `values`, or as a `signal`.")
        with self._lock:
            if channel not in self._cluster.channels:
                raise KeyError(f"There is no channel {channel!r}; add it before its samples.")
            if (level or 0) not in self._cluster.channels[channel].retention:
                raise ValueError(f"The channel {channel!r} has no decimation level {level}.")
            archive = self._cluster.channels[channel].archive
            if samples is not None:
                archive.add_json(level or 0, _from_text(samples))
            elif times is not None:
                kind = type or type_of_all(values)
                context = context_of(kind, severity, status, meta_data)
                archive.add(level or 0, times_of(times), column_of_values(kind, values), context)
            elif signal is not None:
                now = self._cluster.clock.now_ns()
                begin = now if start is None else start
                if not period * SECOND >= 1:
                    raise ValueError(f"Samples are at least 1 ns apart, not {period} s.")
                sample = sampled(signal, type, severity, status, meta_data)
                archive.add_signal(Signal(sample, begin, round(period * SECOND), end), now)

    def _at(self, position: int) -> SimulatedServer:
        if not -len(self._order) <= position < len(self._order):
            raise IndexError(f"There is no server {position}; the cluster has {len(self._order)}, counted from 0.")
        return self._order[position]


def server_id_of(server: str | UUID | SimulatedServer) -> UUID:
    """The ID of a server."""
    if isinstance(server, SimulatedServer):
        return server.server_id
    try:
        return UUID(str(server))
    except ValueError:
        raise ValueError(f"{server!r} is neither the position nor the ID of a server.") from None


def _retention(levels: Mapping[int, int] | Iterable[int]) -> dict[int, int]:
    given = cast("Mapping[int, int]", levels) if isinstance(levels, Mapping) else dict.fromkeys(levels, 0)
    retention = {index(level): index(period) for level, period in {0: 0, **given}.items()}
    if not all(0 <= number < 2**31 for number in (*retention, *retention.values())):
        raise ValueError(f"Decimation levels and retention periods are not negative, and less than 2**31: {retention}")
    return dict(sorted(retention.items()))


def _check_options(options: Mapping[str, str]) -> None:
    for option, value in options.items():
        if not isinstance(cast("object", value), str):
            raise TypeError(f"The option {option!r} is a text, not {value!r}.")


def _from_text(samples: str | bytes | Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return json.loads(samples) if isinstance(samples, str | bytes) else samples
