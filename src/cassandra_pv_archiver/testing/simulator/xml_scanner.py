"""Elements, attributes, text and references of XML documents, with errors where and how Java's parser reports them.

The parsers of the standard library report other places, and cannot be kept from expanding entities. Here external
entities are never read, and expansion has Java's limits.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from .xml_input import Input, UnusableFileError
from .xml_parts import (
    UNFINISHED,
    Declarations,
    Handler,
    Name,
    character_reference,
    entity_name,
    skip_comment,
    skip_instruction,
)

MOST_EXPANSIONS = 64_000
"""How many references to entities a document may have."""
MOST_EXPANDED = 50_000_000
"""How many characters they may expand to together."""
_PREDEFINED = {"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": '"'}
_BAD_MARKUP = "The content of elements must consist of well-formed character data or markup."
_CDATA_END = 'The character sequence "]]>" must not appear in content unless used to mark the end of a CDATA section.'
_XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"


class Scanner:
    """Scans the elements of a document.

    Args:
        document: The document.
        handler: Is called for its parts.
        declarations: What its document type declares.
    """

    def __init__(self, document: Input, handler: Handler, declarations: Declarations) -> None:
        self._input: Input = document
        self._handler = handler
        self._declared = declarations
        self._elements: list[str] = []
        self._namespaces: list[dict[str, str]] = [{"xml": _XML_NAMESPACE, "": ""}]
        self._open_entities: list[str] = []
        self._expansions = 0
        self._expanded = 0

    def scan(self) -> None:
        """Scans the root element, whose opening bracket has been passed."""
        self._start_tag()
        if self._elements:
            self._content(in_entity=False)

    def _fatal(self, problem: str) -> UnusableFileError:
        return self._input.fatal(problem)

    # Content

    def _content(self, *, in_entity: bool) -> None:
        """Scans to the end of the innermost element or of an entity."""
        depth = len(self._elements)
        while True:
            self._text()
            if not self._input.peek():
                if in_entity and len(self._elements) == depth:
                    return
                raise self._fatal(UNFINISHED)
            self._item()
            if len(self._elements) < depth:
                if in_entity:
                    raise self._fatal(UNFINISHED)
                return

    def _text(self) -> None:
        text = self._input.until("<&]")
        if text:
            self._handler.text(text)

    def _item(self) -> None:
        if self._input.skip("<"):
            self._markup()
        elif self._input.skip("&"):
            self._reference()
        elif self._input.skip("]]>"):
            raise self._fatal(_CDATA_END)
        elif self._input.skip("]"):
            self._handler.text("]")
        else:
            raise self._invalid("element content of the document")

    def _invalid(self, where: str) -> UnusableFileError:
        number = ord(self._input.peek())
        return self._fatal(f"An invalid XML character (Unicode: 0x{number:x}) was found in the {where}.")

    def _markup(self) -> None:
        if self._input.skip("/"):
            self._end_tag()
        elif self._input.skip("!--"):
            skip_comment(self._input)
        elif self._input.skip("![CDATA["):
            self._character_data()
        elif self._input.skip("?"):
            skip_instruction(self._input)
        elif self._input.at_name():
            self._start_tag()
        else:
            self._input.skip("!")
            raise self._fatal(_BAD_MARKUP)

    def _character_data(self) -> None:
        while not self._input.skip("]]>"):
            text = self._input.until("]")
            if not text and not self._input.skip("]"):
                if not self._input.peek():
                    raise self._input.unfinished(UNFINISHED)
                raise self._invalid("CDATA section")
            self._handler.text(text or "]")

    # Tags

    def _end_tag(self) -> None:
        written = self._elements[-1]
        if not self._input.skip(written):
            raise self._fatal(
                f'The element type "{written}" must be terminated by the matching end-tag "</{written}>".'
            )
        self._input.spaces()
        if not self._input.skip(">"):
            raise self._end_or(f"The end-tag for element type \"{written}\" must end with a '>' delimiter.")
        self._leave()

    def _leave(self) -> None:
        self._elements.pop()
        self._namespaces.pop()
        self._handler.end(self._input.place)

    def _start_tag(self) -> None:
        written = self._input.qualified_name()
        given: list[tuple[str, str]] = []
        while True:
            spaced = self._input.spaces()
            if self._input.skip(">"):
                closed = False
                break
            if self._input.skip("/"):
                if not self._input.skip(">"):
                    raise self._unterminated(written)
                closed = True
                break
            if not spaced or not self._input.at_name():
                raise self._unterminated(written)
            given.append(self._attribute(written))
        self._enter(written, given)
        if closed:
            self._leave()

    def _unterminated(self, written: str) -> UnusableFileError:
        return self._end_or(
            f'Element type "{written}" must be followed by either attribute specifications, ">" or "/>".'
        )

    def _attribute(self, element: str) -> tuple[str, str]:
        written = self._input.qualified_name()
        self._input.spaces()
        if not self._input.skip("="):
            raise self._end_or(
                f'Attribute name "{written}" associated with an element type "{element}" must be followed by the '
                "' = ' character."
            )
        self._input.spaces()
        quote = self._input.peek()
        if quote not in {'"', "'"}:
            raise self._end_or(
                f'Open quote is expected for attribute "{written}" associated with an  element type  "{element}".'
            )
        self._input.position += 1
        value = self._attribute_value(written, element, quote)
        self._input.position += 1
        return written, value

    def _end_or(self, problem: str) -> UnusableFileError:
        return self._input.ended_or(problem, UNFINISHED)

    def _attribute_value(self, attribute: str, element: str, quote: str) -> str:
        """The value up to its quotation mark, or to the end of an entity if there is none."""
        parts: list[str] = []
        while True:
            parts.append(self._input.until(f"<&\t\n{quote}"))
            character = self._input.peek()
            if character == quote:
                return "".join(parts)
            if not character:
                raise self._fatal(UNFINISHED)
            if character == "<":
                raise self._fatal(
                    f'The value of attribute "{attribute}" associated with an element type "{element}" must not '
                    "contain the '<' character."
                )
            if character in "\t\n":
                self._input.position += 1
                parts.append(" ")
            elif self._input.skip("&"):
                parts.append(self._reference_in_value(attribute, element))
            else:
                raise self._invalid(f'value of attribute "{attribute}" and element is "{element}"')

    def _enter(self, written: str, given: list[tuple[str, str]]) -> None:
        """Resolves the names of a start tag that has been passed, and reports the element."""
        missing = dict(self._declared.defaults.get(written, {}))
        for name, _ in given:
            missing.pop(name, None)
        attributes = [*given, *missing.items()]
        self._namespaces.append(self._namespaces[-1] | self._declared_namespaces(attributes))
        self._elements.append(written)
        name = self._element_name(written)
        resolved = [
            (self._attribute_name(attribute, written), value)
            for attribute, value in attributes
            if attribute != "xmlns" and not attribute.startswith("xmlns:")
        ]
        self._check_unique(written, [name for name, _ in given], [name for name, _ in resolved])
        self._handler.start(name, resolved, self._input.place)

    def _declared_namespaces(self, attributes: list[tuple[str, str]]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in attributes:
            if name == "xmlns":
                found[""] = value
            if not name.startswith("xmlns:"):
                continue
            if not value:
                raise self._fatal(
                    f'The value of the attribute "{name}" is invalid. Prefixed namespace bindings may not be empty.'
                )
            found[name.removeprefix("xmlns:")] = value
        return found

    def _element_name(self, written: str) -> Name:
        prefix, colon, local = written.rpartition(":")
        namespace = self._namespaces[-1].get(prefix)
        if namespace is None:
            raise self._fatal(f'The prefix "{prefix}" for element "{written}" is not bound.')
        return Name(namespace, local if colon else written, written)

    def _attribute_name(self, written: str, element: str) -> Name:
        prefix, colon, local = written.rpartition(":")
        if not colon:
            return Name("", written, written)
        namespace = self._namespaces[-1].get(prefix)
        if namespace is None:
            raise self._fatal(
                f'The prefix "{prefix}" for attribute "{written}" associated with an element type "{element}" is not '
                "bound."
            )
        return Name(namespace, local, written)

    def _check_unique(self, element: str, written: list[str], resolved: list[Name]) -> None:
        for place, name in enumerate(written):
            if name in written[:place]:
                raise self._fatal(f'Attribute "{name}" was already specified for element "{element}".')
        seen: set[tuple[str, str]] = set()
        for name in resolved:
            if name.namespace and (name.namespace, name.local) in seen:
                raise self._fatal(
                    f'Attribute "{name.local}" bound to namespace "{name.namespace}" was already specified for element '
                    f'"{element}".'
                )
            seen.add((name.namespace, name.local))

    # References

    def _reference(self) -> None:
        """A reference in the content, of which the ampersand has been passed."""
        if self._input.skip("#"):
            self._handler.text(character_reference(self._input))
            return
        name = entity_name(self._input)
        if name in _PREDEFINED:
            self._handler.text(_PREDEFINED[name])
            return
        text = self._replacement(name)
        if text is None:
            raise UnusableFileError(f"Parsing the XML document failed: the external entity {name} is not read.")
        with self._within(name, text):
            self._content(in_entity=True)

    def _reference_in_value(self, attribute: str, element: str) -> str:
        if self._input.skip("#"):
            return character_reference(self._input)
        name = entity_name(self._input)
        if name in _PREDEFINED:
            return _PREDEFINED[name]
        text = self._replacement(name)
        if text is None:
            raise self._fatal(f'The external entity reference "&{name};" is not permitted in an attribute value.')
        with self._within(name, text):
            return self._attribute_value(attribute, element, "")

    def _replacement(self, name: str) -> str | None:
        if name not in self._declared.entities:
            raise self._fatal(f'The entity "{name}" was referenced, but not declared.')
        if name in self._open_entities:
            path = " -> ".join([*self._open_entities[self._open_entities.index(name) :], name])
            raise self._fatal(f'Recursive entity reference "{name}". (Reference path: {path}),')
        text = self._declared.entities[name]
        self._expansions += 1
        self._expanded += len(text or "")
        if self._expansions > MOST_EXPANSIONS or self._expanded > MOST_EXPANDED:
            raise self._fatal(
                f'JAXP00010001: The parser has encountered more than "{MOST_EXPANSIONS}" entity expansions in this '
                "document; this is the limit imposed by the JDK."
            )
        return text

    @contextmanager
    def _within(self, entity: str, text: str) -> Generator[None]:
        """Reads the replacement text of an entity instead of the document."""
        outer, self._input = self._input, Input(text)
        self._open_entities.append(entity)
        yield
        self._open_entities.pop()
        self._input = outer
