"""The specifications say what real servers answered."""

from __future__ import annotations

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


def operation_for(service: str, method: str, target: str) -> Json | None:
    path = target.partition("?")[0].removeprefix(PREFIXES[service])
    for template, known, operation in operations(service):
        pattern = re.sub(r"\{(\w+)\}", lambda name: ".*" if name[1] in LONG else "[^/]+", template)
        trailing = "/?" if service == "admin" else ""
        if known == method.lower() and re.fullmatch(pattern + trailing, path):
            return operation
    return None


LONG = {"pattern", "regexp"}


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


# Statuses that come from the container or from another method than the operation has.
NOT_OF_AN_OPERATION = {
    "archive_rejected_path_": "the container refuses the path (section 1.4)",
    "admin_rejected_path_": "the container refuses the path (section 1.4)",
    "method_": "another method than the operation has (section 1.3)",
    "archive_list_no_slash": "not a path of the service (section 1.3)",
    "prefix_": "the prefix is not literal (section 5.1)",
    "unknown_path": "not a path of the service",
    "root": "not a path of the service",
}


@pytest.mark.parametrize("service", ["admin", "archive"])
def test_is_openapi(service: str) -> None:
    validate(spec(service))


@pytest.mark.parametrize("file", exchanges(), ids=lambda file: file.stem)
def test_recorded_exchange(file: Path) -> None:
    exchange = json.loads(file.read_text())
    service, request, reply = exchange["service"], exchange["request"], exchange["response"]
    operation = operation_for(service, request["method"], request["target"])
    if operation is None or file.stem.startswith(tuple(NOT_OF_AN_OPERATION)):
        assert file.stem.startswith(tuple(NOT_OF_AN_OPERATION)) or reply["status"] == 404, (
            "no operation for this target"
        )
        return
    responses = operation["responses"]
    assert str(reply["status"]) in responses, f"status {reply['status']} of {operation['operationId']} is not described"
    response = responses[str(reply["status"])]
    headers = {name.lower(): value for name, value in reply["headers"]}
    media_type = headers.get("content-type", "").partition(";")[0]
    if media_type and request["method"] != "HEAD":
        assert media_type in resolve(service, response).get("content", {})
    if media_type == "application/json" and reply["body"].get("text"):
        assert schema_errors(service, response, json.loads(reply["body"]["text"])) == []


def test_recorded_commands() -> None:
    recorded = json.loads((RECORDINGS / "commands.json").read_text())
    for number, exchange in enumerate(recorded["exchanges"]):
        operation = operation_for("admin", exchange["method"], exchange["target"])
        assert operation is not None
        if isinstance(exchange.get("reply"), dict):
            response = operation["responses"][str(exchange["status"])]
            assert schema_errors("admin", response, exchange["reply"]) == [], f"exchange {number}"


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
