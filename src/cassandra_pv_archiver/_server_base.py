"""Times of servers as ``datetime``, and the exported file as bytes: base classes of generated models."""

from __future__ import annotations

import base64
import datetime as dt
from typing import TYPE_CHECKING

from ._wire_model import WireModel
from .times import to_datetime

__all__ = ["ClusterServerBase", "ServerConfigurationExportBase", "ServerStatusBase"]

_NS_PER_MS = 10**6


class ClusterServerBase(WireModel, frozen=True):
    """One server of a cluster."""

    if TYPE_CHECKING:
        last_online_time: int

    @property
    def last_online_datetime(self) -> dt.datetime:
        """`last_online_time` as a ``datetime`` in UTC."""
        return to_datetime(self.last_online_time * _NS_PER_MS)


class ServerStatusBase(WireModel, frozen=True):
    """The server that was asked."""

    if TYPE_CHECKING:
        server_last_online_time: int

    @property
    def server_last_online_datetime(self) -> dt.datetime | None:
        """`server_last_online_time` as a ``datetime`` in UTC; None if it was never online since its start."""
        if self.server_last_online_time == 0:
            return None
        return to_datetime(self.server_last_online_time * _NS_PER_MS)


class ServerConfigurationExportBase(WireModel, frozen=True):
    """The exported configuration of a server."""

    if TYPE_CHECKING:
        configuration_file: str

    @property
    def xml(self) -> bytes:
        """The XML document itself, decoded from Base64.

        Raises:
            ValueError: `configuration_file` is not Base64.
        """
        return base64.b64decode(self.configuration_file, validate=True)
