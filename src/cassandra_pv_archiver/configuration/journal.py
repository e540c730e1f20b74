"""What a run of a plan has done, on disk, so that it can be continued or undone after whatever has ended it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Self
from uuid import UUID

from .journal_files import CommandOutcome, JournalEntry, JournalFile, read_entry
from .plans import Plan

__all__ = ["CommandOutcome", "Journal"]


class Journal:
    """What a run of a plan has done.

    Each line of its file is a JSON object: first the plan and the servers of the cluster; then, before commands are
    sent, their numbers; then what became of them. Each line is on the disk before the run goes on. A last line that was
    not finished is ignored.

    While a run writes it, no other one can, and it cannot be read. That ends with the block of ``with``, or with the
    process.

    Attributes:
        plan: The plan.
        outcomes: What became of commands, by number, with the message of the server if it gave one. Those that were
            sent, with no word of what became of them, are ``unknown``; those that were never sent are not there.
        servers: The servers of the cluster when the run began; empty if that is not known.
    """

    plan: Plan
    servers: frozenset[UUID]
    outcomes: dict[int, tuple[CommandOutcome, str | None]]

    def __init__(
        self, plan: Plan, path: str | os.PathLike[str] | None = None, *, file: JournalFile | None = None
    ) -> None:
        self.plan = plan
        self.servers = frozenset()
        self.outcomes = {}
        self._path = None if path is None else Path(path)
        self._file = file

    @classmethod
    def create(cls, plan: Plan, path: str | os.PathLike[str] | None) -> Self:
        """Begins a journal. Its file appears when the first commands are about to be sent.

        Args:
            plan: The plan.
            path: Its file, which must not exist; None: it is not on disk.

        Raises:
            FileExistsError: There is such a file: it may tell of a run that was interrupted.
            OSError: The file cannot be written.
        """
        if path is not None and Path(path).exists():
            raise FileExistsError(
                f"{os.fspath(path)} is there already. If it is the journal of a run that was interrupted, resume that "
                "run; else name another file."
            )
        return cls(plan, path)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Reads a journal, so that its run can be undone or looked at. What is noted in it does not get into the file.

        Raises:
            BlockingIOError: A run is writing it.
            OSError: The file cannot be read.
            ValueError: It is no journal, is damaged, or its plan has been changed by hand.
        """
        with closing(JournalFile(Path(path), "rb")) as file:
            return cls._of(file.read(), path)

    @classmethod
    def reopen(cls, path: str | os.PathLike[str]) -> Self:
        """Reads a journal and goes on with it.

        Raises:
            BlockingIOError: A run is writing it.
            OSError: The file cannot be read or written.
            ValueError: It is no journal, is damaged, or its plan has been changed by hand.
        """
        file = JournalFile(Path(path), "r+b")
        try:
            # Only what is read behind the lock is what the run before has left.
            content = file.read()
            journal = cls._of(content, path, file)
            file.drop_from(content.rfind(b"\n") + 1)
        except BaseException:
            file.close()
            raise
        return journal

    @classmethod
    def _of(cls, content: bytes, path: str | os.PathLike[str], file: JournalFile | None = None) -> Self:
        first, *others = content[: content.rfind(b"\n") + 1].split(b"\n")[:-1] or [b""]
        if not first and (not content or content.startswith(b'{"plan": ')):
            raise ValueError(
                f"{os.fspath(path)} ends before anything was sent, so that nothing is to be continued: delete it, and "
                "apply the plan again."
            )
        try:
            head = json.loads(first)
            plan = Plan.from_json(json.dumps(head["plan"]))
            servers = frozenset(map(UUID, head.get("servers", ())))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"{os.fspath(path)} is not the journal of a plan, or its plan has been changed by hand."
            ) from error
        journal = cls(plan, file=file)
        journal.servers = servers
        for line, text in enumerate(others, 2):
            journal._take_in(read_entry(text, f"{os.fspath(path)}:{line}", len(journal.plan.commands)))
        return journal

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the run: others may continue it."""
        if self._file is not None:
            self._file.close()
        self._file = self._path = None

    def note_sent(self, numbers: Sequence[int]) -> None:
        """Notes that commands are about to be sent."""
        self._note(JournalEntry(sent=tuple(numbers)))

    def note_outcomes(self, outcomes: Mapping[int, tuple[CommandOutcome, str | None]]) -> None:
        """Notes what has become of commands."""
        if outcomes:
            told: list[tuple[int, CommandOutcome, str | None]] = [
                (number, outcome, _writable(message)) for number, (outcome, message) in outcomes.items()
            ]
            self._note(JournalEntry(outcomes=tuple(told)))

    def _note(self, entry: JournalEntry) -> None:
        if self._file is not None:
            self._file.append(entry.to_line())
        elif self._path is not None:
            self._file = JournalFile(self._path, "xb")
            head = {"plan": self.plan.model_dump(mode="json"), "servers": sorted(map(str, self.servers))}
            self._file.append(json.dumps(head).encode() + b"\n" + entry.to_line())
            self._file.sync_folder()
        self._take_in(entry)

    def _take_in(self, entry: JournalEntry) -> None:
        for number in entry.sent:
            self.outcomes[number] = "unknown", None
        for number, outcome, message in entry.outcomes:
            self.outcomes[number] = outcome, message


def _writable(message: str | None) -> str | None:
    # What an error says may have come from bytes that are no text, and must not keep its outcome out of the file.
    return None if message is None else message.encode("utf-8", "backslashreplace").decode()
