"""What goes wrong on the way: one exception of ours for each, in both colours, and no secret in any."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cassandra_pv_archiver import (
    ArchiverError,
    ConnectionFailedError,
    InterruptedReplyError,
    InvalidReplyError,
    NotAuthorizedError,
    NotFoundError,
    RedirectError,
    RequestTimeoutError,
    ServerFailedError,
    Timeouts,
    UnavailableError,
)
from cassandra_pv_archiver._http import translate

from .raw_server import json_reply, raw_server

Make = Callable[..., Any]
STATUS = json_reply(b'{"servers":[]}')


def all_subclasses(cls: type[Exception]) -> list[type[Exception]]:
    return [cls, *(deeper for sub in cls.__subclasses__() for deeper in all_subclasses(sub))]


def test_every_exception_of_httpx_has_a_counterpart() -> None:
    request = httpx.Request("GET", "http://h")
    for cls in all_subclasses(httpx.HTTPError):
        if cls is httpx.HTTPStatusError:
            error: Any = httpx.HTTPStatusError("s", request=request, response=httpx.Response(404, request=request))
        else:
            error = cls("what happened")
        assert isinstance(translate(error, "http://h:1"), ArchiverError)
    connects = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    assert all(type(translate(cls("x"), "http://h:1")) is ConnectionFailedError for cls in connects)


def test_old_scripts_catch_them_as_oserror(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    client = make("AdminClient", "127.0.0.1", port, retry=0)
    with pytest.raises(OSError, match="Cannot connect") as caught:
        client.get_cluster_status()
    assert isinstance(caught.value, ConnectionFailedError)
    assert isinstance(caught.value.__cause__, httpx.ConnectError)


def test_a_host_that_does_not_exist(make: Make) -> None:
    client = make("AdminClient", "no-such-host.invalid", retry=0, trust_env=False)
    with pytest.raises(ConnectionFailedError, match=r"no-such-host\.invalid"):
        client.get_cluster_status()


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"", InterruptedReplyError),
        (b"HTTP/1.1 200 \r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", InterruptedReplyError),
        (b"HTTP/1.1 200 \r\nContent-Ty", InterruptedReplyError),
        (b"SSH-2.0-OpenSSH_9.2\r\n", InterruptedReplyError),
        (json_reply(b'{"servers":['), InterruptedReplyError),
        (json_reply(b'{"servers":7}'), InvalidReplyError),
        (json_reply(b"nonsense"), InvalidReplyError),
        (json_reply(b"\x1f\x8bnot gzip", extra=b"Content-Encoding: gzip\r\n"), InterruptedReplyError),
        (b"HTTP/1.1 200 \r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi", InvalidReplyError),
        (b"HTTP/1.1 204 \r\n\r\n", InvalidReplyError),
        (b"HTTP/1.1 302 \r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n", RedirectError),
        (b"HTTP/1.1 403 \r\nContent-Length: 0\r\n\r\n", NotAuthorizedError),
        (b"HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", NotFoundError),
        (b"HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n", UnavailableError),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value[:24]),
)
def test_each_broken_reply_has_its_error(make: Make, reply: bytes, expected: type[ArchiverError]) -> None:
    with raw_server([reply]) as server:
        client = make("AdminClient", base_url=server.url, retry=0)
        with pytest.raises(expected) as caught:
            client.get_cluster_status()
    assert type(caught.value) is expected


def test_a_read_survives_what_passes(make: Make) -> None:
    with raw_server([b"", json_reply(b'{"servers":['), STATUS]) as server:
        client = make("AdminClient", base_url=server.url)
        assert client.get_cluster_status() == {"servers": []}
    assert len(server.requests) == 3


def test_a_write_is_not_sent_twice(make: Make) -> None:
    with raw_server([b"", STATUS]) as server:
        client = make("AdminClient", base_url=server.url, password="secret")
        with pytest.raises(InterruptedReplyError):
            client.run_archive_configuration_commands([])
    assert len(server.requests) == 1


@pytest.mark.parametrize("results", [b"", b',"results":null'])
def test_what_the_server_says_of_a_batch_without_results_is_told(make: Make, results: bytes) -> None:
    reply = b'{"errorMessage":"Database access error: no host"' + results + b"}"
    with raw_server([json_reply(reply, 500)]) as server:
        client = make("AdminClient", base_url=server.url, password="secret")
        with pytest.raises(ServerFailedError, match=r"status 500: Database access error: no host\.$") as caught:
            client.run_archive_configuration_commands([])
    assert caught.value.status == 500


@pytest.mark.parametrize("status", [200, 500])
def test_a_batch_without_results_and_without_a_reason_is_no_reply(make: Make, status: int) -> None:
    with raw_server([json_reply(b'{"errorMessage":null,"results":null}', status)]) as server:
        client = make("AdminClient", base_url=server.url, password="secret")
        with pytest.raises(InvalidReplyError, match="no results"):
            client.run_archive_configuration_commands([])


def silent(seconds: float) -> Callable[[socket.socket], None]:
    def wait(connection: socket.socket) -> None:
        connection.settimeout(seconds)
        connection.recv(1)

    return wait


def test_silence_ends_with_a_time_out(make: Make) -> None:
    with raw_server([silent(20)]) as server:
        client = make("AdminClient", base_url=server.url, timeout=0.2, retry=0)
        with pytest.raises(TimeoutError) as caught:
            client.get_cluster_status()
    assert isinstance(caught.value, RequestTimeoutError)


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 \r\nContent-Type: application/json\r\n\r\n")
    for _ in range(200):
        connection.sendall(b" ")
        time.sleep(0.1)


@pytest.mark.parametrize("behaviour", [silent(20), drip], ids=["silent", "dripping"])
def test_a_deadline_bounds_the_whole_call(make: Make, behaviour: Any) -> None:
    with raw_server([behaviour] * 5) as server:
        client = make("AdminClient", base_url=server.url, deadline=0.5)
        began = time.monotonic()
        with pytest.raises(RequestTimeoutError, match=r"deadline of 0\.5 s"):
            client.get_cluster_status()
    assert time.monotonic() - began < 5


def test_a_deadline_bounds_silence_in_the_middle_of_a_body(make: Make) -> None:
    def half(connection: socket.socket) -> None:
        connection.sendall(b'HTTP/1.1 200 \r\nContent-Type: application/json\r\n\r\n{"serv')
        silent(20)(connection)

    with raw_server([half] * 5) as server:
        client = make("AdminClient", base_url=server.url, deadline=0.5)
        began = time.monotonic()
        with pytest.raises(RequestTimeoutError, match="deadline"):
            client.get_cluster_status()
    assert time.monotonic() - began < 5


def test_a_deadline_bounds_pauses(make: Make) -> None:
    unavailable = b"HTTP/1.1 503 \r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n"
    with raw_server([unavailable, STATUS]) as server:
        client = make("AdminClient", base_url=server.url, deadline=5)
        began = time.monotonic()
        with pytest.raises(RequestTimeoutError, match="deadline"):
            client.get_cluster_status()
    assert time.monotonic() - began < 4


def test_writes_wait_longer_for_their_reply(make: Make) -> None:
    def late(connection: socket.socket) -> None:
        time.sleep(0.6)  # the time limit of reads passes meanwhile
        connection.sendall(json_reply(b'{"errorMessage":null,"results":[]}'))

    with raw_server([late]) as server:
        limits = Timeouts(read=0.2, write_reply=20)
        client = make("AdminClient", base_url=server.url, password="secret", timeout=limits)
        assert client.run_archive_configuration_commands([]) == []


def test_no_secret_is_shown(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "cassandra_pv_archiver")
    events: list[object] = []
    with raw_server([b"HTTP/1.1 403 \r\nContent-Length: 0\r\n\r\n"]) as server:
        client = make(
            "AdminClient",
            base_url=server.url,
            password="very-secret",
            headers={"X-Token": "also-secret"},
            on_event=events.append,
        )
        with pytest.raises(NotAuthorizedError, match="Credentials were sent") as caught:
            client.run_archive_configuration_commands([])
    assert b"Authorization: Basic YWRtaW46dmVyeS1zZWNyZXQ=" in server.requests[0]
    assert b"X-Token: also-secret" in server.requests[0]
    for text in (repr(client), str(caught.value), repr(caught.value), caplog.text, repr(events)):
        assert "secret" not in text
        assert "YWRtaW46" not in text
    assert len(events) == 1
