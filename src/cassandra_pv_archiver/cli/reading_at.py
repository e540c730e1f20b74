"""Values of channels at one time, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .reading_rows import Row, RowForm

if TYPE_CHECKING:
    from cassandra_pv_archiver import ArchiveClient, ArchiverError, Sample


def rows_at(
    archive: ArchiveClient, names: Sequence[str], time_ns: int, form: RowForm
) -> tuple[dict[str, Row | None], dict[str, ArchiverError]]:
    """The rows of the samples in force, by channel (None where there is none), and the channels that failed."""
    from cassandra_pv_archiver import SeveralReadsFailedError

    samples: dict[str, Sample | None]
    failures: dict[str, ArchiverError] = {}
    try:
        found = archive.get_samples_at(names, time_ns)
        samples = {name: None if each is None else each.sample for name, each in found.items()}
    except SeveralReadsFailedError as error:
        failures = dict(error.failures)
        before = {name: series.between(0, time_ns) for name, series in error.series.items()}
        samples = {name: series[-1] if len(series) else None for name, series in before.items()}
    rows = {name: None if sample is None else form.of_sample(name, sample) for name, sample in samples.items()}
    return rows, failures
