"""A passed ``http_client``: what of it applies, what does not, and what contradicts it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cassandra_pv_archiver import AdminClient, AsyncAdminClient, RedirectError

from .raw_server import json_reply, raw_server

Make = Callable[..., Any]
STATUS = json_reply(b'{"servers":[]}')
COOKIE = json_reply(b'{"servers":[]}', extra=b"Set-Cookie: session=1\r\n")


def http_client(colour: str, **options: Any) -> Any:
    return httpx.Client(**options) if colour == "sync" else httpx.AsyncClient(**options)


def close(client: Any) -> None:
    if isinstance(client, httpx.Client):
        client.close()
    else:
        asyncio.run(client.aclose())


def test_its_headers_auth_and_hooks_apply(make: Make, colour: str) -> None:
    seen: list[str] = []

    def note(request: httpx.Request) -> None:
        seen.append(request.method)

    async def note_later(request: httpx.Request) -> None:
        seen.append(request.method)

    hooks = {"request": [note if colour == "sync" else note_later]}
    inner = http_client(colour, headers={"X-Site": "ring"}, auth=("user", "word"), event_hooks=hooks)
    with raw_server([STATUS]) as server:
        make("AdminClient", base_url=server.url, http_client=inner).get_cluster_status()
    close(inner)
    assert seen == ["GET"]
    assert b"\r\nX-Site: ring\r\n" in server.requests[0]
    assert b"\r\nAuthorization: Basic dXNlcjp3b3Jk\r\n" in server.requests[0]


def test_it_is_not_closed(make: Make, colour: str) -> None:
    inner = http_client(colour)
    with raw_server([STATUS, STATUS]) as server:
        client = make("AdminClient", base_url=server.url, http_client=inner)
        client.get_cluster_status()
        client.close()
        assert not inner.is_closed
    close(inner)


def test_no_redirect_is_followed_and_no_cookie_sent(make: Make, colour: str) -> None:
    inner = http_client(colour, follow_redirects=True, cookies={"mine": "1"})
    redirect = b"HTTP/1.1 302 \r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with raw_server([COOKIE, STATUS, redirect]) as server:
        client = make("AdminClient", base_url=server.url, http_client=inner)
        client.get_cluster_status()
        client.get_cluster_status()
        with pytest.raises(RedirectError, match="/elsewhere"):
            client.get_cluster_status()
    close(inner)
    assert len(server.requests) == 3
    assert not any(b"cookie" in request.lower() for request in server.requests)


def test_our_own_clients_keep_no_cookie(make: Make) -> None:
    with raw_server([COOKIE, STATUS]) as server:
        client = make("AdminClient", base_url=server.url)
        client.get_cluster_status()
        client.get_cluster_status()
    assert b"cookie" not in server.requests[1].lower()


def test_its_own_time_limits_do_not_apply(make: Make, colour: str) -> None:
    inner = http_client(colour, timeout=0.000001)
    with raw_server([STATUS]) as server:
        make("AdminClient", base_url=server.url, http_client=inner, retry=0).get_cluster_status()
    close(inner)


@pytest.mark.parametrize("option", [{"verify": False}, {"proxy": "http://p"}, {"trust_env": False}], ids=str)
def test_options_that_it_would_contradict_are_refused(make: Make, colour: str, option: dict[str, Any]) -> None:
    inner = http_client(colour)
    with pytest.raises(TypeError, match=next(iter(option))):
        make("AdminClient", "host", http_client=inner, **option)
    close(inner)


def test_two_ways_to_authenticate_are_refused(make: Make, colour: str) -> None:
    inner = http_client(colour, auth=("user", "word"))
    with pytest.raises(TypeError, match="auth"):
        make("AdminClient", "host", password="secret", http_client=inner)
    close(inner)


def test_the_wrong_colour_is_refused() -> None:
    with httpx.Client() as inner, pytest.raises(TypeError, match="AsyncClient"):
        AsyncAdminClient("host", http_client=inner)  # pyright: ignore[reportArgumentType] -- what is tested
    outer = httpx.AsyncClient()
    with pytest.raises(TypeError, match=r"httpx\.Client"):
        AdminClient("host", http_client=outer)  # pyright: ignore[reportArgumentType] -- what is tested
    asyncio.run(outer.aclose())


@pytest.mark.parametrize(
    ("options", "error", "hint"),
    [
        ({"timeot": 5}, TypeError, "timeot"),
        ({"timeout": 0}, ValueError, "timeout"),
        ({"timeout": None}, TypeError, "timeout"),
        ({"deadline": -1}, ValueError, "deadline"),
        ({"retry": "often"}, TypeError, "retries"),
        ({"time_zone": "Mars/Olympus"}, ValueError, "Mars/Olympus"),
        ({"on_event": 7}, TypeError, "on_event"),
        ({"largest_reply": 0}, ValueError, "largest_reply"),
        ({"largest_sample": True}, TypeError, "largest_sample"),
        ({"headers": {"X\n": "1"}}, ValueError, "header"),
        ({"headers": {"X": "secret\n"}}, ValueError, "header 'X'"),
        ({"username": "a:b", "password": "secret"}, ValueError, "colon"),
    ],
    ids=str,
)
def test_options_that_cannot_be_right_are_refused(
    make: Make, options: dict[str, Any], error: type[Exception], hint: str
) -> None:
    with pytest.raises(error, match=hint) as caught:
        make("AdminClient", "host", **options)
    assert "secret" not in str(caught.value)


def test_views_share_connections_and_have_limits_of_their_own(make: Make) -> None:
    with raw_server([b"", STATUS, STATUS]) as server:
        client = make("AdminClient", base_url=server.url, retry=0)
        patient = client.with_options(retry=1, deadline=20)
        assert patient.get_cluster_status() == {"servers": []}
        patient.close()
        client.get_cluster_status()
        client.close()
        for closed in (client, patient):
            with pytest.raises(RuntimeError, match="has been closed"):
                closed.get_cluster_status()
    with pytest.raises(TypeError, match="proxy"):
        client.with_options(proxy="http://p")


def test_a_password_can_come_from_a_callable(make: Make) -> None:
    asked: list[int] = []

    def password() -> str:
        asked.append(1)
        return "word"

    done = json_reply(b'{"errorMessage":null,"results":[]}')
    with raw_server([STATUS, done]) as server:
        client = make("AdminClient", base_url=server.url, username="user", password=password)
        client.get_cluster_status()
        assert asked == []
        client.run_archive_configuration_commands([])
    assert b"Authorization" not in server.requests[0]
    assert b"\r\nAuthorization: Basic dXNlcjp3b3Jk\r\n" in server.requests[1]


def test_reads_carry_credentials_only_on_request(make: Make) -> None:
    with raw_server([STATUS]) as server:
        make("AdminClient", base_url=server.url, password="p", credentials_on_reads=True).get_cluster_status()
    assert b"\r\nAuthorization: Basic YWRtaW46cA==\r\n" in server.requests[0]
