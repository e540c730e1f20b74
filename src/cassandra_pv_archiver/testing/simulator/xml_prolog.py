"""What stands around the root element of an XML document: declaration, document type, comments, instructions."""

from __future__ import annotations

import re

from .xml_input import Input, UnusableFileError, decoded
from .xml_parts import (
    UNFINISHED,
    Declarations,
    Handler,
    character_reference,
    entity_name,
    skip_comment,
    skip_instruction,
)
from .xml_scanner import Scanner

_PREMATURE = "Premature end of file."
_BAD_DECLARATIONS = (
    "The markup declarations contained or pointed to by the document type declaration must be well-formed."
)
_PSEUDO_ATTRIBUTES = ("version", "encoding", "standalone")
_LITERAL = r"(?:\"[^\"]*\"|'[^']*')"
_ATTRIBUTE = re.compile(
    r"\s+(?P<name>[^\s>]+)\s+(?:[A-Z]+|NOTATION\s*\([^)]*\)|\([^)]*\))"
    rf"\s+(?:#REQUIRED|#IMPLIED|(?:#FIXED\s+)?(?P<default>{_LITERAL}))"
)


def scan_document(content: bytes, handler: Handler) -> None:
    """Scans a document.

    Args:
        content: The bytes of the document.
        handler: Is called for its parts.

    Raises:
        UnusableFileError: It is not well-formed, or its bytes cannot be read.
    """
    document = decoded(content)
    _Prolog(document, handler).scan()


class _Prolog:
    def __init__(self, document: Input, handler: Handler) -> None:
        self._input: Input = document
        self._handler = handler
        self._declared = Declarations()
        self._found: dict[str, str] = {}

    def scan(self) -> None:
        if re.match(r"<\?xml[ \t\r\n]", self._input.text):
            self._input.position = len("<?xml")
            self._xml_declaration()
        elif self._input.text.startswith("<?xml"):
            self._input.shift = len("<?xml")
        while not self._before_root():
            pass
        Scanner(self._input, self._handler, self._declared).scan()
        self._after_root()

    def _xml_declaration(self) -> None:
        source = self._input
        found = self._found
        while True:
            spaced = source.spaces()
            if source.skip("?>"):
                break
            name = next((name for name in _PSEUDO_ATTRIBUTES if (spaced or not found) and source.skip(name)), None)
            if name is None:
                raise self._not_a_pseudo_attribute()
            found[name] = self._pseudo_value(name)
            if found.get("version", "1.0") not in {"1.0", "1.1"}:
                raise source.fatal(f'XML version "{found["version"]}" is not supported, only XML 1.0 is supported.')
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9._\-]*", found.get("encoding", "UTF-8")):
            raise source.fatal(f'Invalid encoding name "{found["encoding"]}".')
        if source.unknown_encoding is not None:
            raise UnusableFileError(f"Parsing the XML document failed: {source.unknown_encoding}")

    def _not_a_pseudo_attribute(self) -> UnusableFileError:
        if self._input.skip("?"):
            return self._input.fatal('The XML declaration must end with "?>".' if self._input.peek() else UNFINISHED)
        return self._in_declaration("A pseudo attribute name is expected.")

    def _in_declaration(self, problem: str) -> UnusableFileError:
        """What is wrong in the XML declaration; until the version is known, the end of the document has no place."""
        if self._input.peek():
            return self._input.fatal(problem)
        return self._input.fatal(UNFINISHED) if self._found else UnusableFileError(f"Fatal error: {_PREMATURE}")

    def _unfinished_or(self, problem: str) -> UnusableFileError:
        """What is wrong in a declaration, unless that is only that the document ends."""
        return self._input.ended_or(problem, _PREMATURE)

    def _pseudo_value(self, name: str) -> str:
        source = self._input
        source.spaces()
        if not source.skip("="):
            raise self._in_declaration(f"The ' = ' character must follow \"{name}\" in the XML declaration.")
        source.spaces()
        quote = source.peek()
        if quote not in {'"', "'"}:
            raise self._in_declaration(f'The value following "{name}" in the XML declaration must be a quoted string.')
        source.position += 1
        value = source.until(quote)
        if not source.skip(quote):
            raise self._in_declaration(
                f'Closing quote in the value following "{name}" in the XML declaration is missing.'
            )
        return value

    def _before_root(self) -> bool:
        """One thing before the root element; whether it is the root element, whose bracket is passed then."""
        source = self._input
        source.spaces()
        if source.skip("&"):
            raise source.fatal("Reference is not allowed in prolog.")
        if not source.skip("<"):
            raise source.fatal("Content is not allowed in prolog." if source.peek() else _PREMATURE)
        if source.skip("?"):
            skip_instruction(source)
        elif source.skip("!--"):
            skip_comment(source)
        elif source.skip("!DOCTYPE"):
            self._document_type()
        elif source.at_name():
            return True
        else:
            source.skip("!")
            raise source.ended_or(
                "The markup in the document preceding the root element must be well-formed.", UNFINISHED
            )
        return False

    def _after_root(self) -> None:
        source = self._input
        while True:
            source.spaces()
            if not source.peek():
                return
            if not source.skip("<"):
                raise source.fatal("Content is not allowed in trailing section.")
            if source.skip("?"):
                skip_instruction(source)
            elif source.skip("!--"):
                skip_comment(source)
            else:
                source.skip("!")
                raise source.fatal("The markup in the document following the root element must be well-formed.")

    # Document type

    def _document_type(self) -> None:
        source = self._input
        root = source.name() if source.spaces() else ""
        if not root:
            raise source.ended_or(
                'The root element type must appear after "<!DOCTYPE" in the document type declaration.', UNFINISHED
            )
        source.spaces()
        external = self._external_id()
        source.spaces()
        if source.skip("["):
            self._internal_subset()
            source.spaces()
        if not source.skip(">"):
            raise source.ended_or(
                f"The document type declaration for root element type \"{root}\" must end with '>'.", UNFINISHED
            )
        if external is not None:
            raise _not_read(external)

    def _external_id(self) -> str | None:
        identifier = self._input.matched(rf"(?:SYSTEM|PUBLIC\s+{_LITERAL})\s+{_LITERAL}")
        return None if identifier is None else identifier[1:-1].rpartition(identifier[-1])[2]

    def _internal_subset(self) -> None:
        source = self._input
        while True:
            source.spaces()
            if source.skip("]"):
                return
            if source.skip("%"):
                self._parameter_reference()
            elif not self._declaration():
                raise self._bad_declaration()

    def _bad_declaration(self) -> UnusableFileError:
        if not self._input.peek():
            return UnusableFileError(f"Fatal error: {_PREMATURE}")
        if not self._input.skip("<!"):
            self._input.skip("<")
        return self._input.fatal(_BAD_DECLARATIONS)

    def _declaration(self) -> bool:
        """One declaration within the document type; whether there was one."""
        source = self._input
        if source.skip("<!--"):
            skip_comment(source)
        elif source.skip("<?"):
            skip_instruction(source)
        elif source.skip("<!ENTITY"):
            self._entity()
        elif source.skip("<!ATTLIST"):
            self._attribute_list()
        elif source.skip("<!ELEMENT") or source.skip("<!NOTATION"):
            self._rest_of_declaration()
        else:
            return False
        return True

    def _rest_of_declaration(self) -> str:
        """Passes a declaration up to its end, and gives what it contained."""
        declaration = self._input.matched(rf"(?:[^\"'<>]|{_LITERAL})*") or ""
        if not self._input.skip(">"):
            raise self._unfinished_or(_BAD_DECLARATIONS)
        return declaration

    def _entity(self) -> None:
        source = self._input
        source.spaces()
        is_parameter = source.skip("%") and source.spaces()
        name = source.name()
        if not name:
            raise self._unfinished_or("The name of the entity is required in the entity declaration.")
        source.spaces()
        literal = source.matched(_LITERAL)
        external = None if literal else self._external_id()
        if literal is None and external is None:
            raise self._unfinished_or(_BAD_DECLARATIONS)
        source.matched(r"\s+NDATA\s+[^\s>]+")
        source.spaces()
        if not source.skip(">"):
            raise self._unfinished_or(f"The declaration for the entity \"{name}\" must end with '>'.")
        known = self._declared.parameters if is_parameter else self._declared.entities
        known.setdefault(name, None if literal is None else self._entity_value(literal[1:-1]))

    def _entity_value(self, literal: str) -> str:
        """The replacement text: references to characters are resolved, those to entities are not."""
        source = Input(literal)
        parts: list[str] = []
        while True:
            parts.append(source.until("&"))
            if not source.skip("&"):
                return "".join(parts)
            parts.append(character_reference(source) if source.skip("#") else f"&{entity_name(source)};")

    def _attribute_list(self) -> None:
        declaration = self._rest_of_declaration()
        element = re.match(r"\s+(\S+)", declaration)
        if element is None:
            raise self._input.fatal(_BAD_DECLARATIONS)
        defaults = self._declared.defaults.setdefault(element[1], {})
        for match in _ATTRIBUTE.finditer(declaration, element.end()):
            if match["default"] is not None:
                defaults.setdefault(match["name"], match["default"][1:-1])

    def _parameter_reference(self) -> None:
        name = self._input.name()
        if not name or not self._input.skip(";"):
            raise self._input.fatal(_BAD_DECLARATIONS)
        text = self._declared.parameters.get(name, "")
        if text is None:
            raise _not_read(name)
        outer, self._input = self._input, Input(text)
        while self._input.spaces() or self._input.peek():
            if not self._declaration():
                raise self._bad_declaration()
        self._input = outer


def _not_read(what: str) -> UnusableFileError:
    return UnusableFileError(f"Parsing the XML document failed: {what} (No such file or directory)")
