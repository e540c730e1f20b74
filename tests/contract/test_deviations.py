"""Deviations built into a simulated server on purpose are found, each by the right check at the right place."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from cassandra_pv_archiver.testing import SimulatorRequest, SimulatorResponse
from cassandra_pv_archiver.testing.contract.catalogue import all_checks
from cassandra_pv_archiver.testing.contract.findings import general_pointer
from tests.contract.clusters import channels_of, check, cluster, told, with_body
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


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("names not sorted", {"archive.pattern.all"}),
        ("a member renamed", {"admin.channels.all", "admin.trailing-slash", "admin.unknown-parameters"}),
        ("another export", {"admin.export.content"}),
    ],
)
def test_a_deviation_is_found_where_it_is_and_nowhere_else(name: str, expected: set[str]) -> None:
    (planted,) = (one for one in PLANTED if one.name == name)
    report = check(cluster(planted.spoil))
    found = {result.check.name for result in report.results if result.findings}
    assert found
    assert found <= expected


def test_behind_a_proxy_that_refuses_paths_and_compresses() -> None:
    """Checks that a proxy would answer itself do not apply, and all others hold."""

    def proxied(request: SimulatorRequest, response: SimulatorResponse) -> SimulatorResponse:
        headers = [*response.headers, ("Server", "nginx")]
        body = response.read()
        if response.status == 400 and not body:
            return with_body(
                response, b"<html>Bad Request</html>", headers=[("Content-Type", "text/html"), *headers[-1:]]
            )
        if response.status == 200 and len(body) > 100:
            return with_body(response, gzip.compress(body), headers=[*headers, ("Content-Encoding", "gzip")])
        response.headers.append(("Server", "nginx"))
        return response

    report = check(cluster(proxied))
    assert told(report) == []
    reasons = {result.check.name: result.reason for result in report.results}
    assert "proxy" in reasons["admin.refused-path"]
    assert "proxy" in reasons["archive.refused-path.raw"]
