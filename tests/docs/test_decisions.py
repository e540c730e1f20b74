"""The numbers that the decision records give."""

from __future__ import annotations

import gzip
import json
import pickle
import tracemalloc
from collections.abc import Callable
from typing import Any

import httpx

from cassandra_pv_archiver import ArchiveClient, SampleSeries
from tests.docs.running import ROOT

BODY = gzip.decompress((ROOT / "tests" / "recordings" / "bulk_double_20001.json.gz").read_bytes())
SAMPLES = 20001


def bytes_of(make: Callable[[], Any]) -> float:
    tracemalloc.start()
    try:
        kept = make()
        return tracemalloc.get_traced_memory()[0] / len(kept)
    finally:
        tracemalloc.stop()


def read() -> SampleSeries:
    reply = httpx.Response(200, content=BODY, headers={"Content-Type": "application/json"})
    with httpx.Client(transport=httpx.MockTransport(lambda request: reply)) as http_client:
        return ArchiveClient("host", http_client=http_client).get_samples("x", 0, 10)


def test_numbers_about_columns() -> None:
    series = read()
    assert len(series) == SAMPLES
    assert 310 < len(BODY) / SAMPLES < 330
    assert bytes_of(lambda: json.loads(BODY)) > 1300
    stored = pickle.dumps(series)
    assert bytes_of(lambda: pickle.loads(stored)) < 24
