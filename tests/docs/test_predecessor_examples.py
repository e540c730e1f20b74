"""The examples of the predecessor's README, word for word apart from the host, for both colours of client."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path
from typing import Any

import pytest

from cassandra_pv_archiver import AsyncAdminClient, AsyncArchiveClient
from cassandra_pv_archiver.testing import Simulator

OWNER = "82c711df-632b-49a3-85c2-d3249555eb57"
OTHER = "51093923-45fa-4b5b-8476-4bb0238a2da8"

ADMIN = """
from cassandra_pv_archiver.admin_client import AdminClient
client = AdminClient('myserver.example.com', password='mysecret')
client.export_server_configuration('82c711df-632b-49a3-85c2-d3249555eb57', 'path/to/target_file.xml')
channel_info = client.get_channel('my_channel')
cluster_status = client.get_cluster_status()
server_status = client.get_server_status()
result = client.import_server_configuration('82c711df-632b-49a3-85c2-d3249555eb57', 'path/to/source_file.xml',
    add_channels=True, remove_channels=False, update_channels=True, simulate=False)
channels = client.list_all_channels()
print('There are {} channels.'.format(len(channels)))
for channel in channels:
    print('This is the information for channel {}:'.format(channel['channelName']))
channels = client.list_channels_for_server('82c711df-632b-49a3-85c2-d3249555eb57')

from cassandra_pv_archiver.admin_client import ArchiveConfigurationCommands
commands = ArchiveConfigurationCommands()
commands.add_channel('new_channel', 'channel_access', '82c711df-632b-49a3-85c2-d3249555eb57')
commands.add_or_update_channel('channel_that_might_already_exist', 'channel_access',
    '82c711df-632b-49a3-85c2-d3249555eb57', enabled=False)
commands.move_channel('channel_to_be_moved', '82c711df-632b-49a3-85c2-d3249555eb57',
    expected_old_server_id='51093923-45fa-4b5b-8476-4bb0238a2da8')
commands.refresh_channel('some_channel')
commands.remove_channel('channel_to_be_deleted')
commands.rename_channel('new_channel_name', 'old_channel_name')
commands.update_channel('existing_channel', decimation_levels=[0, 30, 500])
result = client.run_archive_configuration_commands(commands)      # one entry per command
"""
ARCHIVE = """
from cassandra_pv_archiver.archive_client import ArchiveClient
client = ArchiveClient('myserver.example.com')
channels = client.find_channels_by_pattern('my_prefix:*')
channels = client.find_channels_by_regexp('my_prefix:[0-9]+:.*')
samples = client.get_samples('my_channel', 1567823452000000000, 1568967971000000000)
samples = client.get_samples('my_channel', 1567823452000000000, 1568967971000000000, count=600)
"""


def simulated_cluster() -> Simulator:
    simulator = Simulator([OWNER, OTHER])
    for name in ("my_channel", "some_channel", "channel_to_be_deleted", "old_channel_name", "existing_channel"):
        simulator.add_channel(name)
    simulator.add_channel("channel_to_be_moved", server=1)
    simulator.add_channel("my_prefix:7:x")
    return simulator


class BlockingAsync:
    """Runs each method of an asynchronous client at once, so that the examples need no other words."""

    def __init__(self, client: Any, runner: asyncio.Runner) -> None:
        self._client = client
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            return self._runner.run(wait_for(getattr(self._client, name)(*args, **kwargs)))

        return call


async def wait_for(awaitable: Any) -> Any:
    return await awaitable


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_examples(colour: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("path/to").mkdir(parents=True)
    simulator = simulated_cluster()
    with simulator.serve() as running, asyncio.Runner() as runner:
        names: dict[str, Any] = {}
        admin = f"base_url={running.admin_url!r}, password='admin'"
        archive = f"base_url={running.archive_url!r}"
        for text, arguments in ((ADMIN, admin), (ARCHIVE, archive)):
            text = text.replace("'myserver.example.com', password='mysecret'", arguments)
            text = text.replace("'myserver.example.com'", arguments)
            text = text.replace("path/to/source_file.xml", "path/to/target_file.xml")
            if colour == "async":
                text = text.replace("client = Admin", "client = block(AsyncAdmin").replace(
                    "client = Archive", "client = block(AsyncArchive"
                )
                text = text.replace(f"({arguments})", f"({arguments}))")
            names |= {
                "AsyncAdminClient": AsyncAdminClient,
                "AsyncArchiveClient": AsyncArchiveClient,
                "block": lambda client: BlockingAsync(client, runner),
            }
            exec(compile(text, "example", "exec"), names)
            close = names["client"].close if colour == "sync" else names["client"].aclose
            assert not inspect.isawaitable(close())
            if text.startswith("\nfrom cassandra_pv_archiver.admin_client"):
                results = names["result"]
        assert [result["success"] for result in results] == [True] * 7
        assert results[2].command["commandType"] == "move_channel"
        assert names["channels"] == ["my_prefix:7:x"]
