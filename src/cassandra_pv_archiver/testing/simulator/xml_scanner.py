"""Elements, attributes, text and references of XML documents, with errors where and how Java's parser reports them.

The parsers of the standard library report other places, and cannot be kept from expanding entities. Here external
entities are never read, and expansion has Java's limits.
"""

from __future__ import annotations

from .xml_entities import Entities
from .xml_input import Input, UnusableFileError
from .xml_namespaces import Namespaces, is_declaration
from .xml_parts import UNFINISHED, Handler, Name, skip_comment, skip_instruction, split_name

MOST_ATTRIBUTES = 10_000
"""How many attributes an element may have."""
_BAD_MARKUP = "The content of elements must consist of well-formed character data or markup."
_CDATA_END = 'The character sequence "]]>" must not appear in content unless used to mark the end of a CDATA section.'


class Scanner:
    """Scans the elements of a document.

    Args:
        entities: The document and what its document type declares.
        handler: Is called for its parts.
    """

    def __init__(self, entities: Entities, handler: Handler) -> None:
        self._entities = entities
        self._handler = handler
        self._elements: list[str] = []
        self._namespaces = Namespaces()

    @property
    def _input(self) -> Input:
        return self._entities.input

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
            raise self._input.invalid("element content of the document")

    def _markup(self) -> None:
        if self._input.skip("/"):
            self._end_tag()
        elif self._input.skip("!-"):
            if not self._input.skip("-"):
                raise self._end_or('Comment must start with "<!--".')
            skip_comment(self._input)
        elif self._input.skip("![CDATA["):
            self._character_data()
        elif self._input.skip("?"):
            skip_instruction(self._input)
        elif self._input.at_name():
            self._start_tag()
        else:
            self._input.skip("!")
            raise self._end_or(_BAD_MARKUP)

    def _character_data(self) -> None:
        while not self._input.skip("]]>"):
            text = self._input.until("]")
            if not text and not self._input.skip("]"):
                if not self._input.peek():
                    raise self._input.unfinished(UNFINISHED, "]]>")
                raise self._input.invalid("CDATA section")
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
        self._namespaces.close_element()
        self._handler.end(self._input.place)

    def _start_tag(self) -> None:
        written = self._input.qualified_name()
        self._namespaces.open_element()
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
            if len(given) > MOST_ATTRIBUTES:
                raise self._fatal(
                    f'JAXP00010002: Element "{written}" has more than "{MOST_ATTRIBUTES:,}" attributes, '
                    f'"{MOST_ATTRIBUTES:,}" is the limit imposed by the JDK.'
                )
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
        value = self._entities.attribute_value(written, element)
        value = self._entities.declared.normalised(element, written, value)
        if is_declaration(written):
            self._declare(written, value, element)
        return written, value

    def _declare(self, attribute: str, value: str, element: str) -> None:
        problem = self._namespaces.declare(attribute, value, element)
        if problem is not None:
            raise self._fatal(problem)

    def _end_or(self, problem: str) -> UnusableFileError:
        return self._input.ended_or(problem, UNFINISHED)

    def _enter(self, written: str, given: list[tuple[str, str]]) -> None:
        """Resolves the names of a start tag that has been passed, and reports the element."""
        missing = dict(self._entities.declared.defaults.get(written, {}))
        for name, _ in given:
            missing.pop(name, None)
        for name, value in missing.items():
            if is_declaration(name):
                self._declare(name, value, written)
        self._elements.append(written)
        name = self._element_name(written)
        attributes = [*given, *missing.items()]
        resolved = [
            (self._attribute_name(name, written), value) for name, value in attributes if not is_declaration(name)
        ]
        self._check_unique(written, [name for name, _ in given], [name for name, _ in resolved])
        self._handler.start(name, resolved, self._input.place)

    def _element_name(self, written: str) -> Name:
        prefix, local = split_name(written)
        namespace = self._namespaces.uri(prefix)
        if namespace is None:
            raise self._fatal(f'The prefix "{prefix}" for element "{written}" is not bound.')
        return Name(namespace, local, written)

    def _attribute_name(self, written: str, element: str) -> Name:
        prefix, local = split_name(written)
        if not prefix:
            return Name("", written, written)
        namespace = self._namespaces.uri(prefix)
        if namespace is None:
            raise self._fatal(
                f'The prefix "{prefix}" for attribute "{written}" associated with an element type "{element}" is not '
                "bound."
            )
        return Name(namespace, local, written)

    def _check_unique(self, element: str, written: list[str], resolved: list[Name]) -> None:
        known: set[str] = set()
        for name in written:
            if name in known:
                raise self._fatal(f'Attribute "{name}" was already specified for element "{element}".')
            known.add(name)
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
        name, text = self._entities.reference()
        if text is None:
            self._handler.text(name)
            return
        with self._entities.within(name, text):
            self._content(in_entity=True)
