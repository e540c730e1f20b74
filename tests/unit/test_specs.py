"""The specifications say what real servers answered."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "spec"
RECORDINGS = ROOT / "tests" / "recordings"
PREFIXES = {"admin": "/admin/api/1.0", "archive": "/archive-access/api/1.0"}

Json = dict[str, Any]


@cache
def spec(service: str) -> Json:
    return yaml.safe_load((SPECS / f"{service}.yaml").read_text())


def strict(schema: Any) -> Any:
    """The same schema, but objects have no members that it does not name."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tightened = {name: strict(part) for name, part in schema.items()}
    if "properties" in tightened:
        tightened.setdefault("additionalProperties", False)
    return tightened


@cache
def validator(service: str, pointer: str) -> Draft202012Validator:
    document = strict({"components": {"schemas": spec(service)["components"]["schemas"]}})
    return Draft202012Validator({"$ref": f"#{pointer}", **document})


def resolve(service: str, node: Json) -> Json:
    while "$ref" in node:
        target: Any = spec(service)
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def operations(service: str) -> Iterator[tuple[str, str, Json]]:
    for path, item in spec(service)["paths"].items():
        for method in ("get", "post"):
            if method in item:
                yield path, method, item[method]


def operation_for(service: str, target: str) -> Json | None:
    """The operation at this path, whatever the method: each path has one, and other methods often do the same."""
    path = target.partition("?")[0].removeprefix(PREFIXES[service])
    for template, _, operation in operations(service):
        if path_pattern(service, template).fullmatch(path):
            return operation
    return None


@cache
def path_pattern(service: str, template: str) -> re.Pattern[str]:
    if service == "admin":
        return re.compile(re.sub(r"\{\w+\}", "[^/]+", template) + "/?")
    # On the archive-access service the last part is data and may have slashes.
    last = re.sub(r"\{\w+\}$", ".*" if "channels-by" in template else ".+", template)
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", last))


def schema_errors(service: str, response: Json, body: Any) -> list[str]:
    content = resolve(service, response).get("content", {})
    schema = content["application/json"]["schema"]
    if "$ref" in schema:
        errors = validator(service, schema["$ref"].removeprefix("#")).iter_errors(body)
        return [f"{error.json_path}: {error.message}" for error in errors]
    item = schema["items"]
    if "$ref" not in item:
        return [] if all(isinstance(element, str) for element in body) else ["not an array of texts"]
    checker = validator(service, item["$ref"].removeprefix("#"))
    return [f"{n}{e.json_path}: {e.message}" for n, element in enumerate(body) for e in checker.iter_errors(element)]


def exchanges() -> list[Path]:
    return sorted((RECORDINGS / "exchanges").glob("*.json"))


# What the specifications need not describe: the exchange, its status and why.
NOT_DESCRIBED = {
    "admin_rejected_path_2F": (400, "the container refuses the path"),
    "archive_list_no_slash": (404, "no path of the service: the slash at the end is missing"),
    "channel_empty_name": (404, "no path of the service: the name is empty"),
    "method_delete_all_channels": (405, "another method than the operation has"),
    "method_post_all_channels": (405, "another method than the operation has"),
    "method_post_archive_list": (405, "another method than the operation has"),
    "method_put_all_channels": (405, "another method than the operation has"),
    "pattern_noslash": (404, "no path of the service: there is no pattern"),
    "prefix_double_slash": (404, "no path of the service: the prefix is not literal"),
    "prefix_percent_encoded": (404, "no path of the service: the prefix is not literal"),
    "root": (303, "no path of the service"),
    "samples_empty_channel": (404, "no path of the service: the name is empty"),
    "unknown_path": (404, "no path of the service"),
}


@pytest.mark.parametrize("service", ["admin", "archive"])
def test_is_openapi(service: str) -> None:
    validate(spec(service))


@pytest.mark.parametrize("file", exchanges(), ids=lambda file: file.stem)
def test_recorded_exchange(file: Path) -> None:
    exchange = json.loads(file.read_text())
    service, request, reply = exchange["service"], exchange["request"], exchange["response"]
    response = described_response(service, request["target"], reply["status"])
    if response is None:
        assert file.stem in NOT_DESCRIBED, f"status {reply['status']} of {request['target']} is not described"
        assert NOT_DESCRIBED[file.stem][0] == reply["status"]
        return
    headers = {name.lower(): value for name, value in reply["headers"]}
    media_type = headers.get("content-type", "").partition(";")[0]
    if media_type and request["method"] != "HEAD":
        assert media_type in resolve(service, response).get("content", {})
    if media_type == "application/json" and reply["body"].get("text"):
        assert schema_errors(service, response, json.loads(reply["body"]["text"])) == []


def described_response(service: str, target: str, status: int) -> Json | None:
    operation = operation_for(service, target)
    return None if operation is None else operation["responses"].get(str(status))


def test_every_exception_is_recorded() -> None:
    assert set(NOT_DESCRIBED) <= {file.stem for file in exchanges()}


def test_recorded_commands() -> None:
    recorded = json.loads((RECORDINGS / "commands.json").read_text())
    for number, exchange in enumerate(recorded["exchanges"]):
        response = described_response("admin", exchange["target"], exchange["status"])
        assert response is not None, f"exchange {number}"
        media_type = exchange["content_type"].partition(";")[0]
        if media_type:
            assert media_type in resolve("admin", response)["content"], f"exchange {number}"
        if media_type == "application/json":
            assert schema_errors("admin", response, exchange["reply"]) == [], f"exchange {number}"


def test_recorded_searches() -> None:
    for query in json.loads((RECORDINGS / "search.json").read_text())["queries"]:
        response = described_response("archive", query["target"], query["status"])
        assert response is not None, query["target"]
        if query["status"] == 200:
            assert schema_errors("archive", response, query["names"]) == [], query["target"]


def test_recorded_decimation() -> None:
    recorded = json.loads(gzip.decompress((RECORDINGS / "decimation.json.gz").read_bytes()))
    response = spec("archive")["paths"]["/archive/{archiveKey}/samples/{channelName}"]["get"]["responses"]["200"]
    for name, channel in recorded["channels"].items():
        for samples in (channel["raw"], *channel["levels"].values()):
            assert samples, name
            assert schema_errors("archive", response, samples) == [], name


@pytest.mark.parametrize(
    ("service", "schema", "body"),
    [
        ("admin", "ClusterStatus", {"servers": [], "new": 1}),
        ("archive", "SampleSeverity", {"level": "OK", "hasValue": True, "new": 1}),
    ],
)
def test_unknown_members_are_noticed(service: str, schema: str, body: Json) -> None:
    checker = validator(service, f"/components/schemas/{schema}")
    assert not checker.is_valid(body)
    assert checker.is_valid({name: value for name, value in body.items() if name != "new"})


def examples() -> Iterator[tuple[str, str, Json]]:
    for service in PREFIXES:
        for _, _, operation in operations(service):
            for response in operation["responses"].values():
                for content in resolve(service, response).get("content", {}).values():
                    for example in content.get("examples", {}).values():
                        yield service, example["externalValue"], response


@pytest.mark.parametrize(("service", "file", "response"), list(examples()), ids=str)
def test_example(service: str, file: str, response: Json) -> None:
    assert schema_errors(service, response, json.loads((SPECS / file).read_text())) == []


def test_every_example_is_used() -> None:
    used = {file for _, file, _ in examples()}
    assert used == {f"examples/{file.name}" for file in (SPECS / "examples").iterdir()}


@pytest.mark.parametrize("service", ["admin", "archive"])
def test_everything_is_described(service: str) -> None:
    for name, schema in spec(service)["components"]["schemas"].items():
        assert schema.get("description"), name
        for member, described in schema.get("properties", {}).items():
            assert described.get("description"), f"{name}.{member}"
    for path, _, operation in operations(service):
        assert operation["description"], path
        assert operation["operationId"], path
