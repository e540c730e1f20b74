"""Namespaces of XML documents: which prefixes are bound to which URIs."""

from __future__ import annotations

_XML = "http://www.w3.org/XML/1998/namespace"
_XMLNS = "http://www.w3.org/2000/xmlns/"


def is_declaration(attribute: str) -> bool:
    """Whether an attribute binds a prefix, or is about names without one."""
    return attribute == "xmlns" or attribute.startswith("xmlns:")


class Namespaces:
    """The bindings that hold within the elements that are open."""

    def __init__(self) -> None:
        self._bound: list[dict[str, str]] = [{"xml": _XML, "": ""}]
        self._declared: set[str] = set()

    def open_element(self) -> None:
        """An element begins."""
        self._bound.append(self._bound[-1])
        self._declared = set()

    def close_element(self) -> None:
        """The innermost element ends."""
        self._bound.pop()

    def uri(self, prefix: str) -> str | None:
        """The URI to which a prefix is bound; None if it is not."""
        return self._bound[-1].get(prefix)

    def declare(self, attribute: str, uri: str, element: str) -> str | None:
        """Binds a prefix within the innermost element, which has just begun; what is wrong with that, or None."""
        prefix = attribute.removeprefix("xmlns").removeprefix(":")
        if prefix == "xmlns" or uri == _XMLNS:
            return (
                'The prefix "xmlns" cannot be bound to any namespace explicitly; neither can the namespace for "xmlns" '
                "be bound to any prefix explicitly."
            )
        if (prefix == "xml") != (uri == _XML):
            return (
                'The prefix "xml" cannot be bound to any namespace other than its usual namespace; neither can the '
                'namespace for "xml" be bound to any prefix other than "xml".'
            )
        if prefix and not uri:
            return f'The value of the attribute "{attribute}" is invalid. Prefixed namespace bindings may not be empty.'
        if prefix in self._declared:
            return f'Attribute "{attribute}" was already specified for element "{element}".'
        if not self._declared:
            self._bound[-1] = dict(self._bound[-1])
        self._declared.add(prefix)
        self._bound[-1][prefix] = uri
        return None
