"""The archive-access service (sections 5 to 7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from .cluster import CONTROL_SYSTEMS, Cluster, Sample
from .containers import path_and_query, percent_decode, resolved
from .java_json import write, write_pretty
from .messages import SimulatorRequest, SimulatorResponse, json_reply, page
from .searching import InexpressibleError, InvalidExpressionError, by_pattern, by_regexp
from .selection import select_samples

PREFIX = "/archive-access/api/1.0"
_ROUTE = re.compile(
    rb"/archive-access/api/1\.0/archive/(\d+)/(channels-by-pattern|channels-by-regexp|samples)/(.*)", re.DOTALL
)
_ARCHIVES = [{"key": 1, "name": "Cassandra", "description": "Cassandra PV Archive"}]
_PIECE = 64 * 1024


class _BadParameterError(Exception):
    """A query parameter cannot be used; the argument is the message of the page, or None."""


class ArchiveService:
    """The archive-access service, which is the same on every server."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def handle(self, request: SimulatorRequest) -> SimulatorResponse:
        """Answers a request."""
        path, query = path_and_query(request.target)
        known = path == PREFIX.encode() + b"/archive/" or self._route(path) is not None
        if known and request.method == "OPTIONS":
            return SimulatorResponse(200, [("Allow", "GET,HEAD,OPTIONS")])
        if known and request.method not in {"GET", "HEAD"}:
            refused = page(405)
            refused.headers.append(("Allow", "GET, HEAD"))
            return refused
        parameters = _parameters(query)
        render = write_pretty if "prettyPrint" in parameters else write
        if path == PREFIX.encode() + b"/archive/":
            return json_reply(200, render(_ARCHIVES))
        found = self._route(path)
        if found is None or found[0] != 1:
            return page(404)
        _, function, value = found
        text = _decode(value)
        if function == "samples":
            return self._samples(text, parameters, pretty="prettyPrint" in parameters)
        return self._search(function, text, render)

    def _route(self, path: bytes) -> tuple[int, str, bytes] | None:
        match = _ROUTE.fullmatch(path)
        # The container chooses the service by the path without dot segments.
        if match is None or _ROUTE.fullmatch(resolved(path)) is None:
            return None
        return int(match[1]), match[2].decode(), match[3]

    def _search(self, function: str, text: str, render: Any) -> SimulatorResponse:
        names = self._cluster.channels
        try:
            found = by_pattern(names, text) if function == "channels-by-pattern" else by_regexp(names, text)
        except InvalidExpressionError as error:
            return page(400, f"Invalid regular expression: {error}")
        except InexpressibleError as error:
            return page(501, str(error))
        return json_reply(200, render(found))

    def _samples(self, name: str, parameters: dict[str, str], *, pretty: bool) -> SimulatorResponse:
        try:
            start, end = _required(parameters, "start"), _required(parameters, "end")
            count = _integer(parameters["count"], 32) if parameters.get("count") else None
        except _BadParameterError as error:
            return page(400, *error.args)
        channel = self._cluster.channels.get(name)
        if channel is None:
            return page(404)
        if channel.control_system_type not in CONTROL_SYSTEMS:
            return page(500)
        if start < 0 or end < start or (count is not None and count <= 0):
            return page(400)
        samples = select_samples(channel, start, end, count)
        headers = [("Content-Type", "application/json;charset=UTF-8")]
        if pretty:
            return SimulatorResponse(200, headers, write_pretty(samples).encode())
        return SimulatorResponse(200, headers, _streamed(samples))


def _decode(value: bytes) -> str:
    return percent_decode(value.replace(b"+", b" ")).decode("utf-8", "replace")


def _streamed(samples: Iterable[Sample]) -> Iterator[bytes]:
    piece = bytearray(b"[")
    for number, sample in enumerate(samples):
        piece += (b"," if number else b"") + write(sample).encode()
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece) + b"]"


def _parameters(query: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        found.setdefault(_decode(name), _decode(value))
    return found


def _required(parameters: dict[str, str], name: str) -> int:
    if name not in parameters:
        raise _BadParameterError(f"Required long parameter '{name}' is not present")
    return _integer(parameters[name], 64)


def _integer(text: str, bits: int) -> int:
    bare = re.sub(r"\s", "", text)
    match = re.fullmatch(r"([+-]?)(?:(0[xX]|#)([0-9a-fA-F]+)|([0-9]+))", bare)
    if match is None:
        raise _BadParameterError
    number = int(match[3], 16) if match[2] else int(match[4])
    number = -number if match[1] == "-" else number
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise _BadParameterError
    return number
