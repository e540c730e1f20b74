"""Runs whose work is done elsewhere: only that of the latest one counts."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

from .layout import MANIFEST
from .manifest import DatasetError
from .storage import Storage

__all__ = ["Run"]

_RUN = f"{MANIFEST}/run"
_GRACE = 2.0
"""Seconds in which work of an interrupted run that has just been found to count is recorded."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run, by a name that no other has. It can be pickled.

    Attributes:
        storage: Where the dataset is.
        name: The name.
    """

    storage: Storage
    name: str

    @classmethod
    def begin(cls, storage: Storage) -> Run:
        """Begins a run. What others are still doing does not count from now on."""
        run = cls(storage, uuid.uuid4().hex)
        others = storage.exists(_RUN)
        storage.write(_RUN, run.name.encode())
        if others:
            time.sleep(_GRACE)
        return run

    def check(self) -> None:
        """Sees to it that this is still the latest run.

        Raises:
            DatasetError: It has ended, or another has begun.
        """
        if self.storage.read(_RUN) != self.name.encode():
            raise DatasetError(f"{self.storage}: the export that this was part of has ended.")

    def end(self) -> None:
        """Ends the run. What is still being done for it does not count."""
        self.storage.delete(_RUN)
