"""Simulated clusters for the contract suite, faithful ones and ones that deviate."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cassandra_pv_archiver.testing import Simulator, SimulatorRequest, SimulatorResponse, SimulatorTransport
from cassandra_pv_archiver.testing.contract import Baseline, Credentials, Report, Settings, run_checks
from cassandra_pv_archiver.testing.contract.runner import OnResult
from cassandra_pv_archiver.testing.simulator.java_json import write

SECOND = 10**9
NOW = 1_795_486_000 * SECOND
ADMIN = Credentials("admin", "admin")
UNKNOWN_SERVER = "99999999-2222-3333-4444-555555555559"

ODD_NAMES = (
    *("a/b", "a+b", "a;b=c", "A{B}C-D", "été", "日本", "😀", "｡", "a~41", "100%", 'q"u'),
    *("tab\tname", "line\nbreak", "b\\s", "x/../y", "K", "\u212a", "ſ", "İ", "*", "?", "^[x]"),
)

Spoil = Callable[[SimulatorRequest, SimulatorResponse], SimulatorResponse]


def fill(simulator: Simulator) -> None:
    """Channels of all kinds that real clusters have."""
    now = simulator.now_ns
    times = list(range(now - 600 * SECOND, now, 5 * SECOND))
    levels = {0: 864000, 10: 0, 60: 0}
    simulator.add_channel("demo:double", decimation_levels=levels, samples_written=120)
    simulator.add_samples("demo:double", times=times, values=[float(time % 97) for time in times])
    simulator.add_channel(
        "demo:long", server=1, samples_written=3, options={"maxUpdatePeriod": "5", "clockSource": "local"}
    )
    simulator.add_samples("demo:long", times=times[:3], values=[1, 2, 3])
    simulator.add_channel("demo:string", samples_written=2)
    simulator.add_samples("demo:string", times=times[:2], values=["a", 'é"日😀'])
    simulator.add_channel("demo:wave", samples_written=2)
    simulator.add_samples("demo:wave", times=times[:2], values=[[1.5, float("nan")], [1e300, -0.0]])
    simulator.add_channel("demo:empty")
    simulator.add_channel("demo:off", server=1, enabled=False)
    simulator.add_channel("demo:bad option", options={"nonsense": "1"})
    simulator.add_channel("demo:strange", control_system_type="tango")
    simulator.add_channel("demo:lost", server=UNKNOWN_SERVER)
    for name in ODD_NAMES:
        simulator.add_channel(f"odd:{name}", server=1)


class SpoiledSimulator(Simulator):
    """A simulator some of whose replies are changed on their way out."""

    spoil: Spoil | None = None

    def handle(self, service: Any, server: Any, request: SimulatorRequest, **options: Any) -> SimulatorResponse:
        response = super().handle(service, server, request, **options)
        return response if self.spoil is None else self.spoil(request, response)


def cluster(spoil: Spoil | None = None, **options: Any) -> SpoiledSimulator:
    simulator = SpoiledSimulator(start_time=NOW, scene=fill, **options)
    simulator.spoil = spoil
    return simulator


def check(
    simulator: Simulator,
    *,
    prefix: str | None = None,
    journal: Path | None = None,
    baseline: Baseline | None = None,
    credentials: Credentials = ADMIN,
    clean_leftovers: bool = False,
    checks: Any = None,
    on_result: OnResult | None = None,
    server: int = 0,
) -> Report:
    """Runs the suite in process; waiting lets the simulator's time pass."""
    settings = Settings(
        admin_url="http://admin.example.org",
        archive_url="http://archive.example.org",
        write_prefix=prefix,
        credentials=credentials if prefix else None,
        journal=journal,
        clean_leftovers=clean_leftovers,
    )
    transports = {service: SimulatorTransport(simulator, service, server) for service in ("admin", "archive")}
    return run_checks(
        settings,
        baseline=baseline,
        checks=checks,
        on_result=on_result,
        wait=simulator.advance,
        transports=transports,
    )


def channels_of(simulator: Simulator) -> dict[str, Any]:
    """All channels with their settings, for comparison."""
    found: dict[str, Any] = {}
    for target in ("/channels/all", *(f"/channels/by-server/{server.server_id}" for server in simulator.servers)):
        asked = SimulatorRequest("GET", f"/admin/api/1.0{target}".encode())
        for channel in json.loads(Simulator.handle(simulator, "admin", 0, asked).read())["channels"]:
            settings = {member: value for member, value in channel.items() if not member.startswith("totalSamples")}
            found.setdefault(channel["channelName"], {}).update(settings)
    return found


def told(report: Report) -> list[str]:
    """What deviates, one line each."""
    return [
        f"{result.check.name} {finding.pointer} {finding.request}: {finding.expected} / {finding.found}"
        for result in report.results
        for finding in result.findings
    ]


def changed_json(response: SimulatorResponse, change: Callable[[Any], Any]) -> SimulatorResponse:
    """A reply whose JSON body is changed."""
    return with_body(response, write(change(json.loads(response.read()))).encode())


def with_body(response: SimulatorResponse, body: bytes, **changes: Any) -> SimulatorResponse:
    framing = {"content-length", "transfer-encoding"}
    headers = [(name, value) for name, value in response.headers if name.lower() not in framing]
    headers = [*changes.pop("headers", headers), ("Content-Length", str(len(body)))]
    return replace(response, headers=headers, body=body, **changes)
