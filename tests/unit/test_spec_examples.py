"""The examples of the specifications are what real servers answered, and are described by them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import jsonschema
import pytest

from tests.unit.specifications import (
    PREFIXES,
    SPECS,
    Operation,
    operation_for,
    operations,
    recorded_exchanges,
    resolve,
    schema_errors,
    spec,
)


class Example(NamedTuple):
    operation: Operation
    status: int | None
    """None for the body of a request."""
    name: str
    file: str
    content: dict[str, Any]

    def __str__(self) -> str:
        return self.file

    def text(self) -> str:
        return (SPECS / self.file).read_text().removesuffix("\n")


def examples() -> Iterator[Example]:
    for operation in operations():
        bodies = {int(status): operation.response(status) for status in operation.described["responses"]}
        for status, body in [(None, operation.described.get("requestBody")), *bodies.items()]:
            content = (body or {}).get("content", {})
            for name, example in content.get("application/json", {}).get("examples", {}).items():
                yield Example(operation, status, name, example["externalValue"], content)


def recorded_texts(example: Example) -> Iterator[str]:
    for _, exchange in recorded_exchanges():
        request, reply = exchange["request"], exchange["response"]
        operation = operation_for(exchange["service"], request["method"], request["target"])
        if operation is not None and operation.path == example.operation.path:
            if example.status is None:
                yield request.get("body") or ""
            elif example.status == reply["status"]:
                yield reply["body"].get("text", "")


@pytest.mark.parametrize("example", list(examples()), ids=str)
def test_is_described(example: Example) -> None:
    assert schema_errors(example.operation.service, example.content, json.loads(example.text())) == []


@pytest.mark.parametrize("example", list(examples()), ids=str)
def test_was_recorded(example: Example) -> None:
    text = example.text()
    if str(example.operation) == "getSamples":  # some samples of a reply
        assert any(text[1:-1] in recorded for recorded in recorded_texts(example))
    else:
        assert text in recorded_texts(example)


def test_every_operation_has_one() -> None:
    assert {str(example.operation) for example in examples() if example.status == 200} == set(map(str, operations()))


def test_every_request_has_one() -> None:
    with_body = {str(operation) for operation in operations() if "requestBody" in operation.described}
    assert {str(example.operation) for example in examples() if example.status is None} == with_body


def test_every_sample_type_has_one() -> None:
    files = {e.name: json.loads(e.text()) for e in examples() if str(e.operation) == "getSamples"}
    for sample_type in spec("archive")["components"]["schemas"]["Sample"]["discriminator"]["mapping"]:
        assert {sample["type"] for sample in files[sample_type]} == {sample_type}
    assert [sample["severity"]["hasValue"] for sample in files["marker"]] == [False]


def test_configuration_file_is_the_exported_one() -> None:
    exported = json.loads((SPECS / "examples" / "export_server_configuration.json").read_text())
    file = SPECS / "examples" / "export_server_configuration.xml"
    assert base64.b64decode(exported["configurationFile"], validate=True) == file.read_bytes()


def test_every_file_is_referred_to() -> None:
    used = {file for service in PREFIXES for file in references(spec(service))}
    assert used == {f"examples/{file.name}" for file in (SPECS / "examples").iterdir()}


def references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for part in node:
            yield from references(part)
    elif isinstance(node, dict):
        for name, part in node.items():
            if name in ("externalValue", "url") and part.startswith("examples/"):
                yield part
            yield from references(part)


@pytest.mark.parametrize("service", list(PREFIXES))
def test_examples_of_parameters_fit(service: str) -> None:
    for parameter in spec(service)["components"]["parameters"].values():
        for example in resolve(service, parameter).get("examples", {}).values():
            jsonschema.validate(example["value"], parameter["schema"])
