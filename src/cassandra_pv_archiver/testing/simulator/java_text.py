"""Texts as Java compares them and as the server's messages quote them."""

from __future__ import annotations

_SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def code_units(text: str) -> bytes:
    """A key that sorts by UTF-16 code units, as Java does; it differs from code points beyond U+FFFF."""
    return text.encode("utf-16-be", errors="surrogatepass")


def quoted(text: str) -> str:
    """A text in quotation marks, escaped as in the server's messages (section 3.3)."""
    units = code_units(text)
    escaped = (_escaped(int.from_bytes(units[place : place + 2], "big")) for place in range(0, len(units), 2))
    return f'"{"".join(escaped)}"'


def _escaped(unit: int) -> str:
    if unit in _SHORT:
        return _SHORT[unit]
    return chr(unit) if 0x20 <= unit <= 0x7F else f"\\u{unit:04X}"
