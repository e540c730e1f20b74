"""What a client tells an ``on_event`` callable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["ClientEvent", "EventHandler"]


@dataclass(frozen=True, slots=True)
class ClientEvent:
    """One thing that happened inside a client; enough for metrics and traces, and free of secrets.

    Attributes:
        kind: ``'request'`` when one HTTP request has ended, well or not; ``'retry'`` when a request that failed
            is about to be repeated after a pause.
        operation: The client method, for example ``'get_samples'``.
        channel: The channel concerned, or None for operations that are not about one channel.
        server: Scheme, host and port of the server asked.
        attempt: 1 for the first request of an operation, 2 for its first repetition, and so on.
        status: The HTTP status of the reply, or None if none arrived.
        bytes: Bytes of the reply's body that were read, after any decompression.
        samples: Samples decoded from the reply, or None for operations that read no samples.
        seconds: For ``'request'`` how long it took; for ``'retry'`` how long the pause will be.
        failure: What went wrong, or None for a request that succeeded.
    """

    kind: Literal["request", "retry"]
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
"""Takes each event as it happens, in the thread or task of the call. What it raises ends the call."""
