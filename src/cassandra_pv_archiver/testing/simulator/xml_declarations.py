"""The document type of an XML document, as far as it stands within the document itself."""

from __future__ import annotations

from .xml_declaration_parts import BAD_MARKUP, DeclarationParts, ended_between_declarations, not_read
from .xml_input import UnusableFileError
from .xml_parts import UNFINISHED, character_reference, entity_name, skip_comment, skip_instruction

_TYPES = ("CDATA", "IDREFS", "IDREF", "ID", "ENTITY", "ENTITIES", "NMTOKENS", "NMTOKEN", "NOTATION")


class DocumentType(DeclarationParts):
    """Reads the document type of a document, whose beginning has been passed, and notes what it declares."""

    def read(self) -> None:
        """Reads the document type, whose beginning has been passed."""
        source = self._input
        if not source.spaces():
            raise source.ended_or(
                'White space is required after "<!DOCTYPE" in the document type declaration.', UNFINISHED
            )
        root = source.name()
        if not root:
            raise source.ended_or(
                'The root element type must appear after "<!DOCTYPE" in the document type declaration.', UNFINISHED
            )
        external = self._external_id()[0] if source.spaces() else None
        source.spaces()
        if source.skip("["):
            self._declarations()
            source.position += 1
            source.spaces()
            if not source.peek():
                raise ended_between_declarations()
        if not source.skip(">"):
            raise source.ended_or(
                f"The document type declaration for root element type \"{root}\" must end with '>'.", UNFINISHED
            )
        if external is not None:
            raise not_read(external)

    def _declarations(self) -> None:
        """Declarations up to the bracket behind them, or to the end of a parameter entity."""
        source = self._input
        while True:
            source.spaces()
            character = source.peek()
            if character == "]" or (not character and source.is_entity):
                return
            if source.skip("%"):
                self._parameter_entity()
            elif source.skip("<"):
                self._declaration()
            elif character:
                raise self._error(BAD_MARKUP)
            else:  # between two declarations the end of the document has no place
                raise ended_between_declarations()

    def _declaration(self) -> None:
        source = self._input
        if source.skip("?"):
            skip_instruction(source)
        elif not source.skip("!"):
            raise self._error(BAD_MARKUP)
        elif source.skip("-"):
            self._required("-", BAD_MARKUP)
            skip_comment(source)
        elif source.skip("ELEMENT"):
            self._element_type()
        elif source.skip("ATTLIST"):
            self._attributes()
        elif source.skip("ENTITY"):
            self._entity()
        elif source.skip("NOTATION"):
            self._notation()
        else:
            source.skip("[")
            raise self._error(BAD_MARKUP)

    def _parameter_entity(self) -> None:
        source = self._input
        name = source.name()
        if not name:
            raise self._error("The entity name must immediately follow the '%' in the parameter entity reference.")
        self._required(";", f"The parameter entity reference \"%{name};\" must end with the ';' delimiter.")
        with self._entities.within_parameter(name) as is_known:
            if is_known:
                self._declarations()
                if self._input.peek():
                    raise self._error(BAD_MARKUP)

    # Attributes

    def _attributes(self) -> None:
        source = self._input
        self._required_spaces('after "<!ATTLIST" in the attribute-list declaration')
        element = self._required_name("The element type in the attribute-list declaration")
        if not source.spaces():
            self._required(
                ">",
                "White space is required before the attribute name in the attribute-list declaration for element "
                f'"{element}".',
            )
            return
        while not source.skip(">"):
            attribute = self._required_name(f'The attribute name in the attribute-list declaration for "{element}"')
            where = f'in the declaration of attribute "{attribute}" for element "{element}"'
            self._required_spaces(f"before the attribute type {where}")
            is_text = self._attribute_type(where)
            self._required_spaces(f"before the attribute default {where}")
            default = self._attribute_default(attribute, element, where)
            self._entities.declared.declare_attribute(element, attribute, default, is_text=is_text)
            source.spaces()

    def _attribute_type(self, where: str) -> bool:
        """Passes the type of an attribute; whether its values are any texts."""
        known = next((known for known in _TYPES if self._input.skip(known)), None)
        if known not in {None, "NOTATION"}:
            return known == "CDATA"
        if known is not None:
            self._required_spaces(f"after NOTATION {where}")
        if self._passed() != "(":
            raise self._error(f"The attribute type is required {where}.")
        separator = "|"
        while separator == "|":
            self._input.spaces()
            if not (self._input.token() if known is None else self._input.name()):
                raise self._error(f"A name is required within the attribute type {where}.")
            self._input.spaces()
            separator = self._passed()
        if separator != ")":
            raise self._error(f'The attribute type must end with ")" {where}.')
        return False

    def _attribute_default(self, attribute: str, element: str, where: str) -> str | None:
        source = self._input
        if source.skip("#REQUIRED") or source.skip("#IMPLIED"):
            return None
        if source.skip("#FIXED"):
            self._required_spaces(f"after #FIXED {where}")
        if not source.peek():
            raise self._error(BAD_MARKUP)
        return self._entities.attribute_value(attribute, element)

    # Entities and notations

    def _entity(self) -> None:
        source = self._input
        before_name = 'after "<!ENTITY" in the entity declaration'
        self._required_spaces(before_name)
        is_parameter = source.skip("%")
        if is_parameter:
            self._required_spaces(before_name)
        name = self._required_name("The name of the entity in the entity declaration")
        self._required_spaces(f'after the entity name "{name}" in the entity declaration')
        external = self._external_id()[0]
        spaced = source.spaces()
        is_unparsed = not is_parameter and source.skip("NDATA")
        if is_unparsed:
            if not spaced:
                raise self._error(f'White space is required before "NDATA" in the declaration of the entity "{name}".')
            self._required_spaces(f'before the notation name in the declaration of the entity "{name}"')
            self._required_name(f'The notation name in the declaration of the entity "{name}"')
        text = self._entity_value() if external is None else None
        source.spaces()
        self._required(">", f"The declaration for the entity \"{name}\" must end with '>'.")
        declared = self._entities.declared
        if is_unparsed and name not in declared.entities:
            declared.unparsed.add(name)
        (declared.parameters if is_parameter else declared.entities).setdefault(name, text)

    def _entity_value(self) -> str:
        """The replacement text: references to characters are resolved, those to entities are not."""
        source = self._input
        quote = self._passed()
        if quote not in {'"', "'"}:
            raise self._error("The value of an entity must begin with a quotation mark.")
        parts: list[str] = []
        while True:
            parts.append(source.until(f"&%{quote}"))
            if source.skip(quote):
                return "".join(parts)
            if source.skip("&"):
                parts.append(character_reference(source) if source.skip("#") else f"&{entity_name(source)};")
            elif source.skip("%"):
                raise self._reference_within_markup()
            else:
                raise self._invalid_or_ended("literal entity value")

    def _reference_within_markup(self) -> UnusableFileError:
        name = self._input.name()
        if not name:
            return self._error("The entity name must immediately follow the '%' in the parameter entity reference.")
        if not self._input.skip(";"):
            return self._error(f"The parameter entity reference \"%{name};\" must end with the ';' delimiter.")
        return self._error(
            f'The parameter entity reference "%{name};" cannot occur within markup in the internal subset of the DTD.'
        )

    def _notation(self) -> None:
        source = self._input
        self._required_spaces('after "<!NOTATION" in the notation declaration')
        name = self._required_name("The name of the notation in the notation declaration")
        self._required_spaces(f'after the notation name "{name}" in the notation declaration')
        if self._external_id(is_system_optional=True) == (None, None):
            raise self._error(f'The declaration for the notation "{name}" must include a system or public identifier.')
        source.spaces()
        self._required(">", f"The declaration for the notation \"{name}\" must end with '>'.")
