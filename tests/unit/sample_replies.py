"""Bodies of sample replies: generated ones, a slow and obvious reading of them, and ways to feed them."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from cassandra_pv_archiver._sample_columns import SampleColumns
from cassandra_pv_archiver._sample_decoding import SampleDecoder
from cassandra_pv_archiver.series import SampleQuery, SampleSeries

QUERY = SampleQuery("a channel", 1, 1_700_000_000_000_000_000, 1_700_000_060_000_000_000)
INT64 = range(-(2**63), 2**63)
INT32 = range(-(2**31), 2**31)
SPECIAL = ("NaN", "Infinity", "-Infinity")
LIMITS = ("displayLow", "displayHigh", "warnLow", "warnHigh", "alarmLow", "alarmHigh")
MEMBERS = ("time", "severity", "status", "quality", "metaData", "type", "value", "minimum", "maximum")


class ViolationError(Exception):
    """A body is not what the specification says."""


def decoded(body: bytes, *, cuts: Iterable[int] = (), **options: int) -> SampleSeries:
    decoder = SampleDecoder("the test", **options)
    for chunk in chunks(body, cuts):
        decoder.feed(chunk)
    return series_of(decoder.finish())


def series_of(blocks: list[SampleColumns]) -> SampleSeries:
    return SampleSeries(QUERY, SampleColumns.concatenate([SampleColumns.none(), *blocks]))


def chunks(body: bytes, cuts: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    return [body[begin:end] for begin, end in itertools.pairwise(edges)]


def compact(samples: list[dict[str, Any]]) -> bytes:
    """The body as the service writes it."""
    return json.dumps(samples, ensure_ascii=False, separators=(",", ":")).encode()


# -- reading, slow and obvious --


def read_slowly(body: bytes) -> list[dict[str, Any]]:
    """What a series of this body must give as dictionaries.

    Raises:
        ViolationError: The body is not what the specification says.
    """
    samples = parsed(body)
    if not isinstance(samples, list):
        raise ViolationError("no array")
    for sample in samples:
        check_sample(sample)
    return sorted(map(plain_form, samples), key=lambda sample: sample["time"])


def parsed(body: bytes) -> Any:
    try:
        value = json.loads(body.decode(), parse_constant=lambda name: violate(name))
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair has no UTF-8
    except (ValueError, RecursionError) as error:
        raise ViolationError("no JSON") from error
    return value


def violate(what: str) -> None:
    raise ViolationError(what)


def check_sample(sample: Any) -> None:
    need(isinstance(sample, dict), "sample")
    need(is_integer(sample.get("time"), INT64), "time")
    severity = sample.get("severity")
    need(isinstance(severity, dict) and isinstance(severity.get("level"), str), "level")
    need(isinstance(severity.get("hasValue"), bool), "hasValue")
    need(isinstance(sample.get("status"), str) and isinstance(sample.get("quality"), str), "status, quality")
    kind = sample.get("type")
    need(kind in ("double", "enum", "long", "minMaxDouble", "string"), "type")
    check = {"enum": is_long, "long": is_long, "string": is_text}.get(kind, is_float)
    need(isinstance(sample.get("value"), list) and all(map(check, sample["value"])), "value")
    if kind == "minMaxDouble":
        need(is_float(sample.get("minimum")) and is_float(sample.get("maximum")), "minimum, maximum")
    if "metaData" in sample and kind != "string":
        check_meta_data(sample["metaData"], kind)


def check_meta_data(meta_data: Any, kind: str) -> None:
    need(isinstance(meta_data, dict), "metaData")
    if kind == "enum":
        need(meta_data.get("type") == "enum", "type of metaData")
        need(isinstance(meta_data.get("states"), list) and all(map(is_text, meta_data["states"])), "states")
        return
    need(meta_data.get("type") == "numeric" and is_integer(meta_data.get("precision"), INT32), "precision")
    need(isinstance(meta_data.get("units"), str), "units")
    need(all(is_float(meta_data.get(limit)) for limit in LIMITS), "limits")


def need(condition: bool, what: str) -> None:
    if not condition:
        raise ViolationError(what)


def is_integer(value: Any, bounds: range) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in bounds


def is_long(value: Any) -> bool:
    return is_integer(value, INT64)


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_float(value: Any) -> bool:
    if isinstance(value, str):
        return value in SPECIAL
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def plain_form(sample: dict[str, Any]) -> dict[str, Any]:
    """The sample without members that a series does not keep."""
    unused = set()
    if sample["type"] == "string":
        unused.add("metaData")
    if sample["type"] != "minMaxDouble":
        unused |= {"minimum", "maximum"}
    return {name: sample[name] for name in MEMBERS if name in sample and name not in unused}


# -- generated bodies --

texts = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(
    ['},{"time":1', '"', '\\"},{\\"time\\":', "\\", "\u0001\x7f", "\N{GRINNING FACE}", "日本", "NaN"]
)
floats = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([*SPECIAL, -0.0, 1e300, 5e-324, 0.1, 7])
int64s = st.integers(INT64[0], INT64[-1])
times = st.integers(1_699_999_999_999_999_990, 1_700_000_000_000_000_010) | int64s
severities = st.sampled_from(
    [
        {"level": "OK", "hasValue": True},
        {"level": "MINOR", "hasValue": True},
        {"level": "INVALID", "hasValue": False},
        {"level": "WORSE", "hasValue": True},
    ]
)
numeric_meta_data = st.fixed_dictionaries(
    {"type": st.just("numeric"), "precision": st.integers(0, 6), "units": texts, **dict.fromkeys(LIMITS, floats)}
)
enum_meta_data = st.fixed_dictionaries({"type": st.just("enum"), "states": st.lists(texts, max_size=4)})


@st.composite
def generated_samples(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["double", "enum", "long", "minMaxDouble", "string"]))
    elements: st.SearchStrategy[Any] = {"enum": int64s, "long": int64s, "string": texts}.get(kind, floats)
    sample: dict[str, Any] = {"time": draw(times), "severity": draw(severities)}
    sample["status"] = draw(st.sampled_from(["NO_ALARM", "HIGH", "", 'with "quotes"']))
    sample["quality"] = draw(st.sampled_from(["Original", "Interpolated"]))
    if kind != "string" and draw(st.booleans()):
        sample["metaData"] = draw(enum_meta_data if kind == "enum" else numeric_meta_data)
    sample["type"] = kind
    sample["value"] = draw(st.lists(elements, min_size=1, max_size=1) | st.lists(elements, max_size=4))
    if kind == "minMaxDouble":
        sample["minimum"], sample["maximum"] = draw(floats), draw(floats)
    return sample


@st.composite
def lists_of_samples(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Samples of which some share everything but time and value, as in real replies."""
    patterns = draw(st.lists(generated_samples(), max_size=4))
    if not patterns:
        return []
    repeated = st.sampled_from(patterns).flatmap(lambda pattern: times.map(lambda time: {**pattern, "time": time}))
    return patterns + draw(st.lists(repeated, max_size=8))
