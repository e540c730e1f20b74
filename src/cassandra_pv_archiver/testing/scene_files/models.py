"""What a scene file says: servers, users, channels with their samples, and faults."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import Field, FiniteFloat, StrictBool, StrictStr, model_validator

from .members import (
    NO_LIMITS,
    AnyValue,
    Bounds,
    Duration,
    Levels,
    NamedServer,
    Range,
    Spacing,
    Table,
    Time,
    given,
)

SampleType: TypeAlias = Literal["double", "long", "enum", "string"]
Severity: TypeAlias = Literal["OK", "MINOR", "MAJOR", "INVALID"]
Marker: TypeAlias = Literal["Disconnected", "Archive_Disabled"]
Count: TypeAlias = Annotated[int, Field(ge=0, strict=True)]
Operation: TypeAlias = Literal[
    "listAllChannels",
    "getChannel",
    "getChannelOfServer",
    "exportServerConfiguration",
    "importServerConfiguration",
    "listChannelsForServer",
    "runArchiveConfigurationCommands",
    "getClusterStatus",
    "getServerStatus",
    "getSamples",
    "findChannelsByPattern",
    "findChannelsByRegexp",
    "listArchives",
]


class Server(Table):
    """A server of the cluster."""

    id: UUID | None = None
    """Its ID; without one, it gets another one whenever the file is loaded."""
    name: StrictStr = "simulated"
    """Its host name."""


class User(Table):
    """Somebody who may log in, besides admin with the password admin."""

    name: StrictStr
    """The user name, such as 'operator'."""
    password: StrictStr
    """The password, such as 'secret'."""
    administrator: StrictBool = True
    """Whether changes are allowed."""


class Gap(Table):
    """A time without samples."""

    start: Time
    """When it begins, such as '-30min'."""
    end: Time | None = None
    """When it ends; without one, it lasts."""
    marker: Marker | Literal["none"] = "Disconnected"
    """The marker at its beginning. With 'none', there is no sample at all."""


class Signal(Table):
    """What all signals have: samples at regular times that go on as time passes."""

    spacing: Spacing = given("10s")
    """The time from one sample to the next, at least '1ms'."""
    start: Time = given("-1h")
    """The time of the first sample. If it is counted from now, it is moved back to a multiple of the spacing."""
    end: Time | None = None
    """The time after which there are no more samples, such as 'now'; without one, the signal goes on for ever."""
    gaps: tuple[Gap, ...] = ()
    """Times without samples."""


class NumericSignal(Signal):
    """What all signals of numbers have."""

    noise: FiniteFloat = Field(0.0, ge=0)
    """The standard deviation of random numbers that are added, the same in each run."""
    elements: int = Field(1, ge=1, le=1_000_000, strict=True)
    """With more than 1, samples are waveforms of so many elements, which divide the spacing evenly."""


class Constant(NumericSignal):
    """The same value again and again."""

    signal: Literal["constant"]
    value: AnyValue
    """A number, a text or a list, such as 20.5; of an enum the index or the label."""


class Sine(NumericSignal):
    """A sine that begins at its mean and rises."""

    signal: Literal["sine"]
    mean: FiniteFloat = 0.0
    amplitude: FiniteFloat = 1.0
    period: Duration = given("10min")


class Ramp(NumericSignal):
    """From a low value to a high one, and again from the low one."""

    signal: Literal["ramp"]
    low: FiniteFloat = 0.0
    high: FiniteFloat = 1.0
    period: Duration = given("10min")


class RandomWalk(NumericSignal):
    """Each value is near the last one."""

    signal: Literal["random-walk"]
    value: FiniteFloat = 0.0
    """The value at the beginning."""
    step: FiniteFloat = Field(1.0, ge=0)
    """The standard deviation of the change from one value to the next."""
    within: Bounds | None = None
    """Two values between which the walk stays, because it is reflected there."""


class Steps(Signal):
    """One value after the other, and again from the first."""

    signal: Literal["steps"]
    values: tuple[AnyValue, ...] = Field(min_length=1)
    """A list of values, such as [1.0, 2.0]; of an enum the indices or the labels."""
    hold: Duration = given("10min")
    """For how long each value lasts."""


class ListedSample(Table):
    """One sample: a value, or a marker."""

    time: Time
    """Its time, such as '-30min' or 2026-11-24T08:00:00Z."""
    value: AnyValue | None = None
    """A number, a text or a list; of an enum the index or the label."""
    marker: Marker | None = None
    """In place of a value, why there is none."""
    severity: Severity | None = None
    """The level of its severity; without one, what follows from the limits of the channel."""
    status: StrictStr | None = None
    """Its alarm status, likewise."""

    @model_validator(mode="after")
    def _check_value(self) -> ListedSample:
        if (self.value is None) == (self.marker is None):
            raise ValueError("a sample has either a 'value' or a 'marker'")
        return self


class Listed(Table):
    """Samples one by one."""

    signal: Literal["listed"]
    samples: tuple[ListedSample, ...]
    """A list of tables, such as [{ time = '-1h', value = 2.5 }]."""


class Recorded(Table):
    """Samples from a file with a reply of a real service."""

    signal: Literal["recorded"]
    file: StrictStr
    """The name of a JSON file, seen from the scene file, such as 'beam.json'."""
    level: Count = 0
    """The decimation level in seconds that the samples belong to; 0 for raw ones."""


Source: TypeAlias = Annotated[
    Constant | Sine | Ramp | RandomWalk | Steps | Listed | Recorded, Field(discriminator="signal")
]
SIGNALS = ("constant", "sine", "ramp", "random-walk", "steps", "listed", "recorded")


class Channel(Table):
    """A channel and its samples."""

    name: StrictStr = Field(min_length=1)
    """Its name, such as 'RING:CURRENT'."""
    server: NamedServer = 0
    """The server that owns it: its name, its ID, or its position, counted from 0."""
    control_system_type: StrictStr = "channel_access"
    """Its control-system support."""
    decimation_levels: Levels = Field(default_factory=dict[int, int])
    """A list of decimation periods, or a table of what they retain; raw samples are 'raw'."""
    enabled: StrictBool = True
    """Whether samples are archived."""
    options: dict[str, StrictStr] = Field(default_factory=dict[str, str])
    """Options of the control-system support, as texts in quotes."""
    state: Literal["initializing", "ok", "disabled", "disconnected", "error", "destroyed"] | None = None
    """Its state; without one, what follows from the other members."""
    error_message: StrictStr | None = None
    """What is wrong, for the state error."""
    channel_data_id: UUID | None = None
    samples_written: Count = 0
    samples_dropped: Count = 0
    samples_skipped_back: Count = 0
    type: SampleType | None = None
    """The type of its samples; without one, enum if there are states, string if there are texts, else double."""
    units: StrictStr = ""
    precision: Count = 3
    """The digits to show behind the decimal point."""
    display: Range = (0.0, 0.0)
    """Between which values a display reaches."""
    warning: Range = NO_LIMITS
    """Samples at or beyond these values have the severity MINOR and the status LOW or HIGH."""
    alarm: Range = NO_LIMITS
    """Samples at or beyond these values have the severity MAJOR and the status LOLO or HIHI."""
    states: tuple[StrictStr, ...] = ()
    """The labels of an enum, in quotes."""
    samples: tuple[Source, ...] = ()


class Fault(Table):
    """Something that goes wrong on purpose."""

    fault: StrictStr
    """The name of a class in cassandra_pv_archiver.testing.faults, such as 'Delay'."""
    arguments: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Its attributes."""
    operation: Operation | None = None
    """Only requests for this operation."""
    channel: StrictStr | None = None
    """Only requests about this channel."""
    service: Literal["admin", "archive"] | None = None
    """Only requests to this service."""
    server: NamedServer | None = None
    """Only requests to this server: its name, its ID, or its position, counted from 0."""
    nth: Annotated[tuple[Annotated[int, Field(ge=1, strict=True)], ...], Field(min_length=1)] | None = None
    """Of the requests that fit otherwise only these, counted from 1, such as [1, 2]."""
    times: int | None = Field(None, ge=1, strict=True)
    """So many of the requests that fit otherwise: the first ones, or those from the only number in nth on."""


class SceneFile(Table):
    """A simulated cluster."""

    servers: tuple[Server, ...] = ()
    """The servers of the cluster; without any, there are two."""
    users: tuple[User, ...] = ()
    channels: tuple[Channel, ...] = ()
    faults: tuple[Fault, ...] = ()
