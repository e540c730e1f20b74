"""One request's whole life: sending, reading, failing, trying again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from ._attempts import Arrived, Attempts, attempts_for
from ._refusals import refusal
from ._steps import Call, Close, CurrentLimits, Decoder, Flow, Limits, Open, Read, Reply, Server, Stopwatch, WallClock
from ._wire_model import REPLY
from .errors import ArchiverError, InterruptedReplyError, InvalidReplyError

T = TypeVar("T")

_LARGEST_ERROR_PAGE = 64 * 1024
_EXCERPT = 200
_FIRST_FAILURE = 400


class BodyReader(Protocol[T]):
    """Reads the body of a normal reply."""

    def __call__(self, decoder: Decoder[T], reply: Reply, arrived: Arrived, /) -> Flow[T]:
        """Feeds the decoder until the body ends."""
        ...


def current_limits() -> Flow[Limits]:
    """Asks what limits hold."""
    return (yield CurrentLimits())


def now_ns() -> Flow[int]:
    """Asks for the time in nanoseconds since 1970-01-01 UTC."""
    return (yield WallClock())


@dataclass(frozen=True, slots=True)
class JsonFormat(Generic[T]):
    """A JSON body that is small enough to be read as a whole and becomes a validated object.

    Attributes:
        type: The type to validate against, anything that pydantic takes.
    """

    type: type[T]

    def decoder(self, about: str, limits: Limits) -> Decoder[T]:
        """Makes a decoder that gathers the body and validates it at its end."""
        return _JsonDecoder(self.type, about, limits.largest_reply)


class _JsonDecoder(Generic[T]):
    samples = None

    def __init__(self, type_: type[T], about: str, largest: int) -> None:
        self._type = type_
        self._about = about
        self._largest = largest
        self._body = bytearray()

    def feed(self, chunk: bytes) -> None:
        self._body += chunk
        if len(self._body) > self._largest:
            raise InvalidReplyError(
                f"{self._about}: the reply is larger than {self._largest:,} bytes. If that is right, "
                "raise the client's largest_reply.",
                f"byte {self._largest}",
                bytes(self._body[:_EXCERPT]),
            )

    def finish(self) -> T:
        adapter: TypeAdapter[T] = _adapter(self._type)
        try:
            return adapter.validate_json(bytes(self._body), context=REPLY)
        except ValidationError as error:
            raise self._invalid(error) from error

    def _invalid(self, error: ValidationError) -> ArchiverError:
        first = error.errors(include_url=False, include_input=False)[0]
        where = "/" + "/".join(str(part) for part in first["loc"]) if first["loc"] else "the whole body"
        excerpt = bytes(self._body[:_EXCERPT])
        if first["type"] == "json_invalid" and "EOF" in first["msg"]:
            return InterruptedReplyError(f"{self._about}: the reply ended early, after {len(self._body)} bytes.")
        return InvalidReplyError(
            f"{self._about}: the reply is not what the specification says. At {where}: {first['msg']}. "
            f"The reply begins with {excerpt!r}.",
            where,
            excerpt,
        )


@cache
def _adapter(type_: Any) -> TypeAdapter[Any]:
    return TypeAdapter(type_)


def exchange(call: Call[T]) -> Flow[T]:
    """Makes a call and repeats it as the retry policy says.

    Returns:
        What the reply said.

    Raises:
        ArchiverError: The last attempt's failure, when no further attempt is due.
    """
    attempts = yield from attempts_for(call)
    while True:
        try:
            return (yield from attempt(call, attempts))
        except ArchiverError as failure:
            yield from attempts.after(failure)


def attempt(call: Call[T], attempts: Attempts, read: BodyReader[T] | None = None) -> Flow[T]:
    """Makes a call once.

    Args:
        call: The call.
        attempts: Knows the limits, and the number of the attempt.
        read: Reads the body of a normal reply with a decoder; None: as a whole.

    Returns:
        What the reply said.
    """
    began: float = yield Stopwatch()
    attempts.asked = server = yield Server()
    arrived = Arrived()
    try:
        result = yield from _request(call, server, attempts.limits, arrived, read or _read_result)
    except ArchiverError as failure:
        seconds = (yield Stopwatch()) - began
        yield from attempts.report("request", failure, seconds=seconds, arrived=arrived, server=server)
        raise
    seconds = (yield Stopwatch()) - began
    yield from attempts.report("request", None, seconds=seconds, arrived=arrived, server=server)
    return result


def _request(call: Call[T], server: str, limits: Limits, arrived: Arrived, read: BodyReader[T]) -> Flow[T]:
    reply: Reply = yield Open(call)
    arrived.status = reply.status
    subject = "" if call.channel is None else f" {call.channel!r}"
    about = f"{call.operation}{subject} at {server}"
    try:
        if reply.status in call.statuses and "json" in _content_type(reply):
            decoder = call.format.decoder(about, limits)
            failed = reply.status >= _FIRST_FAILURE
            result = yield from (
                _read_failure(decoder, reply, arrived, about) if failed else read(decoder, reply, arrived)
            )
        else:
            raise _unusable(about, reply, (yield from _read_beginning(reply, arrived)))
    except ArchiverError:
        yield Close(reply)
        raise
    yield Close(reply)
    return result


def _content_type(reply: Reply) -> str:
    return reply.headers.get("content-type", "").lower()


def _read_result(decoder: Decoder[T], reply: Reply, arrived: Arrived) -> Flow[T]:
    while (chunk := (yield from next_chunk(reply, arrived))) is not None:
        decoder.feed(chunk)
        arrived.samples = decoder.samples
    result = decoder.finish()
    arrived.samples = decoder.samples
    return result


def _read_failure(decoder: Decoder[T], reply: Reply, arrived: Arrived, about: str) -> Flow[T]:
    """Reads the result that comes with an error status, unless the reply says no more than why there is none."""
    body = bytearray()
    while (chunk := (yield from next_chunk(reply, arrived))) is not None:
        decoder.feed(chunk)
        body += chunk
    try:
        return decoder.finish()
    except InvalidReplyError as error:
        raise refusal(
            about, reply.status, reply.headers, bytes(body), credentials_sent=reply.credentials_sent
        ) from error


def next_chunk(reply: Reply, arrived: Arrived) -> Flow[bytes | None]:
    """Reads on; None at the end of the body."""
    chunk: bytes | None = yield Read(reply)
    arrived.bytes += 0 if chunk is None else len(chunk)
    return chunk


def _read_beginning(reply: Reply, arrived: Arrived) -> Flow[bytes]:
    beginning = b""
    while len(beginning) < _LARGEST_ERROR_PAGE:
        chunk = yield from next_chunk(reply, arrived)
        if chunk is None:
            break
        beginning += chunk
    return beginning[:_LARGEST_ERROR_PAGE]


def _unusable(about: str, reply: Reply, beginning: bytes) -> ArchiverError:
    if not 200 <= reply.status < 300:
        return refusal(about, reply.status, reply.headers, beginning, credentials_sent=reply.credentials_sent)
    excerpt = beginning[:_EXCERPT]
    found = f"status {reply.status}, content type {_content_type(reply) or 'not given'}"
    return InvalidReplyError(
        f"{about}: the reply is not the JSON that the service sends ({found}). It begins with {excerpt!r}. "
        "Is something else answering at this address?",
        "content type",
        excerpt,
    )
