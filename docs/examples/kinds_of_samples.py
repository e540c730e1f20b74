"""Looks at single samples of each type."""

import sys

from cassandra_pv_archiver import (
    ArchiveClient,
    DoubleSample,
    EnumSample,
    LongSample,
    MinMaxDoubleSample,
    Sample,
    StringSample,
)


def describe(sample: Sample) -> str:
    match sample:
        case StringSample() if sample.is_marker:
            return f"no value, because {sample.status}"
        case MinMaxDoubleSample():
            return f"{sample.value[0]:.2f}, from {sample.minimum:.2f} to {sample.maximum:.2f}"
        case DoubleSample(value=elements) if len(elements) > 1:
            return f"an array of {len(elements)} elements"
        case DoubleSample() | LongSample() | EnumSample() | StringSample():
            return f"{sample.scalar}"


with ArchiveClient(base_url=sys.argv[2]) as archive:
    for name, count in (("RING:LIFETIME", 24), ("RING:BPM:ORBIT", 0), ("RING:MODE", 0), ("RING:OPERATOR", 0)):
        series = archive.get_samples(name, "-6h", "now", count)
        sample = series[len(series) // 2]
        print(name, sample.type, f"{sample.datetime:%Y}", describe(sample))
    for sample in archive.get_samples("RING:S03:VAC:PRESSURE", "-3h", "now"):
        if sample.is_marker:
            print(describe(sample))
