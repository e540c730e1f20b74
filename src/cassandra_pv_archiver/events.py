"""What a client tells ``on_event`` and ``progress`` callables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

__all__ = ["Cancel", "ClientEvent", "EventHandler", "ProgressHandler", "ReadProgress"]


EventKind: TypeAlias = Literal["request", "retry", "cut", "split", "failover"]


@dataclass(frozen=True, slots=True)
class ClientEvent:
    """One thing that happened inside a client; enough for metrics and traces, and free of secrets.

    Attributes:
        kind: ``'request'`` when one HTTP request has ended, well or not; ``'retry'`` when a request that failed
            is about to be repeated, or a read of samples to be resumed, after a pause; ``'cut'`` when a reply turned
            out to lack samples; ``'split'`` when the range of a read is about to be asked for in shorter windows;
            ``'failover'`` when reads go on with another server.
        operation: The client method, for example ``'get_samples'``.
        channel: The channel concerned, or None for operations that are not about one channel.
        server: Scheme, host and port of the server asked.
        attempt: 1 for the first request of an operation, 2 for its first repetition, and so on.
        status: The HTTP status of the reply, or None if none arrived.
        bytes: Bytes of the reply's body that were read, after any decompression.
        samples: Samples decoded from the reply, or None for operations that read no samples.
        seconds: For ``'request'`` how long it took; for ``'retry'`` how long the pause will be; otherwise 0.
        failure: What went wrong, or None for a request that succeeded.
    """

    kind: EventKind
    operation: str
    channel: str | None
    server: str
    attempt: int
    status: int | None
    bytes: int
    samples: int | None
    seconds: float
    failure: str | None


EventHandler: TypeAlias = Callable[[ClientEvent], object]
"""Takes each event as it happens, in the thread or task of the call; if that reads several channels at once, in threads
or tasks of their own, which have its context variables. What it raises ends the call."""


@dataclass(frozen=True, slots=True)
class ReadProgress:
    """How far a read of samples has come.

    Attributes:
        channel_name: The channel.
        share: The part of the time range that has been read, from 0 to 1. It stays at 0 for reads with ``count``
            until the reply is whole, because its samples come latest first.
        samples: Samples that have arrived.
        bytes: Bytes of sample replies that have arrived, after any decompression.
        finished: Whether this is the last one for this channel.
    """

    channel_name: str
    share: float
    samples: int
    bytes: int
    finished: bool


class Cancel(Protocol):
    """Says whether a read is to be ended, such as a ``threading.Event``."""

    def is_set(self) -> bool:
        """Whether it is. Asked about ten times a second, also from another thread."""
        ...


ProgressHandler: TypeAlias = Callable[[ReadProgress], object]
"""Takes how far a read has come, at most ten times a second and once when it is done, never two at a time, in the
thread or task that called the client's method. What it raises ends the read."""
