"""Tables of channels and figures about them. `main` runs as a test; every type is checked by pyright."""

from __future__ import annotations

from typing import Any, assert_type

import numpy as np
import numpy.typing as npt

from cassandra_pv_archiver import (
    AlignedSamples,
    ArchiveClient,
    SampleSeries,
    SeriesStatistics,
    Severity,
    align,
    statistics,
    time_in_state,
)


def tables(current: SampleSeries, mode: SampleSeries) -> None:
    read = {"RING:CURRENT": current, "RING:MODE": mode}
    table = align(read, step="10min", method={"RING:CURRENT": "linear"}, tolerance="2h", labels=False)
    assert_type(table, AlignedSamples)
    assert_type(table.times, npt.NDArray[np.int64])
    assert_type(table["RING:CURRENT"], npt.NDArray[Any])
    assert_type(table.valid["RING:CURRENT"], npt.NDArray[np.bool_])
    assert_type(table.ages["RING:CURRENT"], npt.NDArray[np.int64])
    assert_type(table.units["RING:CURRENT"], str | None)
    assert align(read, table.times).times is not None
    assert len(align({**read, "RING:SPARE": TimeoutError()}, current.datetimes, allow_missing=True)) == 3


def figures(current: SampleSeries, mode: SampleSeries) -> None:
    whole = statistics(current)
    assert_type(whole, SeriesStatistics[float])
    assert_type(whole.mean, float)
    assert_type(whole.seconds_by_severity[Severity.MAJOR], float)
    parts = statistics(current, 6)
    assert_type(parts, SeriesStatistics[npt.NDArray[np.float64]])
    assert_type(parts.mean, npt.NDArray[np.float64])
    assert_type(statistics(current, parts.edges).coverage, npt.NDArray[np.float64])
    assert_type(statistics(current, ["2026-01-01T00:00Z", "2026-01-02T00:00Z"]).maximum, npt.NDArray[np.float64])
    assert_type(time_in_state(mode), dict[str, float])
    assert_type(time_in_state(mode, bins=6), dict[str, npt.NDArray[np.float64]])


def main(admin_url: str, archive_url: str) -> None:
    with ArchiveClient(base_url=archive_url) as archive:
        current, mode = (archive.get_samples(name, "-6h", "now") for name in ("RING:CURRENT", "RING:MODE"))
    tables(current, mode)
    figures(current, mode)
