"""The only way in which the suite changes a cluster: guarded, noted in the journal, and undone."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from .configuration import FileChannel, document
from .findings import NotAuthorisedError, UnsafeError
from .journal import Journal
from .json_text import as_object, as_objects
from .session import Session, code_units, members_of, tilde
from .wire import Credentials, Reply

Command: TypeAlias = Mapping[str, Any]

SHORTEST_PREFIX = 4
"""Characters that a prefix must have."""
PENDING = 6.0
"""Seconds after which an operation is no longer pending (section 3.5)."""
_PATIENCE = 12
"""How often removing what is left is tried."""
_AFTERMATH = 3
"""How often is looked for channels that a command created that was cut off."""
_NAMES = ("channelName", "newChannelName", "oldChannelName")
_ADDING = frozenset({"add_channel", "add_or_update_channel"})
_COMMANDS = "/run-archive-configuration-commands"


def check_prefix(prefix: str) -> None:
    """Refuses a prefix that is too short, or that could not be used in all names.

    Raises:
        UnsafeError: With the reason.
    """
    if len(prefix) < SHORTEST_PREFIX:
        raise UnsafeError(f"The prefix {prefix!r} is too short: give at least {SHORTEST_PREFIX} characters.")
    if not prefix.isprintable() or re.search(r"[*?\\\s]", prefix):
        raise UnsafeError(f"The prefix {prefix!r} has white space, a wildcard, a backslash or a control character.")


class Writer:
    """Creates, changes and removes channels whose names begin with a prefix, and no others.

    Args:
        session: The cluster.
        prefix: How the names of all channels begin that may be touched.
        credentials: Those of an administrator.
        journal: Where channels are noted before they are created.
    """

    def __init__(self, session: Session, prefix: str, credentials: Credentials, journal: Journal) -> None:
        check_prefix(prefix)
        self.session: Session = session
        self.prefix: str = prefix
        self.credentials: Credentials = credentials
        self.journal: Journal = journal
        self._cut_off = False

    def name(self, ending: str) -> str:
        """The name of a channel that may be touched."""
        return self.prefix + ending

    def check_free(self) -> None:
        """Makes sure that no channel begins with the prefix.

        Raises:
            UnsafeError: One does.
        """
        names = list(self.session.names(again=True))
        for server_id in self.session.server_ids():
            names += identities(_channels(self.session.wire.send("admin", "GET", f"/channels/by-server/{server_id}")))
        taken = sorted({name for name in names if name.startswith(self.prefix)}, key=code_units)
        if taken:
            raise UnsafeError(
                f"The prefix {self.prefix!r} is not free: there is the channel {taken[0]!r}"
                + (f" and {len(taken) - 1} more" if len(taken) > 1 else "")
                + ". Choose another one, or use --clean-leftovers if an earlier run left them."
            )

    def check_credentials(self) -> None:
        """Makes sure that the credentials are those of an administrator.

        Raises:
            NotAuthorisedError: They are not.
        """
        reply = self._post(_COMMANDS, {"commands": []})
        if reply.status in {401, 403}:
            raise NotAuthorisedError(f"the credentials of {self.credentials.username!r} are refused")

    # Changing

    def commands(self, commands: Sequence[Command], *, headers: Mapping[str, str] | None = None) -> Reply:
        """Sends a batch of commands about own channels.

        Raises:
            UnsafeError: A command is about another channel, or enables one.
        """
        for command in commands:
            self._guard(command)
        created = [command["channelName"] for command in commands if command["commandType"] in _ADDING]
        created += [command["newChannelName"] for command in commands if command["commandType"] == "rename_channel"]
        self.journal.note(created)
        reply = self._post(_COMMANDS, {"commands": list(commands)}, headers)
        self._note_identities(created)
        return reply

    def refused_commands(self, commands: Sequence[Any]) -> Reply:
        """Sends a batch that the server has to refuse as a whole. Should it not, only own channels are affected.

        Raises:
            UnsafeError: A command is about another channel, or enables one.
        """
        named: list[str] = []
        for command in commands:
            members = as_object(command)
            names = [members[member] for member in _NAMES if isinstance(members.get(member), str) and members[member]]
            for name in names:
                self._guard_name(name)
            named += names
            if members.get("enabled", False) is not False:
                raise UnsafeError("A command would enable a channel.")
        self.journal.note(named)
        return self._post(_COMMANDS, {"commands": list(commands)})

    def do(self, command: Command) -> Reply:
        """Sends one command, again if another operation is still pending."""
        reply = self.commands([command])
        for _ in range(3):
            if b"because another operation for this channel is pending." not in reply.body:
                break
            self.session.wait(PENDING)
            reply = self.commands([command])
        return reply

    def import_file(
        self,
        server_id: str,
        channels: Sequence[FileChannel],
        *,
        add: bool = False,
        update: bool = False,
        remove: bool = False,
        simulate: bool = False,
    ) -> Reply:
        """Imports a file with own channels.

        Raises:
            UnsafeError: Another channel is named, one would be enabled, or channels would be removed.
        """
        for channel in channels:
            self._guard_name(channel.name)
            if channel.enabled:
                raise UnsafeError(f"The file would enable the channel {channel.name!r}.")
        names = [channel.name for channel in channels]
        self.journal.note(names)
        asked = {"addChannels": add, "updateChannels": update, "removeChannels": remove, "simulate": simulate}
        reply = self._import(server_id, base64.b64encode(document(channels)).decode("ascii"), asked)
        self._note_identities(names)
        return reply

    def import_text(self, server_id: str, configuration_file: str, **other: Any) -> Reply:
        """Simulates an import of anything; nothing can change."""
        return self._import(server_id, configuration_file, {"simulate": True, **other})

    def import_without_file(self, server_id: str) -> Reply:
        """Asks for an import without giving a file."""
        return self._post(f"/channels/by-server/{server_id}/import", {"simulate": True})

    def _import(self, server_id: str, configuration_file: str, asked: Mapping[str, Any]) -> Reply:
        if asked.get("removeChannels") and asked.get("simulate") is not True:
            raise UnsafeError("An import may not remove channels.")
        body = {"configurationFile": configuration_file, **asked}
        return self._post(f"/channels/by-server/{server_id}/import", body)

    def post_nothing(self, body: bytes, headers: Mapping[str, str], *, anonymous: bool = False) -> Reply:
        """Sends a body that cannot be commands.

        Raises:
            UnsafeError: It could.
        """
        if b"commandType" in body:
            raise UnsafeError("This may change something.")
        return self.session.see(
            self.session.wire.send(
                "admin",
                "POST",
                _COMMANDS,
                headers=headers,
                body=body,
                credentials=None if anonymous else self.credentials,
                repeatable=False,
            )
        )

    def _post(self, target: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
        try:
            reply = self.session.wire.send(
                "admin",
                "POST",
                target,
                headers={"Content-Type": "application/json", **(headers or {})},
                body=json.dumps(body).encode("ascii"),
                credentials=self.credentials,
                repeatable=False,
            )
        except BaseException:
            self._cut_off = True
            raise
        return self.session.see(reply)

    def _note_identities(self, names: Sequence[str]) -> None:
        """Notes what has been created, so that nothing else of the same name is ever taken for it."""
        found: dict[str, str] = {}
        for name in names:
            reply = self.session.wire.send("admin", "GET", f"/channels/all/by-name/{tilde(name)}")
            members = members_of(reply)
            identity = identities([members]).get(name)
            if identity is not None:
                found[name] = identity
                self._check_support(members)
        self.journal.note_identities(found)

    def _check_support(self, members: Mapping[str, Any]) -> None:
        """A channel whose control-system support is not installed cannot be removed (section 3.3)."""
        kind = members.get("controlSystemType")
        if kind == members.get("controlSystemName"):
            raise UnsafeError(f"The support for {kind!r} is not installed, so channels that are created would stay.")

    def _guard(self, command: Command) -> None:
        for member in _NAMES:
            if member in command:
                self._guard_name(command[member])
        if command["commandType"] in _ADDING and command.get("enabled") is not False:
            raise UnsafeError("A channel would be created enabled.")
        if command.get("enabled", False) is not False:
            raise UnsafeError("A command would enable a channel.")

    def _guard_name(self, name: str) -> None:
        if not name.startswith(self.prefix):
            raise UnsafeError(f"The channel {name!r} does not begin with {self.prefix!r}.")

    # Undoing

    def clean(self) -> list[str]:
        """Removes the channels of the journal, and gives the names of those that could not be removed.

        A second interruption while it works ends it; the journal then still knows what is left.
        """
        try:
            return self._clean()
        except KeyboardInterrupt:
            self._clean()
            raise

    def _clean(self) -> list[str]:
        left = list[str]()
        for attempt in range(_PATIENCE):
            left = self._present()
            if left:
                self.commands([{"commandType": "remove_channel", "channelName": name} for name in left])
            elif not self._cut_off or attempt >= _AFTERMATH:  # a command that was cut off may still be at work
                break
            if attempt:
                self.session.wait(PENDING / 2)
        self.journal.keep(left)
        return left

    def _present(self) -> list[str]:
        """The channels of the journal that exist, wherever the cluster shows them (section 3.6)."""
        targets = ["/channels/all", *(f"/channels/by-server/{server_id}" for server_id in self.session.server_ids())]
        found: dict[str, str | None] = {}
        for target in targets if self.journal.names else ():
            found.update(identities(_channels(self.session.wire.send("admin", "GET", target))))
        return [name for name in self.journal.names if name.startswith(self.prefix) and self._is_ours(name, found)]

    def _is_ours(self, name: str, found: Mapping[str, str | None]) -> bool:
        noted = self.journal.identity(name)
        return name in found and (noted is None or noted == found[name])


def identities(entries: Iterable[Mapping[str, Any]]) -> dict[str, str | None]:
    """The ``channelDataId`` of each channel by name, of what a reply lists."""
    return {
        entry["channelName"]: entry.get("channelDataId")
        for entry in entries
        if isinstance(entry.get("channelName"), str)
    }


def _channels(reply: Reply) -> list[dict[str, Any]]:
    return as_objects(members_of(reply).get("channels"))
