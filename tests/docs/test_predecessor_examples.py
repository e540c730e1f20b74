"""The examples of the predecessor's description, word for word apart from the host, for both colours of client."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from cassandra_pv_archiver import AdminClient
from cassandra_pv_archiver.testing import RunningSimulator, Simulator, double_sample

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


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSimulator]:
    """A cluster in which the examples find what they name, and a folder with their file."""
    simulator = Simulator([OWNER, OTHER])
    for name in ("my_channel", "some_channel", "channel_to_be_deleted", "old_channel_name", "existing_channel"):
        simulator.add_channel(name)
    simulator.add_channel("channel_to_be_moved", server=1)
    simulator.add_channel("my_prefix:7:x")
    samples = [double_sample(1567823451000000000 + 10**15 * number, float(number)) for number in range(3)]
    simulator.add_samples("my_channel", samples)
    monkeypatch.chdir(tmp_path)
    Path("path/to").mkdir(parents=True)
    with simulator.serve() as running:
        with AdminClient(base_url=running.admin_url) as admin:
            admin.export_server_configuration(OWNER, "path/to/source_file.xml")
        yield running


def execute(text: str, colour: str, url: str) -> dict[str, Any]:
    """Runs an example; for the asynchronous colour with other classes and with ``await``, and nothing else."""
    text = text.replace("'myserver.example.com'", f"'127.0.0.1', {urlsplit(url).port}").replace("mysecret", "admin")
    if colour == "async":
        text = re.sub(
            r"\bclient\.(?=\w+\()", "await client.", re.sub(r"\b(Admin|Archive)Client\b", r"Async\1Client", text)
        )
        text += "await client.aclose()\n"
    else:
        text += "client.close()\n"
    names: dict[str, Any] = {}
    code = compile(text, "example", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(code, names)
    assert inspect.iscoroutine(result) == (colour == "async")
    if inspect.iscoroutine(result):
        asyncio.run(finished(result))
    return names


async def finished(coroutine: Coroutine[Any, Any, None]) -> None:
    await coroutine


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_examples(colour: str, running: RunningSimulator, capsys: pytest.CaptureFixture[str]) -> None:
    admin = execute(ADMIN, colour, running.admin_url)
    assert capsys.readouterr().out.startswith(
        "There are 7 channels.\nThis is the information for channel channel_to_be"
    )
    assert Path("path/to/target_file.xml").read_bytes().startswith(b"<?xml")
    assert admin["channel_info"]["channelName"] == "my_channel"
    assert [server["serverId"] for server in admin["cluster_status"]["servers"]] == [OTHER, OWNER]
    assert admin["server_status"]["serverId"] == OWNER
    assert [channel["channelName"] for channel in admin["channels"]][-1] == "some_channel"
    results = admin["result"]
    assert [result["success"] for result in results] == [True] * 7
    assert [result["command"]["commandType"] for result in results][2:5] == [
        "move_channel",
        "refresh_channel",
        "remove_channel",
    ]
    archive = execute(ARCHIVE, colour, running.archive_url)
    assert archive["channels"] == ["my_prefix:7:x"]
    assert [sample["value"] for sample in archive["samples"]] == [[0.0], [1.0], [2.0]]
