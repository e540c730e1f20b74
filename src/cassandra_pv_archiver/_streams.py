"""What a stream of samples is for the caller: an iterator that holds a connection, and has to be closed."""

from __future__ import annotations

import warnings
from collections.abc import AsyncGenerator, Generator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

__all__ = ["AsyncStream", "Stream"]

T = TypeVar("T")


class _State:
    """How far a stream has come."""

    def __init__(self) -> None:
        self.is_open = False

    def warn(self, source: object, close: str) -> None:
        if self.is_open:
            warnings.warn(
                "A stream of samples was abandoned. Read it to its end, use it in a with statement, "
                f"or call {close}().",
                ResourceWarning,
                stacklevel=3,
                source=source,
            )


class Stream(Generic[T]):
    """An iterator over what arrives, to be used in a ``with`` statement.

    Nothing is sent before the first item is asked for. Reading it to its end closes it; stopping early closes its
    connection when the ``with`` statement ends or `close` is called. One that is abandoned without is a
    ``ResourceWarning``.
    """

    def __init__(self, items: Generator[T, None, Any]) -> None:
        self._items = items
        self._state = _State()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        self._state.is_open = True
        try:
            return next(self._items)
        except BaseException:
            self._state.is_open = False
            raise

    def close(self) -> None:
        """Ends the stream. May be called twice."""
        self._state.is_open = False
        self._items.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self._state.warn(self, "close")


class AsyncStream(Generic[T]):
    """As `Stream`, for ``async for`` and ``async with``."""

    def __init__(self, items: AsyncGenerator[T]) -> None:
        self._items = items
        self._state = _State()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        self._state.is_open = True
        try:
            return await anext(self._items)
        except BaseException:
            self._state.is_open = False
            raise

    async def aclose(self) -> None:
        """As `Stream.close`."""
        self._state.is_open = False
        await self._items.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __del__(self) -> None:
        self._state.warn(self, "aclose")
