"""Paths reach the server byte for byte: directly, through a forward proxy and through a tunnel."""

from __future__ import annotations

import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from cassandra_pv_archiver import ConnectionFailedError

from .raw_server import json_reply, raw_server

Make = Callable[..., Any]
NAMES = json_reply(b'["found"]')
ODD = "a/../b/./c//d;e+f%g h?#ü\N{GRINNING FACE}"
ODD_TARGET = b"a/../b/./c//d%3Be%2Bf%25g%20h%3F%23%C3%BC%F0%9F%98%80"
PATH = b"/archive-access/api/1.0/archive/1/channels-by-pattern/"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port_file = tmp_path_factory.mktemp("proxy") / "port"
    command = [sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", "--port", "0", "--num-workers", "1"]
    process = subprocess.Popen(
        [*command, "--num-acceptors", "1", "--port-file", str(port_file), "--log-level", "ERROR"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{wait_for_port(port_file, process)}"
    finally:
        process.terminate()
        process.wait(10)


def wait_for_port(file: Path, process: subprocess.Popen[bytes]) -> int:
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up and process.poll() is None:
        if file.exists() and file.read_text().strip():
            return int(file.read_text())
        time.sleep(0.02)
    raise AssertionError("the proxy did not start")


def test_directly(make: Make) -> None:
    with raw_server([NAMES]) as server:
        client = make("ArchiveClient", base_url=server.url)
        assert client.find_channels_by_pattern(ODD) == ["found"]
    assert server.requests[0].startswith(b"GET " + PATH + ODD_TARGET + b" HTTP/1.1\r\n")


def test_below_the_prefix_of_a_reverse_proxy(make: Make) -> None:
    with raw_server([NAMES]) as server:
        client = make("ArchiveClient", base_url=server.url + "/a%20b/archive-access/api/1.0")
        client.find_channels_by_pattern("x")
    assert server.requests[0].startswith(b"GET /a%20b" + PATH + b"x HTTP/1.1\r\n")


def test_through_a_forward_proxy(make: Make, proxy: str) -> None:
    with raw_server([NAMES]) as server:
        client = make("ArchiveClient", base_url=server.url, proxy=proxy)
        assert client.find_channels_by_pattern(ODD) == ["found"]
    assert server.requests[0].startswith(b"GET " + PATH + ODD_TARGET + b" HTTP/1.1\r\n")


def test_through_a_tunnel(make: Make, proxy: str) -> None:
    authority = trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)
    with raw_server([NAMES], server_side) as server:
        url = server.url.replace("http://127.0.0.1", "https://localhost")
        client = make("ArchiveClient", base_url=url, proxy=proxy, ssl_context=client_side)
        assert client.find_channels_by_pattern(ODD) == ["found"]
    assert server.requests[0].startswith(b"GET " + PATH + ODD_TARGET + b" HTTP/1.1\r\n")


def test_a_certificate_that_nobody_signed(make: Make) -> None:
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(server_side)
    with raw_server([NAMES], server_side) as server:
        url = server.url.replace("http://127.0.0.1", "https://localhost")
        client = make("ArchiveClient", base_url=url, retry=0, trust_env=False)
        with pytest.raises(ConnectionFailedError, match="certificate"):
            client.list_archives()


def test_the_authority_can_be_a_file(make: Make, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server_side)
    with raw_server([json_reply(b"[]")], server_side) as server:
        url = server.url.replace("http://127.0.0.1", "https://localhost")
        client = make("ArchiveClient", base_url=url, verify=tmp_path / "authority.pem", trust_env=False)
        assert client.list_archives() == []
