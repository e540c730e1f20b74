"""The decoder of sample replies, held against a slow and obvious reading of the same bodies."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cassandra_pv_archiver._sample_columns import SampleColumns
from cassandra_pv_archiver._sample_decoding import SampleDecoder, SampleFormat
from cassandra_pv_archiver._steps import Limits
from cassandra_pv_archiver.errors import ArchiverError, InterruptedReplyError, InvalidReplyError
from tests.unit.sample_replies import (
    ViolationError,
    chunks,
    compact,
    decoded,
    lists_of_samples,
    plain_form,
    read_slowly,
    series_of,
)

cuts = st.lists(st.integers(0, 10_000), max_size=6)
blocks = st.sampled_from([1, 300, 2_000, 256 * 1024])
OK = '"severity":{"level":"OK","hasValue":true},"status":"NO_ALARM","quality":"Original"'
LONG = '{"time":1,%s,"type":"long","value":[1]}' % OK  # noqa: UP031 -- full of braces
DOUBLE = '{"time":2,%s,"type":"double","value":[2.5]}' % OK  # noqa: UP031 -- full of braces
TEXT = '{"time":3,%s,"type":"string","value":["x"]}' % OK  # noqa: UP031 -- full of braces
AGGREGATE = '{"time":4,%s,"type":"minMaxDouble","value":[1.0],"minimum":0.5,"maximum":2.0}' % OK  # noqa: UP031 -- full of braces
ENUM = '{"time":5,%s,"metaData":{"type":"enum","states":["a"]},"type":"enum","value":[0]}' % OK  # noqa: UP031 -- full of braces


def array(*samples: str) -> bytes:
    return f"[{','.join(samples)}]".encode()


@given(lists_of_samples(), cuts, blocks)
def test_generated_replies(samples: list[dict[str, Any]], cut: list[int], block: int) -> None:
    series = decoded(compact(samples), cuts=cut, block=block)
    expected = sorted(samples, key=lambda sample: sample["time"])
    assert series.to_dicts() == expected
    assert [list(sample) for sample in series.to_dicts()] == [list(sample) for sample in expected]


@given(lists_of_samples(), cuts, blocks, st.sampled_from([(", ", ": "), (",", ": "), (" ,\n", ":\t")]), st.booleans())
def test_other_white_space(
    samples: list[dict[str, Any]], cut: list[int], block: int, separators: tuple[str, str], ascii_only: bool
) -> None:
    body = json.dumps(samples, separators=separators, ensure_ascii=ascii_only, indent=1 if ascii_only else None)
    expected = sorted(samples, key=lambda sample: sample["time"])
    assert decoded(f" \r\n{body}\t".encode(), cuts=cut, block=block).to_dicts() == expected


INSERTED = [b"", b"0", b"1.5", b"-", b"e", b"null", b"true", b'"', b",", b":", b"}", b"]", b"[", b"{", b"\\"]
INSERTED += [b"NaN", b"\xff", b"\n", b'},{"time":', b"99999999999999999999"]


@st.composite
def mutated_bodies(draw: st.DrawFn) -> bytes:
    body = bytearray(compact(draw(lists_of_samples().filter(len))))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(body) - 1))
        until = draw(st.integers(place, min(place + 3, len(body))))
        body[place:until] = draw(st.sampled_from(INSERTED) | st.binary(min_size=1, max_size=1))
        assume(body)
    return bytes(body)


@given(mutated_bodies(), cuts, blocks)
def test_mutated_replies(body: bytes, cut: list[int], block: int) -> None:
    try:
        found = decoded(body, cuts=cut, block=block).to_dicts()
    except (InvalidReplyError, InterruptedReplyError):
        with pytest.raises(ViolationError):
            read_slowly(body)
    else:
        assert found == read_slowly(body)


@given(lists_of_samples().filter(len), st.integers(min_value=0), cuts, blocks)
@example([json.loads(TEXT)], 70, [], 1)
def test_bodies_that_end_early(samples: list[dict[str, Any]], length: int, cut: list[int], block: int) -> None:
    body = compact(samples)
    beginning = body[: length % len(body)]
    decoder = SampleDecoder("the test", block=block)
    for chunk in chunks(beginning, cut):
        decoder.feed(chunk)
    with pytest.raises(InterruptedReplyError, match=f"ended early, after {len(beginning):,} bytes"):
        decoder.finish()
    whole = [sample for end, sample in zip(ends_of(samples), samples, strict=True) if end <= len(beginning)]
    assert series_of(decoder.received()).to_dicts() == sorted(whole, key=lambda sample: sample["time"])


def ends_of(samples: list[dict[str, Any]]) -> list[int]:
    return [len(compact(samples[: number + 1])) - 1 for number in range(len(samples))]


@given(lists_of_samples(), cuts, blocks)
def test_taking_while_the_body_arrives(samples: list[dict[str, Any]], cut: list[int], block: int) -> None:
    decoder = SampleDecoder("the test", block=block)
    taken: list[SampleColumns] = []
    for chunk in chunks(compact(samples), cut):
        decoder.feed(chunk)
        taken += decoder.take()
        assert decoder.samples == sum(map(len, taken))
        assert not decoder.take()
    rest = decoder.finish()
    assert all(len(part) for part in taken)
    assert decoder.samples == len(samples)
    assert series_of([*taken, *rest]) == decoded(compact(samples))


def test_reading_without_taking_keeps_what_has_arrived() -> None:
    decoder = SampleFormat().decoder("the test", Limits())
    decoder.feed(array(LONG, DOUBLE)[:-1])
    assert [sample.value for sample in series_of(decoder.received())] == [(1,), (2.5,)]
    decoder.feed(array(LONG, DOUBLE)[-1:])
    assert series_of(decoder.received()) == series_of(decoder.finish())


@pytest.mark.parametrize(
    ("body", "where", "what"),
    [
        (b"<html>", "byte 0", "not a JSON array"),
        (b'  {"a":1}', "byte 2", "not a JSON array"),
        (b"[1]", "/0", "Expected `object`"),
        (array(LONG, "null"), "/1", "Expected `object`"),
        (array(LONG) + b"]", None, "trailing characters"),
        (array(LONG, DOUBLE.replace("}", ",}", 1)), None, "malformed"),
        (array(LONG, ""), None, "malformed"),
        (array(LONG, LONG.replace('"time":1,', "")), "/1", "required field `time`"),
        (array(LONG.replace(':1,"sev', ':"1","sev')), "/0/time", "Expected `int`, got `str`"),
        (array(LONG.replace(':1,"sev', ':1.0,"sev')), "/0/time", "Expected `int`, got `float`"),
        (array(LONG, DOUBLE, LONG.replace('"type":"long",', "")), "/2", "required field `type`"),
        (array(LONG, LONG.replace('"type":"long",', "")), "/1", "required field `type`"),
        (array(LONG.replace("long", "short")), "/0/type", "Invalid value 'short'"),
        (array(LONG, LONG, LONG.replace("[1]", "[1,1.0]")), "/2/value/1", "Expected `int`, got `float`"),
        (array(LONG.replace("[1]", "1")), "/0/value", "Expected `array`"),
        (array(LONG.replace("[1]", f"[{2**63}]")), "/0/value/0", f"<= {2**63 - 1}"),
        (array(LONG, ENUM, ENUM.replace("[0]", f"[{-(2**63) - 1}]")), "/2/value/0", f">= {-(2**63)}"),
        (array(LONG, TEXT, LONG.replace('"time":1', f'"time":{2**63}')), "/2/time", f"<= {2**63 - 1}"),
        (array(DOUBLE.replace("2.5", '"nan"')), "/0/value/0", "Invalid enum value 'nan'"),
        (array(DOUBLE.replace("2.5", "null")), "/0/value/0", "Expected"),
        (array(DOUBLE.replace("2.5", "NaN")), None, "malformed"),
        (array(DOUBLE.replace("2.5", "1e999")), "/0/value/0", "out of range"),
        (array(TEXT.replace('"x"', "1")), "/0/value/0", "Expected `str`, got `int`"),
        (array(TEXT.replace("x", "\\ud800")), None, "half of a surrogate pair"),
        (array(TEXT.replace("x", "\\ud800"), LONG), None, "surrogate pair"),
        (array(TEXT).replace(b"x", b"\xff"), None, "utf-8"),
        (array(LONG, LONG.replace('"type"', '"x":"?","type"')).replace(b"?", b"\x80"), None, "utf-8"),
        (array(AGGREGATE.replace(',"maximum":2.0', "")), "/0", "required field `maximum`"),
        (array(LONG, AGGREGATE.replace("0.5", '"-"')), "/1/minimum", "Invalid enum value '-'"),
        (array(LONG, LONG.replace('"OK"', "0")), "/1/severity/level", "Input should be"),
        (array(LONG, TEXT, TEXT.replace(',"hasValue":true', "")), "/2/severity/hasValue", "required"),
        (array(LONG, LONG.replace('{"level":"OK","hasValue":true}', "null")), "/1/severity", "object"),
        (array(LONG.replace('"NO_ALARM"', "null")), "/0/status", "Expected `str`, got `null`"),
        (array(ENUM.replace('["a"]', '["a",1]')), "/0/metaData/states/1", "string"),
        (array(ENUM, ENUM.replace('"enum","states"', '"numeric","states"')), "/1/metaData/type", "'enum'"),
        (array(DOUBLE.replace('"type"', '"metaData":{"type":"numeric"},"type"')), "/0/metaData/precision", "required"),
        (array(DOUBLE.replace('"type"', '"metaData":null,"type"')), "/0/metaData", "object"),
        (array(ENUM, ENUM.replace('"type":"enum","states"', '"states"')), "/1/metaData/type", "required"),
    ],
)
@pytest.mark.parametrize("block", [1, 256 * 1024])
def test_violations(body: bytes, where: str | None, what: str, block: int) -> None:
    decoder = SampleDecoder("reading 'x'", block=block)
    with pytest.raises(InvalidReplyError) as caught:
        feed_and_finish(decoder, body)
    assert caught.value.message.startswith("reading 'x': the reply is not what the specification says. At ")
    assert re.search(re.escape(what), caught.value.message)
    assert where is None or caught.value.where == where
    assert caught.value.excerpt
    assert caught.value.excerpt in body


def feed_and_finish(decoder: SampleDecoder, body: bytes) -> None:
    decoder.feed(body)
    decoder.finish()


def test_where_a_later_block_is_malformed() -> None:
    body = array(LONG, DOUBLE, LONG, DOUBLE.replace("2.5", "2.5x"), LONG)
    decoder = SampleDecoder("the test", block=1)
    with pytest.raises(InvalidReplyError) as caught:
        decoder.feed(body)
    assert caught.value.where == f"byte {body.index(b'x')}"
    assert decoder.samples == len(series_of(decoder.received())) == 3


@pytest.mark.parametrize("body", [b"", b" \n", b"["])
def test_bodies_without_anything(body: bytes) -> None:
    with pytest.raises(InterruptedReplyError):
        decoded(body)
    decoder = SampleDecoder("the test")
    decoder.feed(body)
    assert len(series_of(decoder.received())) == 0


@pytest.mark.parametrize("block", [1, 256 * 1024])
def test_members_of_a_newer_server(block: int) -> None:
    newer = LONG.replace('"type"', '"list":[{"x":0},{"time":5},{"time":"six"}],"text":"},{\\"time\\":7","type"')
    series = decoded(array(LONG, newer, DOUBLE, newer, TEXT), block=block)
    assert series.to_dicts() == sorted(map(json.loads, [LONG, LONG, LONG, DOUBLE, TEXT]), key=lambda one: one["time"])


def test_members_of_a_newer_server_within_contexts_are_kept() -> None:
    newer = ENUM.replace('"states"', '"x":[1],"states"').replace('"hasValue"', '"y":null,"hasValue"')
    assert decoded(array(newer)).to_dicts() == [json.loads(newer)]


def test_a_sample_larger_than_a_block() -> None:
    long_wave = {**json.loads(DOUBLE), "value": [float(number) for number in range(5_000)]}
    body = compact([long_wave, json.loads(LONG), long_wave])
    assert decoded(body, cuts=range(0, len(body), 700), block=1_000).to_dicts() == read_slowly(body)


def test_a_sample_larger_than_allowed() -> None:
    step = 100
    body = compact([{**json.loads(DOUBLE), "value": [float(number) for number in range(500)]}, json.loads(LONG)])
    assert len(decoded(body, cuts=range(0, len(body), step), largest_sample=body.index(b'{"time":1'))) == 2
    with pytest.raises(InvalidReplyError, match=r"At /0: A sample has more than 1,000 bytes"):
        decoded(body, cuts=range(0, len(body), step), largest_sample=1_000)


def test_the_limit_is_the_client_s() -> None:
    decoder = SampleFormat().decoder("the test", Limits(largest_sample=1_000))
    with pytest.raises(InvalidReplyError, match=r"1,000 bytes.*raise the client's largest_sample"):
        decoder.feed(b"[" + b" " * 2_000)


def test_samples_that_are_separated_otherwise_up_to_the_limit() -> None:
    samples = [{**json.loads(LONG), "time": number} for number in range(100)]
    body = json.dumps(samples).encode()
    assert decoded(body, cuts=range(0, len(body), 100), largest_sample=len(body)).to_dicts() == samples
    with pytest.raises(InvalidReplyError, match="not separated as the service does"):
        decoded(body, cuts=range(0, len(body), 100), largest_sample=len(body) // 2)


def test_a_million_nested_brackets() -> None:
    for body in (b"[" * 10**6, array(LONG.replace("[1]", "[" * 10**6)), array(LONG.replace('{"level', "[" * 10**6))):
        with pytest.raises(ArchiverError):
            decoded(body)


def test_integers_are_exact() -> None:
    extremes = [INT64_MIN, -(2**53) - 1, 2**53 + 1, INT64_MAX]
    body = compact([{**json.loads(LONG), "time": number, "value": [number]} for number in extremes])
    series = decoded(body)
    assert series.times.tolist() == series.values.tolist() == extremes
    assert series.to_dicts() == json.loads(body)


INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


def test_blocks_come_latest_first_and_duplicates_stay_in_their_order() -> None:
    samples = [{**json.loads(LONG), "time": time, "value": [place]} for place, time in enumerate([5, 6, 1, 5, 0])]
    series = decoded(compact(samples), block=1)
    assert series.times.tolist() == [0, 1, 5, 5, 6]
    assert series.values.tolist() == [4, 2, 0, 3, 1]


def test_plain_form_drops_nothing_of_a_whole_sample() -> None:
    for sample in map(json.loads, (LONG, DOUBLE, TEXT, AGGREGATE, ENUM)):
        assert plain_form(sample) == sample
