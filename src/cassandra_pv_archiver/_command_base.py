"""The base classes of what users send: requests, and commands, which keep the rules of section 3.2."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic import ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from . import _command_rules as rules
from ._failure_texts import is_refusal
from ._wire_model import WireModel, is_reply, names_by_wire_name

__all__ = [
    "AddChannelBase",
    "ChannelCommandBase",
    "CommandBase",
    "CommandResultBase",
    "RenameChannelBase",
    "RequestModel",
    "UpdateChannelBase",
]


class RequestModel(WireModel, frozen=True):
    """Something to send. The server refuses members that it does not know, so they are refused here as well."""

    def to_request(self) -> dict[str, Any]:
        """The JSON object to send, as a dictionary: as `to_dict`, but without members that are None."""
        return self.model_dump(mode="json", exclude_none=True)

    def to_request_json(self) -> bytes:
        """The JSON object to send, as UTF-8."""
        return self.model_dump_json(exclude_none=True).encode()

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_members(cls, given: Any, info: ValidationInfo) -> Any:
        if not is_reply(info):
            known = names_by_wire_name(cls)
            unknown = [name for name in _names(given) if name not in known and name not in cls.model_fields]
            if unknown:
                raise PydanticCustomError(
                    "unknown_member",
                    "{model} has no member {unknown}; its members are {known}",
                    {"model": cls.__name__, "unknown": repr(unknown[0]), "known": ", ".join(known)},
                )
        return given


def _names(given: Any) -> list[str]:
    return list(cast("Mapping[str, Any]", given)) if isinstance(given, Mapping) else []


class CommandBase(RequestModel, frozen=True):
    """A command that changes the configuration of the archive."""

    if TYPE_CHECKING:
        command_type: str

    @property
    @abstractmethod
    def subject(self) -> str:
        """The channel that the command is about, by the name it has before the command."""

    @model_validator(mode="after")
    def _normalise(self, info: ValidationInfo) -> CommandBase:
        if not is_reply(info):
            try:
                normal = self._normal()
            except rules.BrokenRuleError as broken:
                raise PydanticCustomError(
                    "broken_rule",
                    "{command}: {member}: {rule}",
                    {"command": self.command_type, "member": broken.member, "rule": broken.rule},
                ) from broken
            for name, value in normal.items():
                object.__setattr__(self, name, value)  # as in a frozen dataclass's __post_init__
            self.model_fields_set.update(normal)
        return self

    def _normal(self) -> dict[str, Any]:
        """The members that differ in the server's form of the command."""
        return {}


class ChannelCommandBase(CommandBase, frozen=True):
    """A command about a channel that keeps its name."""

    if TYPE_CHECKING:
        channel_name: str

    @property
    def subject(self) -> str:
        """The channel that the command is about."""
        return self.channel_name


class RenameChannelBase(CommandBase, frozen=True):
    """A command that renames a channel."""

    if TYPE_CHECKING:
        old_channel_name: str

    @property
    def subject(self) -> str:
        """The channel that the command is about, by the name it has before the command."""
        return self.old_channel_name


class AddChannelBase(ChannelCommandBase, frozen=True):
    """A command that says everything about a channel."""

    if TYPE_CHECKING:
        decimation_levels: tuple[int, ...] | None
        decimation_level_to_retention_period: Mapping[int, int] | None
        options: Mapping[str, str] | None

    def _normal(self) -> dict[str, Any]:
        periods = rules.all_levels(self.decimation_levels or (), self.decimation_level_to_retention_period or {})
        return {
            "decimation_levels": tuple(periods),
            "decimation_level_to_retention_period": periods,
            "options": rules.sorted_options(self.options or {}),
        }


class UpdateChannelBase(ChannelCommandBase, frozen=True):
    """A command that changes some settings of a channel."""

    if TYPE_CHECKING:
        decimation_levels: tuple[int, ...] | None
        add_decimation_levels: tuple[int, ...] | None
        remove_decimation_levels: tuple[int, ...] | None
        decimation_level_to_retention_period: Mapping[int, int] | None
        options: Mapping[str, str] | None
        add_options: Mapping[str, str] | None
        remove_options: tuple[str, ...] | None

    def _normal(self) -> dict[str, Any]:
        levels = rules.level_changes(
            self.decimation_levels,
            self.add_decimation_levels,
            self.remove_decimation_levels,
            self.decimation_level_to_retention_period or {},
        )
        options = rules.option_changes(self.options, self.add_options, self.remove_options)
        normal = {
            "decimation_levels": levels.levels,
            "add_decimation_levels": levels.added,
            "remove_decimation_levels": levels.removed,
            "decimation_level_to_retention_period": levels.periods,
            "options": options.options,
            "add_options": options.added,
            "remove_options": options.removed,
        }
        return {name: value for name, value in normal.items() if value is not None}


class CommandResultBase(WireModel, frozen=True):
    """What became of a command."""

    if TYPE_CHECKING:
        success: bool
        error_message: str | None

    @property
    def outcome(self) -> Literal["succeeded", "refused", "unknown"]:
        """Whether the command was executed, or refused so that nothing changed, or whether nobody knows.

        The outcome is unknown after errors of the transport or the database and after time-outs: the command may
        have been executed all the same.
        """
        if self.success:
            return "succeeded"
        return "refused" if is_refusal(self.error_message) else "unknown"
