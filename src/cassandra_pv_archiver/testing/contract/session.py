"""What is known about the cluster that is checked: its servers and channels."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from .findings import NotApplicableError, NotAuthorisedError, NotReachableError
from .json_text import as_object, as_objects, read
from .schemas import Service
from .wire import BrokenReplyError, Reply, Wait, Wire

if TYPE_CHECKING:
    from .samples import SampledChannel

_T = TypeVar("_T")
_LONGEST_NAME = 1500
_KEPT_BY_TILDE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_MAY_BE_DOWN = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class KnownChannel:
    """A channel that the list of all channels names.

    Attributes:
        name: Its name.
        server_id: Its owner.
        control_system_type: The type of its control system.
        is_supported: Whether the support for that is known to be installed on the server that was asked.
    """

    name: str
    server_id: str
    control_system_type: str
    is_supported: bool

    @property
    def can_be_read(self) -> bool:
        """Whether its name can be sent to the archive-access service, through proxies too (section 1.4)."""
        segments = self.name.split("/")
        return (
            "\\" not in self.name
            and self.name.isprintable()  # control characters and single surrogates are not
            and not any(segment in {"", ".", ".."} for segment in segments)
            and len(percent(self.name)) < _LONGEST_NAME
        )


def tilde(name: str) -> str:
    """A name in the tilde codec (section 2.4)."""
    encoded = name.encode("utf-8", "surrogatepass")
    return "".join(chr(byte) if byte in _KEPT_BY_TILDE else f"~{byte:02X}" for byte in encoded)


def percent(text: str) -> str:
    """A text in percent encoding with slashes as they are (section 5.1)."""
    return quote(text, safe="/", errors="surrogatepass")


def code_units(text: str) -> bytes:
    """Sorts texts in the order of UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")


def spread(items: Sequence[_T], most: int) -> list[_T]:
    """At most so many of the items, evenly spread."""
    if len(items) <= most:
        return list(items)
    return [items[index * len(items) // most] for index in range(most)]


class Session:
    """One cluster while it is checked.

    Args:
        wire: The way to its services.
        wait: Lets seconds pass.
    """

    def __init__(self, wire: Wire, wait: Wait = time.sleep) -> None:
        self.wire: Wire = wire
        self.wait: Wait = wait
        self.is_proxied: bool = False
        self._channels: list[KnownChannel] | None = None
        self._servers: list[dict[str, Any]] | None = None
        self.sampled: list[SampledChannel] | None = None
        self.strange_samples: list[str] = []
        self.unknown_name: str = f"cpva-contract-{secrets.token_hex(8)}"

    def see(self, reply: Reply) -> Reply:
        """Takes note of a reply."""
        self.is_proxied = self.is_proxied or reply.is_proxied
        return reply

    def check_services(self) -> None:
        """Makes sure that both services answer.

        Raises:
            NotReachableError: One does not, or is not what it should be.
            NotAuthorisedError: One refuses requests without credentials.
        """
        self._check_service("admin", "/cluster-status", "/server-status/this-server")
        self._check_service("archive", "/archive/", "/archive/1/channels-by-pattern/")

    def _check_service(self, service: Service, *targets: str) -> None:
        try:
            replies = [self.see(self.wire.send(service, "GET", target)) for target in targets]
        except BrokenReplyError as error:
            raise NotReachableError(f"the {service} service gives no HTTP reply: {error}") from error
        refused = [reply for reply in replies if reply.status in {401, 403}]
        if len(refused) == len(replies):
            raise NotAuthorisedError(f"{refused[0].request} was answered with {refused[0].status}")
        if all(reply.status in _MAY_BE_DOWN for reply in replies):
            raise NotReachableError(f"{replies[0].request} was answered with {replies[0].status}")
        if all(reply.status == 404 or 300 <= reply.status < 400 for reply in replies):
            raise NotReachableError(
                f"there is no {service} service at this URL: {replies[0].request} was answered with {replies[0].status}"
            )

    def channels(self, *, again: bool = False) -> list[KnownChannel]:
        """All channels, as far as they can be read.

        Raises:
            NotApplicableError: The list cannot be read.
        """
        if self._channels is None or again:
            reply = self.see(self.wire.send("admin", "GET", "/channels/all"))
            entries = _entries(reply, "channels")
            if entries is None:
                raise NotApplicableError(f"the list of all channels could not be read (status {reply.status})")
            self._channels = [channel for entry in entries if (channel := _known_channel(entry)) is not None]
        return self._channels

    def names(self, *, again: bool = False) -> list[str]:
        """The names of all channels."""
        return [channel.name for channel in self.channels(again=again)]

    def servers(self) -> list[dict[str, Any]]:
        """The servers as the cluster status names them; only those whose ID can be read."""
        if self._servers is None:
            reply = self.see(self.wire.send("admin", "GET", "/cluster-status"))
            entries = _entries(reply, "servers") or []
            self._servers = [entry for entry in entries if isinstance(entry.get("serverId"), str)]
        return self._servers

    def server_ids(self) -> list[str]:
        """All servers and owners of channels."""
        known = [server["serverId"] for server in self.servers()]
        try:
            owners = [channel.server_id for channel in self.channels()]
        except NotApplicableError:
            owners = []
        return list(dict.fromkeys([*known, *owners]))

    def this_server(self) -> str:
        """The ID of the server that answers.

        Raises:
            NotApplicableError: It cannot be read.
        """
        reply = self.see(self.wire.send("admin", "GET", "/server-status/this-server"))
        server_id = members_of(reply).get("serverId")
        if not isinstance(server_id, str):
            raise NotApplicableError("the status of the server could not be read")
        return server_id

    def some_channels(self, most: int, *, readable: bool = False) -> list[KnownChannel]:
        """Some channels that differ as much as possible in name, owner and control system.

        Raises:
            NotApplicableError: There is none.
        """
        channels = [channel for channel in self.channels() if _can_be_named(channel.name)]
        if readable:
            channels = [channel for channel in channels if channel.can_be_read]
        kinds = {(channel.server_id, channel.control_system_type): channel for channel in reversed(channels)}
        odd = {_unusual(channel.name): channel for channel in reversed(channels)}
        chosen = [*odd.values(), *kinds.values(), *spread(channels, most)]
        if not chosen:
            raise NotApplicableError("there are no channels" + (" whose names can be sent" if readable else ""))
        return list(dict.fromkeys(chosen))[:most]


def _can_be_named(name: str) -> bool:
    """Whether a name fits into a URL, and into UTF-8, which has no single surrogates."""
    return len(tilde(name)) < _LONGEST_NAME and not any("\ud800" <= char <= "\udfff" for char in name)


def _unusual(name: str) -> str:
    """The kinds of characters in a name that encodings treat in different ways."""
    return "".join(sorted({"é" if ord(character) > 0x7F else character for character in name if not _plain(character)}))


def _plain(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in "-_")


def members_of(reply: Reply) -> dict[str, Any]:
    """The members of a JSON object that came with status 200; none if something else came."""
    try:
        return as_object(read(reply.body)) if reply.status == 200 else {}
    except ValueError:
        return {}


def _entries(reply: Reply, member: str) -> list[dict[str, Any]] | None:
    members = members_of(reply)
    return as_objects(members[member]) if isinstance(members.get(member), list) else None


def _known_channel(entry: dict[str, Any]) -> KnownChannel | None:
    texts = [entry.get(member) for member in ("channelName", "serverId", "controlSystemType", "controlSystemName")]
    name, server_id, kind, kind_name = texts
    if not isinstance(name, str) or not isinstance(server_id, str) or not name:
        return None
    return KnownChannel(name, server_id, str(kind), kind_name != kind)
