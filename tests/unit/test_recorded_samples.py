"""The decoder and its series on what real servers answered."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from cassandra_pv_archiver.models import EnumSample, Sample
from tests.unit.sample_replies import compact, decoded

RECORDINGS = Path(__file__).parents[1] / "recordings"
sample_of_any_type: TypeAdapter[Sample] = TypeAdapter(Sample)


def recorded_bodies() -> list[Any]:
    found = []
    for path in sorted(RECORDINGS.glob("exchanges/samples_*.json")):
        response = json.loads(path.read_bytes())["response"]
        if response["status"] == 200:
            found.append(pytest.param(response["body"]["text"].encode(), id=path.stem))
    return found


def recorded_decimation() -> dict[str, Any]:
    return json.loads(gzip.decompress((RECORDINGS / "decimation.json.gz").read_bytes()))


def test_recordings_are_there() -> None:
    assert len(recorded_bodies()) >= 25


@pytest.mark.parametrize("body", recorded_bodies())
@pytest.mark.parametrize("block", [1, 256 * 1024])
def test_recorded_replies(body: bytes, block: int) -> None:
    series = decoded(body, cuts=range(0, len(body), 1_000), block=block)
    expected = sorted(json.loads(body), key=lambda sample: sample["time"])
    assert series.to_dicts() == expected
    assert [list(sample) for sample in series.to_dicts()] == [list(sample) for sample in expected]
    assert [dict(sample) for sample in series] == expected
    assert list(series) == [sample_of_any_type.validate_json(json.dumps(sample)) for sample in expected]
    assert all(len(column) == len(expected) for column in (series.values, series.valid, series.severities))


def test_a_long_reply_of_doubles() -> None:
    body = gzip.decompress((RECORDINGS / "bulk_double_20001.json.gz").read_bytes())
    series = decoded(body, cuts=range(0, len(body), 16_000))
    expected = json.loads(body)
    assert series.to_dicts() == expected
    assert series.values.tolist() == [sample["value"][0] for sample in expected]
    assert set(np.diff(series.times)) == {1_000_000}
    assert len(series.contexts) == 2
    assert (series.severities == "MINOR").sum() == 21


@pytest.mark.parametrize("channel", ["demo:fast", "demo:double", "demo:long", "demo:enum", "demo:string"])
def test_raw_and_decimated_samples_with_gaps(channel: str) -> None:
    recorded = recorded_decimation()["channels"][channel]
    for samples in (recorded["raw"], *recorded["levels"].values()):
        series = decoded(compact(samples), block=10_000)
        assert series.to_dicts() == samples
        assert {gap.reason for gap in series.gaps} <= {"Disconnected", "Archive_Disabled"}
        assert bool(series.gaps) == any(not sample["severity"]["hasValue"] for sample in samples)
        kinds = {sample["type"] for sample in samples if sample["severity"]["hasValue"]}
        assert series.values.dtype == (
            object if kinds == {"string"} else np.int64 if kinds <= {"long", "enum"} else np.float64
        )
        assert series.is_decimated == (samples is not recorded["raw"])


def test_labels_of_a_recorded_enum() -> None:
    samples = recorded_decimation()["channels"]["demo:enum"]["raw"]
    series = decoded(compact(samples))
    assert series.labels.tolist() == [sample.scalar if isinstance(sample, EnumSample) else "" for sample in series]
    assert set(series.labels) > {""}
