"""The form of configuration files for people, the same in YAML and TOML. The JSON Schema is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeAlias, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from .durations import DURATION_PATTERN, FOREVER, RAW, read_level, read_period
from .written import Plain

__all__ = ["ChannelEntry", "Document", "Group", "Owned", "Settings"]


def _broken(text: str) -> PydanticCustomError:
    return PydanticCustomError("configuration_rule", "{text}", {"text": text})


def _text(value: Any) -> Any:
    if isinstance(value, str):
        return str(value)
    found = "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else "nothing"
    raise _broken(f"A text is wanted here, not {found}: write it in quotation marks.")


def _flag(value: Any) -> Any:
    if isinstance(value, Plain) and value in {"true", "false"}:
        return value == "true"
    found = f"{value!r} is" if isinstance(value, str) else "This is"
    raise _broken(f"{found} neither true nor false: write one of them, without quotation marks.")


def _level(value: Any) -> Any:
    return _read(read_level, value)


def _period(value: Any) -> Any:
    return _read(read_period, value)


def _read(read: Any, value: Any) -> int:
    try:
        return read(_text(value))
    except ValueError as error:
        raise _broken(str(error)) from None


def _distinct(value: Any, read: ValidatorFunctionWrapHandler) -> Mapping[int, int]:
    found = read(value)
    if len(found) < len(value):
        raise _broken("A decimation level is there twice, written in different ways: leave one of them out.")
    return found


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _element(value: Any) -> Any:
    if not isinstance(value, str):
        raise _broken("A number or a text is wanted here.")
    is_number = isinstance(value, Plain) and value.removeprefix("-").isdecimal() and str(int(value)) == value
    return int(value) if is_number else str(value)


def _range(value: Any) -> Any:
    if isinstance(value, str | list):
        return cast("Any", value)
    raise _broken("Numbers such as '1..24' or '1..4, 7' are wanted here, or a list of numbers or texts.")


def _entry(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


_Text = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": "string"})]
_Server = Annotated[
    str,
    BeforeValidator(_text),
    WithJsonSchema({"type": "string", "description": "A name from the table servers, or the ID of a server."}),
]
_OptionValue = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]
_Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
_Duration = {"type": "string", "pattern": DURATION_PATTERN}
_Level = Annotated[int, BeforeValidator(_level), WithJsonSchema({"anyOf": [{"const": RAW}, _Duration]})]
_Period = Annotated[int, BeforeValidator(_period), WithJsonSchema({"anyOf": [{"const": FOREVER}, _Duration]})]
_Levels = Annotated[
    Mapping[_Level, _Period],
    WrapValidator(_distinct),
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {"anyOf": [{"const": RAW}, _Duration]},
            "additionalProperties": {"anyOf": [{"const": FOREVER}, _Duration]},
        }
    ),
]
_Element = Annotated[int | str, BeforeValidator(_element), WithJsonSchema({"type": ["integer", "string"]})]
_NUMBERS = r"^\s*-?\d+(\.\.-?\d+(\.\.\d+)?)?(\s*,\s*-?\d+(\.\.-?\d+(\.\.\d+)?)?)*\s*$"
_Values = Annotated[
    str | list[_Element],
    BeforeValidator(_range),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": _NUMBERS},
                {"type": "integer"},
                {"type": "array", "items": {"type": ["integer", "string"]}, "minItems": 1},
            ]
        }
    ),
]
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
_Variables = Annotated[
    Mapping[_Text, _Values],
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {"pattern": _VARIABLE},
            "additionalProperties": {
                "anyOf": [
                    {"type": "string", "pattern": _NUMBERS},
                    {"type": "integer"},
                    {"type": "array", "items": {"type": ["integer", "string"]}, "minItems": 1},
                ]
            },
        }
    ),
]
_Templates = Annotated[
    list[_Text],
    BeforeValidator(_one_or_more),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


class _Part(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", validate_by_name=False)


class Settings(_Part):
    """What can be said for one channel or for many."""

    server: _Server | None = Field(default=None, description="The server that owns the channel: its name or ID.")
    control_system_type: _Text | None = Field(
        default=None, description="The control-system support, if not channel_access."
    )
    levels: _Levels | None = Field(
        default=None,
        description="The decimation levels with how long their samples are kept: raw: 90d, 30s: 365d, 15min: forever. "
        "Without raw, raw samples are kept for ever. Replaces the levels of what this refines.",
    )
    enabled: _Flag | None = Field(
        default=None, description="Whether samples are archived; true if nothing says otherwise."
    )
    options: Mapping[_Text, _OptionValue] | None = Field(
        default=None, description="Options of the control-system support, added to those of what this refines."
    )
    without_options: list[_Text] | None = Field(
        default=None, description="Options of what this refines that are left out."
    )


class _Refined(Settings):
    template: _Templates | None = Field(default=None, description="A template, or several, of which later ones win.")
    variables: _Variables | None = Field(
        default=None,
        alias="for",
        description="Variables and their values: {sector: 1..24, plane: [X, Y]}. There is a channel for each "
        "combination; texts then have places such as {sector:02d}, and braces of their own are doubled.",
    )


class ChannelEntry(_Refined):
    """A channel, or with ``for`` several."""

    name: _Text = Field(description="The name of the channel.")
    renamed_from: _Text | None = Field(
        default=None, description="The name that the channel had before: it is renamed while that one exists."
    )


_Channels: TypeAlias = list[Annotated[ChannelEntry, BeforeValidator(_entry, json_schema_input_type=str | ChannelEntry)]]


class Group(_Refined):
    """Channels that have something in common."""

    channels: _Channels = Field(description="The channels: names, or tables.")


class Owned(_Part):
    """Channels that are removed if the file does not name them."""

    server: _Server | None = Field(default=None, description="The channels of this server: its name or ID.")
    channels: _Text | None = Field(
        default=None, description="Channels whose names match: * is any text, ? one character."
    )


class Document(_Part):
    """What a cluster, or a part of it, is to archive."""

    servers: Mapping[_Text, _Text] = Field(default={}, description="Names for servers, with their IDs.")
    owns: list[Owned] = Field(default=[], description="Which channels are removed if the file does not name them.")
    defaults: Settings = Field(default=Settings.model_construct(), description="What all channels have in common.")
    templates: Mapping[_Text, Settings] = Field(
        default={}, description="Settings with a name, for groups and channels."
    )
    groups: list[Group] = Field(default=[], description="Channels with something in common.")
    channels: _Channels = Field(default=[], description="Channels: names, or tables.")
