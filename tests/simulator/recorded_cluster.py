"""The cluster of the recorded exchanges, and what happened to it between them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from cassandra_pv_archiver.testing.simulator import SimulatedServer, Simulator, SimulatorRequest

RECORDINGS = Path(__file__).parent.parent / "recordings"
SECOND = 1_000_000_000
SERVER_IDS = ("11111111-2222-3333-4444-555555555551", "11111111-2222-3333-4444-555555555552")
UNKNOWN_SERVER = "99999999-2222-3333-4444-555555555559"
CREDENTIALS = ("Authorization", "Basic YWRtaW46YWRtaW4=")
JSON_BODY = ("Content-Type", "application/json")


@cache
def recording(name: str) -> Any:
    path = RECORDINGS / name
    return json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())


@cache
def exchange(name: str) -> Any:
    return recording(f"exchanges/{name}.json")


def exchange_names() -> list[str]:
    return sorted(path.stem for path in (RECORDINGS / "exchanges").glob("*.json"))


def reply_of(name: str) -> Any:
    return json.loads(exchange(name)["response"]["body"]["text"])


def recorded_at(name: str) -> datetime:
    return parsedate_to_datetime(dict(exchange(name)["response"]["headers"])["Date"])


def request_of(name: str) -> tuple[str, int, SimulatorRequest]:
    recorded = exchange(name)
    request = recorded["request"]
    # As the notes on the recordings say, each request asked for the connection to be closed.
    headers = [("Host", "localhost"), ("Accept", "*/*"), ("Connection", "close")]
    given = list(request["headers"].items())
    headers = [header for header in headers if header[0] not in request["headers"]] + given
    body = (request["body"] or "").encode()
    sent = SimulatorRequest(request["method"], request["target"].encode(), headers, body)
    return recorded["service"], recorded["server"] - 1, sent


class Story:
    """The recorded cluster as time goes by.

    Exchanges are replayed in the order in which they were recorded; `at` brings the cluster to the time of one.
    """

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 2, 5, 15, tzinfo=UTC)
        servers = [SimulatedServer(UUID(server_id), "vm") for server_id in SERVER_IDS]
        self.simulator = Simulator(
            servers,
            # The control system had these channels and no others.
            provides=lambda name: name.startswith("demo:") and name != "demo:absent",
            start_time=int(self.now.timestamp()) * SECOND,
            real_time=False,
        )
        self._events: list[tuple[datetime, Callable[[], object]]] = [
            (_time(2, 5, 15), self._add_first_channels),
            (_time(2, 8, 30), self._add_later_channels),
            (_time(2, 12, 3), self.simulator.stop_database),
            (_time(2, 12, 30), self.simulator.start_database),
            (_time(2, 13, 51), lambda: self.simulator.stop_server(1)),
            (_time(2, 16, 0), self._add_count_channel),
        ]

    def at(self, time: datetime) -> Simulator:
        while self._events and self._events[0][0] <= time:
            moment, event = self._events.pop(0)
            self._go_to(moment)
            event()
        self._go_to(time)
        return self.simulator

    def _go_to(self, time: datetime) -> None:
        self.simulator.advance(max((time - self.now).total_seconds(), 0))
        self.now = max(time, self.now)

    def _add_first_channels(self) -> None:
        for channel in reply_of("channels_server_1")["channels"]:
            if channel["channelName"].startswith("demo:"):
                self._add_channel(channel, 0)
        self.simulator.add_channel("demo:lost", server=UNKNOWN_SERVER)

    def _add_later_channels(self) -> None:
        for channel in reply_of("channels_server_1")["channels"]:
            if channel["channelName"].startswith(("bulk:", "synth:")):
                self._add_channel(channel, 0)
        for channel in reply_of("channels_server_2")["channels"]:
            if channel["channelName"].startswith("xml:"):
                self._add_channel(channel, 1)

    def _add_channel(self, channel: dict[str, Any], server: int) -> None:
        name = channel["channelName"]
        self.simulator.add_channel(
            name,
            server=server,
            control_system_type=channel["controlSystemType"],
            decimation_levels={
                int(level): int(period) for level, period in channel["decimationLevelToRetentionPeriod"].items()
            },
            enabled=channel["enabled"],
            options=channel["options"] if name != "demo:fast" else {},
        )
        for recorded, (owner, level) in SAMPLES.items():
            if owner == name:
                self.simulator.add_samples(name, reply_of(recorded), level=level)

    def _add_count_channel(self) -> None:
        self.simulator.add_channel("synth:count", server=UNKNOWN_SERVER, decimation_levels=(10, 60), enabled=False)
        self.simulator.add_samples("synth:count", reply_of("samples_count_raw_only_none"))
        tens = reply_of("samples_count_all_430")
        first_block = next(place for place in range(1, len(tens)) if tens[place]["time"] < tens[place - 1]["time"])
        self.simulator.add_samples("synth:count", tens[:first_block], level=10)
        self.simulator.add_samples("synth:count", reply_of("samples_count_all_60"), level=60)


SAMPLES = {
    **{
        f"samples_{kind}": (f"demo:{kind}", None)
        for kind in ("absent", "double", "empty", "enum", "fwave", "long", "nan", "setpoint", "string", "unit", "wave")
    },
    "samples_param_whitespace": ("demo:long", 5),
    "samples_synth_status": ("synth:status", None),
    "samples_synth_types": ("synth:types", None),
}
"""Replies from which the samples of channels are taken, with the channel and the decimation level."""


def _time(hour: int, minute: int, second: int) -> datetime:
    return datetime(2026, 11, 24, hour, minute, second, tzinfo=UTC)
