"""Files of all formats, several files as one, and the configuration of a running cluster."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import httpx
import pytest
from hypothesis import given, settings

from cassandra_pv_archiver import AdminClient
from cassandra_pv_archiver.configuration import (
    ArchiveConfiguration,
    ChannelConfiguration,
    ConfigurationFile,
    ConfigurationFormat,
    InvalidConfigurationError,
    OwnedChannels,
    combine_configurations,
    configuration_of_cluster,
    read_configuration_file,
    read_xml,
    read_yaml,
    write_configuration_file,
    write_xml,
    write_yaml,
)
from cassandra_pv_archiver.testing import Simulator, SimulatorTransport
from tests.configuration.configurations import ONE, TWO, XML_CHARACTER, configurations, recorded_export


@contextmanager
def admin_client() -> Iterator[AdminClient]:
    transport = SimulatorTransport(Simulator(), "admin")
    with httpx.Client(transport=transport) as http, AdminClient("host", password="admin", http_client=http) as client:
        yield client


FORMATS: tuple[ConfigurationFormat, ...] = get_args(ConfigurationFormat)


@pytest.mark.parametrize("ending", ["xml", "yaml", "yml", "toml", "csv", "XML"])
def test_formats_by_the_names_of_files(tmp_path: Path, ending: str) -> None:
    kind: ConfigurationFormat = next(each for each in FORMATS if each == ending.lower().replace("yml", "yaml"))
    made = ArchiveConfiguration(channels=(ChannelConfiguration(name="a", server=ONE, levels={30: 0}),))
    path = tmp_path / f"ring.{ending}"
    path.write_bytes(write_configuration_file(made, kind))
    assert read_configuration_file(path, server=ONE).configuration == made
    assert read_configuration_file(io.BytesIO(path.read_bytes()), format=kind, server=ONE).configuration == made
    assert str(read_configuration_file(path).places["a"]).startswith(f"{path}:")


def test_formats_that_nobody_knows() -> None:
    with pytest.raises(ValueError, match=r"ring.ini has no ending .* csv, toml, xml, yaml"):
        read_configuration_file("ring.ini")
    with pytest.raises(ValueError, match="A file without a name has no ending"):
        read_configuration_file(b"")


@pytest.mark.parametrize("kind", FORMATS)
def test_one_server_of_several(kind: ConfigurationFormat) -> None:
    channels = (ChannelConfiguration(name="a", server=ONE), ChannelConfiguration(name="b", server=TWO))
    written = write_configuration_file(ArchiveConfiguration(channels=channels), kind, server=TWO)
    assert read_configuration_file(written, format=kind, server=TWO).configuration.channels == channels[1:]


def test_several_files_are_one_configuration(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(
        b"channels: [a]\nowns: [{channels: 'a*'}]\nservers: {one: %s}" % str(ONE).encode()
    )
    (tmp_path / "b.xml").write_bytes(write_xml(ArchiveConfiguration(channels=(ChannelConfiguration(name="b"),))))
    parts = [read_configuration_file(tmp_path / name) for name in ("a.yaml", "b.xml")]
    found = combine_configurations(parts)
    assert list(found.configuration.by_name) == ["a", "b"]
    assert found.configuration.owns == (OwnedChannels(channels="a*"),)
    assert found.configuration.servers == {"one": ONE}
    assert str(found.places["b"]) == f"{tmp_path / 'b.xml'}:3"
    assert combine_configurations([]).configuration == ArchiveConfiguration()


def test_files_that_contradict_each_other() -> None:
    def file(text: str) -> ConfigurationFile:
        return read_yaml(text.encode())

    one = file(f"servers: {{s: {ONE}}}\nchannels:\n- a\n- {{name: b, renamed_from: x}}")
    other = file(f"servers: {{s: {TWO}}}\nchannels:\n- {{name: c, renamed_from: x}}\n- a")
    with pytest.raises(InvalidConfigurationError) as caught:
        combine_configurations([one, other])
    assert [(problem.place.line, problem.channel, problem.member) for problem in caught.value.problems] == [
        (4, "a", "name"),
        (3, "c", "renamed_from"),
        (None, None, "servers.s"),
    ]


@given(configurations(XML_CHARACTER, servers=[ONE], is_renamed=False))
@settings(max_examples=25)
def test_from_yaml_into_a_server_and_back(made: ArchiveConfiguration) -> None:
    with admin_client() as client:
        server = client.get_cluster_status().servers[0].server_id
        file = write_xml(read_yaml(write_yaml(made)).configuration)
        if made.channels:
            result = client.import_server_configuration(server, file)
            assert set(result.add_or_update_succeeded or ()) == set(made.by_name)
        exported = client.export_server_configuration(server)
        listed = client.list_channels_for_server(server)
    live = configuration_of_cluster({server: listed})
    assert live == ArchiveConfiguration(channels=made.channels).with_channels(
        channel.model_copy(update={"server": server}) for channel in made.channels
    )
    assert exported is not None
    if not any(mark in file for mark in (b"&#9;", b"&#10;", b"&#13;")):
        assert exported == file
        assert read_xml(exported, server=server).configuration == live


def test_servers_of_a_cluster_have_names() -> None:
    with admin_client() as client:
        named = zip("ab", client.get_cluster_status().servers, strict=True)
    servers = [server.model_copy(update={"server_name": name}) for name, server in named]
    live = configuration_of_cluster({}, servers=servers)
    assert live.servers == {server.server_name: server.server_id for server in servers}
    twice = [*servers, servers[0].model_copy(update={"server_id": ONE})]
    assert servers[0].server_name not in configuration_of_cluster({}, servers=twice).servers


@pytest.mark.parametrize("kind", FORMATS)
def test_a_grown_cluster_in_every_format(kind: ConfigurationFormat) -> None:
    made = read_xml(recorded_export("export_server_1"), server=ONE).configuration
    written = write_configuration_file(made, kind)
    found = read_configuration_file(written, format=kind, server=ONE, wrong_options="warning")
    assert found.configuration == made
    assert {warning.channel for warning in found.warnings} == {"demo:bad option", "two:a"}
    with pytest.raises(InvalidConfigurationError) as caught:
        read_configuration_file(written, format=kind, wrong_options="error")
    assert {problem.channel for problem in caught.value.problems} == {"demo:bad option", "two:a"}
