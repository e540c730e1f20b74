"""Deviations built into a simulated server on purpose are found, each by the right check at the right place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cassandra_pv_archiver.testing.contract.catalogue import all_checks
from cassandra_pv_archiver.testing.contract.findings import general_pointer
from tests.contract.clusters import channels_of, check, cluster, told
from tests.contract.planted import PLANTED, Planted


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_planted_deviation_is_found(planted: Planted, tmp_path: Path) -> None:
    simulator = cluster(planted.spoil)
    before = channels_of(simulator)
    near = planted.check.rpartition(".")[0] if planted.prefix is None else planted.check
    checks = [one for one in all_checks() if one.name.startswith(near)]
    report = check(simulator, prefix=planted.prefix, journal=tmp_path / "journal", checks=checks)
    found = {(result.check.name, finding.pointer) for result in report.results for finding in result.findings}
    found |= {(name, general_pointer(pointer)) for name, pointer in found}
    assert (planted.check, planted.pointer) in found, told(report)
    assert report.deviates
    assert report.left == []
    assert channels_of(simulator) == before


def test_each_planted_deviation_is_of_a_kind_of_its_own() -> None:
    assert len({planted.name for planted in PLANTED}) == len(PLANTED)


def test_a_deviation_is_found_where_it_is_and_nowhere_else() -> None:
    (planted,) = (one for one in PLANTED if one.name == "names not sorted")
    report = check(cluster(planted.spoil))
    names = {result.check.name for result in report.results if result.findings}
    assert names == {"archive.pattern.all"}
