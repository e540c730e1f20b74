"""What the clients of both services have in common, once for each colour."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from ._address import Address
from ._credentials import Credentials
from ._http import Connection, LimitOptions
from ._steps import Flow
from ._streams import AsyncStream, Stream
from ._sync_driver import SyncDriver
from ._transport import AsyncOptions, SyncOptions
from .events import Cancel, ProgressHandler

if TYPE_CHECKING:
    from ._async_driver import AsyncDriver

T = TypeVar("T")


class SyncClient:
    """A client whose methods return when the work is done. Threads may share it."""

    def __init__(
        self,
        addresses: Sequence[Address],
        credentials: Credentials | None = None,
        credentials_on_reads: bool = False,
        **options: Unpack[SyncOptions],
    ) -> None:
        connection = Connection(addresses, credentials, credentials_on_reads)
        self._driver = SyncDriver(connection, **options)

    def with_options(self, **options: Unpack[LimitOptions]) -> Self:
        """Gives a view of this client that has other limits and uses the same connections.

        Args:
            **options: Any of `LimitOptions`: ``timeout``, ``deadline``, ``retry``, ``largest_reply``,
                ``largest_sample``, ``time_zone``, ``on_event``. Those that are not given stay as they are.

        Returns:
            A client of the same kind. Closing it does nothing; closing the original closes both.
        """
        view = copy.copy(self)
        view._driver = self._driver.view(**options)
        return view

    def close(self) -> None:
        """Closes the connections, except those of an ``http_client`` that was passed in. May be called twice."""
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={str(self._driver.connection.address)!r})"

    def _run(self, flow: Flow[T], *, cancel: Cancel | None = None, progress: ProgressHandler | None = None) -> T:
        return self._driver.run(flow, cancel=cancel, progress=progress)

    def _stream(
        self, flow: Flow[object], *, cancel: Cancel | None = None, progress: ProgressHandler | None = None
    ) -> Stream[Any]:
        return self._driver.stream(flow, cancel=cancel, progress=progress)


class AsyncClient:
    """A client whose methods are awaited. Tasks of one event loop may share it."""

    def __init__(
        self,
        addresses: Sequence[Address],
        credentials: Credentials | None = None,
        credentials_on_reads: bool = False,
        **options: Unpack[AsyncOptions],
    ) -> None:
        from ._async_driver import AsyncDriver  # with asyncio, which others need not wait for

        connection = Connection(addresses, credentials, credentials_on_reads)
        self._driver: AsyncDriver = AsyncDriver(connection, **options)

    def with_options(self, **options: Unpack[LimitOptions]) -> Self:
        """As `SyncClient.with_options`."""
        view = copy.copy(self)
        view._driver = self._driver.view(**options)
        return view

    async def aclose(self) -> None:
        """As `SyncClient.close`."""
        await self._driver.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={str(self._driver.connection.address)!r})"

    async def _run(self, flow: Flow[T], *, cancel: Cancel | None = None, progress: ProgressHandler | None = None) -> T:
        return await self._driver.run(flow, cancel=cancel, progress=progress)

    def _stream(
        self, flow: Flow[object], *, cancel: Cancel | None = None, progress: ProgressHandler | None = None
    ) -> AsyncStream[Any]:
        return self._driver.stream(flow, cancel=cancel, progress=progress)
