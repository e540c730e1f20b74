# Generated, do not edit. Change the specification and run: python codegen/generate.py
#   spec/archive.yaml (SHA-256 6c6100fd065026f9f9517653c00feb8c80fc9a6571cadc9ade7b40b8406037b3)

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Raw, UnsetType, field

from cassandra_pv_archiver._sample_struct import SampleStruct

Float64: TypeAlias = float | Literal["NaN", "Infinity", "-Infinity"]


TimeNs: TypeAlias = Annotated[int, Meta(ge=-9223372036854775808, le=9223372036854775807)]


Integer64: TypeAlias = Annotated[int, Meta(ge=-9223372036854775808, le=9223372036854775807)]


SeverityLevel: TypeAlias = Literal["OK", "MINOR", "MAJOR", "INVALID"]


SampleQuality: TypeAlias = Literal["Original", "Interpolated"]


class DoubleSample(SampleStruct, tag_field="type", tag="double"):
    time: TimeNs
    severity: Raw
    status: str
    quality: SampleQuality | str
    value: list[Float64]
    meta_data: Raw | UnsetType = field(name="metaData", default=UNSET)


class EnumSample(SampleStruct, tag_field="type", tag="enum"):
    time: TimeNs
    severity: Raw
    status: str
    quality: SampleQuality | str
    value: list[Integer64]
    meta_data: Raw | UnsetType = field(name="metaData", default=UNSET)


class LongSample(SampleStruct, tag_field="type", tag="long"):
    time: TimeNs
    severity: Raw
    status: str
    quality: SampleQuality | str
    value: list[Integer64]
    meta_data: Raw | UnsetType = field(name="metaData", default=UNSET)


class MinMaxDoubleSample(SampleStruct, tag_field="type", tag="minMaxDouble"):
    time: TimeNs
    severity: Raw
    status: str
    quality: SampleQuality | str
    value: list[Float64]
    minimum: Float64
    maximum: Float64
    meta_data: Raw | UnsetType = field(name="metaData", default=UNSET)


class StringSample(SampleStruct, tag_field="type", tag="string"):
    time: TimeNs
    severity: Raw
    status: str
    quality: SampleQuality | str
    value: list[str]


Sample: TypeAlias = DoubleSample | EnumSample | LongSample | MinMaxDoubleSample | StringSample
