"""``cpva get --step``: a column for each channel."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cassandra_pv_archiver import ArchiveClient, align
from cassandra_pv_archiver.testing import RunningSimulator, Simulator, double_sample
from tests.cli.conftest import Cpva
from tests.cli.test_get import BASE, SECOND, marker, plain_sample

NUMBER = 2500


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    simulator = Simulator(start_time=BASE + 10_000 * SECOND, real_time=False)
    dense = [double_sample(BASE + at * SECOND // 2, at / 4) for at in range(NUMBER)]
    simulator.add_channel("DENSE", samples=dense, decimation_levels=[30])
    gaps = [
        marker(BASE + at * SECOND) if at % 40 == 7 else double_sample(BASE + at * SECOND, at)
        for at in range(1, 1200, 3)
    ]
    simulator.add_channel("GAPS", samples=gaps)
    states = {"type": "enum", "states": ["Off", "On"]}
    simulator.add_channel(
        "MODE", samples=[plain_sample(BASE + at * 333 * SECOND, "enum", [at % 2], states) for at in range(-1, 4)]
    )
    simulator.add_channel("RARE", samples=[double_sample(BASE - 5 * SECOND, 42.0)])
    simulator.add_channel("NEVER")
    return simulator


@pytest.fixture(scope="module")
def cluster(simulator: Simulator) -> Iterator[RunningSimulator]:
    with simulator.serve() as running:
        yield running


def wide(cpva: Cpva, *arguments: str) -> list[list[str]]:
    done = cpva("get", *arguments, "--time-format", "ns")
    assert done.exit_code == 0, done.stderr
    return list(csv.reader(io.StringIO(done.stdout)))


def expected(
    archive: ArchiveClient, names: list[str], start: int, end: int, step: int, **options: Any
) -> list[list[Any]]:
    count = options.pop("spacing", None)
    series = {name: archive.get_samples(name, start, end, spacing=count) for name in names}
    table = align(series, range(start, end + 1, step), **options)
    columns = [
        [value if is_valid else None for value, is_valid in zip(table[name].tolist(), table.valid[name], strict=True)]
        for name in names
    ]
    return [list(row) for row in zip(table.times.tolist(), *columns, strict=True)]


def as_text(rows: list[list[Any]]) -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    names=st.lists(st.sampled_from(["DENSE", "GAPS", "MODE", "RARE", "NEVER"]), min_size=1, unique=True),
    start=st.integers(-20, 900),
    length=st.integers(1, 1300),
    step=st.sampled_from([SECOND // 2 - 1, SECOND, 7 * SECOND, 100 * SECOND, 5000 * SECOND]),
    method=st.sampled_from(["previous", "nearest", "linear"]),
)
def test_rows_are_those_of_align_although_samples_are_read_in_parts(
    cpva: Cpva, cluster: RunningSimulator, names: list[str], start: int, length: int, step: int, method: str
) -> None:
    begin = BASE + start * SECOND
    end = begin + length * SECOND
    options = ("--start", str(begin), "--end", str(end), "--step", f"{step}ns", "--align", method)
    header, *rows = wide(cpva, *names, *options)
    assert header == ["time", *names]
    with ArchiveClient(base_url=cluster.archive_url) as archive:
        assert rows == as_text(expected(archive, names, begin, end, step, method=method))


def test_decimated_samples_are_aligned_too(cpva: Cpva, cluster: RunningSimulator) -> None:
    begin, end = BASE, BASE + 1300 * SECOND
    options = ("--start", str(begin), "--end", str(end), "--step", "10s", "--spacing", "30s")
    rows = wide(cpva, "DENSE", *options)[1:]
    with ArchiveClient(base_url=cluster.archive_url) as archive:
        assert rows == as_text(expected(archive, ["DENSE"], begin, end, 10 * SECOND, spacing="30s"))


def test_states_can_be_numbers_and_files_have_types(cpva: Cpva, tmp_path: Path) -> None:
    options = ("--start", str(BASE), "--for", "10s", "--step", "5s")
    assert [row[1] for row in wide(cpva, "MODE", *options)[1:]] == ["Off"] * 3
    assert [row[1] for row in wide(cpva, "MODE", *options, "--enum-numbers")[1:]] == ["0"] * 3
    file = tmp_path / "wide.parquet"
    assert cpva("get", "DENSE", "MODE", "NEVER", *options, "-o", str(file)).exit_code == 0
    table = pq.read_table(file)
    assert table.column_names == ["time", "DENSE", "MODE", "NEVER"]
    assert [str(field.type) for field in table.schema] == ["timestamp[ns, tz=UTC]", "double", "string", "double"]
    assert table.column("DENSE").to_pylist() == [0.0, 2.5, 5.0]


def test_a_channel_that_fails_has_no_column(cpva: Cpva) -> None:
    done = cpva("get", "RARE", "NONE", "--start", str(BASE), "--for", "2s", "--step", "1s", "--json")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0] == '[{"time": "2023-11-14T22:13:20.000000000Z", "RARE": 42.0},'
    assert done.stderr == "There is no channel 'NONE'. Look for names with: cpva search '*PART*'\n"
