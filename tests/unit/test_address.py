"""Where a client connects to."""

from __future__ import annotations

import pytest

from cassandra_pv_archiver._address import Address, read_address

SERVICE = "/admin/api/1.0"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("archiver.example.com", "http://archiver.example.com:4812"),
        ("localhost", "http://localhost:4812"),
        ("10.0.0.1", "http://10.0.0.1:4812"),
        ("::1", "http://[::1]:4812"),
        ("[::1]", "http://[::1]:4812"),
        ("2001:DB8::A", "http://[2001:db8::a]:4812"),
        ("under_score", "http://under_score:4812"),
    ],
)
def test_server_names(name: str, text: str) -> None:
    assert str(read_address(name, 4812, None, SERVICE)) == text


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("", "not a host name"),
        ("host:4812", "server_port"),
        ("http://host", "base_url"),
        ("http://user:secret@host", "base_url"),
        ("host/path", "not a host name"),
        ("user@host", "not a host name"),
        ("a b", "not a host name"),
        ("[host]", "not a host name"),
        ("[::1", "server_port"),
    ],
)
def test_names_that_cannot_be_right_are_refused(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint) as caught:
        read_address(name, 4812, None, SERVICE)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_ports_are_bounded(port: int) -> None:
    with pytest.raises(ValueError, match="server_port"):
        read_address("host", port, None, SERVICE)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://host", Address("http", "host", 80)),
        ("https://host", Address("https", "host", 443)),
        ("https://host:8443/", Address("https", "host", 8443)),
        ("http://[::1]:4812", Address("http", "[::1]", 4812)),
        ("http://host/archiver", Address("http", "host", 80, "/archiver")),
        ("http://host/archiver/admin/api/1.0", Address("http", "host", 80, "/archiver")),
        ("http://host/archiver/admin/api/1.0/", Address("http", "host", 80, "/archiver")),
        ("http://host:4812/admin/api/1.0", Address("http", "host", 4812)),
        ("HTTP://HOST/a%20b", Address("http", "host", 80, "/a%20b")),
    ],
)
def test_base_urls(url: str, expected: Address) -> None:
    assert read_address(None, 4812, url, SERVICE) == expected


@pytest.mark.parametrize(
    "url",
    [
        "host:4812",
        "ftp://host",
        "http://",
        "http://user:secret@host",
        "http://host/?a=b",
        "http://host/#x",
        "http://host/a b",
        "http://host/ü",
        "http://host:port",
        "http://host:99999",
    ],
)
def test_urls_that_cannot_be_right_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="base_url") as caught:
        read_address(None, 4812, url, SERVICE)
    assert "secret" not in str(caught.value)


def test_exactly_one_way_to_name_a_server() -> None:
    with pytest.raises(TypeError, match="not both"):
        read_address("host", 4812, "http://host", SERVICE)
    with pytest.raises(TypeError, match="server_name"):
        read_address(None, 4812, None, SERVICE)
