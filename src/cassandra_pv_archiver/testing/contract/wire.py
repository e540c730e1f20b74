"""Requests to both services exactly as given, and replies as they came."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from .findings import NotApplicableError, NotReachableError
from .schemas import Service

PREFIXES: Mapping[Service, str] = {"admin": "/admin/api/1.0", "archive": "/archive-access/api/1.0"}
"""The base path of each service."""
LARGEST_REPLY = 256 * 1024 * 1024
"""Bytes that a reply may have; one that has more is not read."""
LARGEST_SAMPLES = 8 * 1024 * 1024
"""Bytes that a reply with samples may have, as all windows are small."""
_PAUSE = 0.5
"""Seconds before a read is repeated."""
_PROXY_HEADERS = ("Server", "Via", "X-Cache", "X-Served-By", "CF-Ray", "X-Envoy-Upstream-Service-Time")

Wait = Callable[[float], None]
"""Lets a number of seconds pass."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name and a password."""

    username: str
    password: str = field(repr=False)

    @property
    def header(self) -> str:
        """The value of the ``Authorization`` header."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode("ascii")


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply.

    Attributes:
        request: The method and the target, as sent.
        status: The status.
        headers: The headers.
        body: The body; compression that a proxy added is undone.
    """

    request: str
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case; empty if there is none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def is_proxied(self) -> bool:
        """Whether headers show that something stands before the server, which sends none of them."""
        return any(name in self.headers for name in _PROXY_HEADERS)


class BrokenReplyError(Exception):
    """There was no proper reply.

    Args:
        request: The method and the target, as sent.
        what: What happened.
    """

    def __init__(self, request: str, what: str) -> None:
        super().__init__(request, what)
        self.request: str = request
        self.what: str = what

    def __str__(self) -> str:
        return f"{self.request}: {self.what}"


class _ExactURL(httpx.URL):
    """A URL whose path and query reach the server byte for byte: checks need targets that httpx would normalise."""

    def __init__(self, base: str, target: bytes) -> None:
        super().__init__(base)
        self._target = target

    @property
    def raw_path(self) -> bytes:
        return self._target


class Wire:
    """Sends requests to the two services.

    Args:
        urls: The base URL of each service: scheme, host, port, and the prefix of a reverse proxy.
        max_rate: Requests per second at most; None for no bound.
        timeout: Seconds to wait for a connection, and for more bytes.
        wait: Lets seconds pass.
        transports: What takes the place of sockets.
    """

    def __init__(
        self,
        urls: Mapping[Service, str],
        *,
        max_rate: float | None = None,
        timeout: float = 60.0,
        wait: Wait = time.sleep,
        transports: Mapping[Service, httpx.BaseTransport] | None = None,
    ) -> None:
        self._bases: dict[Service, tuple[str, str]] = {name: _base(name, url) for name, url in urls.items()}
        self._spacing = 0.0 if max_rate is None else 1.0 / max_rate
        self._timeout = timeout
        self._wait = wait
        self._next = time.monotonic()
        given = transports or {}
        self._clients: dict[Service, httpx.Client] = {
            name: httpx.Client(timeout=timeout, transport=given.get(name), trust_env=name not in given)
            for name in self._bases
        }

    def close(self) -> None:
        """Closes all connections."""
        for client in self._clients.values():
            client.close()

    def send(
        self,
        service: Service,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        credentials: Credentials | None = None,
        largest: int = LARGEST_REPLY,
        repeatable: bool = True,
    ) -> Reply:
        """Sends a request and reads the reply. A read that breaks is repeated once, on another connection.

        Args:
            service: The service.
            method: The method.
            target: Path and query after the base path of the service; a path that starts with two slashes is taken
                as one that stands for the base path too, without the first of them.
            headers: Further headers.
            body: The body.
            credentials: What is sent as credentials.
            largest: Bytes that the reply may have.
            repeatable: Whether the request may be sent twice.

        Raises:
            NotReachableError: No connection could be made.
            BrokenReplyError: There was a connection, but no proper reply.
            NotApplicableError: The reply is too large.
        """
        sent = {"Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": "cpva-contract", **(headers or {})}
        if credentials is not None:
            sent["Authorization"] = credentials.header
        for last in (False, True) if repeatable else (True,):
            try:
                return self._once(service, method, target, sent, body, largest)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if last:
                    raise NotReachableError(f"{self._bases[service][0]} does not answer: {error}") from error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if last:
                    raise BrokenReplyError(f"{method} {target}", f"{type(error).__name__} {error}".rstrip()) from error
            self._wait(_PAUSE)
        raise AssertionError("The last attempt returns or raises.")

    def _once(
        self,
        service: Service,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
        largest: int,
    ) -> Reply:
        self._keep_rate()
        origin, prefix = self._bases[service]
        path = prefix + (target[1:] if target.startswith("//") else PREFIXES[service] + target)
        client = self._clients[service]
        client.cookies.clear()
        request = client.build_request(method, origin, headers=headers, content=body)
        request.url = _ExactURL(origin, path.encode())
        response = client.send(request, stream=True)
        try:
            pieces, size = list[bytes](), 0
            for piece in response.iter_bytes():
                pieces.append(piece)
                size += len(piece)
                if size > largest:
                    raise NotApplicableError(f"the reply to {method} {path} has more than {largest} bytes")
        finally:
            response.close()
        return Reply(f"{method} {path}", response.status_code, response.headers, b"".join(pieces))

    def _keep_rate(self) -> None:
        now = time.monotonic()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + self._spacing


def _base(service: Service, url: str) -> tuple[str, str]:
    """Scheme, host and port, and the prefix of the path."""
    match = re.fullmatch(r"(https?://[^/?#@]+)(/[^?#]*)?", url, re.IGNORECASE)
    if match is None and "@" in url:
        raise ValueError(f"The URL of the {service} service carries no user name or password.")
    if match is None:
        raise ValueError(f"{url!r} is no URL of a service; write it like http://archiver.example.org:4812")
    path = (match[2] or "").rstrip("/")
    return match[1], path.removesuffix(PREFIXES[service])
