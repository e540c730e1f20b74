"""The demo's cluster for the scripts of the documentation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cassandra_pv_archiver.testing import RunningSimulator
from cassandra_pv_archiver.testing.scenes import demo_scene


@pytest.fixture
def scene() -> Iterator[RunningSimulator]:
    with demo_scene().serve() as running:
        yield running
