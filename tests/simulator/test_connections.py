"""The simulator on real sockets: HTTP as the server's container speaks it (sections 1.1 to 1.4), byte for byte."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator

import pytest

from cassandra_pv_archiver.testing.simulator import Simulator, SimulatorRequest, connections

from .raw_client import RawConnection, as_bytes, connected
from .recorded_cluster import CREDENTIALS, JSON_BODY

LIST = b"/archive-access/api/1.0/archive/"
LISTED = b'[{"key":1,"name":"Cassandra","description":"Cassandra PV Archive"}]'
COMMANDS = b"/admin/api/1.0/run-archive-configuration-commands"
HOST = ("Host", "localhost")


@pytest.fixture
def simulator() -> Simulator:
    return Simulator()


@pytest.fixture
def archive(simulator: Simulator) -> Iterator[RawConnection]:
    with simulator.serve() as running, connected(running.archive_url) as connection:
        yield connection


@pytest.fixture
def admin(simulator: Simulator) -> Iterator[RawConnection]:
    with simulator.serve() as running, connected(running.admin_url) as connection:
        yield connection


def asked(target: bytes = LIST, *headers: tuple[str, str], method: str = "GET", version: str = "HTTP/1.1") -> bytes:
    return as_bytes(SimulatorRequest(method, target, [HOST, *headers]), version)


def commands(*headers: tuple[str, str], name: str = "new") -> bytes:
    command = {"commandType": "remove_channel", "channelName": name}
    body = json.dumps({"commands": [command]}).encode()
    return as_bytes(SimulatorRequest("POST", COMMANDS, [HOST, JSON_BODY, CREDENTIALS, *headers], body))


def test_a_reply_byte_for_byte(archive: RawConnection) -> None:
    archive.send(asked())
    reply = archive.receive()
    assert reply.status_line == "HTTP/1.1 200 "
    assert [name for name, _ in reply.headers] == ["Content-Type", "Content-Length", "Date"]
    assert reply.body == LISTED


def test_a_connection_serves_a_hundred_requests(archive: RawConnection) -> None:
    for number in range(1, 101):
        archive.send(asked())
        reply = archive.receive()
        assert reply.body == LISTED
        assert reply.header("Connection") == (None if number < 100 else "close")
    assert archive.is_at_end()


def test_requests_that_do_not_wait_for_replies_are_answered_in_order(archive: RawConnection) -> None:
    archive.send(asked() + asked(b"/nothing") + asked(method="HEAD") + asked(LIST + b"?prettyPrint"))
    assert archive.receive().body == LISTED
    assert archive.receive().status == 404
    head = archive.receive(has_body=False)
    assert (head.status, head.header("Content-Length")) == (200, str(len(LISTED)))
    assert archive.receive().body.startswith(b'[ {\n  "key" : 1,\n')


def test_an_idle_connection_is_closed(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    assert connections.IDLE_SECONDS == 60
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.05)
    with simulator.serve() as running, connected(running.archive_url) as connection:
        connection.send(asked())
        assert connection.receive().body == LISTED
        assert connection.is_at_end()


@pytest.mark.parametrize("status", [400, 500, 503])
def test_errors_close_the_connection(status: int, simulator: Simulator) -> None:
    if status == 503:
        simulator.stop_database()
        simulator.advance(60)
    simulator.add_channel("strange", control_system_type="tango")
    bounds = b"?start=1" if status == 400 else b"?start=1&end=2"
    with simulator.serve() as running, connected(running.archive_url) as connection:
        connection.send(asked(LIST + b"1/samples/strange" + bounds))
        reply = connection.receive()
        assert (reply.status, reply.header("Connection")) == (status, "close")
        assert connection.is_at_end()


@pytest.mark.parametrize("target", [b"/nothing", LIST + b"1/samples/none?start=1&end=2", LIST])
def test_other_replies_leave_the_connection_open(target: bytes, archive: RawConnection) -> None:
    for _ in range(2):
        archive.send(asked(target))
        assert archive.receive().header("Connection") is None


@pytest.mark.parametrize("wish", ["close", "Close", "TE, close"])
def test_a_client_may_ask_for_the_connection_to_be_closed(wish: str, archive: RawConnection) -> None:
    archive.send(asked(LIST, ("Connection", wish)))
    assert archive.receive().header("Connection") == "close"
    assert archive.is_at_end()


def test_an_upgrade_that_is_offered_changes_nothing(archive: RawConnection) -> None:
    upgrade = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAEAAEAA")]
    archive.send(asked(LIST, *upgrade))
    assert (reply := archive.receive()).body == LISTED
    assert reply.header("Connection") is None


def test_version_1_0(archive: RawConnection) -> None:
    archive.send(asked(LIST, ("Connection", "keep-alive"), version="HTTP/1.0"))
    reply = archive.receive()
    assert (reply.status_line, reply.header("Connection"), reply.body) == ("HTTP/1.1 200 ", "keep-alive", LISTED)
    archive.send(as_bytes(SimulatorRequest("GET", LIST), "HTTP/1.0"))
    assert archive.receive().header("Connection") == "close"
    assert archive.is_at_end()


def test_version_1_0_knows_no_chunks(admin: RawConnection) -> None:
    admin.send(asked(b"/admin/api/1.0/cluster-status", ("Connection", "keep-alive"), version="HTTP/1.0"))
    reply = admin.receive()
    assert reply.header("Transfer-Encoding") is None
    assert reply.header("Connection") == "close"
    assert len(json.loads(reply.body)["servers"]) == 2


def test_a_client_that_waits_for_permission_to_send_gets_it(admin: RawConnection) -> None:
    head, _, body = commands(("Expect", "100-continue")).partition(b"\r\n\r\n")
    admin.send(head + b"\r\n\r\n")
    permission = admin.receive(has_body=False)
    assert (permission.status_line, permission.headers) == ("HTTP/1.1 100 ", [])
    admin.send(body)
    assert json.loads(admin.receive().body)["results"][0]["success"] is False


def test_a_request_body_in_chunks(admin: RawConnection) -> None:
    head, _, body = commands().partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    chunks = b"5;name=value\r\n%b\r\n%X\r\n%b\r\n0\r\nTrailer: 1\r\n\r\n" % (body[:5], len(body) - 5, body[5:])
    admin.send(b"\r\n".join([*kept, b"Transfer-Encoding: chunked", b"", b""]) + chunks)
    assert json.loads(admin.receive().body)["results"][0]["command"]["channelName"] == "new"


def test_a_request_that_breaks_off_takes_no_effect(simulator: Simulator) -> None:
    simulator.add_channel("new")
    with simulator.serve() as running, connected(running.admin_url) as connection:
        connection.send(commands()[:-1])
        connection.end()
        assert connection.is_at_end()
    assert simulator.requests == ()


def test_replies_are_not_compressed(archive: RawConnection) -> None:
    archive.send(asked(LIST, ("Accept-Encoding", "gzip, deflate")))
    assert (reply := archive.receive()).body == LISTED
    assert reply.header("Content-Encoding") is None


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n", 417),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 101 + b"\r\n", 400),
        (b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n" % (b"a" * 9000), 400),
        (b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n" % (b"a" * 300_000), 400),
    ],
)
def test_what_is_no_request_is_refused(sent: bytes, status: int, archive: RawConnection) -> None:
    archive.send(sent)
    reply = archive.receive()
    assert reply.status_line == f"HTTP/1.1 {status} "
    assert [name for name, _ in reply.headers] == ["Transfer-Encoding", "Date", "Connection"]
    assert (reply.header("Connection"), reply.body) == ("close", b"")
    assert archive.is_at_end()


def test_lines_that_are_no_headers_are_skipped(archive: RawConnection) -> None:
    archive.send(b"\r\n\nGET  %b HTTP/1.1\r\nno header\r\nBad name: 1\r\nA: b\r\n c\r\nHost:localhost\r\n\r\n" % LIST)
    assert archive.receive().body == LISTED


def test_a_whole_url_is_a_target_too(archive: RawConnection) -> None:
    archive.send(asked(b"http://localhost:9812" + LIST) + asked(b"http://localhost"))
    assert archive.receive().body == LISTED
    assert archive.receive().status == 404


def test_what_is_sent_with_bytes_above_ascii_arrives_as_such(simulator: Simulator, archive: RawConnection) -> None:
    archive.send(asked(LIST, ("X-Name", "s\xfcper")))
    archive.receive()
    assert ("X-Name", "s\xfcper") in simulator.requests[0].headers


def test_a_client_that_goes_away_early_disturbs_nobody(simulator: Simulator) -> None:
    simulator.add_channel("long", samples=20_000)
    with simulator.serve() as running:
        for _ in range(3):
            with connected(running.archive_url) as impatient:
                impatient.send(asked(LIST + b"1/samples/long?start=0&end=20000"))
                assert impatient.receive(has_body=False).status == 200
        with connected(running.archive_url) as patient:
            patient.send(asked())
            assert patient.receive().body == LISTED


def test_connections_at_the_same_time(simulator: Simulator) -> None:
    bodies: list[bytes] = []

    def ask(url: str) -> None:
        with connected(url) as connection:
            barrier.wait(10)
            connection.send(asked())
            bodies.append(connection.receive().body)

    with simulator.serve() as running:
        barrier = threading.Barrier(20)
        threads = [threading.Thread(target=ask, args=(running.archive_url,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert bodies == [LISTED] * 20


def test_a_port_that_is_taken_is_an_error(simulator: Simulator) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = [taken.getsockname()[1]]
        with pytest.raises(OSError, match="in use"), simulator.serve(ports):
            pass
