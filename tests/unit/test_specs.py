"""The specifications say what real servers answered."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from openapi_spec_validator import validate

from tests.unit.specifications import (
    RECORDINGS,
    Json,
    Operation,
    operation_for,
    operations,
    recorded_exchanges,
    resolve,
    schema_errors,
    spec,
)

# What the specifications do not describe as a reply to an operation: the exchange, its status and why.
NOT_DESCRIBED = {
    "archive_list_no_slash": (404, "no path of the service: the slash at the end is missing"),
    "channel_empty_name": (404, "no path of the service: there is no name"),
    "method_delete_all_channels": (405, "another method than the operation has"),
    "method_options_archive_list": (200, "OPTIONS is answered by the framework"),
    "method_post_all_channels": (405, "another method than the operation has"),
    "method_post_archive_list": (405, "another method than the operation has"),
    "method_put_all_channels": (405, "another method than the operation has"),
    "pattern_noslash": (404, "no path of the service: there is no pattern"),
    "prefix_double_slash": (404, "no path of the service: the prefix is not literal"),
    "prefix_percent_encoded": (404, "no path of the service: the prefix is not literal"),
    "root": (303, "no path of the service"),
    "unknown_path": (404, "no path of the service"),
}

# Statuses which show that the server could read the body of the request.
UNDERSTOOD = {200, 500, 503}


@pytest.mark.parametrize("service", ["admin", "archive"])
def test_is_openapi(service: str) -> None:
    validate(spec(service))


@pytest.mark.parametrize(("name", "exchange"), recorded_exchanges(), ids=lambda part: part if type(part) is str else "")
def test_recorded_exchange(name: str, exchange: Json) -> None:
    service, request, reply = exchange["service"], exchange["request"], exchange["response"]
    operation = operation_for(service, request["method"], request["target"])
    if operation is None:
        assert name in NOT_DESCRIBED, "no operation has this method and target"
        assert NOT_DESCRIBED[name][0] == reply["status"]
        return
    assert name not in NOT_DESCRIBED, "described by now"
    headers = {header.lower(): value for header, value in reply["headers"]}
    if request["method"] == "HEAD":
        assert headers["content-type"].partition(";")[0] in (operation.response(reply["status"]) or {})["content"]
        return
    text = reply["body"].get("text")
    body = json.loads(text) if text else None
    assert problems_of_reply(operation, reply["status"], headers.get("content-type", ""), body) == []
    if request.get("body") and reply["status"] in UNDERSTOOD:
        content = operation.described["requestBody"]["content"]
        assert schema_errors(service, content, json.loads(request["body"])) == []


def problems_of_reply(operation: Operation, status: int, content_type: str, body: Any) -> list[str]:
    """How a reply differs from what is described: its status, the kind of its body, and the body itself."""
    response = operation.response(status)
    if response is None:
        return [f"status {status} of {operation} is not described"]
    media_type = content_type.partition(";")[0]
    content = response.get("content", {})
    if not media_type:
        said = not content or "no body" in response["description"].lower()
        return [] if said and body is None else [f"status {status} of {operation} is not said to have no body"]
    if media_type not in content:
        return [f"status {status} of {operation} is not said to have a body of type {media_type}"]
    return schema_errors(operation.service, content, body) if media_type == "application/json" else []


def test_every_exception_is_recorded() -> None:
    assert set(NOT_DESCRIBED) <= {name for name, _ in recorded_exchanges()}


def test_responses_without_content_say_so() -> None:
    for operation in operations():
        for status in operation.described["responses"]:
            response = operation.response(status)
            assert response is not None
            assert response.get("content") or "no body" in response["description"].lower(), f"{operation} {status}"


def test_recorded_commands() -> None:
    recorded = json.loads((RECORDINGS / "commands.json").read_text())
    for number, exchange in enumerate(recorded["exchanges"]):
        operation = operation_for("admin", exchange["method"], exchange["target"])
        assert operation is not None, f"exchange {number}"
        reply = exchange["reply"] if exchange["content_type"].startswith("application/json") else None
        problems = problems_of_reply(operation, exchange["status"], exchange["content_type"], reply)
        assert problems == [], f"exchange {number}"
        if exchange["method"] == "POST" and exchange["status"] in UNDERSTOOD:
            request = {"commands": [in_documented_form(command) for command in exchange["body"]["commands"]]}
            content = operation.described["requestBody"]["content"]
            assert schema_errors("admin", content, request) == [], f"exchange {number}"


def in_documented_form(command: Json) -> Json:
    """The recorded sequence has some levels as JSON numbers. The server takes them, but they are not documented."""
    levels = {"decimationLevels", "addDecimationLevels", "removeDecimationLevels"}
    return {
        name: [str(level) for level in value] if name in levels and value is not None else value
        for name, value in command.items()
    }


def test_recorded_searches() -> None:
    for query in json.loads((RECORDINGS / "search.json").read_text())["queries"]:
        operation = operation_for("archive", "GET", query["target"])
        assert operation is not None, query["target"]
        response = operation.response(query["status"])
        assert response is not None, query["target"]
        if query["status"] == 200:
            assert schema_errors("archive", response["content"], query["names"]) == [], query["target"]


def test_recorded_samples() -> None:
    decimation = json.loads(gzip.decompress((RECORDINGS / "decimation.json.gz").read_bytes()))
    bulk = json.loads(gzip.decompress((RECORDINGS / "bulk_double_20001.json.gz").read_bytes()))
    channels = decimation["channels"].values()
    # Every thousandth of the many samples is in another state than the others.
    replies = [bulk[::500], bulk[1::500]]
    replies += [samples for channel in channels for samples in (channel["raw"], *channel["levels"].values())]
    operation = next(operation for operation in operations() if str(operation) == "getSamples")
    for samples in replies:
        assert samples
        assert problems_of_reply(operation, 200, "application/json", samples) == []


@pytest.mark.parametrize(
    ("name", "status", "body"),
    [
        ("getClusterStatus", 200, {"servers": [], "new": 1}),
        ("listAllChannels", 200, {"channels": [{"channelName": "a"}]}),
        ("runArchiveConfigurationCommands", 500, {"errorMessage": None, "results": [{"success": True}]}),
        ("importServerConfiguration", 503, {"errorMessage": "Database access error: no hosts"}),
        ("getSamples", 200, [{"time": 1, "type": "double", "value": [1.0]}]),
        ("getSamples", 503, None),
        ("exportServerConfiguration", 503, {"configurationFile": ""}),
        ("getServerStatus", 418, {}),
    ],
)
def test_differences_are_noticed(name: str, status: int, body: Any) -> None:
    operation = next(operation for operation in operations() if str(operation) == name)
    assert problems_of_reply(operation, status, "" if body is None else "application/json", body)


@pytest.mark.parametrize("service", ["admin", "archive"])
def test_every_schema_and_member_is_described(service: str) -> None:
    for name, schema in spec(service)["components"]["schemas"].items():
        assert schema.get("description"), name
        for member, described in schema.get("properties", {}).items():
            assert described.get("description"), f"{name}.{member}"


def test_only_requests_refuse_unknown_members() -> None:
    for service in ("admin", "archive"):
        for name, schema in spec(service)["components"]["schemas"].items():
            if "properties" in schema:
                refuses = schema.get("additionalProperties") is False
                assert refuses == name.endswith(("Request", "Command")), name


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_everything_about_an_operation_is_described(operation: Operation) -> None:
    assert operation.described["summary"]
    assert operation.described["description"]
    item = spec(operation.service)["paths"][operation.path]
    for parameter in [*item.get("parameters", []), *operation.described.get("parameters", [])]:
        assert resolve(operation.service, parameter)["description"]
    for status in operation.described["responses"]:
        assert (operation.response(status) or {})["description"], status
    assert bool(operation.described.get("security")) == (operation.method == "post")
