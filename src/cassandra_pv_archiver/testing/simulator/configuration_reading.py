"""Configuration files as the server reads them (sections 4.1, 4.2 and 4.4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .command_parsing import not_ascending
from .configuration_writing import NAMESPACE
from .java_text import quoted
from .xml_input import SPACE, UnusableFileError
from .xml_parts import Name
from .xml_prolog import scan_document

__all__ = ["ChannelConfiguration", "UnusableFileError", "read_configuration"]

_SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_ROOT = "server-configuration"
_CHANNEL_CHILDREN = ("raw-samples", "decimation-level", "control-system-option")
_LARGEST = 2**31 - 1


@dataclass(slots=True)
class ChannelConfiguration:
    """A channel of a configuration file.

    Attributes:
        control_system_type: Its control-system support.
        enabled: Whether samples are archived.
        retention: Retention periods in seconds by decimation level, 0 being unlimited.
        options: Options of the control-system support.
    """

    control_system_type: str
    enabled: bool
    retention: dict[int, int] = field(default_factory=lambda: {0: 0})
    options: dict[str, str] = field(default_factory=dict[str, str])


def read_configuration(content: bytes) -> dict[str, ChannelConfiguration]:
    """The channels of a document by name, in its order.

    Raises:
        UnusableFileError: It is not well-formed, violates the grammar, or has retention periods that do not ascend.
        InexpressibleError: The simulator does not know exactly what Java's parser would say.
    """
    validator = _Validator()
    scan_document(content, validator)
    for name, channel in validator.channels.items():
        problem = not_ascending(channel.retention)
        if problem is not None:
            raise UnusableFileError(f"Invalid definition for channel {quoted(name)}: {problem}")
    return validator.channels


class _InvalidValueError(Exception):
    """The value of an attribute is not valid; the argument says why."""


def _text(value: str) -> str:
    return value


def _not_empty(value: str) -> str:
    if not value:
        raise _InvalidValueError(
            "cvc-minLength-valid: Value '' with length = '0' is not facet-valid with respect to minLength '1' for type "
            "'#AnonType_namechannel'."
        )
    return value


def _boolean(value: str) -> bool:
    text = value.strip(SPACE)
    if text not in {"true", "false", "1", "0"}:
        raise _InvalidValueError(f"cvc-datatype-valid.1.2.1: '{value}' is not a valid value for 'boolean'.")
    return text == "true"  # once the document is valid, only this text counts as true


def _integer(least: int) -> Callable[[str], int]:
    kind = "positiveInt" if least else "nonNegativeInt"

    def read(value: str) -> int:
        text = value.strip(SPACE)
        if not re.fullmatch("[+-]?[0-9]+", text):
            raise _InvalidValueError(f"cvc-datatype-valid.1.2.1: '{text}' is not a valid value for 'integer'.")
        digits = text.lstrip("+-").lstrip("0") or "0"
        number = int(digits) if len(digits) <= len(str(_LARGEST)) else _LARGEST + 1
        number = -number if text.startswith("-") else number
        if number > _LARGEST:
            raise _InvalidValueError(
                f"cvc-maxInclusive-valid: Value '{text}' is not facet-valid with respect to maxInclusive '{_LARGEST}' "
                f"for type '{kind}'."
            )
        if number < least:
            raise _InvalidValueError(
                f"cvc-minInclusive-valid: Value '{text}' is not facet-valid with respect to minInclusive '{least}' for "
                f"type '{kind}'."
            )
        return number

    return read


_Attributes = dict[str, tuple[Callable[[str], Any], Any]]
_REQUIRED = object()
# By element: how the value of an attribute is read, and what it is if it is not given.
_ATTRIBUTES: dict[str, _Attributes] = {
    _ROOT: {},
    "channel": {
        "name": (_not_empty, _REQUIRED),
        "control-system-type": (_text, _REQUIRED),
        "enabled": (_boolean, True),
    },
    "raw-samples": {"retention-period": (_integer(0), 0)},
    "decimation-level": {"decimation-period": (_integer(1), _REQUIRED), "retention-period": (_integer(0), 0)},
    "control-system-option": {"name": (_text, _REQUIRED), "value": (_text, "")},
}


class _Validator:
    """Checks the parts of a document against the grammar and collects its channels."""

    def __init__(self) -> None:
        self.channels: dict[str, ChannelConfiguration] = {}
        self._path: list[Name] = []
        self._channel = ChannelConfiguration("", enabled=True)
        self._last_child = 0
        self._has_text: list[bool] = []
        self._within_empty = 0
        self._is_filled = False
        self._values: dict[str, Any] = {}

    def start(self, name: Name, attributes: list[tuple[Name, str]], where: Callable[[], str]) -> None:
        if self._within_empty:
            self._within_empty += 1  # what is within an element that must be empty does not matter
            self._is_filled = True
            return
        problem = self._misplaced(name) or self._attribute_problem(name, attributes)
        problem = problem or self._take(name.local, self._values)
        if problem is not None:
            raise UnusableFileError(f"Error in {where()}: {problem}")
        self._path.append(name)
        self._has_text.append(False)
        self._within_empty = int(name.local in _CHANNEL_CHILDREN)
        self._is_filled = False

    def text(self, text: str) -> None:
        self._is_filled = True
        self._has_text[-1] |= bool(text.strip(SPACE))

    def end(self, where: Callable[[], str]) -> None:
        if self._within_empty > 1:
            self._within_empty -= 1
            return
        written, has_text = self._path.pop().written, self._has_text.pop()
        if self._within_empty and self._is_filled:
            raise UnusableFileError(
                f"Error in {where()}: cvc-complex-type.2.1: Element '{written}' must have no character or element "
                "information item [children], because the type's content type is empty."
            )
        if has_text:
            raise UnusableFileError(
                f"Error in {where()}: cvc-complex-type.2.3: Element '{written}' cannot have character [children], "
                "because the type's content type is element-only."
            )
        self._within_empty = 0

    def _misplaced(self, name: Name) -> str | None:
        if not self._path:
            if (name.namespace, name.local) == (NAMESPACE, _ROOT):
                return None
            return f"cvc-elt.1.a: Cannot find the declaration of element '{name.written}'."
        allowed = ("channel",) if self._path[-1].local == _ROOT else _CHANNEL_CHILDREN[self._last_child :]
        if name.namespace == NAMESPACE and name.local in allowed:
            return None
        shown = f'{{"{name.namespace}":{name.local}}}' if name.namespace else name.local
        expected = ", ".join(f'"{NAMESPACE}":{element}' for element in allowed)
        return (
            f"cvc-complex-type.2.4.a: Invalid content was found starting with element '{shown}'. One of "
            f"'{{{expected}}}' is expected."
        )

    def _attribute_problem(self, name: Name, attributes: list[tuple[Name, str]]) -> str | None:
        known = _ATTRIBUTES[name.local]
        self._values = {}
        problem = _instance_problem(name, attributes)
        for attribute, value in attributes if problem is None else ():
            if attribute.namespace == _SCHEMA_INSTANCE and attribute.local in _INSTANCE_ATTRIBUTES:
                continue
            if attribute.namespace or attribute.local not in known:
                return (
                    f"cvc-complex-type.3.2.2: Attribute '{attribute.written}' is not allowed to appear in element "
                    f"'{name.written}'."
                )
            try:
                self._values[attribute.local] = known[attribute.local][0](value)
            except _InvalidValueError as error:
                return str(error)
        for attribute, (_, default) in known.items():
            if problem is None and attribute not in self._values and default is _REQUIRED:
                return f"cvc-complex-type.4: Attribute '{attribute}' must appear on element '{name.written}'."
            self._values.setdefault(attribute, default)
        return problem

    def _take(self, element: str, values: dict[str, Any]) -> str | None:
        """Takes in an element that is valid by itself; what is wrong in its place, or None."""
        match element:
            case "channel":
                self._channel = ChannelConfiguration(values["control-system-type"], values["enabled"])
                self._last_child = 0
                return _added(self.channels, values["name"], self._channel, "uniqueChannelName", _ROOT)
            case "raw-samples":
                self._last_child = 1
                self._channel.retention[0] = values["retention-period"]
            case "decimation-level":
                self._last_child = 1
                level, period = values["decimation-period"], values["retention-period"]
                return _added(self._channel.retention, level, period, "uniqueDecimationPeriod", "channel")
            case "control-system-option":
                self._last_child = 2
                return _added(self._channel.options, values["name"], values["value"], "uniqueOptionName", "channel")
            case _:
                pass
        return None


_INSTANCE_ATTRIBUTES = frozenset({"schemaLocation", "noNamespaceSchemaLocation", "type", "nil"})


def _instance_problem(name: Name, attributes: list[tuple[Name, str]]) -> str | None:
    given = {attribute.local: value for attribute, value in attributes if attribute.namespace == _SCHEMA_INSTANCE}
    if "type" in given:
        return f"cvc-elt.4.2: Cannot resolve '{given['type']}' to a type definition for element '{name.written}'."
    if "nil" in given:
        return (
            f"cvc-elt.3.1: Attribute '{_SCHEMA_INSTANCE},nil' must not appear on element '{name.written}', because the "
            f"{{nillable}} property of '{name.written}' is false."
        )
    return None


def _added(known: dict[Any, Any], key: Any, value: Any, constraint: str, element: str) -> str | None:
    if key in known:
        return (
            f"cvc-identity-constraint.4.1: Duplicate unique value [{key}] declared for identity constraint "
            f'"{constraint}" of element "{element}".'
        )
    known[key] = value
    return None
