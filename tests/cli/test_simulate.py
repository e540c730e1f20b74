"""``cpva simulate``: a cluster on real sockets that other programs find, use and stop."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from cassandra_pv_archiver import AdminClient, ArchiveClient
from cassandra_pv_archiver.cli.app import app

CPVA = (sys.executable, "-c", "from cassandra_pv_archiver.cli import main; main()")
SCENE = """
[[servers]]
name = "one"

[[servers]]
name = "two"

[[users]]
name = "operator"
password = "secret"

[[channels]]
name = "x"
server = "two"
samples = [{ signal = "sine", start = "-1min", spacing = "1s" }]
"""

pytestmark = pytest.mark.one_interpreter


@pytest.fixture
def scene(tmp_path: Path) -> str:
    (tmp_path / "scene.toml").write_text(SCENE, "utf-8")
    return str(tmp_path / "scene.toml")


@contextmanager
def simulate(*arguments: str, command: str = "simulate") -> Generator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*CPVA, command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def refused(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["simulate", *arguments])
    assert isinstance(done.exception, SystemExit)
    assert done.exit_code == 2
    assert not done.stdout
    return done.stderr


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_clients_use_a_scene_until_a_signal_comes(scene: str, number: signal.Signals) -> None:
    with simulate(scene, "--json") as process:
        printed = json.loads(first_line(process))
        one, two = printed["servers"]
        assert (one["server_name"], two["server_name"]) == ("one", "two")
        admin, operator = printed["users"]
        assert (admin["name"], operator["name"], operator["administrator"]) == ("admin", "operator", True)
        with AdminClient(base_url=two["admin_url"], username="operator", password=operator["password"]) as client:
            assert str(client.get_channel("x").server_id) == two["server_id"]
            assert client.run_archive_configuration_commands([]) == []
        with ArchiveClient(base_url=one["archive_url"]) as archive:
            assert len(archive.get_samples("x", "-30s", "now")) >= 30
        process.send_signal(number)
        assert process.wait(20) == 0
        assert process.stderr is not None
        assert not process.stderr.read()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(one["admin_url"].rpartition(":")[2])), 1).close()


@pytest.mark.parametrize(("command", "arguments"), [("simulate", ()), ("demo", ("--serve",))])
def test_without_a_scene_it_is_that_of_the_demo(command: str, arguments: tuple[str, ...]) -> None:
    with simulate(*arguments, command=command) as process:
        assert "answers" in first_line(process)
        servers = [first_line(process), first_line(process)]
        assert "user admin, password admin" in first_line(process)
        assert "Ctrl-C" in first_line(process)
        url = servers[1].split()[3]
        with ArchiveClient(base_url=url) as archive:
            assert "RING:CURRENT" in archive.find_channels_by_pattern("*")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_the_month_of_the_tutorial() -> None:
    with simulate("month", "--json") as process:
        servers = json.loads(first_line(process))["servers"]
        with ArchiveClient(base_url=servers[0]["archive_url"]) as archive:
            assert len(archive.find_channels_by_pattern("RING:*")) == 50
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.fixture
def free_ports() -> Iterator[int]:
    """The first of four ports in a row that were free a moment ago."""
    for first in range(20000, 60000, 97):
        try:
            for port in range(first, first + 4):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        yield first
        return


def test_ports_follow_the_first_one_or_are_listed(scene: str, free_ports: int) -> None:
    def ports(*arguments: str) -> list[tuple[int, int]]:
        with simulate(scene, "--json", *arguments) as process:
            servers: list[dict[str, Any]] = json.loads(first_line(process))["servers"]
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        return [
            (int(server["admin_url"].rpartition(":")[2]), int(server["archive_url"].rpartition(":")[2]))
            for server in servers
        ]

    a, b, c, d = range(free_ports, free_ports + 4)
    assert ports("--admin-port", str(a), "--archive-port", str(c)) == [(a, c), (b, d)]
    assert ports("--admin-port", f"{d},{b}", "--archive-port", f"0,{a}")[1] == (b, a)


def test_ports_that_cannot_be(scene: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(scene, "--archive-port", f"{port},0")
    assert "in use" in said
    assert str(port) in said
    assert said.endswith("Choose another port, or 0 for any.\n")
    assert "Port 4813 would be used twice" in refused(scene, "--admin-port", "4812", "--archive-port", "4813")
    assert "is not a port: write a number" in refused(scene, "--admin-port", "x")
    assert "gives 3 ports for 2 servers: write one, or 2." in refused(scene, "--admin-port", "1,2,3")
    assert "ports are 1 to 65535, or 0 for any" in refused(scene, "--admin-port", "65535")


def test_scenes_that_cannot_be(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    assert refused(str(wrong)) == f"{wrong} cannot be read: No such file or directory\n"
    wrong.write_text("[[channels]]\nname = 'x'\nunit = 'A'\n", "utf-8")
    said = refused(str(wrong))
    assert said.startswith(f"{wrong}: channels[0] (channel 'x'): there is no member 'unit'; did you mean 'units'?")
    assert refused(str(tmp_path)).startswith(str(tmp_path))


def test_the_schema_of_scenes_is_printed() -> None:
    done = CliRunner().invoke(app, ["simulate", "--schema"])
    assert done.exit_code == 0
    validator = jsonschema.Draft202012Validator(json.loads(done.stdout))
    assert validator.is_valid({"channels": [{"name": "x"}]})
    assert not validator.is_valid({"channels": [{}]})
