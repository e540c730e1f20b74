"""The two specifications for tests: their operations, and validators for what they describe."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "spec"
RECORDINGS = ROOT / "tests" / "recordings"
PREFIXES = {"admin": "/admin/api/1.0", "archive": "/archive-access/api/1.0"}

# Operations that the server offers with other methods too, as their descriptions say.
ANY_METHOD = {"getClusterStatus", "getServerStatus"}

Json = dict[str, Any]


class Operation(NamedTuple):
    service: str
    path: str
    method: str
    described: Json

    def __str__(self) -> str:
        return self.described["operationId"]

    def response(self, status: int | str) -> Json | None:
        found = self.described["responses"].get(str(status))
        return None if found is None else resolve(self.service, found)


@cache
def spec(service: str) -> Json:
    return yaml.safe_load((SPECS / f"{service}.yaml").read_text())


def resolve(service: str, node: Json) -> Json:
    while "$ref" in node:
        target: Any = spec(service)
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


@cache
def operations() -> list[Operation]:
    return [
        Operation(service, path, method, item[method])
        for service in PREFIXES
        for path, item in spec(service)["paths"].items()
        for method in ("get", "post")
        if method in item
    ]


def operation_for(service: str, method: str, target: str) -> Operation | None:
    path = target.partition("?")[0].removeprefix(PREFIXES[service])
    for operation in operations():
        if (
            operation.service == service
            and _path_pattern(service, operation.path).fullmatch(path)
            and (
                operation.method.upper() == ("GET" if method == "HEAD" else method)
                or (str(operation) in ANY_METHOD and method != "OPTIONS")
            )
        ):
            return operation
    return None


@cache
def _path_pattern(service: str, template: str) -> re.Pattern[str]:
    if service == "admin":
        return re.compile(re.sub(r"\{\w+\}", "[^/]+", template) + "/?")
    # On the archive-access service the last part is data and may have slashes.
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", re.sub(r"\{\w+\}$", ".*", template)))


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


def schema_errors(service: str, content: Json, body: Any) -> list[str]:
    """What is wrong with a JSON body, unknown members included."""
    validator = _validator(service, json.dumps(content["application/json"]["schema"]))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]


@cache
def _validator(service: str, schema: str) -> Draft202012Validator:
    components = {"schemas": spec(service)["components"]["schemas"]}
    return Draft202012Validator(strict({**json.loads(schema), "components": components}))


@cache
def recorded_exchanges() -> list[tuple[str, Json]]:
    files = sorted((RECORDINGS / "exchanges").glob("*.json"))
    return [(file.stem, json.loads(file.read_text())) for file in files]
