"""The channels of a simulated cluster and the states they are in (section 9.1)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from uuid import UUID

from .channel_access import option_problem
from .java_text import quoted
from .sample_archive import SampleArchive

CONTROL_SYSTEMS = {"channel_access": "Channel Access"}
"""The installed control-system supports and their display names."""
STATES = ("initializing", "ok", "disabled", "disconnected", "error", "destroyed")
"""The states that a channel can be in (section 9.1)."""
_PROTECTIVE = 'The channel cannot be initialized because an operation of type "protective" is pending.'


@dataclass(slots=True)
class Channel:
    """One channel.

    Attributes:
        name: Its name.
        server_id: The server that owns it.
        control_system_type: Its control-system support.
        retention: Retention periods in seconds by decimation level, 0 being unlimited; there is always a level 0.
        enabled: Whether samples are archived.
        options: Options of the control-system support.
        data_id: Its identity, which survives renaming and moving.
        given_state: State and error message that somebody asked for; None: what follows from the configuration.
        written: Samples written since it was initialised.
        dropped: Likewise, samples that were lost.
        skipped_back: Likewise, samples that were refused because they were older than an earlier one.
        protected_until: When its server tries again to start it, in nanoseconds since 1970-01-01 UTC.
        archive: Its samples.
    """

    name: str
    server_id: UUID
    control_system_type: str = "channel_access"
    retention: dict[int, int] = field(default_factory=lambda: {0: 0})
    enabled: bool = True
    options: dict[str, str] = field(default_factory=dict[str, str])
    data_id: UUID = field(default_factory=uuid.uuid4)
    given_state: tuple[str, str | None] | None = None
    written: int = 0
    dropped: int = 0
    skipped_back: int = 0
    protected_until: int = 0
    archive: SampleArchive = field(default_factory=SampleArchive)

    @property
    def is_supported(self) -> bool:
        """Whether its control-system support is installed."""
        return self.control_system_type in CONTROL_SYSTEMS

    @property
    def control_system_name(self) -> str:
        """The display name of its control-system support."""
        return CONTROL_SYSTEMS.get(self.control_system_type, self.control_system_type)

    def state(self, now: int, *, is_provided: bool) -> tuple[str, str | None]:
        """The state on a running server, and what is wrong.

        Args:
            now: The time in nanoseconds since 1970-01-01 UTC.
            is_provided: Whether the control system has such a channel.
        """
        if now < self.protected_until:
            return "error", _PROTECTIVE
        if self.given_state is not None:
            return self.given_state
        if not self.is_supported:
            return "error", f"Control system support {quoted(self.control_system_type)} could not be found."
        problem = option_problem(self.options)
        if problem is not None:
            return "error", problem
        if not self.enabled:
            return "disabled", None
        return ("ok" if is_provided else "disconnected"), None

    def initialise(self) -> None:
        """Starts it as its configuration says; its counters begin at 0."""
        self.written = self.dropped = self.skipped_back = 0
        self.given_state = None
