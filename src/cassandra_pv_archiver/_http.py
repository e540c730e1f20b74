"""What the two drivers have in common: settings, requests with exact targets, and foreign exceptions."""

from __future__ import annotations

import logging
import random
import re
import ssl
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any, TypedDict

import httpx

from ._address import Address
from ._credentials import Credentials
from ._read_windows import WindowSize
from ._refusals import refusal
from ._steps import (
    Call,
    CurrentLimits,
    Limits,
    MoveOn,
    Open,
    Pause,
    Random,
    Read,
    RememberedWindow,
    Reply,
    Report,
    Server,
    Step,
    Stopwatch,
    WallClock,
)
from .errors import ArchiverError, ConnectionFailedError, InterruptedReplyError, RequestTimeoutError
from .events import ClientEvent, EventHandler
from .limits import RetryPolicy, Timeouts, check_count, check_seconds, retry_policy, timeouts
from .times import parse_time_zone

logger = logging.getLogger("cassandra_pv_archiver")

_SHORTEST = 0.001
KEEPALIVE = 5.0
"""Seconds after which an idle connection is not used again. The servers close theirs after 60 s (section 1.1); a
write must not go out on a connection that the other end is about to close."""


class LimitOptions(TypedDict, total=False):
    """Options that ``with_options`` can change.

    Attributes:
        timeout: Seconds for connecting, for each wait for more bytes, and for a free connection; or `Timeouts`.
            Writes wait longer for their reply (`Timeouts.write_reply`).
        deadline: Seconds that a whole call may take, with its repetitions and pauses; None for no such bound.
        retry: How many times a failed read is repeated, or a whole `RetryPolicy`.
        largest_reply: Bytes that a reply without samples may have.
        largest_sample: Bytes that are kept while the end of a sample has not arrived.
        time_zone: Zone, by IANA name or as ``tzinfo``, in which times without an offset are read; None refuses
            them.
        on_event: A callable that gets a `ClientEvent` for each request and each repetition.
    """

    timeout: float | Timeouts
    deadline: float | None
    retry: int | RetryPolicy
    largest_reply: int
    largest_sample: int
    time_zone: str | tzinfo | None
    on_event: EventHandler | None


class ConnectionOptions(LimitOptions, total=False):
    """Options of all four clients.

    Attributes:
        verify: Whether to check the server's TLS certificate, or the file or folder of the authorities to trust.
        ssl_context: A TLS context, instead of ``verify``.
        proxy: URL of a proxy for all requests.
        trust_env: Whether proxies are taken from the environment (``HTTP_PROXY`` and so on).
        headers: Headers sent with every request.
    """

    verify: bool | str | Path
    ssl_context: ssl.SSLContext | None
    proxy: str | None
    trust_env: bool
    headers: Mapping[str, str] | None


def read_limits(base: Limits, options: Mapping[str, Any]) -> Limits:
    """Lays the given options of `LimitOptions` over ``base``, checking them."""
    unknown = options.keys() - LimitOptions.__annotations__.keys()
    if unknown:
        raise TypeError(f"There is no option {min(unknown)!r}.")
    changes = dict(options)
    if "timeout" in changes:
        changes["timeouts"] = timeouts(changes.pop("timeout"))
    if "retry" in changes:
        changes["retry"] = retry_policy(changes["retry"])
    if changes.get("deadline") is not None:
        check_seconds("deadline", changes["deadline"])
    for name in {"largest_reply", "largest_sample"} & changes.keys():
        check_count(name, changes[name], least=1)
    if changes.get("time_zone") is not None:
        changes["time_zone"] = parse_time_zone(changes["time_zone"])
    if changes.get("on_event") is not None and not callable(changes["on_event"]):
        raise TypeError("on_event is a callable that takes a ClientEvent.")
    return replace(base, **changes)


def read_headers(headers: Mapping[str, str] | None) -> Mapping[str, str]:
    """Checks headers; no message shows a value, because it may be a secret."""
    for name, value in (headers or {}).items():
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            raise ValueError(f"{name!r} is not the name of a header.")
        if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers without a type checker
            raise TypeError(f"The value of the header {name!r} is not text.")
        if not re.fullmatch(r"[\t\x20-\x7e\x80-\xff]*", value):
            raise ValueError(f"The value of the header {name!r} has characters that a header cannot have.")
    return dict(headers or {})


def tls(verify: bool | str | Path, context: ssl.SSLContext | None) -> ssl.SSLContext | bool:
    """Reads the two options about TLS, of which only one may be given."""
    if context is not None:
        if verify is not True:
            raise TypeError("Give either verify or ssl_context, not both.")
        return context
    if isinstance(verify, bool):
        return verify
    path = Path(verify)
    if path.is_dir():
        return ssl.create_default_context(capath=path)
    return ssl.create_default_context(cafile=path)


def own_client_options(
    verify: bool | str | Path,
    ssl_context: ssl.SSLContext | None,
    proxy: str | None,
    trust_env: bool,
) -> dict[str, Any]:
    """The arguments with which a client of our own is made."""
    return {
        "verify": tls(verify, ssl_context),
        "proxy": proxy,
        "trust_env": trust_env,
        "limits": httpx.Limits(keepalive_expiry=KEEPALIVE),
        "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    }


def check_http_client(
    client: httpx.Client | httpx.AsyncClient,
    wanted: type[httpx.Client | httpx.AsyncClient],
    connection: Connection,
    verify: bool | str | Path,
    ssl_context: ssl.SSLContext | None,
    proxy: str | None,
    trust_env: bool,
) -> None:
    """Refuses a client of the wrong colour, and options that it would contradict."""
    if not isinstance(client, wanted):
        raise TypeError(f"http_client is an httpx.{wanted.__name__} here, not {type(client).__name__}.")
    given = {
        "verify": verify is not True,
        "ssl_context": ssl_context is not None,
        "proxy": proxy is not None,
        "trust_env": trust_env is not True,
    }
    for name, contradicts in given.items():
        if contradicts:
            raise TypeError(f"{name} is a matter of http_client: set it there.")
    if client.auth is not None and connection.credentials is not None:
        raise TypeError("http_client has an auth of its own, so a password cannot be given as well.")


class _ExactURL(httpx.URL):
    """A URL whose path and query reach the server byte for byte.

    httpx normalises paths, but ``a/../b`` is a legal channel name (section 11, row 23). Its request extension
    ``target`` would do, but sends the bare path to a forward proxy, which needs the whole URL.
    """

    def __init__(self, base: str, target: bytes) -> None:
        super().__init__(base)
        self._target = target

    @property
    def raw_path(self) -> bytes:
        return self._target


@dataclass(slots=True)
class Connection:
    """Where calls go and what goes with them; shared by a client and the views of it.

    Attributes:
        addresses: The servers, of which each can answer every read.
        credentials: User name and password.
        credentials_on_reads: Whether they go with reads as well.
        headers: Headers sent with every request.
        closed: Whether the client was closed.
        window: How much time a request for samples may cover.
    """

    addresses: Sequence[Address]
    credentials: Credentials | None = None
    credentials_on_reads: bool = False
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    closed: bool = False
    window: WindowSize = field(default_factory=WindowSize)
    _current: int = 0

    @property
    def address(self) -> Address:
        """The server that is asked at present."""
        return self.addresses[self._current]

    def move_on(self, server: str) -> int:
        """Lets the next server be asked, if this is the one that is asked at present; gives how many there are."""
        if self.address.server == server:
            self._current = (self._current + 1) % len(self.addresses)
        return len(self.addresses)

    def check_open(self) -> None:
        """Raises RuntimeError after the client was closed."""
        if self.closed:
            raise RuntimeError("This client has been closed; make a new one.")

    def request(
        self, client: httpx.Client | httpx.AsyncClient, call: Call[Any], extensions: dict[str, Any]
    ) -> httpx.Request:
        """Builds a request, which keeps the headers of ``client`` but not its cookies."""
        url = _ExactURL(self.address.server, (self.address.prefix + call.target).encode("ascii"))
        request = client.build_request(
            call.method, url, headers=dict(self.headers), content=call.body, extensions=extensions
        )
        request.url = url
        request.headers.pop("Cookie", None)
        # gzip is the only coding that a proxy in front of this server is known to add (section 1.5).
        request.headers["Accept-Encoding"] = "gzip"
        request.headers["Accept"] = "application/json"
        if call.body is not None:
            request.headers["Content-Type"] = "application/json"
        if self.credentials is not None and (call.credentials or self.credentials_on_reads):
            header = self.credentials.header()
            if header is not None:
                request.headers["Authorization"] = header
        return request

    def reply(self, response: httpx.Response, stream: Any) -> Reply:
        """Wraps a response whose body is still to be read; it is uncompressed only if it is gzip, and only once."""
        codings = response.headers.get_list("Content-Encoding", split_commas=True)
        if [coding.strip().lower() for coding in codings] != ["gzip"]:
            # Nobody asked for it, and a few bytes within two layers can become gigabytes in one step.
            response.headers.pop("Content-Encoding", None)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, headers, "Authorization" in response.request.headers, stream)


class Deadline:
    """The end of the time that a call may take."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self) -> float | None:
        """Seconds until the deadline, 0 or less after it, or None without one."""
        return None if self._end is None else self._end - time.monotonic()

    def check(self) -> float | None:
        """Gives the seconds that are left, or None without a deadline.

        Raises:
            RequestTimeoutError: Nothing is left.
        """
        left = self.left()
        if left is not None and left <= 0:
            raise self.passed()
        return left

    def check_pause(self, seconds: float) -> float:
        """Gives the seconds back if the deadline lies behind them; fails at once if it does not."""
        left = self.check()
        if left is not None and seconds >= left:
            raise self.passed()
        return seconds

    def cap(self, limits: Mapping[str, float]) -> dict[str, float]:
        """The given limits, none longer than what is left, but never nothing."""
        left = self.left()
        return {name: value if left is None else min(value, max(left, _SHORTEST)) for name, value in limits.items()}

    def is_why(self, error: httpx.HTTPError) -> bool:
        """Whether a request failed because the deadline has passed."""
        left = self.left()
        # Timers are not exact: a limit that ends with the deadline may end a moment before it.
        return left is not None and left <= (0.05 if isinstance(error, httpx.TimeoutException) else 0.0)

    def passed(self) -> RequestTimeoutError:
        """The error for a call that took too long."""
        return RequestTimeoutError(
            f"The call was not finished within its deadline of {self._seconds:g} s.", deadline_passed=True
        )


def phase_limits(call: Call[Any], limits: Timeouts) -> dict[str, float]:
    """The time limits of a call's phases, by httpx's names for them."""
    read = limits.read if call.repeatable else limits.write_reply
    return {"connect": limits.connect, "read": read, "write": limits.read, "pool": limits.pool}


LOCAL_STEPS = (Server, CurrentLimits, WallClock, Stopwatch, Random, Report, MoveOn, RememberedWindow)
"""Steps that need no waiting."""
WAITING_STEPS = (Open, Read, Pause)
"""Steps that are not performed once their call has been cancelled. The others end soon, or have such steps in them; and
what was cancelled is still reported."""


def answer(step: Step, connection: Connection, limits: Limits) -> Any:
    """Answers the steps that need no waiting."""
    match step:
        case Server():
            return connection.address.server
        case CurrentLimits():
            return limits
        case WallClock():
            return time.time_ns()
        case Stopwatch():
            return time.monotonic()
        case Random():
            return random.random()  # noqa: S311 -- spreads pauses, guards nothing
        case Report(event):
            return _report(event, limits)
        case MoveOn(server):
            return connection.move_on(server)
        case RememberedWindow():
            return connection.window
        case _:
            raise AssertionError(step)


def _report(event: ClientEvent, limits: Limits) -> None:
    subject = event.operation if event.channel is None else f"{event.operation} {event.channel!r}"
    match event.kind:
        case "request":
            outcome = event.status if event.failure is None else event.failure
            logger.debug("%s at %s: %s, %.3f s", subject, event.server, outcome, event.seconds)
        case "retry":
            logger.warning(
                "%s: attempt %d failed, next one in %.2f s: %s", subject, event.attempt, event.seconds, event.failure
            )
        case "cut":
            logger.warning("%s", event.failure)
        case "split":
            logger.warning("%s: asks for shorter ranges after: %s", subject, event.failure)
        case "failover":
            logger.warning("%s: %s is left for the next server: %s", subject, event.server, event.failure)
    if limits.on_event is not None:
        limits.on_event(event)


@contextmanager
def translated(server: str, deadline: Deadline) -> Generator[None]:
    """Turns httpx's exceptions into ours, in this one place."""
    try:
        yield
    except httpx.HTTPError as error:
        raise deadline.passed() if deadline.is_why(error) else translate(error, server) from error


def translate(error: httpx.HTTPError, server: str) -> ArchiverError:
    """The exception of ours for one of httpx's."""
    detail = str(error) or type(error).__name__
    match error:
        case httpx.HTTPStatusError():
            # Raised by a hook of the user's client.
            response = error.response
            return refusal(server, response.status_code, response.headers, b"", credentials_sent=False)
        case httpx.PoolTimeout():
            return ConnectionFailedError(f"No connection to {server} became free in time.")
        case httpx.ConnectTimeout():
            return ConnectionFailedError(f"Connecting to {server} took too long.")
        case httpx.TimeoutException():
            return RequestTimeoutError(f"{server} did not answer in time ({type(error).__name__}).")
        case httpx.ConnectError() | httpx.ProxyError() | httpx.UnsupportedProtocol() | httpx.LocalProtocolError():
            return ConnectionFailedError(f"Cannot connect to {server}: {detail}")
        case _:
            return InterruptedReplyError(f"The exchange with {server} broke off: {detail}")
