"""What the declarations of a document type are made of."""

from __future__ import annotations

from .xml_entities import Entities
from .xml_input import Input, UnusableFileError

BAD_MARKUP = "The markup declarations contained or pointed to by the document type declaration must be well-formed."
_IN_PUBLIC_IDS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \n-'()+,./:=?;!*#@$_%")
_PREMATURE = "Premature end of file."


def not_read(what: str) -> UnusableFileError:
    """The error that something outside of the document would have to be read."""
    return UnusableFileError(f"Parsing the XML document failed: {what} (No such file or directory)")


def ended_between_declarations() -> UnusableFileError:
    """The error that the document ends where a declaration could begin."""
    return UnusableFileError(f"Fatal error: {_PREMATURE}")


class DeclarationParts:
    """Reads parts of declarations.

    Args:
        entities: The document, and where to put what is declared.
    """

    def __init__(self, entities: Entities) -> None:
        self._entities = entities

    @property
    def _input(self) -> Input:
        return self._entities.input

    def _error(self, problem: str) -> UnusableFileError:
        """The error that something is wrong in a declaration, unless that is only that the document ends."""
        return self._input.ended_or(problem, _PREMATURE)

    def _required_spaces(self, before: str) -> None:
        if not self._input.spaces():
            raise self._error(f"White space is required {before}.")

    def _required_name(self, what: str) -> str:
        name = self._input.name()
        if not name:
            raise self._error(f"{what} is required.")
        return name

    def _required(self, text: str, problem: str) -> None:
        if not self._input.skip(text):
            raise self._error(problem)

    def _passed(self) -> str:
        """Passes a character, whatever it is."""
        character = self._input.peek()
        if not character:
            raise self._error(BAD_MARKUP)
        self._input.position += 1
        return character

    def _element_type(self) -> None:
        source = self._input
        self._required_spaces('after "<!ELEMENT" in the element type declaration')
        name = self._required_name("The element type in the element type declaration")
        self._required_spaces(f'after the element type "{name}" in the element type declaration')
        if not source.skip("EMPTY") and not source.skip("ANY"):
            self._required("(", f'A "(" character or an element type is required in the declaration of "{name}".')
            source.spaces()
            if source.skip("#PCDATA"):
                self._mixed(name)
            else:
                self._children(name)
        source.spaces()
        self._required(">", f"The declaration for element type \"{name}\" must end with '>'.")

    def _mixed(self, element: str) -> None:
        source = self._input
        source.spaces()
        has_children = False
        while source.skip("|"):
            source.spaces()
            self._required_name(f'The element type in the mixed content of "{element}"')
            has_children = True
            source.spaces()
        if has_children:
            self._required(")*", f'The mixed content model "{element}" must end with ")*".')
        elif not source.skip(")*"):
            self._required(")", f'A ")" is required in the declaration of element type "{element}".')

    def _children(self, element: str) -> None:
        source = self._input
        separators = [""]
        while True:
            source.spaces()
            if source.skip("("):
                separators.append("")
                continue
            self._required_name(f'A "(" character or an element type in the declaration of "{element}"')
            self._skip_occurrence()
            while True:
                source.spaces()
                character = source.peek()
                if character and character in ",|" and separators[-1] in {"", character}:
                    separators[-1] = character
                    source.position += 1
                    break
                self._required(")", f'A ")" is required in the declaration of element type "{element}".')
                self._skip_occurrence()
                separators.pop()
                if not separators:
                    return

    def _skip_occurrence(self) -> None:
        character = self._input.peek()
        if character and character in "?*+":
            self._input.position += 1

    def _invalid_or_ended(self, where: str) -> UnusableFileError:
        return self._input.invalid(where) if self._input.peek() else self._error(BAD_MARKUP)

    def _external_id(self, *, is_system_optional: bool = False) -> tuple[str | None, str | None]:
        """The system and public identifiers that come next, if any."""
        source = self._input
        public: str | None = None
        if source.skip("PUBLIC"):
            self._required_spaces('between "PUBLIC" and the public identifier')
            public = self._public_id()
            if not source.spaces() and not is_system_optional:
                raise self._error("White space is required between the public and the system identifier.")
        elif source.skip("SYSTEM"):
            self._required_spaces('between "SYSTEM" and the system identifier')
        else:
            return None, None
        quote = source.peek()
        if quote not in {'"', "'"}:
            if public is not None and is_system_optional:
                return None, public
            raise self._error("The system identifier must begin with a quotation mark.")
        source.position += 1
        system = source.until(quote)
        if not source.skip(quote):
            raise self._invalid_or_ended("system identifier")
        return system, public

    def _public_id(self) -> str:
        source = self._input
        quote = self._passed()
        if quote not in {'"', "'"}:
            raise self._error("The public identifier must begin with a quotation mark.")
        passed = ""
        while (character := self._passed()) != quote:
            if character not in _IN_PUBLIC_IDS:
                raise source.fatal(
                    f"The character (Unicode: 0x{ord(character):x}) is not permitted in the public identifier."
                )
            passed += character
        return passed
