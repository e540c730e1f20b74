"""What stands around the root element of an XML document: declaration, document type, comments, instructions."""

from __future__ import annotations

import re

from .java_cursor import InexpressibleError
from .xml_declarations import DocumentType
from .xml_encodings import decoded
from .xml_entities import Entities
from .xml_input import Input, UnusableFileError
from .xml_names import NAMES_1_1
from .xml_parts import UNFINISHED, Handler, skip_comment, skip_instruction
from .xml_scanner import Scanner

_PREMATURE = "Premature end of file."
_NEWER_CONTROLS = re.compile("[\x7f-\x9f\u2028]")
_PSEUDO_ATTRIBUTES = ("version", "encoding", "standalone")


def scan_document(content: bytes, handler: Handler) -> None:
    """Scans a document.

    Args:
        content: The bytes of the document.
        handler: Is called for its parts.

    Raises:
        UnusableFileError: It is not well-formed, or its bytes cannot be read.
        InexpressibleError: The simulator does not know exactly what Java's parser would say.
    """
    document = decoded(content)
    _Prolog(document, handler).scan()


class _Prolog:
    def __init__(self, document: Input, handler: Handler) -> None:
        self._input: Input = document
        self._handler = handler
        self._entities = Entities(document)
        self._found: dict[str, str] = {}
        self._has_document_type = False

    def scan(self) -> None:
        self._input.expect(len("<?xml"))
        if re.match(r"<\?xml[ \t\r\n]", self._input.text):
            self._input.position = len("<?xml")
            self._xml_declaration()
        elif self._input.text == "<?xml":
            raise UnusableFileError(f"Fatal error: {_PREMATURE}")
        elif self._input.text.startswith("<?xml"):
            self._input.shift = len("<?xml")
        while not self._before_root():
            pass
        Scanner(self._entities, self._handler).scan()
        self._after_root()

    def _xml_declaration(self) -> None:
        source = self._input
        found = self._found
        while True:
            spaced = source.spaces()
            if source.skip("?>"):
                break
            name = next((name for name in _PSEUDO_ATTRIBUTES if source.skip(name)), None)
            if name is None:
                raise self._not_a_pseudo_attribute()
            found[name] = self._pseudo_value(name)
            if "version" not in found:
                raise source.fatal("The version is required in the XML declaration.")
            if not spaced and len(found) > 1:
                raise source.fatal(
                    f"White space is required before the {name} pseudo attribute in the XML declaration."
                )
            if found.get("version", "1.0") not in {"1.0", "1.1"}:
                raise source.fatal(f'XML version "{found["version"]}" is not supported, only XML 1.0 is supported.')
            if found.get("standalone", "yes") not in {"yes", "no"}:
                raise source.fatal(
                    f'The standalone document declaration value must be "yes" or "no", not "{found["standalone"]}".'
                )
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9._\-]*", found.get("encoding", "UTF-8")):
            raise source.fatal(f'Invalid encoding name "{found["encoding"]}".')
        if found.get("version") == "1.1":
            source.names = NAMES_1_1
            if _NEWER_CONTROLS.search(source.text):
                raise InexpressibleError("an XML document of version 1.1 with control characters")
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
        if source.at_invalid():
            raise source.invalid("XML declaration")
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
        elif source.skip("!-"):
            if not source.skip("-"):
                raise source.ended_or('Comment must start with "<!--".', UNFINISHED)
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

    def _document_type(self) -> None:
        if self._has_document_type:
            raise self._input.fatal("Already seen doctype.")
        self._has_document_type = True
        DocumentType(self._entities).read()

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
                raise source.ended_or(
                    "The markup in the document following the root element must be well-formed.", UNFINISHED
                )
