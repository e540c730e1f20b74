"""Parts of XML documents, and those that have the same form everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from .xml_input import Input, is_valid_character
from .xml_names import NAMES_1_1

UNFINISHED = "XML document structures must start and end within the same entity."
_MOST_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an element or attribute.

    Attributes:
        namespace: The URI of its namespace, or empty.
        local: The name within it.
        written: The name with its prefix.
    """

    namespace: str
    local: str
    written: str


class Handler(Protocol):
    """What is called for the parts of a document."""

    def start(self, name: Name, attributes: list[tuple[Name, str]], where: Callable[[], str]) -> None:
        """An element begins; ``where`` tells the place behind its tag."""
        ...

    def end(self, where: Callable[[], str]) -> None:
        """The innermost element ends; ``where`` tells the place behind its tag."""
        ...

    def text(self, text: str) -> None:
        """There is text within the innermost element."""
        ...


def split_name(written: str) -> tuple[str, str]:
    """Prefix and local part of a name; a colon at its beginning is part of it."""
    prefix, _, local = written[1:].rpartition(":")
    return (written[0] + prefix, local) if len(local) < len(written) - 1 else ("", written)


@dataclass(slots=True)
class Declarations:
    """What a document type declares.

    Attributes:
        entities: Replacement texts; None for external entities.
        unparsed: Those that are no XML.
        parameters: Likewise, for entities of the declarations themselves.
        defaults: Values of attributes that are not given, by element.
        tokens: Attributes whose values are names or the like, by element.
    """

    entities: dict[str, str | None] = field(default_factory=dict[str, str | None])
    unparsed: set[str] = field(default_factory=set[str])
    parameters: dict[str, str | None] = field(default_factory=dict[str, str | None])
    defaults: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    tokens: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _known: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def declare_attribute(self, element: str, attribute: str, default: str | None, *, is_text: bool) -> None:
        """Declares an attribute, unless there is a declaration already."""
        if (element, attribute) in self._known:
            return
        self._known.add((element, attribute))
        if default is not None:
            self.defaults.setdefault(element, {})[attribute] = default
        if not is_text:
            self.tokens.setdefault(element, set()).add(attribute)

    def normalised(self, element: str, attribute: str, value: str) -> str:
        """The value of an attribute, without superfluous spaces if it is a name or the like."""
        if attribute not in self.tokens.get(element, ()):
            return value
        return " ".join(part for part in value.split(" ") if part)


def character_reference(source: Input) -> str:
    """The character of a reference whose ampersand and hash sign have been passed."""
    is_hexadecimal = source.skip("x")
    digits = source.digits(hexadecimal=is_hexadecimal)
    if not digits:
        kind, sign = ("hexadecimal", "&#x") if is_hexadecimal else ("decimal", "&#")
        raise source.ended_or(
            f'A {kind} representation must immediately follow the "{sign}" in a character reference.', UNFINISHED
        )
    if not source.skip(";"):
        raise source.ended_or("The character reference must end with the ';' delimiter.", UNFINISHED)
    number = int(digits, 16 if is_hexadecimal else 10) if len(digits) < _MOST_DIGITS else -1
    if not is_valid_character(number) and not (source.names is NAMES_1_1 and 0 < number < ord(" ")):
        shown = f"x{digits}" if is_hexadecimal else digits
        raise source.fatal(f'Character reference "&#{shown}" is an invalid XML character.')
    return chr(number)


def entity_name(source: Input) -> str:
    """The name in a reference whose ampersand has been passed."""
    name = source.name()
    if not name:
        raise source.ended_or("The entity name must immediately follow the '&' in the entity reference.", UNFINISHED)
    if not source.skip(";"):
        raise source.ended_or(f"The reference to entity \"{name}\" must end with the ';' delimiter.", UNFINISHED)
    return name


def skip_comment(source: Input) -> None:
    """Passes a comment whose beginning has been passed."""
    while True:
        source.until("-")
        if source.skip("--"):
            if not source.skip(">"):
                raise source.fatal('The string "--" is not permitted within comments.')
            return
        if not source.skip("-"):
            if not source.peek():
                raise source.unfinished(UNFINISHED, "--")
            raise source.invalid("comment")


def skip_instruction(source: Input) -> None:
    """Passes a processing instruction whose beginning has been passed."""
    target = source.name()
    if not target:
        raise source.ended_or("The processing instruction must begin with the name of the target.", UNFINISHED)
    if target.lower() == "xml":
        raise source.fatal('The processing instruction target matching "[xX][mM][lL]" is not allowed.')
    if source.skip("?>"):
        return
    if not source.spaces():
        raise source.ended_or("White space is required between the processing instruction target and data.", UNFINISHED)
    while not source.skip("?>"):
        if not source.until("?"):
            source.skip("?")
        if not source.peek():
            raise source.unfinished(UNFINISHED, "?>")
        if source.at_invalid():
            raise source.invalid("processing instruction")
