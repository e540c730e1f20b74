"""Ways to spoil the replies of a simulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cassandra_pv_archiver.testing import SimulatorRequest, SimulatorResponse
from tests.contract.clusters import Spoil, changed_json, with_body

HTML = [("Content-Type", "text/html;charset=utf-8")]


def on(part: str, change: Callable[[Any], Any], method: str = "GET", status: int = 200) -> Spoil:
    """Changes the JSON of the replies to requests whose target has, or ends with ``$``, a part."""

    def spoil(request: SimulatorRequest, response: SimulatorResponse) -> SimulatorResponse:
        applies = _matches(request, part) and request.method == method and response.status == status
        return changed_json(response, change) if applies else response

    return spoil


def instead(part: str, make: Callable[[SimulatorResponse], SimulatorResponse], *statuses: int) -> Spoil:
    """Replaces the replies to requests whose target has a part."""

    def spoil(request: SimulatorRequest, response: SimulatorResponse) -> SimulatorResponse:
        return make(response) if _matches(request, part) and response.status in statuses else response

    return spoil


def _matches(request: SimulatorRequest, part: str) -> bool:
    target = request.target.decode()
    return target.endswith(part[:-1]) if part.endswith("$") else part in target


def each(member: str, change: Callable[[dict[str, Any]], Any]) -> Callable[[Any], Any]:
    """Changes every element of a list in an object."""

    def changed(body: Any) -> Any:
        for element in body[member]:
            change(element)
        return body

    return changed


def each_sample(change: Callable[[dict[str, Any]], Any]) -> Callable[[Any], Any]:
    def changed(body: Any) -> Any:
        for sample in body:
            change(sample)
        return body

    return changed


def rename(old: str, new: str) -> Callable[[dict[str, Any]], None]:
    def change(members: dict[str, Any]) -> None:
        if old in members:
            members[new] = members.pop(old)

    return change


def put(**members: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda found: found.update(members) or found


def drop(member: str) -> Callable[[dict[str, Any]], Any]:
    return lambda found: (found.pop(member), found)[1]


def backwards(body: Any) -> Any:
    return {**body, "channels": body["channels"][::-1]}


def utf_8_order(body: Any) -> Any:
    return {**body, "channels": sorted(body["channels"], key=lambda channel: channel["channelName"].encode())}


def replaced(old: bytes, new: bytes) -> Callable[[SimulatorResponse], SimulatorResponse]:
    return lambda response: with_body(response, response.read().replace(old, new))


def page_of(status: int) -> Callable[[SimulatorResponse], SimulatorResponse]:
    return lambda response: with_body(response, b"<html>oops</html>", headers=HTML, status=status)


def nothing(status: int) -> Callable[[SimulatorResponse], SimulatorResponse]:
    return lambda response: with_body(response, b"", headers=[], status=status)


def later(response: SimulatorResponse) -> SimulatorResponse:
    """Drops the first sample of a reply that has several."""
    samples = json.loads(response.read() or b"[]")
    return changed_json(response, lambda body: body[1:]) if len(samples) > 1 else response


def plain_integers(response: SimulatorResponse) -> SimulatorResponse:
    return with_body(response, response.read().replace(b".0,", b",").replace(b".0]", b"]"))
