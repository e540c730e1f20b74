"""The journal: which channels a run has created, or was about to, so that a later run can remove them."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .findings import UnsafeError


def default_journal(admin_url: str, prefix: str) -> Path:
    """Where the journal for a service and a prefix is kept unless something else is asked for."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    digest = hashlib.sha256(f"{admin_url.rstrip('/')}\n{prefix}".encode()).hexdigest()[:16]
    return base / "cassandra-pv-archiver" / f"contract-{digest}.jsonl"


class Journal:
    """A file with a line for each channel that may have to be removed.

    Each line is on disk before the channel is created. The file is deleted when nothing is left.

    Args:
        path: The file.
        servers: The IDs of the servers of the cluster, so that the journal of another one is not taken for it.
    """

    def __init__(self, path: Path, servers: Sequence[str]) -> None:
        self.path: Path = path
        self._servers = list(servers)
        self._identities: dict[str, str | None] = {}
        if path.exists():
            self._load()

    def _load(self) -> None:
        for line in self.path.read_text("utf-8").splitlines():
            try:
                entry: Any = json.loads(line)
            except ValueError:  # the last line of a run that was killed while it wrote
                continue
            known: list[str] = entry.get("servers", [])
            if known and self._servers and not set(known) & set(self._servers):
                raise UnsafeError(
                    f"The journal {self.path} is of another cluster. Name another file, or delete it if nothing of "
                    "that run is left."
                )
            name: str | None = entry.get("channel")
            if name is not None:
                self._identities[name] = entry.get("channelDataId") or self._identities.get(name)

    @property
    def names(self) -> list[str]:
        """The channels that may have to be removed."""
        return list(self._identities)

    def identity(self, name: str) -> str | None:
        """The ``channelDataId`` that a channel had when it was created; None if that is not known."""
        return self._identities.get(name)

    def note(self, names: Sequence[str]) -> None:
        """Writes down that channels are going to be created."""
        new = [name for name in dict.fromkeys(names) if name not in self._identities]
        if new:
            self._append([{"channel": name} for name in new])
        self._identities.update(dict.fromkeys(new))

    def note_identities(self, identities: Mapping[str, str]) -> None:
        """Writes down which channels have come of it."""
        new = {name: identity for name, identity in identities.items() if self._identities.get(name) != identity}
        if new:
            self._append([{"channel": name, "channelDataId": identity} for name, identity in new.items()])
        self._identities.update(new)

    def keep(self, names: Sequence[str]) -> None:
        """Forgets all channels but these."""
        self._identities = {name: self._identities.get(name) for name in names}
        if not names:
            self.path.unlink(missing_ok=True)
            return
        rewritten = self.path.with_suffix(".new")
        lines = [
            {"servers": self._servers},
            *({"channel": name, "channelDataId": self.identity(name)} for name in names),
        ]
        _write(rewritten, "w", lines)
        rewritten.replace(self.path)

    def _append(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        head = [] if self.path.exists() else [{"servers": self._servers}]
        _write(self.path, "a", [*head, *entries])


def _write(path: Path, mode: str, entries: Sequence[Mapping[str, Any]]) -> None:
    with path.open(mode, encoding="utf-8") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in entries)
        file.flush()
        os.fsync(file.fileno())
