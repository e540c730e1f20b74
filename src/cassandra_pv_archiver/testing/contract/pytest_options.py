"""The options of ``pytest --pyargs cassandra_pv_archiver.testing.contract``."""

from __future__ import annotations

import pytest

NAMES = (
    ("--admin-url", "The administrative service, such as http://archiver:4812."),
    ("--archive-url", "The archive-access service, such as http://archiver:9812."),
    ("--write-prefix", "Create, change and remove channels whose names begin with this."),
    ("--username", "An administrator, whose password is in CPVA_PASSWORD."),
    ("--journal", "Where channels are noted before they are created."),
    ("--max-rate", "Send no more requests per second than this."),
    ("--baseline", "Findings to accept."),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options."""
    group = parser.getgroup("contract", "contract of the Cassandra PV Archiver services")
    for name, text in NAMES:
        group.addoption(name, help=text)
    group.addoption("--clean-leftovers", action="store_true", help="First remove what an earlier run has left.")
