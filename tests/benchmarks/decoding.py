"""Decoding alone: bodies in memory become samples."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable
from typing import Any

import pyarrow
import pyarrow.json
from pydantic import TypeAdapter

from cassandra_pv_archiver import models
from cassandra_pv_archiver._sample_columns import SampleColumns
from cassandra_pv_archiver._sample_decoding import SampleDecoder
from cassandra_pv_archiver.series import SampleQuery, SampleSeries
from tests.benchmarks import bodies
from tests.benchmarks.comparing import Way

__all__ = ["PREDECESSOR", "decode", "ways"]

PREDECESSOR = "predecessor"
_RECEIVED_AT_ONCE = 64 * 1024
_validate_list = TypeAdapter[Any](list[models.Sample]).validate_json
_ELEMENTS = {"longs": pyarrow.int64(), "enums": pyarrow.int64(), "strings": pyarrow.string()}


def ways(kind: str, body: bytes) -> dict[str, Way]:
    """All ways of reading a body, by name; a library that is not installed is left out."""
    pieces = _pieces(body)
    return {
        PREDECESSOR: lambda: json.loads(body),
        "pydantic, whole list": lambda: _validate_list(body),
        **_arrow(kind, body),
        **_simd(body),
        "ours, columns": lambda: _decoded(pieces),
        "ours, objects": lambda: sum(1 for _ in _decoded(pieces)),
    }


def decode(body: bytes) -> SampleSeries:
    """A series, from a body in memory."""
    return _decoded(_pieces(body))


def _pieces(body: bytes) -> list[bytes]:
    """The body as it is received."""
    return [body[begin : begin + _RECEIVED_AT_ONCE] for begin in range(0, len(body), _RECEIVED_AT_ONCE)]


def _decoded(pieces: Iterable[bytes]) -> SampleSeries:
    decoder = SampleDecoder("a benchmark")
    for piece in pieces:
        decoder.feed(piece)
    query = SampleQuery("a channel", 1, bodies.FIRST_SECOND * 10**9, bodies.end_ns(10**9))
    return SampleSeries(query, SampleColumns.concatenate(decoder.finish()))


def _arrow(kind: str, body: bytes) -> dict[str, Way]:
    """pyarrow's reader, without severities and metadata. It wants a line for each sample, and does not know "NaN"."""
    if kind == "1 % NaN":
        return {}
    members = {"time": pyarrow.int64(), "status": pyarrow.string(), "quality": pyarrow.string()}
    members["value"] = pyarrow.list_(_ELEMENTS.get(kind, pyarrow.float64()))
    if kind == "aggregates":
        members |= {"minimum": pyarrow.float64(), "maximum": pyarrow.float64()}
    options = pyarrow.json.ParseOptions(explicit_schema=pyarrow.schema(members), unexpected_field_behavior="ignore")

    def read() -> object:
        lines = body[1:-1].replace(b'},{"time":', b'}\n{"time":')
        return pyarrow.json.read_json(pyarrow.BufferReader(lines), parse_options=options)

    return {"pyarrow, without contexts": read}


def _simd(body: bytes) -> dict[str, Way]:
    found: dict[str, Way] = {}
    try:
        simdjson = importlib.import_module("simdjson")
    except ImportError:
        return found
    parser = simdjson.Parser()
    found["simdjson, parsing only"] = lambda: simdjson.Parser().parse(body) and None
    found["the same, its memory reused"] = lambda: parser.parse(body) and None
    found["simdjson, to dictionaries"] = lambda: simdjson.loads(body)
    return found
