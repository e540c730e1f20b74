"""Faults on demand: which requests they spoil, what each makes of a reply, and what that is on a socket."""

from __future__ import annotations

import gzip
import json
import re
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cassandra_pv_archiver.testing import (
    Simulator,
    SimulatorRequest,
    SimulatorResponse,
    double_sample,
    faults,
)
from cassandra_pv_archiver.testing.simulator.connections import ClosedError

ROOT = Path(__file__).parents[2]
SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
SERVER_2 = "11111111-2222-3333-4444-555555555552"
CREDENTIALS = ("Authorization", "Basic YWRtaW46YWRtaW4=")
NUMBER = 20

Archive = Callable[..., SimulatorResponse]


@pytest.fixture
def simulator() -> Simulator:
    return filled()


def filled() -> Simulator:
    simulator = Simulator(start_time=START, real_time=False)
    for name in ("one", "two"):
        simulator.add_channel(
            name, decimation_levels=[10], samples=[double_sample(number, float(number)) for number in range(NUMBER)]
        )
    return simulator


def samples_target(channel: str = "one", parameters: str = "") -> bytes:
    return f"/archive-access/api/1.0/archive/1/samples/{channel}?start=0&end={NUMBER - 1}{parameters}".encode()


def samples(simulator: Simulator, channel: str = "one", parameters: str = "", **options: Any) -> SimulatorResponse:
    request = SimulatorRequest("GET", samples_target(channel, parameters), [("Accept-Encoding", "gzip")])
    return simulator.handle("archive", 0, request, **options)


def search(simulator: Simulator, server: int = 0) -> SimulatorResponse:
    target = b"/archive-access/api/1.0/archive/1/channels-by-pattern/*"
    return simulator.handle("archive", server, SimulatorRequest("GET", target))


def admin(simulator: Simulator, path: str, *headers: tuple[str, str], server: int = 0) -> SimulatorResponse:
    return simulator.handle("admin", server, SimulatorRequest("GET", f"/admin/api/1.0/{path}".encode(), headers))


def add_channels(simulator: Simulator, *names: str, server_id: str = SERVER_2, server: int = 0) -> SimulatorResponse:
    commands = [
        {
            "commandType": "add_channel",
            "channelName": name,
            "controlSystemType": "channel_access",
            "decimationLevels": ["0"],
            "enabled": True,
            "serverId": server_id,
        }
        for name in names
    ]
    request = SimulatorRequest(
        "POST",
        b"/admin/api/1.0/run-archive-configuration-commands",
        [("Content-Type", "application/json"), CREDENTIALS],
        json.dumps({"commands": commands}).encode(),
    )
    return simulator.handle("admin", server, request)


def times_of(response: SimulatorResponse) -> list[int]:
    assert response.status == 200
    return [sample["time"] for sample in json.loads(response.read())]


def names_of(response: SimulatorResponse) -> list[str]:
    return [channel["channelName"] for channel in json.loads(response.read())["channels"]]


def is_framed(response: SimulatorResponse) -> bool:
    """Whether the headers say rightly how the end of the body is found."""
    length, coding = response.header("Content-Length"), response.header("Transfer-Encoding")
    return (length, coding) in {(str(len(response.read())), None), (None, "chunked")}


def body_until_error(response: SimulatorResponse) -> tuple[bytes, type[ConnectionError]]:
    body = b""
    try:
        for piece in response.pieces():
            body += piece
    except ConnectionError as error:
        return body, type(error)
    raise AssertionError("the body came to its end")


# Which requests


FAIL = faults.Reply(502, b"")


def statuses(simulator: Simulator, number: int = 6) -> list[int]:
    return [samples(simulator).status for _ in range(number)]


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ({}, [502] * 6),
        ({"nth": 2}, [200, 502, 200, 200, 200, 200]),
        ({"nth": {1, 4}}, [502, 200, 200, 502, 200, 200]),
        ({"nth": range(2, 4)}, [200, 502, 502, 200, 200, 200]),
        ({"times": 2}, [502, 502, 200, 200, 200, 200]),
        ({"nth": 3, "times": 2}, [200, 200, 502, 502, 200, 200]),
    ],
    ids=str,
)
def test_the_nth_request(simulator: Simulator, which: dict[str, Any], expected: list[int]) -> None:
    search(simulator)
    fault = simulator.faults.add(FAIL, operation="getSamples", **which)
    search(simulator)
    assert statuses(simulator) == expected
    assert (fault.seen, fault.struck) == (6, expected.count(502))


def test_by_channel_operation_service_and_server(simulator: Simulator) -> None:
    simulator.faults.add(faults.Reply(501, b""), channel="two")
    simulator.faults.add(faults.Reply(502, b""), operation="getChannel")
    simulator.faults.add(faults.Reply(503, b""), service="archive", server=1)
    assert samples(simulator).status == 200
    assert samples(simulator, "two").status == 501
    assert admin(simulator, "channels/by-server/x/by-name/two").status == 501
    assert add_channels(simulator, "new", "two").status == 501
    assert add_channels(simulator, "newer").status == 200
    assert admin(simulator, "channels/all/by-name/one").status == 502
    assert admin(simulator, "channels/all", server=1).status == 200
    assert search(simulator, server=1).status == 503
    assert search(simulator).status == 200


def test_the_first_fault_is_the_outermost(simulator: Simulator) -> None:
    outer = simulator.faults.add(FAIL, nth=1)
    inner = simulator.faults.add(faults.Reply(503, b""))
    assert statuses(simulator, 2) == [502, 503]
    assert (outer.struck, inner.struck) == (1, 2)


def test_faults_can_be_removed(simulator: Simulator) -> None:
    one = simulator.faults.add(FAIL)
    simulator.faults.add(FAIL, nth=2)
    simulator.faults.remove(one)
    assert statuses(simulator, 3) == [200, 502, 200]
    simulator.faults.add(FAIL)
    simulator.faults.clear()
    simulator.faults.remove(one)
    assert statuses(simulator, 1) == [200]
    simulator.faults.add(FAIL)
    simulator.reset()
    assert samples(simulator).status == 404


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        ({"fault": faults.Refuse}, TypeError, r"Refuse\(\)"),
        ({"operation": "get_samples"}, ValueError, "get_samples.*getSamples"),
        ({"service": "both"}, ValueError, "both"),
        ({"server": "11111111-2222-3333-4444-555555555551"}, TypeError, "position of the server"),
        ({"server": -1}, ValueError, "server is 0 or more"),
        ({"nth": 0}, ValueError, "counted from 1"),
        ({"nth": ()}, ValueError, "counted from 1"),
        ({"times": 0}, ValueError, "times is 1 or more"),
        ({"times": 2, "nth": (1, 2)}, TypeError, "times"),
    ],
    ids=str,
)
def test_what_could_never_strike_is_refused(
    simulator: Simulator, arguments: dict[str, Any], error: type[Exception], hint: str
) -> None:
    with pytest.raises(error, match=hint):
        simulator.faults.add(**{"fault": FAIL, **arguments})


@pytest.mark.parametrize(
    "make",
    [
        lambda: faults.Break(-1),
        lambda: faults.Delay(before=-1),
        lambda: faults.Delay(between=float("nan")),
        lambda: faults.Delay(size=0),
        lambda: faults.ServerDies(0, -1),
        lambda: faults.Reply(599),
        lambda: faults.EndEarly(-1),
        lambda: faults.Garbage(-1),
        lambda: faults.Garbage(size=0),
        lambda: faults.NestedBrackets(0),
        lambda: faults.Padding(0),
        lambda: faults.GzipBomb(-1),
        lambda: faults.GzipBomb(layers=0),
        lambda: faults.CutArray(-1),
        lambda: faults.DatabaseFails(-1),
        lambda: faults.DuplicateSamples(0),
        lambda: faults.TooManySamples(-1),
    ],
)
def test_faults_that_make_no_sense_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"not|no error page"):
        make()


def test_operations_are_called_as_in_the_specifications() -> None:
    names = [
        name for spec in (ROOT / "spec").glob("*.yaml") for name in re.findall(r"operationId: (\w+)", spec.read_text())
    ]
    assert len(names) == 13
    with pytest.raises(ValueError, match=", ".join(sorted(names))):
        Simulator().faults.add(FAIL, operation="")


def test_a_function_is_a_fault(simulator: Simulator) -> None:
    def teapot(exchange: faults.Exchange) -> SimulatorResponse:
        assert exchange.received.channels == {"one"}
        assert exchange.proceed().status == 200
        return exchange.completed(SimulatorResponse(418))

    simulator.faults.add(teapot, channel="one")
    assert samples(simulator).status == 418


# Connections


def test_refused(simulator: Simulator) -> None:
    simulator.faults.add(faults.Refuse())
    with pytest.raises(ConnectionRefusedError):
        add_channels(simulator, "new")
    simulator.faults.clear()
    assert "new" not in names_of(admin(simulator, "channels/all"))


@pytest.mark.parametrize(("how", "error"), [("reset", ConnectionResetError), ("close", ClosedError)])
def test_broken_before_headers(simulator: Simulator, how: Any, error: type[ConnectionError]) -> None:
    simulator.faults.add(faults.Break(how=how))
    with pytest.raises(error):
        samples(simulator)


@pytest.mark.parametrize(("how", "error"), [("reset", ConnectionResetError), ("close", ClosedError)])
@pytest.mark.parametrize("after", [0, 1, 100, 10**6])
def test_broken_after_headers(simulator: Simulator, after: int, how: Any, error: type[ConnectionError]) -> None:
    whole = samples(simulator).read()
    simulator.faults.add(faults.Break(after, how=how))
    response = samples(simulator)
    assert response.status == 200
    assert body_until_error(response) == (whole[:after], error)


@pytest.mark.parametrize("takes_effect", [True, False])
@pytest.mark.parametrize("after", [None, 0, 10])
def test_a_write_whose_reply_breaks_has_taken_effect_or_not(
    simulator: Simulator, takes_effect: bool, after: int | None
) -> None:
    simulator.faults.add(faults.Break(after, takes_effect=takes_effect), nth=1)
    if after is None:
        with pytest.raises(ConnectionResetError):
            add_channels(simulator, "new")
    else:
        body, _ = body_until_error(add_channels(simulator, "new"))
        assert len(body) == (after if takes_effect else 0)
    assert ("new" in names_of(admin(simulator, "channels/all"))) is takes_effect


def test_delays(simulator: Simulator) -> None:
    whole, waits = samples(simulator).read(), []
    simulator.faults.add(faults.Delay(before=3, between=0.5, size=1000))
    response = samples(simulator, wait=waits.append)
    assert waits == [3]
    pieces = response.pieces()
    assert next(pieces) == b""
    assert next(pieces) == whole[:1000]
    assert waits == [3, 0.5]
    assert b"".join(pieces) == whole[1000:]
    assert waits == [3] + [0.5] * -(-len(whole) // 1000)


def test_no_delay(simulator: Simulator) -> None:
    waits: list[float] = []
    simulator.faults.add(faults.Delay())
    assert len(times_of(samples(simulator, wait=waits.append))) == NUMBER
    assert waits == []


# Replies


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_error_replies(simulator: Simulator, status: int) -> None:
    for kind, content_type in (("html", "text/html;charset=utf-8"), ("json", "application/json;charset=UTF-8")):
        simulator.faults.add(faults.Reply(status, kind), nth=1)
        response = samples(simulator)
        assert (response.status, response.header("Content-Type")) == (status, content_type)
        body = response.read().decode()
        assert "errorMessage" in json.loads(body) if kind == "json" else f"HTTP Status {status}" in body
        simulator.faults.clear()
    simulator.faults.add(faults.Reply(status, b"", retry_after="7"))
    response = samples(simulator)
    assert (response.header("Content-Type"), response.header("Retry-After")) == (None, "7")
    assert (response.header("Content-Length"), response.read()) == ("0", b"")


@pytest.mark.parametrize("takes_effect", [True, False])
def test_an_error_reply_to_a_write(simulator: Simulator, takes_effect: bool) -> None:
    simulator.faults.add(faults.Reply(504, takes_effect=takes_effect), nth=1)
    assert add_channels(simulator, "new").status == 504
    assert ("new" in names_of(admin(simulator, "channels/all"))) is takes_effect


def test_an_own_reply(simulator: Simulator) -> None:
    simulator.faults.add(faults.Reply(200, b'["mine"]'))
    assert json.loads(search(simulator).read()) == ["mine"]


def test_redirects(simulator: Simulator) -> None:
    simulator.faults.add(faults.Redirect("http://elsewhere/", 307), nth=1)
    simulator.faults.add(faults.Redirect(None))
    first, second = samples(simulator), samples(simulator)
    assert (first.status, first.header("Location")) == (307, "http://elsewhere/")
    assert (second.status, second.header("Location")) == (302, None)


@pytest.mark.parametrize("value", ["text/plain", "application/octet-stream", None])
def test_content_types(simulator: Simulator, value: str | None) -> None:
    simulator.faults.add(faults.ContentType(value))
    response = samples(simulator)
    assert response.header("Content-Type") == value
    assert len(times_of(response)) == NUMBER


def test_json_that_ends_in_the_middle(simulator: Simulator) -> None:
    whole = samples(simulator).read()
    simulator.faults.add(faults.EndEarly(), nth=1)
    half = samples(simulator)
    assert half.read() == whole[: len(whole) // 2]
    assert half.header("Content-Length") == str(len(whole) // 2)
    simulator.faults.add(faults.EndEarly(7), nth=1)
    assert samples(simulator).read() == whole[:7]


def test_garbage(simulator: Simulator) -> None:
    whole = samples(simulator).read()
    simulator.faults.add(faults.Garbage(after=100, size=500))
    bodies = {samples(simulator).read() for _ in range(2)}
    (body,) = bodies
    assert (body[:100], len(body)) == (whole[:100], 600)
    with pytest.raises(ValueError, match="decode"):
        json.loads(body)


def test_nested_brackets(simulator: Simulator) -> None:
    simulator.faults.add(faults.NestedBrackets(3), nth=1)
    assert json.loads(search(simulator).read()) == [[[]]]
    simulator.faults.add(faults.NestedBrackets(closed=False), nth=1)
    assert search(simulator).read() == b"[" * 10**6


def test_padding_keeps_json_what_it_is(simulator: Simulator) -> None:
    simulator.faults.add(faults.Padding(10**6))
    response = samples(simulator)
    assert response.header("Transfer-Encoding") == "chunked"
    assert response.header("Content-Length") is None
    pieces = list(response.pieces())
    assert max(map(len, pieces)) <= 1 << 16
    assert sum(map(len, pieces)) > 10**6
    assert [sample["time"] for sample in json.loads(b"".join(pieces))] == list(range(NUMBER))
    head = SimulatorRequest("HEAD", samples_target())
    assert simulator.handle("archive", 0, head).read() == b""


# Compression


def test_gzip_for_those_who_take_it(simulator: Simulator) -> None:
    whole = samples(simulator).read()
    simulator.faults.add(faults.Gzip())
    response = samples(simulator)
    assert response.header("Content-Encoding") == "gzip"
    assert response.header("Content-Length") == str(len(response.read()))
    assert gzip.decompress(response.read()) == whole
    for request in (
        SimulatorRequest("GET", samples_target()),
        SimulatorRequest("HEAD", samples_target(), [("Accept-Encoding", "gzip")]),
    ):
        assert simulator.handle("archive", 0, request).header("Content-Encoding") is None


@pytest.mark.parametrize("damage", ["data", "checksum", "end"])
def test_gzip_that_is_damaged(simulator: Simulator, damage: Any) -> None:
    whole = samples(simulator).read()
    simulator.faults.add(faults.Gzip(damage))
    with pytest.raises((OSError, EOFError, zlib.error)):
        gzip.decompress(samples(simulator).read())
    if damage == "checksum":
        data = samples(simulator).read()
        assert zlib.decompressobj(wbits=-15).decompress(data[10:]) == whole


@pytest.mark.parametrize("layers", [1, 2])
def test_gzip_bomb(simulator: Simulator, layers: int) -> None:
    simulator.faults.add(faults.GzipBomb(10**7, layers))
    response = samples(simulator)
    assert response.header("Content-Encoding") == ", ".join(["gzip"] * layers)
    body = response.read()
    assert len(body) < 20_000
    for _ in range(layers):
        body = gzip.decompress(body)
    assert len(body) == 10**7 + 2
    assert json.loads(body) == []


# Samples


@pytest.mark.parametrize("parameters", ["", "&prettyPrint"])
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.CutArray(), []),
        (faults.CutArray(7), list(range(7))),
        (faults.CutArray(1000), list(range(NUMBER))),
        (faults.WrongOrder(), list(range(NUMBER))[::-1]),
        (faults.DuplicateSamples(), [time for time in range(NUMBER) for _ in range(2)]),
        (faults.DuplicateSamples(7), sorted([*range(NUMBER), 6, 13])),
    ],
    ids=str,
)
def test_changed_samples(simulator: Simulator, fault: faults.Fault, expected: list[int], parameters: str) -> None:
    whole = samples(simulator, parameters=parameters).read()
    simulator.faults.add(fault)
    response = samples(simulator, parameters=parameters)
    assert times_of(response) == expected
    assert is_framed(response)
    # Each sample is as it was, to the byte.
    assert {json.dumps(sample) for sample in json.loads(response.read())} <= {
        json.dumps(sample) for sample in json.loads(whole)
    }
    if expected == list(range(NUMBER)):
        assert response.read() == whole
    assert json.loads(search(simulator).read()) == ["one", "two"]
    assert samples(simulator, "unknown").status == 404


def test_an_empty_array_stays_one(simulator: Simulator) -> None:
    simulator.add_channel("empty")
    for fault in (faults.CutArray(5), faults.WrongOrder(), faults.DuplicateSamples()):
        simulator.faults.add(fault)
    assert samples(simulator, "empty").read() == b"[]"


@pytest.mark.parametrize("status", [500, 504])
@pytest.mark.parametrize("parameters", ["", "&prettyPrint", "&count=1000"])
def test_windows_with_too_many_samples(simulator: Simulator, status: int, parameters: str) -> None:
    simulator.faults.add(faults.TooManySamples(NUMBER - 1, status), nth=1)
    simulator.faults.add(faults.TooManySamples(NUMBER, status))
    assert samples(simulator, parameters=parameters).status == status
    assert times_of(samples(simulator, parameters=parameters)) == list(range(NUMBER))
    assert search(simulator).status == 200


def test_too_many_samples_are_counted_without_making_them_all() -> None:
    simulator = Simulator(start_time=START, real_time=False)
    simulator.add_channel("one", samples=0)
    simulator.add_samples("one", times=range(500_000), values=[1.0] * 500_000)
    simulator.faults.add(faults.TooManySamples(100))
    request = SimulatorRequest("GET", samples_target().replace(b"end=19", b"end=499999"))
    began = time.process_time()
    assert simulator.handle("archive", 0, request).status == 504
    assert time.process_time() - began < 0.5


def test_a_database_that_is_down(simulator: Simulator) -> None:
    """The course of the recordings outage_* and outage_late_* (section 5.5)."""
    simulator.stop_database()
    assert samples(simulator).read() == b"[]"
    assert samples(simulator, parameters="&count=10").status == 500
    assert admin(simulator, "channels/all").status == 200
    assert admin(simulator, "channels/all", CREDENTIALS).status == 403
    assert add_channels(simulator, "new").status == 403
    assert search(simulator).status == 200
    simulator.advance(20)
    assert samples(simulator).status == 503
    assert search(simulator).status == 503
    assert admin(simulator, "channels/all").status == 503
    simulator.start_database()
    simulator.advance(20)
    assert len(times_of(samples(simulator))) == NUMBER
    assert add_channels(simulator, "new").status == 200


def test_a_database_that_fails_during_a_reply(simulator: Simulator) -> None:
    simulator.faults.add(faults.DatabaseFails(7), operation="getSamples", nth=2)
    assert times_of(samples(simulator)) == list(range(NUMBER))
    assert times_of(samples(simulator)) == list(range(7))
    assert samples(simulator).read() == b"[]"
    assert samples(simulator, parameters="&count=10").status == 500
    simulator.start_database()
    assert times_of(samples(simulator)) == list(range(NUMBER))


# Servers


def test_a_server_that_dies_in_the_middle_of_a_batch(simulator: Simulator) -> None:
    """Section 3.6."""
    simulator.faults.add(faults.ServerDies(1, after=3), nth=1)
    names = [f"new:{number}" for number in range(5)]
    response = add_channels(simulator, *names)
    results = json.loads(response.read())["results"]
    assert response.status == 500
    assert [result["success"] for result in results] == [False] * 5
    assert {result["errorMessage"] for result in results} == {"Connection reset by peer"}
    with pytest.raises(ConnectionRefusedError):
        search(simulator, server=1)

    for _ in range(2):  # at once, and when the server counts as offline
        assert names_of(admin(simulator, "channels/all")) == ["one", "two"]
        assert json.loads(search(simulator).read()) == ["one", "two"]
        assert admin(simulator, "channels/all/by-name/new%3A0").status == 404
        simulator.advance(20)
    assert names_of(admin(simulator, f"channels/by-server/{SERVER_2}")) == names[:3]
    message = json.loads(add_channels(simulator, names[0]).read())["results"][0]["errorMessage"]
    assert "already exists" in message
    simulator.start_server(1)
    simulator.advance(60)
    assert json.loads(search(simulator).read()) == [*names[:3], "one", "two"]


def test_a_server_that_dies_while_it_runs_its_own_batch(simulator: Simulator) -> None:
    simulator.faults.add(faults.ServerDies(SERVER_2, after=1))
    with pytest.raises(ConnectionResetError):
        add_channels(simulator, "new:0", "new:1", server=1)
    with pytest.raises(ConnectionRefusedError):
        search(simulator, server=1)
    simulator.advance(20)
    assert names_of(admin(simulator, f"channels/by-server/{SERVER_2}")) == ["new:0"]


def test_a_server_dies_only_by_commands_of_its_own(simulator: Simulator) -> None:
    simulator.faults.add(faults.ServerDies(1), nth={1, 2})
    assert search(simulator).status == 200
    assert add_channels(simulator, "new:0", server_id="11111111-2222-3333-4444-555555555551").status == 200
    assert add_channels(simulator, "new:1").status == 200
    assert search(simulator, server=1).status == 200


# On sockets


@contextmanager
def asked(url: str, target: bytes) -> Iterator[socket.socket]:
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(
            b"GET %b HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n" % target
        )
        yield connection


def received(connection: socket.socket) -> tuple[bytes, bytes, bool]:
    """Head and body of a reply as they were sent, and whether the connection was reset."""
    data, is_reset = b"", False
    try:
        while chunk := connection.recv(1 << 16):
            data += chunk
    except ConnectionResetError:
        is_reset = True
    head, _, body = data.partition(b"\r\n\r\n")
    return head, body, is_reset


def unchunked(body: bytes) -> tuple[bytes, bool]:
    """A body without the chunks' sizes, and whether the last chunk came."""
    data = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        if int(size, 16) == 0:
            return data, body == b"\r\n"
        data += body[: int(size, 16)]
        body = body[int(size, 16) + 2 :]
    return data, False


@pytest.mark.parametrize("how", ["reset", "close"])
@pytest.mark.parametrize("after", [None, 0, 100])
def test_connections_that_break(how: Any, after: int | None) -> None:
    simulator = filled()
    whole = samples(simulator).read()
    simulator.faults.add(faults.Break(after, how=how), nth=1)
    with simulator.serve() as running:
        with asked(running.archive_url, samples_target()) as connection:
            head, body, is_reset = received(connection)
        assert is_reset is (how == "reset")
        assert head.startswith(b"HTTP/1.1 200 ") is (after is not None)
        assert body == whole[: after or 0]
        with asked(running.archive_url, samples_target()) as connection:
            assert received(connection)[1:] == (whole, False)


def test_a_connection_that_breaks_between_chunks() -> None:
    simulator = filled()
    simulator.faults.add(faults.Break(100))
    simulator.faults.add(faults.Padding(1000))
    with simulator.serve() as running, asked(running.archive_url, samples_target()) as connection:
        head, body, is_reset = received(connection)
    assert b"Transfer-Encoding: chunked" in head
    assert unchunked(body) == (b"[" + b" " * 99, False)
    assert is_reset


def test_a_connection_that_is_refused() -> None:
    simulator = filled()
    simulator.faults.add(faults.Refuse())
    with simulator.serve() as running:
        with asked(running.archive_url, samples_target()) as connection:
            assert received(connection) == (b"", b"", True)
        simulator.stop_server(0)
        with pytest.raises(ConnectionRefusedError), asked(running.archive_url, samples_target()):
            pass


def test_bytes_that_drip() -> None:
    simulator = filled()
    whole = samples(simulator).read()
    simulator.faults.add(faults.Delay(before=0.2, between=0.01, size=500))
    began = time.monotonic()
    with simulator.serve() as running, asked(running.archive_url, samples_target()) as connection:
        assert received(connection)[1] == whole
    assert time.monotonic() - began > 0.2 + len(whole) / 500 * 0.01


@pytest.mark.parametrize("delay", [faults.Delay(before=1000), faults.Delay(between=1000)], ids=str)
def test_waiting_ends_with_the_simulator(delay: faults.Delay) -> None:
    simulator = filled()
    simulator.faults.add(delay)
    began = time.monotonic()
    with asked_and_served(simulator) as connection:
        head = connection.recv(1 << 16) if delay.between else b""
    assert head.startswith(b"HTTP/1.1 200 " if delay.between else b"")
    assert time.monotonic() - began < 10


@contextmanager
def asked_and_served(simulator: Simulator) -> Iterator[socket.socket]:
    with simulator.serve() as running, asked(running.archive_url, samples_target()) as connection:
        yield connection


WHOLE_REPLIES: list[faults.Fault] = [
    faults.Reply(500),
    faults.Reply(503, "json", retry_after="7"),
    faults.Reply(502, b""),
    faults.Redirect("http://elsewhere/"),
    faults.ContentType(),
    faults.ContentType(None),
    faults.EndEarly(),
    faults.Garbage(),
    faults.NestedBrackets(),
    faults.Padding(100_000),
    faults.Gzip(),
    faults.Gzip("data"),
    faults.GzipBomb(10**7),
    faults.CutArray(3),
    faults.WrongOrder(),
    faults.DuplicateSamples(),
    faults.TooManySamples(3),
    faults.DatabaseFails(3),
    faults.ServerDies(1),
]


@pytest.mark.parametrize("fault", WHOLE_REPLIES, ids=str)
def test_a_socket_shows_what_handle_gives(fault: faults.Fault) -> None:
    expected, simulator = filled(), filled()
    for which in (expected, simulator):
        which.faults.add(fault)
    wanted = samples(expected)
    with simulator.serve() as running, asked(running.archive_url, samples_target()) as connection:
        head, body, is_reset = received(connection)
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines]
    assert status_line == f"HTTP/1.1 {wanted.status} "
    assert not is_reset
    changing = {"Date", "Connection"}
    assert [header for header in headers if header[0] not in changing] == [
        header for header in wanted.headers if header[0] not in changing
    ]
    if wanted.header("Transfer-Encoding") == "chunked":
        body, is_whole = unchunked(body)
        assert is_whole
    assert body == wanted.read()


def test_every_fault_is_tested_on_sockets() -> None:
    others = {faults.Refuse, faults.Break, faults.Delay}
    kinds = {getattr(faults, name) for name in faults.__all__ if is_fault(getattr(faults, name))}
    assert {type(fault) for fault in WHOLE_REPLIES} | others == kinds


def test_every_fault_is_on_the_page() -> None:
    page = (ROOT / "docs" / "pages" / "faults.md").read_text("utf-8")
    assert {name for name in faults.__all__ if is_fault(getattr(faults, name))} == set(
        re.findall(r"^\| `(\w+)\(", page, re.MULTILINE)
    )


def is_fault(member: Any) -> bool:
    return isinstance(member, type) and "__call__" in vars(member)


# Combinations

BODIES = ["html", "json", b"", b"[", b"[1]", b"\xff"]
ANY_FAULT = st.one_of(
    st.builds(faults.Refuse),
    st.builds(faults.Break, st.none() | st.integers(0, 5000), how=st.sampled_from(["reset", "close"])),
    st.builds(faults.Delay, st.floats(0, 9), st.floats(0, 9), st.integers(100, 9999)),
    st.builds(
        faults.Reply,
        st.sampled_from([200, 204, 500, 503]),
        st.sampled_from(["html", "json", b"", b"[", b"[1]", b"\xff"]),
    ),
    st.builds(faults.Redirect, st.none() | st.just("/")),
    st.builds(faults.ContentType, st.none() | st.just("text/plain")),
    st.builds(faults.EndEarly, st.none() | st.integers(0, 5000)),
    st.builds(faults.Garbage, st.integers(0, 5000), st.integers(1, 5000)),
    st.builds(faults.NestedBrackets, st.sampled_from([1, 3000, 100_000]), st.booleans()),
    st.builds(faults.Padding, st.integers(1, 200_000)),
    st.builds(faults.Gzip, st.sampled_from([None, "data", "checksum", "end"])),
    st.builds(faults.GzipBomb, st.integers(0, 10**6), st.integers(1, 3)),
    st.builds(faults.CutArray, st.integers(0, 30)),
    st.builds(faults.WrongOrder),
    st.builds(faults.DuplicateSamples, st.integers(1, 30)),
    st.builds(faults.TooManySamples, st.integers(0, 30)),
    st.builds(faults.DatabaseFails, st.integers(0, 30)),
    st.builds(faults.ServerDies, st.integers(0, 1), st.integers(0, 3)),
)
HEAD = SimulatorRequest("HEAD", samples_target())
REQUESTS: list[Callable[[Simulator], SimulatorResponse]] = [
    samples,
    lambda simulator: samples(simulator, parameters="&count=5&prettyPrint"),
    lambda simulator: simulator.handle("archive", 0, HEAD),
    lambda simulator: samples(simulator, "unknown"),
    search,
    lambda simulator: admin(simulator, "channels/all"),
    lambda simulator: add_channels(simulator, "new:0", "new:1"),
]


def without_waiting(fault: faults.Fault) -> faults.Fault:
    return lambda exchange: fault(replace(exchange, wait=lambda _: None))


@pytest.mark.one_interpreter
@given(st.lists(ANY_FAULT, min_size=1, max_size=4), st.sampled_from(REQUESTS))
def test_whatever_is_combined_gives_a_reply_or_breaks_the_connection(
    combined: list[faults.Fault], request_of: Callable[[Simulator], SimulatorResponse]
) -> None:
    simulator = filled()
    active = [simulator.faults.add(without_waiting(fault)) for fault in combined]
    try:
        response = request_of(simulator)
        response.read()
    except ConnectionError:
        assert any(isinstance(fault, faults.Refuse | faults.Break | faults.ServerDies) for fault in combined)
    else:
        assert is_framed(response) or response.read() == b""
    assert [fault.struck for fault in active] == [1] * len(active)
