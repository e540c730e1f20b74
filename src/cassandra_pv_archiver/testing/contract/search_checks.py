"""Checks of both searches (sections 5.1, 5.3 and 5.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .findings import NotApplicableError
from .probe import Probe, element
from .registry import check
from .schemas import told
from .session import percent
from .wire import Reply

_PATTERN = "/archive/1/channels-by-pattern/"
_REGEXP = "/archive/1/channels-by-regexp/"
_LINE_ENDS = re.compile("[\n\r\u0085\u2028\u2029]")
_ATTEMPTS = 3


def _searched(probe: Probe, target: str) -> tuple[Reply, list[str]]:
    reply = probe.archive(target)
    operation = "findChannelsByPattern" if target.startswith(_PATTERN) else "findChannelsByRegexp"
    section = "5.3" if target.startswith(_PATTERN) else "5.4"
    names = probe.json(reply, operation, section)
    probe.ascending(reply, names, section, element(-1))
    return reply, names


def _finds(probe: Probe, targets: Sequence[str], section: str, wanted: Callable[[str], bool | None]) -> None:
    """Checks which of all channels a search finds; names for which nothing is wanted are left out.

    Both lists are read again if they differ, because channels come and go, and because the services may be those of
    different servers.
    """
    for target in targets:
        for attempt in range(_ATTEMPTS):
            before = set(probe.session.names(again=attempt > 0))
            reply, found = _searched(probe, target)
            surplus = [name for name in found if wanted(name) is False]
            missing = before - set(found)
            if any(map(wanted, missing)):
                missing &= set(probe.session.names(again=True))
            missed = sorted(name for name in missing if wanted(name) is True)
            if not missed and not surplus:
                break
            if attempt < _ATTEMPTS - 1:
                probe.session.wait(5)
                continue
            for name in missed[:1]:
                probe.finding(reply, "", f"{told(name)} among the names", section, f"{len(found)} names without it")
            for name in surplus[:1]:
                probe.finding(reply, f"/{found.index(name)}", f"not {told(name)}", section, told(name))


@check("archive.pattern.all", "The pattern * finds all channels", "5.3")
def all_by_pattern(probe: Probe) -> None:
    _finds(probe, [f"{_PATTERN}*", f"{_PATTERN}**"], "5.3", lambda _: True)


@check("archive.pattern.none", "Patterns that match nothing", "5.3")
def none_by_pattern(probe: Probe) -> None:
    for pattern in ("", probe.session.unknown_name, f"*{probe.session.unknown_name}*"):
        reply, names = _searched(probe, f"{_PATTERN}{pattern}")
        probe.equal(reply, "", names, [], "5.3")


@check("archive.pattern.no-data", "A path that ends before the pattern", "5.4")
def no_data(probe: Probe) -> None:
    for target in (_PATTERN, _REGEXP):
        probe.page(probe.archive(target.removesuffix("/")), 404, "5.4")


@check("archive.pattern.case", "Patterns ignore case", "5.3")
def case_of_patterns(probe: Probe) -> None:
    for name in _example_names(probe, 3):
        pattern = name.swapcase()
        _finds(probe, [_PATTERN + percent(pattern)], "5.3", lambda other, name=name: _equal(other, name))


@check("archive.pattern.wildcards", "Wildcards in patterns, and whole names", "5.3")
def wildcards(probe: Probe) -> None:
    for name in _example_names(probe, 3):
        start, middle = name[: len(name) // 2 + 1], len(name) // 2
        _finds(probe, [f"{_PATTERN}{percent(start)}*"], "5.3", lambda other, start=start: _begins(other, start))
        holed = f"{percent(name[:middle])}%3F{percent(name[middle + 1 :])}"
        _finds(probe, [_PATTERN + holed], "5.3", lambda other, name=name, middle=middle: _fits(other, name, middle))
        if len(name) > 1:
            _finds(probe, [_PATTERN + percent(name[:-1])], "5.3", lambda other, part=name[:-1]: _equal(other, part))


def _example_names(probe: Probe, most: int) -> list[str]:
    """Names whose letters have one simple form in either case."""
    channels = probe.session.some_channels(40, readable=True)
    names = [channel.name for channel in channels if channel.name.isascii() and not set(channel.name) & set("*?")]
    if not names:
        raise NotApplicableError("no channel has a name in ASCII without wildcards")
    return names[:most]


def _folded(name: str) -> str | None:
    """A name without case; None if it has letters whose case this suite does not vouch for."""
    return name.lower() if name.isascii() else None


def _equal(other: str, name: str) -> bool | None:
    return None if _folded(other) is None else _folded(other) == name.lower()


def _begins(other: str, start: str) -> bool | None:
    return None if not other[: len(start)].isascii() else other.lower().startswith(start.lower())


def _fits(other: str, name: str, hole: int) -> bool | None:
    if not other.isascii():
        return None
    same = other[:hole].lower() == name[:hole].lower() and other[hole + 1 :].lower() == name[hole + 1 :].lower()
    return len(other) == len(name) and same


@check("archive.encoding.space-and-plus", "A plus in the path is a space, %2B a plus", "5.1")
def space_and_plus(probe: Probe) -> None:
    _finds(probe, [f"{_PATTERN}*+*", f"{_PATTERN}*%20*"], "5.1", lambda name: " " in name)
    _finds(probe, [f"{_PATTERN}*%2B*"], "5.1", lambda name: "+" in name)


@check("archive.encoding.slash", "Slashes in the data are kept", "5.1")
def slashes(probe: Probe) -> None:
    _finds(probe, [f"{_PATTERN}*/*"], "5.1", lambda name: "/" in name)
    for name in _example_names(probe, 1):
        if f"{name}/" not in [other.lower() for other in probe.session.names()]:
            _finds(probe, [f"{_PATTERN}{percent(name)}/"], "1.3", lambda other, name=name: _equal(other, f"{name}/"))


@check("archive.encoding.semicolon", "A semicolon belongs to the data", "5.1")
def semicolons(probe: Probe) -> None:
    _finds(probe, [f"{_PATTERN}*;*", f"{_PATTERN}*%3B*"], "5.1", lambda name: ";" in name)


@check("archive.encoding.non-ascii", "Letters beyond ASCII are UTF-8 in percent encoding", "5.1")
def non_ascii(probe: Probe) -> None:
    _finds(probe, [f"{_PATTERN}*%C3%BC*", f"{_PATTERN}*%C3%9C*"], "5.1", lambda name: "ü" in name or "Ü" in name)
    _finds(probe, [f"{_PATTERN}*%E6%97%A5*"], "5.1", lambda name: "日" in name)
    _finds(probe, [f"{_PATTERN}*%F0%9F%98%80*"], "5.1", lambda name: "😀" in name)


@check("archive.encoding.invalid-utf-8", "Invalid UTF-8 becomes U+FFFD", "5.1")
def invalid_utf_8(probe: Probe) -> None:
    if probe.session.is_proxied:
        raise NotApplicableError("a proxy may refuse such paths")
    _finds(probe, [f"{_PATTERN}*%FF*"], "5.1", lambda name: "\ufffd" in name)


@check("archive.regexp.all", "The expression .* finds all channels but those with line breaks", "5.4")
def all_by_regexp(probe: Probe) -> None:
    _finds(probe, [f"{_REGEXP}.*"], "5.4", lambda name: _LINE_ENDS.search(name) is None)


@check("archive.regexp.none", "Expressions that match nothing", "5.4")
def none_by_regexp(probe: Probe) -> None:
    for expression in ("", probe.session.unknown_name):
        reply, names = _searched(probe, f"{_REGEXP}{expression}")
        probe.equal(reply, "", names, [], "5.4")


@check("archive.regexp.case", "Expressions respect case and match whole names", "5.4")
def case_of_expressions(probe: Probe) -> None:
    for name in _names_for_expressions(probe):
        target = _REGEXP + percent(_quoted(name))
        _finds(probe, [target], "5.4", lambda other, name=name: other == name)
        swapped = name.swapcase()
        if swapped != name:
            _finds(probe, [_REGEXP + percent(_quoted(swapped))], "5.4", lambda other, name=swapped: other == name)
        if len(name) > 1:
            part = name[:-1]
            _finds(probe, [_REGEXP + percent(_quoted(part))], "5.4", lambda other, name=part: other == name)


@check("archive.regexp.operators", "Classes, quantifiers, alternatives and anchors in expressions", "5.4")
def operators(probe: Probe) -> None:
    names = _names_for_expressions(probe)
    first, length = names[0], len(names[0])
    _finds(probe, [f"{_REGEXP}.%7B{length}%7D"], "5.4", lambda name: _has_length(name, length))
    either = f"({percent(_quoted(first))}%7C{probe.session.unknown_name})"
    _finds(probe, [_REGEXP + either], "5.4", lambda name: name == first)
    _finds(probe, [f"{_REGEXP}%5E{percent(_quoted(first))}$"], "5.4", lambda name: name == first)
    _finds(probe, [f"{_REGEXP}%5BA-Za-z%5D.*"], "5.4", _starts_with_letter)


def _names_for_expressions(probe: Probe) -> list[str]:
    names = [name for name in _example_names(probe, 40) if not set(name) & set("[]^&")][:2]
    if not names:
        raise NotApplicableError("no channel has a name that can be quoted without a backslash")
    return names


def _quoted(name: str) -> str:
    return "".join(char if char.isalnum() or char in "_:-/" else f"[{char}]" for char in name)


def _has_length(name: str, length: int) -> bool | None:
    if any(ord(char) > 0xFFFF for char in name) or _LINE_ENDS.search(name):
        return None
    return len(name) == length


def _starts_with_letter(name: str) -> bool | None:
    if _LINE_ENDS.search(name):
        return None
    return name[0].isascii() and name[0].isalpha()


@check("archive.regexp.invalid", "An invalid expression", "5.4")
def invalid_expression(probe: Probe) -> None:
    for expression in ("%5Bz", "(", "a%7B2,1%7D"):
        probe.page(probe.archive(_REGEXP + expression), 400, "5.4")


@check("archive.search.head-and-pretty", "HEAD and prettyPrint for searches", "5")
def pretty_search(probe: Probe) -> None:
    reply = probe.archive(f"{_PATTERN}{probe.session.unknown_name}?prettyPrint")
    probe.json(reply, "findChannelsByPattern", "5", compact=False)
    if reply.body != b"[ ]":
        probe.finding(reply, "", "[ ]", "5", reply.body.decode("utf-8", "replace"))
