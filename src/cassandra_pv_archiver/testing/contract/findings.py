"""What a check can say: where a server deviates, and why a check does not apply."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_LONGEST = 160


class StopCheckError(Exception):
    """The check has found something after which it cannot go on."""


class NotApplicableError(Exception):
    """The check says nothing about this server; the argument is the reason."""


class NotReachableError(Exception):
    """A service does not answer; the argument says what happened."""


class NotAuthorisedError(Exception):
    """The credentials, or their absence, are refused; the argument says by what."""


class UnsafeError(Exception):
    """Something was about to be sent, or asked for, that might touch what is not ours; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One way in which a reply is not what the reference says.

    Attributes:
        request: The method and the target, as sent.
        pointer: JSON pointer (RFC 6901) to the place in the body; empty for the reply as a whole. A member that is
            missing is named like one that is there.
        expected: What should have come.
        section: The section of the reference that says so.
        found: What came.
        places: How many places of the same kind there are; `pointer` is the first of them.
    """

    request: str
    pointer: str
    expected: str
    section: str
    found: str
    places: int = 1


def general_pointer(pointer: str) -> str:
    """A pointer without the numbers in it, so that it stands for all elements of a list.

    Args:
        pointer: A JSON pointer; ``*`` may stand for any number.
    """
    return re.sub(r"/\d+(?=/|$)", "/*", pointer)


def grouped(findings: list[Finding]) -> list[Finding]:
    """The findings, those that differ only in the element of a list put together."""
    groups: dict[tuple[str, ...], Finding] = {}
    for finding in findings:
        kind = (
            finding.request.partition(" ")[0],
            general_pointer(finding.pointer),
            re.sub(r"\d+", "0", finding.expected),
            finding.section,
        )
        first = groups.get(kind)
        groups[kind] = finding if first is None else replace(first, places=first.places + 1)
    return list(groups.values())


def pointer_to(*parts: str | int) -> str:
    """The JSON pointer with these parts."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def shortened(text: str) -> str:
    """A text in one line of bearable length."""
    line = text if text.isprintable() else text.encode("unicode_escape").decode()
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}... ({len(line)} characters)"
