"""Entities of XML documents, and the values of attributes, in which there may be references to them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from .java_cursor import InexpressibleError
from .xml_input import Input, UnusableFileError
from .xml_parts import UNFINISHED, Declarations, character_reference, entity_name

MOST_EXPANSIONS = 64_000
"""How many references to entities a document may have."""
MOST_EXPANDED = 50_000_000
"""How many characters they may expand to together."""
DEEPEST_EXPANSION = 100
"""How many entities may be within each other."""
_FIRST_PIECE = 64
"""How many characters of an entity Java's parser reads before it checks their number."""
_PREDEFINED = {"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": '"'}


class Entities:
    """The document, or the replacement text of the entity that is being read instead.

    External entities are never read.

    Attributes:
        input: What is being read.
        declared: What the document type declares.

    Args:
        document: The document.
    """

    def __init__(self, document: Input) -> None:
        self.input: Input = document
        self.declared: Declarations = Declarations()
        self._open: list[str] = []
        self._expansions = 0
        self._expanded = 0

    def reference(self) -> tuple[str, str | None]:
        """A reference whose ampersand has been passed: a character, or the name and the text of an entity."""
        if self.input.skip("#"):
            return character_reference(self.input), None
        name = entity_name(self.input)
        if name in _PREDEFINED:
            return _PREDEFINED[name], None
        if name not in self.declared.entities:
            raise self.input.fatal(f'The entity "{name}" was referenced, but not declared.')
        if name in self.declared.unparsed:
            raise self.input.fatal(f'The unparsed entity reference "&{name};" is not permitted.')
        if name in self._open:
            path = " -> ".join([*self._open[self._open.index(name) :], name])
            raise self.input.fatal(f'Recursive entity reference "{name}". (Reference path: {path}),')
        return name, self._text_of(self.declared.entities, name)

    def _text_of(self, known: dict[str, str | None], name: str) -> str:
        text = known[name]
        if text is None:
            raise UnusableFileError(f"Parsing the XML document failed: the external entity {name} is not read.")
        self._count(text)
        return text

    def _count(self, text: str) -> None:
        """Counts an entity that is going to be read; errors are placed within it."""
        entity = Input(text, is_entity=True)
        self._expansions += 1
        if self._expansions > MOST_EXPANSIONS:
            raise entity.fatal(
                f'JAXP00010001: The parser has encountered more than "{MOST_EXPANSIONS}" entity expansions in this '
                "document; this is the limit imposed by the JDK."
            )
        entity.position = min(len(text), _FIRST_PIECE)
        if self._expanded + entity.position > MOST_EXPANDED:
            raise entity.fatal(
                f'JAXP00010004: The accumulated size of entities is "{self._expanded + entity.position:,}" that '
                f'exceeded the "{MOST_EXPANDED:,}" limit set by "FEATURE_SECURE_PROCESSING".'
            )
        self._expanded += len(text)
        if len(self._open) == DEEPEST_EXPANSION:
            raise InexpressibleError(f"entities that are nested more than {DEEPEST_EXPANSION} deep")

    @contextmanager
    def within(self, entity: str, text: str) -> Generator[None]:
        """Reads the replacement text of an entity instead of the document."""
        outer, self.input = self.input, Input(text, is_entity=True)
        self._open.append(entity)
        yield
        self._open.pop()
        self.input = outer

    @contextmanager
    def within_parameter(self, name: str) -> Generator[bool]:
        """Reads a parameter entity instead of the document; whether it is known at all."""
        known = f"%{name}"
        if known in self._open:
            raise self.input.fatal(f'Recursive entity reference "{known}". (Reference path: {known} -> {known}),')
        is_known = name in self.declared.parameters
        with self.within(known, self._text_of(self.declared.parameters, name) if is_known else ""):
            yield is_known

    def attribute_value(self, attribute: str, element: str) -> str:
        """The value of an attribute, with its quotation marks."""
        quote = self.input.peek()
        if quote not in {'"', "'"}:
            raise self.input.ended_or(
                f'Open quote is expected for attribute "{attribute}" associated with an  element type  "{element}".',
                UNFINISHED,
            )
        self.input.position += 1
        value = self._value(attribute, element, quote)
        self.input.position += 1
        return value

    def _value(self, attribute: str, element: str, quote: str) -> str:
        """The value up to its quotation mark, or to the end of an entity if there is none."""
        source = self.input
        parts: list[str] = []
        while True:
            parts.append(source.until(f"<&\t\n\r{quote}"))
            character = source.peek()
            if character == quote:
                return "".join(parts)
            if not character:
                raise source.fatal(UNFINISHED)
            if character == "<":
                raise source.fatal(
                    f'The value of attribute "{attribute}" associated with an element type "{element}" must not '
                    "contain the '<' character."
                )
            if character in "\t\n\r":
                source.pass_space()
                parts.append(" ")
            elif source.skip("&"):
                parts.append(self._expanded_reference(attribute, element))
            else:
                raise source.invalid(f'value of attribute "{attribute}" and element is "{element}"')

    def _expanded_reference(self, attribute: str, element: str) -> str:
        name, text = self.reference()
        if text is None:
            return name
        with self.within(name, text):
            return self._value(attribute, element, "")
