"""The base class of the generated models: typed attributes for new code, wire values as items for old scripts."""

from __future__ import annotations

from collections.abc import Hashable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from functools import cache
from reprlib import Repr
from typing import Any, ClassVar, Final, cast

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, ValidationInfo, model_serializer
from pydantic.alias_generators import to_camel

__all__ = ["REPLY", "WireModel", "is_reply", "json_default", "names_by_wire_name"]

REPLY: Final[dict[str, Any]] = {"reply": True}
"""The validation context for what a server sent: rules that users' commands must keep are not applied to it."""


def is_reply(info: ValidationInfo) -> bool:
    """Whether the validation is of what a server sent."""
    return bool(info.context) and bool(info.context.get("reply"))


class WireModel(BaseModel, frozen=True):
    """An object of the web services.

    Attributes have Python names and typed values. For scripts that expect the plain dictionaries of the JSON reply,
    an object also has items: ``channel['channelName']``, ``in``, ``len``, iteration over names, ``get``, ``keys``,
    ``values``, ``items``, ``dict(channel)``. They have the names and exactly the values of the JSON, recursively:
    ``'659'`` is a text there, and a member that the reply does not have is no item. Items cannot be assigned.

    Members that a newer server adds are kept, as items and as attributes under their JSON name.

    Objects are equal if they are of the same class and have the same items, where NaN equals NaN; an object also
    equals a dictionary of its items. They can be pickled, and `to_json` gives JSON that ``model_validate_json``
    reads back.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        strict=True,
        extra="allow",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        loc_by_alias=True,
    )

    def to_dict(self) -> dict[str, Any]:
        """The JSON object that this is, as a dictionary of its own down to the last level."""
        return self.model_dump(mode="json")

    def to_json(self) -> str:
        """The JSON object that this is, as compact text."""
        return self.model_dump_json()

    @model_serializer(mode="wrap")
    def _without_absent_members(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        members = handler(self)
        for name in self._absent():
            members.pop(name, None)
            members.pop(to_camel(name), None)
        return members

    def _absent(self) -> list[str]:
        # A reply may lack a member, or have it with the value null; both are None here, but old scripts can tell.
        given = self.model_fields_set
        return [name for name in _optional(type(self)) if name not in given and getattr(self, name) is None]

    def __getitem__(self, name: str) -> Any:
        """The value of a member as in JSON.

        Raises:
            KeyError: The object has no such member.
        """
        if name not in self:
            raise KeyError(name)
        return self.model_dump(mode="json", include={names_by_wire_name(type(self)).get(name, name)})[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __len__(self) -> int:
        return len(self._names())

    def __iter__(self) -> Iterator[str]:  # pyright: ignore[reportIncompatibleMethodOverride] -- as a dict, not as pydantic
        """The names of the members as in JSON."""
        return iter(self._names())

    def _names(self) -> list[str]:
        absent = self._absent()
        names = [wire_name for wire_name, name in names_by_wire_name(type(self)).items() if name not in absent]
        return names + list(self.model_extra or ())

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a member as in JSON, or the default if the object has no such member."""
        try:
            return self[name]
        except KeyError:
            return default

    def keys(self) -> KeysView[str]:
        """The names of the members as in JSON."""
        return self.to_dict().keys()

    def values(self) -> ValuesView[Any]:
        """The values of the members as in JSON."""
        return self.to_dict().values()

    def items(self) -> ItemsView[str, Any]:
        """Names and values of the members as in JSON."""
        return self.to_dict().items()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, WireModel):
            return type(self) is type(other) and self.to_dict() == other.to_dict()
        if isinstance(other, Mapping):
            return self.to_dict() == other
        return NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), _hashable(self.to_dict())))

    def _repr_html_(self) -> str:
        """What notebooks show: the members, one below the other."""
        from ._model_html import model_html  # not needed elsewhere

        return model_html(self)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, _Shortened(value)


def json_default(value: Any) -> dict[str, Any]:
    """Makes ``json.dumps`` write models: ``json.dumps(channels, default=json_default)``.

    Raises:
        TypeError: The value is not a model of this package.
    """
    if isinstance(value, WireModel):
        return value.to_dict()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


@cache
def names_by_wire_name(model: type[WireModel]) -> dict[str, str]:
    """The names of a model's attributes by their names in JSON."""
    return {to_camel(name): name for name in model.model_fields}


@cache
def _optional(model: type[WireModel]) -> tuple[str, ...]:
    return tuple(name for name, field in model.model_fields.items() if field.default is None)


def _hashable(value: Any) -> Hashable:
    if isinstance(value, dict):
        return frozenset((name, _hashable(member)) for name, member in cast("dict[str, Any]", value).items())
    if isinstance(value, list):
        return tuple(map(_hashable, cast("list[Any]", value)))
    return value


_short = Repr()
_short.maxstring = 80
_short.maxother = 400


class _Shortened:
    """Shows a value of any size in a line or two."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        return repr(self._value) if isinstance(self._value, WireModel) else _short.repr(self._value)
