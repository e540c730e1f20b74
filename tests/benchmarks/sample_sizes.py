"""How large samples of typical channels are as JSON and in Parquet; run ``python -m tests.benchmarks.sample_sizes``.

The channels are in a simulated archive, whose replies are those of a real one to the byte.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import numpy as np

from cassandra_pv_archiver import ArchiveClient, export_dataset, open_dataset
from cassandra_pv_archiver.testing import Simulator, SimulatorTransport
from tests.benchmarks.comparing import show

__all__ = ["CHANNELS", "measured"]

_BEGIN = 1_704_067_200_000_000_000
_SECOND = 1_000_000_000
_LIMITS = {"units": "mA", "precision": 3, "displayHigh": 250.0, "warnHigh": 200.0, "alarmHigh": 220.0}
_STATES = {"states": ["Off", "Ramping", "On", "Fault"]}

Values = Callable[[np.random.Generator, int], Any]


class _Typical(NamedTuple):
    name: str
    what: str
    samples: int
    period: float
    values: Values
    meta_data: dict[str, Any] | None = _LIMITS
    spacing: str | None = None
    jitter: float = 0.001


def _walk(rng: np.random.Generator, number: int) -> Any:
    """A temperature: steps of a hundredth."""
    return 20 + np.round(np.cumsum(rng.normal(0, 0.01, number)), 2)


def _noise(rng: np.random.Generator, number: int) -> Any:
    return 100 + rng.normal(size=number)


def _arrays_of(size: int) -> Values:
    return lambda rng, number: list(rng.normal(size=(number, size)))


CHANNELS = [
    _Typical("SLOW", "double, 0.1 Hz, steps of 0.01", 200_000, 10.0, _walk),
    _Typical("FAST", "double, 10 Hz, noise in all digits", 200_000, 0.1, _noise),
    _Typical("EVEN", "double, 10 Hz, the same, at exact times", 200_000, 0.1, _noise, jitter=0.0),
    _Typical("COUNTER", "long, 1 Hz, a counter", 200_000, 1.0, lambda _, number: np.arange(number)),
    _Typical("MODE", "enum, 1 Hz", 200_000, 1.0, lambda rng, number: rng.integers(0, 4, number), _STATES),
    _Typical(
        "LOG",
        "string, 0.1 Hz",
        100_000,
        10.0,
        lambda rng, n: [f"Shutter {k} opened" for k in rng.integers(0, 500, n)],
        None,
    ),
    _Typical("ORBIT", "double[100], 1 Hz, noise", 5_000, 1.0, _arrays_of(100)),
    _Typical("SCOPE", "double[1000], 0.1 Hz, noise", 500, 10.0, _arrays_of(1000)),
    _Typical("SLOW", "double, 0.1 Hz, decimated to 60 s", 33_000, 60.0, _walk, spacing="60s"),
]


def measured(typical: _Typical, samples: int) -> tuple[float, float]:
    """Bytes of a sample as JSON and in Parquet."""
    rng = np.random.default_rng(8)
    simulator = Simulator()
    simulator.add_channel(typical.name, decimation_levels=[0, 60] if typical.spacing else [0])
    number = samples * (6 if typical.spacing else 1)
    step = 10.0 if typical.spacing else typical.period
    times = _BEGIN + (np.arange(number) * step * _SECOND).astype(np.int64)
    times += (rng.random(number) * typical.jitter * step * _SECOND).astype(np.int64)
    simulator.add_samples(
        typical.name, times=times, values=typical.values(rng, number), meta_data=typical.meta_data, type=_type(typical)
    )
    received = 0
    begin, end = int(times[0]), int(times[-1])

    def count(response: httpx.Response) -> None:
        nonlocal received
        received += len(response.read())

    with (
        httpx.Client(transport=SimulatorTransport(simulator, "archive")) as http_client,
        ArchiveClient("archiver.example.com", http_client=http_client) as client,
        tempfile.TemporaryDirectory() as folder,
    ):
        http_client.event_hooks = {"response": [count]}
        whole = client.get_samples(typical.name, begin, end, spacing=typical.spacing)
        as_json = received / len(whole)
        export_dataset(client, [typical.name], begin, end, folder, spacing=typical.spacing)
        dataset = open_dataset(folder)
        entries = [entry for entry in dataset.entries if entry.kind == "samples"]
        as_parquet = sum(entry.bytes for entry in entries) / sum(entry.samples for entry in entries)
    return as_json, as_parquet


def _type(typical: _Typical) -> str | None:
    return "enum" if typical.meta_data is _STATES else None


def main() -> None:
    rows: list[list[str]] = []
    for typical in CHANNELS:
        as_json, as_parquet = measured(typical, typical.samples)
        rows.append([typical.what, f"{as_json:,.0f}", f"{as_parquet:,.1f}", f"{as_json / as_parquet:,.0f}"])
    show("Bytes of a sample", ["channel", "JSON", "Parquet", "times smaller"], rows)


if __name__ == "__main__":
    main()
