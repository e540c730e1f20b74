"""What a run of a plan has done, on disk, so that it can be continued or undone after whatever has ended it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias, cast

from .plans import Plan

__all__ = ["CommandOutcome", "Journal"]

CommandOutcome: TypeAlias = Literal["done", "failed", "unknown", "not_tried"]
"""What became of a command: executed, certainly not executed, nobody knows, or not sent."""


class Journal:
    """What a run of a plan has done.

    Each line of its file is a JSON object: first the plan; then, before commands are sent, their numbers; then what
    became of them. Each line is on the disk before the run goes on. A last line that was not finished is ignored.

    Attributes:
        plan: The plan.
        outcomes: What became of commands, by number, with the message of the server if it gave one. Those that were
            sent, with no word of what became of them, are ``unknown``; those that were never sent are not there.
    """

    plan: Plan
    outcomes: dict[int, tuple[CommandOutcome, str | None]]

    def __init__(self, plan: Plan, path: str | os.PathLike[str] | None = None) -> None:
        self.plan = plan
        self.outcomes = {}
        self._path = None if path is None else Path(path)
        self._begun = False

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
        """Reads a journal, so that its run can be continued or undone.

        Raises:
            OSError: The file cannot be read or written.
            ValueError: It is no journal, or its plan has been changed by hand.
        """
        content = Path(path).read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        first, *others = whole.splitlines() or [b""]
        try:
            plan: Any = json.loads(first)["plan"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{os.fspath(path)} is not the journal of a plan.") from error
        journal = cls(Plan.from_json(json.dumps(plan)), path)
        journal._begun = True
        for line in others:
            journal._take_in(json.loads(line))
        if len(whole) < len(content):
            os.truncate(path, len(whole))
        return journal

    def note_sent(self, numbers: Sequence[int]) -> None:
        """Notes that commands are about to be sent."""
        self._note({"sent": list(numbers)})

    def note_outcomes(self, outcomes: Mapping[int, tuple[CommandOutcome, str | None]]) -> None:
        """Notes what has become of commands."""
        if outcomes:
            self._note({"outcomes": [[number, *outcome] for number, outcome in outcomes.items()]})

    def _note(self, entry: dict[str, Any]) -> None:
        self._append(entry)
        self._take_in(entry)

    def _take_in(self, entry: Mapping[str, Any]) -> None:
        for number in cast("Iterable[int]", entry.get("sent", ())):
            self.outcomes[number] = "unknown", None
        for number, outcome, message in entry.get("outcomes", ()):
            self.outcomes[number] = outcome, message

    def _append(self, entry: dict[str, Any]) -> None:
        if self._path is None:
            return
        entries = [entry] if self._begun else [{"plan": self.plan.model_dump(mode="json")}, entry]
        with self._path.open("a" if self._begun else "x", encoding="utf-8") as file:
            file.writelines(json.dumps(each) + "\n" for each in entries)
            file.flush()
            os.fsync(file.fileno())
        self._begun = True
