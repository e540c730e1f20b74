"""Schemathesis finds nothing in the simulator that the servers do not do as well."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cassandra_pv_archiver.testing.simulator import Simulator, SimulatorRequest, SimulatorResponse
from tests.unit.specifications import PREFIXES, SPECS, operations, spec, strict

from .fidelity import CHECKS
from .recorded_cluster import CREDENTIALS, JSON_BODY, UNKNOWN_SERVER, Story, recorded_at

SETTINGS = Path(__file__).with_name("schemathesis.toml")
CONFORMANCE = {"content_type_conformance", "response_schema_conformance", "status_code_conformance"}
BY_NAME = "/admin/api/1.0/channels/all/by-name/demo:double"
BY_NAME_OF_SERVER = "/admin/api/1.0/channels/by-server/11111111-2222-3333-4444-555555555551/by-name/demo:double"
IMPORT = "/admin/api/1.0/channels/by-server/11111111-2222-3333-4444-555555555551/import"
COMMANDS = "/admin/api/1.0/run-archive-configuration-commands"
SAMPLES = "/archive-access/api/1.0/archive/1/samples/"


def get(target: str) -> SimulatorRequest:
    return SimulatorRequest("GET", target.encode())


def post(target: str, *headers: tuple[str, str], **members: object) -> SimulatorRequest:
    return SimulatorRequest("POST", target.encode(), (JSON_BODY, *headers), json.dumps(members).encode())


def remove(name: object) -> dict[str, object]:
    return {"commandType": "remove_channel", "channelName": name}


def configuration(content: str) -> str:
    return base64.b64encode(content.encode()).decode()


# For each check that is switched off, a request that a server answers against it.
WITNESSES: dict[tuple[str, str], SimulatorRequest] = {
    ("getChannel", "negative_data_rejection"): get(BY_NAME),
    ("getChannelOfServer", "negative_data_rejection"): get(BY_NAME_OF_SERVER),
    ("getClusterStatus", "allow_header_conformance"): SimulatorRequest("OPTIONS", b"/admin/api/1.0/cluster-status"),
    ("getClusterStatus", "unsupported_method"): SimulatorRequest("PUT", b"/admin/api/1.0/cluster-status"),
    ("getServerStatus", "allow_header_conformance"): SimulatorRequest(
        "OPTIONS", b"/admin/api/1.0/server-status/this-server"
    ),
    ("getServerStatus", "unsupported_method"): SimulatorRequest("PUT", b"/admin/api/1.0/server-status/this-server"),
    ("importServerConfiguration", "missing_required_header"): post(IMPORT, configurationFile=configuration("<a/>")),
    ("importServerConfiguration", "negative_data_rejection"): post(
        IMPORT,
        CREDENTIALS,
        configurationFile=configuration(
            '<server-configuration xmlns="http://www.aquenos.com/2016/xmlns/cassandra-pv-archiver-configuration"/>'
        ),
        simulate="True",
    ),
    ("importServerConfiguration", "not_a_server_error"): post(IMPORT, CREDENTIALS, configurationFile=""),
    ("importServerConfiguration", "positive_data_acceptance"): post(
        IMPORT, CREDENTIALS, configurationFile=configuration("<a/>")
    ),
    ("runArchiveConfigurationCommands", "missing_required_header"): post(COMMANDS, commands=[]),
    ("runArchiveConfigurationCommands", "negative_data_rejection"): post(
        COMMANDS,
        CREDENTIALS,
        commands=[{"commandType": "refresh_channel", "channelName": 7, "serverId": UNKNOWN_SERVER}],
    ),
    ("runArchiveConfigurationCommands", "not_a_server_error"): post(COMMANDS, CREDENTIALS, commands=[remove("none")]),
    ("runArchiveConfigurationCommands", "positive_data_acceptance"): post(
        COMMANDS,
        CREDENTIALS,
        commands=[{"commandType": "update_channel", "channelName": "a", "options": {}, "addOptions": {}}],
    ),
    ("findChannelsByRegexp", "positive_data_acceptance"): get("/archive-access/api/1.0/archive/1/channels-by-regexp/("),
    ("getSamples", "negative_data_rejection"): get(f"{SAMPLES}demo:double?start=0x0&end=0x10"),
    ("getSamples", "not_a_server_error"): get(f"{SAMPLES}demo:strange?start=0&end=1"),
    ("getSamples", "positive_data_acceptance"): get(f"{SAMPLES}demo:double?start=2&end=1"),
}
CONTRADICTS: dict[str, Callable[[SimulatorResponse], bool]] = {
    "allow_header_conformance": lambda response: "DELETE" in (response.header("Allow") or ""),
    "missing_required_header": lambda response: response.status == 403,  # instead of 401
    "negative_data_rejection": lambda response: response.status == 200,
    "not_a_server_error": lambda response: response.status >= 500,
    "positive_data_acceptance": lambda response: response.status == 400,
    "unsupported_method": lambda response: response.status == 200,
}


def switched_off() -> set[tuple[str, str]]:
    settings = tomllib.loads(SETTINGS.read_text())
    return {
        (operation, check)
        for entry in settings["operations"]
        for operation in entry["include-operation-id"]
        for check, setting in entry["checks"].items()
        if setting == {"enabled": False}
    }


@pytest.fixture
def simulator() -> Simulator:
    simulator = Story().at(recorded_at("cluster_status"))
    simulator.add_channel("demo:strange", control_system_type="tango")
    return simulator


@pytest.mark.one_interpreter
@pytest.mark.parametrize("service", ["admin", "archive"])
def test_finds_nothing(service: str, simulator: Simulator, tmp_path: Path) -> None:
    shutil.copytree(SPECS / "examples", tmp_path / "examples")
    description = tmp_path / f"{service}.json"
    description.write_text(json.dumps(strict(spec(service))))
    with simulator.serve() as running:
        server = running.servers[0]
        url = {"admin": server.admin_url, "archive": server.archive_url}[service] + PREFIXES[service]
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(SETTINGS), "run", str(description)]
        run = subprocess.run(
            [*command, "--url", url, "--no-color"],
            cwd=tmp_path,
            env={**os.environ, "NO_PROXY": "127.0.0.1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
        )
    assert run.returncode == 0, run.stdout + run.stderr
    seen = {request.operation for request in simulator.requests}
    assert seen >= {str(operation) for operation in operations() if operation.service == service}


def test_what_is_compared_with_the_specifications_is_never_switched_off() -> None:
    settings: dict[str, Any] = tomllib.loads(SETTINGS.read_text())
    assert "checks" not in settings
    assert not {check for _, check in switched_off()} & CONFORMANCE


def test_each_check_that_is_switched_off_has_a_witness() -> None:
    assert switched_off() == WITNESSES.keys() == CHECKS.keys()


@pytest.mark.parametrize(("operation", "check"), WITNESSES)
def test_a_server_contradicts_the_check(operation: str, check: str, simulator: Simulator) -> None:
    request = WITNESSES[operation, check]
    service = "archive" if request.target.startswith(b"/archive") else "admin"
    response = simulator.handle(service, 0, request)
    assert CONTRADICTS[check](response), (response.status, response.read())
    assert simulator.requests[-1].operation == operation
