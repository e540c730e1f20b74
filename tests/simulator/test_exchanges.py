"""The recorded exchanges, replayed on a simulator that has gone through the same as the real cluster."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cassandra_pv_archiver.testing.simulator import SimulatorResponse

from .recorded_cluster import Story, exchange, exchange_names, recorded_at, request_of

# Exchanges within the same second whose order matters; all others of that second come first.
ORDERED = (
    "commands_partial_failure",
    "commands_two_servers",
    "commands_all_kinds",
    "channel_pending_state",
    "commands_pending",
    "commands_after_pending",
    "commands_failures",
    "import_simulate",
    "import_add",
    "import_add_again",
    "import_add_update",
    "offline_commands",
    "offline_commands_again",
)
NOT_REPRODUCED = {
    "channelDataId": "is random",
    "lastOnlineTime": "depends on when a server was started",
    "serverLastOnlineTime": "depends on when a server was started",
    "totalSamplesDropped": "depends on what the control system sent",
    "totalSamplesSkippedBack": "depends on what the control system sent",
    "totalSamplesWritten": "depends on what the control system sent",
}
"""Members of replies that a simulator cannot reproduce, and why. They are present and have the same JSON type."""
LENGTH_NOT_REPRODUCED = {
    "method_head_all_channels": "counts the bytes of counters and names that other recordings do not show",
}


def in_order() -> list[str]:
    return sorted(
        exchange_names(),
        key=lambda name: (recorded_at(name), ORDERED.index(name) + 1 if name in ORDERED else 0, name),
    )


@pytest.fixture(scope="module")
def replayed() -> dict[str, SimulatorResponse]:
    story = Story()
    responses: dict[str, SimulatorResponse] = {}
    for name in in_order():
        service, server, request = request_of(name)
        responses[name] = story.at(recorded_at(name)).handle(service, server, request)
        responses[name].read()
    return responses


def reproducible(value: Any) -> Any:
    """A JSON value whose members are in order, without what a simulator cannot reproduce."""
    if isinstance(value, list):
        return [reproducible(element) for element in value]
    if not isinstance(value, dict):
        return value
    return [(name, type(member) if name in NOT_REPRODUCED else reproducible(member)) for name, member in value.items()]


def headers_of(name: str, headers: Iterator[tuple[str, str]], *, with_length: bool) -> list[tuple[str, str]]:
    skipped = {"Date"} if with_length and name not in LENGTH_NOT_REPRODUCED else {"Date", "Content-Length"}
    return [header for header in headers if header[0] not in skipped]


def test_every_exchange_is_replayed() -> None:
    assert len(exchange_names()) == 166
    assert set(ORDERED) <= set(exchange_names()) >= LENGTH_NOT_REPRODUCED.keys()


@pytest.mark.parametrize("name", exchange_names())
def test_exchange(name: str, replayed: dict[str, SimulatorResponse]) -> None:
    recorded, response = exchange(name)["response"], replayed[name]
    is_page = "html_title" in recorded["body"]
    assert response.status == recorded["status"]
    # Pages of the simulator are shorter.
    assert headers_of(name, iter(response.headers), with_length=not is_page) == headers_of(
        name, map(tuple, recorded["headers"]), with_length=not is_page
    )
    body = response.read().decode()
    if is_page:
        check_page(body, recorded["body"])
    elif exchange(name)["service"] == "admin" and body:
        assert reproducible(json.loads(body)) == reproducible(json.loads(recorded["body"]["text"]))
        if not any(member in body for member in NOT_REPRODUCED):
            assert body == recorded["body"]["text"]
    else:
        assert body == recorded["body"]["text"]


def check_page(body: str, recorded: dict[str, Any]) -> None:
    assert f"<title>{recorded['html_title']}</title>" in body
    if recorded["html_message"] is None:
        assert "<b>Message</b>" not in body
    else:
        assert f"<p><b>Message</b> {html.escape(recorded['html_message'])}</p>" in body
