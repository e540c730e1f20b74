"""Bodies of sample replies as the service writes them, of any length, made about as fast as memory is copied."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import cache

__all__ = ["FIRST_SECOND", "KINDS", "SAMPLES_OF_A_PART", "body", "end_ns", "last_sample", "parts", "template"]

FIRST_SECOND = 1_700_000_000
SAMPLES_OF_A_PART = 1000
_SECONDS = 10
"""Seconds after which the values begin anew."""
_NUMERIC = (
    b'"metaData":{"type":"numeric","precision":3,"units":"mA","displayLow":0.0,"displayHigh":250.0,"warnLow":"NaN",'
    b'"warnHigh":200.0,"alarmLow":"NaN","alarmHigh":220.0},'
)
_ENUM = b'"metaData":{"type":"enum","states":["Off","Ramping","On","Fault"]},'
_ALARMS = ((b"OK", b"NO_ALARM"), (b"MINOR", b"HIGH"), (b"MAJOR", b"HIHI"))

Value = Callable[[random.Random], bytes]


def _float(chance: random.Random) -> bytes:
    return b"%r" % (100 + 20 * chance.random())


def _float_or_nan(chance: random.Random) -> bytes:
    return b'"NaN"' if chance.random() < 0.01 else _float(chance)


def _aggregate(chance: random.Random) -> bytes:
    low, mean, high = sorted(100 + 20 * chance.random() for _ in range(3))
    return b'%r],"minimum":%r,"maximum":%r' % (mean, low, high)


def _long(chance: random.Random) -> bytes:
    return b"%d" % chance.randrange(-(2**31), 2**31)


def _state(chance: random.Random) -> bytes:
    return b"%d" % chance.randrange(4)


def _text(chance: random.Random) -> bytes:
    return b'"Shutter %d opened by operator"' % chance.randrange(10_000)


def _waveform(chance: random.Random) -> bytes:
    return b",".join(_float(chance) for _ in range(100))


_SHAPES: dict[str, tuple[bytes, bytes, bytes, Value, int]] = {
    "doubles": (b"double", b"Original", _NUMERIC, _float, 1),
    "three contexts": (b"double", b"Original", _NUMERIC, _float, 3),
    "aggregates": (b"minMaxDouble", b"Interpolated", _NUMERIC, _aggregate, 1),
    "1 % NaN": (b"double", b"Original", _NUMERIC, _float_or_nan, 1),
    "longs": (b"long", b"Original", _NUMERIC, _long, 1),
    "enums": (b"enum", b"Original", _ENUM, _state, 1),
    "strings": (b"string", b"Original", b"", _text, 1),
    "waveforms": (b"double", b"Original", _NUMERIC, _waveform, 1),
}
KINDS = tuple(_SHAPES)


def parts(kind: str, samples: int) -> Iterator[bytes]:
    """The body of a reply with so many samples, a second at a time; there are 1,000 samples in each."""
    opening = b"["
    for second, count in _seconds(samples):
        samples_of_second = template(kind, second)
        if count < SAMPLES_OF_A_PART:
            samples_of_second = b",".join(samples_of_second.split(b",\n")[:count])
        yield opening + samples_of_second.replace(b",\n", b",").replace(b"@", b"%d" % (FIRST_SECOND + second))
        opening = b","
    yield b"]" if samples else b"[]"


def body(kind: str, samples: int) -> bytes:
    """The whole body."""
    return b"".join(parts(kind, samples))


def last_sample(kind: str, samples: int) -> bytes:
    """The body of the reply for an instant after all samples."""
    second, place = divmod(samples - 1, SAMPLES_OF_A_PART)
    sample = template(kind, second).split(b",\n")[place]
    return b"[" + sample.replace(b"@", b"%d" % (FIRST_SECOND + second)) + b"]"


def end_ns(samples: int) -> int:
    """An end that lies after the last sample, so that only a probe shows that the reply is complete."""
    return FIRST_SECOND * 10**9 + samples * 10**6


def _seconds(samples: int) -> Iterator[tuple[int, int]]:
    for second, begin in enumerate(range(0, samples, SAMPLES_OF_A_PART)):
        yield second, min(SAMPLES_OF_A_PART, samples - begin)


def template(kind: str, number: int, exponent: int = 6) -> bytes:
    """The samples of a part, one a line, with @ instead of the number of the part since 1970.

    Args:
        kind: What the values are.
        number: The number of the part.
        exponent: The samples are as many nanoseconds apart as this power of ten.
    """
    return _template(kind, number % _SECONDS, exponent)


@cache
def _template(kind: str, second: int, exponent: int) -> bytes:
    type_, quality, meta_data, value, alarms = _SHAPES[kind]
    chance = random.Random(f"{kind} {second}")
    pattern = (
        b'{"time":@%0*d,"severity":{"level":"%s","hasValue":true},"status":"%s","quality":"%s",%s"type":"%s",'
        b'"value":[%s%s}'
    )
    lines: list[bytes] = []
    for place in range(SAMPLES_OF_A_PART):
        level, status = _ALARMS[chance.randrange(alarms)]
        text = value(chance)
        closing = b"" if kind == "aggregates" else b"]"
        time = (exponent + 3, place * 10**exponent)
        lines.append(pattern % (*time, level, status, quality, meta_data, type_, text, closing))
    return b",\n".join(lines)
