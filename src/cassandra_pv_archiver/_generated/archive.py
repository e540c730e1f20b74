# Generated, do not edit. Change the specification and run: python codegen/generate.py
#   spec/archive.yaml (SHA-256 6c6100fd065026f9f9517653c00feb8c80fc9a6571cadc9ade7b40b8406037b3)

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from cassandra_pv_archiver._sample_base import (
    AggregateSampleBase,
    EnumSampleBase,
    FloatSampleBase,
    IntegerSampleBase,
    SeverityBase,
    TextSampleBase,
)
from cassandra_pv_archiver._wire_model import WireModel
from cassandra_pv_archiver._wire_types import Float64, OpenSeverity, Sequence, TimeNs

ErrorPage: TypeAlias = str
"""An HTML page. Nothing in it is a contract; its title has the status and a paragraph may have a message."""


Integer64: TypeAlias = Annotated[int, Field(ge=-9223372036854775808, le=9223372036854775807)]
"""An integer of 64 bits."""


class ArchiveInformation(WireModel, frozen=True):
    """An archive that the server offers."""

    key: int
    """The key that stands for the archive in paths."""
    name: str
    """The name of the archive."""
    description: str
    """What the archive is."""


SeverityLevel: TypeAlias = Literal["OK", "MINOR", "MAJOR", "INVALID"]
"""The known alarm severities, in their order. Open, servers may add others."""


class SampleSeverity(SeverityBase, frozen=True):
    """How severe the alarm of a sample is, and whether the sample has a value."""

    level: OpenSeverity
    """The alarm severity."""
    has_value: bool
    """Whether the sample has a value. False for markers, which tell that the channel was disconnected or archiving
    was disabled.
    """


SampleQuality: TypeAlias = Literal["Original", "Interpolated"]
"""The known qualities. Open, servers may add others."""


class NumericMetaData(WireModel, frozen=True):
    """How the numbers of a sample are to be understood."""

    type: Literal["numeric"] = "numeric"
    """The kind of metadata."""
    precision: int
    """The number of digits to show after the decimal point; 0 for integers."""
    units: str
    """The engineering units; may be empty."""
    display_low: Float64
    """The lower limit for displays. Limits that are not set are typically 0.0 or NaN."""
    display_high: Float64
    """The upper limit for displays."""
    warn_low: Float64
    """The limit below which there is a minor alarm."""
    warn_high: Float64
    """The limit above which there is a minor alarm."""
    alarm_low: Float64
    """The limit below which there is a major alarm."""
    alarm_high: Float64
    """The limit above which there is a major alarm."""


class EnumMetaData(WireModel, frozen=True):
    """What the indices of an enum sample stand for."""

    type: Literal["enum"] = "enum"
    """The kind of metadata."""
    states: Sequence[str]
    """The label of each state, by index."""


class DoubleSample(FloatSampleBase, frozen=True):
    """A sample of floating-point numbers."""

    time: TimeNs
    """When the sample was taken, in nanoseconds since 1970-01-01 UTC."""
    severity: SampleSeverity
    """The alarm severity, and whether there is a value."""
    status: str
    """The alarm status, such as `NO_ALARM` or `HIGH`; may be empty."""
    quality: SampleQuality | str
    """`Original` as received, or `Interpolated` as the result of decimation."""
    meta_data: NumericMetaData | None = None
    """Units, precision and limits; absent if they are not known."""
    type: Literal["double"] = "double"
    """The type of the sample."""
    value: Sequence[Float64]
    """The elements; exactly one for a scalar, none for an empty array."""


class EnumSample(EnumSampleBase, frozen=True):
    """A sample of states, as indices."""

    time: TimeNs
    """When the sample was taken, in nanoseconds since 1970-01-01 UTC."""
    severity: SampleSeverity
    """The alarm severity, and whether there is a value."""
    status: str
    """The alarm status, such as `NO_ALARM` or `HIGH`; may be empty."""
    quality: SampleQuality | str
    """`Original` as received, or `Interpolated` as the result of decimation."""
    meta_data: EnumMetaData | None = None
    """The labels of the states; absent if they are not known."""
    type: Literal["enum"] = "enum"
    """The type of the sample."""
    value: Sequence[Integer64]
    """The indices of the states; exactly one for a scalar."""


class LongSample(IntegerSampleBase, frozen=True):
    """A sample of integers."""

    time: TimeNs
    """When the sample was taken, in nanoseconds since 1970-01-01 UTC."""
    severity: SampleSeverity
    """The alarm severity, and whether there is a value."""
    status: str
    """The alarm status, such as `NO_ALARM` or `HIGH`; may be empty."""
    quality: SampleQuality | str
    """`Original` as received, or `Interpolated` as the result of decimation."""
    meta_data: NumericMetaData | None = None
    """Units, precision and limits; absent if they are not known."""
    type: Literal["long"] = "long"
    """The type of the sample."""
    value: Sequence[Integer64]
    """The elements; exactly one for a scalar. Bytes above 127 appear as negative numbers."""


class MinMaxDoubleSample(AggregateSampleBase, frozen=True):
    """An aggregate of the samples of one period of a decimation level, which begins at `time`."""

    time: TimeNs
    """When the period begins, in nanoseconds since 1970-01-01 UTC."""
    severity: SampleSeverity
    """The highest alarm severity of the period."""
    status: str
    """The alarm status, such as `NO_ALARM` or `HIGH`; may be empty."""
    quality: SampleQuality | str
    """`Original` as received, or `Interpolated` as the result of decimation."""
    meta_data: NumericMetaData | None = None
    """Units, precision and limits; absent if they are not known."""
    type: Literal["minMaxDouble"] = "minMaxDouble"
    """The type of the sample."""
    value: Sequence[Float64]
    """One element, the mean weighted by time."""
    minimum: Float64
    """The smallest value of the period."""
    maximum: Float64
    """The largest value of the period."""


class StringSample(TextSampleBase, frozen=True):
    """A sample of texts, or a marker."""

    time: TimeNs
    """When the sample was taken, in nanoseconds since 1970-01-01 UTC."""
    severity: SampleSeverity
    """The alarm severity, and whether there is a value."""
    status: str
    """The alarm status, such as `NO_ALARM` or `HIGH`; may be empty."""
    quality: SampleQuality | str
    """`Original` as received, or `Interpolated` as the result of decimation."""
    type: Literal["string"] = "string"
    """The type of the sample."""
    value: Sequence[str]
    """The elements; exactly one for a scalar. Of a marker `Disconnected` or `Archive_Disabled`."""


Sample: TypeAlias = Annotated[
    DoubleSample | EnumSample | LongSample | MinMaxDoubleSample | StringSample, Field(discriminator="type")
]
"""A sample of any type."""
