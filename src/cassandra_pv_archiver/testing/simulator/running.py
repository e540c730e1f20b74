"""What a simulator has been asked, and where it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from .operations import Service


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request that the simulator has got.

    Attributes:
        service: The service that was asked.
        server: The position of the server that was asked.
        operation: The operation by its name in the specifications, such as ``getSamples``; None for other paths.
        channels: The names of the channels that it is about.
        method: The HTTP method.
        target: Path and query, exactly as sent.
        headers: Names and values.
        body: The body.
        time: When it was received, in nanoseconds since 1970-01-01 UTC of the simulator's time.
    """

    service: Service
    server: int
    operation: str | None
    channels: frozenset[str]
    method: str
    target: bytes
    headers: Sequence[tuple[str, str]]
    body: bytes
    time: int


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where one simulated server answers.

    Attributes:
        server_id: Its ID.
        admin_url: Scheme, host and port of its administrative service.
        archive_url: Likewise, of its archive-access service.
    """

    server_id: UUID
    admin_url: str
    archive_url: str


class RunningSimulator:
    """Where a simulated cluster answers."""

    def __init__(self) -> None:
        self._servers: list[RunningServer] = []

    def add(self, server: RunningServer) -> None:
        """Lets a server join, if it is not there already."""
        if server not in self._servers:
            self._servers.append(server)

    @property
    def servers(self) -> tuple[RunningServer, ...]:
        """Its servers, in the order in which the simulator got them."""
        return tuple(self._servers)

    @property
    def admin_url(self) -> str:
        """The administrative service of the first server."""
        return self._servers[0].admin_url

    @property
    def archive_url(self) -> str:
        """The archive-access service of the first server."""
        return self._servers[0].archive_url
