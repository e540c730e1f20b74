"""Credentials of requests (section 2.1)."""

from __future__ import annotations

import base64
import binascii

from .clock import SECOND
from .cluster import Cluster
from .servers import NEVER
from .users import ANONYMOUS, User

_REMEMBERED_FOR = 10 * SECOND
"""For how long a server knows a user who has logged in without asking the database."""


class Authentication:
    """Looks at the credentials of requests to one server.

    Args:
        cluster: The cluster.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._remembered: dict[str, tuple[int, User]] = {}

    def user(self, authorization: str | None) -> User | None:
        """Who sends a request; None if the credentials are refused.

        Args:
            authorization: The header; other schemes than ``Basic``, in this spelling, are ignored.
        """
        if authorization is None or not authorization.startswith("Basic "):
            return ANONYMOUS
        try:
            decoded = base64.b64decode(authorization[6:], validate=True).decode()
        except (binascii.Error, ValueError):
            return None
        name, colon, password = decoded.partition(":")
        if not colon:
            return None
        now = self._cluster.clock.now_ns()
        since, user = self._remembered.get(name, (NEVER, ANONYMOUS))
        if now - since <= _REMEMBERED_FOR and user.password == password:
            return user
        # A check that fails for a remembered user is repeated with what the database says.
        found = None if self._cluster.database.is_down(now) else self._cluster.users.get(name)
        if found is None or found.password != password:
            return None
        self._remembered[name] = now, found
        return found
