"""Clients of the administrative service: channels, servers and their configuration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Self, Unpack, overload

from . import _admin_calls as calls
from . import _configuration_calls as plans
from ._address import read_address
from ._admin_calls import ChannelsOfServer
from ._clients import AsyncClient, SyncClient
from ._configuration_calls import PATIENCE
from ._configuration_files import ConfigurationSource, FilePath
from ._credentials import Password, read_credentials
from ._transport import AsyncOptions, SyncOptions
from .command_results import CommandResults
from .commands import ArchiveConfigurationCommands, Command, ServerId
from .configuration import ApplyProgressHandler, ApplyReport, ArchiveConfiguration, Plan
from .models import (
    ChannelInformation,
    ChannelSummary,
    ClusterStatus,
    ServerConfigurationImportResult,
    ServerStatus,
)
from .settings import ClientSettings, admin_arguments

__all__ = ["AdminClient", "ArchiveConfigurationCommands", "AsyncAdminClient", "ChannelsOfServer"]


class AdminClient(SyncClient):
    """A client of the administrative service of one server, which answers for its whole cluster.

    Threads may share a client. It is a context manager; `close` lets its connections go.

    Every method raises a subclass of `ArchiverError` when its request fails: `ConnectionFailedError`,
    `RequestTimeoutError`, `InterruptedReplyError`, `InvalidReplyError`, or a `RefusedError` when the server says
    no. Arguments that cannot be right raise ValueError or TypeError before anything is sent.
    """

    def __init__(
        self,
        server_name: str | None = None,
        server_port: int = 4812,
        username: str = "admin",
        password: Password = "",
        *,
        base_url: str | None = None,
        credentials_on_reads: bool = False,
        **options: Unpack[SyncOptions],
    ) -> None:
        """Makes a client. Nothing is sent until a method is called.

        Args:
            server_name: Host name or IP address of the server.
            server_port: The port of its administrative service.
            username: The user for functions that change something.
            password: The password of that user, or a callable that gives it each time it is needed, for example
                from a keyring. Empty: no credentials are sent.
            base_url: Scheme, host, port and path prefix of a reverse proxy, instead of ``server_name`` and
                ``server_port``; with or without ``/admin/api/1.0`` at its end.
            credentials_on_reads: Whether credentials go with reads as well, for reverse proxies that want them.
                The server needs them for nothing but changes, and refuses reads with wrong ones.
            **options: Any of `SyncOptions`: ``timeout``, ``deadline``, ``retry``, ``largest_reply``,
                ``largest_sample``, ``time_zone``, ``on_event``, ``verify``, ``ssl_context``, ``proxy``,
                ``trust_env``, ``headers``, ``http_client``.

        Raises:
            TypeError: Arguments contradict each other, or there is no such option.
            ValueError: A value cannot be used.
        """
        address = read_address(server_name, server_port, base_url, calls.SERVICE_PATH)
        super().__init__((address,), read_credentials(username, password), credentials_on_reads, **options)

    @classmethod
    def from_profile(cls, name: str | None = None, **options: Unpack[SyncOptions]) -> Self:
        """Makes a client of what the environment and a profile say.

        Args:
            name: The name of a profile. None: that of ``CPVA_PROFILE``, or the default of the file.
            **options: As of the constructor; they come first.

        Raises:
            SettingsError: There is no such profile, a value cannot be used, or nothing says where the service is.
        """
        return cls.from_settings(ClientSettings.from_profile(name), **options)

    @classmethod
    def from_settings(cls, settings: ClientSettings, **options: Unpack[SyncOptions]) -> Self:
        """Makes a client of settings.

        Args:
            settings: Where the service is, and how to use it. Of several hosts the first one is asked.
            **options: As of the constructor; they come first.

        Raises:
            SettingsError: The settings do not say where the service is.
        """
        return cls(**admin_arguments(settings, options))

    def list_all_channels(self) -> list[ChannelSummary]:
        """Lists all channels of the cluster.

        Returns:
            The channels, ordered by name (by UTF-16 code units). A channel whose server is not in the asked
            server's view of the cluster has the server name ``unknown`` (sections 2.6 and 2.7).

        Raises:
            UnavailableError: The server's list of channels is not valid at present.
        """
        return self._run(calls.list_all_channels())

    def list_channels_for_server(self, server_id: ServerId) -> ChannelsOfServer:
        """Lists the channels of one server, with their configuration and, if it is running, their status.

        Args:
            server_id: The ID of any server of the cluster.

        Returns:
            The channels, ordered by name, as a list that also has ``status_available``. Without status, ``state``
            and the counters of all channels are None (section 2.8).

        Raises:
            NotFoundError: No server of the cluster has this ID, and no channel belongs to it.
            UnavailableError: Neither the server nor the database could be read.
        """
        return self._run(calls.list_channels_for_server(server_id))

    def get_channel(self, channel_name: str, server_id: ServerId | None = None) -> ChannelInformation:
        """Gets the configuration and, if its server is running, the status of one channel.

        Args:
            channel_name: The name of the channel.
            server_id: Only find the channel if it belongs to this server. None: whoever owns it.

        Returns:
            The channel. Its ``state`` is None if only the stored configuration is known (section 2.9).

        Raises:
            NotFoundError: There is no such channel, or it belongs to another server.
            UnavailableError: The database could not be read, or the channel is being moved or removed just now.
        """
        return self._run(calls.get_channel(channel_name, server_id))

    def get_cluster_status(self) -> ClusterStatus:
        """Gets the servers of the cluster, as the asked server sees them.

        Returns:
            ``servers``, ordered by ID. Servers that have gone stay listed as offline (section 2.13).
        """
        return self._run(calls.get_cluster_status())

    def get_server_status(self) -> ServerStatus:
        """Gets the status of the server that is asked, and of its connection to the database (section 2.14)."""
        return self._run(calls.get_server_status())

    @overload
    def export_server_configuration(self, server_id: ServerId, configuration_file: None = None) -> bytes: ...

    @overload
    def export_server_configuration(self, server_id: ServerId, configuration_file: FilePath) -> None: ...

    def export_server_configuration(
        self, server_id: ServerId, configuration_file: FilePath | None = None
    ) -> bytes | None:
        """Exports the configuration of all channels of a server as an XML document (section 4).

        Args:
            server_id: The ID of any server of the cluster.
            configuration_file: Where to write the document. The file appears under its name only when it is
                complete; an older one is replaced then and not before. None: return the document.

        Returns:
            The document, or None if it was written to a file.

        Raises:
            NotFoundError: No server of the cluster has this ID, and no channel belongs to it.
            UnavailableError: The configuration could not be read.
            OSError: The file could not be written.
        """
        return self._run(calls.export_server_configuration(server_id, configuration_file))

    def import_server_configuration(
        self,
        server_id: ServerId,
        configuration_file: ConfigurationSource,
        add_channels: bool = True,
        remove_channels: bool = False,
        update_channels: bool = True,
        simulate: bool = False,
    ) -> ServerConfigurationImportResult:
        """Imports a configuration file for a server, as administrator.

        Args:
            server_id: The server that owns the channels, or is to own them. The server does not check that it
                exists.
            configuration_file: The XML document: a path, the content as bytes, or a file opened in binary mode.
            add_channels: Add channels of the file that do not exist. If only this is set, existing channels are
                reported as failed.
            remove_channels: Remove, with all their samples, the channels of this server that the file does not
                name.
            update_channels: Bring existing channels to the state given in the file. If only this is set, channels
                that do not exist are reported as failed.
            simulate: Change nothing; tell what would be attempted, without any prediction of failures.

        Returns:
            What succeeded and what failed, by channel. A partial failure is returned, not raised (section 2.11).

        Raises:
            BadRequestError: The document cannot be used; the message has the server's reason and its place.
            NotAuthorizedError: The credentials are missing, wrong or not those of an administrator.
            UnavailableError: The existing channels could not be determined.
            OSError: The file could not be read.
        """
        return self._run(
            calls.import_server_configuration(
                server_id, configuration_file, add_channels, remove_channels, update_channels, simulate
            )
        )

    def run_archive_configuration_commands(self, commands: Iterable[Command]) -> CommandResults:
        """Runs a batch of commands, as administrator. The server runs them at the same time.

        Args:
            commands: `ArchiveConfigurationCommands`, or any commands or their JSON forms. At most one should be
                about each channel.

        Returns:
            One result per command, in the order of the commands. Failures are returned, not raised;
            `CommandResults.raise_for_failures` raises them.

        Raises:
            BadRequestError: The server refused the whole batch; none of its commands ran.
            NotAuthorizedError: The credentials are missing, wrong or not those of an administrator.
            NotFoundError: A channel to refresh, whose owner was to be looked up, does not exist.
            UnavailableError: The owners of the channels could not be looked up; no command ran.
        """
        return self._run(calls.run_archive_configuration_commands(commands))

    def get_configuration(self, server_ids: Iterable[ServerId] | None = None) -> ArchiveConfiguration:
        """Gets the configuration of all channels, to be compared, planned with or written to files.

        Args:
            server_ids: The servers whose channels are wanted; None: all channels of the cluster, also those of servers
                that are offline or not known any more.

        Returns:
            The configuration. It owns nothing, and its ``servers`` have their host names.

        Raises:
            NotFoundError: There is no such server.
            UnavailableError: The server's list of channels is not valid at present, or the database could not be read.
            InvalidReplyError: Channels were moved all the time.
        """
        return self._run(plans.get_configuration(server_ids))

    def apply(
        self,
        plan: Plan,
        *,
        journal: FilePath | None = None,
        on_failure: Literal["stop", "continue"] = "stop",
        patience: float = PATIENCE,
        progress: ApplyProgressHandler | None = None,
    ) -> ApplyReport:
        """Applies a plan, as administrator, and reads back what has become of it.

        Nothing is done unless the channels that the plan is about are as they were when it was made. Each command says
        which owner, and if it can which type, it expects, so that it fails if somebody else changes the channel
        meanwhile. Commands that fail because another operation is pending are tried again after a pause. Where nobody
        knows whether a command was executed (section 3.6), it is looked up in the lists of the servers, and only
        repeated if it was not.

        Args:
            plan: What is to be done.
            journal: A file that does not exist yet, for what has been done, so that the run can be resumed or undone
                after whatever has ended it. None: there is none.
            on_failure: ``'stop'``: no further batch is sent after one with a failed command. ``'continue'``: only
                commands that depend on it are left out.
            patience: Seconds for which a batch is tried again. A channel whose command died half-way refuses changes
                for 600 s (section 3.5).
            progress: Is told how far it is.

        Returns:
            What has become of each command, and whether the servers list the channels as planned. Failures are
            returned, not raised; `ApplyReport.raise_for_failures` raises them.

        Raises:
            PlanOutdatedError: The channels have changed, or a server is not there. Nothing was done.
            PlanInterruptedError: An error has ended it; its cause is there, and what has been done.
            FileExistsError: There is a journal of that name.
            ValueError: The plan has been changed by hand.
        """
        return self._run(plans.apply_plan(plan, journal, on_failure, patience, progress))

    def resume(
        self,
        journal: FilePath,
        *,
        on_failure: Literal["stop", "continue"] = "stop",
        patience: float = PATIENCE,
        progress: ApplyProgressHandler | None = None,
    ) -> ApplyReport:
        """Goes on with a run of `apply` that was interrupted or had failures.

        Commands of which the journal does not know whether they were executed are looked up first. Commands that failed
        are tried again.

        Args:
            journal: The journal of the run, which is continued.
            on_failure: As in `apply`.
            patience: As in `apply`.
            progress: As in `apply`.

        Returns:
            As `apply`, for the whole plan.

        Raises:
            PlanOutdatedError: Channels that are still to be changed have changed, or this is another cluster.
            PlanInterruptedError: As in `apply`.
            BlockingIOError: Another run on this machine is writing the journal.
            OSError: The journal cannot be read or written.
            ValueError: It is no journal, is damaged, or its plan has been changed by hand.
        """
        return self._run(plans.resume_plan(journal, on_failure, patience, progress))


class AsyncAdminClient(AsyncClient):
    """As `AdminClient`, but every method is awaited, and `aclose` takes the place of ``close``."""

    def __init__(
        self,
        server_name: str | None = None,
        server_port: int = 4812,
        username: str = "admin",
        password: Password = "",
        *,
        base_url: str | None = None,
        credentials_on_reads: bool = False,
        **options: Unpack[AsyncOptions],
    ) -> None:
        """Makes a client, as `AdminClient` does; ``http_client`` is an ``httpx.AsyncClient``."""
        address = read_address(server_name, server_port, base_url, calls.SERVICE_PATH)
        super().__init__((address,), read_credentials(username, password), credentials_on_reads, **options)

    @classmethod
    def from_profile(cls, name: str | None = None, **options: Unpack[AsyncOptions]) -> Self:
        """As `AdminClient.from_profile`."""
        return cls.from_settings(ClientSettings.from_profile(name), **options)

    @classmethod
    def from_settings(cls, settings: ClientSettings, **options: Unpack[AsyncOptions]) -> Self:
        """As `AdminClient.from_settings`."""
        return cls(**admin_arguments(settings, options))

    async def list_all_channels(self) -> list[ChannelSummary]:
        """As `AdminClient.list_all_channels`."""
        return await self._run(calls.list_all_channels())

    async def list_channels_for_server(self, server_id: ServerId) -> ChannelsOfServer:
        """As `AdminClient.list_channels_for_server`."""
        return await self._run(calls.list_channels_for_server(server_id))

    async def get_channel(self, channel_name: str, server_id: ServerId | None = None) -> ChannelInformation:
        """As `AdminClient.get_channel`."""
        return await self._run(calls.get_channel(channel_name, server_id))

    async def get_cluster_status(self) -> ClusterStatus:
        """As `AdminClient.get_cluster_status`."""
        return await self._run(calls.get_cluster_status())

    async def get_server_status(self) -> ServerStatus:
        """As `AdminClient.get_server_status`."""
        return await self._run(calls.get_server_status())

    @overload
    async def export_server_configuration(self, server_id: ServerId, configuration_file: None = None) -> bytes: ...

    @overload
    async def export_server_configuration(self, server_id: ServerId, configuration_file: FilePath) -> None: ...

    async def export_server_configuration(
        self, server_id: ServerId, configuration_file: FilePath | None = None
    ) -> bytes | None:
        """As `AdminClient.export_server_configuration`."""
        return await self._run(calls.export_server_configuration(server_id, configuration_file))

    async def import_server_configuration(
        self,
        server_id: ServerId,
        configuration_file: ConfigurationSource,
        add_channels: bool = True,
        remove_channels: bool = False,
        update_channels: bool = True,
        simulate: bool = False,
    ) -> ServerConfigurationImportResult:
        """As `AdminClient.import_server_configuration`."""
        return await self._run(
            calls.import_server_configuration(
                server_id, configuration_file, add_channels, remove_channels, update_channels, simulate
            )
        )

    async def run_archive_configuration_commands(self, commands: Iterable[Command]) -> CommandResults:
        """As `AdminClient.run_archive_configuration_commands`."""
        return await self._run(calls.run_archive_configuration_commands(commands))

    async def get_configuration(self, server_ids: Iterable[ServerId] | None = None) -> ArchiveConfiguration:
        """As `AdminClient.get_configuration`."""
        return await self._run(plans.get_configuration(server_ids))

    async def apply(
        self,
        plan: Plan,
        *,
        journal: FilePath | None = None,
        on_failure: Literal["stop", "continue"] = "stop",
        patience: float = PATIENCE,
        progress: ApplyProgressHandler | None = None,
    ) -> ApplyReport:
        """As `AdminClient.apply`."""
        return await self._run(plans.apply_plan(plan, journal, on_failure, patience, progress))

    async def resume(
        self,
        journal: FilePath,
        *,
        on_failure: Literal["stop", "continue"] = "stop",
        patience: float = PATIENCE,
        progress: ApplyProgressHandler | None = None,
    ) -> ApplyReport:
        """As `AdminClient.resume`."""
        return await self._run(plans.resume_plan(journal, on_failure, patience, progress))
