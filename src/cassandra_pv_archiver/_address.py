"""Where a service is: reads ``server_name`` and ``server_port``, or ``base_url``."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
# What the container accepts unescaped in a path; a percent sign only with two digits.
_PREFIX = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*")


@dataclass(frozen=True, slots=True)
class Address:
    """Scheme, host (IPv6 in brackets), port and the path prefix of a reverse proxy (empty, or with leading slash)."""

    scheme: str
    host: str
    port: int
    prefix: str = ""

    @property
    def server(self) -> str:
        """Scheme, host and port, the port always written out."""
        return f"{self.scheme}://{self.host}:{self.port}"

    def __str__(self) -> str:
        return self.server + self.prefix


def read_address(server_name: str | None, server_port: int, base_url: str | None, service_path: str) -> Address:
    """Reads the arguments of a client.

    Args:
        server_name: Host name or IP address, or None if ``base_url`` is given.
        server_port: TCP port that goes with ``server_name``.
        base_url: Scheme, host, port and prefix; with or without ``service_path`` at its end.
        service_path: The service's own path, such as ``/admin/api/1.0``.

    Raises:
        TypeError: Both or neither of ``server_name`` and ``base_url`` are given.
        ValueError: Something in them cannot be used.
    """
    if server_name is not None and base_url is not None:
        raise TypeError("Give either server_name or base_url, not both.")
    if base_url is not None:
        return _from_url(base_url, service_path)
    if server_name is None:
        raise TypeError("Give server_name, for example 'archiver.example.com', or base_url.")
    if isinstance(server_port, bool) or not isinstance(server_port, int):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
        raise TypeError(f"server_port is a number, not {server_port!r}.")
    if not 0 < server_port < 65536:
        raise ValueError(f"server_port is between 1 and 65535, not {server_port}.")
    return Address("http", _host(server_name), server_port)


def read_addresses(
    server_name: str | None,
    server_port: int,
    base_url: str | None,
    base_urls: Sequence[str] | None,
    service_path: str,
) -> tuple[Address, ...]:
    """As `read_address`, where ``base_urls`` may name several servers instead."""
    if base_urls is None:
        return (read_address(server_name, server_port, base_url, service_path),)
    if server_name is not None or base_url is not None:
        raise TypeError("Give one of server_name, base_url and base_urls.")
    if isinstance(base_urls, str):
        raise TypeError(f"base_urls is a list of URLs, not a text; write [{_without_userinfo(base_urls)!r}].")
    if not base_urls:
        raise ValueError("base_urls is empty.")
    return tuple(dict.fromkeys(_from_url(url, service_path) for url in base_urls))


def _host(name: str) -> str:
    if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
        raise TypeError(f"server_name is text, not {name!r}.")
    if "://" in name:
        raise ValueError(f"server_name is a host name, not a URL: give base_url={_without_userinfo(name)!r}.")
    bare = name[1:-1] if name.startswith("[") and name.endswith("]") else name
    if ":" in bare:
        try:
            return f"[{ipaddress.IPv6Address(bare)}]"
        except ValueError:
            raise ValueError(
                f"server_name {name!r} is neither a host name nor an IPv6 address; a port goes into server_port."
            ) from None
    if not bare or bare != name or re.search(r"[\s/?#@%\\<>\"{}|^`\[\]\x00-\x1f\x7f]", bare):
        raise ValueError(f"server_name {name!r} is not a host name or IP address.")
    return bare


def _without_userinfo(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//", url)


def _from_url(url: str, service_path: str) -> Address:
    shown = _without_userinfo(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"base_url {shown!r} is not a URL: {error}.") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError(f"base_url starts with http:// or https://, but {shown!r} does not.")
    if "@" in parts.netloc:
        raise ValueError("base_url carries no user name or password; use the username and password arguments.")
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        raise ValueError(f"base_url ends with the path; {shown!r} has a query or a fragment.")
    host = _host_of(parts, shown)
    prefix = parts.path.rstrip("/").removesuffix(service_path).rstrip("/")
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"The path of base_url {shown!r} has characters that must be percent-encoded.")
    return Address(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], prefix)


def _host_of(parts: SplitResult, shown: str) -> str:
    if not parts.hostname:
        raise ValueError(f"base_url {shown!r} names no host.")
    return _host(parts.hostname)
