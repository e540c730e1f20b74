"""The archive-access service (sections 5 to 7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from .cluster import Cluster
from .command_execution import DATABASE_ERROR
from .container import lookup_path, percent_decode, split_target
from .decimation import TooManySamplesError
from .java_json import write, write_pretty
from .messages import Framing, SimulatorRequest, SimulatorResponse, json_reply, page
from .sample_columns import SampleColumns
from .searching import InexpressibleError, InvalidExpressionError, by_pattern, by_regexp
from .selection import select_samples

PREFIX = "/archive-access/api/1.0/archive/"
_FUNCTION = re.compile(
    re.escape(PREFIX) + r"(?P<key>[^/]*)/(?P<function>channels-by-pattern|channels-by-regexp|samples)/.*", re.DOTALL
)
_ARCHIVES = [{"key": 1, "name": "Cassandra", "description": "Cassandra PV Archive"}]
_PIECE = 32 * 1024
"""Characters of a piece of a reply, roughly."""
_DIGITS = 20
"""More digits than a number within the range has."""
_JAVA_WHITE_SPACE = re.compile(r"[^\S\x85\xa0\u2007\u202f]")
_ROWS = 500
"""Samples for which the database is asked at once."""
_OUTAGE = (
    "Request processing failed; nested exception is com.datastax.driver.core.exceptions.NoHostAvailableException: "
    + DATABASE_ERROR
)


class _RefusedError(Exception):
    """The request is refused; the argument is the reply."""


class ArchiveService:
    """The archive-access service, which is the same on all servers.

    Args:
        cluster: The cluster.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def handle(self, request: SimulatorRequest) -> SimulatorResponse:
        """Answers a request."""
        path, query = split_target(request.target)
        looked_up = lookup_path(path)
        match = _FUNCTION.fullmatch(looked_up)
        if looked_up != PREFIX and match is None:
            return page(404)
        if request.method == "OPTIONS":
            return SimulatorResponse(200, [("Allow", "GET,HEAD")])
        if request.method not in {"GET", "HEAD"}:
            refused = page(405, f"Request method '{request.method}' not supported")
            return SimulatorResponse(405, [("Allow", "GET"), *refused.headers], refused.body)
        parameters = query_parameters(query)
        render = write_pretty if "prettyPrint" in parameters else write
        if match is None:
            return _json(render(_ARCHIVES))
        value = _value(path, match["key"], match["function"])
        if match["function"] == "samples":
            return self._samples(value, parameters)
        if value is None:
            return page(404)
        return self._search(match["function"], value, render)

    def _search(self, function: str, text: str, render: Callable[[object], str]) -> SimulatorResponse:
        if not self._cluster.database.channels_are_known(self._cluster.clock.now_ns()):
            return page(503, "Channel information is currently not available.")
        names = [channel.name for channel in self._cluster.known_channels()]
        try:
            found = by_pattern(names, text) if function == "channels-by-pattern" else by_regexp(names, text)
        except InvalidExpressionError as error:
            place = f"\n{text}\n{' ' * error.position}^" if error.position >= 0 else f"\n{text}"
            return page(400, f"Invalid regular expression: {error}{place}")
        except InexpressibleError as error:
            return page(501, f"The simulator cannot say what the server would answer: {error}")
        return _json(render(found))

    def _samples(self, name: str | None, parameters: dict[str, str]) -> SimulatorResponse:
        try:
            blocks = self._selected(name, parameters)
        except _RefusedError as refusal:
            return refusal.args[0]
        return _json(self._streamed(blocks, pretty="prettyPrint" in parameters))

    def _selected(self, name: str | None, parameters: dict[str, str]) -> list[SampleColumns]:
        """Checks a request for samples, in the server's order, and finds them."""
        start, end = (_required(parameters, bound) for bound in ("start", "end"))
        count = _integer(parameters["count"], 32) if parameters.get("count") else None
        now = self._cluster.clock.now_ns()
        if not name:
            raise _RefusedError(page(404))
        if not self._cluster.database.channels_are_known(now):
            raise _RefusedError(page(503))
        channel = self._cluster.known_channel(name)
        if channel is None:
            raise _RefusedError(page(404))
        if not channel.is_supported:
            raise _RefusedError(page(500))
        if start < 0 or end < start or (count is not None and count <= 0):
            raise _RefusedError(page(400))
        if self._cluster.database.is_down(now):
            if count is not None:
                raise _RefusedError(page(500, _OUTAGE))
            return []
        self._cluster.take_in_signals(channel)
        try:
            return select_samples(channel, start, end, count)
        except TooManySamplesError as error:
            raise _RefusedError(page(500, str(error))) from error

    def _streamed(self, blocks: Iterable[SampleColumns], *, pretty: bool) -> Iterator[bytes]:
        """The samples as a JSON array, which is closed early if the database goes down meanwhile."""
        space = " " if pretty else ""
        piece, size = ["["], 0
        for number, text in enumerate(_pretty(blocks) if pretty else _compact(blocks)):
            if number % _ROWS == 0 and self._cluster.database.is_down(self._cluster.clock.now_ns()):
                break
            piece += ("," if number else "", space, text)
            size += len(text)
            if size >= _PIECE:
                yield "".join(piece).encode(errors="replace")
                piece, size = [], 0
        yield "".join((*piece, space, "]")).encode(errors="replace")


def _json(body: str | Iterable[bytes]) -> SimulatorResponse:
    return json_reply(200, body, Framing.BUFFERED)


def _value(path: bytes, key: str, function: str) -> str | None:
    """The variable part of a path, which the service takes from what was sent; None if the prefix is not literal."""
    prefix = f"{PREFIX}{key}/{function}/".encode()
    if key != "1" or not path.startswith(prefix):
        return None
    return percent_decode(path.removeprefix(prefix).replace(b"+", b" ")).decode(errors="replace")


def _compact(blocks: Iterable[SampleColumns]) -> Iterator[str]:
    for block in blocks:
        for time, value, context in block.rows():
            yield f'{{"time":{time}{context.after_time(value)}'


def _pretty(blocks: Iterable[SampleColumns]) -> Iterator[str]:
    for block in blocks:
        for time, value, context in block.rows():
            yield write_pretty(context.sample(time, value))


def query_parameters(query: bytes) -> dict[str, str]:
    """The parameters of a query; of several with the same name, the first. What cannot be decoded is left out."""
    found: dict[str, str] = {}
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        if part and not re.search(rb"%(?![0-9A-Fa-f]{2})", part):
            found.setdefault(_form_decoded(name), _form_decoded(value))
    return found


def _form_decoded(text: bytes) -> str:
    return percent_decode(text.replace(b"+", b" ")).decode(errors="replace")


def _required(parameters: dict[str, str], name: str) -> int:
    if name not in parameters:
        raise _RefusedError(page(400, f"Required long parameter '{name}' is not present"))
    return _integer(parameters[name], 64)


def _integer(text: str, bits: int) -> int:
    """An integer as Spring reads it: decimal or hexadecimal, with a sign, white space anywhere."""
    match = re.fullmatch(r"(-?)(?:0[xX]|#)([0-9a-fA-F]+)|([+-]?)(\d+)", _JAVA_WHITE_SPACE.sub("", text))
    if match is None:
        raise _RefusedError(page(400))
    sign, hexadecimal, decimal_sign, decimal = match.groups()
    number = int(sign + hexadecimal, 16) if hexadecimal else int(decimal_sign + (decimal.lstrip("0")[:_DIGITS] or "0"))
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise _RefusedError(page(400))
    return number
