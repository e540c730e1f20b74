"""One writer at a time."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from .layout import MANIFEST
from .manifest import DatasetError
from .storage import Storage

__all__ = ["locked"]


@contextmanager
def locked(storage: Storage) -> Generator[None]:
    """Keeps other processes of this machine from writing to the dataset until the block ends.

    The lock goes with the process that has it. Object stores have none.

    Raises:
        DatasetError: Another process is writing.
    """
    try:
        import fcntl
    except ImportError:  # pragma: no cover -- Windows
        fcntl = None
    if storage.folder is None or fcntl is None:
        yield
        return
    place = storage.folder / MANIFEST / "lock"
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatasetError(f"{storage}: another process is writing to this dataset.") from None
        yield
