"""YAML, read so that a plain text stays what was written: ``off`` is a text, and ``0.20`` keeps its digits."""

from __future__ import annotations

from itertools import islice
from typing import Any, NamedTuple

from cassandra_pv_archiver._optional_libraries import optional_library

from .written import MOST_NESTED, Array, Plain, Table, UnreadableFileError

__all__ = ["read_yaml_text"]

_MOST_NODES = 5_000_000
"""How many texts, lists and tables a file may have, aliases followed."""
_NOTHING = {"", "~", "null", "Null", "NULL"}


class _Node(NamedTuple):
    value: Any
    line: int
    weight: int


class _Open:
    """A list or table that is being read."""

    def __init__(self, value: Table | Array, line: int, anchor: str | None) -> None:
        self.value, self.line, self.anchor = value, line, anchor
        self.weight = 1
        self.key: _Node | None = None


def read_yaml_text(text: str) -> Any:
    """The document of a YAML text.

    Raises:
        UnreadableFileError: It is no YAML, has several documents, tags, or repeated keys, or is too deep or too large.
        MissingExtraError: PyYAML is not installed.
    """
    yaml = optional_library("yaml", "yaml")
    reader = _Reader(yaml)
    try:
        # The events of the parser, because its tree is built by recursion, and follows aliases without limit.
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            reader.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        advice = _advice(error, mark, text)
        raise UnreadableFileError(
            f"The file is no YAML: {what}{advice}.", None if mark is None else mark.line + 1
        ) from None
    return reader.root


def _advice(error: Any, mark: Any, text: str) -> str:
    """What to write instead of what people often write."""
    number: int = 0 if mark is None else mark.line
    line = next(islice(text.split("\n"), number, None), "")
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return ": indent lines by blanks, not by tabs"
    context = str(getattr(error, "context", None) or "")
    if "flow" in context or "mapping values" in str(getattr(error, "problem", "")):
        return ": write texts with any of { } [ ] , : # in quotation marks"
    return ""


class _Reader:
    def __init__(self, yaml: Any) -> None:
        self.root: Any = None
        self._events = yaml.events
        self._open: list[_Open] = []
        self._anchors: dict[str, _Node] = {}
        self._documents = 0

    def take(self, event: Any) -> None:
        events = self._events
        line = event.start_mark.line + 1
        match event:
            case events.ScalarEvent():
                self._add(_Node(_text(event, line), line, 1), event.anchor)
            case events.AliasEvent():
                node = self._anchors.get(event.anchor)
                if node is None:
                    raise UnreadableFileError(f"There is no anchor &{event.anchor} before this.", line)
                self._add(node._replace(line=line), None)
            case events.MappingStartEvent() | events.SequenceStartEvent():
                _check_tag(event.tag, line)
                if len(self._open) >= MOST_NESTED:
                    raise UnreadableFileError("Lists and tables are too deep within each other.", line)
                value = Table() if isinstance(event, events.MappingStartEvent) else Array()
                self._open.append(_Open(value, line, event.anchor))
            case events.MappingEndEvent() | events.SequenceEndEvent():
                done = self._open.pop()
                self._add(_Node(done.value, done.line, done.weight), done.anchor)
            case events.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise UnreadableFileError("A file has one document: leave the second one (after ---) out.", line)
            case _:
                pass

    def _add(self, node: _Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._open:
            self.root = node.value
            return
        parent = self._open[-1]
        parent.weight += node.weight
        if parent.weight > _MOST_NODES:
            raise UnreadableFileError(f"The file has more than {_MOST_NODES} values, aliases followed.", node.line)
        if isinstance(parent.value, Array):
            parent.value.append(node.value)
            parent.value.lines.append(node.line)
        elif parent.key is None:
            if not isinstance(node.value, str):
                raise UnreadableFileError("The name of a member is a text.", node.line)
            parent.key = node
        else:
            name = str(parent.key.value)
            if name in parent.value:
                earlier = parent.value.lines[name]
                raise UnreadableFileError(f"{name!r} is there already, in line {earlier}.", parent.key.line)
            parent.value[name] = node.value
            parent.value.lines[name] = parent.key.line
            parent.key = None


def _text(event: Any, line: int) -> str | None:
    _check_tag(event.tag, line)
    if event.style or event.tag is not None:  # the parser in C has an empty style for plain texts
        return str(event.value)
    return None if event.value in _NOTHING else Plain(event.value)


def _check_tag(tag: str | None, line: int) -> None:
    if tag not in {None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}:
        raise UnreadableFileError(f"Tags such as {tag} mean nothing here.", line)
