"""What the page about migration says, sentence by sentence."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
import urllib.error
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pandas
import pytest

from cassandra_pv_archiver import (
    ChannelInformation,
    ConnectionFailedError,
    NotAuthorizedError,
    RedirectError,
    RetryPolicy,
    SampleSeries,
    json_default,
)
from cassandra_pv_archiver.admin_client import AdminClient, ArchiveConfigurationCommands
from cassandra_pv_archiver.archive_client import ArchiveClient
from cassandra_pv_archiver.testing import RunningSimulator
from tests.docs.running import DOCS, ROOT

SERVER = "11111111-2222-3333-4444-555555555551"


@pytest.fixture
def admin(scene: RunningSimulator) -> Iterator[AdminClient]:
    with AdminClient("127.0.0.1", urlsplit(scene.admin_url).port or 0, password="admin") as client:
        yield client


@pytest.fixture
def archive(scene: RunningSimulator) -> Iterator[ArchiveClient]:
    with ArchiveClient("127.0.0.1", urlsplit(scene.archive_url).port or 0) as client:
        yield client


@pytest.fixture
def channel(admin: AdminClient) -> ChannelInformation:
    return admin.get_channel("RING:CURRENT")


def test_number_of_old_scripts() -> None:
    assert "Twenty typical" in " ".join((DOCS / "pages" / "migration.md").read_text("utf-8").split())
    assert len(list((ROOT / "tests" / "docs" / "old_scripts").glob("*.py"))) >= 20


ADDING = (
    "channel_name control_system_type server_id decimation_levels decimation_level_to_retention_period enabled options"
)
SIGNATURES = {
    AdminClient.__init__: "server_name server_port username password",
    AdminClient.export_server_configuration: "server_id configuration_file",
    AdminClient.get_channel: "channel_name server_id",
    AdminClient.import_server_configuration: (
        "server_id configuration_file add_channels remove_channels update_channels simulate"
    ),
    AdminClient.list_channels_for_server: "server_id",
    AdminClient.run_archive_configuration_commands: "commands",
    ArchiveConfigurationCommands.add_channel: ADDING,
    ArchiveConfigurationCommands.add_or_update_channel: ADDING,
    ArchiveConfigurationCommands.move_channel: "channel_name new_server_id expected_old_server_id",
    ArchiveConfigurationCommands.refresh_channel: "channel_name server_id",
    ArchiveConfigurationCommands.remove_channel: "channel_name expected_server_id",
    ArchiveConfigurationCommands.rename_channel: "new_channel_name old_channel_name expected_server_id",
    ArchiveConfigurationCommands.update_channel: (
        "channel_name add_decimation_levels add_options decimation_levels decimation_level_to_retention_period enabled "
        "expected_control_system_type expected_server_id options remove_decimation_levels remove_options"
    ),
    ArchiveClient.__init__: "server_name server_port",
    ArchiveClient.find_channels_by_pattern: "pattern",
    ArchiveClient.find_channels_by_regexp: "regular_expression",
    ArchiveClient.get_samples: "channel_name start_time end_time count",
}


@pytest.mark.parametrize("method", SIGNATURES, ids=lambda method: method.__qualname__)
def test_names_and_order_of_parameters(method: Callable[..., Any]) -> None:
    parameters = list(inspect.signature(method).parameters.values())[1:]
    kept = [each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    assert kept == SIGNATURES[method].split()


def test_replies_read_as_dictionaries(channel: ChannelInformation) -> None:
    copy = dict(channel)
    assert {**channel} == copy == channel
    assert "{channelName}".format(**channel) == "%(channelName)s" % channel == "RING:CURRENT"  # noqa: UP031 -- old style
    assert list(channel) == list(channel.keys()) == list(copy)
    assert len(channel) == len(copy)
    assert list(channel.values()) == list(copy.values())
    assert list(channel.items()) == list(copy.items())
    assert channel["decimationLevelToRetentionPeriod"]["900"] == "0"
    assert type(channel["decimationLevelToRetentionPeriod"]) is dict
    assert type(channel["totalSamplesWritten"]) is type(channel["serverId"]) is str
    assert channel.get("nothing", 7) == 7
    assert "nothing" not in channel


def test_lists_are_lists(admin: AdminClient, archive: ArchiveClient) -> None:
    results = admin.run_archive_configuration_commands([])
    for found in (
        admin.list_all_channels(),
        admin.list_channels_for_server(SERVER),
        results,
        archive.find_channels_by_pattern("*"),
    ):
        assert isinstance(found, list)


def test_replies_are_no_dictionaries(channel: ChannelInformation) -> None:
    assert not isinstance(channel, dict)
    with pytest.raises(TypeError):
        channel["enabled"] = False  # type: ignore[index]
    with pytest.raises(TypeError):
        json.dumps(channel)
    assert json.loads(json.dumps(dict(channel))) == json.loads(channel.to_json()) == channel
    assert json.loads(json.dumps([channel], default=json_default)) == [channel]


def test_tables_of_pandas(admin: AdminClient) -> None:
    channels = admin.list_all_channels()
    assert "channelName" not in pandas.DataFrame(channels).columns
    assert pandas.DataFrame([dict(channel) for channel in channels])["channelName"][0] == channels[0].channel_name


def test_series_in_place_of_a_list(archive: ArchiveClient) -> None:
    samples = archive.get_samples("RING:MODE", "-6h", "now")
    assert isinstance(samples, SampleSeries)
    assert [dict(sample) for sample in samples] == samples.to_dicts()
    assert samples
    assert samples[-1]["value"][0] == samples.to_dicts()[-1]["value"][0]
    with pytest.raises(ValueError, match=re.escape("reversed(series)")):
        _ = samples[::-1]
    assert next(reversed(samples)) == samples[-1]
    with pytest.raises(AttributeError):
        samples.append(samples[0])  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        _ = samples + samples  # type: ignore[operator]
    assert len(list(samples) + list(samples)) == 2 * len(samples)
    decimated = archive.get_samples("RING:LIFETIME", "-6h", "now", 24)
    assert [sample["time"] for sample in decimated] == sorted(sample["time"] for sample in decimated)


def test_arguments_that_are_refused(archive: ArchiveClient) -> None:
    with pytest.raises(ValueError, match="count"):
        archive.get_samples("RING:MODE", 0, 10, -1)
    with pytest.raises(ValueError, match="start_time"):
        archive.get_samples("RING:MODE", "0", "1567823452000000000")
    assert archive.get_samples("RING:MODE", "1567823452000000000", 1567823453000000000).start == 1567823452000000000


def test_commands_of_the_builder() -> None:
    commands = ArchiveConfigurationCommands()
    commands.add_channel("x", "channel_access", SERVER, [30], {30: 5, 0: 1}, options={"a": 1})
    commands.remove_channel("y")
    assert commands[0]["commandType"] == "add_channel"
    assert commands[0]["serverId"] == SERVER
    assert commands[0]["decimationLevels"] == ["0", "30"]
    assert commands[1]["expectedServerId"] is None
    with pytest.raises(TypeError):
        commands[0]["enabled"] = False  # type: ignore[index]
    with pytest.raises(ValueError, match="add_channel: decimationLevelToRetentionPeriod"):
        commands.add_channel("x", "channel_access", SERVER, [30], {30: 1, 0: 5})
    assert len(commands) == 2


def test_results_are_in_the_order_of_the_commands(admin: AdminClient) -> None:
    commands = ArchiveConfigurationCommands()
    for name in ("RING:CURRENT", "RING:S01:TEMP", "RING:LIFETIME"):  # the second one belongs to another server
        commands.refresh_channel(name)
    results = admin.run_archive_configuration_commands(commands)
    assert [result["command"]["channelName"] for result in results] == [
        "RING:CURRENT",
        "RING:S01:TEMP",
        "RING:LIFETIME",
    ]


def test_empty_password_sends_no_credentials(scene: RunningSimulator) -> None:
    commands = ArchiveConfigurationCommands()
    commands.remove_channel("RING:NEW")
    refused = pytest.raises(NotAuthorizedError, match="No credentials were sent")
    with AdminClient(base_url=scene.admin_url, password="") as client, refused:
        client.run_archive_configuration_commands(commands)


def test_errors_of_the_connection() -> None:
    with AdminClient("127.0.0.1", 1, retry=0) as client, pytest.raises(OSError, match="Cannot connect") as caught:
        client.list_all_channels()
    assert isinstance(caught.value, ConnectionFailedError)
    assert not isinstance(caught.value, urllib.error.URLError)


@pytest.mark.one_interpreter
def test_repetitions_are_seen_without_any_logging() -> None:
    script = (
        "from cassandra_pv_archiver import AdminClient, RetryPolicy\nAdminClient('127.0.0.1', 1{}).list_all_channels()"
    )
    for options, repeated in ((", retry=RetryPolicy(first_delay=0.01)", 3), (", retry=0", 0)):
        command = [sys.executable, "-c", script.format(options)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
        assert done.stderr.count("failed, next one in") == repeated
        assert done.stderr.rstrip().split("\n")[-1].startswith("cassandra_pv_archiver.errors.ConnectionFailedError")
    assert RetryPolicy().retries == 3


def test_redirects_are_errors() -> None:
    moved = httpx.MockTransport(lambda request: httpx.Response(301, headers={"Location": "https://proxy/archiver"}))
    with httpx.Client(transport=moved) as http_client, pytest.raises(RedirectError, match="base_url") as caught:
        AdminClient("host", http_client=http_client).list_all_channels()
    assert caught.value.location == "https://proxy/archiver"


def test_what_works_now(admin: AdminClient, archive: ArchiveClient) -> None:
    assert len(archive.find_channels_by_regexp(r"RING:S\d+:TEMP")) == 4
    commands = ArchiveConfigurationCommands()
    name = "RING/SECTOR 1"
    levels = {0: 86400, 30: 0}
    commands.add_channel(name, "channel_access", SERVER, levels, levels, options={"maxUpdatePeriod": 60})
    admin.run_archive_configuration_commands(commands).raise_for_failures()
    added = admin.get_channel(name)
    assert added["options"] == {"maxUpdatePeriod": "60"}
    assert added["decimationLevelToRetentionPeriod"] == {"0": "86400", "30": "0"}
    assert len(archive.get_samples(name, 0, 10)) == 0
    assert "http://[2001:db8::1]:9812" in repr(ArchiveClient("2001:db8::1"))
