"""What a flow can ask its driver for.

A flow is a generator that says what is to be done, in which order, and what follows from the answers. It touches
no socket and no clock: it yields the steps below and is sent their answers, or is thrown the error that took the
place of an answer. The drivers in ``_transport`` (and one in the tests) do what is asked.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar

from .errors import ArchiverError
from .events import ClientEvent, EventHandler, ReadProgress
from .limits import LARGEST_REPLY, LARGEST_SAMPLE, RetryPolicy, Timeouts

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Decoder(Protocol[T_co]):
    """Reads the body of one reply while it arrives."""

    @property
    def samples(self) -> int | None:
        """How many samples have been read, or None if the reply holds none."""
        ...

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes."""
        ...

    def finish(self) -> T_co:
        """Takes note that the body has ended, and gives what it said."""
        ...


class ReplyFormat(Protocol[T_co]):
    """How the body of a reply is to be read. Implementations are comparable values."""

    def decoder(self, about: str, limits: Limits) -> Decoder[T_co]:
        """Makes a decoder for one reply; ``about`` begins the message of every error it raises."""
        ...


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """Everything about one request.

    Attributes:
        operation: The client method it belongs to.
        method: The HTTP method.
        target: Path and query behind the address of the service, encoded, exactly as the server must get them.
        format: How a reply with one of ``statuses`` is read.
        channel: The channel it is about, if it is about one.
        body: The JSON body, encoded.
        credentials: Whether user name and password go with it.
        repeatable: Whether it changes nothing.
        statuses: The statuses of normal replies. All others are errors.
    """

    operation: str
    method: Literal["GET", "POST"]
    target: str
    format: ReplyFormat[T]
    channel: str | None = None
    body: bytes | None = None
    credentials: bool = False
    repeatable: bool = True
    statuses: frozenset[int] = frozenset({200})


@dataclass(frozen=True, slots=True)
class Limits:
    """What the user of a client has set for its operations."""

    timeouts: Timeouts = field(default_factory=Timeouts)
    deadline: float | None = None
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    largest_reply: int = LARGEST_REPLY
    largest_sample: int = LARGEST_SAMPLE
    time_zone: Any = None
    on_event: EventHandler | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Reply:
    """Status and headers (names in lower case) of a reply whose body is still to be read.

    ``stream`` is the driver's own.
    """

    status: int
    headers: Mapping[str, str]
    credentials_sent: bool
    stream: Any = None


@dataclass(frozen=True, slots=True)
class Server:
    """Asks for the address that calls go to, as text."""


@dataclass(frozen=True, slots=True)
class CurrentLimits:
    """Asks for the `Limits` that hold."""


@dataclass(frozen=True, slots=True)
class Open:
    """Sends a call; answered by a `Reply`."""

    call: Call[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Waits for more of a reply; answered by bytes, or None at the end."""

    reply: Reply


@dataclass(frozen=True, slots=True, eq=False)
class Close:
    """Lets go of a reply; its connection is used again if the body was read to its end."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Pause:
    """Does nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class WallClock:
    """Asks for the time in nanoseconds since 1970-01-01 UTC."""


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Asks for seconds on a clock that only goes forward."""


@dataclass(frozen=True, slots=True)
class Random:
    """Asks for a random number from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Report:
    """Hands an event to the logger and to the user's ``on_event``."""

    event: ClientEvent


@dataclass(frozen=True, slots=True)
class MoveOn:
    """Lets further reads go to the next server, if they still go to this one; answered by the number of servers."""

    server: str


@dataclass(frozen=True, slots=True)
class RememberedWindow:
    """Asks for the `WindowSize` that the client remembers."""


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """Tells how far a read has come."""

    progress: ReadProgress


@dataclass(frozen=True, slots=True, eq=False)
class Hand:
    """Hands something to the caller, and waits until the caller wants more."""

    item: Any


@dataclass(frozen=True, slots=True, eq=False)
class SideBySide:
    """Runs flows at the same time; answered by what each returned, or the `ArchiverError` it raised, in their order.

    Attributes:
        flows: The flows, none of which hands anything to the caller.
        at_most: How many run at once.
    """

    flows: Sequence[Flow[Any]]
    at_most: int


POLLED_EVERY = 0.1
"""Seconds between two looks at whether a call has been cancelled."""


class CancelledError(ArchiverError):
    """What a flow is thrown when its caller has cancelled it."""


Step: TypeAlias = (
    Server
    | CurrentLimits
    | Open
    | Read
    | Close
    | Pause
    | WallClock
    | Stopwatch
    | Random
    | Report
    | MoveOn
    | RememberedWindow
    | Progress
    | Hand
    | SideBySide
)
Flow: TypeAlias = Generator[Step, Any, T]
