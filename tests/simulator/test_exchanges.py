"""The recorded exchanges, replayed on a simulator that has gone through the same as the real cluster."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest

from .fidelity import BODIES, LENGTHS, MEMBERS
from .raw_client import RawReply, as_bytes, connected
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


def in_order() -> list[str]:
    return sorted(
        exchange_names(),
        key=lambda name: (recorded_at(name), ORDERED.index(name) + 1 if name in ORDERED else 0, name),
    )


def replayed_in_process() -> dict[str, RawReply]:
    story = Story()
    replies: dict[str, RawReply] = {}
    for name in in_order():
        service, server, request = request_of(name)
        response = story.at(recorded_at(name)).handle(service, server, request)
        replies[name] = RawReply(f"HTTP/1.1 {response.status} ", response.headers, response.read())
    return replies


def replayed_on_sockets() -> dict[str, RawReply]:
    story = Story()
    replies: dict[str, RawReply] = {}
    with story.simulator.serve() as running:
        for name in in_order():
            story.at(recorded_at(name))
            service, server, request = request_of(name)
            asked = running.servers[server]
            with connected(asked.admin_url if service == "admin" else asked.archive_url) as connection:
                connection.send(as_bytes(request))
                replies[name] = connection.receive(has_body=request.method != "HEAD")
                assert connection.is_at_end(), name  # as the requests wanted it
    return replies


@pytest.fixture(scope="module", params=[replayed_in_process, replayed_on_sockets])
def replayed(request: pytest.FixtureRequest) -> dict[str, RawReply]:
    return request.param()


def reproducible(value: Any) -> Any:
    """A JSON value whose members are in order, without what a simulator cannot reproduce."""
    if isinstance(value, list):
        return [reproducible(element) for element in value]
    if not isinstance(value, dict):
        return value
    return [(name, type(member) if name in MEMBERS else reproducible(member)) for name, member in value.items()]


def test_every_exchange_is_replayed() -> None:
    assert len(exchange_names()) == 166
    assert set(ORDERED) <= set(exchange_names()) >= LENGTHS.keys()


@pytest.mark.parametrize("name", exchange_names())
def test_exchange(name: str, replayed: dict[str, RawReply]) -> None:
    recorded, reply = exchange(name)["response"], replayed[name]
    is_page = "html_title" in recorded["body"]
    skipped = {"Content-Length"} if is_page or name in LENGTHS else set[str]()
    assert reply.status_line == recorded["status_line"]
    assert [header for header in reply.headers if header[0] not in skipped] == [
        (header, value) for header, value in recorded["headers"] if header not in skipped
    ]
    body = reply.body.decode()
    if is_page:
        check_page(body, recorded["body"])
    elif exchange(name)["service"] == "admin" and body:
        assert reproducible(json.loads(body)) == reproducible(json.loads(recorded["body"]["text"]))
        if not any(f'"{member}"' in body for member in MEMBERS):
            assert body == recorded["body"]["text"]
    else:
        assert body == recorded["body"]["text"]


def check_page(body: str, recorded: dict[str, Any]) -> None:
    assert "HTML page" in BODIES
    assert f"<title>{recorded['html_title']}</title>" in body
    if recorded["html_message"] is None:
        assert "<b>Message</b>" not in body
    else:
        assert f"<p><b>Message</b> {html.escape(recorded['html_message'])}</p>" in body


@pytest.mark.parametrize("member", MEMBERS)
def test_members_that_are_not_compared_were_recorded(member: str) -> None:
    texts = (exchange(name)["response"]["body"].get("text", "") for name in exchange_names())
    assert any(f'"{member}"' in text for text in texts)


@pytest.mark.parametrize("name", LENGTHS)
def test_lengths_that_are_not_compared_are_given(name: str, replayed: dict[str, RawReply]) -> None:
    assert int(replayed[name].header("Content-Length") or 0) > 0
