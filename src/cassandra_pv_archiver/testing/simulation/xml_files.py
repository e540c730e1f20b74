"""Configuration files: written byte for byte as the server exports them, read as it imports them (section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.parsers import expat

from .cluster import Channel
from .command_parsing import ascending_problem, quoted

NAMESPACE = "http://www.aquenos.com/2016/xmlns/cassandra-pv-archiver-configuration"
_EXPANDED_LIMIT = 1_000_000
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\r\n'
    f'<server-configuration xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    f'xsi:schemaLocation="{NAMESPACE} {NAMESPACE}-3.0.0.xsd">\r\n'
)
# Attributes by element: name, whether it is required, and whether it is an integer of at least so much.
_ATTRIBUTES: dict[str, dict[str, tuple[bool, int | None]]] = {
    "server-configuration": {},
    "channel": {"name": (True, None), "control-system-type": (True, None), "enabled": (False, None)},
    "raw-samples": {"retention-period": (False, 0)},
    "decimation-level": {"decimation-period": (True, 1), "retention-period": (False, 0)},
    "control-system-option": {"name": (True, None), "value": (False, None)},
}
_CHILDREN = {
    "server-configuration": ("channel",),
    "channel": ("raw-samples", "decimation-level", "control-system-option"),
}
_BOOLEANS = frozenset({"true", "false", "1", "0"})


class BadFileError(Exception):
    """The file cannot be used; the argument is the message behind ``Parsing error: ``."""


def write_file(channels: Iterable[Channel]) -> str:
    """The document that the server exports."""
    return _HEAD + "".join(map(_channel, channels)) + "</server-configuration>\r\n"


def _channel(channel: Channel) -> str:
    start = f'  <channel name="{_escape(channel.name)}" control-system-type="{_escape(channel.control_system_type)}"'
    start += "" if channel.enabled else ' enabled="false"'
    children: list[str] = []
    for level, period in sorted(channel.retention.items()):
        kept = f' retention-period="{period}"' if period else ""
        if level:
            children.append(f'<decimation-level decimation-period="{level}"{kept}/>')
        elif period:
            children.append(f"<raw-samples{kept}/>")
    for option, value in sorted(channel.options.items()):
        given = f' value="{_escape(value)}"' if value else ""
        children.append(f'<control-system-option name="{_escape(option)}"{given}/>')
    if not children:
        return start + "/>\r\n"
    return start + ">\r\n" + "".join(f"    {child}\r\n" for child in children) + "  </channel>\r\n"


def _escape(text: str) -> str:
    # Tabs and line breaks stay as they are, as with the server (section 4.3).
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


class _Reader:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._path: list[str] = []
        self._expanded = 0
        self.channels: dict[str, dict[str, Any]] = {}
        self._channel: dict[str, Any] = {}

    def _problem(self, text: str) -> BadFileError:
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        return BadFileError(f"Error in line {line}, column {column}: {text}")

    def _text(self, text: str) -> None:
        self._expanded += len(text)
        if self._expanded > _EXPANDED_LIMIT:
            raise self._problem("the entities of the document expand to too much text.")
        if text.strip():
            raise self._problem("text is not allowed here.")

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        namespace, _, element = qualified.rpartition(" ")
        parent = self._path[-1] if self._path else ""
        expected = _CHILDREN.get(parent, ()) if parent else ("server-configuration",)
        if namespace != NAMESPACE or element not in expected:
            raise self._problem(f"cvc-elt.1: the element '{element}' is not expected here.")
        self._path.append(element)
        values = self._values(element, attributes)
        if element == "channel":
            self._begin_channel(values)
        elif parent == "channel":
            self._add_to_channel(element, values)

    def _values(self, element: str, attributes: dict[str, str]) -> dict[str, Any]:
        known = _ATTRIBUTES[element]
        values: dict[str, Any] = {}
        for name, value in attributes.items():
            if name.startswith("http://www.w3.org/2001/XMLSchema-instance "):
                continue
            if name not in known:
                raise self._problem(f"cvc-complex-type.3.2.2: the attribute '{name}' is not allowed in '{element}'.")
            least = known[name][1]
            values[name] = value if least is None else self._integer(name, value, least)
        for name, (required, _) in known.items():
            if required and name not in values:
                raise self._problem(f"cvc-complex-type.4: the attribute '{name}' must appear on element '{element}'.")
        return values

    def _integer(self, name: str, text: str, least: int) -> int:
        try:
            number = int(text.strip().removeprefix("+")) if "_" not in text else -1
        except ValueError:
            number = -1
        if not least <= number < 2**31:
            raise self._problem(f"cvc-attribute.3: the value '{text}' of attribute '{name}' is not valid.")
        return number

    def _begin_channel(self, values: dict[str, Any]) -> None:
        if not values["name"]:
            raise self._problem("cvc-attribute.3: the attribute 'name' must not be empty.")
        if values.get("enabled", "true").strip() not in _BOOLEANS:
            raise self._problem("cvc-attribute.3: the attribute 'enabled' is not a boolean.")
        if values["name"] in self.channels:
            raise self._problem(f"cvc-identity-constraint.4.1: the channel '{values['name']}' occurs twice.")
        self._channel = {
            "controlSystemType": values["control-system-type"],
            # Only this text counts as true once the document is valid (section 4.2).
            "enabled": values.get("enabled", "true") == "true",
            "retention": {0: 0},
            "options": {},
            "last": "raw-samples",
            "raw": False,
        }
        self.channels[values["name"]] = self._channel

    def _add_to_channel(self, element: str, values: dict[str, Any]) -> None:
        order = _CHILDREN["channel"]
        channel = self._channel
        repeated = element == "raw-samples" and channel["raw"]
        if repeated or order.index(element) < order.index(channel["last"]):
            raise self._problem(f"cvc-complex-type.2.4: the element '{element}' is not expected here.")
        channel["last"] = element
        if element == "raw-samples":
            channel["raw"] = True
            channel["retention"][0] = values.get("retention-period", 0)
        elif element == "decimation-level":
            self._add_once(channel["retention"], values["decimation-period"], values.get("retention-period", 0))
        else:
            self._add_once(channel["options"], values["name"], values.get("value", ""))

    def _add_once(self, known: dict[Any, Any], key: Any, value: Any) -> None:
        if key in known:
            raise self._problem(f"cvc-identity-constraint.4.1: '{key}' occurs twice.")
        known[key] = value

    def _end(self, qualified: str) -> None:  # noqa: ARG002 -- given by the parser
        self._path.pop()


def read_file(content: bytes) -> dict[str, dict[str, Any]]:
    """The channels of a document, by name, in its order.

    Raises:
        BadFileError: It is not well-formed, violates the grammar, or has retention periods that do not ascend.
    """
    reader = _Reader()
    try:
        # That a document is not well-formed is said before anything else about it.
        expat.ParserCreate().Parse(content, True)
        reader.parser.Parse(content, True)
    except expat.ExpatError as error:
        text = expat.errors.messages[error.code]
        raise BadFileError(f"Fatal error in line {error.lineno}, column {error.offset + 1}: {text}") from error
    for name, channel in reader.channels.items():
        problem = ascending_problem(channel["retention"])
        if problem is not None:
            raise BadFileError(f"Invalid definition for channel {quoted(name)}: {problem}")
    return reader.channels
